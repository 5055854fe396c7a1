//! Measures of how sure a number is and how well people agree: plain arithmetic over counts, with the
//! place it was published in. No I/O.

mod alpha;
mod wilson;

pub use alpha::{Agreement, agreement, alpha};
pub use wilson::wilson;
