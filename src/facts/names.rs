//! Names and words of the tables, found in one pass over a text: kinds of fact that hang on a name
//! share the pass and each read their own kind of it.

use super::{agencies, departures, places, visas, wages};
use crate::registry::Registry;
use crate::text::{
    ClearToken, Sequences, SequencesBuilder, Vocabulary, VocabularyBuilder, WordId, offset,
};

/// Names of a text looked at: kinds of fact compare them with each other, and a post that holds more
/// is a list of names.
const MOST_NAMES: usize = 512;

/// What a name stands for; a number is an index into its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A licensed agency.
    Agency(usize),
    /// A company's name follows.
    CompanyFollows,
    /// A licence number follows.
    LicenceFollows,
    /// A kind of work.
    Job(usize),
    /// A kind of visa.
    Visa(usize),
    /// It comes after arrival.
    Later,
    /// Somebody leaves.
    Leaves,
    /// In at least so many days.
    When(u16),
    /// A month of the year, 1–12.
    Month(i8),
    /// A region of Indonesia.
    Region(usize),
    /// Where somebody comes from follows.
    OriginBefore,
    /// Where somebody comes from stands before.
    OriginAfter,
    /// Where the work is follows.
    WorkplaceBefore,
    /// A border is crossed.
    Crossing,
    /// The name of a place follows.
    PlaceFollows,
}

/// A name in a text: the clear tokens `from..to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    pub(super) meaning: Meaning,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Collects names and what they stand for.
#[derive(Debug, Default)]
pub(super) struct Collected {
    names: SequencesBuilder,
    meanings: Vec<Meaning>,
}

impl Collected {
    /// All names of the tables.
    pub(super) fn of(registry: &Registry, words: &mut VocabularyBuilder) -> Self {
        let mut names = Self::default();
        agencies::name(registry, &mut names, words);
        wages::name(registry, &mut names, words);
        visas::name(registry, &mut names, words);
        departures::name(registry, &mut names, words);
        places::name(registry, &mut names, words);
        names
    }

    pub(super) fn add<'a>(
        &mut self,
        written: impl IntoIterator<Item = &'a String>,
        meaning: Meaning,
        words: &mut VocabularyBuilder,
    ) {
        let value = offset(self.meanings.len());
        self.meanings.push(meaning);
        for name in written {
            self.names.insert(&words.words_of(name), value);
        }
    }

    pub(super) fn build(self, vocabulary: &Vocabulary) -> Names {
        Names { names: self.names.build(vocabulary.len()), meanings: self.meanings }
    }
}

/// The names of a registry, closed.
#[derive(Debug)]
pub(super) struct Names {
    names: Sequences,
    meanings: Vec<Meaning>,
}

impl Names {
    /// Whether a name begins with a word.
    pub(super) fn begins(&self, word: WordId) -> bool {
        self.names.begins(word)
    }

    /// Finds the names in a text, in order; of names of one kind that overlap the first, and of
    /// those that begin together the longest. They can begin at `places` only.
    pub(super) fn read(
        &self,
        tokens: &[ClearToken],
        places: impl Iterator<Item = usize>,
        found: &mut Vec<Name>,
    ) {
        for at in places {
            if found.len() >= MOST_NAMES {
                return;
            }
            self.names.at(tokens, at, |value, len| {
                let meaning = self.meanings[value as usize];
                let same = |name: &&mut Name| {
                    std::mem::discriminant(&name.meaning) == std::mem::discriminant(&meaning)
                };
                match found.iter_mut().rev().find(same) {
                    Some(known) if known.from == at => {
                        *known = Name { meaning, from: at, to: at + len };
                    }
                    Some(known) if known.to > at => {}
                    _ => found.push(Name { meaning, from: at, to: at + len }),
                }
            });
        }
    }
}
