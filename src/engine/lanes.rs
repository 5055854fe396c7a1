//! Both lanes' scores of a post side by side, and which of them decides: what measuring needs and
//! what a verdict, which shows one lane, leaves out.

use super::{Engine, Lane, Scratch, Verdict};

/// The scores of a post in both lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lanes {
    /// As an offer.
    pub offer: u8,
    /// As a plea for help.
    pub victim: u8,
    /// Which of both the second reader holds for likelier, where it read the post.
    pub leaning: Option<Lane>,
}

impl Lanes {
    /// The lane a post belongs to when it is flagged from `flag` on. Of two the second reader
    /// chooses; where it did not read the post, the score does, and a plea wins a draw.
    pub const fn decide(self, flag: u8) -> Option<Lane> {
        match (self.offer >= flag, self.victim >= flag) {
            (true, true) if self.leaning.is_some() => self.leaning,
            (true, true) if self.victim >= self.offer => Some(Lane::Victim),
            (true, _) => Some(Lane::Offer),
            (false, true) => Some(Lane::Victim),
            (false, false) => None,
        }
    }

    /// The lane to show the reasons of, flagged or not.
    pub(super) const fn shown(self, flag: u8) -> Lane {
        match self.decide(flag) {
            Some(lane) => lane,
            None if self.victim > self.offer => Lane::Victim,
            None => Lane::Offer,
        }
    }

    /// The score in a lane.
    pub const fn of(self, lane: Lane) -> u8 {
        match lane {
            Lane::Offer => self.offer,
            Lane::Victim => self.victim,
        }
    }
}

/// A verdict with what lies behind it.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// What production says.
    pub verdict: Verdict,
    /// Both scores.
    pub lanes: Lanes,
    /// Both scores without the second reader.
    pub rules_alone: Lanes,
    /// Which of [`Engine::rules`] fired, helpers and shadow rules included.
    pub fired: Vec<usize>,
}

impl Engine {
    /// Scores a text and tells what lies behind the verdict.
    pub fn judge(&self, scratch: &mut Scratch, text: &str) -> Judgement {
        let verdict = self.score(scratch, text);
        let lanes = self.lanes(scratch);
        scratch.forget_opinion();
        Judgement {
            verdict,
            lanes,
            rules_alone: self.lanes(scratch),
            fired: (0..self.rules.len()).filter(|rule| scratch.has_fired(*rule)).collect(),
        }
    }
}
