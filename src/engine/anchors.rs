//! From which slot a phrase is looked for: the one that the fewest posts hold, and where it stands,
//! only if the post also holds the next rarest and the rarest word of the others. From which slot its
//! places are told never changes with that: what a screen shows hangs on it.

use rustc_hash::FxHashMap;

use super::commonness::Commonness;
use super::phrase::{Accepts, ClassId, Slot};
use crate::text::Vocabulary;

/// The slots of a phrase that do something of their own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchors {
    /// The slot that wakes it.
    pub(super) wakes: usize,
    /// What the post must hold besides, as far as there is any.
    pub(super) needs: [Option<Accepts>; 2],
    /// The slot from which its places are told.
    pub(super) tells: usize,
}

/// Knows how rare the slots of all phrases are.
pub(super) struct Chooser<'a> {
    vocabulary: &'a Vocabulary,
    commonness: &'a Commonness,
    class_sizes: &'a [usize],
    /// How many slots accept the same.
    shared: FxHashMap<Accepts, usize>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new<'b>(
        rows: impl Iterator<Item = &'b [Slot]>,
        class_sizes: &'a [usize],
        vocabulary: &'a Vocabulary,
        commonness: &'a Commonness,
    ) -> Self {
        let mut shared: FxHashMap<Accepts, usize> = FxHashMap::default();
        for slot in rows.flatten() {
            *shared.entry(slot.accepts).or_default() += 1;
        }
        Self { vocabulary, commonness, class_sizes, shared }
    }

    pub(super) fn choose(&self, slots: &[Slot]) -> Anchors {
        let mut rarest: Vec<usize> = (0..slots.len()).collect();
        rarest.sort_by_key(|at| {
            let accepts = slots[*at].accepts;
            (self.commonness.of(accepts), self.cost(accepts))
        });
        let mut rarest = rarest.into_iter();
        let wakes = rarest.next().unwrap_or(0);
        let next = rarest.next();
        // Of these no list: each word of one would have to be noted in every post.
        let others = [next, rarest.find(|at| matches!(slots[*at].accepts, Accepts::Word(_)))];
        Anchors {
            wakes,
            needs: others.map(|at| at.map(|at| slots[at].accepts)),
            tells: (0..slots.len()).min_by_key(|at| self.cost(slots[*at].accepts)).unwrap_or(0),
        }
    }

    /// What is known without any text: a slot that many phrases share would wake them all.
    fn cost(&self, accepts: Accepts) -> usize {
        let sharing = self.shared.get(&accepts).copied().unwrap_or(1);
        match accepts {
            Accepts::Word(word) => sharing * (30 / self.vocabulary.word(word).len().max(1) + 1),
            Accepts::Class(class) if class.0 < ClassId::FIRST_LIST => sharing * 20,
            Accepts::Class(class) => {
                sharing * (10 + self.class_sizes.get(class.0 as usize).copied().unwrap_or(0))
            }
        }
    }
}
