//! What the queue gives to whom: first what was given to her, then to supervisors what waits for
//! them, then the stream without what was given to others, waits for a supervisor or was skipped.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction};

use super::role;
use crate::engine::Lane;
use crate::store::column::{Name, Stamp};
use crate::store::custody::Analyst;
use crate::store::queue::ItemId;

/// Item `q` is given to somebody but ?1 who can work, and ?2 is not too late.
const ANOTHERS: &str = "EXISTS (SELECT 1 FROM assignment g WHERE g.item_id = q.id
     AND g.analyst <> ?1 AND g.ends_at > ?2 AND NOT EXISTS (
         SELECT 1 FROM account a WHERE a.name = g.analyst AND a.disabled_at NOT NULL))";
/// Item `q` is free at ?2, in the lane ?3 if one is wanted, and ?1 has not skipped it.
const FREE: &str = "q.state = 'open' AND (q.lease_expires IS NULL OR q.lease_expires <= ?2)
     AND (?3 IS NULL OR q.lane = ?3)
     AND NOT EXISTS (SELECT 1 FROM skip k WHERE k.analyst = ?1 AND k.item_id = q.id
         AND k.ends_at > ?2)";
const ORDER: &str = "ORDER BY q.priority DESC, q.fresh DESC, q.id DESC LIMIT 1";

/// A free item.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Free {
    pub(in crate::store) item: ItemId,
    /// It was given to the analyst, or waits for a supervisor, which she is: nothing comes before it.
    pub(in crate::store) is_hers: bool,
}

/// The first free item for this analyst.
pub(in crate::store) fn free(
    transaction: &Transaction<'_>,
    analyst: &Analyst,
    lane: Option<Lane>,
    now: Timestamp,
) -> rusqlite::Result<Option<Free>> {
    let supervises = role(transaction, analyst)?.supervises();
    let lane = lane.map(Name);
    let first = |from: String| {
        transaction
            .prepare_cached(&format!("{from} {ORDER}"))?
            .query_row((analyst.as_str(), Stamp(now), &lane), |row| row.get(0))
            .optional()
    };
    let escalated = "EXISTS (SELECT 1 FROM escalation e WHERE e.item_id = q.id)";
    let given = format!(
        "SELECT q.id FROM assignment m CROSS JOIN queue_item q ON q.id = m.item_id
         WHERE m.analyst = ?1 AND {FREE} AND ({supervises} OR NOT {escalated})"
    );
    let waits_for_her = format!(
        "SELECT q.id FROM escalation e CROSS JOIN queue_item q ON q.id = e.item_id
         WHERE {FREE} AND NOT {ANOTHERS}"
    );
    for hers in [Some(given), supervises.then_some(waits_for_her)].into_iter().flatten() {
        if let Some(item) = first(hers)? {
            return Ok(Some(Free { item, is_hers: true }));
        }
    }
    let stream = first(format!(
        "SELECT q.id FROM queue_item q WHERE {FREE} AND NOT {ANOTHERS} AND NOT {escalated}"
    ))?;
    Ok(stream.map(|item| Free { item, is_hers: false }))
}

/// Whether the item is another's, or waits for a supervisor, which this analyst is not.
pub(in crate::store) fn is_kept_from(
    connection: &Connection,
    item: ItemId,
    analyst: &Analyst,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let (anothers, escalated): (bool, bool) = connection
        .prepare_cached(&format!(
            "SELECT {ANOTHERS}, EXISTS (SELECT 1 FROM escalation e WHERE e.item_id = q.id)
             FROM queue_item q WHERE q.id = ?3"
        ))?
        .query_row((analyst.as_str(), Stamp(now), item), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(anothers || (escalated && !role(connection, analyst)?.supervises()))
}
