//! Where a post holds what phrases look for, and whether a phrase stands there: buffers of one
//! worker, filled by the matcher for each post.

use super::phrase::{Accepts, ClassId, Slot};
use crate::text::{Before, ClearToken, Sequences, WordId};

/// No place, no number.
pub(super) const NONE: u32 = u32::MAX;

/// A word or a class that a woken phrase may need, by number. So small that what a post holds of all
/// fits a table that no place has to be checked against.
pub(super) type Need = u16;
/// What every post holds.
pub(super) const ANYTHING: Need = 0;

/// A class seen at a place: `len` words from the word at which it is filed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) class: ClassId,
    pub(super) len: u32,
    next: u32,
}

/// What a post holds, by place.
#[derive(Debug, Default)]
pub(super) struct Places {
    heads: Vec<u32>,
    seen: Vec<Seen>,
    /// How many of `seen` are facts: they are filed before list entries.
    facts: usize,
    /// The most words that something filed is long.
    longest: usize,
    held: Held,
}

impl Places {
    pub(super) fn reset(&mut self, tokens: usize) {
        self.heads.clear();
        self.heads.resize(tokens, NONE);
        self.seen.clear();
        self.longest = 1;
    }

    /// Files a class as seen at the tokens `from..to`.
    pub(super) fn add(&mut self, class: ClassId, from: usize, to: usize) {
        let Some(head) = self.heads.get_mut(from) else { return };
        let (Ok(len), Ok(index)) = (u32::try_from(to - from), u32::try_from(self.seen.len()))
        else {
            return;
        };
        self.seen.push(Seen { class, len, next: *head });
        *head = index;
        self.longest = self.longest.max(to - from);
    }

    /// What was filed so far are the facts.
    pub(super) fn facts_end(&mut self) {
        self.facts = self.seen.len();
    }

    /// What was filed at a word, the last first.
    fn at(&self, at: usize) -> impl Iterator<Item = (usize, Seen)> + '_ {
        let mut next = self.heads.get(at).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let index = next as usize;
            let seen = *self.seen.get(index)?;
            next = seen.next;
            Some((index, seen))
        })
    }

    /// List entries of several words filed at a word.
    pub(super) fn entries_at(&self, at: usize) -> impl Iterator<Item = Seen> + '_ {
        self.at(at).filter(|(index, _)| *index >= self.facts).map(|(_, seen)| seen)
    }

    /// Facts filed at a word.
    pub(super) fn facts_at(&self, at: usize) -> impl Iterator<Item = Seen> + '_ {
        self.at(at).filter(|(index, _)| *index < self.facts).map(|(_, seen)| seen)
    }

    pub(super) fn is_empty_at(&self, at: usize) -> bool {
        self.heads.get(at).is_none_or(|head| *head == NONE)
    }

    /// What phrases may need, as far as the post holds it.
    pub(super) const fn held(&mut self) -> &mut Held {
        &mut self.held
    }

    /// Holds what the classes that were filed stand for.
    pub(super) fn hold_filed(&mut self, stands: impl Fn(ClassId) -> Option<Need>) {
        let Self { seen, held, .. } = self;
        seen.iter().filter_map(|seen| stands(seen.class)).for_each(|need| held.hold(need));
    }
}

/// What a post holds of what phrases may need.
#[derive(Debug)]
pub(super) struct Held {
    /// By need, the last post that held it, of some two hundred. A byte each is asked for faster
    /// than a bit, and those that are used fit the innermost cache.
    last: Box<[u8; 1 << Need::BITS]>,
    post: u8,
}

impl Default for Held {
    fn default() -> Self {
        Self { last: Box::new([0; 1 << Need::BITS]), post: 0 }
    }
}

impl Held {
    /// Forgets what the last post held.
    pub(super) fn reset(&mut self) {
        self.post = self.post.wrapping_add(1);
        if self.post == 0 {
            self.last.fill(0);
            self.post = 1;
        }
        self.hold(ANYTHING);
    }

    #[inline]
    pub(super) const fn hold(&mut self, need: Need) {
        self.last[need as usize] = self.post;
    }

    #[inline]
    pub(super) const fn has(&self, need: Need) -> bool {
        self.last[need as usize] == self.post
    }
}

/// Which classes each word alone is in.
#[derive(Debug)]
pub(super) struct Members {
    lists: Sequences,
    /// By word, its classes modulo 64 as bits: nearly every class that it is not in is refused here.
    hints: Box<[u64]>,
}

impl Members {
    pub(super) fn new(lists: Sequences, words: u32) -> Self {
        let hint = |word| {
            let classes = lists.single(WordId(word)).iter();
            classes.fold(0, |hint, class| hint | 1 << (class % 64))
        };
        Self { hints: (0..words).map(hint).collect(), lists }
    }

    pub(super) const fn lists(&self) -> &Sequences {
        &self.lists
    }

    fn has(&self, class: ClassId, word: WordId) -> bool {
        self.hints.get(word.0 as usize).is_some_and(|hint| hint >> (class.0 % 64) & 1 == 1)
            && self.lists.single(word).contains(&class.0)
    }
}

/// A post in which phrases are looked for.
pub(super) struct Scan<'a> {
    pub(super) tokens: &'a [ClearToken],
    pub(super) places: &'a Places,
    pub(super) members: &'a Members,
}

impl Scan<'_> {
    /// Where a phrase stands whose slot `anchor` stands at the tokens `from..to`.
    pub(super) fn stands(
        &self,
        slots: &[Slot],
        anchor: usize,
        from: usize,
        to: usize,
    ) -> Option<(usize, usize)> {
        let end = self.forward(slots.get(anchor + 1..)?, to)?;
        let start = self.backward(slots.get(..=anchor)?, from)?;
        Some((start, end))
    }

    /// The lengths of a class as filed at a word, the longest first.
    fn filed(&self, class: ClassId, at: usize) -> impl Iterator<Item = usize> + '_ {
        let seen = self.places.at(at).filter(move |(_, seen)| seen.class == class);
        seen.map(|(_, seen)| seen.len as usize)
    }

    fn stands_alone(&self, class: ClassId, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| self.members.has(class, token.word))
    }

    /// Over how many words something that a slot accepts stands at a word, one after the other.
    pub(super) fn lengths(&self, accepts: Accepts, at: usize) -> impl Iterator<Item = usize> + '_ {
        let (alone, class) = match accepts {
            Accepts::Word(word) => {
                (self.tokens.get(at).is_some_and(|token| token.word == word), None)
            }
            Accepts::Class(class) => (self.stands_alone(class, at), Some(class)),
        };
        let filed = class.into_iter().flat_map(move |class| self.filed(class, at));
        filed.chain(alone.then_some(1))
    }

    /// Matches `slots` from the word at `at` on; the end of the last.
    fn forward(&self, slots: &[Slot], at: usize) -> Option<usize> {
        let Some((slot, rest)) = slots.split_first() else { return Some(at) };
        for start in at..=at + slot.gap as usize {
            let token = self.tokens.get(start)?;
            if token.before == Before::Sentence {
                return None;
            }
            match slot.accepts {
                Accepts::Word(word) => {
                    if token.word == word
                        && let Some(end) = self.forward(rest, start + 1)
                    {
                        return Some(end);
                    }
                }
                Accepts::Class(class) => {
                    let alone = self.members.has(class, token.word).then_some(1);
                    for len in self.filed(class, start).chain(alone) {
                        if let Some(end) = self.forward(rest, start + len) {
                            return Some(end);
                        }
                    }
                }
            }
        }
        None
    }

    /// With the last of `slots` starting at `at`, matches those before it; the start of the first.
    fn backward(&self, slots: &[Slot], at: usize) -> Option<usize> {
        let Some((last, before)) = slots.split_last() else { return Some(at) };
        let Some(slot) = before.last() else { return Some(at) };
        let mut end = at;
        for _ in 0..=last.gap {
            if end == 0 || self.tokens[end].before == Before::Sentence {
                return None;
            }
            match slot.accepts {
                Accepts::Word(word) => {
                    if self.tokens[end - 1].word == word
                        && let Some(start) = self.backward(before, end - 1)
                    {
                        return Some(start);
                    }
                }
                Accepts::Class(class) => {
                    for start in (end.saturating_sub(self.places.longest)..end).rev() {
                        let fits = self.filed(class, start).any(|len| start + len == end)
                            || (start + 1 == end && self.stands_alone(class, start));
                        if fits && let Some(first) = self.backward(before, start) {
                            return Some(first);
                        }
                    }
                }
            }
            end -= 1;
        }
        None
    }
}
