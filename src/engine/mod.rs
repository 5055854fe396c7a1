//! Rule files, checked and compiled into an `Engine` that turns a text into a [`Verdict`].
//! Pure: no database, no network, no clock.

mod verdict;

pub use verdict::{Adjustment, AdjustmentKind, Band, FamilyId, Hit, Lane, Points, RuleId, Verdict};
