//! What groups of rules ask: gates that close many groups at once where no rule fired and no fact was
//! found that they need, and the rest, which has to be held against the post group by group.

use super::Rule;
use super::bits::Bits;
use super::expression::{Expression, FactSet};
use super::fact_numbers::{self, Kinds};

/// Rules of which one must fire or facts of which one must be found, or else whole groups are closed
/// without being asked.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) needs: Needs,
    /// The group from which on it is known which of them fired.
    pub(super) known: usize,
    /// The groups that it closes.
    pub(super) closes: Bits,
}

/// What opens a gate: one of these rules, or a fact of one of these kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needs {
    pub(super) rules: Bits,
    pub(super) facts: Kinds,
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

/// The gates of all groups, each once, in the order in which they are known. `groups` says by a rule
/// what each group asks, `of` the group of each rule.
pub(super) fn gates(groups: &[&Rule], of: &[u32], of_family: &[Bits]) -> Vec<Gate> {
    let mut gates: Vec<Gate> = Vec::new();
    let rules = of.len();
    for (number, Rule { requires, when, .. }) in groups.iter().enumerate() {
        let mut needed: Vec<Needs> = requires.iter().map(|rule| one(rules, *rule)).collect();
        if let Some(when) = when {
            needs(when, rules, of_family, &mut needed);
        }
        for needed in needed {
            let gate = gates.iter().position(|gate| gate.needs == needed).unwrap_or_else(|| {
                let known = needed.rules.iter().map(|rule| of[rule] as usize + 1).max();
                let closes = Bits::new(groups.len());
                gates.push(Gate { needs: needed, known: known.unwrap_or(0), closes });
                gates.len() - 1
            });
            gates[gate].closes.add(number);
        }
    }
    gates.sort_by_key(|gate| gate.known);
    gates
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
