//! Working together on items: notes that mention people, items given to a person or to the
//! supervisors, items passed over for a while, and what a person has set for herself. Each change is
//! a custody line of the same transaction; what people write stands there only as its digest, for it
//! may quote a post that is wiped one day.

mod give;
mod note;
mod pause;
mod personal;
mod stream;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction};
use serde::{Deserialize, Serialize};

use super::Store;
use super::column::{Name, Stamp};
use super::custody::Analyst;
use super::people::Role;
use super::queue::{ItemId, ItemState, QueueError};

pub use note::{Mention, Note, NoteKind, SkipReason, Why, mentioned};
pub use pause::Streak;
pub use personal::Personal;
pub(in crate::store) use stream::{Free, free, is_kept_from};

/// The `[store.team]` table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TeamSettings {
    /// Hours for which an item given to a person is given to nobody else.
    pub assigned_hours: u32,
    /// Hours for which an item is not given again to whoever skipped it.
    pub skipped_hours: u32,
    /// Pleas for help decided in a row after which a break is suggested; 0 suggests none.
    pub break_after_items: u32,
    /// Minutes of deciding without a pause after which a break is suggested; 0 suggests none.
    pub break_after_minutes: u32,
}

impl Default for TeamSettings {
    fn default() -> Self {
        Self {
            assigned_hours: 24,
            skipped_hours: 4,
            break_after_items: 10,
            break_after_minutes: 60,
        }
    }
}

/// How people stand to an item.
#[derive(Debug, Clone)]
pub struct Teamwork {
    /// Whose it is, by whom, and until when nobody else is given it.
    pub assignment: Option<Assignment>,
    /// Who asked for a supervisor, and when.
    pub escalation: Option<(String, Timestamp)>,
    /// What was written of it, oldest first.
    pub notes: Vec<Note>,
}

/// An item given to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Whose it is.
    pub analyst: String,
    /// Who gave it.
    pub given_by: String,
    /// When.
    pub at: Timestamp,
    /// Until when nobody else is given it.
    pub ends: Timestamp,
}

impl Store {
    /// How people stand to an item.
    ///
    /// # Errors
    /// The database refused.
    pub fn teamwork(&self, item: ItemId) -> Result<Teamwork, QueueError> {
        let reader = self.readers.get();
        let assignment = reader
            .prepare_cached(
                "SELECT analyst, given_by, at, ends_at FROM assignment WHERE item_id = ?1",
            )?
            .query_row([item], |row| {
                Ok(Assignment {
                    analyst: row.get(0)?,
                    given_by: row.get(1)?,
                    at: row.get::<_, Stamp>(2)?.0,
                    ends: row.get::<_, Stamp>(3)?.0,
                })
            })
            .optional()?;
        let escalation = reader
            .prepare_cached("SELECT escalated_by, at FROM escalation WHERE item_id = ?1")?
            .query_row([item], |row| Ok((row.get(0)?, row.get::<_, Stamp>(1)?.0)))
            .optional()?;
        Ok(Teamwork { assignment, escalation, notes: note::of(&reader, item)? })
    }
}

/// What somebody may do by the account of this name; whoever has none works at the command line, and
/// is an analyst.
pub(super) fn role(connection: &Connection, analyst: &Analyst) -> rusqlite::Result<Role> {
    let role = connection
        .prepare_cached("SELECT role FROM account WHERE name = ?1")?
        .query_row([analyst.as_str()], |row| Ok(row.get::<_, Name<Role>>(0)?.0))
        .optional()?;
    Ok(role.unwrap_or(Role::Analyst))
}

/// Refuses unless the item is open and the analyst holds it or nobody does.
fn within_reach(
    transaction: &Transaction<'_>,
    item: ItemId,
    analyst: &Analyst,
    now: Timestamp,
) -> Result<(), QueueError> {
    let (state, holder): (ItemState, Option<String>) = transaction
        .prepare_cached(
            "SELECT state, CASE WHEN lease_expires > ?2 THEN lease_analyst END FROM queue_item
             WHERE id = ?1",
        )?
        .query_row((item, Stamp(now)), |row| Ok((row.get::<_, Name<ItemState>>(0)?.0, row.get(1)?)))
        .optional()?
        .ok_or(QueueError::NoSuchItem(item))?;
    if state != ItemState::Open {
        return Err(QueueError::NotOpen { item, state });
    }
    let holds_it = holder.is_none_or(|holder| holder == analyst.as_str());
    if !holds_it || is_kept_from(transaction, item, analyst, now)? {
        return Err(QueueError::NotYours(item));
    }
    Ok(())
}

/// Ends the lease of an item, whoever holds it.
fn release(transaction: &Transaction<'_>, item: ItemId) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE queue_item SET lease_analyst = NULL, lease_token = NULL, lease_expires = NULL
             WHERE id = ?1",
        )?
        .execute([item])?;
    Ok(())
}

fn hours(from: Timestamp, hours: u32) -> Timestamp {
    let span = jiff::SignedDuration::from_hours(i64::from(hours));
    from.checked_add(span).unwrap_or(Timestamp::MAX)
}
