//! How much comes in, is decided and waits, day by day, and how long the oldest of each severity
//! waits. Days are those of WIB.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::Connection;

use super::start_of;
use crate::engine::Grade;
use crate::store::column::{Name, Stamp};
use crate::store::{Store, StoreError};

/// What happened in the queue on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayLoad {
    /// The day.
    pub day: Date,
    /// Items that came.
    pub incoming: u64,
    /// Items decided, and not taken back since.
    pub decided: u64,
    /// Items that waited when the day ended.
    pub open: u64,
}

/// Items of one severity that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// How grave they are; `None` for posts that somebody reported and no rule flags.
    pub severity: Option<Grade>,
    /// How many.
    pub open: u64,
    /// When the oldest of them came.
    pub oldest: Timestamp,
}

/// The load of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// The days asked for, the last one last.
    pub days: Vec<DayLoad>,
    /// What waits, the gravest first.
    pub waiting: Vec<Backlog>,
}

impl Load {
    /// Items that wait.
    pub fn open(&self) -> u64 {
        self.waiting.iter().map(|waiting| waiting.open).sum()
    }
}

impl Store {
    /// The load of so many days up to `today`, all of one moment.
    ///
    /// # Errors
    /// The database refused.
    pub fn load(&self, today: Date, days: u8) -> Result<Load, StoreError> {
        self.readers.get().snapshot(|connection| {
            let waiting = waiting(connection)?;
            let mut open: u64 = waiting.iter().map(|waiting| waiting.open).sum();
            let mut told = Vec::with_capacity(usize::from(days));
            let mut end = Timestamp::MAX;
            for back in 0..i64::from(days) {
                let Ok(day) = today.checked_sub(back.days()) else { break };
                let start = start_of(day);
                let incoming = incoming(connection, start, end)?;
                let (closed, decided) = closed(connection, start, end)?;
                told.push(DayLoad { day, incoming, decided, open });
                // Before the day, what came during it was not there, and what it closed was.
                open = (open + closed).saturating_sub(incoming);
                end = start;
            }
            told.reverse();
            Ok(Load { days: told, waiting })
        })
    }
}

fn waiting(connection: &Connection) -> Result<Vec<Backlog>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT severity, count(*), min(opened_at) FROM queue_item INDEXED BY queue_item_waiting
         WHERE state = 'open' GROUP BY severity ORDER BY severity IS NULL, severity",
    )?;
    let waiting = statement.query_map([], |row| {
        Ok(Backlog {
            severity: row.get::<_, Option<Name<Grade>>>(0)?.map(|name| name.0),
            open: row.get(1)?,
            oldest: row.get::<_, Stamp>(2)?.0,
        })
    })?;
    Ok(waiting.collect::<Result<_, _>>()?)
}

fn incoming(connection: &Connection, start: Timestamp, end: Timestamp) -> rusqlite::Result<u64> {
    connection
        .prepare_cached(
            "SELECT count(*) FROM queue_item INDEXED BY queue_item_opened
             WHERE opened_at >= ?1 AND opened_at < ?2",
        )?
        .query_row((Stamp(start), Stamp(end)), |row| row.get(0))
}

/// Items that left the queue, and how many of these by a decision.
fn closed(
    connection: &Connection,
    start: Timestamp,
    end: Timestamp,
) -> rusqlite::Result<(u64, u64)> {
    connection
        .prepare_cached(
            "SELECT count(*), count(outcome) FROM queue_item INDEXED BY queue_item_closed
             WHERE closed_at >= ?1 AND closed_at < ?2",
        )?
        .query_row((Stamp(start), Stamp(end)), |row| Ok((row.get(0)?, row.get(1)?)))
}
