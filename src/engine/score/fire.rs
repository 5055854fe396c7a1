//! Which rules fire: groups of rules are asked in order, phrases are confirmed only where what their
//! group asks holds, and only as often as somebody wants to know.

use std::ops::Range;

use super::super::Engine;
use super::super::bits::Bits;
use super::super::expression::{Expression, FactNumber, FactSet};
use super::super::fact_numbers::{self, Kinds};
use super::super::gates::Rest;
use super::super::groups::Group;
use super::super::matcher::Match;
use super::super::meter::Meter;
use super::super::phrase::ClassId;
use super::{Scratch, in_force};
use crate::facts::ContactKind;

impl Engine {
    /// Wakes phrases and finds patterns in the text last read.
    pub(in crate::engine) fn wake(&self, scratch: &mut Scratch, meter: &mut impl Meter) {
        let clear = scratch.views.clear();
        scratch.places.reset(clear.len());
        for amount in &scratch.found.amounts {
            scratch.places.add(ClassId::MONEY, amount.from, amount.to);
        }
        for destination in &scratch.found.destinations {
            scratch.places.add(ClassId::COUNTRY, destination.from, destination.to);
        }
        let mut at = 0;
        for contact in
            scratch.found.contacts.iter().filter(|contact| contact.kind == ContactKind::Phone)
        {
            while clear.get(at).is_some_and(|token| (token.raw_start as usize) < contact.raw_from) {
                at += 1;
            }
            let from = at;
            while clear.get(at).is_some_and(|token| (token.raw_end as usize) <= contact.raw_to) {
                at += 1;
            }
            if at > from {
                scratch.places.add(ClassId::PHONE, from, at);
            }
        }
        self.matcher.wake(clear, &mut scratch.places, &mut scratch.woken);
        scratch.located.clear();
        scratch.patterned.clear();
        if self.patterns.wake(&scratch.views, &mut scratch.patterns, meter) {
            self.find_patterns(scratch, meter);
        }
    }

    fn find_patterns(&self, scratch: &mut Scratch, meter: &mut impl Meter) {
        let Scratch { views, clear_text, clear_ends, patterns, patterned, .. } = scratch;
        views.write_clear(clear_text, clear_ends);
        self.patterns.find(clear_text, patterns, meter, |rule, start, end| {
            let from = clear_ends.partition_point(|token_end| *token_end <= start);
            let to = clear_ends.partition_point(|token_end| *token_end < end) + 1;
            if let (Ok(from), Ok(to)) =
                (u32::try_from(from), u32::try_from(to.min(clear_ends.len())))
                && from < to
            {
                patterned.push(Match { rule, from, to });
            }
        });
    }

    /// Asks the rules that tell; says whether any fired without which nothing is flagged.
    pub(super) fn fire(&self, scratch: &mut Scratch, meter: &mut impl Meter) -> bool {
        let Scratch { woken, found, patterned, fired, open, .. } = scratch;
        self.groups.begin(Kinds::of(found), fired);
        self.groups.open(&woken.groups, patterned, open);
        woken.ask_again(self.rules.len());
        self.fire_groups(scratch, 0..self.groups.telling(), meter);
        self.groups.speak(&scratch.fired)
    }

    pub(super) fn fire_groups(
        &self,
        scratch: &mut Scratch,
        which: Range<usize>,
        meter: &mut impl Meter,
    ) {
        let mut from = which.start;
        // What opens a gate stands before what waits behind it.
        let next = |scratch: &Scratch, from| scratch.open.first_common(scratch.fired.ready(), from);
        while let Some(at) = next(scratch, from).filter(|at| *at < which.end) {
            from = at + 1;
            let Some(group) = self.groups.group(at) else { return };
            meter.start();
            let holds = self.rest_holds(&group.rest, scratch);
            meter.stop(group.asks);
            if holds {
                self.fire_group(at, group, scratch, meter);
            }
        }
    }

    /// Whether what a group asks of other rules and of facts holds, its gates being open.
    fn rest_holds(&self, rest: &Rest, scratch: &Scratch) -> bool {
        !rest.unless.iter().any(|other| scratch.fired.has(*other))
            && rest.when.as_ref().is_none_or(|when| self.holds(when, scratch))
    }

    /// Fires the rules of a group whose conditions hold.
    fn fire_group(&self, at: usize, group: &Group, scratch: &mut Scratch, meter: &mut impl Meter) {
        let Scratch { views, places, woken, patterned, fired, days, without, .. } = scratch;
        let mut fire = |rule: usize| {
            if *without != Some(rule) && in_force(&self.rules[rule], *days) {
                self.groups.fire(rule, fired);
            }
        };
        group.without_text.iter().for_each(|rule| fire(*rule));
        let of_group = |found: &&Match| self.groups.of()[found.rule as usize] as usize == at;
        patterned.iter().filter(of_group).for_each(|found| fire(found.rule as usize));
        self.matcher.stand(at, views.clear(), places, woken, meter, fire);
    }

    /// Finds where the phrases of these rules stand in the text last read.
    pub(in crate::engine) fn locate(&self, scratch: &mut Scratch, rules: &Bits) {
        let Scratch { views, places, woken, located, .. } = scratch;
        located.clear();
        for group in woken.groups.iter() {
            self.matcher.find(group, views.clear(), places, woken, rules, located);
        }
    }

    /// Finds where the phrases of the rules that fired stand.
    pub(in crate::engine) fn locate_fired(&self, scratch: &mut Scratch) {
        let fired = scratch.fired.rules().clone();
        self.locate(scratch, &fired);
    }

    /// Finds where the phrases of all rules stand.
    pub(in crate::engine) fn locate_all(&self, scratch: &mut Scratch) {
        self.locate(scratch, &Bits::all(self.rules.len()));
    }

    pub(in crate::engine) fn holds(
        &self,
        condition: &Expression<usize>,
        scratch: &Scratch,
    ) -> bool {
        match condition {
            Expression::Rule(rule) => scratch.fired.has(*rule),
            Expression::Family(family) => scratch.fired.has_family(*family),
            Expression::All(parts) => parts.iter().all(|part| self.holds(part, scratch)),
            Expression::Any(parts) => parts.iter().any(|part| self.holds(part, scratch)),
            Expression::Not(part) => !self.holds(part, scratch),
            Expression::AtLeast(count, parts) => {
                parts.iter().filter(|part| self.holds(part, scratch)).take(*count).count() == *count
            }
            Expression::Compare(fact, comparison, value) => {
                comparison.holds(fact_numbers::number(*fact, scratch), *value)
            }
            Expression::In(FactSet::Source, values) => values.contains(&scratch.source),
            Expression::In(set, values) => scratch
                .found
                .destinations
                .iter()
                .any(|destination| self.is_among(*set, destination.country, values)),
        }
    }

    /// Whether a country, by its index in the registry, is among codes or groups.
    pub(super) fn is_among(&self, set: FactSet, country: usize, values: &[String]) -> bool {
        let (code, groups) = &self.country_groups[country];
        match set {
            FactSet::Destination => values.contains(code),
            FactSet::DestinationGroup => groups.iter().any(|group| values.contains(group)),
            FactSet::Source => false,
        }
    }

    /// A number read out of the text last read.
    pub(in crate::engine) fn fact_number(&self, fact: FactNumber, scratch: &Scratch) -> u64 {
        fact_numbers::number(fact, scratch)
    }

    /// The members of a set read out of the text last read, in order of mention.
    pub(in crate::engine) fn set_values(&self, set: FactSet, scratch: &Scratch) -> Vec<String> {
        let mut values = Vec::new();
        for destination in &scratch.found.destinations {
            let (code, groups) = &self.country_groups[destination.country];
            match set {
                FactSet::Destination => values.push(code.clone()),
                FactSet::DestinationGroup => values.extend(groups.iter().cloned()),
                FactSet::Source => {}
            }
        }
        if set == FactSet::Source && !scratch.source.is_empty() {
            values.push(scratch.source.clone());
        }
        values.sort_unstable();
        values.dedup();
        values
    }
}
