//! Second opinions: a share of the decisions is made once more by somebody who does not know the
//! first. The item stays decided for everybody else; to the one who holds it, it looks like any open
//! item. Her ruling stands beside the first decision and changes nothing of it.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction};

use super::super::column::{Name, Stamp};
use super::super::custody::{self, Action, Actor, Analyst, By};
use super::super::error::StoreError;
use super::super::queue::{
    Decided, Decision, Item, ItemId, ItemState, Lease, QueueError, Ruling, Token, subject,
};
use super::lot;
use super::ruling::{self, Kept, Kind, New};
use super::sight::{AWAITED_ON, Sight};
use crate::engine::Lane;
use crate::store::Store;
use crate::store::team::Free;

/// Reviews that may wait; where nobody is there to give second opinions no more are drawn.
const MOST_WAITING: u64 = 500;

/// Marks a decision just made for a second opinion, if the lot falls so.
pub(in crate::store) fn draw(
    transaction: &Transaction<'_>,
    share: f64,
    item: ItemId,
    decision: i64,
    analyst: &Analyst,
    now: Timestamp,
) -> Result<(), StoreError> {
    if share <= 0.0 {
        return Ok(());
    }
    let mut lot = lot(transaction, "second")?;
    let waiting: u64 = transaction
        .prepare_cached("SELECT count(*) FROM second_review WHERE state = 'waiting'")?
        .query_row([], |row| row.get(0))?;
    if lot.luck.f64() >= share || waiting >= MOST_WAITING {
        return Ok(());
    }
    transaction
        .prepare_cached(
            "INSERT INTO second_review (item_id, decision_id, stands, state, drawn_at)
             VALUES (?1, ?2, ?2, 'waiting', ?3)",
        )?
        .execute((item, decision, Stamp(now)))?;
    saw(transaction, transaction.last_insert_rowid(), analyst.as_str())?;
    let detail = serde_json::json!({ "decision": decision, "turn": lot.turn });
    let (actor, action) = (Actor::Waspada, Action::ReviewDrawn);
    custody::append(transaction, now, actor, action, subject(item), &detail)?;
    Ok(())
}

/// Notes that somebody knows the first decision.
fn saw(transaction: &Transaction<'_>, review: i64, analyst: &str) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT OR IGNORE INTO review_seen VALUES (?1, ?2)")?
        .execute((review, analyst))?;
    Ok(())
}

/// Lends the review the analyst holds already, or else the one that waits longest among those she may
/// give an opinion on; none while `free`, the item she would get otherwise, is hers or more urgent.
pub(in crate::store) fn lend(
    transaction: &Transaction<'_>,
    analyst: &Analyst,
    lane: Option<Lane>,
    free: Option<Free>,
    now: Timestamp,
    expires: Timestamp,
) -> Result<Option<Lease>, QueueError> {
    let lane = lane.map(Name);
    let held: Option<(i64, ItemId, Token)> = transaction
        .prepare_cached(
            "SELECT r.id, r.item_id, r.lease_token FROM second_review r
             JOIN queue_item q ON q.id = r.item_id
             WHERE r.lease_analyst = ?1 AND r.state = 'waiting' AND r.lease_expires > ?2
                 AND (?3 IS NULL OR q.lane = ?3)
             ORDER BY r.id LIMIT 1",
        )?
        .query_row((analyst.as_str(), Stamp(now), &lane), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let (review, item, token) = match held {
        Some(held) => held,
        None if free.is_some_and(|free| free.is_hers) => return Ok(None),
        None => {
            let free = free.map(|free| free.item);
            let waiting: Option<(i64, ItemId)> = transaction
                .prepare_cached(
                    "SELECT r.id, r.item_id FROM second_review r
                     JOIN queue_item q ON q.id = r.item_id
                     JOIN post_version v ON v.id = q.version_id
                     WHERE r.state = 'waiting'
                         AND (r.lease_expires IS NULL OR r.lease_expires <= ?2)
                         AND (?3 IS NULL OR q.lane = ?3) AND v.content IS NOT NULL
                         AND q.priority >= coalesce((SELECT priority FROM queue_item WHERE id = ?4), 0)
                         AND NOT EXISTS (SELECT 1 FROM review_seen
                             WHERE review_id = r.id AND analyst = ?1)
                         AND NOT EXISTS (SELECT 1 FROM skip k WHERE k.analyst = ?1
                             AND k.item_id = r.item_id AND k.ends_at > ?2)
                     ORDER BY r.id LIMIT 1",
                )?
                .query_row((analyst.as_str(), Stamp(now), &lane, free), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            match waiting {
                Some((review, item)) => (review, item, Token::random()?),
                None => return Ok(None),
            }
        }
    };
    hold(transaction, review, analyst, token, expires)?;
    Ok(Some(Lease { item, analyst: analyst.clone(), token, expires }))
}

fn hold(
    transaction: &Transaction<'_>,
    review: i64,
    analyst: &Analyst,
    token: Token,
    expires: Timestamp,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE second_review SET lease_analyst = ?2, lease_token = ?3, lease_expires = ?4
             WHERE id = ?1",
        )?
        .execute((review, analyst.as_str(), token, Stamp(expires)))?;
    Ok(())
}

/// A review that an analyst was given and nobody else took since.
struct Lent {
    review: i64,
    token: Token,
    ends: Timestamp,
}

fn lent(
    transaction: &Transaction<'_>,
    item: ItemId,
    analyst: &Analyst,
) -> rusqlite::Result<Option<Lent>> {
    transaction
        .prepare_cached(
            "SELECT id, lease_token, lease_expires FROM second_review
             WHERE item_id = ?1 AND state = 'waiting' AND lease_analyst = ?2",
        )?
        .query_row((item, analyst.as_str()), |row| {
            let ends = row.get::<_, Stamp>(2)?.0;
            Ok(Lent { review: row.get(0)?, token: row.get(1)?, ends })
        })
        .optional()
}

/// Whether the analyst holds the item to give a second opinion on it.
pub(in crate::store) fn is_reviewing(
    transaction: &Transaction<'_>,
    item: ItemId,
    analyst: &Analyst,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    Ok(lent(transaction, item, analyst)?.is_some_and(|lent| lent.ends > now))
}

/// Renews the lease on a review that the analyst was given and nobody else took since.
pub(in crate::store) fn keep(
    transaction: &Transaction<'_>,
    item: ItemId,
    analyst: &Analyst,
    now: Timestamp,
    expires: Timestamp,
) -> Result<Option<Lease>, QueueError> {
    let Some(lent) = lent(transaction, item, analyst)? else { return Ok(None) };
    let token = if lent.ends > now { lent.token } else { Token::random()? };
    hold(transaction, lent.review, analyst, token, expires)?;
    Ok(Some(Lease { item, analyst: analyst.clone(), token, expires }))
}

/// Gives back whatever reviews the analyst holds, but one.
pub(in crate::store) fn give_back(
    transaction: &Transaction<'_>,
    analyst: &Analyst,
    but: Option<ItemId>,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE second_review
             SET lease_analyst = NULL, lease_token = NULL, lease_expires = NULL
             WHERE lease_analyst = ?1 AND item_id IS NOT ?2",
        )?
        .execute((analyst.as_str(), but))?;
    Ok(())
}

/// The review this ruling is an opinion on, if the item is lent for one.
///
/// # Errors
/// It is lent to this analyst for one, but the token is not that of the running lease.
pub(in crate::store) fn held_by(
    transaction: &Transaction<'_>,
    ruling: &Ruling,
    now: Timestamp,
) -> Result<Option<i64>, QueueError> {
    match lent(transaction, ruling.item, &ruling.analyst)? {
        None => Ok(None),
        Some(lent) if lent.token == ruling.token && lent.ends > now => Ok(Some(lent.review)),
        Some(_) => Err(QueueError::StaleToken(ruling.item)),
    }
}

/// Writes a second opinion beside the decision it is on.
pub(in crate::store) fn rule(
    transaction: &Transaction<'_>,
    review: i64,
    ruling: &Ruling,
    by: &By,
    now: Timestamp,
) -> Result<Decided, QueueError> {
    let new = New {
        review,
        item: ruling.item,
        kind: Kind::Second,
        outcome: Some(ruling.outcome),
        reason: ruling.reason.trim(),
        duplicate_of: ruling.duplicate_of,
        undoes: None,
    };
    let kept = ruling::write(transaction, by, new, now)?;
    transaction
        .prepare_cached(
            "UPDATE second_review SET state = 'ruled', second_id = ?2, lease_analyst = NULL,
                 lease_token = NULL, lease_expires = NULL WHERE id = ?1",
        )?
        .execute((review, kept.id))?;
    Ok(Decided { decision: kept.id, line: kept.line })
}

/// The analyst's own second opinion in force on an item, as long as nobody settled the matter.
fn own(
    transaction: &Transaction<'_>,
    item: ItemId,
    analyst: &Analyst,
) -> rusqlite::Result<Option<Kept>> {
    // The states are those of the index; what waits has no second opinion in force.
    transaction
        .prepare_cached(&format!(
            "{} WHERE r.item_id = ?1 AND r.state IN ('waiting', 'ruled') AND g.id = r.second_id
                 AND g.analyst = ?2",
            Kept::SELECT
        ))?
        .query_row((item, analyst.as_str()), Kept::read)
        .optional()
}

/// Takes back the analyst's own second opinion on an item, if there is one, and lends it to her again
/// unless she has seen the first decision by now.
pub(in crate::store) fn take_back(
    transaction: &Transaction<'_>,
    item: ItemId,
    by: &By,
    reason: &str,
    now: Timestamp,
    expires: Timestamp,
) -> Result<Option<Decision>, QueueError> {
    let Some(kept) = own(transaction, item, &by.analyst)? else { return Ok(None) };
    let undo = New {
        review: kept.review,
        item,
        kind: Kind::Second,
        outcome: None,
        reason,
        duplicate_of: None,
        undoes: Some(kept.id),
    };
    ruling::write(transaction, by, undo, now)?;
    transaction
        .prepare_cached(
            "UPDATE second_review SET state = 'waiting', second_id = NULL WHERE id = ?1",
        )?
        .execute([kept.review])?;
    let blind: bool = transaction
        .prepare_cached(
            "SELECT NOT EXISTS (SELECT 1 FROM review_seen WHERE review_id = ?1 AND analyst = ?2)",
        )?
        .query_row((kept.review, by.analyst.as_str()), |row| row.get(0))?;
    if blind {
        hold(transaction, kept.review, &by.analyst, Token::random()?, expires)?;
    }
    let first = transaction
        .prepare_cached(&format!(
            "{} WHERE d.id = (SELECT decision_id FROM second_review WHERE id = ?1)",
            Decision::SELECT
        ))?
        .query_row([kept.review], Decision::read)?;
    Ok(Some(Decision {
        id: kept.id,
        analyst: kept.analyst,
        outcome: kept.outcome,
        reason: kept.reason,
        duplicate_of: kept.duplicate_of,
        at: kept.at,
        line: kept.line,
        by_token: kept.by_token,
        ..first
    }))
}

/// The decision was taken back: an opinion on it is no longer wanted, and one given is of nothing.
pub(in crate::store) fn void(transaction: &Transaction<'_>, decision: i64) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE second_review SET state = 'void', lease_analyst = NULL, lease_token = NULL,
                 lease_expires = NULL
             WHERE stands = ?1 AND state IN ('waiting', 'ruled')",
        )?
        .execute([decision])?;
    Ok(())
}

/// Hides from whoever is to give a second opinion that there is a first one, and from those who may
/// be asked for it what the first one is. Anybody else who looks at the item knows it from now on and
/// will not be asked.
pub(in crate::store) fn blind(
    transaction: &Transaction<'_>,
    analyst: &Analyst,
    sight: &Sight<'_>,
    item: &mut Item,
) -> rusqlite::Result<()> {
    let review: Option<(i64, Option<String>, bool)> = transaction
        .prepare_cached(&format!(
            "SELECT w.id, {AWAITED_ON}, w.lease_analyst IS ?2 FROM second_review w
             JOIN queue_item q ON q.id = w.item_id
             WHERE w.item_id = ?1 AND w.state IN ('waiting', 'ruled')"
        ))?
        .query_row((item.id, analyst.as_str()), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    match review {
        None => {}
        Some((_, Some(_), true)) => {
            item.state = ItemState::Open;
            item.outcome = None;
            item.decisions.clear();
            item.leased_by = Some(analyst.as_str().to_owned());
        }
        Some((_, awaited_on, _)) if sight.hides(awaited_on.as_deref()) => {
            item.outcome = None;
            item.decisions.clear();
            item.awaits_second = true;
        }
        Some((review, ..)) => {
            item.second = own(transaction, item.id, analyst)?.and_then(|kept| kept.outcome);
            saw(transaction, review, analyst.as_str())?;
        }
    }
    Ok(())
}

impl Store {
    /// Takes back the analyst's own second opinion on an item; `None` where she gave none, or it was
    /// settled since.
    ///
    /// # Errors
    /// The database refused.
    pub fn undo_second(
        &self,
        item: ItemId,
        by: impl Into<By>,
        reason: &str,
        now: Timestamp,
    ) -> Result<Option<Decision>, QueueError> {
        let (by, reason) = (by.into(), reason.trim().to_owned());
        let expires = self.lease_end(now);
        self.writer
            .call(move |transaction| take_back(transaction, item, &by, &reason, now, expires))
    }
}
