//! Items decided together: all in one transaction, each with a decision and a custody line of its
//! own that name the batch. What somebody else holds, what was decided or edited meanwhile is left
//! as it is and told of. A batch is taken back as far as its decisions still stand.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};
use serde::{Deserialize, Serialize};

use super::decide::{self, New};
use super::{ItemId, ItemState, Outcome, QueueError, time};
use crate::store::Store;
use crate::store::column::{Json, Name, Stamp};
use crate::store::custody::{Analyst, By};
use crate::store::quality::{self, Sight};
use crate::store::team;

/// The number of items decided together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct BatchId(pub i64);

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl rusqlite::ToSql for BatchId {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl rusqlite::types::FromSql for BatchId {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        i64::column_result(value).map(Self)
    }
}

/// An item as somebody saw it: another version of its post is another question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Picked {
    /// The item.
    pub item: ItemId,
    pub(super) version: i64,
}

impl fmt::Display for Picked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.item, self.version)
    }
}

impl FromStr for Picked {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (item, version) = text.split_once('-').unwrap_or((text, ""));
        Ok(Self { item: ItemId(item.parse()?), version: version.parse()? })
    }
}

/// What an analyst says of many items.
#[derive(Debug, Clone)]
pub struct Together {
    /// The items.
    pub items: Vec<Picked>,
    /// Who says it.
    pub analyst: Analyst,
    /// What is said of each.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// With `DUPLIKAT`: the item they repeat.
    pub duplicate_of: Option<ItemId>,
}

/// Why an item is not decided with the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// Somebody else holds it.
    Held,
    /// Somebody decided it.
    Decided,
    /// Its post was edited since it was seen.
    Edited,
    /// Its source deleted it, or rules no longer flag it.
    Gone,
    /// It is the one the others repeat.
    Original,
}

/// An item left out, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The item.
    pub item: ItemId,
    /// Why.
    pub why: LeftOut,
}

/// How a decision of a batch fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is in force.
    Stands,
    /// It was taken back.
    TakenBack,
    /// It was taken back, and the item decided anew.
    DecidedAnew,
}

/// Items decided together.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Its number.
    pub id: BatchId,
    /// Who decided.
    pub analyst: String,
    /// What was decided, and why; `None` while one of these decisions waits for a second opinion
    /// that the reader may be asked for.
    pub told: Option<(Outcome, String)>,
    /// When.
    pub at: Timestamp,
    /// The items, and how each decision fares.
    pub items: Vec<(ItemId, Standing)>,
    /// What could not be decided.
    pub left_out: Vec<Left>,
}

impl Store {
    /// Items decided together at most.
    pub const MOST_TOGETHER: usize = 200;

    /// Which of these items could not be decided now, and why.
    ///
    /// # Errors
    /// There is no such item.
    pub fn weigh(&self, together: &Together, now: Timestamp) -> Result<Vec<Left>, QueueError> {
        check(together)?;
        let reader = self.readers.get();
        reader.snapshot(|connection| {
            agree(connection, together)?;
            weigh(connection, together, now)
        })
    }

    /// Decides these items as far as they can be decided.
    ///
    /// # Errors
    /// There are too many of them or they are of two lanes, or the ruling is incomplete.
    pub fn decide_together(
        &self,
        mut together: Together,
        now: Timestamp,
    ) -> Result<BatchId, QueueError> {
        check(&together)?;
        let share = self.settings.quality.second_review_share;
        together.items.sort_by_key(|picked| picked.item);
        together.items.dedup_by_key(|picked| picked.item);
        self.writer.call(move |transaction| {
            agree(transaction, &together)?;
            let left = weigh(transaction, &together, now)?;
            let Together { items, analyst, outcome, reason, duplicate_of } = &together;
            transaction
                .prepare_cached(
                    "INSERT INTO batch (analyst, outcome, reason, left_out, at)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute((
                    analyst.as_str(),
                    Name(*outcome),
                    reason.trim(),
                    Json(&left),
                    Stamp(now),
                ))?;
            let batch = BatchId(transaction.last_insert_rowid());
            let by = By::from(analyst);
            for Picked { item, .. } in items {
                if left.iter().any(|left| left.item == *item) {
                    continue;
                }
                let new = New {
                    item: *item,
                    outcome: Some(*outcome),
                    reason: reason.trim(),
                    duplicate_of: *duplicate_of,
                    undoes: None,
                    batch: Some(batch),
                };
                let written = decide::write(transaction, &by, new, now)?;
                decide::close(transaction, *item, *outcome, now)?;
                quality::draw(transaction, share, *item, written.decision, analyst, now)?;
            }
            Ok(batch)
        })
    }

    /// A batch; `None` when there is none such.
    ///
    /// # Errors
    /// The database refused.
    pub fn batch(&self, batch: BatchId, reader: &Analyst) -> Result<Option<Batch>, QueueError> {
        self.readers.get().snapshot(|connection| {
            let sight = Sight::of(connection, Some(reader))?;
            let Some(mut found) = read(connection, batch)? else { return Ok(None) };
            if sight.hides(Some(&found.analyst)) && awaits_second(connection, batch)? {
                found.told = None;
            }
            Ok(Some(found))
        })
    }

    /// Takes back the decisions of a batch that still stand, and answers which; one whose post was
    /// edited since and waits as another item is left as it is.
    ///
    /// # Errors
    /// There is no reason.
    pub fn undo_batch(
        &self,
        batch: BatchId,
        analyst: &Analyst,
        reason: &str,
        now: Timestamp,
    ) -> Result<Vec<ItemId>, QueueError> {
        let (by, reason) = (By::from(analyst), reason.trim().to_owned());
        if reason.is_empty() {
            return Err(QueueError::ReasonMissing);
        }
        self.writer.call(move |transaction| {
            let items = read(transaction, batch)?.map(|batch| batch.items).unwrap_or_default();
            let mut undone = Vec::new();
            for (item, standing) in items {
                if standing != Standing::Stands {
                    continue;
                }
                match decide::take_back(transaction, item, &by, &reason, Some(batch), now) {
                    Ok(_) => undone.push(item),
                    Err(QueueError::NewerItem { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(undone)
        })
    }
}

fn check(together: &Together) -> Result<(), QueueError> {
    if together.reason.trim().is_empty() {
        return Err(QueueError::ReasonMissing);
    }
    if (together.outcome == Outcome::Duplikat) != together.duplicate_of.is_some() {
        return Err(QueueError::DuplicateOf);
    }
    if together.items.len() > Store::MOST_TOGETHER {
        return Err(QueueError::TooManyTogether(Store::MOST_TOGETHER));
    }
    Ok(())
}

/// A plea for help is never decided along with offers, whatever they have in common; and what others
/// repeat is there.
fn agree(connection: &Connection, together: &Together) -> Result<(), QueueError> {
    if let Some(original) = together.duplicate_of
        && decide::state(connection, original)?.is_none()
    {
        return Err(QueueError::NotTheOriginal(original));
    }
    let items: Vec<ItemId> = together.items.iter().map(|picked| picked.item).collect();
    let lanes: i64 = connection
        .prepare_cached(
            "SELECT count(DISTINCT lane) FROM queue_item
             WHERE id IN (SELECT value FROM json_each(?1))",
        )?
        .query_row([Json(items)], |row| row.get(0))?;
    if lanes > 1 { Err(QueueError::TwoLanes) } else { Ok(()) }
}

fn weigh(
    connection: &Connection,
    together: &Together,
    now: Timestamp,
) -> Result<Vec<Left>, QueueError> {
    let mut statement = connection.prepare_cached(
        "SELECT state, version_id, lease_analyst, lease_expires FROM queue_item WHERE id = ?1",
    )?;
    let mut left = Vec::new();
    for Picked { item, version } in &together.items {
        let why = statement
            .query_row([item], |row| {
                let runs = time(row, "lease_expires")?.is_some_and(|expires| expires > now);
                let holder: Option<String> = row.get("lease_analyst")?;
                let theirs = holder.is_some_and(|holder| holder != together.analyst.as_str());
                let kept = team::is_kept_from(connection, *item, &together.analyst, now)?;
                Ok(match row.get::<_, Name<ItemState>>("state")?.0 {
                    ItemState::Decided => Some(LeftOut::Decided),
                    ItemState::DeletedBySource | ItemState::Unflagged => Some(LeftOut::Gone),
                    ItemState::Open if kept || (runs && theirs) => Some(LeftOut::Held),
                    ItemState::Open if row.get::<_, i64>("version_id")? != *version => {
                        Some(LeftOut::Edited)
                    }
                    ItemState::Open if together.duplicate_of == Some(*item) => {
                        Some(LeftOut::Original)
                    }
                    ItemState::Open => None,
                })
            })
            .optional()?
            .ok_or(QueueError::NoSuchItem(*item))?;
        left.extend(why.map(|why| Left { item: *item, why }));
    }
    Ok(left)
}

/// Whether a second opinion is wanted on one of its decisions.
fn awaits_second(connection: &Connection, batch: BatchId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM decision d JOIN second_review r ON r.decision_id = d.id
                 WHERE d.batch = ?1 AND r.state = 'waiting')",
        )?
        .query_row([batch], |row| row.get(0))
}

fn read(connection: &Connection, batch: BatchId) -> rusqlite::Result<Option<Batch>> {
    let found = connection
        .prepare_cached("SELECT analyst, outcome, reason, at, left_out FROM batch WHERE id = ?1")?
        .query_row([batch], |row| {
            Ok(Batch {
                id: batch,
                analyst: row.get(0)?,
                told: Some((row.get::<_, Name<Outcome>>(1)?.0, row.get(2)?)),
                at: row.get::<_, Stamp>(3)?.0,
                items: Vec::new(),
                left_out: row.get::<_, Json<Vec<Left>>>(4)?.0,
            })
        })
        .optional()?;
    let Some(mut found) = found else { return Ok(None) };
    found.items = connection
        .prepare_cached(
            "SELECT d.item_id,
                 EXISTS (SELECT 1 FROM decision later WHERE later.item_id = d.item_id
                     AND later.id > d.id AND later.undoes IS NULL),
                 EXISTS (SELECT 1 FROM decision later WHERE later.undoes = d.id
                     AND later.item_id = d.item_id)
             FROM decision d WHERE d.batch = ?1 AND d.undoes IS NULL ORDER BY d.id",
        )?
        .query_map([batch], |row| {
            let standing = match (row.get(1)?, row.get(2)?) {
                (true, _) => Standing::DecidedAnew,
                (false, true) => Standing::TakenBack,
                (false, false) => Standing::Stands,
            };
            Ok((row.get(0)?, standing))
        })?
        .collect::<Result<_, _>>()?;
    Ok(Some(found))
}
