//! Posts and their versions: a post seen again is the same post, an edited one gets a new version
//! and verdict, and a flagged version puts the post before an analyst.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction};

use crate::engine::{Grade, Lane, Verdict};
use crate::post::{Post, PostKey, Sha256};

use super::column::{Json, Name, Stamp};
use super::error::StoreError;
use super::likeness;
use super::queue::{ItemId, Origin};
use super::record::ScoredPost;

/// What a visit did to a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It was never seen before.
    New,
    /// It has a new version.
    Edited,
    /// It is as it was.
    Unchanged,
}

/// Where and when a post was seen.
pub(super) struct Seen {
    pub(super) source: i64,
    pub(super) capture: Option<i64>,
    pub(super) at: Timestamp,
}

/// Whether a flagged version puts its post before an analyst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Requeue {
    /// As every page a source shows does.
    WhenFlagged,
    /// What was decided of the post stands.
    Never,
}

/// What storing a post did.
pub(super) struct Stored {
    pub(super) post: i64,
    pub(super) change: Change,
    /// An item entered the queue, or re-entered it.
    pub(super) queued: bool,
}

/// A post as the database knows it.
struct Known {
    id: i64,
    content_hash: Sha256,
    number: i64,
    deleted: bool,
}

fn known(transaction: &Transaction<'_>, key: &PostKey) -> rusqlite::Result<Option<Known>> {
    transaction
        .prepare_cached(
            "SELECT p.id, v.content_hash, v.number, p.deleted_at IS NOT NULL
             FROM post p JOIN post_version v ON v.id = p.version_id
             WHERE p.platform = ?1 AND p.native_id = ?2",
        )?
        .query_row((key.platform.as_str(), &key.native_id), |row| {
            Ok(Known {
                id: row.get(0)?,
                content_hash: row.get(1)?,
                number: row.get(2)?,
                deleted: row.get(3)?,
            })
        })
        .optional()
}

/// Whether the post is not known, or not in this version.
pub(super) fn is_news(transaction: &Transaction<'_>, post: &Post) -> rusqlite::Result<bool> {
    let known = known(transaction, &post.key)?;
    Ok(known.is_none_or(|known| known.deleted || known.content_hash != post.content_hash()))
}

/// Stores a post and its verdict.
pub(super) fn store(
    transaction: &Transaction<'_>,
    seen: &Seen,
    scored: &ScoredPost,
    requeue: Requeue,
) -> Result<Stored, StoreError> {
    let ScoredPost { post, verdict } = scored;
    let content_hash = post.content_hash();
    let (id, number, change) = match known(transaction, &post.key)? {
        // A post its source had deleted and shows again is published anew.
        Some(known) if known.content_hash == content_hash && !known.deleted => {
            transaction
                .prepare_cached(
                    "UPDATE post SET last_seen = ?2, views = coalesce(?3, views) WHERE id = ?1",
                )?
                .execute((known.id, Stamp(seen.at), post.views))?;
            return Ok(Stored { post: known.id, change: Change::Unchanged, queued: false });
        }
        Some(known) => (known.id, known.number + 1, Change::Edited),
        None => (insert_post(transaction, seen, post)?, 1, Change::New),
    };
    let version = insert_version(transaction, seen, id, number, post, &content_hash)?;
    let verdict_id = insert_verdict(transaction, seen.at, version, verdict)?;
    transaction
        .prepare_cached(
            "UPDATE post SET version_id = ?2, verdict_id = ?3, last_seen = ?4,
                 views = coalesce(?5, views), created_at = coalesce(?6, created_at),
                 deleted_at = NULL, erased_at = NULL
             WHERE id = ?1",
        )?
        .execute((
            id,
            version,
            verdict_id,
            Stamp(seen.at),
            post.views,
            post.created_at.map(Stamp),
        ))?;
    let queued = match verdict.lane {
        Some(_) if verdict.flagged && requeue == Requeue::Never => {
            keep_contacts(transaction, id, verdict)?;
            false
        }
        Some(lane) if verdict.flagged => {
            keep_contacts(transaction, id, verdict)?;
            let ids = Ids { post: id, version, verdict: verdict_id };
            let fresh = post.created_at.unwrap_or(seen.at);
            put_before_analyst(transaction, seen, fresh, &ids, lane, Origin::Rules, verdict)?.1
        }
        _ => {
            transaction
                .prepare_cached(
                    "UPDATE queue_item SET unflagged_at = ?2
                     WHERE post_id = ?1 AND state = 'open' AND origin = 'rules'",
                )?
                .execute((id, Stamp(seen.at)))?;
            false
        }
    };
    Ok(Stored { post: id, change, queued })
}

/// The rows an item points at.
pub(super) struct Ids {
    pub(super) post: i64,
    pub(super) version: i64,
    pub(super) verdict: i64,
}

fn insert_post(transaction: &Transaction<'_>, seen: &Seen, post: &Post) -> rusqlite::Result<i64> {
    transaction
        .prepare_cached(
            "INSERT INTO post (platform, native_id, source_id, created_at, first_seen, last_seen,
                 views)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
        )?
        .execute((
            post.key.platform.as_str(),
            &post.key.native_id,
            seen.source,
            post.created_at.map(Stamp),
            Stamp(seen.at),
            post.views,
        ))?;
    Ok(transaction.last_insert_rowid())
}

fn insert_version(
    transaction: &Transaction<'_>,
    seen: &Seen,
    post_id: i64,
    number: i64,
    post: &Post,
    content_hash: &Sha256,
) -> rusqlite::Result<i64> {
    transaction
        .prepare_cached(
            "INSERT INTO post_version (post_id, number, content_hash, content, capture_id, seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((post_id, number, content_hash, Json(post), seen.capture, Stamp(seen.at)))?;
    Ok(transaction.last_insert_rowid())
}

pub(super) fn insert_verdict(
    transaction: &Transaction<'_>,
    at: Timestamp,
    version: i64,
    verdict: &Verdict,
) -> rusqlite::Result<i64> {
    transaction
        .prepare_cached(
            "INSERT INTO verdict (version_id, flagged, lane, score, ruleset, body, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            version,
            verdict.flagged,
            verdict.lane.map(Name),
            verdict.score,
            &verdict.ruleset,
            Json(verdict),
            Stamp(at),
        ))?;
    Ok(transaction.last_insert_rowid())
}

pub(super) fn keep_contacts(
    transaction: &Transaction<'_>,
    post: i64,
    verdict: &Verdict,
) -> rusqlite::Result<()> {
    let mut insert =
        transaction.prepare_cached("INSERT OR IGNORE INTO post_contact VALUES (?1, ?2)")?;
    for contact in verdict.facts.phones.iter().chain(&verdict.facts.handles) {
        insert.execute((post, contact))?;
    }
    Ok(())
}

/// How much harm is at stake; what no table of severity told is middling.
fn grade(verdict: &Verdict) -> Grade {
    verdict.severity.as_ref().map_or(Grade::S3, |severity| severity.grade)
}

/// Brings the item of a flagged or reported post up to date, or makes one. An open item whose post was edited
/// is a new question: a lease on it ends, so that nobody decides on what he has not read. Answers
/// the item, and whether it is a new one.
pub(super) fn put_before_analyst(
    transaction: &Transaction<'_>,
    seen: &Seen,
    fresh: Timestamp,
    ids: &Ids,
    lane: Lane,
    origin: Origin,
    verdict: &Verdict,
) -> Result<(ItemId, bool), StoreError> {
    let fresh = Stamp(fresh);
    // What no rule flags is as urgent as what no table of severity told, but of no severity.
    let severity = (origin == Origin::Rules).then(|| Name(grade(verdict)));
    let updated: Option<ItemId> = transaction
        .prepare_cached(
            "UPDATE queue_item SET version_id = ?2, verdict_id = ?3, lane = ?4, band = ?5,
                 score = ?6, priority = ?7, fresh = ?8, severity = ?9, origin = ?10,
                 unflagged_at = NULL,
                 lease_analyst = NULL, lease_token = NULL, lease_expires = NULL
             WHERE post_id = ?1 AND state = 'open' RETURNING id",
        )?
        .query_row(
            (
                ids.post,
                ids.version,
                ids.verdict,
                Name(lane),
                verdict.band.map(Name),
                verdict.score,
                grade(verdict).priority(lane),
                fresh,
                &severity,
                Name(origin),
            ),
            |row| row.get(0),
        )
        .optional()?;
    if let Some(item) = updated {
        likeness::keep(transaction, item)?;
        return Ok((item, false));
    }
    let earlier: Option<i64> = transaction
        .prepare_cached("SELECT max(id) FROM queue_item WHERE post_id = ?1")?
        .query_row([ids.post], |row| row.get(0))?;
    transaction
        .prepare_cached(
            "INSERT INTO queue_item (post_id, source_id, version_id, verdict_id, state, lane, band,
                 score, priority, fresh, opened_at, earlier_item, severity,
                 origin)
             VALUES (?1, ?2, ?3, ?4, 'open', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute((
            ids.post,
            seen.source,
            ids.version,
            ids.verdict,
            Name(lane),
            verdict.band.map(Name),
            verdict.score,
            grade(verdict).priority(lane),
            fresh,
            Stamp(seen.at),
            earlier,
            severity,
            Name(origin),
        ))?;
    let item = ItemId(transaction.last_insert_rowid());
    likeness::keep(transaction, item)?;
    Ok((item, true))
}
