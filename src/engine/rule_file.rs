//! The form of a rule file, as written. Every value keeps its place for diagnostics.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::Lane;
use crate::facts::{Speaker, SpeechAct};

/// One rule file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    /// May be absent only in a file of exceptions.
    pub(super) family: Option<Family>,
    #[serde(default, rename = "rule")]
    pub(super) rules: Vec<Rule>,
    #[serde(default, rename = "exception")]
    pub(super) exceptions: Vec<Exception>,
}

/// Where a rule is not to fire: on posts of a source, or that hold a phrase, until a day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exception {
    pub(super) rule: Spanned<String>,
    #[serde(default)]
    pub(super) sources: Vec<String>,
    #[serde(default)]
    pub(super) phrases: Vec<Spanned<String>>,
    pub(super) owner: String,
    pub(super) reason: String,
    pub(super) until: Spanned<String>,
    /// Texts of the posts it is there for: it must hold of them, so that the rule does not fire.
    #[serde(default)]
    pub(super) miss: Vec<Spanned<String>>,
}

/// The family all rules of the file belong to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Family {
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    /// The most the family may add to, or take from, a score.
    pub(super) cap: Option<i32>,
    #[serde(default = "offer")]
    pub(super) lane: Lane,
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
    /// What a post does in which it fires.
    pub(super) speech: Option<SpeechAct>,
    /// Who speaks where it fires.
    pub(super) speaker: Option<Speaker>,
    #[serde(default)]
    pub(super) owner: Option<String>,
    /// First and last day in force, `YYYY-MM-DD`.
    pub(super) from: Option<Spanned<String>>,
    pub(super) until: Option<Spanned<String>>,
    /// Names the rule had before, so that its history stays its own.
    #[serde(default)]
    pub(super) was: Vec<String>,
    #[serde(default)]
    pub(super) hit: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) miss: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) todo: Vec<Spanned<String>>,
}

impl Rule {
    /// The helper rule that an exception stands for.
    pub(super) fn exception(id: String, exception: Exception) -> Self {
        let place = exception.rule.span();
        let sources: Vec<String> =
            exception.sources.iter().map(|source| format!("'{source}'")).collect();
        let when = (!sources.is_empty())
            .then(|| Spanned::new(place.clone(), format!("source in [{}]", sources.join(", "))));
        Self {
            id: Spanned::new(place, id),
            title: exception.reason,
            points: None,
            floor: None,
            hold: None,
            requires: Vec::new(),
            unless: Vec::new(),
            when,
            phrases: exception.phrases,
            patterns: Vec::new(),
            legal: Vec::new(),
            status: Status::Live,
            speech: None,
            speaker: None,
            owner: Some(exception.owner),
            from: None,
            until: Some(exception.until),
            was: Vec::new(),
            // Where the exception holds, the rule does not fire.
            hit: exception.miss,
            miss: Vec::new(),
            todo: Vec::new(),
        }
    }
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
