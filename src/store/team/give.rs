//! Giving an item to a person or to the supervisors, taking that back, and passing an item over. Who
//! holds the item then holds it no longer: the lease stays the one guard of decisions.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction};

use super::note::{self, NoteKind, SkipReason, Why};
use super::{Store, hours, release, role, within_reach};
use crate::engine::Lane;
use crate::store::column::{Name, Stamp};
use crate::store::custody::{self, Action, Actor, Analyst, By};
use crate::store::people::Role;
use crate::store::quality;
use crate::store::queue::{Item, ItemId, ItemState, Lease, QueueError, state, subject};

fn log(
    transaction: &Transaction<'_>,
    item: ItemId,
    by: &Analyst,
    action: Action,
    detail: serde_json::Value,
    now: Timestamp,
) -> Result<(), QueueError> {
    custody::append(transaction, now, Actor::Analyst(by), action, subject(item), &detail)?;
    Ok(())
}

impl Store {
    /// Gives an open item to a person who decides: anybody to herself, unless another holds it; a
    /// supervisor to anybody, whoever holds it.
    ///
    /// # Errors
    /// The item is not open or not hers to give, or there is no such person.
    pub fn assign(
        &self,
        item: ItemId,
        to: &Analyst,
        by: &Analyst,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let (to, by) = (to.clone(), by.clone());
        let ends = hours(now, self.settings.team.assigned_hours);
        self.writer.call(move |transaction| {
            if role(transaction, &by)?.supervises() {
                must_be_open(transaction, item)?;
            } else if to == by {
                within_reach(transaction, item, &by, now)?;
            } else {
                return Err(QueueError::NotYours(item));
            }
            let of: Option<Role> = transaction
                .prepare_cached("SELECT role FROM account WHERE name = ?1 AND disabled_at IS NULL")?
                .query_row([to.as_str()], |row| Ok(row.get::<_, Name<Role>>(0)?.0))
                .optional()?;
            let Some(of) = of.filter(|role| role.decides()) else {
                return Err(QueueError::NoSuchPerson(to.to_string()));
            };
            transaction
                .prepare_cached(
                    "INSERT INTO assignment (item_id, analyst, given_by, at, ends_at)
                     VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (item_id) DO UPDATE SET analyst = excluded.analyst,
                         given_by = excluded.given_by, at = excluded.at, ends_at = excluded.ends_at",
                )?
                .execute((item, to.as_str(), by.as_str(), Stamp(now), Stamp(ends)))?;
            // Given to somebody now, it was passed over by her before.
            transaction
                .prepare_cached("DELETE FROM skip WHERE analyst = ?1 AND item_id = ?2")?
                .execute((to.as_str(), item))?;
            if !of.supervises() {
                transaction
                    .prepare_cached("DELETE FROM escalation WHERE item_id = ?1")?
                    .execute([item])?;
            }
            transaction
                .prepare_cached(
                    "UPDATE queue_item
                     SET lease_analyst = NULL, lease_token = NULL, lease_expires = NULL
                     WHERE id = ?1 AND lease_analyst <> ?2",
                )?
                .execute((item, to.as_str()))?;
            log(transaction, item, &by, Action::Assigned, serde_json::json!({ "to": to }), now)
        })
    }

    /// Takes back that an item was given to a person: she herself, or a supervisor. Answers whether
    /// there was anything to take back.
    ///
    /// # Errors
    /// It is another's.
    pub fn unassign(&self, item: ItemId, by: &Analyst, now: Timestamp) -> Result<bool, QueueError> {
        let by = by.clone();
        self.writer.call(move |transaction| {
            let from: Option<String> = transaction
                .prepare_cached("DELETE FROM assignment WHERE item_id = ?1 RETURNING analyst")?
                .query_row([item], |row| row.get(0))
                .optional()?;
            let Some(from) = from else { return Ok(false) };
            // Refusing rolls the removal back.
            if from != by.as_str() && !role(transaction, &by)?.supervises() {
                return Err(QueueError::NotYours(item));
            }
            let detail = serde_json::json!({ "from": from });
            log(transaction, item, &by, Action::Unassigned, detail, now)?;
            Ok(true)
        })
    }

    /// Hands an open item to the supervisors, saying why.
    ///
    /// # Errors
    /// No reason, or the item is not open or another's.
    pub fn escalate(
        &self,
        item: ItemId,
        by: &Analyst,
        why: &str,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let (by, why) = (by.clone(), Why::typed(why).ok_or(QueueError::ReasonMissing)?);
        self.writer.call(move |transaction| {
            within_reach(transaction, item, &by, now)?;
            let note = note::write(transaction, item, &by, NoteKind::Escalation, &why, now)?;
            transaction
                .prepare_cached(
                    "INSERT INTO escalation (item_id, escalated_by, at) VALUES (?1, ?2, ?3)
                     ON CONFLICT (item_id) DO UPDATE SET escalated_by = excluded.escalated_by,
                         at = excluded.at",
                )?
                .execute((item, by.as_str(), Stamp(now)))?;
            transaction
                .prepare_cached("DELETE FROM assignment WHERE item_id = ?1")?
                .execute([item])?;
            release(transaction, item)?;
            let detail = serde_json::json!({ "note": note, "why": why.digest() });
            log(transaction, item, &by, Action::Escalated, detail, now)
        })
    }

    /// Gives an item that waits for a supervisor back to everybody. Answers whether it waited.
    ///
    /// # Errors
    /// Whoever asks does not supervise.
    pub fn lift_escalation(
        &self,
        item: ItemId,
        by: &Analyst,
        now: Timestamp,
    ) -> Result<bool, QueueError> {
        let by = by.clone();
        self.writer.call(move |transaction| {
            if !role(transaction, &by)?.supervises() {
                return Err(QueueError::NotYours(item));
            }
            let lifted = transaction
                .prepare_cached("DELETE FROM escalation WHERE item_id = ?1")?
                .execute([item])?;
            if lifted == 0 {
                return Ok(false);
            }
            release(transaction, item)?;
            log(transaction, item, &by, Action::EscalationLifted, serde_json::json!({}), now)?;
            Ok(true)
        })
    }

    /// Passes an item over: for a while it is not given to this analyst, and what was hers is
    /// anybody's. The reason is kept for whoever is given it next.
    ///
    /// # Errors
    /// The item is not open or another's.
    pub fn skip(
        &self,
        item: ItemId,
        by: &Analyst,
        why: Why,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        let by = by.clone();
        let ends = hours(now, self.settings.team.skipped_hours);
        self.writer.call(move |transaction| {
            // Who gives a second opinion on a decided item may pass it over as any other.
            if !quality::is_reviewing(transaction, item, &by, now)? {
                within_reach(transaction, item, &by, now)?;
                release(transaction, item)?;
            }
            quality::give_back(transaction, &by, None)?;
            let note = note::write(transaction, item, &by, NoteKind::Skip, &why, now)?;
            transaction
                .prepare_cached("DELETE FROM skip WHERE ends_at <= ?1 AND analyst = ?2")?
                .execute((Stamp(now), by.as_str()))?;
            transaction
                .prepare_cached(
                    "INSERT INTO skip (analyst, item_id, ends_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET ends_at = excluded.ends_at",
                )?
                .execute((by.as_str(), item, Stamp(ends)))?;
            transaction
                .prepare_cached("DELETE FROM assignment WHERE item_id = ?1 AND analyst = ?2")?
                .execute((item, by.as_str()))?;
            let detail = serde_json::json!({ "note": note, "why": why.digest() });
            log(transaction, item, &by, Action::Skipped, detail, now)
        })
    }
}

impl Store {
    /// Lends the most urgent item as [`Store::next`] does, with what is shown of it; one that cannot be
    /// read is passed over.
    ///
    /// # Errors
    /// The database refused.
    pub fn next_shown(
        &self,
        by: impl Into<By>,
        lane: Option<Lane>,
        now: Timestamp,
    ) -> Result<Option<(Lease, Item)>, QueueError> {
        let by = by.into();
        while let Some(lease) = self.next(&by.analyst, lane, now)? {
            match self.view(lease.item, by.clone(), now) {
                Ok(item) => return Ok(Some((lease, item))),
                Err(error) => self.skip_unreadable(lease.item, &by.analyst, error, now)?,
            }
        }
        Ok(None)
    }

    /// Passes over an item whose showing failed because what is stored of it cannot be read: it would
    /// be given to its holder for ever. What may pass is no reason to.
    ///
    /// # Errors
    /// The one that made the showing fail, where it may pass.
    pub fn skip_unreadable(
        &self,
        item: ItemId,
        by: &Analyst,
        error: QueueError,
        now: Timestamp,
    ) -> Result<(), QueueError> {
        match error {
            QueueError::Store(error) if error.is_unreadable() => {
                tracing::error!(%error, item = item.0, "an item could not be read");
                self.skip(item, by, Why::Chosen(SkipReason::Broken), now)
            }
            error => Err(error),
        }
    }
}

fn must_be_open(transaction: &Transaction<'_>, item: ItemId) -> Result<(), QueueError> {
    match state(transaction, item)? {
        None => Err(QueueError::NoSuchItem(item)),
        Some(ItemState::Open) => Ok(()),
        Some(state) => Err(QueueError::NotOpen { item, state }),
    }
}
