//! Sites whose links are treated in a way of their own when somebody reports them: shorteners,
//! pages of links, Telegram, and platforms that may not be crawled.

use jiff::civil::Date;
use serde::Deserialize;
use url::Url;

/// The table of sites.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sites {
    #[serde(rename = "as-of")]
    _as_of: Date,
    shortener: Vec<String>,
    linktree: Vec<String>,
    telegram: Vec<String>,
    closed: Vec<Closed>,
}

/// A platform that may not be crawled.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// Its name, as of posts.
    pub platform: String,
    /// Its hosts; subdomains belong to them.
    hosts: Vec<String>,
    /// Why, in Indonesian: whoever reports a link reads it.
    pub why: String,
}

/// What kind of site an address is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site<'a> {
    /// It leads elsewhere.
    Shortener,
    /// Its data is a list of links.
    Linktree,
    /// Single messages of public channels may be read.
    Telegram,
    /// It may not be crawled.
    Closed(&'a Closed),
    /// Any other.
    Open,
}

impl Sites {
    /// The site of an address. An entry with a port means that port alone.
    pub fn of(&self, url: &Url) -> Site<'_> {
        let Some(host) = url.host_str() else { return Site::Open };
        let host = host.trim_end_matches('.');
        let at_port = url.port_or_known_default().map(|port| format!("{host}:{port}"));
        let is = |entry: &String| {
            at_port.as_ref() == Some(entry)
                || host
                    .strip_suffix(entry.as_str())
                    .is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
        };
        if self.shortener.iter().any(is) {
            Site::Shortener
        } else if self.linktree.iter().any(is) {
            Site::Linktree
        } else if self.telegram.iter().any(is) {
            Site::Telegram
        } else {
            let closed = self.closed.iter().find(|closed| closed.hosts.iter().any(is));
            closed.map_or(Site::Open, Site::Closed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_its_host_and_what_is_below() {
        let sites: Sites = toml::from_str(
            "as-of = '2026-01-01'\nshortener = ['s.example', '127.0.0.1:8080']\n\
             linktree = ['pohon.example']\ntelegram = ['t.example']\n\
             [[closed]]\nplatform = 'x'\nhosts = ['x.example']\nwhy = 'tidak boleh'",
        )
        .unwrap();
        for (url, expected) in [
            ("https://s.example/a", "Shortener"),
            ("https://www.S.example./a", "Shortener"),
            ("https://as.example/a", "Open"),
            ("https://s.example.contoh.example/a", "Open"),
            ("http://127.0.0.1:8080/a", "Shortener"),
            ("http://127.0.0.1:8081/a", "Open"),
            ("https://pohon.example/nama", "Linktree"),
            ("https://t.example/kanal/1", "Telegram"),
            ("https://m.x.example/a", "Closed"),
            ("mailto:a@s.example", "Open"),
        ] {
            let site = format!("{:?}", sites.of(&Url::parse(url).unwrap()));
            assert!(site.starts_with(expected), "{url}: {site}");
        }
    }
}
