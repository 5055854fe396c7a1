//! Provinces, kabupaten and kota by their Kemendagri codes, as people name them.

use jiff::civil::Date;
use serde::Deserialize;

/// A region.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "(String, String, Vec<String>, Vec<Trait>)")]
pub struct Region {
    /// Kemendagri's code: `52` a province, `52.03` a kabupaten or kota, `65.03.01` a kecamatan.
    pub code: String,
    /// Its name on screen.
    pub title: String,
    /// What people call it.
    pub names: Vec<String>,
    /// Its names are words of every day too: read only after "kab", "kota", "warga".
    pub everyday: bool,
    /// People cross the border there.
    pub transit: bool,
}

/// What a line of the table adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Trait {
    Everyday,
    Transit,
}

impl From<(String, String, Vec<String>, Vec<Trait>)> for Region {
    fn from((code, title, names, traits): (String, String, Vec<String>, Vec<Trait>)) -> Self {
        Self {
            code,
            title,
            names,
            everyday: traits.contains(&Trait::Everyday),
            transit: traits.contains(&Trait::Transit),
        }
    }
}

impl Region {
    /// Whether it is a city: the second part of a city's code is 71 or more.
    pub fn is_city(&self) -> bool {
        let second = self.code.split('.').nth(1).and_then(|part| part.parse::<u8>().ok());
        second.is_some_and(|number| number >= 71)
    }
}

/// The table as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Regions {
    #[serde(rename = "as-of")]
    _as_of: Date,
    pub(super) region: Vec<Region>,
}
