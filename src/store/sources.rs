//! What the store knows of each source: where its walk stands, what to ask the server with, which
//! files are done, and how its visits ended.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction};
use serde::Serialize;
use url::Url;

use crate::post::Sha256;

use super::Store;
use super::column::{Json, Stamp};
use super::error::StoreError;
use super::record::{FileDone, ValidatorRecord, VisitEnd};
use super::{coverage, yields};

/// A source's condition, for `source list`, `/metrics` and the schedule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceState {
    /// Its name in the config.
    pub name: String,
    /// When a visit last ended well.
    pub last_success: Option<Timestamp>,
    /// Why the last visit failed, when it did.
    pub failure: Option<String>,
    /// When it is due again.
    pub next_due: Option<Timestamp>,
    /// The adaptive interval, in seconds.
    pub interval: Option<u64>,
    /// Pages stored.
    pub pages: u64,
    /// Posts never seen before.
    pub posts_new: u64,
    /// Items that entered the queue.
    pub items_queued: u64,
    /// Items set aside.
    pub set_aside: u64,
    /// For sources that number their messages: how many were covered and how many of them shown.
    pub seen: Option<Seen>,
}

/// Message numbers covered, and how many of them the source showed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Seen {
    /// Numbers looked at.
    pub covered: u64,
    /// Of these, shown; a fraction where looks overlapped.
    pub shown: f64,
}

/// The row of a source, made when there is none.
pub(super) fn id(transaction: &Transaction<'_>, name: &str) -> rusqlite::Result<i64> {
    let known = find(transaction, name)?;
    if let Some(id) = known {
        return Ok(id);
    }
    transaction.execute("INSERT INTO source (name) VALUES (?1)", [name])?;
    Ok(transaction.last_insert_rowid())
}

pub(super) fn find(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM source WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

/// Stores the validators of an address.
pub(super) fn keep_validators(
    transaction: &Transaction<'_>,
    record: &ValidatorRecord,
    adapter: &str,
    adapter_version: u16,
    at: Timestamp,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO validator (url, adapter, adapter_version, etag, last_modified, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET etag = excluded.etag,
                 last_modified = excluded.last_modified, at = excluded.at",
        )?
        .execute((
            record.url.as_str(),
            adapter,
            adapter_version,
            &record.etag,
            &record.last_modified,
            Stamp(at),
        ))?;
    Ok(())
}

/// Notes that a file was read to its end.
pub(super) fn keep_file(
    transaction: &Transaction<'_>,
    source: i64,
    done: &FileDone,
    at: Timestamp,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO finished_file (source_id, sha256, name, \"rows\", set_aside, failed, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET name = excluded.name, \"rows\" = excluded.\"rows\",
                 set_aside = excluded.set_aside, failed = excluded.failed, at = excluded.at",
        )?
        .execute((
            source,
            done.sha256,
            &done.name,
            done.rows,
            done.set_aside,
            &done.failed,
            Stamp(at),
        ))?;
    Ok(())
}

impl Store {
    /// Where a source's walk stands.
    ///
    /// # Errors
    /// The database refused.
    pub fn cursor(&self, source: &str) -> Result<Option<serde_json::Value>, StoreError> {
        let cursor: Option<Option<Json<serde_json::Value>>> = self
            .readers
            .get()
            .prepare_cached("SELECT cursor FROM source WHERE name = ?1")?
            .query_row([source], |row| row.get(0))
            .optional()?;
        Ok(cursor.flatten().map(|Json(cursor)| cursor))
    }

    /// What an earlier answer for this address, read by this version of the adapter, gave to ask
    /// "anything new?" with.
    ///
    /// # Errors
    /// The database refused.
    pub fn validators(
        &self,
        url: &Url,
        adapter: &str,
        adapter_version: u16,
    ) -> Result<Option<ValidatorRecord>, StoreError> {
        let found = self
            .readers
            .get()
            .prepare_cached(
                "SELECT etag, last_modified FROM validator
                 WHERE url = ?1 AND adapter = ?2 AND adapter_version = ?3",
            )?
            .query_row((url.as_str(), adapter, adapter_version), |row| {
                Ok(ValidatorRecord {
                    url: url.clone(),
                    etag: row.get(0)?,
                    last_modified: row.get(1)?,
                })
            })
            .optional()?;
        Ok(found)
    }

    /// How reading the file with these bytes ended, if this source has read it to its end.
    ///
    /// # Errors
    /// The database refused.
    pub fn file_known(
        &self,
        source: &str,
        sha256: &Sha256,
    ) -> Result<Option<FileDone>, StoreError> {
        let found = self
            .readers
            .get()
            .prepare_cached(
                "SELECT f.sha256, f.name, f.\"rows\", f.set_aside, f.failed
                 FROM finished_file f JOIN source s ON s.id = f.source_id
                 WHERE s.name = ?1 AND f.sha256 = ?2",
            )?
            .query_row((source, sha256), |row| {
                Ok(FileDone {
                    sha256: row.get(0)?,
                    name: row.get(1)?,
                    rows: row.get(2)?,
                    set_aside: row.get(3)?,
                    failed: row.get(4)?,
                })
            })
            .optional()?;
        Ok(found)
    }

    /// Notes how a visit ended and when the next is due.
    ///
    /// # Errors
    /// The database refused.
    pub fn visit_ended(&self, end: VisitEnd) -> Result<(), StoreError> {
        self.writer.call(move |transaction| {
            let source = id(transaction, &end.source)?;
            let (kind, reason) = match &end.failure {
                Some((kind, reason)) => (Some(*kind), Some(reason)),
                None => (None, None),
            };
            transaction
                .prepare_cached(
                    "UPDATE source SET next_due = ?2, interval_s = ?3,
                         failure_kind = ?4, failure_reason = ?5,
                         last_success = CASE WHEN ?4 IS NULL THEN ?6 ELSE last_success END,
                         last_failure = CASE WHEN ?4 IS NULL THEN last_failure ELSE ?6 END,
                         failures = CASE WHEN ?4 IS NULL THEN 0 ELSE failures + 1 END
                     WHERE id = ?1",
                )?
                .execute((
                    source,
                    Stamp(end.next_due),
                    end.interval,
                    kind,
                    reason,
                    Stamp(end.at),
                ))?;
            if kind.is_some() {
                yields::note_failure(transaction, source, end.at)?;
            }
            Ok(())
        })
    }

    /// The condition of every source that was ever visited, by name.
    ///
    /// # Errors
    /// The database refused.
    pub fn sources(&self) -> Result<Vec<SourceState>, StoreError> {
        self.readers.get().snapshot(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, name, last_success, failure_kind, failure_reason, next_due, interval_s,
                     pages, posts_new, items_queued, set_aside
                 FROM source ORDER BY name",
            )?;
            let mut rows = statement.query([])?;
            let mut states = Vec::new();
            while let Some(row) = rows.next()? {
                let (covered, shown) = coverage::total(connection, row.get(0)?)?;
                let kind: Option<String> = row.get(3)?;
                let reason: Option<String> = row.get(4)?;
                let time = |column| -> rusqlite::Result<Option<Timestamp>> {
                    Ok(row.get::<_, Option<Stamp>>(column)?.map(|Stamp(time)| time))
                };
                states.push(SourceState {
                    name: row.get(1)?,
                    last_success: time(2)?,
                    failure: kind.map(|kind| format!("{kind}: {}", reason.unwrap_or_default())),
                    next_due: time(5)?,
                    interval: row.get(6)?,
                    pages: row.get(7)?,
                    posts_new: row.get(8)?,
                    items_queued: row.get(9)?,
                    set_aside: row.get(10)?,
                    seen: (covered > 0).then_some(Seen { covered, shown }),
                });
            }
            Ok(states)
        })
    }
}
