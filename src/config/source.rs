//! A `[[source]]` of the config: the keys every source has, and the settings that only its kind
//! knows. A fault in one key hides none in the others.

use std::fmt;

use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Config;
use super::explain::unknown_name;
use super::fault::Fault;
use super::read::{Table, read, span_of};
use crate::sources::{Given, KINDS, Lacks, OpenError, ReadSettings, Settings};

/// One source.
#[derive(Debug, Clone, Serialize)]
pub struct SourceConfig {
    /// Its name in logs, metrics, tables and commands; no two sources share one.
    pub name: SourceName,
    /// Its kind: `folder`, `feed`, `telegram`, ….
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether the watch visits it.
    pub enabled: bool,
    /// On what ground the operator reads a source whose terms restrict automated reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// Shortest time between two visits; the kind's own default when absent.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "jiff::fmt::serde::duration::friendly::compact::optional"
    )]
    pub every: Option<SignedDuration>,
    /// Longest time between two visits; the kind's own default when absent.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "jiff::fmt::serde::duration::friendly::compact::optional"
    )]
    pub slowest: Option<SignedDuration>,
    /// What only its kind knows.
    #[serde(flatten)]
    pub settings: Settings,
}

impl SourceConfig {
    /// Why it stays off although it is enabled: a secret that its settings name is not there.
    pub fn missing_secret(&self, config: &Config) -> Option<OpenError> {
        let error = self.settings.open(&self.given(config)).err().filter(|_| self.enabled)?;
        (error.lacks == Lacks::Secret).then_some(error)
    }

    /// What its door is opened with.
    pub fn given(&self, config: &Config) -> Given {
        Given {
            name: self.name.to_string(),
            folder: config.folder.clone(),
            every: self.every.map(SignedDuration::unsigned_abs),
            slowest: self.slowest.map(SignedDuration::unsigned_abs),
        }
    }
}

/// A source's name: short and plain, for it is typed in commands and stands in every metric.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceName(String);

/// A text that cannot name a source.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("nama sumber: 1 sampai 64 huruf kecil a-z, angka, `-`, `_`, atau `.`")]
pub struct SourceNameError;

impl SourceName {
    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for SourceName {
    type Error = SourceNameError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let plain = |letter: u8| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || b"-_.".contains(&letter)
        };
        let fits = (1..=64).contains(&name.len()) && name.bytes().all(plain);
        if fits { Ok(Self(name)) } else { Err(SourceNameError) }
    }
}

impl From<SourceName> for String {
    fn from(name: SourceName) -> Self {
        name.0
    }
}

/// The keys every source has.
const COMMON_KEYS: &[&str] = &["name", "type", "enabled", "legal_basis", "every", "slowest"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Common {
    name: SourceName,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default = "enabled")]
    enabled: bool,
    legal_basis: Option<String>,
    every: Option<SignedDuration>,
    slowest: Option<SignedDuration>,
}

const fn enabled() -> bool {
    true
}

/// A source as it stands in the file.
pub(super) struct Written<'i> {
    /// Its table, with the place of each part.
    pub table: Table<'i>,
    /// What it says, unless too little of it could be read.
    pub config: Option<SourceConfig>,
}

/// Reads the elements of `source`; what is wrong is added to `faults`.
pub(super) fn read_all<'i>(document: &DeTable<'i>, faults: &mut Vec<Fault>) -> Vec<Written<'i>> {
    let Some(DeValue::Array(elements)) = document.get("source").map(Spanned::get_ref) else {
        return Vec::new();
    };
    let mut sources = Vec::new();
    for element in elements {
        // What is not a table was already refused with the rest of the file.
        let DeValue::Table(table) = element.get_ref() else { continue };
        let table = Spanned::new(element.span(), table.clone());
        sources.push(Written { config: read_one(table.clone(), faults), table });
    }
    sources
}

fn read_one(table: Table<'_>, faults: &mut Vec<Fault>) -> Option<SourceConfig> {
    let span = table.span();
    let kind_span = span_of(table.get_ref(), &["type"]);
    let mut common = DeTable::new();
    let mut own = DeTable::new();
    for (key, value) in table.into_inner() {
        let is_common = COMMON_KEYS.contains(&key.get_ref().as_ref());
        if is_common { &mut common } else { &mut own }.insert(key, value);
    }
    let kind = match common.get("type").map(Spanned::get_ref) {
        Some(DeValue::String(kind)) => Some(kind.to_string()),
        _ => None,
    };
    let common = read::<Common>(Spanned::new(span.clone(), common), &[], faults);
    let kind = kind?;
    let own = OwnSettings { table: Spanned::new(span.clone(), own), faults };
    let Some(settings) = Settings::read(&kind, own) else {
        let place = kind_span.unwrap_or(span);
        faults.push(unknown_name(place, "jenis sumber", &kind, "jenis ini tidak ada", KINDS));
        return None;
    };
    let (common, settings) = (common?, settings?);
    Some(SourceConfig {
        name: common.name,
        kind: common.kind,
        enabled: common.enabled,
        legal_basis: common.legal_basis,
        every: common.every,
        slowest: common.slowest,
        settings,
    })
}

/// The keys of a source that only its kind knows.
struct OwnSettings<'a, 'i> {
    table: Table<'i>,
    faults: &'a mut Vec<Fault>,
}

impl ReadSettings for OwnSettings<'_, '_> {
    fn read<T: DeserializeOwned>(self) -> Option<T> {
        read(self.table, COMMON_KEYS, self.faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        for (name, fits) in [
            ("folder-contoh", true),
            ("t.me_1", true),
            ("", false),
            ("Folder", false),
            ("dua kata", false),
            ("a/b", false),
        ] {
            assert_eq!(SourceName::try_from(name.to_owned()).is_ok(), fits, "{name:?}");
        }
        assert!(SourceName::try_from("x".repeat(65)).is_err());
    }
}
