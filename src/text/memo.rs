//! How words were read the last time: most words of most posts come again and again. Holds only
//! readings that depend on the word alone, so that an answer is the one reading afresh would give.

use super::{Marks, WordId};

/// What a word was read as: what it stands for, how that was found, and whether it holds a piece.
pub(super) type Read = (WordId, Marks, bool);

/// Words kept: a power of two, and few enough to stay in a core's own cache.
const SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 14;
/// Bytes of the longest word kept.
const LONGEST: usize = 16;

/// A word's first and last eight bytes and its length, which are the whole of it.
#[derive(Debug, Clone, Copy)]
struct Key {
    first: u64,
    last: u64,
    len: u8,
}

/// A word and what it was read as; laid flat, since every byte counts in a core's own cache.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    first: u64,
    last: u64,
    word: WordId,
    marks: Marks,
    len: u8,
    holds_piece: bool,
}

/// What words were read as; one a worker.
#[derive(Debug)]
pub(super) struct Memo {
    slots: Box<[Slot]>,
}

impl Default for Memo {
    fn default() -> Self {
        Self { slots: vec![Slot::default(); SLOTS].into_boxed_slice() }
    }
}

impl Memo {
    /// Forgets all: to be called when the vocabulary changes.
    pub(super) fn forget(&mut self) {
        self.slots.fill(Slot::default());
    }

    /// What the word `start..end` of `text` was read as.
    pub(super) fn recall(&self, text: &str, start: usize, end: usize) -> Option<Read> {
        let key = Key::of(text.as_bytes(), start, end)?;
        let at = key.slot();
        let is_its =
            |slot: &&Slot| slot.first == key.first && slot.last == key.last && slot.len == key.len;
        let slot = [&self.slots[at], &self.slots[at ^ 1]].into_iter().find(is_its)?;
        Some((slot.word, slot.marks, slot.holds_piece))
    }

    /// Keeps a reading, in place of the older one of the two that share its slots.
    pub(super) fn keep(&mut self, text: &str, start: usize, end: usize, read: Read) {
        let Some(key) = Key::of(text.as_bytes(), start, end) else { return };
        let at = key.slot();
        self.slots[at ^ 1] = self.slots[at];
        let Key { first, last, len } = key;
        self.slots[at] =
            Slot { first, last, word: read.0, marks: read.1, len, holds_piece: read.2 };
    }
}

impl Key {
    fn of(text: &[u8], start: usize, end: usize) -> Option<Self> {
        let len = end - start;
        let eight = |at: usize| text[at..].first_chunk().copied().map(u64::from_le_bytes);
        let (first, last) = match len {
            2..8 => {
                let first = match eight(start) {
                    Some(first) => first,
                    None => {
                        let mut bytes = [0; 8];
                        bytes[..len].copy_from_slice(&text[start..end]);
                        u64::from_le_bytes(bytes)
                    }
                };
                (first << (64 - 8 * len), 0)
            }
            8..=LONGEST => (eight(start)?, eight(end - 8)?),
            _ => return None,
        };
        Some(Self { first, last, len: u8::try_from(len).unwrap_or(0) })
    }

    fn slot(self) -> usize {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = (self.first.wrapping_mul(FACTOR) ^ self.last).wrapping_mul(FACTOR);
        usize::try_from(mixed >> (64 - SLOT_BITS)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_share_their_beginning_or_their_end_are_kept_apart() {
        let text = "kerja kerjasama kerja\u{301} pekerja pekerjaanpekerja kerja";
        let mut memo = Memo::default();
        let read = (WordId(7), Marks::default(), true);
        memo.keep(text, 0, 5, read);
        assert_eq!(memo.recall(text, 0, 5), Some(read));
        let last = text.len() - 5;
        assert_eq!(memo.recall(text, last, last + 5), Some(read));
        for (start, end) in [(6, 15), (16, 23), (0, 4), (0, 6), (0, 1)] {
            assert_eq!(memo.recall(text, start, end), None);
        }
        memo.forget();
        assert_eq!(memo.recall(text, 0, 5), None);
    }
}
