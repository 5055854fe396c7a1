//! The dated register of licensed agencies: whom the ministry has licensed, until when, and how
//! they are reached. Shipped empty, beside an invented sample; the ministry brings its own.

use jiff::civil::Date;
use serde::Deserialize;

/// A licensed agency.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agency {
    /// Its name, with or without "PT".
    pub name: String,
    /// Other names it goes by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Its licence number (SIP3MI), where known.
    pub licence: Option<String>,
    /// The last day the licence holds.
    #[serde(rename = "valid-until")]
    pub valid_until: Option<Date>,
    /// How the licence stands.
    #[serde(default)]
    pub status: LicenceStatus,
    /// The province it is licensed in.
    pub province: Option<String>,
    /// Its telephone numbers; with none known, contacts cannot be compared.
    #[serde(default)]
    pub phones: Vec<String>,
    /// Its web addresses, host only.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Where this entry was taken from.
    pub source: Option<String>,
    /// When it was taken.
    pub taken: Option<Date>,
}

/// How a licence stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LicenceStatus {
    /// In force.
    #[default]
    Aktif,
    /// Withdrawn or suspended.
    Dicabut,
}

/// The table as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Agencies {
    #[serde(rename = "as-of")]
    _as_of: Date,
    #[serde(rename = "source")]
    _source: Option<String>,
    #[serde(default)]
    pub(super) agency: Vec<Agency>,
}
