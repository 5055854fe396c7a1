//! Lets the second reader see a post that was read, and turns posts into what it learns from.

use super::bits::Bits;
use super::groups::only_exculpates;
use super::reader::{Example, Features, Glance, Opinion, Reading, signal, word_hash};
use super::score::Scratch;
use super::{Engine, Rule, Status};
use crate::facts::Found;
use crate::registry::Country;
use crate::text::{Vocabulary, WordId};

/// Buckets of what rules and tables know, hashed once a rule set.
#[derive(Debug)]
pub(super) struct Signals {
    rules: Vec<u32>,
    /// Rules whose firing makes a post worth reading: not those of families that only exculpate.
    wake: Bits,
    countries: Vec<Box<[u32]>>,
    /// What each word of the vocabulary counts as; 0 for the kinds of token, read as written.
    words: Box<[u64]>,
}

impl Signals {
    pub(super) fn of(rules: &[Rule], countries: &[Country], vocabulary: &Vocabulary) -> Self {
        let word =
            |id| if WordId(id).is_kind() { 0 } else { word_hash(vocabulary.word(WordId(id))) };
        Self {
            words: (0..crate::text::offset(vocabulary.len())).map(word).collect(),
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
        self.consult_unless(scratch, text, |_, _| false);
    }

    /// Asks the second reader no further than it takes to know that the post last read is not flagged:
    /// `false` where it is not, and then nothing is held of it.
    pub(super) fn consult_if_open(&self, scratch: &mut Scratch, text: &str) -> bool {
        // What the rules flag by themselves is always read as a whole.
        self.consult_unless(scratch, text, |scratch, glance| {
            self.reader_settings.are_settled(glance)
                && self.lanes(scratch).decide(self.thresholds.flag).is_none()
        })
    }

    /// Asks the second reader about the post last read, unless a glance at it is enough: `false` then.
    fn consult_unless(
        &self,
        scratch: &mut Scratch,
        text: &str,
        enough: impl FnOnce(&Scratch, Glance) -> bool,
    ) -> bool {
        scratch.desk.opinion = None;
        let Some(model) = &self.reader else { return true };
        if !self.is_worth_reading(scratch) {
            return true;
        }
        self.read_features(scratch, text);
        let glance = model.glance(&scratch.desk.features);
        if enough(scratch, glance) {
            return false;
        }
        spell(scratch);
        scratch.desk.opinion = Some(model.read_on(glance, &scratch.desk.features));
        true
    }

    /// What the second reader would learn from a post; `None` for one it never gets to see.
    pub fn example(&self, scratch: &mut Scratch, text: &str) -> Option<Example> {
        self.read(scratch, text);
        if !self.is_worth_reading(scratch) {
            return None;
        }
        self.read_features(scratch, text);
        spell(scratch);
        Some(Example::of(scratch.desk.features.values()))
    }

    /// Most posts hold nothing that any rule asks about; they are not worth the time.
    fn is_worth_reading(&self, scratch: &Scratch) -> bool {
        scratch.fired().any_of(&self.signals.wake)
    }

    /// Reads everything but the letters.
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
            words: &self.signals.words,
            signals: &desk.signals,
            number: &number,
        });
        scratch.desk = desk;
    }
}

/// Reads the letters too.
fn spell(scratch: &mut Scratch) {
    let mut features = std::mem::take(&mut scratch.desk.features);
    features.spell(scratch.views());
    scratch.desk.features = features;
}
