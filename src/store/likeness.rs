//! What items are found to be alike by: of each the fingerprint of its wording and who posted it,
//! kept in the transaction that puts the item before an analyst or changes its version.

use rusqlite::{OptionalExtension as _, Transaction};

use super::Store;
use super::column::Json;
use super::error::StoreError;
use super::queue::ItemId;
use crate::post::{ContainerKind, Hasher, Post};
use crate::text::Fingerprint;

/// Items from before that are read in one transaction.
const AT_ONCE: u32 = 500;

/// Keeps what the version of the item in question is found by.
pub(super) fn keep(transaction: &Transaction<'_>, item: ItemId) -> Result<(), StoreError> {
    let content = transaction
        .prepare_cached(
            "SELECT v.content FROM queue_item q JOIN post_version v ON v.id = q.version_id
             WHERE q.id = ?1",
        )?
        // A row that cannot be read is like nothing; it never stops the others.
        .query_row([item], |row| Ok(row.get::<_, Option<Json<Post>>>(0).ok().flatten()))
        .optional()?;
    let Some(Json(post)) = content.flatten() else { return Ok(()) };
    let print = Fingerprint::of(&post.reading());
    let changed = transaction
        .prepare_cached(
            "INSERT INTO likeness (item_id, lanes, poster) VALUES (?1, ?2, ?3)
             ON CONFLICT (item_id) DO UPDATE SET lanes = excluded.lanes, poster = excluded.poster
                 WHERE lanes IS NOT excluded.lanes OR poster IS NOT excluded.poster",
        )?
        .execute((item, print.as_ref().map(Fingerprint::to_bytes), poster(&post)))?;
    if changed == 0 {
        return Ok(());
    }
    transaction.prepare_cached("DELETE FROM likeness_band WHERE item_id = ?1")?.execute([item])?;
    let mut insert =
        transaction.prepare_cached("INSERT OR IGNORE INTO likeness_band VALUES (?1, ?2)")?;
    for key in print.iter().flat_map(Fingerprint::bands) {
        insert.execute((item, key))?;
    }
    Ok(())
}

/// Who posted it, as a number that tells nobody's name. Names shown are anybody's; where no account
/// is told, a page that only its owner writes on stands for one.
fn poster(post: &Post) -> Option<i64> {
    let account = post.author.as_ref().and_then(|author| {
        author.native_id.as_ref().map(|id| ("id", id.clone())).or_else(|| {
            author.handle.as_ref().map(|handle| ("handle", handle.to_ascii_lowercase()))
        })
    });
    let page = post.container.as_ref().filter(|container| container.kind == ContainerKind::Page);
    let (kind, id) = account.or_else(|| page.map(|page| ("page", page.native_id.clone())))?;
    let mut hasher = Hasher::new();
    for field in [post.key.platform.as_str(), kind, &id] {
        hasher.field(field.as_bytes());
    }
    let digest = hasher.finish();
    digest.as_bytes().first_chunk().map(|bytes| i64::from_be_bytes(*bytes))
}

impl Store {
    /// Reads the items that were there before likeness was, a bounded transaction at a time.
    pub(super) fn fill_likeness(&self) -> Result<(), StoreError> {
        let due = |reader: &rusqlite::Connection| -> rusqlite::Result<bool> {
            reader
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM likeness_due)")?
                .query_row([], |row| row.get(0))
        };
        while due(&self.readers.get())? {
            self.writer.call(|transaction| {
                let items: Vec<ItemId> = transaction
                    .prepare_cached("SELECT item_id FROM likeness_due ORDER BY item_id LIMIT ?1")?
                    .query_map([AT_ONCE], |row| row.get(0))?
                    .collect::<Result<_, _>>()?;
                for item in items {
                    keep(transaction, item)?;
                    transaction
                        .prepare_cached("DELETE FROM likeness_due WHERE item_id = ?1")?
                        .execute([item])?;
                }
                Ok::<_, StoreError>(())
            })?;
        }
        Ok(())
    }
}
