//! What an operator may set about the store (`[store]` in the config).

use std::path::PathBuf;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::quality::QualitySettings;
use super::team::TeamSettings;

/// The `[store]` table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The database file.
    pub path: PathBuf,
    /// The folder of content-addressed captures.
    pub evidence: PathBuf,
    /// How long `queue next` keeps an item for one analyst.
    #[serde(serialize_with = "jiff::fmt::serde::duration::friendly::compact::required")]
    pub lease: SignedDuration,
    /// What is given out a second time or unmarked. It is a table of its own in the config.
    #[serde(skip)]
    pub quality: QualitySettings,
    /// How people work together on items.
    pub team: TeamSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            path: PathBuf::from("data/waspada.db"),
            evidence: PathBuf::from("data/evidence"),
            lease: SignedDuration::from_mins(15),
            quality: QualitySettings::OFF,
            team: TeamSettings::default(),
        }
    }
}
