//! Where a report leads: its post is stored and put before an analyst whatever the rules say of it,
//! with what was found on the way, in one transaction.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction};

use super::{Found, ReportId, Told, count, subject};
use crate::engine::{Lane, Verdict};
use crate::post::{Post, PostKey};
use crate::store::column::{Json, Name, Stamp};
use crate::store::custody::{self, Action, Actor};
use crate::store::queue::{ItemId, ItemState, Origin, Outcome};
use crate::store::record::PageCommit;
use crate::store::versions::{self, Ids, Seen};
use crate::store::{Store, StoreError, commit, sources};

/// A post that is stored already, and in which version.
#[derive(Debug, Clone)]
pub struct Known {
    /// The post.
    pub post: Post,
    version: i64,
}

/// A report that was looked at, with all there is to store.
#[derive(Debug)]
pub struct Handled {
    /// The report.
    pub report: ReportId,
    /// The page with its one post.
    pub page: PageCommit,
    /// What came of the look.
    pub found: Found,
    /// The version the post was put together from.
    pub base: Option<Known>,
    /// What was told and is no part of the post, contacts masked: it is kept with the note.
    pub left_over: Option<String>,
}

/// Where a reported post stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// Its item in the queue.
    pub item: ItemId,
    /// Where the item stands.
    pub state: ItemState,
    /// What was decided of it, if so.
    pub outcome: Option<Outcome>,
    /// How often the post was reported.
    pub reports: u64,
    /// The post was not known before.
    pub new: bool,
}

impl Store {
    /// The newest version of a post, unless it is not known or its content is gone.
    ///
    /// # Errors
    /// The database refused.
    pub fn known_post(&self, key: &PostKey) -> Result<Option<Known>, StoreError> {
        let known = self.readers.get().query_row(
            "SELECT v.content, v.id FROM post p JOIN post_version v ON v.id = p.version_id
             WHERE p.platform = ?1 AND p.native_id = ?2 AND v.content IS NOT NULL",
            (key.platform.as_str(), &key.native_id),
            |row| Ok(Known { post: row.get::<_, Json<Post>>(0)?.0, version: row.get(1)? }),
        );
        Ok(known.optional()?)
    }

    /// Stores the post of a report and puts it before an analyst, in one transaction. `None`: the
    /// post was changed meanwhile, and nothing is written.
    ///
    /// # Errors
    /// The database or the evidence folder refused.
    pub fn report_store(&self, handled: Handled) -> Result<Option<Landed>, StoreError> {
        let captures = Arc::clone(&self.captures);
        self.writer.call(move |transaction| {
            let Handled { report, page, found, base, left_over } = &handled;
            let Some(scored) = page.posts.first() else { return Ok(None) };
            let before = row_of(transaction, &scored.post.key)?;
            let seen_version = before.as_ref().filter(|row| !row.gone).map(|row| row.version);
            if seen_version != base.as_ref().map(|known| known.version) {
                return Ok(None);
            }
            // A link alone does not undo that its source deleted the post, nor do words told of it.
            let deleted_at =
                before.as_ref().and_then(|row| row.deleted_at).filter(|_| !found.fetched);
            if deleted_at.is_none() || says_more(&scored.post, base.as_ref()) {
                commit::write(transaction, &captures, page)?;
            }
            let Some(row) = row_of(transaction, &scored.post.key)? else { return Ok(None) };
            if let Some(deleted_at) = deleted_at {
                transaction
                    .prepare_cached("UPDATE post SET deleted_at = ?2 WHERE id = ?1")?
                    .execute((row.post, Stamp(deleted_at)))?;
            }
            keep_leads(transaction, row.post, &found.leads, &scored.verdict)?;
            let told = told_without_text(transaction, *report, left_over.as_deref())?;
            let mut found = found.clone();
            if row.gone && found.chain.is_empty() {
                // No post is left that would say where it stood.
                found.chain.extend(told.url.clone());
            }
            transaction
                .prepare_cached(
                    "UPDATE report SET post_id = ?2, found = ?3, due = NULL, finished_at = ?4,
                         told = ?5 WHERE id = ?1",
                )?
                .execute((report.0, row.post, Json(&found), Stamp(page.at), Json(told)))?;
            let (item, state, outcome) = put_reported(transaction, page, &row, &scored.verdict)?;
            let detail = serde_json::json!({
                "post": row.post, "item": item, "fetched": found.fetched,
                "capture": page.capture.as_ref().map(|capture| capture.sha256.to_string()),
            });
            let line = subject(*report);
            custody::append(
                transaction,
                page.at,
                Actor::Waspada,
                Action::ReportStored,
                line,
                &detail,
            )?;
            let reports = count(transaction, row.post)?;
            Ok(Some(Landed { item, state, outcome, reports, new: before.is_none() }))
        })
    }
}

/// Whether a post put together from what is stored holds anything that is not.
fn says_more(post: &Post, base: Option<&Known>) -> bool {
    match base {
        Some(known) => known.post.content_hash() != post.content_hash(),
        None => !post.reading().trim().is_empty(),
    }
}

/// A post's rows.
struct Row {
    post: i64,
    source: i64,
    version: i64,
    verdict: i64,
    gone: bool,
    deleted_at: Option<Timestamp>,
}

fn row_of(transaction: &Transaction<'_>, key: &PostKey) -> rusqlite::Result<Option<Row>> {
    transaction
        .prepare_cached(
            "SELECT p.id, p.source_id, p.version_id, p.verdict_id, v.content IS NULL, p.deleted_at
             FROM post p JOIN post_version v ON v.id = p.version_id
             WHERE p.platform = ?1 AND p.native_id = ?2",
        )?
        .query_row((key.platform.as_str(), &key.native_id), |row| {
            Ok(Row {
                post: row.get(0)?,
                source: row.get(1)?,
                version: row.get(2)?,
                verdict: row.get(3)?,
                gone: row.get(4)?,
                deleted_at: row.get::<_, Option<Stamp>>(5)?.map(|stamp| stamp.0),
            })
        })
        .optional()
}

/// What was handed in, without the text that stands in the post; what of it does not stands with
/// the note.
fn told_without_text(
    transaction: &Transaction<'_>,
    report: ReportId,
    left_over: Option<&str>,
) -> rusqlite::Result<Told> {
    let told: Option<Json<Told>> = transaction
        .prepare_cached("SELECT told FROM report WHERE id = ?1")?
        .query_row([report.0], |row| row.get(0))?;
    let told = told.map_or_else(Told::default, |json| json.0);
    let parts: Vec<&str> = told.note.as_deref().into_iter().chain(left_over).collect();
    let note = (!parts.is_empty()).then(|| parts.join("\n"));
    Ok(Told { text: None, note, ..told })
}

fn keep_leads(
    transaction: &Transaction<'_>,
    post: i64,
    leads: &[String],
    verdict: &Verdict,
) -> rusqlite::Result<()> {
    versions::keep_contacts(transaction, post, verdict)?;
    let mut insert =
        transaction.prepare_cached("INSERT OR IGNORE INTO post_contact VALUES (?1, ?2)")?;
    for lead in leads {
        insert.execute((post, lead))?;
    }
    Ok(())
}

/// The item of a reported post; one is made where none waits and nobody has decided on what the
/// post says now. `judged` is what the rules say of the report, where the stored verdict is erased.
fn put_reported(
    transaction: &Transaction<'_>,
    page: &PageCommit,
    row: &Row,
    judged: &Verdict,
) -> Result<(ItemId, ItemState, Option<Outcome>), StoreError> {
    let newest = transaction
        .prepare_cached(
            "SELECT id, state, outcome, version_id = ?2, origin FROM queue_item WHERE post_id = ?1
             ORDER BY state <> 'open', id DESC LIMIT 1",
        )?
        .query_row((row.post, row.version), |row| {
            let state = row.get::<_, Name<ItemState>>(1)?.0;
            let outcome = row.get::<_, Option<Name<Outcome>>>(2)?.map(|name| name.0);
            let origin = row.get::<_, Name<Origin>>(4)?.0;
            Ok((row.get(0)?, state, outcome, row.get::<_, bool>(3)?, origin))
        })
        .optional()?;
    match newest {
        // What rules flagged keeps the version they flagged; what was only told moves on with it.
        Some((item, ItemState::Open, outcome, same, origin)) if same || origin == Origin::Rules => {
            return Ok((item, ItemState::Open, outcome));
        }
        Some((item, ItemState::Decided, outcome, true, _)) => {
            return Ok((item, ItemState::Decided, outcome));
        }
        _ => {}
    }
    let stored: Option<Json<Verdict>> = match row.gone {
        true => None,
        false => transaction
            .prepare_cached("SELECT body FROM verdict WHERE id = ?1")?
            .query_row([row.verdict], |row| row.get(0))
            .map(Some)?,
    };
    let verdict = stored.as_ref().map_or(judged, |json| &json.0);
    let ids = Ids { post: row.post, version: row.version, verdict: row.verdict };
    let seen = Seen { source: row.source, capture: None, at: page.at };
    let (lane, origin) = match verdict.lane.filter(|_| verdict.flagged) {
        Some(lane) => (lane, Origin::Rules),
        None => (Lane::Offer, Origin::Report),
    };
    let (item, entered) =
        versions::put_before_analyst(transaction, &seen, page.at, &ids, lane, origin, verdict)?;
    transaction
        .prepare_cached("UPDATE source SET items_queued = items_queued + ?2 WHERE id = ?1")?
        .execute((sources::id(transaction, &page.source)?, entered))?;
    Ok((item, ItemState::Open, None))
}
