//! The rules that fired on a post. What hangs on a rule is noted as it fires, so that what is asked
//! of them later costs the same however many rules there are.

use super::bits::Bits;

/// The rules that fired, and what follows.
#[derive(Debug, Default)]
pub(super) struct Fired {
    rules: Bits,
    /// The same, in the order in which they fired.
    in_order: Vec<usize>,
    /// Families of which a rule fired that counts.
    families: Bits,
    /// Gates that one of them opened.
    gates: Bits,
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
    /// Forgets all, of so many rules, families and gates.
    pub(super) fn reset(&mut self, rules: usize, families: usize, gates: usize) {
        self.rules.reset(rules);
        self.in_order.clear();
        self.families.reset(families);
        self.gates.reset(gates);
    }

    pub(super) fn add(&mut self, rule: usize, effect: &Effect) {
        if self.rules.has(rule) {
            return;
        }
        self.rules.add(rule);
        self.in_order.push(rule);
        effect.family.into_iter().for_each(|family| self.families.add(family));
        effect.gates.iter().for_each(|gate| self.gates.add(*gate));
    }

    pub(super) fn has(&self, rule: usize) -> bool {
        self.rules.has(rule)
    }

    /// Whether a rule of a family fired that counts.
    pub(super) fn has_family(&self, family: usize) -> bool {
        self.families.has(family)
    }

    pub(super) fn has_opened(&self, gate: usize) -> bool {
        self.gates.has(gate)
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
