//! Writes everything one page leads to: capture, posts, verdicts, queue items, deletions, what was
//! set aside, and the source's cursor, in one transaction. Committing the same page twice adds
//! nothing the second time.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction};

use crate::post::{Hasher, Sha256};

use super::captures::Captures;
use super::column::{Json, Stamp};
use super::custody::{self, Action, Actor};
use super::error::StoreError;
use super::record::{CaptureRecord, PageCommit, PageResult, SetAsideRecord};
use super::versions::{self, Change, Requeue, Seen};
use super::{Store, coverage, removal, sources, yields};

impl Store {
    /// Writes a page. When this returns, all of it is on the disk; when it fails, nothing is.
    ///
    /// # Errors
    /// The database or the evidence folder refused.
    pub fn commit_page(&self, page: PageCommit) -> Result<PageResult, StoreError> {
        let captures = Arc::clone(&self.captures);
        let removes = !page.deleted.is_empty();
        let result = self.writer.call(move |transaction| write(transaction, &captures, &page))?;
        if removes {
            self.finish_erasures()?;
        }
        Ok(result)
    }
}

pub(super) fn write(
    transaction: &Transaction<'_>,
    captures: &Captures,
    page: &PageCommit,
) -> Result<PageResult, StoreError> {
    let source = sources::id(transaction, &page.source)?;
    let mut result = PageResult::default();
    // A page that tells nothing new is not kept: a channel asked every quarter of an hour would
    // fill the disk with the same posts under other view counts.
    let capture = match &page.capture {
        Some(capture) if tells_something(transaction, source, page)? => {
            Some(keep(transaction, captures, source, capture, page.at)?)
        }
        _ => None,
    };
    let seen = Seen { source, capture, at: page.at };
    for scored in &page.posts {
        let stored = versions::store(transaction, &seen, scored, Requeue::WhenFlagged)?;
        match stored.change {
            Change::New => result.new += 1,
            Change::Edited => result.edited += 1,
            Change::Unchanged => result.unchanged += 1,
        }
        result.queued += u64::from(stored.queued);
        if let Some(capture) = capture {
            transaction
                .prepare_cached("INSERT OR IGNORE INTO capture_post VALUES (?1, ?2)")?
                .execute((capture, stored.post))?;
        }
    }
    for key in &page.deleted {
        result.deleted += u64::from(removal::deleted_by_source(transaction, key, page.at)?);
    }
    for item in &page.set_aside {
        let adapter = (page.adapter, page.adapter_version);
        let known = is_set_aside(transaction, source, &digest(adapter.0, adapter.1, item))?;
        keep_set_aside(transaction, &seen, adapter, item, Stamp(page.at))?;
        result.set_aside += u64::from(!known);
    }
    if let Some(coverage) = &page.coverage {
        coverage::note(transaction, source, coverage)?;
    }
    if let Some(validators) = &page.validators {
        let version = page.adapter_version;
        sources::keep_validators(transaction, validators, page.adapter, version, page.at)?;
    }
    if let Some(done) = &page.file_done {
        sources::keep_file(transaction, source, done, page.at)?;
    }
    transaction
        .prepare_cached(
            "UPDATE source SET adapter = ?2, adapter_version = ?3, cursor = coalesce(?4, cursor),
                 pages = pages + 1, posts_new = posts_new + ?5, posts_edited = posts_edited + ?6,
                 posts_unchanged = posts_unchanged + ?7, posts_deleted = posts_deleted + ?8,
                 items_queued = items_queued + ?9, set_aside = set_aside + ?10,
                 ignored = ignored + ?11
             WHERE id = ?1",
        )?
        .execute((
            source,
            page.adapter,
            page.adapter_version,
            page.cursor.as_ref().map(Json),
            result.new,
            result.edited,
            result.unchanged,
            result.deleted,
            result.queued,
            result.set_aside,
            page.ignored,
        ))?;
    yields::note_page(transaction, source, page, result.new)?;
    Ok(result)
}

/// Whether the page holds a post, an edit, a deletion or a fault that is not known yet.
fn tells_something(
    transaction: &Transaction<'_>,
    source: i64,
    page: &PageCommit,
) -> Result<bool, StoreError> {
    for scored in &page.posts {
        if versions::is_news(transaction, &scored.post)? {
            return Ok(true);
        }
    }
    for item in &page.set_aside {
        let digest = digest(page.adapter, page.adapter_version, item);
        if !is_set_aside(transaction, source, &digest)? {
            return Ok(true);
        }
    }
    Ok(!page.deleted.is_empty())
}

fn keep(
    transaction: &Transaction<'_>,
    captures: &Captures,
    source: i64,
    capture: &CaptureRecord,
    at: Timestamp,
) -> Result<i64, StoreError> {
    // Before the row: a row without its file would be lost evidence, a file without its row is
    // only a stray that a killed process left.
    captures.put(&capture.sha256, &capture.body)?;
    let line = custody::append(
        transaction,
        at,
        Actor::Waspada,
        Action::CaptureStored,
        format_args!("capture:{}", capture.sha256),
        &serde_json::json!({
            "url": capture.url,
            "final_url": capture.final_url,
            "status": capture.status,
            "fetched_at": Stamp(capture.fetched_at).text(),
            "size": capture.body.len(),
            "rules": capture.grounds.rules,
            "legal_basis": capture.grounds.legal_basis,
        }),
    )?;
    transaction
        .prepare_cached(
            "INSERT INTO capture (sha256, source_id, url, final_url, status, fetched_at, headers,
                 size, line)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            capture.sha256,
            source,
            &capture.url,
            &capture.final_url,
            capture.status,
            Stamp(capture.fetched_at),
            Json(&capture.headers),
            capture.body.len(),
            line,
        ))?;
    Ok(transaction.last_insert_rowid())
}

/// Keeps an item that could not be read.
pub(super) fn keep_set_aside(
    transaction: &Transaction<'_>,
    seen: &Seen,
    (adapter, adapter_version): (&str, u16),
    item: &SetAsideRecord,
    first_seen: Stamp,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO set_aside (source_id, adapter, adapter_version, place, reason, raw, digest,
                 capture_id, first_seen, last_seen)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (source_id, digest) DO UPDATE SET last_seen = excluded.last_seen",
        )?
        .execute((
            seen.source,
            adapter,
            adapter_version,
            &item.place,
            &item.reason,
            &item.raw,
            digest(adapter, adapter_version, item),
            seen.capture,
            first_seen,
            Stamp(seen.at),
        ))?;
    Ok(())
}

pub(super) fn is_set_aside(
    transaction: &Transaction<'_>,
    source: i64,
    digest: &Sha256,
) -> rusqlite::Result<bool> {
    transaction
        .prepare_cached("SELECT 1 FROM set_aside WHERE source_id = ?1 AND digest = ?2")?
        .query_row((source, digest), |_| Ok(()))
        .optional()
        .map(|found| found.is_some())
}

/// The same item read by a newer version of the adapter is another: its reason may be mended.
pub(super) fn digest(adapter: &str, adapter_version: u16, item: &SetAsideRecord) -> Sha256 {
    let mut hasher = Hasher::new();
    hasher.field(adapter.as_bytes());
    hasher.field(&adapter_version.to_le_bytes());
    for field in [&item.place, &item.reason, &item.raw] {
        hasher.field(field.as_bytes());
    }
    hasher.finish()
}
