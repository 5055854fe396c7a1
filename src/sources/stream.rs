//! What a source is whose posts come over a connection that stays open. It says where to connect
//! and reads one message at a time; connecting, scoring and storing happen elsewhere. A message may
//! come twice: its `key` is then the same.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Adapter, Cursor, SetAside};
use crate::post::{Platform, Post, PostKey};

/// Where to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The address, `ws` or `wss`.
    pub url: Url,
    /// The subprotocol to ask for, where the server speaks more than one.
    pub protocol: Option<&'static str>,
}

/// Which of the posts a stream brings are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// Those an analyst should see.
    #[default]
    Flagged,
    /// These, those whose author names a language of the region, and near misses in any language.
    Indonesian,
    /// All of them.
    All,
}

/// One message, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Where to go on after this message; `None` for one that has no place in the stream.
    pub cursor: Option<Cursor>,
    /// When the server saw it.
    pub at: Option<Timestamp>,
    /// What makes it the same message when it comes again; empty where that does not matter.
    pub key: String,
    /// What it says.
    pub news: News,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// A post was published or edited.
    Post {
        /// The post.
        post: Box<Post>,
        /// It replaces an earlier version.
        edit: bool,
        /// Its author names a language of the region.
        regional: bool,
    },
    /// A post was deleted.
    Deleted {
        /// The post.
        key: PostKey,
        /// How the ids of what was made of it (reposts) begin: its own id and more.
        copies: String,
    },
    /// An account is gone, and with it every post whose id starts with `prefix`.
    AccountGone {
        /// Where.
        platform: Platform,
        /// How the ids of its posts begin.
        prefix: String,
    },
    /// An account has this handle from now on; `None` when it must be asked anew.
    Handle {
        /// The platform's id of the account.
        account: String,
        /// The handle without `@`.
        handle: Option<String>,
    },
    /// The server no longer has all that came since the cursor: what is missing, for a person.
    Gap(String),
    /// The server ends the stream: why, for a person.
    Ended(String),
    /// A message of a known kind that says nothing to us.
    Nothing,
}

/// A source whose posts come over a connection that stays open. No method does I/O.
pub trait StreamSource: Send + Sync {
    /// Which adapter this is.
    fn adapter(&self) -> Adapter;

    /// Where to connect to go on from `cursor`; without one, from now on.
    fn subscribe(&self, cursor: Option<&Cursor>) -> Subscription;

    /// Reads one message.
    ///
    /// # Errors
    /// The message is not as the adapter knows it.
    fn read(&self, message: &[u8]) -> Result<Event, SetAside>;

    /// From where to try next when the server refuses to go on from `cursor`; `None`: from now on.
    fn instead_of(&self, cursor: &Cursor) -> Option<Cursor>;

    /// What lies unread between `cursor` and the first message after it, for a person, if the
    /// server leaves out what it no longer has without a word.
    fn left_out(&self, cursor: &Cursor, first: &Event) -> Option<String>;

    /// Which posts are stored.
    fn keep(&self) -> Keep;

    /// The largest message taken, in bytes.
    fn max_message(&self) -> usize;

    /// How long a run that is to end by itself reads at most.
    fn once_for(&self) -> Duration;

    /// How soon to come back after a failure, and how late to a server that does not want us, in
    /// seconds.
    fn interval(&self) -> (u64, u64);
}
