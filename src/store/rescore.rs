//! Stored posts judged anew by other rules. A pass goes through the posts in order, a bounded
//! transaction at a time that also moves its cursor, so that a pass broken off anywhere goes on
//! without doing anything twice. What an analyst decided, or holds, stays as it is.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction};
use serde::{Deserialize, Serialize};

use super::Store;
use super::column::{Json, Name, Stamp};
use super::custody::{self, Action, Actor};
use super::error::StoreError;
use super::quality;
use super::queue::{ItemId, ItemState, Origin};
use super::reports;
use super::versions::{self, Ids, Seen};
use crate::engine::{Band, Lane, Verdict};
use crate::post::Post;

/// A pass of one rule set over the stored posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    id: i64,
    ruleset: String,
    after: i64,
    through: i64,
    /// It was begun earlier and goes on.
    pub resumed: bool,
    /// What it did so far, earlier parts included.
    pub counts: RescoreCounts,
    /// Posts it has still to look at.
    pub left: u64,
    /// All are looked at.
    pub finished: bool,
}

/// What a pass did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RescoreCounts {
    /// Posts looked at.
    pub looked: u64,
    /// Posts whose verdict is another one now.
    pub changed: u64,
    /// Items that entered the queue, or came back to it.
    pub newly_flagged: u64,
    /// Items that left the queue, or stay in it only because their post was reported.
    pub no_longer_flagged: u64,
    /// Waiting items that moved to another band.
    pub band: u64,
    /// Waiting items that moved to the other lane.
    pub lane: u64,
    /// Decided items of which the rules think otherwise now: the decision stands.
    pub kept_decided: u64,
    /// Items left alone because an analyst holds them: another pass takes them up.
    pub held: u64,
    /// Posts edited or deleted while they were being judged.
    pub overtaken: u64,
}

/// A stored post to be judged.
#[derive(Debug)]
pub struct Unjudged {
    id: i64,
    version: i64,
    /// The source's name.
    pub source: String,
    /// The post.
    pub post: Post,
}

impl Store {
    /// Begins a pass of these rules, or goes on with the one that was broken off. When another rule
    /// set was applied since, it begins anew.
    ///
    /// # Errors
    /// The database refused.
    pub fn rescore_begin(
        &self,
        ruleset: &str,
        thresholds: &str,
        now: Timestamp,
    ) -> Result<Pass, StoreError> {
        let (ruleset, thresholds) = (ruleset.to_owned(), thresholds.to_owned());
        self.writer.call(move |transaction| {
            let newest = transaction
                .prepare_cached(
                    "SELECT id, ruleset, thresholds, after_post, through, counts
                     FROM rescore WHERE finished_at IS NULL
                         AND id = (SELECT max(id) FROM rescore)",
                )?
                .query_row([], |row| {
                    let same = row.get::<_, String>(1)? == ruleset
                        && row.get::<_, String>(2)? == thresholds;
                    Ok(same.then_some((
                        row.get::<_, i64>(0)?,
                        row.get::<_, i64>(3)?,
                        row.get::<_, i64>(4)?,
                        row.get::<_, Json<RescoreCounts>>(5)?.0,
                    )))
                })
                .optional()?
                .flatten();
            let resumed = newest.is_some();
            let (id, after, through, counts) = match newest {
                Some(newest) => newest,
                None => {
                    let through: i64 = transaction.query_row(
                        "SELECT coalesce(max(id), 0) FROM post",
                        [],
                        |row| row.get(0),
                    )?;
                    let counts = RescoreCounts::default();
                    transaction.execute(
                        "INSERT INTO rescore (ruleset, thresholds, after_post, through, counts,
                             began_at)
                         VALUES (?1, ?2, 0, ?3, ?4, ?5)",
                        (&ruleset, &thresholds, through, Json(counts), Stamp(now)),
                    )?;
                    (transaction.last_insert_rowid(), 0, through, counts)
                }
            };
            let left = transaction.query_row(
                "SELECT count(*) FROM post WHERE id > ?1 AND id <= ?2",
                (after, through),
                |row| row.get(0),
            )?;
            Ok(Pass { id, ruleset, after, through, resumed, counts, left, finished: false })
        })
    }

    /// The next posts of a pass, and how far they reach; none when it is through.
    ///
    /// # Errors
    /// The database refused.
    pub fn rescore_next(&self, pass: &Pass, most: u32) -> Result<Vec<Unjudged>, StoreError> {
        let reader = self.readers.get();
        let mut statement = reader.prepare_cached(
            "SELECT p.id, p.version_id, s.name, v.content
             FROM post p JOIN source s ON s.id = p.source_id
                 JOIN post_version v ON v.id = p.version_id
             WHERE p.id > ?1 AND p.id <= ?2 AND v.content IS NOT NULL AND p.deleted_at IS NULL
             ORDER BY p.id LIMIT ?3",
        )?;
        let posts = statement.query_map((pass.after, pass.through, most), |row| {
            Ok(Unjudged {
                id: row.get(0)?,
                version: row.get(1)?,
                source: row.get(2)?,
                post: row.get::<_, Json<Post>>(3)?.0,
            })
        })?;
        Ok(posts.collect::<Result<_, _>>()?)
    }

    /// Writes what the rules say of these posts, and with them how far the pass has come; without
    /// posts the pass is finished.
    ///
    /// # Errors
    /// The database refused, or another pass is under way; then nothing is written.
    pub fn rescore_write(
        &self,
        pass: &Pass,
        judged: Vec<(Unjudged, Verdict)>,
        now: Timestamp,
    ) -> Result<Pass, StoreError> {
        let before = pass.clone();
        self.writer.call(move |transaction| {
            let mut pass = before.clone();
            pass.finished = judged.is_empty();
            pass.after = judged.last().map_or(pass.through, |(unjudged, _)| unjudged.id);
            pass.left = transaction
                .prepare_cached("SELECT count(*) FROM post WHERE id > ?1 AND id <= ?2")?
                .query_row((pass.after, pass.through), |row| row.get(0))?;
            for (unjudged, verdict) in &judged {
                judge(transaction, unjudged, verdict, now, &mut pass.counts)?;
            }
            let moved = transaction
                .prepare_cached(
                    "UPDATE rescore SET after_post = ?3, counts = ?4, finished_at = ?5
                     WHERE id = ?1 AND after_post = ?2 AND finished_at IS NULL
                         AND id = (SELECT max(id) FROM rescore)",
                )?
                .execute((
                    pass.id,
                    before.after,
                    pass.after,
                    Json(pass.counts),
                    pass.finished.then_some(Stamp(now)),
                ))?;
            if moved == 0 {
                return Err(StoreError::RescoredElsewhere);
            }
            if pass.counts.changed > before.counts.changed {
                let detail = serde_json::json!({
                    "ruleset": pass.ruleset,
                    "after": before.after,
                    "through": pass.after,
                    "verdicts": pass.counts.changed - before.counts.changed,
                });
                let subject = format!("rescore:{}", pass.id);
                custody::append(
                    transaction,
                    now,
                    Actor::Waspada,
                    Action::Rescored,
                    subject,
                    &detail,
                )?;
            }
            Ok(pass)
        })
    }
}

/// An item of the post, as far as it matters here.
struct Item {
    id: ItemId,
    state: ItemState,
    verdict: i64,
    same_version: bool,
    leased: bool,
    origin: Origin,
    lane: Lane,
    band: Option<Band>,
    score: u8,
}

/// The open item of a post, or else its newest one.
fn item(
    transaction: &Transaction<'_>,
    unjudged: &Unjudged,
    now: Timestamp,
) -> rusqlite::Result<Option<Item>> {
    transaction
        .prepare_cached(
            "SELECT id, state, verdict_id, version_id = ?2, coalesce(lease_expires > ?3, 0), lane,
                 band, score, origin
             FROM queue_item WHERE post_id = ?1 ORDER BY state <> 'open', id DESC LIMIT 1",
        )?
        .query_row((unjudged.id, unjudged.version, Stamp(now)), |row| {
            Ok(Item {
                id: row.get(0)?,
                state: row.get::<_, Name<ItemState>>(1)?.0,
                verdict: row.get(2)?,
                same_version: row.get(3)?,
                leased: row.get(4)?,
                lane: row.get::<_, Name<Lane>>(5)?.0,
                band: row.get::<_, Option<Name<Band>>>(6)?.map(|name| name.0),
                score: row.get(7)?,
                origin: row.get::<_, Name<Origin>>(8)?.0,
            })
        })
        .optional()
}

/// What the database holds of the post in question, unless it changed since it was read.
struct Standing {
    source: i64,
    first_seen: Timestamp,
    verdict_id: i64,
    /// `None` where the body is of a form no longer read.
    verdict: Option<Verdict>,
}

fn standing(
    transaction: &Transaction<'_>,
    unjudged: &Unjudged,
) -> rusqlite::Result<Option<Standing>> {
    transaction
        .prepare_cached(
            "SELECT p.source_id, p.first_seen, t.id, t.body
             FROM post p JOIN verdict t ON t.id = p.verdict_id
             WHERE p.id = ?1 AND p.version_id = ?2 AND p.deleted_at IS NULL",
        )?
        .query_row((unjudged.id, unjudged.version), |row| {
            Ok(Standing {
                source: row.get(0)?,
                first_seen: row.get::<_, Stamp>(1)?.0,
                verdict_id: row.get(2)?,
                verdict: row.get::<_, Json<Verdict>>(3).ok().map(|json| json.0),
            })
        })
        .optional()
}

fn judge(
    transaction: &Transaction<'_>,
    unjudged: &Unjudged,
    verdict: &Verdict,
    now: Timestamp,
    counts: &mut RescoreCounts,
) -> Result<(), StoreError> {
    counts.looked += 1;
    let Some(standing) = standing(transaction, unjudged)? else {
        counts.overtaken += 1;
        return Ok(());
    };
    let same = standing.verdict.as_ref().is_some_and(|before| says_the_same(before, verdict));
    let verdict_id = if same {
        standing.verdict_id
    } else {
        counts.changed += 1;
        let id = versions::insert_verdict(transaction, now, unjudged.version, verdict)?;
        transaction
            .prepare_cached("UPDATE post SET verdict_id = ?2 WHERE id = ?1")?
            .execute((unjudged.id, id))?;
        id
    };
    let item = item(transaction, unjudged, now)?;
    let tell = |item: ItemId, change: &str| {
        let side = |verdict: &Verdict| {
            serde_json::json!({
                "lane": verdict.lane, "score": verdict.score, "ruleset": verdict.ruleset,
            })
        };
        let detail = serde_json::json!({
            "change": change,
            "before": standing.verdict.as_ref().map(side),
            "after": side(verdict),
        });
        let subject = format!("item:{item}");
        custody::append(transaction, now, Actor::Waspada, Action::Rescored, subject, &detail)
    };
    let seen = Seen { source: standing.source, capture: None, at: now };
    let fresh = unjudged.post.created_at.unwrap_or(standing.first_seen);
    let ids = Ids { post: unjudged.id, version: unjudged.version, verdict: verdict_id };
    let lane = verdict.lane.filter(|_| verdict.flagged);
    match (&item, lane) {
        (Some(item), _) if item.state == ItemState::Decided && item.same_version => {
            if !same {
                counts.kept_decided += 1;
                tell(item.id, "kept_decided")?;
            }
        }
        (Some(item), _) if item.state == ItemState::Open && item.verdict == verdict_id => {}
        // Taken out of the hands of whoever reads it, it would be decided unseen or in vain.
        (Some(item), _) if item.state == ItemState::Open && item.leased => counts.held += 1,
        // Drawn because no rule flags it: that none does still is no reason to take it away.
        (Some(item), None) if item.state == ItemState::Open && item.origin == Origin::Sample => {
            if item.same_version {
                quality::judge_anew(transaction, item.id, verdict_id, verdict)?;
                tell(item.id, "other_reasons")?;
            }
        }
        // Somebody reported it: it waits for a person, whatever rules say.
        (Some(item), None)
            if item.state == ItemState::Open
                && item.same_version
                && reports::count(transaction, unjudged.id)? > 0 =>
        {
            versions::put_before_analyst(
                transaction,
                &seen,
                fresh,
                &ids,
                item.lane,
                Origin::Report,
                verdict,
            )?;
            if item.origin == Origin::Rules {
                counts.no_longer_flagged += 1;
                tell(item.id, "no_longer_flagged")?;
            } else {
                counts.band += u64::from(item.band != verdict.band);
                let moved = (item.band, item.score) != (verdict.band, verdict.score);
                tell(item.id, if moved { "moved" } else { "other_reasons" })?;
            }
        }
        (Some(item), None) if item.state == ItemState::Open && item.same_version => {
            transaction
                .prepare_cached(
                    "UPDATE queue_item SET state = 'unflagged', closed_at = ?2, unflagged_at = ?2,
                         lease_analyst = NULL, lease_token = NULL, lease_expires = NULL
                     WHERE id = ?1",
                )?
                .execute((item.id, Stamp(now)))?;
            counts.no_longer_flagged += 1;
            tell(item.id, "no_longer_flagged")?;
        }
        // Waits for a version that was flagged, or waits for nothing.
        (_, None) => {}
        (_, Some(lane)) => {
            versions::keep_contacts(transaction, unjudged.id, verdict)?;
            let back = item
                .as_ref()
                .filter(|item| item.state == ItemState::Unflagged && item.same_version);
            if let Some(item) = back {
                transaction
                    .prepare_cached(
                        "UPDATE queue_item SET state = 'open', closed_at = NULL WHERE id = ?1",
                    )?
                    .execute([item.id])?;
            }
            let (number, entered) = versions::put_before_analyst(
                transaction,
                &seen,
                fresh,
                &ids,
                lane,
                Origin::Rules,
                verdict,
            )?;
            let drawn = item.as_ref().is_some_and(|item| item.origin == Origin::Sample);
            if entered || back.is_some() || drawn {
                counts.newly_flagged += 1;
                tell(number, "newly_flagged")?;
            } else if let Some(item) = &item {
                counts.band += u64::from(item.band != verdict.band);
                counts.lane += u64::from(item.lane != lane);
                let moved =
                    (item.lane, item.band, item.score) != (lane, verdict.band, verdict.score);
                tell(number, if moved { "moved" } else { "other_reasons" })?;
            }
        }
    }
    Ok(())
}

/// Whether two verdicts differ in nothing but the name of the rule set.
fn says_the_same(before: &Verdict, after: &Verdict) -> bool {
    let Verdict {
        flagged,
        lane,
        score,
        band,
        severity,
        hits,
        adjustments,
        facts,
        personal,
        ruleset: _,
    } = before;
    (flagged, lane, score, band) == (&after.flagged, &after.lane, &after.score, &after.band)
        && (hits, adjustments) == (&after.hits, &after.adjustments)
        && (facts, personal) == (&after.facts, &after.personal)
        && *severity == after.severity
}
