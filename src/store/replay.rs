//! Stored captures read once more by a mended adapter. What a capture says now is written only
//! where no later capture has spoken since; what an analyst decided, and what was deleted, stays.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction};
use serde::Serialize;

use super::column::{Json, Stamp};
use super::commit;
use super::error::StoreError;
use super::record::{CaptureRecord, Grounds, ScoredPost, SetAsideRecord};
use super::versions::{self, Requeue, Seen};
use super::{Store, sources};
use crate::post::{PostKey, Sha256};

/// A capture that is still there, without its bytes.
#[derive(Debug, Clone)]
pub struct KeptCapture {
    id: i64,
    size: u64,
    sha256: Sha256,
    /// The address asked for.
    pub url: String,
    final_url: String,
    status: Option<u16>,
    fetched_at: Timestamp,
    headers: Vec<(String, String)>,
}

/// What a capture says, read again.
#[derive(Debug)]
pub struct Reread {
    /// The adapter's name.
    pub adapter: &'static str,
    /// The adapter's version.
    pub adapter_version: u16,
    /// The posts, each once, with what the engine says of them now.
    pub posts: Vec<ScoredPost>,
    /// Items that cannot be read now.
    pub set_aside: Vec<SetAsideRecord>,
    /// When it was read again.
    pub at: Timestamp,
}

/// What reading captures again did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReplayCounts {
    /// Captures read again.
    pub captures: u64,
    /// Captures that cannot be read now; nothing of them was changed.
    pub unreadable: u64,
    /// Posts that could not be read before.
    pub new: u64,
    /// Posts that read otherwise now: each has a new version.
    pub changed: u64,
    /// Posts that read as before.
    pub unchanged: u64,
    /// Posts of which a later capture, or their deletion, has spoken since.
    pub overtaken: u64,
    /// Posts this capture gave before and does not give now; they stay as they are.
    pub no_longer_read: u64,
    /// Decisions that stand although the post reads otherwise now.
    pub kept_decided: u64,
    /// Items that entered the queue.
    pub queued: u64,
    /// Items set aside before that can be read now.
    pub mended: u64,
    /// Items that cannot be read now and could before.
    pub set_aside: u64,
}

/// A post that reading again changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplayChange {
    /// The post.
    pub post: PostKey,
    /// It was not known before; otherwise it has a new version.
    pub new: bool,
}

impl Store {
    /// The adapter that last read this source; `None` for a source without a page.
    ///
    /// # Errors
    /// The database refused.
    pub fn adapter_of(&self, source: &str) -> Result<Option<String>, StoreError> {
        let found: Option<Option<String>> = self
            .readers
            .get()
            .prepare_cached("SELECT adapter FROM source WHERE name = ?1")?
            .query_row([source], |row| row.get(0))
            .optional()?;
        Ok(found.flatten())
    }

    /// The next captures of a source that are still there, oldest first, after the one given.
    ///
    /// # Errors
    /// The database refused.
    pub fn captures_of(
        &self,
        source: &str,
        after: Option<&KeptCapture>,
        most: u32,
    ) -> Result<Vec<KeptCapture>, StoreError> {
        let reader = self.readers.get();
        let mut statement = reader.prepare_cached(
            "SELECT c.id, c.size, c.sha256, c.url, c.final_url, c.status, c.fetched_at, c.headers
             FROM capture c JOIN source s ON s.id = c.source_id
             WHERE s.name = ?1 AND c.id > ?2 AND c.erased_at IS NULL ORDER BY c.id LIMIT ?3",
        )?;
        let after = after.map_or(0, |capture| capture.id);
        let captures = statement.query_map((source, after, most), |row| {
            Ok(KeptCapture {
                id: row.get(0)?,
                size: row.get(1)?,
                sha256: row.get(2)?,
                url: row.get(3)?,
                final_url: row.get(4)?,
                status: row.get(5)?,
                fetched_at: row.get::<_, Stamp>(6)?.0,
                headers: row.get::<_, Json<_>>(7)?.0,
            })
        })?;
        Ok(captures.collect::<Result<_, _>>()?)
    }

    /// A capture with its bytes, checked against its hash.
    ///
    /// # Errors
    /// Its file is gone or altered.
    pub fn capture(&self, kept: &KeptCapture) -> Result<CaptureRecord, StoreError> {
        let body = self.captures.get(&kept.sha256, kept.size)?;
        Ok(CaptureRecord {
            url: kept.url.clone(),
            final_url: kept.final_url.clone(),
            status: kept.status,
            fetched_at: kept.fetched_at,
            headers: kept.headers.clone(),
            body: body.into(),
            sha256: kept.sha256,
            // The custody log told them when the page was kept.
            grounds: Grounds::default(),
        })
    }

    /// Writes what a capture says now, in one transaction, and adds what that did to `counts`.
    ///
    /// # Errors
    /// The database refused; then nothing is written.
    pub fn replay_write(
        &self,
        source: &str,
        kept: &KeptCapture,
        reread: Reread,
        counts: &mut ReplayCounts,
    ) -> Result<Vec<ReplayChange>, StoreError> {
        let (source, kept, before) = (source.to_owned(), kept.clone(), counts.clone());
        let (after, changes) = self
            .writer
            .call(move |transaction| write(transaction, &source, &kept, &reread, before))?;
        *counts = after;
        Ok(changes)
    }
}

fn write(
    transaction: &Transaction<'_>,
    source: &str,
    kept: &KeptCapture,
    reread: &Reread,
    mut counts: ReplayCounts,
) -> Result<(ReplayCounts, Vec<ReplayChange>), StoreError> {
    let seen =
        Seen { source: sources::id(transaction, source)?, capture: Some(kept.id), at: reread.at };
    let mut changes = Vec::new();
    let mut read = BTreeSet::new();
    let before = counts.clone();
    for scored in &reread.posts {
        let known = standing(transaction, &scored.post.key)?;
        if let Some(known) = &known {
            read.insert(known.id);
            if known.deleted || known.is_after(kept) {
                counts.overtaken += 1;
                continue;
            }
            if known.content_hash == scored.post.content_hash() {
                counts.unchanged += 1;
                continue;
            }
        }
        let decided = known.as_ref().is_some_and(|known| known.decided);
        let requeue = if decided { Requeue::Never } else { Requeue::WhenFlagged };
        let stored = versions::store(transaction, &seen, scored, requeue)?;
        read.insert(stored.post);
        counts.queued += u64::from(stored.queued);
        match &known {
            None => counts.new += 1,
            Some(known) => {
                counts.changed += 1;
                counts.kept_decided += u64::from(decided);
                known.seen_as_before(transaction)?;
            }
        }
        changes.push(ReplayChange { post: scored.post.key.clone(), new: known.is_none() });
        transaction
            .prepare_cached("INSERT OR IGNORE INTO capture_post VALUES (?1, ?2)")?
            .execute((kept.id, stored.post))?;
    }
    counts.no_longer_read += no_longer_read(transaction, kept, &read)?;
    set_aside_anew(transaction, &seen, kept, reread, &mut counts)?;
    counts.captures += 1;
    transaction
        .prepare_cached(
            "UPDATE source SET posts_new = posts_new + ?2, posts_edited = posts_edited + ?3,
                 items_queued = items_queued + ?4, set_aside = set_aside + ?5
             WHERE id = ?1",
        )?
        .execute((
            seen.source,
            counts.new - before.new,
            counts.changed - before.changed,
            counts.queued - before.queued,
            counts.set_aside - before.set_aside,
        ))?;
    Ok((counts, changes))
}

/// What is known of a post, as far as an older capture may change it.
struct Standing {
    id: i64,
    deleted: bool,
    decided: bool,
    content_hash: Sha256,
    capture: Option<i64>,
    seen_at: Timestamp,
    last_seen: Stamp,
    views: Option<u64>,
}

impl Standing {
    /// Reading an old capture is no new sight of the post.
    fn seen_as_before(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction
            .prepare_cached(
                "UPDATE post SET last_seen = ?2, views = coalesce(?3, views) WHERE id = ?1",
            )?
            .execute((self.id, self.last_seen, self.views))?;
        Ok(())
    }

    /// Whether its newest version was seen after this capture was made.
    fn is_after(&self, kept: &KeptCapture) -> bool {
        self.capture.map_or(self.seen_at > kept.fetched_at, |capture| capture > kept.id)
    }
}

fn standing(transaction: &Transaction<'_>, key: &PostKey) -> rusqlite::Result<Option<Standing>> {
    transaction
        .prepare_cached(
            "SELECT p.id, p.deleted_at IS NOT NULL, v.capture_id, v.seen_at, v.content_hash,
                 p.last_seen, p.views,
                 coalesce((SELECT q.state = 'decided' FROM queue_item q WHERE q.post_id = p.id
                           ORDER BY q.id DESC LIMIT 1), 0)
             FROM post p JOIN post_version v ON v.id = p.version_id
             WHERE p.platform = ?1 AND p.native_id = ?2",
        )?
        .query_row((key.platform.as_str(), &key.native_id), |row| {
            Ok(Standing {
                id: row.get(0)?,
                deleted: row.get(1)?,
                capture: row.get(2)?,
                seen_at: row.get::<_, Stamp>(3)?.0,
                content_hash: row.get(4)?,
                last_seen: row.get(5)?,
                views: row.get(6)?,
                decided: row.get(7)?,
            })
        })
        .optional()
}

/// How many posts the capture gave before that are not among these.
fn no_longer_read(
    transaction: &Transaction<'_>,
    kept: &KeptCapture,
    read: &BTreeSet<i64>,
) -> rusqlite::Result<u64> {
    let mut statement =
        transaction.prepare_cached("SELECT post_id FROM capture_post WHERE capture_id = ?1")?;
    let mut missing = 0;
    for post in statement.query_map([kept.id], |row| row.get::<_, i64>(0))? {
        missing += u64::from(!read.contains(&post?));
    }
    Ok(missing)
}

/// Puts what cannot be read now in the place of what could not be read before.
fn set_aside_anew(
    transaction: &Transaction<'_>,
    seen: &Seen,
    kept: &KeptCapture,
    reread: &Reread,
    counts: &mut ReplayCounts,
) -> Result<(), StoreError> {
    let before: BTreeMap<String, Stamp> = transaction
        .prepare_cached("SELECT place, first_seen FROM set_aside WHERE capture_id = ?1")?
        .query_map([kept.id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    transaction
        .prepare_cached("DELETE FROM set_aside WHERE capture_id = ?1")?
        .execute([kept.id])?;
    let now: BTreeSet<&str> = reread.set_aside.iter().map(|item| item.place.as_str()).collect();
    counts.mended += before.keys().filter(|place| !now.contains(place.as_str())).count() as u64;
    for item in &reread.set_aside {
        let digest = commit::digest(reread.adapter, reread.adapter_version, item);
        let known_elsewhere = commit::is_set_aside(transaction, seen.source, &digest)?;
        let first_seen = before.get(&item.place).copied();
        counts.set_aside += u64::from(first_seen.is_none() && !known_elsewhere);
        commit::keep_set_aside(
            transaction,
            seen,
            (reread.adapter, reread.adapter_version),
            item,
            first_seen.unwrap_or(Stamp(seen.at)),
        )?;
    }
    Ok(())
}
