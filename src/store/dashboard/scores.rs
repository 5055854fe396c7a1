//! How the scores of posts lie, and how long the queue would be from another threshold on.

use jiff::civil::Date;
use rusqlite::Connection;

use super::start_of;
use crate::store::column::Stamp;
use crate::store::{Store, StoreError};

/// Scores are 0 to 100.
const SCORES: usize = 101;

/// Posts and items by score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scores {
    /// Posts first seen since, flagged or not.
    posts: [u64; SCORES],
    /// Of these, the ones that no rule flags and that their source still shows.
    unflagged: [u64; SCORES],
    /// Flagged items that wait, however old.
    open: [u64; SCORES],
}

impl Scores {
    /// Posts whose score lies in `first..=last`.
    pub fn posts(&self, first: u8, last: u8) -> u64 {
        let (first, last) = (usize::from(first), usize::from(last).min(SCORES - 1));
        self.posts.get(first..=last).map_or(0, |part| part.iter().sum())
    }

    /// How many flagged items would wait were posts flagged from `threshold` on: those that wait and
    /// reach it, and the posts that no rule flags now and that would be.
    pub fn queue_from(&self, threshold: u8) -> u64 {
        let from = usize::from(threshold).min(SCORES);
        self.open[from..].iter().chain(&self.unflagged[from..]).sum()
    }
}

impl Store {
    /// How the scores of posts first seen on that day or since lie, and those of what waits.
    ///
    /// # Errors
    /// The database refused.
    pub fn scores(&self, since: Date) -> Result<Scores, StoreError> {
        self.readers.get().snapshot(|connection| {
            let mut scores =
                Scores { posts: [0; SCORES], unflagged: [0; SCORES], open: [0; SCORES] };
            let posts = posts(connection, Stamp(start_of(since)))?;
            count(connection, &posts, &mut scores)?;
            let mut statement = connection.prepare_cached(
                "SELECT score, count(*) FROM queue_item INDEXED BY queue_item_waiting
                 WHERE state = 'open' AND severity IS NOT NULL GROUP BY score",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                add(&mut scores.open, row.get(0)?, row.get(1)?);
            }
            Ok(scores)
        })
    }
}

/// The newest verdict of a post, by its number, and whether the source still shows the post.
type Scored = (i64, bool);

/// The posts first seen since, in the order of their verdicts.
fn posts(connection: &Connection, since: Stamp) -> rusqlite::Result<Vec<Scored>> {
    let mut posts: Vec<Scored> = connection
        .prepare_cached(
            "SELECT verdict_id, deleted_at IS NULL FROM post INDEXED BY post_first_seen
             WHERE first_seen >= ?1 AND verdict_id IS NOT NULL",
        )?
        .query_map([since], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    posts.sort_unstable();
    Ok(posts)
}

/// Counts the posts by score. Verdicts follow posts nearly, so that one walk over those between the
/// first and the last is several times faster than looking each of them up.
fn count(connection: &Connection, posts: &[Scored], scores: &mut Scores) -> rusqlite::Result<()> {
    let (Some((first, _)), Some((last, _))) = (posts.first(), posts.last()) else { return Ok(()) };
    let mut statement = connection.prepare_cached(
        "SELECT id, score, flagged FROM verdict INDEXED BY verdict_score
         WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
    )?;
    let mut rows = statement.query((first, last))?;
    let mut rest = posts.iter().peekable();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        while rest.next_if(|(verdict, _)| *verdict < id).is_some() {}
        let Some((_, shown)) = rest.next_if(|(verdict, _)| *verdict == id) else { continue };
        let (score, flagged): (usize, bool) = (row.get(1)?, row.get(2)?);
        add(&mut scores.posts, score, 1);
        if *shown && !flagged {
            add(&mut scores.unflagged, score, 1);
        }
    }
    Ok(())
}

fn add(counts: &mut [u64; SCORES], score: usize, count: u64) {
    if let Some(held) = counts.get_mut(score) {
        *held += count;
    }
}
