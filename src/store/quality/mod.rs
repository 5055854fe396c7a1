//! How well rules and analysts work. Now and then an unflagged post is put before an analyst, and a
//! decision before a second one, and neither can tell; what comes of it is an estimate of what the
//! rules miss and of how far people agree. Lots are drawn so that nobody can foresee them and
//! everybody can draw them again.

mod figures;
mod ruling;
mod sample;
mod second;
mod settle;
mod sight;

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use crate::post::{Hasher, Sha256};

pub use figures::{Dispute, Miss, Missed, Opinion, Quality};
pub use settle::{ReviewId, Settling};

pub(super) use ruling::{KINDS, Kept};
pub(super) use sample::{disguise, instead, judge_anew};
pub(super) use second::{
    blind, draw, give_back, held_by, is_reviewing, keep, lend, rule, take_back, void,
};
pub(super) use sight::{AWAITED_ON, Sight};

/// The `[quality]` table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QualitySettings {
    /// Of the offers given out to be decided, the share that no rule flags.
    pub unflagged_share: f64,
    /// Of the decisions, the share that somebody else makes once more.
    pub second_review_share: f64,
}

impl QualitySettings {
    /// Nothing is drawn.
    pub const OFF: Self = Self { unflagged_share: 0.0, second_review_share: 0.0 };
}

impl Default for QualitySettings {
    fn default() -> Self {
        Self { unflagged_share: 0.02, second_review_share: 0.05 }
    }
}

/// A lot: its number, and luck that is the same whenever the same turn is drawn with the same key.
struct Lot {
    turn: i64,
    luck: fastrand::Rng,
}

fn lot(transaction: &Transaction<'_>, purpose: &str) -> Result<Lot, StoreError> {
    let (key, turn): (Vec<u8>, i64) = transaction
        .prepare_cached("UPDATE lot SET turns = turns + 1 RETURNING key, turns")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Lot { turn, luck: fastrand::Rng::with_seed(seed(&key, purpose, turn)) })
}

fn seed(key: &[u8], purpose: &str, turn: i64) -> u64 {
    let mut hasher = Hasher::new();
    for field in [key, purpose.as_bytes(), &turn.to_le_bytes()] {
        hasher.field(field);
    }
    let digest: Sha256 = hasher.finish();
    digest.as_bytes().iter().take(8).fold(0, |seed, byte| seed << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_gives_the_same_lot_again_and_another_turn_another() {
        assert_eq!(seed(b"kunci", "sample", 7), seed(b"kunci", "sample", 7));
        let mut seeds = [
            seed(b"kunci", "sample", 7),
            seed(b"kunci", "sample", 8),
            seed(b"kunci", "second", 7),
            seed(b"lain", "sample", 7),
        ];
        seeds.sort_unstable();
        assert!(seeds.windows(2).all(|two| two[0] != two[1]));
    }
}
