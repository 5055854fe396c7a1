//! What was flagged and confirmed, group by group, and how often each rule was right: counts of the
//! store with names for people.

use std::collections::BTreeMap;

use super::plots::{Bar, Intervals, Rows, interval};
use crate::console::locale::Locale;
use crate::engine::{Engine, RuleId};
use crate::report::Share;
use crate::report::statistics::{Record, Role, is_confirmed};
use crate::store::{Tallies, Tally};

/// Confirmed and rejected decisions of a tally; others say neither.
pub(super) fn judged(tally: &Tally) -> (u64, u64) {
    let count = |wanted| {
        let of = tally.outcomes().filter(|(outcome, _)| is_confirmed(*outcome) == Some(wanted));
        of.map(|(_, count)| count).sum()
    };
    (count(true), count(false))
}

/// A line of a table of groups.
pub(super) struct GroupLine {
    pub(super) name: String,
    pub(super) flagged: String,
    pub(super) decided: String,
    pub(super) confirmed: String,
}

/// Groups of one kind, the largest first: drawn, and as a table.
pub(super) struct Ranking {
    /// What its heading is named by.
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) lines: Vec<GroupLine>,
    pub(super) plot: Rows,
}

impl Ranking {
    pub(super) fn new(
        l: &Locale,
        id: &'static str,
        title: String,
        tallies: &BTreeMap<String, Tally>,
        named: impl Fn(&str) -> String,
    ) -> Self {
        let mut groups: Vec<(String, &Tally)> =
            tallies.iter().map(|(value, tally)| (named(value), tally)).collect();
        groups.sort_by(|(name, one), (other_name, other)| {
            other.flagged.cmp(&one.flagged).then_with(|| name.cmp(other_name))
        });
        let line = |(name, tally): &(String, &Tally)| GroupLine {
            name: name.clone(),
            flagged: l.number(tally.flagged),
            decided: l.number(tally.outcomes().map(|(_, count)| count).sum()),
            confirmed: l.number(judged(tally).0),
        };
        let lines: Vec<GroupLine> = groups.iter().map(line).collect();
        let (flagged, confirmed) = (l.t("dashboard-flagged"), l.t("dashboard-confirmed"));
        let bars = groups.iter().zip(&lines).map(|((name, tally), line)| Bar {
            label: name.clone(),
            whole: tally.flagged,
            part: judged(tally).0,
            title: format!("{name}: {} {flagged}, {} {confirmed}", line.flagged, line.confirmed),
        });
        let plot = Rows::new(l, title.clone(), bars.collect());
        Self { id, title, lines, plot }
    }
}

/// A rule as it did.
struct Judged<'a> {
    id: &'a str,
    title: String,
    record: Record,
    precision: Option<Share>,
}

/// A line of the table of rules.
pub(super) struct RuleLine {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) excuses: bool,
    pub(super) flagged: String,
    pub(super) confirmed: String,
    pub(super) rejected: String,
    /// How often it was right, and the interval; `None` while too few decisions tell.
    pub(super) precision: Option<(String, String)>,
}

/// How often each rule was right, the worst first, then those of which too little is known.
pub(super) struct Precision {
    pub(super) lines: Vec<RuleLine>,
    pub(super) plot: Intervals,
    /// Whether there is a rule of which enough is known.
    pub(super) is_known: bool,
}

impl Precision {
    pub(super) fn new(l: &Locale, tallies: &Tallies, engine: &Engine) -> Self {
        let mut rules: Vec<Judged<'_>> = tallies
            .rules
            .iter()
            .filter_map(|(id, tally)| {
                let rule = engine.rule(&RuleId(id.clone()))?;
                let (confirmed, rejected) = judged(tally);
                let fired = tally.flagged;
                let role = Role::of(rule);
                let record = Record { fired, confirmed, rejected, role, ..Record::default() };
                let precision = record.precision();
                Some(Judged { id, title: rule.title.clone(), record, precision })
            })
            .filter(|rule| rule.record.role != Role::Serves)
            .collect();
        let order = |rule: &Judged<'_>| {
            let value = rule.precision.and_then(|share| share.value).unwrap_or(f64::INFINITY);
            (value, rule.record.confirmed + rule.record.rejected)
        };
        rules.sort_by(|one, other| {
            let ((value, decided), (other_value, other_decided)) = (order(one), order(other));
            value.total_cmp(&other_value).then(other_decided.cmp(&decided))
        });
        let known = rules.iter().filter_map(|rule| Some((rule.title.as_str(), rule.precision?)));
        let plot = Intervals::new(l, l.t("dashboard-precision"), known);
        let is_known = rules.first().is_some_and(|rule| rule.precision.is_some());
        let lines = rules.iter().map(|rule| RuleLine {
            id: rule.id.to_owned(),
            title: rule.title.clone(),
            excuses: rule.record.role == Role::Excuses,
            flagged: l.number(rule.record.fired),
            confirmed: l.number(rule.record.confirmed),
            rejected: l.number(rule.record.rejected),
            precision: rule
                .precision
                .map(|share| (l.percent(share.value.unwrap_or(0.0), 1), interval(l, share))),
        });
        let lines = lines.collect();
        Self { lines, plot, is_known }
    }
}
