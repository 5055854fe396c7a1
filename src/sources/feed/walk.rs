//! How far the walk back through a feed's older pages has come: the feed's cursor. It is over when
//! the feed names no older page or as many were read as the config says; raising that number takes
//! the walk up again where it stood.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::sources::Cursor;

/// Where the walk stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Walk {
    /// The feed this is about: a source may be given another address.
    feed: Url,
    /// Older pages read so far.
    walked: u32,
    /// The next older page, when the last one named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    older: Option<Url>,
}

impl Walk {
    /// A walk whose first page was just read.
    pub fn start(feed: &Url, older: Option<Url>) -> Self {
        Self { feed: feed.clone(), walked: 0, older }
    }

    /// The walk a cursor tells of, if it is one of this feed.
    pub fn resume(feed: &Url, cursor: Option<&Cursor>) -> Option<Self> {
        Self::deserialize(&cursor?.0).ok().filter(|walk| walk.feed == *feed)
    }

    /// The walk after an older page, which names `older` as the next.
    pub fn step(self, older: Option<Url>) -> Self {
        Self { walked: self.walked.saturating_add(1), older, ..self }
    }

    /// The page to read next, of at most `most` older pages.
    pub fn next(&self, most: u32) -> Option<Url> {
        self.older.clone().filter(|_| self.walked < most)
    }

    /// What to store of it.
    pub fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_value(self).unwrap_or_default())
    }
}

/// The address of an older page, if the feed's host or the host that answered for it serves it: a
/// feed must not lead the walk elsewhere.
pub(in crate::sources) fn same_host(address: &str, feed: &Url, answered: &Url) -> Option<Url> {
    let mut older = answered.join(address.trim()).ok()?;
    older.set_fragment(None);
    let is_of = |url: &Url| {
        // A site that moved to https often still writes http into its links.
        let same_port = older.port() == url.port();
        same_port && older.host_str() == url.host_str()
    };
    let is_web = matches!(older.scheme(), "http" | "https");
    (is_web && (is_of(feed) || is_of(answered))).then_some(older)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn only_the_feeds_own_host_leads_on() {
        let feed = url("https://kabar.example/feed");
        let answered = url("https://www.kabar.example/feed/");
        for (address, older) in [
            ("?paged=2", Some("https://www.kabar.example/feed/?paged=2")),
            ("https://kabar.example/feed?p=2#x", Some("https://kabar.example/feed?p=2")),
            ("http://www.kabar.example/feed?p=2", Some("http://www.kabar.example/feed?p=2")),
            ("https://lain.example/feed", None),
            ("https://www.kabar.example:8443/feed", None),
            ("http://127.0.0.1/feed", None),
            ("file:///etc/passwd", None),
            ("https://", None),
        ] {
            assert_eq!(same_host(address, &feed, &answered), older.map(url), "{address}");
        }
    }

    #[test]
    fn a_walk_survives_its_cursor_and_ends() {
        let feed = url("https://kabar.example/feed");
        let older = url("https://kabar.example/feed?p=2");
        let walk = Walk::start(&feed, Some(older.clone()));
        assert_eq!((walk.next(0), walk.next(1)), (None, Some(older.clone())));
        let cursor = walk.cursor();
        assert_eq!(Walk::resume(&feed, Some(&cursor)), Some(walk.clone()));
        assert_eq!(Walk::resume(&older, Some(&cursor)), None, "another feed");
        let stepped = walk.step(Some(older.clone()));
        assert_eq!((stepped.next(1), stepped.next(2)), (None, Some(older)));
        assert_eq!(stepped.step(None).next(9), None);
    }
}
