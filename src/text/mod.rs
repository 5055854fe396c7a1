//! Views of a text: what every later stage reads in place of the text itself. Each view maps back
//! to exact byte spans of the original, which is never changed.

mod alone;
mod apart;
mod beginnings;
mod clear;
mod confusable;
mod fold;
mod lex;
mod likeness;
mod memo;
mod pieces;
mod sequences;
mod sieve;
mod span;
mod tags;
mod undo;
mod views;
mod vocabulary;

pub use clear::{ClearToken, Marks};
pub use fold::Folded;
pub use lex::{Before, RawKind, RawToken};
pub use likeness::Fingerprint;
pub use sequences::{Sequences, SequencesBuilder};
pub(crate) use sieve::Sieve;
pub use span::Span;
pub use tags::Tags;
pub use views::Views;
pub use vocabulary::{Vocabulary, VocabularyBuilder, WordId};

/// A byte offset as spans store it. Texts are bounded far below 4 GiB where they enter.
pub(crate) fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
