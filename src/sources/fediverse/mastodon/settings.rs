//! What the config says of an instance, and what of it can be.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Instance;
use super::instance::Feed;
use crate::sources::fediverse::settings::{backfill_posts, interval, server};
use crate::sources::{Door, Given, OpenError, SourceSettings};

/// What only an instance of the Mastodon family knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The address of the instance.
    pub server: Url,
    /// Whether the timelines of the hashtags in the rule lists are read.
    #[serde(default = "yes")]
    pub hashtags: bool,
    /// Which part of the public timeline is read.
    #[serde(default)]
    pub public: Public,
    /// How many posts of each timeline the first visit reads; the page in hand is kept whole.
    #[serde(default = "backfill_posts")]
    pub backfill_posts: u32,
}

const fn yes() -> bool {
    true
}

/// Which part of the public timeline is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Public {
    /// Nothing of it.
    #[default]
    None,
    /// Posts of the instance's own accounts.
    Local,
    /// Posts of accounts elsewhere.
    Remote,
    /// All of it.
    All,
}

impl Public {
    pub(super) fn feed(self) -> Feed {
        Feed {
            local: matches!(self, Self::Local | Self::All),
            remote: matches!(self, Self::Remote | Self::All),
        }
    }
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        if !self.hashtags && self.public == Public::None {
            return Err(OpenError::new(
                "public",
                "tidak ada yang dibaca: nyalakan `hashtags`, atau isi `public` dengan \"local\", \
                 \"remote\", atau \"all\"",
            ));
        }
        Ok(Door::Web(Box::new(Instance {
            server: server(&self.server)?,
            hashtags: self.hashtags,
            public: self.public,
            backfill: u64::from(self.backfill_posts),
            interval: interval(given)?,
        })))
    }
}
