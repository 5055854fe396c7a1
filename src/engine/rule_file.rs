//! The form of a rule file, as written. Every value keeps its place for diagnostics.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::Lane;

/// One rule file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    pub(super) family: Family,
    #[serde(default, rename = "rule")]
    pub(super) rules: Vec<Rule>,
}

/// The family all rules of the file belong to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Family {
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    /// The most the family may add to, or take from, a score.
    #[serde(default = "no_cap")]
    pub(super) cap: i32,
    #[serde(default = "offer")]
    pub(super) lane: Lane,
}

fn no_cap() -> i32 {
    100
}

fn offer() -> Lane {
    Lane::Offer
}

/// One line of evidence.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    /// Evidence for or against; a rule without points, floor or hold only serves other rules.
    pub(super) points: Option<i32>,
    /// The evidence for the lane counts at least this much, before what speaks against it.
    pub(super) floor: Option<Spanned<u8>>,
    /// The score does not fall under this, whatever speaks against it.
    pub(super) hold: Option<Spanned<u8>>,
    #[serde(default)]
    pub(super) requires: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) unless: Vec<Spanned<String>>,
    pub(super) when: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) phrases: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) patterns: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) legal: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) status: Status,
    #[serde(default)]
    pub(super) owner: Option<String>,
    #[serde(default)]
    pub(super) hit: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) miss: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) todo: Vec<Spanned<String>>,
}

/// Whether a rule counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It scores.
    #[default]
    Live,
    /// It is counted and never scored.
    Shadow,
    /// It is not looked at.
    Off,
}
