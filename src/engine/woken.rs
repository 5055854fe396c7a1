//! What a post woke, and what its words can wake: buffers of one worker, filled for each post.

use super::bits::Bits;
use super::places::{NONE, Need};
use crate::text::Sieve;

/// A phrase of a group.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wake {
    pub(super) phrase: u32,
    pub(super) group: u32,
}

/// How many stretches of phrases, or needs, are looked at in one step: most words wake and stand for
/// no more.
pub(super) const STEP: usize = 4;

/// What a word can do; half a line of the cache.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(32))]
pub(super) struct Powers {
    /// What it wakes, first by itself, then by the classes that it alone is in: the stretches
    /// `wakes..classes` and `classes..end` of all.
    pub(super) wakes: u32,
    pub(super) classes: u32,
    pub(super) end: u32,
    /// What it stands for that a woken phrase may need; what is left of a step is nothing to ask for. The
    /// first step stands here, the others are `more..most` of all.
    pub(super) stands: [Need; STEP],
    pub(super) more: u32,
    pub(super) most: u32,
}

const _: () = assert!(size_of::<Powers>() == 32, "a line of the cache holds two");

/// Something that wakes phrases, seen at a place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Call {
    /// What it wakes: some of all stretches of phrases.
    pub(super) from: u32,
    pub(super) to: u32,
    /// The first token of it, and how many there are.
    pub(super) at: u32,
    pub(super) len: u32,
}

/// Phrases of which the post holds what they need first, with the call that wakes them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Passing {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) call: u32,
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
    /// The words that do something.
    pub(super) active: Sieve<u32>,
    /// The same with what they can do.
    pub(super) acting: Vec<(u32, Powers)>,
    /// The words with which an entry of a list may begin that goes on with the next one.
    pub(super) begins: Sieve<u32>,
    /// In order of place.
    pub(super) calls: Sieve<Call>,
    pub(super) passing: Sieve<Passing>,
    /// The phrases of which the post holds all that they need, with the call that wakes each.
    pub(super) phrases: Sieve<(Wake, u32)>,
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
        self.candidates.clear();
    }

    /// Forgets which of so many rules were found: they are to be asked again.
    pub(super) fn ask_again(&mut self, rules: usize) {
        self.found.reset(rules);
    }

    /// Adds the phrases that passed, in order, each to its group.
    pub(super) fn add_all(&mut self) {
        let Self { calls, phrases, candidates, of_group, groups, .. } = self;
        let calls = calls.kept();
        for (Wake { phrase, group }, call) in phrases.kept() {
            let (phrase, group) = (*phrase, *group as usize);
            let Some(Call { at, len, .. }) = calls.get(*call as usize).copied() else { continue };
            let number = crate::text::offset(candidates.len());
            candidates.push(Candidate { phrase, at, len, next: NONE });
            let Some((first, last)) = of_group.get_mut(group) else { continue };
            if groups.has(group) {
                if let Some(last) = candidates.get_mut(*last as usize) {
                    last.next = number;
                }
            } else {
                groups.add(group);
                *first = number;
            }
            *last = number;
        }
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
