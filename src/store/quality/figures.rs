//! What second looks tell: how much the rules miss, estimated from the drawn posts that were decided;
//! how far analysts agree; and where they differ.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Row};

use super::super::column::{Name, Stamp};
use super::super::queue::{ItemId, ItemState, Kind, Outcome, QueueError};
use super::ReviewId;
use super::sample::Window;
use crate::measure::{Agreement, agreement, wilson};
use crate::store::Store;

/// How far back draws and reviews reach that are counted.
const PERIOD: SignedDuration = SignedDuration::from_hours(28 * 24);
/// Differences and settlements shown at most.
const SHOWN: u32 = 50;

/// How well rules and analysts work.
#[derive(Debug, Clone)]
pub struct Quality {
    /// From when on it is counted.
    pub since: Timestamp,
    /// What the rules miss.
    pub missed: Missed,
    /// Decisions that wait for a second opinion.
    pub waiting: u64,
    /// How far two analysts say the same.
    pub outcomes: Agreement,
    /// How far they do in the rough: action, help for a victim, neither.
    pub kinds: Agreement,
    /// What a supervisor has to settle, the grave ones first.
    pub disputes: Vec<Dispute>,
    /// What was settled, the newest first.
    pub settled: Vec<Dispute>,
}

/// Unflagged posts drawn at random, and what came of them.
#[derive(Debug, Clone)]
pub struct Missed {
    /// Drawn.
    pub drawn: u64,
    /// Decided.
    pub decided: u64,
    /// Waiting for a decision, or for one on the item they repeat.
    pub waiting: u64,
    /// Deleted by their source, flagged or reported before they were decided: they say nothing.
    pub gone: u64,
    /// Decided as something to act on: a rule should have flagged them.
    pub misses: Vec<Miss>,
    /// Their share, each draw weighted by the posts it was drawn from; `None` where none is decided.
    pub rate: Option<f64>,
    /// Its 95 % interval (Wilson, with the effective number of draws).
    pub interval: (f64, f64),
    /// Unflagged posts a day, lately.
    pub posts_a_day: f64,
}

impl Missed {
    /// Posts missed a day: what is most likely, and from where to where it may be.
    pub fn a_day(&self) -> Option<(f64, f64, f64)> {
        let (low, high) = self.interval;
        self.rate
            .map(|rate| (rate * self.posts_a_day, low * self.posts_a_day, high * self.posts_a_day))
    }
}

/// A post that a rule should have flagged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// Its item.
    pub item: ItemId,
    /// What was decided.
    pub outcome: Outcome,
    /// When.
    pub decided_at: Timestamp,
    /// What the rules gave it.
    pub score: u8,
    /// The source's name.
    pub source: String,
}

/// What somebody said of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// Who.
    pub analyst: String,
    /// What.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// With `DUPLIKAT`: the item it repeats.
    pub duplicate_of: Option<ItemId>,
    /// When.
    pub at: Timestamp,
}

impl Opinion {
    /// Five columns from `at` on; `None` where they are empty.
    fn read(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Self>> {
        let Some(Name(outcome)) = row.get::<_, Option<Name<Outcome>>>(at + 1)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            analyst: row.get(at)?,
            outcome,
            reason: row.get(at + 2)?,
            duplicate_of: row.get(at + 3)?,
            at: row.get::<_, Stamp>(at + 4)?.0,
        }))
    }
}

/// Two opinions on one item that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// The review.
    pub review: ReviewId,
    /// The item.
    pub item: ItemId,
    /// The first decision.
    pub first: Opinion,
    /// The second opinion.
    pub second: Opinion,
    /// What a supervisor said.
    pub settlement: Option<Opinion>,
    /// They differ in the rough as well.
    pub grave: bool,
}

impl Store {
    /// What second looks tell of the last four weeks.
    ///
    /// # Errors
    /// The database refused.
    pub fn quality(&self, now: Timestamp) -> Result<Quality, QueueError> {
        let since = now.checked_sub(PERIOD).unwrap_or(Timestamp::MIN);
        self.readers.get().snapshot(|connection| {
            let (pairs, rough) = pairs(connection, since)?;
            let waiting = connection.query_row(
                "SELECT count(*) FROM second_review WHERE state = 'waiting'",
                [],
                |row| row.get(0),
            )?;
            let mut disputes = disputes(connection, "r.state = 'ruled'", Timestamp::MIN)?;
            disputes.sort_by_key(|dispute| !dispute.grave);
            Ok(Quality {
                since,
                missed: missed(connection, since, now)?,
                waiting,
                outcomes: agreement(&pairs),
                kinds: agreement(&rough),
                disputes,
                settled: self::disputes(connection, "r.state = 'settled'", since)?,
            })
        })
    }
}

/// What was drawn since, weighted and counted.
fn missed(connection: &Connection, since: Timestamp, now: Timestamp) -> Result<Missed, QueueError> {
    let window = Window::before(connection, now)?;
    let mut missed = Missed {
        drawn: 0,
        decided: 0,
        waiting: 0,
        gone: 0,
        misses: Vec::new(),
        rate: None,
        interval: (0.0, 1.0),
        posts_a_day: real(window.population(connection)?) / window.days(connection, now)?,
    };
    let (mut weight, mut squares, mut weight_missed) = (0.0, 0.0, 0.0);
    let mut statement = connection.prepare_cached(
        "SELECT q.id, q.state, q.origin = 'sample', q.outcome, o.outcome, m.population,
             coalesce(q.closed_at, q.opened_at), q.score, s.name
         FROM sample m JOIN queue_item q ON q.id = m.item_id JOIN source s ON s.id = q.source_id
             LEFT JOIN decision d ON q.outcome = 'DUPLIKAT' AND d.id = (
                 SELECT max(id) FROM decision WHERE item_id = q.id AND undoes IS NULL)
             LEFT JOIN queue_item o ON o.id = d.duplicate_of
         WHERE m.at >= ?1 ORDER BY m.at DESC",
    )?;
    let mut rows = statement.query([Stamp(since)])?;
    while let Some(row) = rows.next()? {
        missed.drawn += 1;
        let state = row.get::<_, Name<ItemState>>(1)?.0;
        let outcome = row.get::<_, Option<Name<Outcome>>>(3)?.map(|name| name.0);
        let of = row.get::<_, Option<Name<Outcome>>>(4)?.map(|name| name.0);
        let kind = outcome.and_then(|outcome| kind(outcome, of));
        match (row.get::<_, bool>(2)?, state, outcome, kind) {
            (true, ItemState::Decided, Some(outcome), Some(kind)) => {
                let population = real(row.get::<_, i64>(5)?).max(1.0);
                missed.decided += 1;
                weight += population;
                squares += population * population;
                if kind != Kind::Nothing {
                    weight_missed += population;
                    missed.misses.push(Miss {
                        item: row.get(0)?,
                        outcome,
                        decided_at: row.get::<_, Stamp>(6)?.0,
                        score: row.get(7)?,
                        source: row.get(8)?,
                    });
                }
            }
            (true, ItemState::Open | ItemState::Decided, ..) => missed.waiting += 1,
            _ => missed.gone += 1,
        }
    }
    if weight > 0.0 {
        let rate = weight_missed / weight;
        missed.rate = Some(rate);
        missed.interval = wilson(rate, weight * weight / squares);
    }
    Ok(missed)
}

/// What an outcome comes to; a duplicate to what the item it repeats does, if that is known.
fn kind(outcome: Outcome, of: Option<Outcome>) -> Option<Kind> {
    outcome.kind().or_else(|| of.and_then(Outcome::kind))
}

/// What two analysts said, as it is and in the rough, where that is known of both.
type Pairs = (Vec<Vec<&'static str>>, Vec<Vec<Kind>>);

fn pairs(connection: &Connection, since: Timestamp) -> Result<Pairs, QueueError> {
    let (mut pairs, mut rough) = (Vec::new(), Vec::new());
    let mut statement = connection.prepare_cached(
        "SELECT f.outcome, fo.outcome, g.outcome, go.outcome
         FROM second_review r JOIN decision f ON f.id = r.decision_id
             JOIN review_ruling g ON g.id = r.second_id
             LEFT JOIN queue_item fo ON fo.id = f.duplicate_of
             LEFT JOIN queue_item go ON go.id = g.duplicate_of
         WHERE r.drawn_at >= ?1 AND r.state IN ('ruled', 'settled')
         ORDER BY r.drawn_at, r.id",
    )?;
    let mut rows = statement.query([Stamp(since)])?;
    while let Some(row) = rows.next()? {
        let of = |column| -> rusqlite::Result<Option<Outcome>> {
            Ok(row.get::<_, Option<Name<Outcome>>>(column)?.map(|name| name.0))
        };
        let (Some(first), Some(second)) = (of(0)?, of(2)?) else { continue };
        pairs.push(vec![first.code(), second.code()]);
        if let (Some(first), Some(second)) = (kind(first, of(1)?), kind(second, of(3)?)) {
            rough.push(vec![first, second]);
        }
    }
    Ok((pairs, rough))
}

/// Reviews whose two opinions differ, the newest first.
fn disputes(
    connection: &Connection,
    which: &'static str,
    since: Timestamp,
) -> Result<Vec<Dispute>, QueueError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT r.id, r.item_id, f.analyst, f.outcome, f.reason, f.duplicate_of, f.at,
             g.analyst, g.outcome, g.reason, g.duplicate_of, g.at,
             s.analyst, s.outcome, s.reason, s.duplicate_of, s.at
         FROM second_review r JOIN decision f ON f.id = r.decision_id
             JOIN review_ruling g ON g.id = r.second_id
             LEFT JOIN review_ruling s ON s.id = r.settlement_id
         WHERE {which} AND r.drawn_at >= ?1 AND g.outcome <> f.outcome
         ORDER BY g.id DESC LIMIT ?2"
    ))?;
    let mut found = Vec::new();
    let mut rows = statement.query((Stamp(since), SHOWN))?;
    while let Some(row) = rows.next()? {
        let (Some(first), Some(second)) = (Opinion::read(row, 2)?, Opinion::read(row, 7)?) else {
            continue;
        };
        found.push(Dispute {
            review: ReviewId(row.get(0)?),
            item: row.get(1)?,
            grave: first.outcome.kind() != second.outcome.kind(),
            first,
            second,
            settlement: Opinion::read(row, 12)?,
        });
    }
    Ok(found)
}

/// A count as a real number; counts of posts are far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "counts of posts are far below 2⁵³")]
fn real(count: i64) -> f64 {
    count as f64
}
