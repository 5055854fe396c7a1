//! What an address says before anything is asked: where it leads, whether its site may be asked,
//! and which post it stands for, so that a link reported twice is one post.

use url::Url;

use crate::facts::Lead;
use crate::post::{Platform, PostKey, Sha256};
use crate::registry::{Closed, Site, Sites};

/// Parts of a query that say who passed a link on, not where it leads, whatever the site.
const TRACKING: &[&str] = &["fbclid", "gclid", "igsh", "igshid", "mibextid"];

/// Those that only say so on the platforms that are not fetched; elsewhere `?s=` is a search.
const TRACKING_OF_PLATFORMS: &[&str] =
    &["_rdr", "feature", "is_from_webapp", "rdid", "s", "sender_device", "share_url", "si"];

/// Where the id of a post stands on platforms that are not fetched: after which part of the path,
/// or under which key of the query.
const IDS: &[(&str, &[&str], &[&str])] = &[
    ("facebook", &["posts", "permalink", "videos", "reel"], &["story_fbid", "fbid", "v"]),
    ("instagram", &["p", "reel", "reels", "tv"], &[]),
    ("threads", &["post"], &[]),
    ("tiktok", &["video", "photo"], &[]),
    ("x", &["status", "statuses"], &[]),
    ("youtube", &["shorts", "live"], &["v"]),
];

/// What may be done with an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way<'a> {
    /// Nothing: it is a number, an account or an invitation, kept in this form.
    Lead(String),
    /// A message of a public channel, which its embedded page shows.
    Message {
        /// The channel.
        channel: String,
        /// The embedded page.
        page: Url,
    },
    /// Nothing: its platform may not be crawled.
    Closed(&'a Closed),
    /// A page whose data is a list of links.
    Linktree,
    /// It leads elsewhere.
    Shortener,
    /// A page.
    Page,
}

/// What may be done with an address.
pub fn way<'a>(url: &Url, sites: &'a Sites) -> Way<'a> {
    let site = sites.of(url);
    let lead = match site {
        Site::Telegram => Lead::of_telegram(url.path()),
        _ => Lead::of(url.as_str()),
    };
    match (lead, site) {
        (Some(Lead::TelegramPost { channel, number }), _) => {
            let mut page = if url.has_host() && matches!(url.scheme(), "http" | "https") {
                url.clone()
            } else {
                // `tg://resolve` names no host: its message is on Telegram's own.
                match Url::parse("https://t.me/") {
                    Ok(host) => host,
                    Err(_) => return Way::Lead(format!("telegram:{channel}")),
                }
            };
            page.set_fragment(None);
            page.set_path(&format!("{channel}/{number}"));
            page.set_query(Some("embed=1"));
            Way::Message { channel: channel.to_owned(), page }
        }
        (Some(lead), _) => Way::Lead(lead.contact()),
        // A page of Telegram's that names no account holds no post.
        (None, Site::Telegram) => Way::Lead(format!("telegram:{}", url.path())),
        (None, Site::Closed(closed)) => Way::Closed(closed),
        (None, Site::Linktree) => Way::Linktree,
        (None, Site::Shortener) => Way::Shortener,
        (None, Site::Open) => Way::Page,
    }
}

/// Which post an address stands for.
pub fn key(url: &Url, sites: &Sites) -> PostKey {
    match way(url, sites) {
        Way::Message { channel, page } => {
            let number = page.path().rsplit('/').next().unwrap_or_default();
            let native_id = format!("{}/{number}", channel.to_ascii_lowercase());
            PostKey { platform: Platform::Telegram, native_id }
        }
        // A number stands in no list unmasked, so not in an identity either.
        Way::Lead(contact) => PostKey {
            platform: if contact.starts_with("telegram:") {
                Platform::Telegram
            } else {
                Platform::Whatsapp
            },
            native_id: of_words(&contact),
        },
        Way::Closed(closed) => {
            let native_id = id_on(&closed.platform, url).unwrap_or_else(|| canonical(url, true));
            PostKey { platform: Platform::from(closed.platform.as_str()), native_id }
        }
        Way::Linktree | Way::Shortener | Way::Page => {
            PostKey { platform: Platform::Web, native_id: canonical(url, false) }
        }
    }
}

/// An identity of what has no other: the same words are the same post.
pub fn of_words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let digest = Sha256::of(words.join(" ").as_bytes()).to_string();
    format!("sha256-{}", &digest[..24])
}

fn id_on(platform: &str, url: &Url) -> Option<String> {
    let (_, after, keys) = IDS.iter().find(|(name, ..)| *name == platform)?;
    if url.host_str() == Some("youtu.be") {
        return url.path_segments()?.next().filter(|id| !id.is_empty()).map(str::to_owned);
    }
    let by_query = || {
        let mut pairs = url.query_pairs();
        pairs.find(|(key, value)| keys.contains(&key.as_ref()) && !value.is_empty())
    };
    let mut parts = url
        .path_segments()?
        .skip_while(|part| !after.contains(part))
        .skip(1)
        .filter(|part| !part.is_empty());
    // Facebook may put the words of a title before the id; elsewhere more may follow it.
    let by_path = if platform == "facebook" { parts.last() } else { parts.next() };
    by_path.map(str::to_owned).or_else(|| by_query().map(|(_, value)| value.into_owned()))
}

/// The address without what differs from one who passes it on to the next.
fn canonical(url: &Url, on_platform: bool) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| {
            let key = key.as_ref();
            let of_platform = on_platform && TRACKING_OF_PLATFORMS.contains(&key);
            !key.starts_with("utm_") && !TRACKING.contains(&key) && !of_platform
        })
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    let text = url.as_str().split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    text.strip_prefix("www.").unwrap_or(text).trim_end_matches('/').to_owned()
}

/// The address, if the text is one and nothing else; one without a scheme is taken for https.
pub fn as_link(text: &str) -> Option<Url> {
    let text = text.trim();
    if text.is_empty() || text.contains(char::is_whitespace) {
        return None;
    }
    // An address may stand in the query of one that has no scheme.
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    if scheme.is_some_and(|scheme| scheme.bytes().all(|byte| byte.is_ascii_alphabetic())) {
        let url = Url::parse(text).ok()?;
        let known = matches!(url.scheme(), "http" | "https" | "tg" | "whatsapp");
        return (known && url.has_host()).then_some(url);
    }
    // "besok.Kita" is a slip of the keyboard: without a path only a known ending is an address.
    let host = text.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let (name, ending) = host.rsplit_once('.')?;
    let plausible = !name.is_empty()
        && ending.len() >= 2
        && ending.bytes().all(|byte| byte.is_ascii_alphabetic())
        && (text.len() > host.len()
            || psl::suffix(host.as_bytes()).is_some_and(|it| it.is_known()));
    if plausible { Url::parse(&format!("https://{text}")).ok() } else { None }
}

/// The links in a text, in order, each once.
pub fn links_in(text: &str) -> Vec<Url> {
    let mut links: Vec<Url> = Vec::new();
    for word in text.split(|letter: char| letter.is_whitespace() || "<>\"'()[]{}|".contains(letter))
    {
        let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
        if let Some(link) = as_link(word).filter(|_| word.contains('/'))
            && !links.contains(&link)
        {
            links.push(link);
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites() -> Sites {
        let table = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/registry/sites.toml");
        toml::from_str(&std::fs::read_to_string(table).unwrap()).unwrap()
    }

    /// What may be done with an address, and which post it stands for.
    #[test]
    fn addresses_as_people_hand_them_in() {
        let sites = sites();
        for (address, expected_way, expected_key) in [
            (
                "https://t.me/Loker_Contoh/11",
                "message https://t.me/Loker_Contoh/11?embed=1",
                "telegram:loker_contoh/11",
            ),
            (
                "https://t.me/loker_contoh/11?single",
                "message https://t.me/loker_contoh/11?embed=1",
                "telegram:loker_contoh/11",
            ),
            (
                "tg://resolve?domain=loker_contoh&post=11",
                "message https://t.me/loker_contoh/11?embed=1",
                "telegram:loker_contoh/11",
            ),
            ("https://t.me/loker_contoh", "lead telegram:loker_contoh", "telegram:sha256-"),
            ("https://t.me/+AbCdEf", "lead telegram:+AbCdEf", "telegram:sha256-"),
            ("https://t.me/c/123456/7", "lead telegram:c/123456", "telegram:sha256-"),
            ("https://wa.me/6281200000001?text=Halo", "lead +6281200000001", "whatsapp:sha256-"),
            ("https://chat.whatsapp.com/AbCdEf", "lead whatsapp:chat/AbCdEf", "whatsapp:sha256-"),
            (
                "https://whatsapp.com/channel/0029Va",
                "closed whatsapp",
                "whatsapp:whatsapp.com/channel/0029Va",
            ),
            (
                "https://www.facebook.com/groups/12/posts/34/?mibextid=x",
                "closed facebook",
                "facebook:34",
            ),
            (
                "https://m.facebook.com/story.php?story_fbid=34&id=5",
                "closed facebook",
                "facebook:34",
            ),
            (
                "https://www.facebook.com/halaman.contoh/posts/judul-panjang/34",
                "closed facebook",
                "facebook:34",
            ),
            (
                "https://www.facebook.com/halaman.contoh?fbclid=9",
                "closed facebook",
                "facebook:facebook.com/halaman.contoh",
            ),
            ("https://www.instagram.com/reel/AbC_1/?igsh=x", "closed instagram", "instagram:AbC_1"),
            (
                "https://www.tiktok.com/@nama/video/77?is_from_webapp=1",
                "closed tiktok",
                "tiktok:77",
            ),
            ("https://vt.tiktok.com/ZSabc/", "closed tiktok", "tiktok:vt.tiktok.com/ZSabc"),
            ("https://x.com/nama/status/88?s=20", "closed x", "x:88"),
            ("https://x.com/nama/status/88/photo/1", "closed x", "x:88"),
            ("https://twitter.com/nama/status/88", "closed x", "x:88"),
            ("https://www.threads.net/@nama/post/Abc", "closed threads", "threads:Abc"),
            ("https://youtu.be/AbCdEfGhIjK?si=9", "closed youtube", "youtube:AbCdEfGhIjK"),
            (
                "https://www.youtube.com/watch?v=AbCdEfGhIjK&feature=share",
                "closed youtube",
                "youtube:AbCdEfGhIjK",
            ),
            (
                "https://www.linkedin.com/jobs/view/1",
                "closed linkedin",
                "linkedin:linkedin.com/jobs/view/1",
            ),
            ("https://bit.ly/abc", "shortener", "web:bit.ly/abc"),
            ("https://s.id/abc", "shortener", "web:s.id/abc"),
            ("https://linktr.ee/nama", "linktree", "web:linktr.ee/nama"),
            (
                "https://www.contoh.example/loker/?utm_source=wa&id=3#atas",
                "page",
                "web:contoh.example/loker/?id=3",
            ),
            ("http://contoh.example/loker/", "page", "web:contoh.example/loker"),
            ("https://situs.example/?s=kamboja", "page", "web:situs.example/?s=kamboja"),
            ("https://situs.example/?s=malaysia&gclid=1", "page", "web:situs.example/?s=malaysia"),
            (
                "https://www.tiktok.com/tag/loker?share_url=x&s=1",
                "closed tiktok",
                "tiktok:tiktok.com/tag/loker",
            ),
        ] {
            let url = Url::parse(address).unwrap();
            let told = match way(&url, &sites) {
                Way::Lead(contact) => format!("lead {contact}"),
                Way::Message { page, .. } => format!("message {page}"),
                Way::Closed(closed) => format!("closed {}", closed.platform),
                Way::Linktree => "linktree".to_owned(),
                Way::Shortener => "shortener".to_owned(),
                Way::Page => "page".to_owned(),
            };
            assert_eq!(told, expected_way, "{address}");
            let key = key(&url, &sites).to_string();
            assert!(key.starts_with(expected_key), "{address}: {key}");
            let exact = expected_key.ends_with("sha256-") || key == expected_key;
            assert!(exact, "{address}: {key}");
            assert!(!key.contains("628120000"), "{key}");
        }
    }

    #[test]
    fn a_link_is_told_from_a_text() {
        for (text, expected) in [
            (" https://contoh.example/a ", Some("https://contoh.example/a")),
            ("wa.me/6281200000001", Some("https://wa.me/6281200000001")),
            ("bit.ly/abc", Some("https://bit.ly/abc")),
            ("loker-contoh.com", Some("https://loker-contoh.com/")),
            ("tg://join?invite=AbC", Some("tg://join?invite=AbC")),
            (
                "wa.me/6281200000001?text=lihat%20https://contoh.example",
                Some("https://wa.me/6281200000001?text=lihat%20https://contoh.example"),
            ),
            ("://contoh.example", None),
            ("Dicari.Segera", None),
            ("1.000.000/bulan", None),
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("data:text/html,x", None),
            ("lihat https://contoh.example/a", None),
            ("", None),
        ] {
            assert_eq!(as_link(text).as_ref().map(Url::as_str), expected, "{text}");
        }
    }

    #[test]
    fn links_stand_anywhere_in_a_text() {
        let text = "Minat? (bit.ly/abc), atau\nhttps://wa.me/6281200000001. gaji 9jt/bln dan/atau \
                    lagi bit.ly/abc besok.Kita";
        let links: Vec<String> = links_in(text).iter().map(Url::to_string).collect();
        assert_eq!(links, ["https://bit.ly/abc", "https://wa.me/6281200000001"]);
    }
}
