//! How words were read the last time: most words of most posts come again and again. Holds only
//! readings that depend on the word alone, so that an answer is the one reading afresh would give.

use std::num::NonZero;

use super::beginnings::Letters;
use super::{Marks, Tags, WordId};

/// Pairs of words kept: a power of two. Two megabytes, which a core's own cache does not hold; but the
/// words of a post are asked for together, and to read a word afresh takes far longer than to wait.
const PAIRS: usize = 1 << PAIR_BITS;
const PAIR_BITS: u32 = 15;
/// Bytes of the longest word kept.
const LONGEST: usize = 16;

/// How a word reads by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// What it stands for.
    pub(super) word: WordId,
    /// What more it stands for, where it is two words; never a kind of token.
    second: Option<NonZero<u32>>,
    /// How that was found.
    pub(super) marks: Marks,
    /// What others want to know of the first word.
    pub(super) tags: Tags,
    /// The letters with which the next word may go on, so that both are pieces of one.
    pub(super) goes_on: Letters,
}

/// A word of up to sixteen bytes, which are the whole of it: none of them is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    first: u64,
    last: u64,
}

/// Two words whose keys fall together, the one asked for last first; one line of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Pair([(Key, Reading); 2]);

impl Default for Pair {
    /// Holds nothing: what is looked for is never the key of that, [`Key::NONE`] neither.
    fn default() -> Self {
        let nothing = Key { first: 0, last: u64::MAX };
        Self([(nothing, Reading::default()); 2])
    }
}

const _: () = assert!(size_of::<Pair>() == 64, "a pair is one line of the cache");

/// A word looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sought {
    pub(super) key: Key,
    /// Where it is kept, if it is.
    pair: u32,
    /// Whether it was there.
    pub(super) kept: bool,
}

/// What words were read as; one a worker.
#[derive(Debug)]
pub(super) struct Memo {
    pairs: Box<[Pair]>,
}

impl Default for Memo {
    fn default() -> Self {
        Self { pairs: vec![Pair::default(); PAIRS].into_boxed_slice() }
    }
}

impl Reading {
    /// Of one word or two; more are not kept.
    pub(super) fn of(words: &[WordId], marks: Marks, tags: Tags, goes_on: Letters) -> Option<Self> {
        let (word, second) = match words {
            [word] => (*word, None),
            [word, second] => (*word, Some(NonZero::new(second.0)?)),
            _ => return None,
        };
        Some(Self { word, second, marks, tags, goes_on })
    }

    /// What more it stands for, where it is two words.
    pub(super) fn second(self) -> Option<WordId> {
        self.second.map(|second| WordId(second.get()))
    }
}

impl Memo {
    /// Forgets all: to be called when the vocabulary changes.
    pub(super) fn forget(&mut self) {
        self.pairs.fill(Pair::default());
    }

    /// Looks for the words of a post all at once: most lines lie far from the processor, and none is
    /// waited for before the next is asked for. A word kept now may be gone when it is recalled.
    pub(super) fn look_for(&self, keys: impl Iterator<Item = Key>, sought: &mut Vec<Sought>) {
        sought.clear();
        sought.extend(keys.map(|key| Sought { key, pair: key.pair(), kept: false }));
        // Apart from the above, so that the processor, which looks some hundred instructions ahead,
        // sees as many lines as it can ask for.
        for Sought { key, pair, kept } in sought {
            let Pair([newer, older]) = &self.pairs[*pair as usize];
            *kept = newer.0.is(*key) | older.0.is(*key);
        }
    }

    /// How the word was read.
    #[inline]
    pub(super) fn recall(&mut self, key: Key) -> Option<&Reading> {
        let Pair([newer, older]) = &mut self.pairs[key.pair() as usize];
        if newer.0 != key {
            if older.0 != key {
                return None;
            }
            std::mem::swap(newer, older);
        }
        Some(&newer.1)
    }

    /// Keeps a reading, in place of the one of its pair that was longer not asked for.
    pub(super) fn keep(&mut self, key: Key, reading: Reading) {
        if key == Key::NONE {
            return;
        }
        let Pair([newer, older]) = &mut self.pairs[key.pair() as usize];
        *older = *newer;
        *newer = (key, reading);
    }
}

impl Key {
    /// That of what is not to be kept.
    pub(super) const NONE: Self = Self { first: 0, last: 0 };

    /// The key of the word `start..end` of `text`; of one too long to be kept [`Self::NONE`].
    #[inline]
    pub(super) fn of(text: &str, start: usize, end: usize) -> Self {
        let text = text.as_bytes();
        let len = end - start;
        let eight = |at: usize| text[at..].first_chunk().copied().map(u64::from_le_bytes);
        if !(1..=LONGEST).contains(&len) {
            return Self::NONE;
        }
        // Both are read always: whether a word is long is nothing to be foreseen.
        let (Some(head), Some(tail)) = (eight(start), eight(end.saturating_sub(8))) else {
            let word = text.get(start..end).filter(|word| word.len() < 8);
            return word.map_or(Self::NONE, Self::at_the_end);
        };
        let last = tail >> (128 - 8 * len.max(9));
        Self { first: head << (64 - 8 * len.min(8)), last: if len > 8 { last } else { 0 } }
    }

    /// The key of a word of less than eight bytes, after which too few follow to read eight.
    #[cold]
    fn at_the_end(word: &[u8]) -> Self {
        let mut bytes = [0; 8];
        bytes[8 - word.len()..].copy_from_slice(word);
        Self { first: u64::from_le_bytes(bytes), last: 0 }
    }

    /// Equality without a branch: one would wait for the line, and be foreseen wrongly.
    const fn is(self, other: Self) -> bool {
        (self.first ^ other.first) | (self.last ^ other.last) == 0
    }

    fn pair(self) -> u32 {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = (self.first.wrapping_mul(FACTOR) ^ self.last).wrapping_mul(FACTOR);
        u32::try_from(mixed >> (64 - PAIR_BITS)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_share_their_beginning_or_their_end_are_kept_apart() {
        let text = "kerja kerjasama kerja\u{301} pekerja pekerjaanpekerja kerja";
        let key = |start, end| Key::of(text, start, end);
        let mut memo = Memo::default();
        let reading = Reading { word: WordId(7), tags: Tags::nth(3), ..Reading::default() };
        memo.keep(key(0, 5), reading);
        assert_eq!(memo.recall(key(0, 5)), Some(&reading));
        let last = text.len() - 5;
        assert_eq!(memo.recall(key(last, last + 5)), Some(&reading));
        for (start, end) in [(6, 15), (16, 23), (0, 4), (0, 6), (0, 1)] {
            assert_eq!(memo.recall(key(start, end)), None);
        }
        memo.forget();
        assert_eq!(memo.recall(key(0, 5)), None);
    }

    #[test]
    fn every_length_has_keys_of_its_own() {
        let word = "abcdefghijklmnopq";
        let text = format!("{word} {word}");
        let keys: Vec<Key> = (1..=LONGEST).map(|len| Key::of(&text, 0, len)).collect();
        assert!(!keys.contains(&Key::NONE));
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(key), "{}", at + 1);
            let alone = &word[..=at];
            assert_eq!(*key, Key::of(alone, 0, alone.len()));
            let last = format!("kata {alone}");
            assert_eq!(*key, Key::of(&last, 5, last.len()));
        }
        assert_eq!(Key::of(&text, 0, LONGEST + 1), Key::NONE);
        assert_eq!(Key::of(&text, 3, 3), Key::NONE);
    }
}
