//! What others want to know of a word at a glance: bits that are kept with the word and with how it
//! was read, so that nobody has to look them up for each word of a post. Text gives them no meaning,
//! but for one.

/// A few bits of a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tags(u8);

impl Tags {
    /// It may hold one of the vocabulary's pieces; if not, it holds none.
    pub(super) const PIECE: Self = Self(1 << 7);

    /// One of seven tags that may be given. Who gives some says how many, so that who builds on that
    /// goes on from there.
    pub const fn nth(number: u32) -> Self {
        assert!(number < 7, "there are seven tags to give");
        Self(1 << number)
    }

    /// Those of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any of `other` is among them.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
