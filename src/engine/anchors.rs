//! From which slot a phrase is looked for: the rarest, and only where the post also holds the next
//! rarest. How rare a slot is nobody knows beforehand; one that many phrases share would wake them all.

use rustc_hash::FxHashMap;

use super::phrase::{Accepts, ClassId, Slot};
use crate::text::Vocabulary;

/// The slots of a phrase that do something of their own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchors {
    /// The slot that wakes it.
    pub(super) wakes: usize,
    /// What the post must hold besides; nothing for a phrase of one slot.
    pub(super) needs: Option<Accepts>,
}

/// Knows how rare the slots of all phrases are.
pub(super) struct Chooser<'a> {
    vocabulary: &'a Vocabulary,
    class_sizes: &'a [usize],
    /// How many slots accept the same.
    shared: FxHashMap<Accepts, usize>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new<'b>(
        rows: impl Iterator<Item = &'b [Slot]>,
        class_sizes: &'a [usize],
        vocabulary: &'a Vocabulary,
    ) -> Self {
        let mut shared: FxHashMap<Accepts, usize> = FxHashMap::default();
        for slot in rows.flatten() {
            *shared.entry(slot.accepts).or_default() += 1;
        }
        Self { vocabulary, class_sizes, shared }
    }

    pub(super) fn choose(&self, slots: &[Slot]) -> Anchors {
        let rarest = |but: Option<usize>| {
            let others = (0..slots.len()).filter(|at| Some(*at) != but);
            others.min_by_key(|at| self.cost(slots[*at].accepts))
        };
        let wakes = rarest(None).unwrap_or(0);
        Anchors { wakes, needs: rarest(Some(wakes)).map(|at| slots[at].accepts) }
    }

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
