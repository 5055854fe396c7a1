//! What groups of rules ask of other rules: gates that close many groups at once where a rule did not
//! fire, and the rest, which has to be held against the post group by group.

use super::Rule;
use super::bits::Bits;
use super::expression::Expression;

/// Rules of which one must fire, or else whole groups are closed without being asked.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) rules: Bits,
    /// The group from which on it is known which of them fired.
    pub(super) known: usize,
    /// The groups that it closes.
    pub(super) closes: Bits,
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
        let one = |rule: &usize| Bits::of(rules, |other| other == *rule);
        let mut needed: Vec<Bits> = requires.iter().map(one).collect();
        if let Some(when) = when {
            needs(when, rules, of_family, &mut needed);
        }
        for needed in needed {
            let gate = gates.iter().position(|gate| gate.rules == needed).unwrap_or_else(|| {
                let known = needed.iter().map(|rule| of[rule] as usize + 1).max().unwrap_or(0);
                gates.push(Gate { rules: needed, known, closes: Bits::new(groups.len()) });
                gates.len() - 1
            });
            gates[gate].closes.add(number);
        }
    }
    gates.sort_by_key(|gate| gate.known);
    gates
}

/// Adds to `needed` sets of rules of each of which one must fire for a condition to hold.
fn needs(condition: &Expression<usize>, rules: usize, of_family: &[Bits], needed: &mut Vec<Bits>) {
    match condition {
        Expression::Rule(rule) => needed.push(Bits::of(rules, |other| other == *rule)),
        // A family without a rule that counts closes what asks for it for good.
        Expression::Family(family) => {
            needed.push(of_family.get(*family).cloned().unwrap_or_else(|| Bits::new(rules)));
        }
        Expression::All(parts) => {
            parts.iter().for_each(|part| needs(part, rules, of_family, needed));
        }
        Expression::Any(parts) => {
            let mut any = Bits::new(rules);
            for part in parts {
                let mut of_part = Vec::new();
                needs(part, rules, of_family, &mut of_part);
                // A part that may hold with no rule fired opens the gate.
                let Some(first) = of_part.first() else { return };
                any.join(first);
            }
            needed.push(any);
        }
        Expression::AtLeast(..)
        | Expression::Not(_)
        | Expression::Compare(..)
        | Expression::In(..) => {}
    }
}
