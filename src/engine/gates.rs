//! What groups of rules ask: gates that open where a rule fired or a fact was found that they need,
//! behind which groups wait without costing anything, and the rest, which has to be held against the post
//! group by group.

use super::Rule;
use super::bits::Bits;
use super::expression::{Expression, FactSet};
use super::fact_numbers::{self, Kinds};

/// Rules of which one must fire or facts of which one must be found, or else whole groups are not asked.
#[derive(Debug)]
struct Gate {
    needs: Needs,
    /// The groups that wait behind it.
    holds: Vec<u32>,
}

/// What opens a gate: one of these rules, or a fact of one of these kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Needs {
    rules: Bits,
    facts: Kinds,
}

/// The gates of all groups.
#[derive(Debug)]
pub(super) struct Gates {
    gates: Vec<Gate>,
    /// The gates that facts open, together where the same do.
    of_facts: Vec<(Kinds, Vec<usize>)>,
    /// By group, how many gates it waits behind before anything is known of a post.
    waiting: Box<[u16]>,
    /// The groups that wait behind none.
    ready: Bits,
}

/// The gates of one post.
#[derive(Debug, Default)]
pub(super) struct Opened {
    gates: Bits,
    /// By group, how many gates it still waits behind.
    waiting: Vec<u16>,
    /// The groups that wait behind none.
    ready: Bits,
}

impl Opened {
    /// The groups that wait behind no gate.
    pub(super) const fn ready(&self) -> &Bits {
        &self.ready
    }
}

/// What a group asks that no gate sees to.
#[derive(Debug)]
pub(super) struct Rest {
    /// Rules of which none may have fired.
    pub(super) unless: Vec<usize>,
    pub(super) when: Option<Expression<usize>>,
}

impl Rest {
    pub(super) fn of(rule: &Rule) -> Self {
        let mut unless = rule.unless.clone();
        let when = rule.when.as_ref().and_then(|when| rest(when, &mut unless));
        Self { unless, when }
    }
}

/// What of a condition no gate sees to; rules of which none may have fired go to `unless`.
fn rest(condition: &Expression<usize>, unless: &mut Vec<usize>) -> Option<Expression<usize>> {
    match condition {
        Expression::All(parts) => {
            let mut parts: Vec<_> = parts.iter().filter_map(|part| rest(part, unless)).collect();
            if parts.len() > 1 { Some(Expression::All(parts)) } else { parts.pop() }
        }
        Expression::Not(part) if is_any_of_rules(part) => {
            part.names(&mut |rule, _| unless.push(*rule));
            None
        }
        other => (!is_gate(other)).then(|| other.clone()),
    }
}

/// Whether a condition holds just where a gate is open.
fn is_gate(condition: &Expression<usize>) -> bool {
    match condition {
        Expression::Rule(_) | Expression::Family(_) => true,
        Expression::Any(parts) => parts.iter().all(is_gate),
        _ => false,
    }
}

/// Whether a condition holds just where one of some rules fired.
fn is_any_of_rules(condition: &Expression<usize>) -> bool {
    match condition {
        Expression::Rule(_) => true,
        Expression::Any(parts) => parts.iter().all(is_any_of_rules),
        _ => false,
    }
}

impl Gates {
    /// Each once. `groups` says by a rule what each group asks.
    pub(super) fn new(groups: &[&Rule], rules: usize, of_family: &[Bits]) -> Self {
        let mut gates: Vec<Gate> = Vec::new();
        let mut waiting = Vec::new();
        for (number, Rule { requires, when, .. }) in (0..).zip(groups) {
            let mut needed: Vec<Needs> = requires.iter().map(|rule| one(rules, *rule)).collect();
            if let Some(when) = when {
                needs(when, rules, of_family, &mut needed);
            }
            let mut behind = 0;
            for needed in needed {
                let gate =
                    gates.iter().position(|gate| gate.needs == needed).unwrap_or_else(|| {
                        gates.push(Gate { needs: needed, holds: Vec::new() });
                        gates.len() - 1
                    });
                let holds = &mut gates[gate].holds;
                if holds.last() != Some(&number) {
                    holds.push(number);
                    behind += 1;
                }
            }
            waiting.push(behind);
        }
        let mut of_facts: Vec<(Kinds, Vec<usize>)> = Vec::new();
        for (number, gate) in gates.iter().enumerate() {
            let kinds = gate.needs.facts;
            match of_facts.iter_mut().find(|(same, _)| *same == kinds) {
                _ if kinds == Kinds::default() => {}
                Some((_, gates)) => gates.push(number),
                None => of_facts.push((kinds, vec![number])),
            }
        }
        let ready = Bits::of(waiting.len(), |group| waiting[group] == 0);
        Self { gates, of_facts, waiting: waiting.into_boxed_slice(), ready }
    }

    /// The gates that a rule opens.
    pub(super) fn opened_by(&self, rule: usize) -> Vec<usize> {
        let opens = |gate: &usize| self.gates[*gate].needs.rules.has(rule);
        (0..self.gates.len()).filter(opens).collect()
    }

    /// No rule has fired yet, and these kinds of fact were found.
    pub(super) fn begin(&self, facts: Kinds, opened: &mut Opened) {
        opened.gates.reset(self.gates.len());
        opened.waiting.clear();
        opened.waiting.extend_from_slice(&self.waiting);
        opened.ready.copy(&self.ready);
        for (kinds, gates) in &self.of_facts {
            if kinds.meets(facts) {
                gates.iter().for_each(|gate| self.open(*gate, opened));
            }
        }
    }

    /// A gate opens; what is behind it is ready unless it waits behind another.
    pub(super) fn open(&self, gate: usize, opened: &mut Opened) {
        if opened.gates.has(gate) {
            return;
        }
        opened.gates.add(gate);
        for group in self.gates.get(gate).map_or(&[][..], |gate| &gate.holds) {
            let group = *group as usize;
            if let Some(waiting) = opened.waiting.get_mut(group) {
                *waiting = waiting.saturating_sub(1);
                if *waiting == 0 {
                    opened.ready.add(group);
                }
            }
        }
    }
}

/// That this rule fires.
fn one(rules: usize, rule: usize) -> Needs {
    Needs { rules: Bits::of(rules, |other| other == rule), facts: Kinds::default() }
}

/// Adds to `needed` what must be for a condition to hold, each by itself.
fn needs(condition: &Expression<usize>, rules: usize, of_family: &[Bits], needed: &mut Vec<Needs>) {
    let mut fact = |facts| needed.push(Needs { rules: Bits::new(rules), facts });
    match condition {
        Expression::Rule(rule) => needed.push(one(rules, *rule)),
        // A family without a rule that counts closes what asks for it for good.
        Expression::Family(family) => {
            let rules = of_family.get(*family).cloned().unwrap_or_else(|| Bits::new(rules));
            needed.push(Needs { rules, facts: Kinds::default() });
        }
        Expression::All(parts) => {
            parts.iter().for_each(|part| needs(part, rules, of_family, needed));
        }
        Expression::Any(parts) => {
            let mut any = Needs { rules: Bits::new(rules), facts: Kinds::default() };
            for part in parts {
                let mut of_part = Vec::new();
                needs(part, rules, of_family, &mut of_part);
                // A part that may hold with nothing fired and nothing found opens the gate.
                let Some(first) = of_part.first() else { return };
                any.rules.join(&first.rules);
                any.facts = any.facts.and(first.facts);
            }
            needed.push(any);
        }
        Expression::Compare(number, comparison, value) => {
            if let Some((kind, without)) = fact_numbers::kind(*number)
                && !comparison.holds(without, *value)
            {
                fact(kind);
            }
        }
        Expression::In(FactSet::Destination | FactSet::DestinationGroup, _) => {
            fact(Kinds::DESTINATION);
        }
        Expression::In(FactSet::Source, _) | Expression::AtLeast(..) | Expression::Not(_) => {}
    }
}
