//! How much harm is at stake, S1 to S4: a pure function of the rules that fired, the facts and the
//! age of a post, by a table of conditions. Never by how many have seen it.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::expression::Expression;
use super::score::Scratch;
use super::{Engine, Lane};

/// The table, within the rule set.
pub(super) const FILE: &str = "severity.toml";
/// The table of a place of its own, in place of the shipped one.
pub(super) const LOCAL_FILE: &str = "local/severity.toml";

/// How much harm is at stake; the first is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// Critical: act within the hour.
    S1,
    /// High: act the same day.
    S2,
    /// Middling.
    S3,
    /// Low.
    S4,
}

impl Grade {
    /// The name used in files, the database and on screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S1 => "S1",
            Self::S2 => "S2",
            Self::S3 => "S3",
            Self::S4 => "S4",
        }
    }

    /// What is decided first: the graver harm, and of equals a person asking for help.
    pub const fn priority(self, lane: Lane) -> i64 {
        let rank = match self {
            Self::S1 => 4,
            Self::S2 => 3,
            Self::S3 => 2,
            Self::S4 => 1,
        };
        rank * 10 + if matches!(lane, Lane::Victim) { 5 } else { 0 }
    }
}

/// The grade of a flagged post and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Harm {
    /// How much harm is at stake.
    pub grade: Grade,
    /// The line of the table that says so.
    pub why: String,
}

/// The table as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    #[serde(default)]
    pub(super) level: Vec<Written>,
}

/// A line of the table as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) severity: Grade,
    pub(super) lane: Lane,
    pub(super) title: String,
    pub(super) when: Option<Spanned<String>>,
}

/// A line of the table: the first that holds counts.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) severity: Grade,
    pub(super) lane: Lane,
    pub(super) title: String,
    pub(super) when: Option<Expression<usize>>,
}

impl Engine {
    /// How much harm is at stake in the post last scored, were it of this lane.
    pub(super) fn severity(&self, lane: Lane, scratch: &Scratch) -> Harm {
        let holds = |level: &&Level| {
            level.lane == lane && level.when.as_ref().is_none_or(|when| self.holds(when, scratch))
        };
        self.levels.iter().find(holds).map_or_else(
            || Harm { grade: Grade::S3, why: String::new() },
            |level| Harm { grade: level.severity, why: level.title.clone() },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{RuleFiles, Thresholds};
    use crate::facts::SpeechAct;

    #[test]
    fn harm_and_age_decide_not_the_score() {
        use Lane::{Offer, Victim};
        let engine = Engine::compile(&RuleFiles::embedded(), Thresholds::default()).unwrap();
        let today = "2026-11-28".parse().unwrap();
        for (text, published, expected) in [
            (
                "Sapa mau karja di Malaysia jaga ana, umur 16 su bisa, inbox sa 0840-0000-0001",
                "2026-11-27",
                (Offer, Grade::S1),
            ),
            (
                "Dicari pendonor ginjal gol darah O, kompensasi 135 juta, berangkat ke Kamboja, inbox",
                "2026-11-27",
                (Offer, Grade::S1),
            ),
            (
                "Dicari admin slot di Poipet gaji 12jt, terbang minggu depan, WA 0840-0000-0001",
                "2026-11-27",
                (Offer, Grade::S1),
            ),
            (
                "Dicari admin slot di Poipet gaji 12jt, terbang minggu depan, WA 0840-0000-0001",
                "2026-10-01",
                (Offer, Grade::S2),
            ),
            (
                "Dicari admin slot di Poipet gaji 12jt, WA 0840-0000-0001",
                "2026-11-27",
                (Offer, Grade::S2),
            ),
            (
                "Dicari admin slot di Poipet gaji 12jt, WA 0840-0000-0001",
                "2025-01-01",
                (Offer, Grade::S4),
            ),
            (
                "Tolong pak, adik saya disekap di Myawaddy, paspornya ditahan. Mohon bantuan KBRI",
                "2026-11-27",
                (Victim, Grade::S1),
            ),
        ] {
            let mut scratch = engine.scratch();
            scratch.set_today(today);
            scratch.set_published(Some(published.parse().unwrap()));
            let verdict = engine.score(&mut scratch, text);
            let found = (verdict.lane, verdict.severity.as_ref().map(|harm| harm.grade));
            assert_eq!(found, (Some(expected.0), Some(expected.1)), "{text}: {verdict:#?}");
        }
    }

    #[test]
    fn the_first_speech_act_is_what_the_post_does() {
        let engine = Engine::compile(&RuleFiles::embedded(), Thresholds::default()).unwrap();
        for (text, expected) in [
            ("Dicari admin di Poipet gaji 12jt, WA 0840-0000-0001", SpeechAct::Offers),
            ("Satgas TPPO Polri menangkap dua tersangka perekrut", SpeechAct::Reports),
            ("WASPADA loker ilegal, jangan mau kerja lewat calo", SpeechAct::Warns),
            ("Tolong pak, adik saya disekap di Myawaddy, mohon bantuan", SpeechAct::Pleads),
            (
                "AWAS PENIPUAN! Kami agen resmi amanah 100%, ready job Kamboja admin & CS, gaji 13jt, berangkat minggu ini. WA 0840-0000-0019",
                SpeechAct::Offers,
            ),
        ] {
            let verdict = engine.score(&mut engine.scratch(), text);
            assert_eq!(verdict.facts.speech.first(), Some(&expected), "{text}");
        }
    }
}
