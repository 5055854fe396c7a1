//! Unflagged posts among the flagged ones: now and then, where an offer would be given out, a post is
//! drawn from all that no rule flags, each with the same chance. Its item takes the rank of the one
//! it is given out for, so that its place in a list tells nothing; it is lent, decided and undone as
//! any other.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction};

use super::super::column::{Json, Name, Stamp};
use super::super::custody::{self, Action, Actor};
use super::super::error::StoreError;
use super::super::queue::{ItemId, Origin, subject};
use super::super::versions;
use super::lot;
use crate::engine::{Grade, Harm, Lane, Verdict};

/// How far back the posts reach that are drawn from.
pub(super) const WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Posts looked at until one is found that may be drawn; most may.
const TRIES: u32 = 200;

/// An item of an unflagged post in place of the free item `host`, if the lot falls so. A person
/// asking for help never waits for it.
pub(in crate::store) fn instead(
    transaction: &Transaction<'_>,
    share: f64,
    host: ItemId,
    now: Timestamp,
) -> Result<Option<ItemId>, StoreError> {
    let is_offer: bool = transaction
        .prepare_cached("SELECT lane = 'offer' FROM queue_item WHERE id = ?1")?
        .query_row([host], |row| row.get(0))?;
    if share <= 0.0 || !is_offer {
        return Ok(None);
    }
    let mut lot = lot(transaction, "sample")?;
    if lot.luck.f64() >= share {
        return Ok(None);
    }
    let window = Window::before(transaction, now)?;
    for _ in 0..TRIES {
        if window.is_empty() {
            break;
        }
        let post = lot.luck.i64(window.first..=window.last);
        if let Some(drawn) = unflagged(transaction, post, window.since)? {
            let population = window.population(transaction)?;
            let item = put(transaction, &drawn, host, now)?;
            transaction.prepare_cached("INSERT INTO sample VALUES (?1, ?2, ?3, ?4)")?.execute((
                item,
                population,
                lot.turn,
                Stamp(now),
            ))?;
            let detail = serde_json::json!({ "population": population, "turn": lot.turn });
            let (actor, action) = (Actor::Waspada, Action::Sampled);
            custody::append(transaction, now, actor, action, subject(item), &detail)?;
            return Ok(Some(item));
        }
    }
    Ok(None)
}

/// Posts first seen since a time. Their numbers rise with it, so that the first is found by halving
/// and none need be counted.
pub(super) struct Window {
    since: Timestamp,
    first: i64,
    last: i64,
}

impl Window {
    pub(super) fn before(
        connection: &rusqlite::Connection,
        now: Timestamp,
    ) -> rusqlite::Result<Self> {
        let since = now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
        let last: i64 = connection
            .prepare_cached("SELECT coalesce(max(id), 0) FROM post")?
            .query_row([], |row| row.get(0))?;
        let mut at = connection.prepare_cached(
            "SELECT id, first_seen >= ?2 FROM post WHERE id >= ?1 ORDER BY id LIMIT 1",
        )?;
        let (mut first, mut end) = (1, last + 1);
        while first < end {
            let middle = first + (end - first) / 2;
            let (id, inside): (i64, bool) =
                at.query_row((middle, Stamp(since)), |row| Ok((row.get(0)?, row.get(1)?)))?;
            if inside {
                end = middle;
            } else {
                first = id + 1;
            }
        }
        Ok(Self { since, first, last })
    }

    fn is_empty(&self) -> bool {
        self.first > self.last
    }

    /// How many posts of it no rule flags: those that have no item, or one only because they were
    /// drawn before.
    pub(super) fn population(&self, connection: &rusqlite::Connection) -> rusqlite::Result<i64> {
        let flagged: i64 = connection
            .prepare_cached(
                "SELECT count(DISTINCT post_id) - (
                     SELECT count(*) FROM sample m JOIN queue_item q ON q.id = m.item_id
                     WHERE q.origin = 'sample' AND q.post_id BETWEEN ?1 AND ?2)
                 FROM queue_item WHERE post_id BETWEEN ?1 AND ?2",
            )?
            .query_row((self.first, self.last), |row| row.get(0))?;
        Ok((self.last - self.first + 1 - flagged).max(0))
    }

    /// How long it is: from the first post's arrival, where that was later than its beginning.
    pub(super) fn days(
        &self,
        connection: &rusqlite::Connection,
        now: Timestamp,
    ) -> rusqlite::Result<f64> {
        let oldest: Option<Stamp> = connection
            .prepare_cached("SELECT first_seen FROM post WHERE id >= ?1 ORDER BY id LIMIT 1")?
            .query_row([self.first], |row| row.get(0))
            .optional()?;
        let begun = if self.first > 1 { self.since } else { oldest.map_or(now, |at| at.0) };
        Ok((now.duration_since(begun).as_secs_f64() / 86_400.0).max(1.0))
    }
}

/// A post that may be drawn.
struct Drawn {
    post: i64,
    source: i64,
    version: i64,
    verdict: i64,
    fresh: Timestamp,
    says: Verdict,
}

/// The post of this number, if no rule flags it, it is still there, and nobody was asked about it.
fn unflagged(
    transaction: &Transaction<'_>,
    post: i64,
    since: Timestamp,
) -> rusqlite::Result<Option<Drawn>> {
    transaction
        .prepare_cached(
            "SELECT p.source_id, p.version_id, p.verdict_id, coalesce(p.created_at, p.first_seen),
                 t.body
             FROM post p JOIN verdict t ON t.id = p.verdict_id
                 JOIN post_version v ON v.id = p.version_id
             WHERE p.id = ?1 AND p.first_seen >= ?2 AND t.flagged = 0 AND p.deleted_at IS NULL
                 AND v.content IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM queue_item q WHERE q.post_id = p.id)",
        )?
        .query_row((post, Stamp(since)), |row| {
            Ok(Drawn {
                post,
                source: row.get(0)?,
                version: row.get(1)?,
                verdict: row.get(2)?,
                fresh: row.get::<_, Stamp>(3)?.0,
                says: row.get::<_, Json<Verdict>>(4)?.0,
            })
        })
        .optional()
}

/// Makes the item of a drawn post, ranked as `host` is.
fn put(
    transaction: &Transaction<'_>,
    drawn: &Drawn,
    host: ItemId,
    now: Timestamp,
) -> Result<ItemId, StoreError> {
    versions::keep_contacts(transaction, drawn.post, &drawn.says)?;
    transaction
        .prepare_cached(
            "INSERT INTO queue_item (post_id, source_id, version_id, verdict_id, state, lane, band,
                 score, priority, fresh, opened_at, severity, origin)
             SELECT ?2, ?3, ?4, ?5, 'open', ?6, ?7, ?8, priority, ?9, ?10, severity, ?11
             FROM queue_item WHERE id = ?1",
        )?
        .execute((
            host,
            drawn.post,
            drawn.source,
            drawn.version,
            drawn.verdict,
            Name(Lane::Offer),
            drawn.says.band.map(Name),
            drawn.says.score,
            Stamp(drawn.fresh),
            Stamp(now),
            Name(Origin::Sample),
        ))?;
    Ok(ItemId(transaction.last_insert_rowid()))
}

/// Until it is decided, a drawn post looks like the items beside it, but for its reasons.
pub(in crate::store) fn disguise(verdict: &mut Verdict, lane: Lane, grade: Option<Grade>) {
    verdict.flagged = true;
    verdict.lane = Some(lane);
    verdict.severity = grade.map(|grade| Harm { grade, why: String::new() });
}

/// Other rules still do not flag a drawn post: what they say of it is what is shown from now on.
pub(in crate::store) fn judge_anew(
    transaction: &Transaction<'_>,
    item: ItemId,
    verdict_id: i64,
    verdict: &Verdict,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE queue_item SET verdict_id = ?2, band = ?3, score = ?4 WHERE id = ?1",
        )?
        .execute((item, verdict_id, verdict.band.map(Name), verdict.score))?;
    Ok(())
}
