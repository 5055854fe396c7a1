//! Rules in groups that ask the same, in an order in which each comes after those it asks about: what
//! a group asks is held against a post once, and its phrases are confirmed only where that holds.

use super::bits::Bits;
use super::fact_numbers::Kinds;
use super::fired::{Effect, Fired};
use super::gates::{Gates, Rest};
use super::matcher::Match;
use super::{Rule, Status};

/// Rules with the same conditions.
#[derive(Debug)]
pub(super) struct Group {
    /// One of them, for what all of them ask.
    pub(super) asks: usize,
    /// What of that no gate sees to.
    pub(super) rest: Rest,
    /// Those that need no phrase and no pattern.
    pub(super) without_text: Vec<usize>,
}

/// The rules as they are asked.
#[derive(Debug)]
pub(super) struct Groups {
    groups: Vec<Group>,
    gates: Gates,
    /// The group of each rule.
    of: Vec<u32>,
    /// Groups that hold rules which need no phrase and no pattern.
    without_text: Bits,
    /// Groups from here on hold only rules that speak against, and that no other asks about.
    telling: usize,
    /// Rules without which nothing is flagged.
    speaks: Bits,
    /// The rules that count.
    pub(super) live: Bits,
    /// What follows when each rule fires.
    effects: Vec<Effect>,
    families: usize,
}

impl Groups {
    /// Of rules and an order in which each comes after those it asks about.
    pub(super) fn new(rules: &[Rule], order: &[usize]) -> Self {
        let speaks = Bits::of(rules.len(), |rule| {
            let mut family = rules.iter().filter(|other| other.family == rules[rule].family);
            !only_exculpates(rules, rules[rule].family)
                || family.any(|other| other.floor.is_some() || other.hold.is_some())
        });
        let mut asked = speaks.clone();
        for rule in order.iter().rev().filter(|rule| asked.has(**rule)).copied().collect::<Vec<_>>()
        {
            ask(rules, rule, &mut asked);
        }
        let mut of = vec![0; rules.len()];
        let mut groups: Vec<Group> = Vec::new();
        let mut telling = 0;
        for tells in [true, false] {
            for number in order.iter().copied().filter(|rule| asked.has(*rule) == tells) {
                let rule = &rules[number];
                let same = |group: &Group| {
                    let other = &rules[group.asks];
                    other.requires == rule.requires
                        && other.unless == rule.unless
                        && other.when == rule.when
                };
                let from = if tells { 0 } else { telling };
                let known = groups[from..].iter().position(same).map(|at| from + at);
                let group = known.unwrap_or_else(|| {
                    let rest = Rest::of(rule);
                    groups.push(Group { asks: number, rest, without_text: Vec::new() });
                    groups.len() - 1
                });
                if !rule.has_text {
                    groups[group].without_text.push(number);
                }
                of[number] = crate::text::offset(group);
            }
            if tells {
                telling = groups.len();
            }
        }
        let families = rules.iter().map(|rule| rule.family + 1).max().unwrap_or(0);
        let mut of_family = vec![Bits::new(rules.len()); families];
        for (number, rule) in rules.iter().enumerate() {
            if rule.status == Status::Live {
                of_family[rule.family].add(number);
            }
        }
        let asks: Vec<&Rule> = groups.iter().map(|group| &rules[group.asks]).collect();
        let gates = Gates::new(&asks, rules.len(), &of_family);
        let effect = |rule: usize| Effect {
            family: (rules[rule].status == Status::Live).then_some(rules[rule].family),
            gates: gates.opened_by(rule),
        };
        Self {
            effects: (0..rules.len()).map(effect).collect(),
            families,
            gates,
            of,
            without_text: Bits::of(groups.len(), |at| !groups[at].without_text.is_empty()),
            telling,
            speaks,
            live: Bits::of(rules.len(), |rule| rules[rule].status == Status::Live),
            groups,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    /// How many groups, the first, tell whether there may be anything to flag.
    pub(super) const fn telling(&self) -> usize {
        self.telling
    }

    pub(super) fn group(&self, at: usize) -> Option<&Group> {
        self.groups.get(at)
    }

    /// The group of each rule.
    pub(super) fn of(&self) -> &[u32] {
        &self.of
    }

    /// The groups to be asked once their gates are open, of those woken and of the rules whose patterns
    /// match.
    pub(super) fn open(&self, woken: &Bits, patterned: &[Match], open: &mut Bits) {
        open.copy(&self.without_text);
        open.join(woken);
        for found in patterned {
            open.add(self.of[found.rule as usize] as usize);
        }
    }

    /// No rule has fired yet, and these kinds of fact were found.
    pub(super) fn begin(&self, facts: Kinds, fired: &mut Fired) {
        fired.begin(self.of.len(), self.families, &self.gates, facts);
    }

    /// A rule fires.
    pub(super) fn fire(&self, rule: usize, fired: &mut Fired) {
        if let Some(effect) = self.effects.get(rule) {
            fired.add(rule, effect, &self.gates);
        }
    }

    /// Whether any rule fired without which nothing is flagged.
    pub(super) fn speak(&self, fired: &Fired) -> bool {
        fired.any_of(&self.speaks)
    }
}

/// Adds to `asked` the rules that a rule asks about, and those that they do.
fn ask(rules: &[Rule], rule: usize, asked: &mut Bits) {
    for other in rules[rule].asks(rules) {
        if !asked.has(other) {
            asked.add(other);
            ask(rules, other, asked);
        }
    }
}

/// Whether all rules of a family that have points speak against, and there are any.
pub(super) fn only_exculpates(rules: &[Rule], family: usize) -> bool {
    let mut scored = rules.iter().filter(|rule| rule.family == family && rule.scored);
    scored.clone().next().is_some() && scored.all(|rule| rule.points.0 < 0)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use proptest::prelude::*;

    use crate::engine::{Engine, RuleFiles, Thresholds};

    /// Holds `agree` against the examples of the rules, against their words at random, and against both.
    fn on_examples(engine: &Engine, agree: impl Fn(&str)) {
        let texts: Vec<String> = engine
            .rules
            .iter()
            .flat_map(|rule| rule.hit.iter().chain(&rule.miss))
            .cloned()
            .collect();
        let words = texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned);
        let mut words: Vec<String> = words.collect();
        words.sort_unstable();
        words.dedup();
        texts.iter().for_each(|text| agree(text));
        let any = proptest::collection::vec(proptest::sample::select(words), 1..40);
        let mixed = (any, proptest::sample::select(texts));
        proptest!(ProptestConfig::with_cases(256), |((words, text) in mixed)| {
            agree(&words.join(" "));
            agree(&format!("{text} {}", words.join(" ")));
        });
    }

    #[test]
    fn a_post_read_no_further_than_needed_is_flagged_as_one_read_whole() {
        let engine = Engine::compile(&RuleFiles::embedded(), Thresholds::default()).unwrap();
        let scratches = RefCell::new((engine.scratch(), engine.scratch()));
        let agree = |text: &str| {
            let (one, other) = &mut *scratches.borrow_mut();
            let whole = engine.score(one, text);
            let flagged = engine.score_flagged(other, text);
            assert_eq!(flagged, whole.flagged.then_some(whole), "{text}");
        };
        on_examples(&engine, agree);
    }

    #[test]
    fn gates_and_anchors_let_a_rule_fire_just_where_what_it_asks_holds_and_its_text_stands() {
        let engine = Engine::compile(&RuleFiles::embedded(), Thresholds::default()).unwrap();
        let scratch = RefCell::new(engine.scratch());
        let agree = |text: &str| {
            let scratch = &mut *scratch.borrow_mut();
            engine.read(scratch, text);
            engine.locate_all(scratch);
            for (number, rule) in engine.rules.iter().enumerate() {
                let stands = scratch.matches().any(|found| found.rule as usize == number);
                let fires = scratch.in_force(rule)
                    && rule.requires.iter().all(|other| scratch.has_fired(*other))
                    && !rule.unless.iter().any(|other| scratch.has_fired(*other))
                    && rule.when.as_ref().is_none_or(|when| engine.holds(when, scratch))
                    && (!rule.has_text || stands);
                assert_eq!(scratch.has_fired(number), fires, "{}: {text}", rule.id);
            }
        };
        on_examples(&engine, agree);
    }

    #[test]
    fn a_rule_comes_after_those_it_asks_about_and_those_that_only_speak_against_come_last() {
        let engine = Engine::compile(&RuleFiles::embedded(), Thresholds::default()).unwrap();
        let groups = &engine.groups;
        let of = |rule: usize| groups.of()[rule] as usize;
        for (number, rule) in engine.rules.iter().enumerate() {
            for other in rule.asks(&engine.rules) {
                assert!(of(other) < of(number), "{}: {}", rule.id, engine.rules[other].id);
            }
            assert!(of(number) < groups.telling() || rule.points.0 < 0 || !rule.scored);
        }
        assert!(groups.telling() < groups.len());
    }
}
