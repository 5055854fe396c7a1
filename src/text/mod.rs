//! Views of a text: what every later stage reads in place of the text itself. Each view maps back
//! to exact byte spans of the original, which is never changed.

mod span;

pub use span::Span;
