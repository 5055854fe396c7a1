//! From which slot a phrase is looked for: the one that the fewest posts hold, and where it stands,
//! only if the post also holds the next rarest. From which slot its places are told never changes
//! with that: what a screen shows hangs on it.

use rustc_hash::FxHashMap;

use super::commonness::{Commonness, Weight};
use super::phrase::{Accepts, ClassId, Slot};
use crate::text::{Sequences, Vocabulary, WordId};

/// The slots of a phrase that do something of their own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchors {
    /// The slot that wakes it.
    pub(super) wakes: usize,
    /// What the post must hold besides; nothing where that is too common to tell anything.
    pub(super) needs: Option<Accepts>,
    /// The slot from which its places are told.
    pub(super) tells: usize,
}

/// What so many of 10,000 words are is in nearly every post.
const TOO_COMMON: Weight = 300;

/// Knows how common the slots of all phrases are.
pub(super) struct Chooser<'a> {
    vocabulary: &'a Vocabulary,
    commonness: Commonness,
    /// How many slots accept the same.
    shared: FxHashMap<Accepts, usize>,
    class_sizes: &'a [usize],
    /// By class, how often something of it is written.
    class_weights: Vec<Weight>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new<'b>(
        rows: impl Iterator<Item = &'b [Slot]>,
        lists: &Sequences,
        class_sizes: &'a [usize],
        vocabulary: &'a Vocabulary,
    ) -> Self {
        let mut shared: FxHashMap<Accepts, usize> = FxHashMap::default();
        for slot in rows.flatten() {
            *shared.entry(slot.accepts).or_default() += 1;
        }
        let commonness = Commonness::new();
        // Entries of several words are rare; money and countries of work stand in few posts.
        let mut class_weights: Vec<Weight> =
            class_sizes.iter().map(|size| 2 + crate::text::offset(size / 4)).collect();
        for word in (0..crate::text::offset(vocabulary.len())).map(WordId) {
            let weight = commonness.of(vocabulary.word(word));
            for class in lists.single(word) {
                if let Some(sum) = class_weights.get_mut(*class as usize) {
                    *sum = sum.saturating_add(weight);
                }
            }
        }
        Self { vocabulary, commonness, shared, class_sizes, class_weights }
    }

    pub(super) fn choose(&self, slots: &[Slot]) -> Anchors {
        let slot = |at: &usize| slots[*at].accepts;
        let rarest = |but: Option<usize>| {
            let others = (0..slots.len()).filter(|at| Some(*at) != but);
            others.min_by_key(|at| (self.weight(slot(at)), self.sharing(slot(at))))
        };
        let wakes = rarest(None).unwrap_or(0);
        let needs = rarest(Some(wakes)).map(|at| slot(&at));
        Anchors {
            wakes,
            needs: needs.filter(|needs| self.weight(*needs) < TOO_COMMON),
            tells: (0..slots.len()).min_by_key(|at| self.cost(slot(at))).unwrap_or(0),
        }
    }

    fn sharing(&self, accepts: Accepts) -> usize {
        self.shared.get(&accepts).copied().unwrap_or(1)
    }

    fn weight(&self, accepts: Accepts) -> Weight {
        match accepts {
            Accepts::Word(word) => self.commonness.of(self.vocabulary.word(word)),
            Accepts::Class(class) => {
                self.class_weights.get(class.0 as usize).copied().unwrap_or(Weight::MAX)
            }
        }
    }

    /// What is told from where must not change when we learn more of how common words are.
    fn cost(&self, accepts: Accepts) -> usize {
        let sharing = self.sharing(accepts);
        match accepts {
            Accepts::Word(word) => {
                sharing * (30 / self.vocabulary.word(word).len().max(1) + 1)
            }
            Accepts::Class(class) if class.0 < ClassId::FIRST_LIST => sharing * 20,
            Accepts::Class(class) => {
                sharing * (10 + self.class_sizes.get(class.0 as usize).copied().unwrap_or(0))
            }
        }
    }
}
