//! Sets of small numbers, one bit each: emptied, crossed and walked 64 at a time, so that a rule
//! that has nothing to say of a post costs next to nothing.

/// A set of numbers below a bound given when it is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// An empty set of numbers below `bound`.
    pub(super) fn new(bound: usize) -> Self {
        Self { words: vec![0; bound.div_ceil(64)] }
    }

    /// The numbers below `bound` for which `holds`.
    pub(super) fn of(bound: usize, holds: impl Fn(usize) -> bool) -> Self {
        let mut bits = Self::new(bound);
        (0..bound).filter(|number| holds(*number)).for_each(|number| bits.add(number));
        bits
    }

    /// All numbers below `bound`, and up to 63 above it.
    pub(super) fn all(bound: usize) -> Self {
        Self { words: vec![u64::MAX; bound.div_ceil(64)] }
    }

    /// Empties the set and changes its bound.
    pub(super) fn reset(&mut self, bound: usize) {
        self.words.clear();
        self.words.resize(bound.div_ceil(64), 0);
    }

    /// Makes this a copy of `other`.
    pub(super) fn copy(&mut self, other: &Self) {
        self.words.clear();
        self.words.extend_from_slice(&other.words);
    }

    pub(super) fn add(&mut self, number: usize) {
        if let Some(word) = self.words.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    pub(super) fn has(&self, number: usize) -> bool {
        self.words.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The numbers in both, in order.
    pub(super) fn common<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = usize> + 'a {
        let words = self.words.iter().zip(&other.words).map(|(one, other)| one & other);
        words.enumerate().flat_map(|(at, word)| numbers(at, word))
    }

    /// The numbers, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| numbers(at, *word))
    }

    /// Adds the numbers of another set, as far as they are below the bound.
    pub(super) fn join(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// The first number in both from this one on; for walking sets that change meanwhile.
    pub(super) fn first_common(&self, other: &Self, number: usize) -> Option<usize> {
        let (at, within) = (number / 64, number % 64);
        let words = self.words.iter().zip(&other.words).map(|(one, other)| one & other);
        let mut words = words.enumerate().skip(at);
        let first = words.next().map(|(at, word)| (at, word >> within << within))?;
        let (at, word) = [first].into_iter().chain(words).find(|(_, word)| *word != 0)?;
        Some(at * 64 + word.trailing_zeros() as usize)
    }
}

/// The numbers of the bits set in the word `at`.
fn numbers(at: usize, mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (word != 0).then(|| {
            let bit = word.trailing_zeros() as usize;
            word &= word - 1;
            at * 64 + bit
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_what_was_added() {
        let thirds = Bits::of(200, |number| number % 3 == 0);
        let fifths = Bits::of(200, |number| number % 5 == 0);
        assert!(thirds.common(&fifths).eq((0..200).step_by(15)));
        assert!(thirds.iter().eq((0..200).step_by(3)));
        assert!(thirds.has(198) && !thirds.has(199) && !thirds.has(999));
        let next = |from| thirds.first_common(&fifths, from);
        let walked = std::iter::successors(next(0), |last| next(last + 1));
        assert!(walked.eq((0..200).step_by(15)));
        let mut both = thirds.clone();
        both.join(&fifths);
        assert!(both.has(5) && both.has(6) && !both.has(7));
        assert!(Bits::new(200).is_empty() && !thirds.is_empty());
    }
}
