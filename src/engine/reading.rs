//! Lets the second reader see a post that was read, and turns posts into what it learns from.

use super::bits::Bits;
use super::groups::only_exculpates;
use super::reader::{Example, Features, Opinion, Reading, signal};
use super::score::Scratch;
use super::{Engine, Rule, Status};
use crate::facts::Found;
use crate::registry::Country;

/// Buckets of what rules and tables know, hashed once a rule set.
#[derive(Debug)]
pub(super) struct Signals {
    rules: Vec<u32>,
    /// Rules whose firing makes a post worth reading: not those of families that only exculpate.
    wake: Bits,
    countries: Vec<Box<[u32]>>,
}

impl Signals {
    pub(super) fn of(rules: &[Rule], countries: &[Country]) -> Self {
        Self {
            wake: Bits::of(rules.len(), |rule| !only_exculpates(rules, rules[rule].family)),
            rules: rules.iter().map(|rule| signal("rule", &rule.id.0)).collect(),
            countries: countries
                .iter()
                .map(|country| {
                    let groups = country.groups.iter().map(|group| signal("group", group));
                    groups.chain([signal("country", &country.code)]).collect()
                })
                .collect(),
        }
    }
}

/// The reader's buffers of one worker, and what it holds of the post last read.
#[derive(Debug, Default)]
pub(super) struct Desk {
    features: Features,
    signals: Vec<u32>,
    pub(super) opinion: Option<Opinion>,
}

impl Desk {
    pub(super) const fn features(&self) -> &Features {
        &self.features
    }
}

impl Engine {
    /// Asks the second reader about the post last read, where there is anything to ask about.
    pub(super) fn consult(&self, scratch: &mut Scratch, text: &str) {
        scratch.desk.opinion = None;
        if let Some(model) = &self.reader
            && self.is_worth_reading(scratch)
        {
            self.read_features(scratch, text);
            scratch.desk.opinion = Some(model.read(&scratch.desk.features));
        }
    }

    /// What the second reader would learn from a post; `None` for one it never gets to see.
    pub fn example(&self, scratch: &mut Scratch, text: &str) -> Option<Example> {
        self.read(scratch, text);
        if !self.is_worth_reading(scratch) {
            return None;
        }
        self.read_features(scratch, text);
        Some(Example::of(scratch.desk.features.values()))
    }

    /// Most posts hold nothing that any rule asks about; they are not worth the time.
    fn is_worth_reading(&self, scratch: &Scratch) -> bool {
        scratch.fired().any_of(&self.signals.wake)
    }

    fn read_features(&self, scratch: &mut Scratch, text: &str) {
        let mut desk = std::mem::take(&mut scratch.desk);
        desk.signals.clear();
        for number in scratch.fired().rules().iter() {
            if self.rules[number].status == Status::Live {
                desk.signals.push(self.signals.rules[number]);
            }
        }
        let Found { destinations, .. } = scratch.found();
        for destination in destinations {
            for signal in &self.signals.countries[destination.country] {
                if !desk.signals.contains(signal) {
                    desk.signals.push(*signal);
                }
            }
        }
        let number = |fact| self.fact_number(fact, scratch);
        desk.features.read(&Reading {
            text,
            views: scratch.views(),
            found: scratch.found(),
            signals: &desk.signals,
            number: &number,
        });
        scratch.desk = desk;
    }
}
