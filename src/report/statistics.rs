//! What each rule, and each line of each word list, did on the stored posts, with what analysts
//! said of them, and a card for each: keep, tune or retire. A rule that alone covers a confirmed
//! post is never one to retire.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::share::Share;
use crate::engine::{Costs, Engine, ListLines, Rule, RuleId, Scratch};
use crate::store::{Outcome, StoredPost};

/// Under this many decisions nothing is said of precision.
const FEWEST: u64 = 5;
/// From this many posts on, a rule that never fired is one to look at.
const MANY_POSTS: u64 = 1_000;
/// Under this precision a rule wants tuning.
const GOOD: f64 = 0.8;
/// When even the upper end of the interval is below this, a rule harms.
const POOR: f64 = 0.5;

/// What to do with a rule or a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Card {
    /// It serves, or too little is known.
    Keep,
    /// Analysts often reject what it fires on.
    Tune,
    /// It is nearly always wrong, or never fires, and nothing depends on it.
    Retire,
}

/// What a rule or a line did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Posts on which it fired.
    pub fired: u64,
    /// Flagged posts that would not be flagged without it.
    pub decided: u64,
    /// Posts on which it fired that an analyst confirmed.
    pub confirmed: u64,
    /// Posts on which it fired that an analyst rejected.
    pub rejected: u64,
    /// Confirmed posts that would not be flagged without it.
    pub alone: u64,
    /// When the last post on which it fired was first seen, in UTC.
    pub last: Option<Timestamp>,
    /// What it is there for, so that a rule that excuses is not blamed for what it excuses.
    #[serde(skip)]
    pub role: Role,
}

/// What a rule or a line is there for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Role {
    /// Evidence: right where analysts confirm.
    #[default]
    Speaks,
    /// Exculpation: right where analysts reject.
    Excuses,
    /// It only serves other rules: neither right nor wrong by itself.
    Serves,
}

impl Role {
    /// What a rule is there for.
    pub fn of(rule: &Rule) -> Self {
        match (rule.scored, rule.points.0 < 0) {
            (false, _) => Self::Serves,
            (true, true) => Self::Excuses,
            (true, false) => Self::Speaks,
        }
    }
}

impl Record {
    /// Of the posts decided, the share on which it was right; `None` while too few were decided,
    /// and for what only serves.
    pub fn precision(&self) -> Option<Share> {
        let count = |number| usize::try_from(number).unwrap_or(usize::MAX);
        let of = self.confirmed + self.rejected;
        let right = match self.role {
            Role::Speaks => self.confirmed,
            Role::Excuses => self.rejected,
            Role::Serves => return None,
        };
        (of >= FEWEST).then(|| Share::new(count(right), count(of)))
    }

    /// What to do with it, given how many posts there are.
    pub fn card(&self, posts: u64) -> Card {
        if self.fired == 0 {
            return if posts >= MANY_POSTS { Card::Retire } else { Card::Keep };
        }
        match self.precision() {
            Some(share) if share.high < POOR && self.alone == 0 => Card::Retire,
            Some(share) if share.value.is_some_and(|value| value < GOOD) => Card::Tune,
            _ => Card::Keep,
        }
    }

    fn count(&mut self, post: &StoredPost, decided: bool) {
        let confirmed = post.outcome.and_then(is_confirmed);
        self.fired += 1;
        self.decided += u64::from(decided);
        self.confirmed += u64::from(confirmed == Some(true));
        self.rejected += u64::from(confirmed == Some(false));
        self.alone += u64::from(decided && confirmed == Some(true));
        self.last = self.last.max(Some(post.first_seen));
    }
}

/// Whether an outcome says that flagging was right; `None` where it says neither.
pub fn is_confirmed(outcome: Outcome) -> Option<bool> {
    if outcome.holds_evidence() {
        Some(true)
    } else if outcome.code().starts_with("BUKAN_") {
        Some(false)
    } else {
        None
    }
}

/// Counts over the stored posts, by the rule set in force now.
#[derive(Debug)]
pub struct Statistics<'a> {
    engine: &'a Engine,
    lists: &'a ListLines,
    scratch: Scratch,
    line_scratch: Scratch,
    costs: Costs,
    /// Posts counted.
    pub posts: u64,
    /// Of these, flagged.
    pub flagged: u64,
    /// What each rule did, in order of file.
    pub rules: Vec<(RuleId, Record)>,
    /// What each line did, in order of [`ListLines::all`].
    pub lines: Vec<Record>,
    together: BTreeMap<(usize, usize), u64>,
}

impl<'a> Statistics<'a> {
    /// Nothing counted yet.
    pub fn new(engine: &'a Engine, lists: &'a ListLines, today: jiff::civil::Date) -> Self {
        let mut scratch = engine.scratch();
        scratch.set_today(today);
        Self {
            engine,
            lists,
            scratch,
            line_scratch: lists.scratch(),
            costs: Costs::new(engine),
            posts: 0,
            flagged: 0,
            rules: engine
                .rules()
                .iter()
                .map(|rule| (rule.id.clone(), Record { role: Role::of(rule), ..Record::default() }))
                .collect(),
            lines: vec![Record::default(); lists.all().len()],
            together: BTreeMap::new(),
        }
    }

    /// Counts a post.
    pub fn add(&mut self, post: &StoredPost) {
        let text = post.post.reading();
        self.scratch.set_source(&post.source);
        self.engine.measure(&mut self.scratch, &text, &mut self.costs);
        let explained = self.engine.explain(&mut self.scratch, &text);
        let flagged = explained.verdict.flagged;
        self.posts += 1;
        self.flagged += u64::from(flagged);
        let fired: BTreeSet<RuleId> =
            self.engine.last_fired(&self.scratch).map(|rule| rule.id.clone()).collect();
        let hits = explained.verdict.hits.iter().map(|hit| (&hit.rule, &hit.text));
        let helpers = explained.helpers.iter().map(|helper| (&helper.rule, &helper.text));
        let seen: BTreeMap<&RuleId, &Vec<String>> = hits.chain(helpers).collect();
        let mut lines: BTreeMap<usize, (bool, Role)> = BTreeMap::new();
        let mut scored = Vec::new();
        for (number, rule) in self.engine.rules().iter().enumerate() {
            if !fired.contains(&rule.id) {
                continue;
            }
            let decided = flagged && !self.engine.flagged_without(&mut self.scratch, &rule.id);
            self.rules[number].1.count(post, decided);
            if rule.scored {
                scored.push(number);
            }
            let texts = seen.get(&rule.id).map_or(&[][..], |texts| texts.as_slice());
            let mut times: BTreeMap<usize, usize> = BTreeMap::new();
            for text in texts.iter().filter(|_| !rule.lists.is_empty()) {
                for line in self.lists.find(&mut self.line_scratch, &rule.lists, text) {
                    *times.entry(line).or_default() += 1;
                }
            }
            for (line, times) in times {
                let (decides, role) = lines.entry(line).or_insert((false, Role::of(rule)));
                // Without the line the rule would have seen nothing.
                *decides |= decided && times == texts.len();
                // A line that gates share is judged by the rule that speaks with it.
                if *role == Role::Serves {
                    *role = Role::of(rule);
                }
            }
        }
        for (line, (decided, role)) in lines {
            self.lines[line].role = role;
            self.lines[line].count(post, decided);
        }
        for (at, one) in scored.iter().enumerate() {
            for other in &scored[at + 1..] {
                *self.together.entry((*one, *other)).or_default() += 1;
            }
        }
    }

    /// What each rule costs, in the order of `rules`, and what no single rule causes: mean
    /// microseconds a post.
    pub fn costs(&self) -> (Vec<f64>, f64) {
        (self.costs.by_rule(), self.costs.shared())
    }

    /// Pairs of rules of which one hardly ever fires without the other: the rarer, the other, and
    /// how often they fired together. Strongest first.
    pub fn overlaps(&self) -> Vec<(RuleId, RuleId, Share)> {
        let count = |number| usize::try_from(number).unwrap_or(usize::MAX);
        let mut found: Vec<(RuleId, RuleId, Share)> = self
            .together
            .iter()
            .filter_map(|((one, other), both)| {
                let (one, other) = (&self.rules[*one], &self.rules[*other]);
                let (rare, often) =
                    if one.1.fired <= other.1.fired { (one, other) } else { (other, one) };
                let enough = rare.1.fired >= FEWEST && *both * 10 >= rare.1.fired * 9;
                enough.then(|| {
                    (rare.0.clone(), often.0.clone(), Share::new(count(*both), count(rare.1.fired)))
                })
            })
            .collect();
        found.sort_by_key(|(_, _, share)| std::cmp::Reverse(share.count));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_follows_what_analysts_said_and_spares_what_stands_alone() {
        let record = |fired, confirmed, rejected, alone| Record {
            fired,
            confirmed,
            rejected,
            alone,
            ..Record::default()
        };
        for (record, posts, card) in [
            (record(0, 0, 0, 0), 10, Card::Keep),
            (record(0, 0, 0, 0), 5_000, Card::Retire),
            (record(4, 0, 4, 0), 5_000, Card::Keep),
            (record(20, 0, 20, 0), 5_000, Card::Retire),
            (record(21, 1, 20, 1), 5_000, Card::Tune),
            (record(20, 12, 8, 0), 5_000, Card::Tune),
            (record(20, 20, 0, 3), 5_000, Card::Keep),
        ] {
            assert_eq!(record.card(posts), card, "{record:?}");
        }
    }

    #[test]
    fn what_excuses_is_right_where_analysts_reject_and_a_gate_is_neither() {
        let record = |role| Record { fired: 30, rejected: 30, role, ..Record::default() };
        assert_eq!(record(Role::Speaks).card(5_000), Card::Retire);
        assert_eq!(record(Role::Excuses).card(5_000), Card::Keep);
        assert_eq!(record(Role::Serves).card(5_000), Card::Keep);
        assert_eq!(record(Role::Excuses).precision().unwrap().value, Some(1.0));
    }

    #[test]
    fn outcomes_confirm_reject_or_say_neither() {
        for (outcome, expected) in [
            (Outcome::Takedown, Some(true)),
            (Outcome::KorbanDibantu, Some(true)),
            (Outcome::BukanBerita, Some(false)),
            (Outcome::Duplikat, None),
            (Outcome::TidakCukupBukti, None),
        ] {
            assert_eq!(is_confirmed(outcome), expected, "{outcome}");
        }
    }
}
