//! Word sequences that confirmed posts share and innocent ones do not: one to five words, or two
//! with a gap, ranked by log-odds against the innocent posts with a prior that keeps rare ones modest.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::engine::Word;
use crate::report::share::real;

/// The longest sequence, in words.
const LONGEST: usize = 5;
/// Words that may stand in a gap; as in a phrase with `…`.
const GAP: usize = 4;
/// How many posts' worth the prior weighs.
const PRIOR: f64 = 2.0;
/// The normal quantile of a one-sided 95 % bound.
const DOUBT: f64 = 1.645;
/// Letters of a word that may stand for something.
const TELLING: usize = 4;
const UNUSABLE: u32 = u32::MAX;

/// Words as numbers.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    by_word: FxHashMap<String, u32>,
    words: Vec<String>,
}

/// A post as numbers: the word, whether a line begins with it, whether a rule sees it already.
type Numbered = Vec<(u32, bool, bool)>;

/// A word sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Gram {
    words: [u32; LONGEST],
    len: usize,
    gap: bool,
}

/// A sequence with the posts that hold it.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) gram: Gram,
    /// Confirmed posts that hold it, by number.
    pub(super) holders: Vec<usize>,
    /// How much more likely it is there than among innocent posts, at the least: log-odds.
    pub(super) score: f64,
}

/// Whether a word may stand in a phrase: letters, and nobody's name or number.
fn usable(word: &Word) -> bool {
    let letters = word.text.chars().count();
    !word.personal
        && (2..=24).contains(&letters)
        && word.text.chars().all(|letter| letter.is_alphabetic() || letter == '-')
}

impl Numbers {
    fn number(&mut self, words: &[Word]) -> Numbered {
        let number = |word: &Word| match usable(word) {
            false => UNUSABLE,
            true => match self.by_word.get(&word.text) {
                Some(number) => *number,
                None => {
                    let number = u32::try_from(self.words.len()).unwrap_or(UNUSABLE);
                    self.words.push(word.text.clone());
                    self.by_word.insert(word.text.clone(), number);
                    number
                }
            },
        };
        words.iter().map(number).zip(words).map(|(n, word)| (n, word.begins, word.seen)).collect()
    }

    fn known(&self, words: &[Word]) -> Numbered {
        words
            .iter()
            .map(|word| {
                let number = self.by_word.get(&word.text).filter(|_| usable(word));
                (number.copied().unwrap_or(UNUSABLE), word.begins, false)
            })
            .collect()
    }

    /// Whether a sequence says anything: some word of four letters, and both around a gap.
    fn tells(&self, gram: Gram) -> bool {
        let mut long = gram
            .numbers()
            .iter()
            .map(|number| self.words[*number as usize].chars().count() >= TELLING);
        if gram.gap { long.all(|long| long) } else { long.any(|long| long) }
    }

    /// The sequence as a phrase of a rule file.
    pub(super) fn phrase(&self, gram: Gram) -> String {
        let between = if gram.gap { " … " } else { " " };
        let words: Vec<&str> =
            gram.numbers().iter().map(|number| self.words[*number as usize].as_str()).collect();
        words.join(between)
    }
}

impl Gram {
    fn numbers(&self) -> &[u32] {
        &self.words[..self.len]
    }

    /// Whether one of both says all the other says.
    fn related(self, other: Self) -> bool {
        let (long, short) = if self.len >= other.len { (self, other) } else { (other, self) };
        let mut rest = long.numbers().iter();
        short.numbers().iter().all(|number| rest.any(|other| other == number))
    }
}

/// Every sequence of a post, with whether rules see all of its words already.
fn grams(words: &Numbered, mut each: impl FnMut(Gram, bool)) {
    for from in 0..words.len() {
        let mut gram = Gram { words: [UNUSABLE; LONGEST], len: 0, gap: false };
        let mut seen = true;
        for (at, (number, begins, is_seen)) in words[from..].iter().take(LONGEST).enumerate() {
            if *number == UNUSABLE || (at > 0 && *begins) {
                break;
            }
            gram.words[at] = *number;
            gram.len = at + 1;
            seen &= is_seen;
            each(gram, seen);
        }
        let (first, _, first_seen) = words[from];
        if first == UNUSABLE {
            continue;
        }
        for (at, (number, begins, is_seen)) in
            words[from..].iter().enumerate().skip(1).take(GAP + 1)
        {
            if *begins {
                break;
            }
            if at > 1 && *number != UNUSABLE && *number != first {
                let mut words = [UNUSABLE; LONGEST];
                (words[0], words[1]) = (first, *number);
                each(Gram { words, len: 2, gap: true }, first_seen && *is_seen);
            }
        }
    }
}

/// The sequences that at least `least` confirmed posts hold and that are more frequent there than
/// among innocent ones, best first; of those that say the same of the same posts only the best.
pub(super) fn candidates(
    confirmed: &[Vec<Word>],
    innocent: &[Vec<Word>],
    least: usize,
    most: usize,
) -> (Numbers, Vec<Candidate>) {
    let mut numbers = Numbers::default();
    let numbered: Vec<Numbered> = confirmed.iter().map(|words| numbers.number(words)).collect();
    let mut holders: FxHashMap<Gram, Vec<usize>> = FxHashMap::default();
    for (post, words) in numbered.iter().enumerate() {
        grams(words, |gram, seen| {
            if !seen {
                let posts = holders.entry(gram).or_default();
                if posts.last() != Some(&post) {
                    posts.push(post);
                }
            }
        });
    }
    holders.retain(|gram, posts| posts.len() >= least && numbers.tells(*gram));
    let wrong = innocent
        .par_iter()
        .fold(FxHashMap::<Gram, usize>::default, |mut wrong, words| {
            let mut here = FxHashSet::default();
            grams(&numbers.known(words), |gram, _| {
                if holders.contains_key(&gram) {
                    here.insert(gram);
                }
            });
            for gram in here {
                *wrong.entry(gram).or_default() += 1;
            }
            wrong
        })
        .reduce(FxHashMap::default, |mut all, part| {
            for (gram, count) in part {
                *all.entry(gram).or_default() += count;
            }
            all
        });
    let mut found: Vec<Candidate> = holders
        .into_iter()
        .map(|(gram, holders)| {
            let wrong = wrong.get(&gram).copied().unwrap_or(0);
            let score = log_odds([holders.len(), confirmed.len()], [wrong, innocent.len()]);
            Candidate { gram, holders, score }
        })
        .filter(|candidate| candidate.score > 0.0)
        .collect();
    found.sort_by(|one, other| {
        // Of equals the one that says enough and no more.
        let rank = |gram: Gram| (gram.len == 1, gram.gap, gram.len, gram);
        other.score.total_cmp(&one.score).then_with(|| rank(one.gram).cmp(&rank(other.gram)))
    });
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in found {
        if kept.len() == most {
            break;
        }
        let told = |kept: &Candidate| {
            kept.gram.related(candidate.gram)
                && candidate.holders.iter().all(|post| kept.holders.binary_search(post).is_ok())
        };
        if !kept.iter().any(told) {
            kept.push(candidate);
        }
    }
    (numbers, kept)
}

/// The lower end of the log-odds ratio of a sequence between confirmed and innocent posts. Half a
/// post stands on every side, and both shares are drawn a little towards the common one, so that a
/// sequence seen twice does not outrank one seen often.
fn log_odds([here, of_here]: [usize; 2], [there, of_there]: [usize; 2]) -> f64 {
    let common = PRIOR * real(here + there) / real((of_here + of_there).max(1));
    let odds = |count: usize, of: usize| {
        let yes = real(count) + 0.5 + common;
        (yes, (yes / (real(of - count) + 0.5 + PRIOR - common)).ln())
    };
    let ((yes, here), (_, there)) = (odds(here, of_here), odds(there, of_there));
    here - there - DOUBT / yes.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn words(text: &str) -> Vec<Word> {
        text.split(' ')
            .map(|word| Word {
                text: word.trim_matches(['+', '@']).to_owned(),
                span: Span::new(0, 0),
                begins: false,
                seen: word.starts_with('+'),
                personal: word.starts_with('@'),
            })
            .collect()
    }

    fn proposed(confirmed: &[&str], innocent: &[&str]) -> Vec<String> {
        let read = |texts: &[&str]| texts.iter().map(|text| words(text)).collect::<Vec<_>>();
        let (numbers, found) = candidates(&read(confirmed), &read(innocent), 2, 50);
        found.iter().map(|candidate| numbers.phrase(candidate.gram)).collect()
    }

    #[test]
    fn what_innocents_say_too_ranks_lower_and_parts_of_a_phrase_say_nothing_new() {
        let found = proposed(
            &[
                "paspor pisang dulu yang penting",
                "pakai paspor pisang yang murah",
                "pisang itu yang",
            ],
            &["jual pisang goreng yang enak", "yang penting sehat", "pisang yang manis"],
        );
        assert_eq!(found[0], "paspor pisang", "{found:?}");
        assert!(!found.contains(&"paspor".to_owned()), "{found:?}");
    }

    #[test]
    fn what_a_rule_sees_and_whom_it_names_is_not_proposed() {
        let found = proposed(&["+gaji besar @budi", "+gaji tinggi @budi"], &["halo"]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn two_words_with_others_between_are_found() {
        let found =
            proposed(&["jalur kebun sangat aman", "jalur sungai aman"], &["kebun", "sungai"]);
        assert!(found.contains(&"jalur … aman".to_owned()), "{found:?}");
    }

    #[test]
    fn one_post_more_counts_and_so_does_every_innocent() {
        let base = log_odds([3, 10], [1, 1_000]);
        assert!(log_odds([4, 10], [1, 1_000]) > base);
        assert!(log_odds([3, 10], [2, 1_000]) < base);
        assert!(log_odds([1, 10], [200, 1_000]) < 0.0);
    }
}
