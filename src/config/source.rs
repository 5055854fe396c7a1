//! A `[[source]]` of the config: the keys every source has, and the rest of its table, with the
//! place of each part, for the adapter it names.

use std::fmt;
use std::ops::Range;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Fault;
use super::read::{Table, read};

/// One source.
#[derive(Debug, Clone, Serialize)]
pub struct SourceConfig {
    /// Its name in logs, metrics, tables and commands; no two sources share one.
    pub name: SourceName,
    /// The adapter that reads it: `folder`, `feed`, `telegram`, ….
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether the watch visits it.
    pub enabled: bool,
    /// On what ground the operator reads a source whose terms restrict automated reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// Shortest time between two visits; the adapter's own default when absent.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "jiff::fmt::serde::duration::friendly::compact::optional"
    )]
    pub every: Option<SignedDuration>,
    /// Longest time between two visits; the adapter's own default when absent.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "jiff::fmt::serde::duration::friendly::compact::optional"
    )]
    pub slowest: Option<SignedDuration>,
    /// The keys that only its adapter knows.
    #[serde(flatten)]
    pub rest: toml::Table,
    #[serde(skip)]
    name_span: Range<usize>,
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
pub const COMMON_KEYS: &[&str] = &["name", "type", "enabled", "legal_basis", "every", "slowest"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Common {
    name: Spanned<SourceName>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default = "enabled")]
    enabled: bool,
    legal_basis: Option<String>,
    every: Option<Spanned<SignedDuration>>,
    slowest: Option<Spanned<SignedDuration>>,
}

const fn enabled() -> bool {
    true
}

/// Reads the elements of `source`; what is wrong is added to `faults`.
pub(super) fn read_all<'i>(
    elements: impl IntoIterator<Item = Spanned<DeValue<'i>>>,
    faults: &mut Vec<Fault>,
) -> Vec<SourceConfig> {
    let mut sources: Vec<SourceConfig> = Vec::new();
    for element in elements {
        let span = element.span();
        // What is not a table was already refused with the rest of the file.
        let DeValue::Table(table) = element.into_inner() else { continue };
        let Some(source) = read_one(Spanned::new(span, table), faults) else { continue };
        if let Some(first) = sources.iter().find(|first| first.name == source.name) {
            faults.push(Fault {
                span: source.name_span.clone(),
                title: format!("nama sumber `{}` dipakai dua kali", source.name),
                label: "nama yang sama lagi".into(),
                also: Some((first.name_span.clone(), "sudah dipakai di sini".into())),
                help: Some("beri tiap sumber nama sendiri".into()),
            });
        }
        sources.push(source);
    }
    sources
}

fn read_one(table: Table<'_>, faults: &mut Vec<Fault>) -> Option<SourceConfig> {
    let span = table.span();
    let mut common = DeTable::new();
    let mut rest = DeTable::new();
    for (key, value) in table.into_inner() {
        let is_common = COMMON_KEYS.contains(&key.get_ref().as_ref());
        if is_common { &mut common } else { &mut rest }.insert(key, value);
    }
    let common: Common = read(Spanned::new(span.clone(), common), faults)?;
    for time in [&common.every, &common.slowest].into_iter().flatten() {
        if !time.get_ref().is_positive() {
            faults.push(not_positive(time.span()));
        }
    }
    if let (Some(every), Some(slowest)) = (&common.every, &common.slowest)
        && slowest.get_ref() < every.get_ref()
    {
        faults.push(Fault {
            span: slowest.span(),
            title: "`slowest` lebih singkat daripada `every`".into(),
            label: "jarak terpanjang antara dua kunjungan".into(),
            also: Some((every.span(), "jarak terpendek".into())),
            help: Some("tulis `slowest` sama dengan atau lebih lama daripada `every`".into()),
        });
    }
    Some(SourceConfig {
        name_span: common.name.span(),
        name: common.name.into_inner(),
        enabled: common.enabled,
        legal_basis: common.legal_basis,
        every: common.every.map(Spanned::into_inner),
        slowest: common.slowest.map(Spanned::into_inner),
        rest: read_adapter(&common.kind, Spanned::new(span, rest), faults),
        kind: common.kind,
    })
}

/// The fault of a time that is zero or negative.
pub(super) fn not_positive(span: Range<usize>) -> Fault {
    Fault {
        span,
        title: "lamanya waktu harus lebih dari nol".into(),
        label: "ini nol atau kurang".into(),
        also: None,
        help: Some("tulis misalnya \"30s\", \"15m\", atau \"2h\"".into()),
    }
}

/// What only the adapter of this `kind` knows.
fn read_adapter(_kind: &str, rest: Table<'_>, faults: &mut Vec<Fault>) -> toml::Table {
    read(rest, faults).unwrap_or_default()
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
