//! Countries of work named in a text, by their names, cities, codes and flags; a name inside a
//! phrase of another meaning ("bunga kamboja") is passed over.

use crate::registry::Registry;
use crate::text::{Sequences, SequencesBuilder, Views, Vocabulary, VocabularyBuilder, WordId};

/// A country named in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destination {
    /// Its index in the registry's table.
    pub country: usize,
    /// First clear token.
    pub from: usize,
    /// One past the last clear token.
    pub to: usize,
}

/// The value of a sequence that means something else.
const OTHER_MEANING: u32 = u32::MAX;

#[derive(Debug)]
pub(super) struct Prepared {
    names: SequencesBuilder,
}

#[derive(Debug)]
pub(super) struct Reader {
    names: Sequences,
}

impl Prepared {
    pub(super) fn new(registry: &Registry, words: &mut VocabularyBuilder) -> Self {
        let mut names = SequencesBuilder::default();
        for (index, country) in registry.countries.iter().enumerate() {
            let value = u32::try_from(index).unwrap_or(OTHER_MEANING);
            for name in &country.names {
                names.insert(&words.words_of(name), value);
            }
            for phrase in &country.not {
                names.insert(&words.words_of(phrase), OTHER_MEANING);
            }
        }
        Self { names }
    }

    pub(super) fn build(self, vocabulary: &Vocabulary) -> Reader {
        Reader { names: self.names.build(vocabulary.len()) }
    }
}

impl Reader {
    /// Whether a name begins with a word.
    pub(super) fn begins(&self, word: WordId) -> bool {
        self.names.begins(word)
    }

    /// Finds the countries named in a text; names can begin at the clear tokens `places` only.
    pub(super) fn read(
        &self,
        views: &Views,
        places: impl Iterator<Item = usize>,
        found: &mut Vec<Destination>,
    ) {
        let tokens = views.clear();
        let mut silent_until = 0;
        for at in places {
            let mut longest: Option<(u32, usize)> = None;
            self.names.at(tokens, at, |value, len| {
                // The longest wins, and of equals the other meaning.
                let better = longest
                    .is_none_or(|(_, best)| len > best || (len == best && value == OTHER_MEANING));
                if better {
                    longest = Some((value, len));
                }
            });
            let Some((value, len)) = longest else { continue };
            if value == OTHER_MEANING {
                silent_until = silent_until.max(at + len);
            } else if at >= silent_until {
                found.push(Destination { country: value as usize, from: at, to: at + len });
                silent_until = at + len;
            }
        }
    }
}
