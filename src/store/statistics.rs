//! The stored posts with what was decided of them, for statistics and for rules to be tried on.

use jiff::Timestamp;

use super::column::{Json, Name, Stamp};
use super::{ItemId, Outcome, Store, StoreError};
use crate::post::Post;

/// A stored post in its newest version.
#[derive(Debug, Clone)]
pub struct StoredPost {
    /// The source's name.
    pub source: String,
    /// The post.
    pub post: Post,
    /// When it was first seen, in UTC.
    pub first_seen: Timestamp,
    /// What an analyst last decided of it, if anything.
    pub outcome: Option<Outcome>,
}

/// A stored post with its place among the others.
#[derive(Debug, Clone)]
pub struct RecentPost {
    /// The later it was first seen, the higher.
    pub place: i64,
    /// The item it last had, if any.
    pub item: Option<ItemId>,
    /// The post.
    pub stored: StoredPost,
}

impl Store {
    /// The newest posts before a place that are still there with their content, newest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn recent_posts(&self, before: i64, most: u32) -> Result<Vec<RecentPost>, StoreError> {
        let reader = self.readers.get();
        let mut statement = reader.prepare_cached(
            "SELECT p.id, (SELECT max(q.id) FROM queue_item q WHERE q.post_id = p.id),
                 s.name, v.content, p.first_seen,
                 (SELECT q.outcome FROM queue_item q
                  WHERE q.post_id = p.id AND q.state = 'decided' ORDER BY q.id DESC LIMIT 1)
             FROM post p JOIN source s ON s.id = p.source_id
                 JOIN post_version v ON v.id = p.version_id
             WHERE p.id < ?1 AND v.content IS NOT NULL AND p.deleted_at IS NULL
             ORDER BY p.id DESC LIMIT ?2",
        )?;
        let posts = statement.query_map((before, most), |row| {
            Ok(RecentPost {
                place: row.get(0)?,
                item: row.get(1)?,
                stored: StoredPost {
                    source: row.get(2)?,
                    post: row.get::<_, Json<Post>>(3)?.0,
                    first_seen: row.get::<_, Stamp>(4)?.0,
                    outcome: row.get::<_, Option<Name<Outcome>>>(5)?.map(|name| name.0),
                },
            })
        })?;
        Ok(posts.collect::<Result<_, _>>()?)
    }

    /// How many posts [`Store::stored_posts`] will show, or a few fewer by then.
    ///
    /// # Errors
    /// The database refused.
    pub fn stored_posts_count(&self) -> Result<u64, StoreError> {
        Ok(self.readers.get().query_row("SELECT count(*) FROM post", [], |row| row.get(0))?)
    }

    /// Calls `each` for every post whose content is still kept, oldest first. What it reads is of
    /// one moment; nothing is held in memory but one post.
    ///
    /// # Errors
    /// The database refused.
    pub fn stored_posts(&self, mut each: impl FnMut(StoredPost)) -> Result<(), StoreError> {
        self.readers.get().snapshot(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT s.name, v.content, p.first_seen,
                     (SELECT q.outcome FROM queue_item q
                      WHERE q.post_id = p.id AND q.state = 'decided' ORDER BY q.id DESC LIMIT 1)
                 FROM post p JOIN source s ON s.id = p.source_id
                     JOIN post_version v ON v.id = p.version_id
                 WHERE v.content IS NOT NULL ORDER BY p.id",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                each(StoredPost {
                    source: row.get(0)?,
                    post: row.get::<_, Json<Post>>(1)?.0,
                    first_seen: row.get::<_, Stamp>(2)?.0,
                    outcome: row.get::<_, Option<Name<Outcome>>>(3)?.map(|name| name.0),
                });
            }
            Ok(())
        })
    }
}
