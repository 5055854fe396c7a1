//! What is usually paid, by country and kind of work: a dated table to hold an offered wage against.

use jiff::civil::Date;
use serde::Deserialize;

use super::Checked;

/// Kinds of work and what is usually paid for them.
#[derive(Debug, Clone, Default)]
pub struct Wages {
    /// Kinds of work, by the words people use.
    pub jobs: Vec<Job>,
    /// What is usually paid.
    pub usual: Vec<UsualWage>,
}

/// A kind of work.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Its name in the table.
    pub class: String,
    /// Words that mean it.
    pub names: Vec<String>,
}

/// What is usually paid in a country.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsualWage {
    /// A code of the table of countries.
    pub country: String,
    /// The kind of work; without one, any kind that has no line of its own.
    pub job: Option<String>,
    /// The lower end, in whole units.
    pub low: u64,
    /// The upper end, in whole units.
    pub high: u64,
    /// A code of the table of currencies.
    pub currency: String,
    /// What it is paid for: `hour`, `day`, `week`, `month` (when not said) or `year`.
    pub period: Option<String>,
    /// Where it is from, in words.
    pub says: String,
    /// How far that was checked.
    pub checked: Checked,
    /// The day it held, where not that of the table.
    pub date: Option<Date>,
}

/// The table as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    #[serde(rename = "as-of")]
    _as_of: Date,
    pub(super) job: Vec<Job>,
    pub(super) wage: Vec<UsualWage>,
}
