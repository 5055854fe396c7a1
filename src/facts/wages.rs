//! An offered wage against what is usually paid for that work in that country: what nobody pays is
//! the oldest bait. Where several countries or kinds of work are named, the best paid counts.

use rustc_hash::FxHashMap;

use super::names::{Collected, Meaning, Name};
use super::{Amount, Destination, Period, Role};
use crate::registry::{Registry, UsualWage};
use crate::text::VocabularyBuilder;

#[derive(Debug)]
pub(super) struct Reader {
    /// The upper end in rupiah a month, by country and kind of work.
    usual: FxHashMap<(usize, Option<usize>), u64>,
}

/// Interns the names of the kinds of work.
pub(super) fn name(registry: &Registry, names: &mut Collected, words: &mut VocabularyBuilder) {
    for (index, job) in registry.wages.jobs.iter().enumerate() {
        names.add(&job.names, Meaning::Job(index), words);
    }
}

impl Reader {
    pub(super) fn new(registry: &Registry) -> Self {
        let line = |wage: &UsualWage| {
            let country = registry.countries.iter().position(|one| one.code == wage.country)?;
            let currency = registry.currencies.iter().find(|one| one.code == wage.currency)?;
            let job = match &wage.job {
                Some(class) => {
                    Some(registry.wages.jobs.iter().position(|job| job.class == *class)?)
                }
                None => None,
            };
            let period = wage.period.as_deref().map_or(Period::Month, Period::named);
            Some(((country, job), period.monthly(wage.high.saturating_mul(currency.idr)).0))
        };
        Self { usual: registry.wages.usual.iter().filter_map(line).collect() }
    }

    /// Notes at each wage how many hundredths of the usual one it is.
    pub(super) fn read(
        &self,
        names: &[Name],
        destinations: &[Destination],
        amounts: &mut [Amount],
    ) {
        if destinations.is_empty() || !amounts.iter().any(|amount| amount.role == Role::Pay) {
            return;
        }
        let jobs = || {
            names.iter().filter_map(|name| match name.meaning {
                Meaning::Job(job) => Some(job),
                _ => None,
            })
        };
        let in_country = |country| {
            let of_job = jobs().filter_map(|job| self.usual.get(&(country, Some(job)))).max();
            of_job.or_else(|| self.usual.get(&(country, None))).copied()
        };
        let Some(usual) = destinations.iter().filter_map(|one| in_country(one.country)).max()
        else {
            return;
        };
        for amount in amounts.iter_mut().filter(|amount| amount.role == Role::Pay) {
            amount.percent_of_usual = amount.idr_month.0.saturating_mul(100).checked_div(usual);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::facts;

    #[test]
    fn pay_is_held_against_that_country_and_work() {
        for (text, times) in [
            ("kilang Malaysia gaji RM1.700", Some(0.5)),
            ("ladang sawit Malaysia gaji RM3.000", Some(1.0)),
            ("admin Kamboja gaji USD 1.200", Some(3.0)),
            ("housemaid Dubai gaji 1.500 dirham", Some(1.0)),
            ("ART Hongkong gaji 40 juta", Some(3.1)),
            ("petik buah Australia atau ladang Malaysia gaji 35jt", Some(0.5)),
            ("gaji 35jt sebulan", None),
            ("kerja di Mesir gaji 35jt", None),
        ] {
            assert_eq!(facts(text).pay[0].vs_usual, times, "{text}");
        }
    }
}
