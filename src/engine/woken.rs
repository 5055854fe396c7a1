//! What a post woke: buffers of one worker, filled by the matcher for each post.

use super::bits::Bits;
use super::places::NONE;

/// Something that wakes phrases, seen at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    /// What it wakes: some of all stretches of phrases.
    pub(super) from: u32,
    pub(super) to: u32,
    /// The first token of it, and how many there are.
    pub(super) at: u32,
    pub(super) len: u32,
}

/// A phrase that may stand in the post, with where its anchor does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) phrase: u32,
    pub(super) at: u32,
    pub(super) len: u32,
    /// The next of the same group.
    next: u32,
}

/// What a post woke.
#[derive(Debug, Default)]
pub(super) struct Woken {
    /// In order of place.
    pub(super) calls: Vec<Call>,
    /// Of one call, the stretches of phrases of which the post holds what they need first; a buffer
    /// that only grows.
    pub(super) passing: Vec<(u32, u32)>,
    candidates: Vec<Candidate>,
    /// By group, the first and the last of its candidates; of a group without any they mean nothing.
    of_group: Vec<(u32, u32)>,
    /// The groups of which a phrase may stand in the post.
    pub(super) groups: Bits,
    /// The rules of which a phrase was found.
    pub(super) found: Bits,
}

impl Woken {
    /// Forgets all, of so many groups.
    pub(super) fn reset(&mut self, groups: usize) {
        self.of_group.resize(groups, (NONE, NONE));
        self.groups.reset(groups);
        self.calls.clear();
        self.candidates.clear();
    }

    /// Forgets which of so many rules were found: they are to be asked again.
    pub(super) fn ask_again(&mut self, rules: usize) {
        self.found.reset(rules);
    }

    /// Adds a phrase of a group, last of those added.
    pub(super) fn add(&mut self, group: u32, phrase: u32, at: u32, len: u32) {
        let number = crate::text::offset(self.candidates.len());
        self.candidates.push(Candidate { phrase, at, len, next: NONE });
        let group = group as usize;
        let Some((first, last)) = self.of_group.get_mut(group) else { return };
        if self.groups.has(group) {
            if let Some(last) = self.candidates.get_mut(*last as usize) {
                last.next = number;
            }
        } else {
            self.groups.add(group);
            *first = number;
        }
        *last = number;
    }

    /// The phrases of a group, in the order in which they were added.
    pub(super) fn of(&self, group: usize) -> impl Iterator<Item = Candidate> + '_ {
        let first = self.groups.has(group).then(|| self.of_group.get(group)).flatten();
        let mut next = first.map_or(NONE, |(first, _)| *first);
        std::iter::from_fn(move || {
            let candidate = *self.candidates.get(next as usize)?;
            next = candidate.next;
            Some(candidate)
        })
    }
}
