//! What a post does and who speaks, read off the rules that fired: a rule may say what act it is
//! evidence of. The heaviest evidence comes first; the lane of a flagged post has the last word.

use super::score::Scratch;
use super::{Engine, Lane};
use crate::facts::{Facts, Speaker, SpeechAct};

impl Engine {
    /// Fills in what the post last scored does, and who speaks.
    pub(super) fn tell_speech(&self, lane: Option<Lane>, scratch: &Scratch, facts: &mut Facts) {
        let mut acts: Vec<(SpeechAct, i32)> = Vec::new();
        let mut speakers: Vec<(Speaker, i32)> = Vec::new();
        for rule in self.fired(scratch) {
            let weight = rule.points.0.abs().max(1);
            if let Some(act) = rule.speech {
                weigh(&mut acts, act, weight);
            }
            if let Some(speaker) = rule.speaker {
                weigh(&mut speakers, speaker, weight);
            }
        }
        // A recruiter who warns still offers, and a plea that tells of an offer is a plea.
        let shown = match lane {
            Some(Lane::Offer) => Some(SpeechAct::Offers),
            Some(Lane::Victim) => Some(SpeechAct::Pleads),
            None => None,
        };
        if let Some(act) = shown {
            weigh(&mut acts, act, i32::from(u16::MAX));
        }
        acts.sort_by_key(|(act, weight)| (std::cmp::Reverse(*weight), *act));
        facts.speech = acts.into_iter().map(|(act, _)| act).collect();
        speakers.sort_by_key(|(speaker, weight)| (std::cmp::Reverse(*weight), *speaker));
        facts.speaker = speakers.first().map(|(speaker, _)| *speaker);
    }
}

fn weigh<T: PartialEq>(all: &mut Vec<(T, i32)>, one: T, weight: i32) {
    match all.iter_mut().find(|(known, _)| *known == one) {
        Some((_, sum)) => *sum = sum.saturating_add(weight),
        None => all.push((one, weight)),
    }
}
