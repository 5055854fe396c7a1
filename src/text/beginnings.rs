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

    pub(super) const fn are_none(self) -> bool {
        self.0 == 0
    }

    /// All lengths that may be, one bit each.
    pub(super) fn bits(self) -> u128 {
        let long = if self.may_be(LONG) { u128::MAX << LONG } else { 0 };
        u128::from(self.0 | SHORT) | long
    }
}

/// A set of letters; all beyond a–z are one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Letters(u32);

impl Letters {
    /// The letters of a text.
    pub(super) fn of(text: &str) -> Self {
        Self(text.bytes().fold(0, |letters, byte| letters | Self::bit(byte)))
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
        if letter.is_ascii_lowercase() { 1 << (letter - b'a') } else { 1 << 26 }
    }
}

/// What a set of words may hold, by one bit of a hash of each.
#[derive(Debug)]
pub(super) struct Sieve(Box<[u64; SIEVE / 64]>);

/// Bits of a sieve: a power of two.
const SIEVE: usize = 1 << 16;

impl Default for Sieve {
    fn default() -> Self {
        Self(Box::new([0; SIEVE / 64]))
    }
}

impl Sieve {
    pub(super) fn insert(&mut self, word: impl Iterator<Item = u8>) {
        let (_, bit) = Self::bit(word);
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    /// How many bytes there are, and whether they may be a word of the set.
    pub(super) fn may_hold(&self, word: impl Iterator<Item = u8>) -> (usize, bool) {
        let (len, bit) = Self::bit(word);
        (len, self.0[bit / 64] >> (bit % 64) & 1 == 1)
    }

    fn bit(word: impl Iterator<Item = u8>) -> (usize, usize) {
        let (len, hash) = word.fold((0, 0_u32), |(len, hash), byte| {
            (len + 1, (hash ^ u32::from(byte)).wrapping_mul(0x9e37_79b1))
        });
        (len, (hash >> 16) as usize % SIEVE)
    }
}
