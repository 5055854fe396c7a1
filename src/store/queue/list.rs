//! The queue as a list: most urgent first, personal contacts masked.

use jiff::Timestamp;
use rusqlite::{Row, params_from_iter};
use serde::Serialize;

use super::filter::{Condition, ListFilter};
use super::{ItemId, ItemState, Origin, Outcome, QueueError, time};
use crate::engine::{Band, Grade, Lane, Verdict};
use crate::post::Post;
use crate::store::Store;
use crate::store::column::{Json, Name, Stamp};
use crate::store::quality::{AWAITED_ON, Sight};
use crate::text::Span;

/// What [`line()`] reads, as far as the conditions.
pub(super) fn lines(conditions: &str) -> String {
    format!(
        "SELECT q.id, q.state, q.outcome, q.lane, q.band, q.score, q.severity, s.name AS source,
             p.platform, q.fresh, q.lease_analyst, q.lease_expires, v.content, t.body, q.origin,
             (SELECT count(*) FROM report r WHERE r.post_id = q.post_id) AS reports,
             (SELECT g.analyst FROM assignment g WHERE g.item_id = q.id) AS assigned_to,
             EXISTS (SELECT 1 FROM escalation e WHERE e.item_id = q.id) AS escalated,
             {AWAITED_ON} AS awaited_on
         FROM queue_item q JOIN post p ON p.id = q.post_id JOIN source s ON s.id = q.source_id
             JOIN post_version v ON v.id = q.version_id JOIN verdict t ON t.id = q.verdict_id
         WHERE {conditions}"
    )
}

/// Characters of a text shown in a list.
const EXCERPT: usize = 160;

/// An item in a list.
#[derive(Debug, Clone, Serialize)]
pub struct ItemLine {
    /// Its number.
    pub id: ItemId,
    /// Where it stands.
    pub state: ItemState,
    /// What was decided, if so.
    pub outcome: Option<Outcome>,
    /// What was decided waits for a second opinion, and is kept from the reader, who may be asked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub awaits_second: bool,
    /// Why it stands here.
    pub origin: Origin,
    /// How often its post was reported.
    pub reports: u64,
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
    /// The platform.
    pub platform: String,
    /// When the post was published, or else first seen.
    pub fresh: Timestamp,
    /// Who holds it now.
    pub leased_by: Option<String>,
    /// Whose it is, if it was given to a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
    /// Whether it waits for a supervisor.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub escalated: bool,
    /// The text on one line, contacts masked; `None` when the content is gone.
    pub excerpt: Option<String>,
}

/// How many items there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct QueueCounts {
    /// Waiting for a decision.
    pub open: u64,
    /// Of these, pleas for help.
    pub open_victim: u64,
    /// Decided.
    pub decided: u64,
}

/// Masks these spans: every letter and digit but the last two of each becomes `*`, as many as it
/// has bytes, so that every other span of the text stays where it is.
pub fn masked(text: &str, spans: &[Span]) -> String {
    let mut out = text.to_owned();
    for span in spans {
        let (start, end) = (span.start(), span.end());
        let Some(inside) = text.get(start..end) else { continue };
        let shown = inside
            .char_indices()
            .rev()
            .filter(|(_, letter)| letter.is_alphanumeric())
            .nth(1)
            .map_or(inside.len(), |(at, _)| at);
        let mask: String = inside
            .char_indices()
            .map(|(at, letter)| {
                if letter.is_alphanumeric() && at < shown {
                    "*".repeat(letter.len_utf8())
                } else {
                    letter.to_string()
                }
            })
            .collect();
        out.replace_range(start..end, &mask);
    }
    out
}

fn excerpt(post: &Post, verdict: &Verdict) -> String {
    let masked = masked(&post.reading(), &verdict.personal);
    let line = masked.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

impl Store {
    /// The items wanted, most urgent first.
    ///
    /// # Errors
    /// The database refused.
    pub fn list(&self, filter: &ListFilter, now: Timestamp) -> Result<Vec<ItemLine>, QueueError> {
        let Condition { clause, values } = filter.page();
        let reader = self.readers.get();
        let sight = Sight::of(&reader, filter.reader.as_ref())?;
        let mut statement = reader.prepare_cached(&lines(&format!(
            "{clause} ORDER BY q.priority DESC, q.fresh DESC, q.id DESC LIMIT ?"
        )))?;
        let lines = statement.query_map(params_from_iter(values), |row| line(row, &sight, now))?;
        Ok(lines.collect::<Result<_, _>>()?)
    }

    /// How many items a list without its limit and its place would hold.
    ///
    /// # Errors
    /// The database refused.
    pub fn count(&self, filter: &ListFilter) -> Result<u64, QueueError> {
        let Condition { clause, values } = filter.condition();
        let count = self
            .readers
            .get()
            .prepare_cached(&format!("SELECT count(*) FROM queue_item q WHERE {clause}"))?
            .query_row(params_from_iter(values), |row| row.get(0))?;
        Ok(count)
    }

    /// How many items there are.
    ///
    /// # Errors
    /// The database refused.
    pub fn queue_counts(&self) -> Result<QueueCounts, QueueError> {
        let counts = self.readers.get().query_row(
            "SELECT count(*) FILTER (WHERE state = 'open'),
                 count(*) FILTER (WHERE state = 'open' AND lane = 'victim'),
                 count(*) FILTER (WHERE state = 'decided') FROM queue_item",
            [],
            |row| {
                Ok(QueueCounts {
                    open: row.get(0)?,
                    open_victim: row.get(1)?,
                    decided: row.get(2)?,
                })
            },
        )?;
        Ok(counts)
    }
}

pub(super) fn line(row: &Row<'_>, sight: &Sight<'_>, now: Timestamp) -> rusqlite::Result<ItemLine> {
    // What cannot be read is listed without its text: one such item hides no other.
    let content = row.get::<_, Option<Json<Post>>>("content").ok().flatten();
    let excerpt = content.and_then(|Json(post)| {
        row.get::<_, Json<Verdict>>("body").ok().map(|Json(verdict)| excerpt(&post, &verdict))
    });
    let leased = time(row, "lease_expires")?.is_some_and(|expires| expires > now);
    let awaits_second = sight.hides(row.get::<_, Option<String>>("awaited_on")?.as_deref());
    let outcome = row.get::<_, Option<Name<Outcome>>>("outcome")?.map(|name| name.0);
    Ok(ItemLine {
        id: row.get("id")?,
        state: row.get::<_, Name<ItemState>>("state")?.0,
        outcome: outcome.filter(|_| !awaits_second),
        awaits_second,
        origin: row.get::<_, Name<Origin>>("origin")?.0.told(),
        reports: row.get("reports")?,
        lane: row.get::<_, Name<Lane>>("lane")?.0,
        band: row.get::<_, Option<Name<Band>>>("band")?.map(|name| name.0),
        score: row.get("score")?,
        severity: row.get::<_, Option<Name<Grade>>>("severity")?.map(|name| name.0),
        source: row.get("source")?,
        platform: row.get("platform")?,
        fresh: row.get::<_, Stamp>("fresh")?.0,
        leased_by: if leased { row.get("lease_analyst")? } else { None },
        assigned_to: row.get("assigned_to")?,
        escalated: row.get("escalated")?,
        excerpt,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_hides_all_but_the_end_and_moves_nothing() {
        let text = "WA 0812-0000-1234 é @nama🙂 ya";
        let span = |part: &str| {
            let start = text.find(part).unwrap();
            Span::new(u32::try_from(start).unwrap(), u32::try_from(start + part.len()).unwrap())
        };
        let masked = masked(text, &[span("0812-0000-1234"), span("é"), span("@nama🙂")]);
        assert_eq!(masked, "WA ****-****-**34 ** @**ma🙂 ya");
        assert_eq!(masked.len(), text.len());
    }
}
