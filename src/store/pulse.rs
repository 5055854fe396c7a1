//! What open pages are told of the queue without asking: how far it has grown, and who holds what.
//! Two look-ups in an index, whatever the queue's length.

use jiff::Timestamp;

use super::Store;
use super::column::Stamp;
use super::error::StoreError;
use super::queue::ItemId;

/// New items that are counted; more are told of as this many.
const MOST_NEW: i64 = 10_000;

/// The queue at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pulse {
    /// The number of the newest item; 0 when there is none.
    pub newest: i64,
    /// The items that are held, and by whom.
    pub held: Vec<(ItemId, String)>,
}

impl Store {
    /// How the queue is now.
    ///
    /// # Errors
    /// The database refused.
    pub fn pulse(&self, now: Timestamp) -> Result<Pulse, StoreError> {
        let reader = self.readers.get();
        let newest = reader
            .prepare_cached("SELECT coalesce(max(id), 0) FROM queue_item")?
            .query_row([], |row| row.get(0))?;
        let held = reader
            .prepare_cached(
                "SELECT id, lease_analyst FROM queue_item
                 WHERE lease_analyst IS NOT NULL AND lease_expires > ?1 ORDER BY id LIMIT 1000",
            )?
            .query_map([Stamp(now)], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        Ok(Pulse { newest, held })
    }

    /// How many open items came after the one and up to the other.
    ///
    /// # Errors
    /// The database refused.
    pub fn opened_between(&self, after: i64, upto: i64) -> Result<u64, StoreError> {
        let count = self
            .readers
            .get()
            .prepare_cached(
                "SELECT count(*) FROM (SELECT state FROM queue_item
                     WHERE id > ?1 AND id <= ?2 ORDER BY id DESC LIMIT ?3)
                 WHERE state = 'open'",
            )?
            .query_row([after, upto, MOST_NEW], |row| row.get(0))?;
        Ok(count)
    }
}
