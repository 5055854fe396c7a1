//! What an instance lets a stranger read, as its `/api/v2/instance` says since Mastodon 4.5. A
//! server that has no such page, or does not say, is simply asked.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which timelines are open to a stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Access {
    /// The public timeline.
    pub live: Feed,
    /// The timelines of hashtags.
    pub hashtag: Feed,
}

/// Which parts of a timeline are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Feed {
    /// Posts of the instance's own accounts.
    pub local: bool,
    /// Posts of accounts elsewhere.
    pub remote: bool,
}

impl Feed {
    /// Open as far as anyone has said.
    const OPEN: Self = Self { local: true, remote: true };
    /// Nothing of it is open.
    pub const CLOSED: Self = Self { local: false, remote: false };
}

impl Access {
    /// Nothing is known to be closed.
    pub const UNTOLD: Self = Self { live: Feed::OPEN, hashtag: Feed::OPEN };

    /// Reads what an instance says of itself.
    pub fn read(instance: &Value) -> Self {
        let access = instance.pointer("/configuration/timelines_access");
        let open = |feed: &str, part: &str| {
            let said = access.and_then(|access| access.get(feed)?.get(part)?.as_str());
            said.is_none_or(|said| said == "public")
        };
        let feed = |name| Feed { local: open(name, "local"), remote: open(name, "remote") };
        Self { live: feed("live_feeds"), hashtag: feed("hashtag_feeds") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_to_be_closed_is_open() {
        let closed = |local: bool, remote: bool| Feed { local: !local, remote: !remote };
        for (instance, live, hashtag) in [
            (r#"{}"#, Feed::OPEN, Feed::OPEN),
            (r#"{"configuration":{"timelines_access":null}}"#, Feed::OPEN, Feed::OPEN),
            (
                r#"{"configuration":{"timelines_access":{
                    "live_feeds":{"local":"public","remote":"authenticated"},
                    "hashtag_feeds":{"local":"disabled","remote":"disabled"}}}}"#,
                closed(false, true),
                closed(true, true),
            ),
            (
                r#"{"configuration":{"timelines_access":{"live_feeds":{"local":7}}}}"#,
                Feed::OPEN,
                Feed::OPEN,
            ),
        ] {
            let instance: Value = serde_json::from_str(instance).unwrap();
            assert_eq!(Access::read(&instance), Access { live, hashtag }, "{instance}");
        }
    }
}
