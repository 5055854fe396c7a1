//! Where two analysts differ, a supervisor says what holds. The first decision is replaced where she
//! says otherwise, by an undo and a decision of the usual kind; both opinions stay as they were.

use std::fmt;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction};
use serde::{Deserialize, Serialize};

use super::super::column::Name;
use super::super::custody::{Analyst, By};
use super::super::queue::{self, Decision, ItemId, Outcome, QueueError};
use super::ruling::{self, Kept, Kind, New};
use crate::store::Store;

/// A second review's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReviewId(pub i64);

impl fmt::Display for ReviewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a supervisor says where two analysts differ.
#[derive(Debug, Clone)]
pub struct Settling {
    /// The review.
    pub review: ReviewId,
    /// Who says it.
    pub by: Analyst,
    /// What holds.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// With `DUPLIKAT`: the item it repeats.
    pub duplicate_of: Option<ItemId>,
}

/// A review as it stands.
struct Standing {
    item: ItemId,
    state: String,
    first: Decision,
    stands: i64,
    settlement: Option<Kept>,
    /// The decision that stands is in force on the item.
    in_force: bool,
    differs: bool,
}

fn standing(
    transaction: &Transaction<'_>,
    ReviewId(review): ReviewId,
) -> Result<Option<Standing>, QueueError> {
    let found = transaction
        .prepare_cached(
            "SELECT r.item_id, r.state, r.decision_id, r.stands, r.settlement_id,
                 q.state = 'decided' AND r.stands = (SELECT max(id) FROM decision
                     WHERE item_id = r.item_id AND undoes IS NULL),
                 coalesce(g.outcome <> d.outcome, 0)
             FROM second_review r JOIN queue_item q ON q.id = r.item_id
                 JOIN decision d ON d.id = r.decision_id
                 LEFT JOIN review_ruling g ON g.id = r.second_id
             WHERE r.id = ?1",
        )?
        .query_row([review], |row| {
            Ok((
                row.get::<_, ItemId>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, i64>(2)?,
                row.get::<_, i64>(3)?,
                row.get::<_, Option<i64>>(4)?,
                row.get::<_, bool>(5)?,
                row.get::<_, bool>(6)?,
            ))
        })
        .optional()?;
    let Some((item, state, first, stands, settlement, in_force, differs)) = found else {
        return Ok(None);
    };
    let first = transaction
        .prepare_cached(&format!("{} WHERE d.id = ?1", Decision::SELECT))?
        .query_row([first], Decision::read)?;
    let settlement = transaction
        .prepare_cached(&format!("{} WHERE g.id = ?1", Kept::SELECT))?
        .query_row([settlement], Kept::read)
        .optional()?;
    Ok(Some(Standing { item, state, first, stands, settlement, in_force, differs }))
}

/// Replaces the decision in force by another one; its number.
fn replace(
    transaction: &Transaction<'_>,
    standing: &Standing,
    by: &Analyst,
    (outcome, duplicate_of): (Outcome, Option<ItemId>),
    reason: &str,
    now: Timestamp,
) -> Result<i64, QueueError> {
    let item = standing.item;
    let undo = queue::New {
        item,
        outcome: None,
        reason,
        duplicate_of: None,
        undoes: Some(standing.stands),
        batch: None,
    };
    let by = By::from(by);
    queue::write(transaction, &by, undo, now)?;
    let anew = queue::New {
        item,
        outcome: Some(outcome),
        reason,
        duplicate_of,
        undoes: None,
        batch: None,
    };
    let written = queue::write(transaction, &by, anew, now)?;
    transaction
        .prepare_cached("UPDATE queue_item SET outcome = ?2 WHERE id = ?1")?
        .execute((item, Name(outcome)))?;
    Ok(written.decision)
}

fn now_stands(
    transaction: &Transaction<'_>,
    ReviewId(review): ReviewId,
    state: &str,
    settlement: Option<i64>,
    stands: i64,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE second_review SET state = ?2, settlement_id = ?3, stands = ?4 WHERE id = ?1",
        )?
        .execute((review, state, settlement, stands))?;
    Ok(())
}

impl Store {
    /// Settles what two analysts differ on.
    ///
    /// # Errors
    /// There is nothing to settle, or what is said is incomplete.
    pub fn settle_review(&self, settling: Settling, now: Timestamp) -> Result<(), QueueError> {
        let Settling { review, by, outcome, reason, duplicate_of } = settling;
        let reason = reason.trim().to_owned();
        if reason.is_empty() {
            return Err(QueueError::ReasonMissing);
        }
        if (outcome == Outcome::Duplikat) != duplicate_of.is_some() {
            return Err(QueueError::DuplicateOf);
        }
        self.writer.call(move |transaction| {
            let standing = standing(transaction, review)?
                .filter(|standing| standing.state == "ruled" && standing.differs)
                .filter(|standing| standing.in_force)
                .ok_or(QueueError::NothingToSettle(review))?;
            let item = standing.item;
            if let Some(original) = duplicate_of
                && (original == item || queue::state(transaction, original)?.is_none())
            {
                return Err(QueueError::NotTheOriginal(original));
            }
            let settlement = New {
                review: review.0,
                item,
                kind: Kind::Settlement,
                outcome: Some(outcome),
                reason: &reason,
                duplicate_of,
                undoes: None,
            };
            let kept = ruling::write(transaction, &By::from(&by), settlement, now)?;
            let holds = (Some(outcome), duplicate_of);
            let stands = if holds == (standing.first.outcome, standing.first.duplicate_of) {
                standing.stands
            } else {
                replace(transaction, &standing, &by, (outcome, duplicate_of), &reason, now)?
            };
            Ok(now_stands(transaction, review, "settled", Some(kept.id), stands)?)
        })
    }

    /// Takes back a settlement: the two differ again, and the item carries the first decision again.
    ///
    /// # Errors
    /// It is not settled, or the item was decided otherwise since.
    pub fn undo_settlement(
        &self,
        review: ReviewId,
        by: &Analyst,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let (by, reason) = (by.clone(), reason.trim().to_owned());
        if reason.is_empty() {
            return Err(QueueError::ReasonMissing);
        }
        self.writer.call(move |transaction| {
            let standing = standing(transaction, review)?
                .filter(|standing| standing.state == "settled" && standing.in_force)
                .ok_or(QueueError::NothingToSettle(review))?;
            let (Some(settlement), Some(first)) = (&standing.settlement, standing.first.outcome)
            else {
                return Err(QueueError::NothingToSettle(review));
            };
            let undo = New {
                review: review.0,
                item: standing.item,
                kind: Kind::Settlement,
                outcome: None,
                reason: &reason,
                duplicate_of: None,
                undoes: Some(settlement.id),
            };
            ruling::write(transaction, &By::from(&by), undo, now)?;
            let stands = if standing.stands == standing.first.id {
                standing.stands
            } else {
                let first = (first, standing.first.duplicate_of);
                replace(transaction, &standing, &by, first, &reason, now)?
            };
            Ok(now_stands(transaction, review, "ruled", None, stands)?)
        })
    }
}
