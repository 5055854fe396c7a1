//! Decisions and their undoing: rows that are only ever added, each told of by a custody line
//! written in the same transaction.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction};
use serde::Serialize;

use super::lease::{self, Token};
use super::{BatchId, ItemId, ItemState, Outcome, QueueError, subject};
use crate::post::Sha256;
use crate::store::Store;
use crate::store::column::{Name, Stamp};
use crate::store::custody::{self, Action, Analyst, By};
use crate::store::people::Bearer;
use crate::store::quality;

/// What an analyst says of an item he holds.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// The item.
    pub item: ItemId,
    /// Who says it.
    pub analyst: Analyst,
    /// What proves that he holds the item.
    pub token: Token,
    /// What he says.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// With `DUPLIKAT`: the item it repeats.
    pub duplicate_of: Option<ItemId>,
}

/// A decision was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// The decision's number.
    pub decision: i64,
    /// Its line in the custody log.
    pub line: i64,
}

/// A decision as stored; an undo is one without an outcome that names the one it takes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Its number.
    pub id: i64,
    /// The item.
    pub item: ItemId,
    /// Who decided.
    pub analyst: String,
    /// What was decided; `None` for an undo.
    pub outcome: Option<Outcome>,
    /// Why.
    pub reason: String,
    /// With `DUPLIKAT`: the item it repeats.
    pub duplicate_of: Option<ItemId>,
    /// The decision this one takes back.
    pub undoes: Option<i64>,
    /// The items it was decided together with, or taken back with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchId>,
    /// The rule set whose verdict was judged.
    pub ruleset: String,
    /// The personal token of a program that decided in her name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_token: Option<i64>,
    /// When, in UTC.
    pub at: Timestamp,
    /// Its line in the custody log.
    pub line: i64,
    /// The version of the post that was judged.
    #[serde(skip)]
    pub(in crate::store) content_hash: Sha256,
}

impl Decision {
    pub(in crate::store) const SELECT: &'static str =
        "SELECT d.id, d.item_id, d.analyst, d.outcome, d.reason, d.duplicate_of, d.undoes,
             d.ruleset, d.at, d.line, v.content_hash, d.batch, d.token_id
         FROM decision d JOIN post_version v ON v.id = d.version_id";

    pub(in crate::store) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            item: row.get(1)?,
            analyst: row.get(2)?,
            outcome: row.get::<_, Option<Name<Outcome>>>(3)?.map(|name| name.0),
            reason: row.get(4)?,
            duplicate_of: row.get(5)?,
            undoes: row.get(6)?,
            ruleset: row.get(7)?,
            at: row.get::<_, Stamp>(8)?.0,
            line: row.get(9)?,
            content_hash: row.get(10)?,
            batch: row.get(11)?,
            by_token: row.get(12)?,
        })
    }

    /// The action its custody line names.
    pub(in crate::store) fn action(&self) -> Action {
        if self.undoes.is_some() { Action::Undo } else { Action::Decision }
    }

    /// What its custody line says: all of the row, so that altering the row is found.
    pub(in crate::store) fn detail(&self) -> serde_json::Value {
        let mut detail = serde_json::json!({
            "outcome": self.outcome,
            "reason": self.reason,
            "duplicate_of": self.duplicate_of,
            "undoes": self.undoes,
            "ruleset": self.ruleset,
            "content": self.content_hash,
        });
        if let (Some(batch), Some(detail)) = (self.batch, detail.as_object_mut()) {
            detail.insert("batch".into(), batch.0.into());
        }
        custody::tell_way(&mut detail, self.by_token);
        detail
    }
}

impl Store {
    /// Writes a decision and closes the item.
    ///
    /// # Errors
    /// The token is stale, the item is not open, or the ruling is incomplete.
    pub fn decide(&self, ruling: Ruling, now: Timestamp) -> Result<Decided, QueueError> {
        let by = By::from(&ruling.analyst);
        self.rule(ruling, by, now)
    }

    /// The same by a program that holds a token of hers.
    ///
    /// # Errors
    /// As above.
    pub fn decide_by_token(
        &self,
        ruling: Ruling,
        bearer: &Bearer,
        now: Timestamp,
    ) -> Result<Decided, QueueError> {
        self.rule(ruling, By::from(bearer), now)
    }

    fn rule(&self, ruling: Ruling, by: By, now: Timestamp) -> Result<Decided, QueueError> {
        if ruling.reason.trim().is_empty() {
            return Err(QueueError::ReasonMissing);
        }
        if (ruling.outcome == Outcome::Duplikat) != ruling.duplicate_of.is_some() {
            return Err(QueueError::DuplicateOf);
        }
        let share = self.settings.quality.second_review_share;
        self.writer.call(move |transaction| {
            let review = quality::held_by(transaction, &ruling, now)?;
            if review.is_none() {
                lease::check(transaction, ruling.item, &ruling.analyst, ruling.token, now)?;
            }
            if let Some(original) = ruling.duplicate_of
                && (original == ruling.item || state(transaction, original)?.is_none())
            {
                return Err(QueueError::NotTheOriginal(original));
            }
            if let Some(review) = review {
                return quality::rule(transaction, review, &ruling, &by, now);
            }
            let written = write(
                transaction,
                &by,
                New {
                    item: ruling.item,
                    outcome: Some(ruling.outcome),
                    reason: ruling.reason.trim(),
                    duplicate_of: ruling.duplicate_of,
                    undoes: None,
                    batch: None,
                },
                now,
            )?;
            close(transaction, ruling.item, ruling.outcome, now)?;
            let (item, analyst) = (ruling.item, &ruling.analyst);
            quality::draw(transaction, share, item, written.decision, analyst, now)?;
            Ok(written)
        })
    }

    /// Takes back the decision in force on an item and opens it again; whoever gave a second opinion
    /// on it takes back that one first. Answers what was taken back.
    ///
    /// # Errors
    /// There is no decision in force, or the post was edited since and waits as another item.
    pub fn undo(
        &self,
        item: ItemId,
        by: impl Into<By>,
        reason: &str,
        now: Timestamp,
    ) -> Result<Decision, QueueError> {
        let (by, reason) = (by.into(), reason.trim().to_owned());
        if reason.is_empty() {
            return Err(QueueError::ReasonMissing);
        }
        let expires = self.lease_end(now);
        self.writer.call(move |transaction| {
            if let Some(own) = quality::take_back(transaction, item, &by, &reason, now, expires)? {
                return Ok(own);
            }
            take_back(transaction, item, &by, &reason, None, now)
        })
    }
}

/// Takes back the decision in force on an item and opens it again.
pub(super) fn take_back(
    transaction: &Transaction<'_>,
    item: ItemId,
    by: &By,
    reason: &str,
    batch: Option<BatchId>,
    now: Timestamp,
) -> Result<Decision, QueueError> {
    match state(transaction, item)? {
        None => return Err(QueueError::NoSuchItem(item)),
        Some(ItemState::Decided) => {}
        Some(_) => return Err(QueueError::NothingToUndo(item)),
    }
    let newer: Option<ItemId> = transaction
        .prepare_cached(
            "SELECT other.id FROM queue_item this
             JOIN queue_item other ON other.post_id = this.post_id
             WHERE this.id = ?1 AND other.state = 'open'",
        )?
        .query_row([item], |row| row.get(0))
        .optional()?;
    if let Some(newer) = newer {
        return Err(QueueError::NewerItem { item, newer });
    }
    let last = transaction
        .prepare_cached(&format!(
            "{} WHERE d.item_id = ?1 AND d.undoes IS NULL ORDER BY d.id DESC LIMIT 1",
            Decision::SELECT
        ))?
        .query_row([item], Decision::read)
        .optional()?
        .ok_or(QueueError::NothingToUndo(item))?;
    let undo =
        New { item, outcome: None, reason, duplicate_of: None, undoes: Some(last.id), batch };
    write(transaction, by, undo, now)?;
    quality::void(transaction, last.id)?;
    transaction
        .prepare_cached(
            "UPDATE queue_item SET state = 'open', outcome = NULL, closed_at = NULL
             WHERE id = ?1",
        )?
        .execute([item])?;
    Ok(last)
}

/// Closes an item with what was decided of it.
pub(super) fn close(
    transaction: &Transaction<'_>,
    item: ItemId,
    outcome: Outcome,
    now: Timestamp,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE queue_item SET state = 'decided', outcome = ?2, closed_at = ?3,
                 lease_analyst = NULL, lease_token = NULL, lease_expires = NULL
             WHERE id = ?1",
        )?
        .execute((item, Name(outcome), Stamp(now)))?;
    Ok(())
}

pub(in crate::store) fn state(
    connection: &Connection,
    item: ItemId,
) -> rusqlite::Result<Option<ItemState>> {
    connection
        .prepare_cached("SELECT state FROM queue_item WHERE id = ?1")?
        .query_row([item], |row| Ok(row.get::<_, Name<ItemState>>(0)?.0))
        .optional()
}

/// A row to be added.
pub(in crate::store) struct New<'a> {
    pub(in crate::store) item: ItemId,
    pub(in crate::store) outcome: Option<Outcome>,
    pub(in crate::store) reason: &'a str,
    pub(in crate::store) duplicate_of: Option<ItemId>,
    pub(in crate::store) undoes: Option<i64>,
    pub(in crate::store) batch: Option<BatchId>,
}

pub(in crate::store) fn write(
    transaction: &Transaction<'_>,
    by: &By,
    new: New<'_>,
    now: Timestamp,
) -> Result<Decided, QueueError> {
    let (version, content_hash, ruleset): (i64, Sha256, String) = transaction
        .prepare_cached(
            "SELECT q.version_id, v.content_hash, t.ruleset FROM queue_item q
             JOIN post_version v ON v.id = q.version_id JOIN verdict t ON t.id = q.verdict_id
             WHERE q.id = ?1",
        )?
        .query_row([new.item], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut decision = Decision {
        id: 0,
        item: new.item,
        analyst: by.analyst.as_str().to_owned(),
        outcome: new.outcome,
        reason: new.reason.to_owned(),
        duplicate_of: new.duplicate_of,
        undoes: new.undoes,
        batch: new.batch,
        by_token: by.token,
        ruleset,
        at: now,
        line: 0,
        content_hash,
    };
    decision.line = custody::append(
        transaction,
        now,
        by.actor(),
        decision.action(),
        subject(new.item),
        &decision.detail(),
    )?;
    transaction
        .prepare_cached(
            "INSERT INTO decision (item_id, version_id, analyst, outcome, reason, duplicate_of,
                 undoes, ruleset, at, line, batch, token_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute((
            decision.item,
            version,
            &decision.analyst,
            decision.outcome.map(Name),
            &decision.reason,
            decision.duplicate_of,
            decision.undoes,
            &decision.ruleset,
            Stamp(now),
            decision.line,
            decision.batch,
            decision.by_token,
        ))?;
    Ok(Decided { decision: transaction.last_insert_rowid(), line: decision.line })
}
