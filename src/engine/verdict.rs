//! What the engine says of a post. The contributions shown sum to the score, exactly: hits, then
//! caps, floors and the clamp to 0–100 as lines of their own.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::severity::Harm;
use crate::facts::Facts;
use crate::text::Span;

/// Evidence for (positive) or against (negative) a lane.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Points(pub i32);

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:+}", self.0))
    }
}

/// A rule's name in the rule files.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(pub String);

/// A family's name in the rule files.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FamilyId(pub String);

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for FamilyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which queue a post belongs to: an offer to review, or a person asking for help, who is never
/// answered with a take-down first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// An offer of work abroad to review.
    Offer,
    /// A person, or a person's family, asking for help.
    Victim,
}

impl Lane {
    /// The name used in files, the database and on screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Victim => "victim",
        }
    }
}

/// How strong the evidence is, by the configured thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Weak.
    Rendah,
    /// Middling.
    Sedang,
    /// Strong.
    Tinggi,
}

impl Band {
    /// The name used in files, the database and on screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rendah => "rendah",
            Self::Sedang => "sedang",
            Self::Tinggi => "tinggi",
        }
    }
}

/// A rule that fired, with what it saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The rule.
    pub rule: RuleId,
    /// Its family.
    pub family: FamilyId,
    /// Its points, before any cap.
    pub points: Points,
    /// Where in the original text; empty for a rule that holds of the post as a whole.
    pub spans: Vec<Span>,
    /// The original text of each span.
    pub text: Vec<String>,
}

/// Why the score is not the plain sum of the hits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentKind {
    /// A family's points were capped.
    Cap,
    /// A composite rule set a floor.
    Floor,
    /// No exculpatory rule may clear a post that offers, names a live contact and is strongly suspect.
    Camouflage,
    /// The sum was brought into 0–100.
    Clamp,
}

/// A line of the sum that is not a hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// What kind.
    pub kind: AdjustmentKind,
    /// The family capped or the rule that set the floor.
    pub by: String,
    /// What it added to or took from the sum.
    pub points: Points,
}

/// What the engine says of one text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether an analyst should see it.
    pub flagged: bool,
    /// The lane, when flagged.
    pub lane: Option<Lane>,
    /// 0–100.
    pub score: u8,
    /// The band the score falls into; `None` under the lowest threshold.
    pub band: Option<Band>,
    /// How much harm is at stake, when flagged.
    #[serde(default)]
    pub severity: Option<Harm>,
    /// The rules that fired for the lane shown, strongest first.
    pub hits: Vec<Hit>,
    /// Caps, floors and clamps.
    pub adjustments: Vec<Adjustment>,
    /// What was read out of the text.
    pub facts: Facts,
    /// Where personal contacts stand: what lists mask until somebody asks.
    #[serde(default)]
    pub personal: Vec<Span>,
    /// The version of the rule set: 12 hexadecimal digits of the hash over its files.
    pub ruleset: String,
}
