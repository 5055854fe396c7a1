//! The account of what was spent of each budget. Spending is booked in a transaction before the
//! request goes out, so that a process killed in between has spent it: the limit is never exceeded,
//! not across restarts, not by two sources at once, not when the clock steps back.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Transaction};

use crate::budget::{Budget, Left, Spend, Unit, Window};

use super::Store;
use super::column::Stamp;
use super::error::StoreError;

/// A clock this far behind the account was once far ahead: what it booked then is booked anew as
/// of now, or the budget would stay shut until that day comes.
const ASTRAY: SignedDuration = SignedDuration::from_hours(48);
/// How long rows are kept after they stopped counting, for a clock that steps back over a window.
const KEPT: SignedDuration = SignedDuration::from_hours(72);

/// What came of asking to spend.
#[derive(Debug, PartialEq, Eq)]
pub enum Booking {
    /// All of it is booked.
    Booked(Booked),
    /// A budget does not hold that much now; nothing is booked.
    UsedUp {
        /// Its name.
        budget: String,
        /// When it will hold as much.
        opens: Timestamp,
    },
}

/// Spending that is booked and may be settled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Booked(Vec<(i64, Spend)>);

impl Booked {
    /// What was booked.
    pub fn spends(&self) -> impl Iterator<Item = &Spend> {
        self.0.iter().map(|(_, spend)| spend)
    }
}

impl Store {
    /// Books what a request may spend at most, all of it or nothing. When this returns, it is on
    /// the disk.
    ///
    /// # Errors
    /// The database refused, or the spending names a budget that is not given.
    pub fn book(
        &self,
        budgets: &[Budget],
        spends: &[Spend],
        now: Timestamp,
    ) -> Result<Booking, StoreError> {
        let (budgets, spends) = (budgets.to_vec(), spends.to_vec());
        self.writer.call(move |transaction| book(transaction, &budgets, spends, now))
    }

    /// Corrects what was booked once the request has ended: to its real cost, where `real` names
    /// one, and to the time it ended, for it may have waited long for its turn. An item asked about
    /// stays so.
    ///
    /// # Errors
    /// The database refused.
    pub fn settle(
        &self,
        booked: Booked,
        real: &[(String, u64)],
        ended: Timestamp,
    ) -> Result<(), StoreError> {
        let settled = booked.0.into_iter().map(|(row, spend)| {
            let found = real.iter().find(|(budget, _)| *budget == spend.budget);
            let real = found.filter(|_| spend.item.is_none()).map(|(_, real)| *real);
            (row, real)
        });
        let settled: Vec<(i64, Option<u64>)> = settled.collect();
        self.writer.call(move |transaction| {
            for (row, real) in settled {
                transaction
                    .prepare_cached(
                        "UPDATE spending SET amount = coalesce(?2, amount), at = max(at, ?3)
                         WHERE id = ?1",
                    )?
                    .execute((row, real, Stamp(ended)))?;
            }
            Ok(())
        })
    }

    /// Notes that the service itself says a budget is used up: whatever the account holds, no more
    /// is spent of it in this window.
    ///
    /// # Errors
    /// The database refused.
    pub fn use_up(&self, budget: &Budget, now: Timestamp) -> Result<(), StoreError> {
        let budget = budget.clone();
        self.writer.call(move |transaction| {
            let now = right_time(transaction, &budget.name, now)?;
            let left = budget.limit.saturating_sub(spent(transaction, &budget, now.clock)?);
            if left > 0 && budget.unit != Unit::Items {
                insert(transaction, &budget.name, now.latest, left, None)?;
            }
            Ok(())
        })
    }

    /// What is left of each budget.
    ///
    /// # Errors
    /// The database refused.
    pub fn left(&self, budgets: &[Budget], now: Timestamp) -> Result<Vec<Left>, StoreError> {
        self.readers.get().snapshot(|connection| {
            let left = |budget: &Budget| {
                Ok(Left {
                    spent: spent(connection, budget, now)?,
                    opens: first_opening(connection, budget, now)?,
                    budget: budget.clone(),
                })
            };
            budgets.iter().map(left).collect()
        })
    }
}

fn book(
    transaction: &Transaction<'_>,
    budgets: &[Budget],
    spends: Vec<Spend>,
    now: Timestamp,
) -> Result<Booking, StoreError> {
    let find = |spend: &Spend| {
        let budget = budgets.iter().find(|budget| budget.name == spend.budget);
        budget.ok_or_else(|| StoreError::NoBudget(spend.budget.clone()))
    };
    // Before the savepoint: the latest time seen stays known even when nothing is booked.
    let mut times = Vec::new();
    for spend in spends {
        let budget = find(&spend)?;
        let time = right_time(transaction, &budget.name, now)?;
        prune(transaction, budget, time.clock)?;
        times.push((spend, budget, time));
    }
    transaction.execute_batch("SAVEPOINT booking")?;
    let mut booked = Vec::new();
    for (spend, budget, time) in times {
        if let Some(opens) = refused(transaction, budget, &spend, time.clock)? {
            transaction.execute_batch("ROLLBACK TO booking; RELEASE booking")?;
            return Ok(Booking::UsedUp { budget: budget.name.clone(), opens });
        }
        let (item, amount) = match budget.unit {
            Unit::Items => (spend.item.as_deref(), 1),
            Unit::Calls | Unit::Units | Unit::MicroDollars => (None, spend.amount),
        };
        let row = insert(transaction, &budget.name, time.latest, amount, item)?;
        booked.push((row, spend));
    }
    transaction.execute_batch("RELEASE booking")?;
    Ok(Booking::Booked(Booked(booked)))
}

/// When there will be room for this spending, if there is none now.
fn refused(
    connection: &Connection,
    budget: &Budget,
    spend: &Spend,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    if let (Unit::Items, Some(item)) = (budget.unit, &spend.item)
        && is_counted(connection, budget, item, now)?
    {
        return Ok(None);
    }
    let amount = if budget.unit == Unit::Items { 1 } else { spend.amount };
    let mut over = spent(connection, budget, now)?.saturating_add(amount);
    if over <= budget.limit {
        return Ok(None);
    }
    let mut opens = budget.window.over(now);
    let mut statement = connection.prepare_cached(
        "SELECT at, amount FROM spending WHERE budget = ?1 AND at >= ?2 ORDER BY at, id",
    )?;
    let mut rows = statement.query((&budget.name, Stamp(budget.window.start(now))))?;
    while let Some(row) = rows.next()? {
        let Stamp(at) = row.get(0)?;
        over = over.saturating_sub(row.get(1)?);
        if over <= budget.limit {
            opens = budget.window.over(at);
            break;
        }
    }
    Ok(Some(opens))
}

fn spent(connection: &Connection, budget: &Budget, now: Timestamp) -> rusqlite::Result<u64> {
    connection
        .prepare_cached(
            "SELECT coalesce(sum(amount), 0) FROM spending WHERE budget = ?1 AND at >= ?2",
        )?
        .query_row((&budget.name, Stamp(budget.window.start(now))), |row| row.get(0))
}

fn is_counted(
    connection: &Connection,
    budget: &Budget,
    item: &str,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM spending WHERE budget = ?1 AND item = ?2 AND at >= ?3")?
        .query_row((&budget.name, item, Stamp(budget.window.start(now))), |_| Ok(()))
        .optional()
        .map(|found| found.is_some())
}

fn first_opening(
    connection: &Connection,
    budget: &Budget,
    now: Timestamp,
) -> rusqlite::Result<Option<Timestamp>> {
    let oldest: Option<Stamp> = connection
        .prepare_cached(
            "SELECT min(at) FROM spending WHERE budget = ?1 AND at >= ?2 AND amount > 0",
        )?
        .query_row((&budget.name, Stamp(budget.window.start(now))), |row| row.get(0))?;
    Ok(oldest.map(|Stamp(at)| budget.window.over(at)))
}

/// An item asked about again counts from now on.
fn insert(
    transaction: &Transaction<'_>,
    budget: &str,
    at: Timestamp,
    amount: u64,
    item: Option<&str>,
) -> rusqlite::Result<i64> {
    transaction
        .prepare_cached(
            "INSERT INTO spending (budget, at, amount, item) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (budget, item) WHERE item IS NOT NULL DO UPDATE SET at = excluded.at
             RETURNING id",
        )?
        .query_row((budget, Stamp(at), amount, item), |row| row.get(0))
}

/// The time a booking is made at.
struct Now {
    /// What the clock says: windows are reckoned from it, and what is booked later counts too.
    clock: Timestamp,
    /// The latest time ever seen: what is booked is booked as of then.
    latest: Timestamp,
}

fn right_time(
    transaction: &Transaction<'_>,
    budget: &str,
    clock: Timestamp,
) -> rusqlite::Result<Now> {
    let seen: Option<Stamp> = transaction
        .prepare_cached("SELECT latest FROM budget WHERE name = ?1")?
        .query_row([budget], |row| row.get(0))
        .optional()?;
    let seen = seen.map(|Stamp(seen)| seen);
    let mut latest = seen.map_or(clock, |seen| seen.max(clock));
    if latest.duration_since(clock) > ASTRAY {
        transaction
            .prepare_cached("UPDATE spending SET at = ?2 WHERE budget = ?1 AND at > ?2")?
            .execute((budget, Stamp(clock)))?;
        latest = clock;
    }
    if seen != Some(latest) {
        transaction
            .prepare_cached(
                "INSERT INTO budget (name, latest) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET latest = excluded.latest",
            )?
            .execute((budget, Stamp(latest)))?;
    }
    Ok(Now { clock, latest })
}

fn prune(transaction: &Transaction<'_>, budget: &Budget, now: Timestamp) -> rusqlite::Result<()> {
    let length = match budget.window {
        Window::Rolling(length) => length,
        Window::UtcDay | Window::PacificDay => SignedDuration::from_hours(25),
    };
    let before = length.checked_add(KEPT).and_then(|kept| now.checked_sub(kept).ok());
    if let Some(before) = before {
        transaction
            .prepare_cached("DELETE FROM spending WHERE budget = ?1 AND at < ?2")?
            .execute((&budget.name, Stamp(before)))?;
    }
    Ok(())
}
