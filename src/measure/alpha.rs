//! Krippendorff's alpha for names without an order: how far people agree beyond what chance would
//! have them agree. 1 is full agreement, 0 is chance, below 0 they contradict each other.

use std::collections::BTreeMap;

/// Times the cases are drawn anew for the interval.
const DRAWS: usize = 1_000;
/// Under this many cases no interval is told: it would only seem to be one.
const FEWEST: usize = 5;

/// How far people agree.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Agreement {
    /// Cases that at least two people judged.
    pub cases: usize,
    /// Of these, all said the same.
    pub same: usize,
    /// Krippendorff's alpha; `None` where nobody ever said anything else, or there is no case.
    pub alpha: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<(f64, f64)>,
}

/// Krippendorff's alpha of cases, each with what the people who judged it said; who said nothing is
/// left out, and so is a case with fewer than two judgements.
///
/// With `o(c,k)` the coincidences (each ordered pair of judgements of a case with `m` of them counts
/// 1/(m-1)), `n(c)` their sums by row and `n` the sum of all,
///
/// ```text
///               (n - 1) Σ o(c,c) - Σ n(c) (n(c) - 1)
///     alpha  =  ------------------------------------
///                     n (n - 1) - Σ n(c) (n(c) - 1)
/// ```
///
/// Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", University of Pennsylvania,
/// 2011, parts B and C (nominal data), <https://repository.upenn.edu/asc_papers/43>.
pub fn alpha<T: Ord>(cases: &[Vec<T>]) -> Option<f64> {
    let (mut said, mut alike, mut n) = (BTreeMap::<&T, f64>::new(), 0.0, 0.0);
    for case in cases.iter().filter(|case| case.len() > 1) {
        let people = real(case.len());
        let mut here = BTreeMap::<&T, f64>::new();
        for judgement in case {
            *here.entry(judgement).or_default() += 1.0;
            *said.entry(judgement).or_default() += 1.0;
        }
        alike += here.values().map(|times| times * (times - 1.0)).sum::<f64>() / (people - 1.0);
        n += people;
    }
    let chance: f64 = said.values().map(|times| times * (times - 1.0)).sum();
    let room = n * (n - 1.0) - chance;
    (said.len() > 1).then(|| ((n - 1.0) * alike - chance) / room)
}

/// Alpha with what it rests on. The interval is the middle 95 % of alpha over cases drawn anew with
/// replacement (a percentile bootstrap, Efron 1979), always the same for the same cases.
pub fn agreement<T: Ord + Clone>(cases: &[Vec<T>]) -> Agreement {
    let cases: Vec<Vec<T>> = cases.iter().filter(|case| case.len() > 1).cloned().collect();
    let same = cases.iter().filter(|case| case.windows(2).all(|two| two[0] == two[1])).count();
    let alpha = alpha(&cases);
    let interval = alpha.filter(|_| cases.len() >= FEWEST).and_then(|_| bootstrap(&cases));
    Agreement { cases: cases.len(), same, alpha, interval }
}

fn bootstrap<T: Ord + Clone>(cases: &[Vec<T>]) -> Option<(f64, f64)> {
    let mut luck = fastrand::Rng::with_seed(7);
    let mut seen: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let drawn: Vec<Vec<T>> =
                cases.iter().map(|_| cases[luck.usize(..cases.len())].clone()).collect();
            // Drawn cases that all say one thing are cases of full agreement.
            alpha(&drawn).unwrap_or(1.0)
        })
        .collect();
    seen.sort_by(f64::total_cmp);
    Some((*seen.get(DRAWS / 40)?, *seen.get(DRAWS - DRAWS / 40 - 1)?))
}

/// A count as a real number; counts of judgements are far below 2³².
fn real(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cases out of one line a person; a point is a judgement not made.
    fn cases(people: &[&str]) -> Vec<Vec<char>> {
        let lines: Vec<Vec<char>> =
            people.iter().map(|line| line.chars().filter(|said| *said != ' ').collect()).collect();
        let case = |at| lines.iter().map(|line| line[at]).filter(|said| *said != '.').collect();
        (0..lines[0].len()).map(case).collect()
    }

    #[test]
    fn alpha_is_that_of_the_published_examples() {
        for (people, published) in [
            // Krippendorff 2011: A, two observers and two values; B, two observers and many values;
            // C, four observers with judgements missing.
            (&["0100000010", "1110010000"][..], 0.095),
            (&["aabbdcccedda", "babbbccceddd"], 0.692),
            (&["123321412...", "1233224125.3", ".3332342251.", "12332441251."], 0.743),
            // Three observers of fifteen cases: the example of Wikipedia's article.
            (&[".....34121133.3", "1.213343.......", "..21344.21133.4"], 0.691),
        ] {
            let found = alpha(&cases(people)).unwrap();
            assert!((found - published).abs() < 0.0005, "{people:?}: {found}");
        }
    }

    #[test]
    fn without_two_answers_there_is_no_alpha() {
        assert_eq!(alpha(&cases(&["aaa", "aaa"])), None);
        assert_eq!(alpha(&cases(&["ab.", "..c"])), None);
        assert_eq!(agreement::<char>(&[]), Agreement::default());
        let all = agreement(&cases(&["aabbccab", "aabbccab"]));
        assert_eq!((all.cases, all.same, all.alpha), (8, 8, Some(1.0)));
        assert_eq!(all.interval, Some((1.0, 1.0)));
    }

    #[test]
    fn the_interval_holds_alpha_and_is_the_same_each_time() {
        let cases = cases(&["aabbdcccedda", "babbbccceddd"]);
        let found = agreement(&cases);
        let (low, high) = found.interval.unwrap();
        assert!(low < 0.692 && 0.692 < high && high <= 1.0, "{found:?}");
        assert_eq!(found, agreement(&cases));
        assert_eq!(agreement(&cases[..4]).interval, None, "four cases say too little");
    }
}
