//! The rules that fired on a post. What hangs on a rule is noted as it fires, so that what is asked
//! of them later costs the same however many rules there are.

use super::bits::Bits;
use super::fact_numbers::Kinds;
use super::gates::{Gates, Opened};

/// The rules that fired, and what follows.
#[derive(Debug, Default)]
pub(super) struct Fired {
    rules: Bits,
    /// The same, in the order in which they fired.
    in_order: Vec<usize>,
    /// Families of which a rule fired that counts.
    families: Bits,
    opened: Opened,
}

/// What follows when a rule fires.
#[derive(Debug, Default)]
pub(super) struct Effect {
    /// The family in which it counts.
    pub(super) family: Option<usize>,
    /// The gates that it opens.
    pub(super) gates: Vec<usize>,
}

impl Fired {
    /// Forgets all, of so many rules and families; these kinds of fact were found.
    pub(super) fn begin(&mut self, rules: usize, families: usize, gates: &Gates, facts: Kinds) {
        self.rules.reset(rules);
        self.in_order.clear();
        self.families.reset(families);
        gates.begin(facts, &mut self.opened);
    }

    pub(super) fn add(&mut self, rule: usize, effect: &Effect, gates: &Gates) {
        if self.rules.has(rule) {
            return;
        }
        self.rules.add(rule);
        self.in_order.push(rule);
        effect.family.into_iter().for_each(|family| self.families.add(family));
        effect.gates.iter().for_each(|gate| gates.open(*gate, &mut self.opened));
    }

    pub(super) fn has(&self, rule: usize) -> bool {
        self.rules.has(rule)
    }

    /// Whether a rule of a family fired that counts.
    pub(super) fn has_family(&self, family: usize) -> bool {
        self.families.has(family)
    }

    /// The groups of which every gate is open.
    pub(super) const fn ready(&self) -> &Bits {
        self.opened.ready()
    }

    /// Whether one of these rules fired.
    pub(super) fn any_of(&self, rules: &Bits) -> bool {
        self.in_order.iter().any(|rule| rules.has(*rule))
    }

    /// All of them.
    pub(super) const fn rules(&self) -> &Bits {
        &self.rules
    }
}
