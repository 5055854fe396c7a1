//! What the config says of a Misskey server, and what of it can be.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Server;
use crate::sources::fediverse::settings::{backfill_posts, interval, server};
use crate::sources::{Door, Given, OpenError, SourceSettings};

/// What only a server of the Misskey family knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The address of the server.
    pub server: Url,
    /// Whether notes with the hashtags in the rule lists are read.
    #[serde(default = "yes")]
    pub hashtags: bool,
    /// Which timeline is read.
    #[serde(default)]
    pub public: Public,
    /// How many notes of each listing the first visit reads; the page in hand is kept whole.
    #[serde(default = "backfill_posts")]
    pub backfill_posts: u32,
}

const fn yes() -> bool {
    true
}

/// Which timeline is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Public {
    /// None.
    #[default]
    None,
    /// Notes of the server's own accounts.
    Local,
    /// All notes the server knows.
    All,
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        if !self.hashtags && self.public == Public::None {
            return Err(OpenError::new(
                "public",
                "tidak ada yang dibaca: nyalakan `hashtags`, atau isi `public` dengan \"local\" \
                 atau \"all\"",
            ));
        }
        Ok(Door::Web(Box::new(Server {
            server: server(&self.server)?,
            hashtags: self.hashtags,
            public: self.public,
            backfill: u64::from(self.backfill_posts),
            interval: interval(given)?,
        })))
    }
}
