//! The drop folder: files of posts that somebody puts into a folder.

use std::path::PathBuf;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Door, Given, OpenError, SourceSettings};

/// What only a folder knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The folder.
    pub path: PathBuf,
    /// Leaves finished files where they lie instead of moving them to `done/` or `failed/`.
    #[serde(default)]
    pub keep: bool,
    /// How long a file must stay as it is before it counts as complete.
    #[serde(default = "settle")]
    pub settle: SignedDuration,
    /// The platform of rows that name none.
    #[serde(default = "platform")]
    pub platform: String,
}

const fn settle() -> SignedDuration {
    SignedDuration::from_secs(5)
}

fn platform() -> String {
    "web".into()
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, _given: &Given) -> Result<Door, OpenError> {
        Err(OpenError { key: "type", reason: "belum ada".into() })
    }
}
