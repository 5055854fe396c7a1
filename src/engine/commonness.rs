//! How often words and lists are written, told by the examples of the rules, which read as posts do.
//! Only speed hangs on it: a phrase is looked for from the part of it that the fewest posts hold.

use super::phrase::{Accepts, ClassId};
use crate::text::{Sequences, Vocabulary};

/// How often an example holds something.
#[derive(Debug)]
pub(super) struct Commonness {
    words: Vec<u32>,
    classes: Vec<u32>,
}

impl Commonness {
    /// Counts in texts that were written as posts are.
    pub(super) fn of_texts<'a>(
        texts: impl Iterator<Item = &'a str>,
        vocabulary: &Vocabulary,
        lists: &Sequences,
        classes: usize,
    ) -> Self {
        let mut words = vec![0; vocabulary.len()];
        let mut sums = vec![0; classes];
        for text in texts {
            let text = text.to_lowercase();
            for written in text.split(|letter: char| !letter.is_alphanumeric()) {
                for word in vocabulary.known(written).unwrap_or_default() {
                    words[word.0 as usize] += 1;
                    for class in lists.single(*word) {
                        sums[*class as usize] += 1;
                    }
                }
            }
        }
        // Facts are not read here.
        sums.iter_mut().take(ClassId::FIRST_LIST as usize).for_each(|sum| *sum = FACT);
        Self { words, classes: sums }
    }

    pub(super) fn of(&self, accepts: Accepts) -> u32 {
        let known = match accepts {
            Accepts::Word(word) => self.words.get(word.0 as usize),
            Accepts::Class(class) => self.classes.get(class.0 as usize),
        };
        known.copied().unwrap_or(0)
    }
}

/// Examples name money, a telephone or a country far more often than posts do.
const FACT: u32 = 3;
