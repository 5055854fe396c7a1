//! Where a redirect leads, and which ones are not followed whatever the guard says.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

/// The `Location` of an answer that redirects a GET, resolved against the address that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Another address.
    To(Url),
    /// Something that is no address, as the server wrote it.
    Unreadable(String),
}

/// The target, if the answer is a redirect that names one.
pub fn target(from: &Url, status: StatusCode, headers: &HeaderMap) -> Option<Target> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let written = String::from_utf8_lossy(headers.get(LOCATION)?.as_bytes()).into_owned();
    Some(match from.join(&written) {
        Ok(mut to) => {
            to.set_fragment(None);
            Target::To(to)
        }
        Err(_) => Target::Unreadable(written),
    })
}

/// Whether this hop would give up the encryption the first address promised.
pub fn is_downgrade(from: &Url, to: &Url) -> bool {
    from.scheme() == "https" && to.scheme() != "https"
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn where_redirects_lead() {
        let to = |text| Some(Target::To(url(text)));
        let cases = [
            (302, "/b?c=1#d", to("https://contoh.example/b?c=1")),
            (301, "//lain.example/", to("https://lain.example/")),
            (307, "http://lain.example/x", to("http://lain.example/x")),
            (308, "ftp://lain.example/", to("ftp://lain.example/")),
            (303, "http://[", Some(Target::Unreadable("http://[".to_owned()))),
            (300, "/b", None),
            (304, "/b", None),
            (200, "/b", None),
        ];
        for (status, location, expected) in cases {
            let headers = [(LOCATION, HeaderValue::from_static(location))].into_iter().collect();
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(target(&url("https://contoh.example/a/"), status, &headers), expected);
        }
        assert_eq!(
            target(&url("https://contoh.example/"), StatusCode::FOUND, &HeaderMap::new()),
            None
        );
    }

    #[test]
    fn encryption_is_never_given_up() {
        let cases = [
            ("https://a.example/", "http://a.example/", true),
            ("https://a.example/", "https://b.example/", false),
            ("http://a.example/", "https://a.example/", false),
            ("http://a.example/", "http://b.example/", false),
        ];
        for (from, to, expected) in cases {
            assert_eq!(is_downgrade(&url(from), &url(to)), expected, "{from} {to}");
        }
    }
}
