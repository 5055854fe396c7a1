//! What goes when a source says that a post is gone: its content, its contacts, the verdict's
//! quotations, and captures that hold nothing but such posts. Content under hold, because an
//! analyst has referred it or had it taken down, stays as evidence.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction};

use crate::post::{Platform, PostKey, Sha256};

use super::Store;
use super::column::Name;
use super::column::Stamp;
use super::custody::{self, Action, Actor};
use super::error::StoreError;
use super::queue::Outcome;

/// Honours a deletion; false when the post is not known or already gone.
pub(super) fn deleted_by_source(
    transaction: &Transaction<'_>,
    key: &PostKey,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let post: Option<i64> = transaction
        .prepare_cached(
            "SELECT id FROM post WHERE platform = ?1 AND native_id = ?2 AND deleted_at IS NULL",
        )?
        .query_row((key.platform.as_str(), &key.native_id), |row| row.get(0))
        .optional()?;
    let Some(post) = post else { return Ok(false) };
    transaction
        .prepare_cached("UPDATE post SET deleted_at = ?2 WHERE id = ?1")?
        .execute((post, Stamp(at)))?;
    let subject = format!("post:{key}");
    let nothing = serde_json::json!({});
    if is_held(transaction, post)? {
        custody::append(transaction, at, Actor::Waspada, Action::PostHeld, subject, &nothing)?;
        return Ok(true);
    }
    wipe(transaction, post, at)?;
    transaction
        .prepare_cached(
            "UPDATE queue_item SET state = 'deleted_by_source', closed_at = ?2,
                 lease_analyst = NULL, lease_token = NULL, lease_expires = NULL
             WHERE post_id = ?1 AND state = 'open'",
        )?
        .execute((post, Stamp(at)))?;
    custody::append(transaction, at, Actor::Waspada, Action::PostDeleted, subject, &nothing)?;
    Ok(true)
}

/// Whether an analyst's decision on the post needs it as evidence.
fn is_held(transaction: &Transaction<'_>, post: i64) -> Result<bool, StoreError> {
    let mut statement = transaction
        .prepare_cached("SELECT outcome FROM queue_item WHERE post_id = ?1 AND outcome NOT NULL")?;
    let outcomes = statement.query_map([post], |row| row.get::<_, Name<Outcome>>(0))?;
    for outcome in outcomes {
        if outcome?.0.holds_evidence() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Wipes the content of a post in all its versions.
fn wipe(transaction: &Transaction<'_>, post: i64, at: Timestamp) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE post_version SET content = NULL, erased_at = ?2
             WHERE post_id = ?1 AND content NOT NULL",
        )?
        .execute((post, Stamp(at)))?;
    transaction
        .prepare_cached(
            "UPDATE verdict SET body = '{}'
             WHERE version_id IN (SELECT id FROM post_version WHERE post_id = ?1)",
        )?
        .execute([post])?;
    // What reporters said of it may quote it.
    transaction
        .prepare_cached("UPDATE report SET told = NULL, found = NULL WHERE post_id = ?1")?
        .execute([post])?;
    transaction.prepare_cached("DELETE FROM post_contact WHERE post_id = ?1")?.execute([post])?;
    transaction
        .prepare_cached("UPDATE post SET erased_at = ?2 WHERE id = ?1")?
        .execute((post, Stamp(at)))?;
    erase_captures_without_posts(transaction, post, at)
}

/// Marks captures of this post that hold no post any more; their files go after the commit.
fn erase_captures_without_posts(
    transaction: &Transaction<'_>,
    post: i64,
    at: Timestamp,
) -> Result<(), StoreError> {
    let empty: Vec<(i64, Sha256)> = transaction
        .prepare_cached(
            "SELECT c.id, c.sha256 FROM capture_post cp JOIN capture c ON c.id = cp.capture_id
             WHERE cp.post_id = ?1 AND c.erased_at IS NULL AND NOT EXISTS (
                 SELECT 1 FROM capture_post other JOIN post p ON p.id = other.post_id
                 WHERE other.capture_id = c.id AND p.erased_at IS NULL)",
        )?
        .query_map([post], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (capture, sha256) in empty {
        transaction
            .prepare_cached("UPDATE capture SET erased_at = ?2 WHERE id = ?1")?
            .execute((capture, Stamp(at)))?;
        let subject = format!("capture:{sha256}");
        let detail = serde_json::json!({ "row": capture });
        custody::append(transaction, at, Actor::Waspada, Action::CaptureErased, subject, &detail)?;
    }
    Ok(())
}

impl Store {
    /// The posts of a platform whose id starts with `prefix` and that are not gone yet: what a
    /// source needs to know to delete all of an account.
    ///
    /// # Errors
    /// The database refused.
    pub fn known_posts(
        &self,
        platform: &Platform,
        prefix: &str,
    ) -> Result<Vec<PostKey>, StoreError> {
        // No text in UTF-8 comes after this one and still starts with the prefix.
        let end = format!("{prefix}{}", char::MAX);
        let known = self
            .readers
            .get()
            .prepare_cached(
                "SELECT native_id FROM post WHERE platform = ?1 AND native_id >= ?2
                     AND native_id <= ?3 AND deleted_at IS NULL",
            )?
            .query_map((platform.as_str(), prefix, end), |row| {
                Ok(PostKey { platform: platform.clone(), native_id: row.get(0)? })
            })?
            .collect::<Result<_, _>>()?;
        Ok(known)
    }

    /// Removes the files of erased captures: after the transaction that erased them, and again on
    /// opening, where a crash came between the two.
    pub(super) fn finish_erasures(&self) -> Result<(), StoreError> {
        let pending: Vec<Sha256> = self
            .readers
            .get()
            .prepare_cached(
                "SELECT DISTINCT sha256 FROM capture WHERE erased_at NOT NULL AND file_gone = 0",
            )?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if pending.is_empty() {
            return Ok(());
        }
        let captures = std::sync::Arc::clone(&self.captures);
        // On the writer's thread: no page can bring the same bytes back between question and removal.
        self.writer.call(move |transaction| {
            for sha256 in &pending {
                let wanted: bool = transaction
                    .prepare_cached(
                        "SELECT EXISTS (SELECT 1 FROM capture WHERE sha256 = ?1 AND erased_at IS NULL)",
                    )?
                    .query_row([sha256], |row| row.get(0))?;
                if !wanted {
                    captures.remove(sha256)?;
                }
                transaction
                    .prepare_cached(
                        "UPDATE capture SET file_gone = 1 WHERE sha256 = ?1 AND erased_at NOT NULL",
                    )?
                    .execute([sha256])?;
            }
            Ok(())
        })
    }
}
