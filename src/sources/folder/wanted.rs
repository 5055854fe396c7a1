//! The formats a person may ask for by name, where the content is not to decide.

use std::str::FromStr;

/// How a file is to be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wanted {
    /// As its content says.
    #[default]
    Auto,
    /// One object a line.
    Jsonl,
    /// A header and records.
    Csv,
    /// Blocks of plain text.
    Text,
    /// Zeeschuimer NDJSON.
    Zeeschuimer,
    /// CSV of 4CAT.
    Fourcat,
    /// `result.json` of Telegram Desktop.
    Telegram,
    /// A chat of WhatsApp as text.
    Whatsapp,
}

/// No format has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("format `{0}` tidak dikenal; yang ada: {known}", known = Wanted::names())]
pub struct WantedError(String);

const NAMES: &[(&str, Wanted)] = &[
    ("auto", Wanted::Auto),
    ("zeeschuimer", Wanted::Zeeschuimer),
    ("4cat", Wanted::Fourcat),
    ("telegram", Wanted::Telegram),
    ("whatsapp", Wanted::Whatsapp),
    ("jsonl", Wanted::Jsonl),
    ("csv", Wanted::Csv),
    ("text", Wanted::Text),
];

impl Wanted {
    /// The names there are, for help and messages.
    pub fn names() -> String {
        NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

impl FromStr for Wanted {
    type Err = WantedError;

    fn from_str(name: &str) -> Result<Self, WantedError> {
        let found = NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, wanted)| *wanted).ok_or_else(|| WantedError(name.to_owned()))
    }
}
