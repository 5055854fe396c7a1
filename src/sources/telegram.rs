//! The public web preview of Telegram channels.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Door, Given, OpenError, SourceSettings};

/// What only a channel's preview knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The channel's public name, without `@`.
    pub channel: String,
    /// How many posts back the first visit walks at most.
    #[serde(default = "backfill_posts")]
    pub backfill_posts: u32,
    /// The day before which the first visit does not go back, in WIB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill_since: Option<Date>,
    /// Where the previews are served.
    #[serde(default = "base")]
    pub base: Url,
}

const fn backfill_posts() -> u32 {
    200
}

fn base() -> Url {
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    Url::parse("https://t.me").expect("a constant that parses")
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = true;

    fn open(&self, _given: &Given) -> Result<Door, OpenError> {
        Err(OpenError { key: "type", reason: "belum ada".into() })
    }
}
