//! Items handed over: with the decision, the evidence's digest and the custody log's head, without
//! the reviewer's name unless asked for. An export is itself a line of the log.

use jiff::Timestamp;
use rusqlite::Row;
use serde::Serialize;

use super::{ItemId, ItemState, ListFilter, Origin, Outcome, QueueError, time};
use crate::engine::{Band, Grade, Lane, Verdict};
use crate::post::{Post, Sha256};
use crate::store::Store;
use crate::store::column::{Json, Name, Stamp};
use crate::store::custody::{self, Action, Actor, Analyst, Head};
use crate::store::quality;

/// An export.
#[derive(Debug, Clone, Serialize)]
pub struct Export {
    /// The custody log's head just after the export was logged.
    pub custody: Head,
    /// The items, most urgent first.
    pub items: Vec<ExportedItem>,
}

/// An item as handed over. Contacts are in the clear: who receives it must act on them.
#[derive(Debug, Clone, Serialize)]
pub struct ExportedItem {
    /// Its number.
    pub item: ItemId,
    /// Where it stands.
    pub state: ItemState,
    /// What was decided.
    pub outcome: Option<Outcome>,
    /// Why.
    pub reason: Option<String>,
    /// When, in UTC.
    pub decided_at: Option<Timestamp>,
    /// Who decided; only when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analyst: Option<String>,
    /// Why it stands in the queue.
    pub origin: Origin,
    /// The lane.
    pub lane: Lane,
    /// The band.
    pub band: Option<Band>,
    /// 0–100.
    pub score: u8,
    /// How much harm is at stake.
    pub severity: Option<Grade>,
    /// The source's name.
    pub source: String,
    /// When the post was first seen, in UTC.
    pub first_seen: Timestamp,
    /// The source said that the post is gone.
    pub deleted_at: Option<Timestamp>,
    /// The post, in the version judged; `None` when its content is gone.
    pub post: Option<Post>,
    /// The digest of that version.
    pub content_hash: Sha256,
    /// The verdict on that version.
    pub verdict: Option<Verdict>,
    /// The digest of the page it was read from.
    pub capture: Option<Sha256>,
}

impl Store {
    /// The items wanted, and a line in the log that says that they were handed over.
    ///
    /// # Errors
    /// The database refused.
    pub fn export(
        &self,
        filter: &ListFilter,
        analyst: &Analyst,
        with_reviewers: bool,
        now: Timestamp,
    ) -> Result<Export, QueueError> {
        let (filter, analyst) = (filter.clone(), analyst.clone());
        self.writer.call(move |transaction| {
            let items: Vec<ExportedItem> = transaction
                .prepare_cached(
                    "SELECT q.id, q.state, q.outcome, d.reason, d.at AS decided_at, d.analyst,
                         q.lane, q.band, q.score, q.severity, s.name AS source, p.first_seen, p.deleted_at,
                         v.content, v.content_hash, t.body, c.sha256, q.origin
                     FROM queue_item q JOIN post p ON p.id = q.post_id
                         JOIN source s ON s.id = q.source_id
                         JOIN post_version v ON v.id = q.version_id
                         JOIN verdict t ON t.id = q.verdict_id
                         LEFT JOIN capture c ON c.id = v.capture_id AND c.erased_at IS NULL
                         LEFT JOIN decision d ON q.state = 'decided' AND d.id = (
                             SELECT max(id) FROM decision
                             WHERE item_id = q.id AND undoes IS NULL)
                     WHERE (?1 IS NULL OR q.state = ?1) AND (?2 IS NULL OR q.lane = ?2)
                         AND (?3 IS NULL OR s.name = ?3)
                     ORDER BY q.priority DESC, q.fresh DESC, q.id DESC LIMIT ?4",
                )?
                .query_map(
                    (
                        filter.state.map(Name),
                        filter.lane.map(Name),
                        &filter.source,
                        filter.limit.map_or(-1, i64::from),
                    ),
                    |row| read(row, with_reviewers),
                )?
                .collect::<Result<_, _>>()?;
            let ids: Vec<ItemId> = items.iter().map(|item| item.item).collect();
            let detail = serde_json::json!({ "items": ids, "reviewers": with_reviewers });
            let actor = Actor::Analyst(&analyst);
            custody::append(transaction, now, actor, Action::Export, "queue", &detail)?;
            Ok(Export { custody: custody::head(transaction)?, items })
        })
    }
}

fn read(row: &Row<'_>, with_reviewers: bool) -> rusqlite::Result<ExportedItem> {
    let state = row.get::<_, Name<ItemState>>("state")?.0;
    let origin = row.get::<_, Name<Origin>>("origin")?.0;
    let post = row.get::<_, Option<Json<Post>>>("content")?.map(|json| json.0);
    let mut verdict = match &post {
        Some(_) => Some(row.get::<_, Json<Verdict>>("body")?.0),
        None => None,
    };
    let lane = row.get::<_, Name<Lane>>("lane")?.0;
    let mut severity = row.get::<_, Option<Name<Grade>>>("severity")?.map(|name| name.0);
    // That a post was drawn is told once it can bias nobody any more.
    let is_drawn = origin == Origin::Sample;
    match &mut verdict {
        Some(verdict) if is_drawn && state == ItemState::Open => {
            quality::disguise(verdict, lane, severity);
        }
        // It only had the rank of another.
        _ if is_drawn => severity = None,
        _ => {}
    }
    Ok(ExportedItem {
        item: row.get("id")?,
        state,
        outcome: row.get::<_, Option<Name<Outcome>>>("outcome")?.map(|name| name.0),
        reason: row.get("reason")?,
        decided_at: time(row, "decided_at")?,
        analyst: if with_reviewers { row.get("analyst")? } else { None },
        origin: if state == ItemState::Open { origin.told() } else { origin },
        lane,
        band: row.get::<_, Option<Name<Band>>>("band")?.map(|name| name.0),
        score: row.get("score")?,
        severity,
        source: row.get("source")?,
        first_seen: row.get::<_, Stamp>("first_seen")?.0,
        deleted_at: time(row, "deleted_at")?,
        post,
        content_hash: row.get("content_hash")?,
        verdict,
        capture: row.get("sha256")?,
    })
}
