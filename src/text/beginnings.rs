//! Small tables that tell for most texts that they are none of the words known, before a word is
//! looked up: by their first letters and length, by their consonants, by the letter that follows.
//! They may say "perhaps" for nothing, but never "no" of a word that is known.

/// Beginnings told apart: a power of two.
const BEGINNINGS: usize = 1 << 12;

/// By the first three bytes, the lengths of the words that begin so.
#[derive(Debug)]
pub(super) struct Beginnings(Box<[u32; BEGINNINGS]>);

impl Default for Beginnings {
    fn default() -> Self {
        Self(Box::new([0; BEGINNINGS]))
    }
}

impl Beginnings {
    pub(super) fn insert(&mut self, word: &[u8]) {
        self.0[beginning(word)] |= 1 << word.len().min(LONG);
    }

    /// The lengths of the words that `text` may begin with.
    pub(super) fn lengths(&self, text: &[u8]) -> Lengths {
        Lengths(self.0[beginning(text)])
    }
}

fn beginning(word: &[u8]) -> usize {
    match word {
        [one, two, three, ..] => {
            let first = usize::from(*one) << 16 | usize::from(*two) << 8 | usize::from(*three);
            (first ^ first >> 11) % BEGINNINGS
        }
        _ => 0,
    }
}

/// The length from which on all share a bit.
const LONG: usize = 31;
/// Lengths that tell nothing of the first three bytes, and so may always be.
const SHORT: u32 = 0b111;

/// Lengths that a word may have, one bit each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lengths(u32);

impl Lengths {
    pub(super) const fn may_be(self, len: usize) -> bool {
        (self.0 | SHORT) >> (if len < LONG { len } else { LONG }) & 1 == 1
    }

    /// All lengths that may be, one bit each.
    pub(super) fn bits(self) -> u128 {
        let long = if self.may_be(LONG) { u128::MAX << LONG } else { 0 };
        u128::from(self.0 | SHORT) | long
    }
}

/// A set of letters; what is beyond a–z falls together with one of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Letters(u32);

impl Letters {
    /// The letters of a text.
    pub(super) const fn of(text: &str) -> Self {
        let (mut letters, mut at) = (0, 0);
        while at < text.len() {
            letters |= Self::bit(text.as_bytes()[at]);
            at += 1;
        }
        Self(letters)
    }

    pub(super) fn insert(&mut self, letter: char) {
        self.0 |= Self::bit(u8::try_from(letter).unwrap_or(0));
    }

    pub(super) fn has(self, letter: char) -> bool {
        self.0 & Self::bit(u8::try_from(letter).unwrap_or(0)) != 0
    }

    /// Whether all of `others` are among these.
    pub(super) const fn have_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    pub(super) const fn are_none(self) -> bool {
        self.0 == 0
    }

    const fn bit(letter: u8) -> u32 {
        1 << (letter % 32)
    }
}

/// A set of bits by hashes of words, so many that few are set for nothing.
#[derive(Debug)]
struct Bits<const WORDS: usize>(Box<[u64; WORDS]>);

impl<const WORDS: usize> Default for Bits<WORDS> {
    fn default() -> Self {
        Self(Box::new([0; WORDS]))
    }
}

impl<const WORDS: usize> Bits<WORDS> {
    fn insert(&mut self, bit: usize) {
        self.0[bit / 64 % WORDS] |= 1 << (bit % 64);
    }

    fn has(&self, bit: usize) -> bool {
        self.0[bit / 64 % WORDS] >> (bit % 64) & 1 == 1
    }
}

/// Whether any word of a set begins with three bytes.
#[derive(Debug, Default)]
pub(super) struct Heads(Bits<{ BEGINNINGS / 64 }>);

impl Heads {
    pub(super) fn insert(&mut self, word: &[u8]) {
        self.0.insert(beginning(word));
    }

    /// Whether a word may begin as `text` does; of less than three bytes all that are so short may.
    pub(super) fn may_begin(&self, text: &[u8]) -> bool {
        self.0.has(beginning(text))
    }
}

/// The consonants of a set of words.
#[derive(Debug, Default)]
pub(super) struct Consonants(Bits<512>);

impl Consonants {
    pub(super) fn insert(&mut self, word: &str) {
        self.0.insert(consonants(word));
    }

    /// Whether the consonants of `text` may be those of a word of the set.
    pub(super) fn may_be(&self, text: &str) -> bool {
        self.0.has(consonants(text))
    }
}

/// A hash of what is left without vowels, and without signs that share their last five bits.
fn consonants(text: &str) -> usize {
    const VOWELS: u32 = 1 << (b'a' % 32)
        | 1 << (b'e' % 32)
        | 1 << (b'i' % 32)
        | 1 << (b'o' % 32)
        | 1 << (b'u' % 32);
    let hash = text.bytes().fold(0_u32, |hash, byte| {
        let next = (hash ^ u32::from(byte)).wrapping_mul(0x9e37_79b1);
        // No branch, which nobody could foresee.
        let vowel = (VOWELS >> (byte % 32) & 1).wrapping_neg();
        hash & vowel | next & !vowel
    });
    (hash >> 16) as usize
}
