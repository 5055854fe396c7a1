//! The dated register of licensed agencies: whom the ministry has licensed, until when, and how
//! they are reached. Shipped empty, beside an invented sample; the ministry brings its own.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A licensed agency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Agency {
    /// Its name, with or without "PT".
    pub name: String,
    /// Other names it goes by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Its licence number (SIP3MI), where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// The last day the licence holds.
    #[serde(rename = "valid-until", skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// How the licence stands.
    #[serde(default, skip_serializing_if = "LicenceStatus::is_in_force")]
    pub status: LicenceStatus,
    /// The province it is licensed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// Its telephone numbers; with none known, contacts cannot be compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    /// Its web addresses, host only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Where this entry was taken from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<Date>,
}

impl Agency {
    /// Its name without the legal form, in lower case: what it is known by.
    pub(crate) fn bare_name(&self) -> String {
        without_form(&self.name).to_lowercase()
    }

    /// Its licence number without its punctuation.
    pub(crate) fn bare_licence(&self) -> Option<String> {
        self.licence.as_deref().map(comparable)
    }
}

/// A company's name without its legal form.
pub(crate) fn without_form(name: &str) -> String {
    let form = |word: &&str| {
        let bare = word.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase();
        matches!(bare.as_str(), "pt" | "cv" | "tbk" | "p3mi")
    };
    let words: Vec<&str> = name.split_whitespace().filter(|word| !form(word)).collect();
    words.join(" ").trim_end_matches(',').to_owned()
}

/// A licence number without its punctuation.
pub(crate) fn comparable(number: &str) -> String {
    number.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How a licence stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LicenceStatus {
    /// In force.
    #[default]
    Aktif,
    /// Withdrawn or suspended.
    Dicabut,
}

impl LicenceStatus {
    /// As written in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aktif => "aktif",
            Self::Dicabut => "dicabut",
        }
    }

    const fn is_in_force(&self) -> bool {
        matches!(self, Self::Aktif)
    }
}

/// The table of agencies as written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AgencyTable {
    /// The day the list held.
    #[serde(rename = "as-of")]
    pub as_of: Date,
    /// Where it is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The agencies.
    #[serde(default)]
    pub agency: Vec<Agency>,
}

impl AgencyTable {
    /// The file of the table within `registry/`.
    pub const FILE: &str = "agencies.toml";

    /// The table as a file, with `head` as comments before it.
    pub fn to_toml(&self, head: &str) -> Result<String, toml::ser::Error> {
        let comments: String = head.lines().map(|line| format!("# {line}\n")).collect();
        Ok(comments + &toml::to_string(self)?)
    }
}
