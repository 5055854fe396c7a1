//! Feeds: RSS, Atom, RDF and JSON Feed.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Door, Given, OpenError, SourceSettings};

/// What only a feed knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The address of the feed.
    pub url: Url,
    /// How many older pages (RFC 5005 `prev-archive`, `next`) the first visit walks back.
    #[serde(default)]
    pub backfill_pages: u32,
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, _given: &Given) -> Result<Door, OpenError> {
        Err(OpenError { key: "type", reason: "belum ada".into() })
    }
}
