//! How the rows of a file are to be read where the file itself leaves it open: the platform, the
//! columns, the time zone. Kept beside what was read, so that it can be read again the same way.

use std::collections::BTreeMap;
use std::fmt;

use jiff::tz::{TimeZone, offset};
use serde::{Deserialize, Serialize};

use crate::post::Platform;

/// What a file does not say of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ways {
    /// The platform of rows that name none.
    pub platform: Platform,
    /// Which column or key holds what: the name of a field, and the column's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// The clock of times without a zone.
    #[serde(default)]
    pub zone: Zone,
}

impl Default for Ways {
    fn default() -> Self {
        Self { platform: Platform::Web, columns: BTreeMap::new(), zone: Zone::default() }
    }
}

/// A time zone by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// There is no such time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("zona waktu `{0}` tidak dikenal; tulis misalnya \"Asia/Jakarta\" atau \"Asia/Makassar\"")]
pub struct ZoneError(String);

/// The zones of Indonesia, which have no summer time: known on machines without a zone database.
const INDONESIAN: [(&str, i8); 3] =
    [("Asia/Jakarta", 7), ("Asia/Makassar", 8), ("Asia/Jayapura", 9)];

impl Zone {
    pub(in crate::sources) fn time_zone(&self) -> TimeZone {
        self.zone.clone()
    }
}

impl Default for Zone {
    fn default() -> Self {
        let (name, hours) = INDONESIAN[0];
        Self { name: name.to_owned(), zone: TimeZone::fixed(offset(hours)) }
    }
}

impl TryFrom<String> for Zone {
    type Error = ZoneError;

    fn try_from(name: String) -> Result<Self, ZoneError> {
        let fixed = INDONESIAN.iter().find(|(known, _)| *known == name);
        let zone = match fixed {
            Some((_, hours)) => TimeZone::fixed(offset(*hours)),
            None => TimeZone::get(&name).map_err(|_| ZoneError(name.clone()))?,
        };
        Ok(Self { name, zone })
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
