//! Finds fixed sequences of words, each with a value, at a place in the clear view: one table
//! look-up for the first word, one map look-up for each further one.

use rustc_hash::FxHashMap;

use super::{ClearToken, WordId};

/// Collects sequences.
#[derive(Debug, Default)]
pub struct SequencesBuilder {
    nodes: FxHashMap<(u32, WordId), u32>,
    values: Vec<Vec<u32>>,
}

/// A closed set of sequences.
#[derive(Debug, Default)]
pub struct Sequences {
    roots: Vec<u32>,
    nodes: FxHashMap<(u32, WordId), u32>,
    values: Vec<Box<[u32]>>,
    /// Whether any sequence goes on after this node.
    goes_on: Vec<bool>,
    /// By word, whether any sequence goes on with it: most words are refused here.
    follows: Vec<bool>,
    /// With which two words the sequences of several begin.
    pairs: Pairs,
}

impl SequencesBuilder {
    /// Adds a sequence; an empty one is passed over. The same value is kept once a sequence.
    pub fn insert(&mut self, words: &[WordId], value: u32) {
        if words.is_empty() {
            return;
        }
        if self.values.is_empty() {
            self.values.push(Vec::new());
        }
        let mut node = 0;
        for word in words {
            let next = super::offset(self.values.len());
            node = *self.nodes.entry((node, *word)).or_insert(next);
            if node == next {
                self.values.push(Vec::new());
            }
        }
        let values = &mut self.values[node as usize];
        if !values.contains(&value) {
            values.push(value);
        }
    }

    /// Closes the set for a vocabulary of this many words.
    pub fn build(self, vocabulary: usize) -> Sequences {
        let mut roots = vec![0; vocabulary];
        let mut goes_on = vec![false; self.values.len()];
        let mut follows = vec![false; vocabulary];
        for ((from, word), to) in &self.nodes {
            goes_on[*from as usize] = true;
            let at = word.0 as usize;
            if *from == 0
                && let Some(root) = roots.get_mut(at)
            {
                *root = *to;
            } else if let Some(follows) = follows.get_mut(at) {
                *follows = true;
            }
        }
        let firsts: FxHashMap<u32, WordId> = self
            .nodes
            .iter()
            .filter(|((from, _), _)| *from == 0)
            .map(|((_, word), to)| (*to, *word))
            .collect();
        let seconds = self.nodes.keys();
        let pairs: Vec<(WordId, WordId)> =
            seconds.filter_map(|(from, second)| Some((*firsts.get(from)?, *second))).collect();
        let pairs = Pairs::of(&pairs);
        let nodes = self.nodes.into_iter().filter(|((from, _), _)| *from != 0).collect();
        let values = self.values.into_iter().map(Vec::into_boxed_slice).collect();
        Sequences { roots, nodes, values, goes_on, follows, pairs }
    }
}

impl Sequences {
    /// The values of the sequence of this one word.
    pub fn single(&self, word: WordId) -> &[u32] {
        match self.roots.get(word.0 as usize) {
            Some(root) if *root != 0 => &self.values[*root as usize],
            _ => &[],
        }
    }

    /// Whether a sequence begins with this word.
    pub fn begins(&self, word: WordId) -> bool {
        self.roots.get(word.0 as usize).is_some_and(|root| *root != 0)
    }

    /// Whether a sequence of several words begins with this one.
    pub fn begins_longer(&self, word: WordId) -> bool {
        let root = self.roots.get(word.0 as usize).copied().unwrap_or(0);
        root != 0 && self.goes_on[root as usize]
    }

    /// Whether a sequence goes on with this word.
    pub fn follows(&self, word: WordId) -> bool {
        self.follows.get(word.0 as usize).is_some_and(|follows| *follows)
    }

    /// Calls `found(value, words)` for every sequence that starts at `tokens[at]`, shortest first.
    pub fn at(&self, tokens: &[ClearToken], at: usize, mut found: impl FnMut(u32, usize)) {
        let Some(first) = tokens.get(at) else { return };
        self.single(first.word).iter().for_each(|value| found(*value, 1));
        self.longer_at(tokens, at, found);
    }

    /// The same of the sequences of several words.
    pub fn longer_at(&self, tokens: &[ClearToken], at: usize, mut found: impl FnMut(u32, usize)) {
        let Some([first, second]) = tokens.get(at..).and_then(<[_]>::first_chunk) else { return };
        if !self.pairs.may_hold(first.word, second.word) {
            return;
        }
        let mut node = self.roots.get(first.word.0 as usize).copied().unwrap_or(0);
        for (len, next) in (2..).zip(&tokens[at + 1..]) {
            if node == 0 || !self.goes_on[node as usize] || !self.follows(next.word) {
                return;
            }
            node = self.nodes.get(&(node, next.word)).copied().unwrap_or(0);
            self.values[node as usize].iter().for_each(|value| found(*value, len));
        }
    }
}

/// With which two words sequences begin, as bits by a hash of both: it may say "perhaps" of two that
/// none begins with, but hardly ever does.
#[derive(Debug, Default)]
struct Pairs(Box<[u64]>);

impl Pairs {
    fn of(pairs: &[(WordId, WordId)]) -> Self {
        // Eight bits a pair, and a power of two.
        let mut bits = Self(vec![0; pairs.len().div_ceil(8).next_power_of_two()].into());
        for (first, second) in pairs {
            let (at, bit) = bits.place(*first, *second);
            bits.0[at] |= bit;
        }
        bits
    }

    fn may_hold(&self, first: WordId, second: WordId) -> bool {
        let (at, bit) = self.place(first, second);
        self.0.get(at).is_some_and(|bits| bits & bit != 0)
    }

    /// The word of 64 bits in which the bit of a pair is, and the bit.
    fn place(&self, first: WordId, second: WordId) -> (usize, u64) {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let both = u64::from(first.0) << 32 | u64::from(second.0);
        let hash = (both ^ both >> 29).wrapping_mul(FACTOR);
        let at = usize::try_from(hash >> 38).unwrap_or(0) & self.0.len().wrapping_sub(1);
        (at, 1 << (hash >> 32 & 63))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{Before, Marks, Tags};

    /// Words so few that sequences share their beginnings.
    const WORDS: u32 = 12;

    fn token(word: u32) -> ClearToken {
        let (marks, tags) = (Marks::default(), Tags::default());
        ClearToken {
            word: WordId(word),
            marks,
            raw_start: 0,
            raw_end: 1,
            before: Before::Space,
            tags,
        }
    }

    proptest! {
        #[test]
        fn every_sequence_is_found_where_it_stands(
            sequences in prop::collection::vec(prop::collection::vec(0..WORDS, 1..4), 1..40),
            post in prop::collection::vec(0..WORDS, 0..30),
        ) {
            let mut builder = SequencesBuilder::default();
            for (value, words) in (0..).zip(&sequences) {
                let words: Vec<WordId> = words.iter().copied().map(WordId).collect();
                builder.insert(&words, value);
            }
            let built = builder.build(WORDS as usize);
            let tokens: Vec<ClearToken> = post.iter().copied().map(token).collect();
            for at in 0..post.len() {
                let stand = |shortest: usize| {
                    let all = (0_u32..).zip(&sequences);
                    let mut all: Vec<(u32, usize)> = all
                        .filter(|(_, words)| words.len() >= shortest && post[at..].starts_with(words))
                        .map(|(value, words)| (value, words.len()))
                        .collect();
                    all.sort_by_key(|(value, len)| (*len, *value));
                    all
                };
                let mut found = Vec::new();
                built.at(&tokens, at, |value, len| found.push((value, len)));
                prop_assert_eq!(found, stand(1));
                let mut found = Vec::new();
                built.longer_at(&tokens, at, |value, len| found.push((value, len)));
                prop_assert_eq!(found, stand(2));
            }
        }
    }
}
