//! What people hand in: kept before it is looked at, so that nothing told is lost, and put before
//! an analyst whatever the rules say of it. Of who told it only a pseudonym is kept.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction};
use serde::{Deserialize, Serialize};

use super::Store;
use super::column::{Json, Name, Stamp};
use super::custody::{self, Action, Actor};
use super::error::StoreError;
use super::queue::{ItemId, ItemState, Origin, Outcome};
use super::record::PageCommit;
use super::versions::{self, Ids, Seen};
use super::{commit, sources};
use crate::engine::{Band, Lane, Verdict};
use crate::post::{Hasher, Post, PostKey, Sha256};

/// A report's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct ReportId(pub i64);

impl std::fmt::Display for ReportId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What was handed in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    /// A link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What the post says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What the reporter says of it, contacts masked; and what he says it says, where the post has
    /// words of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where a text without a link was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
}

/// Who handed it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reporter {
    /// A person: of the name only a pseudonym is kept.
    Person(Option<String>),
    /// Another body's program.
    Token {
        /// The token's number.
        id: i64,
        /// Its name.
        name: String,
    },
}

/// A report that comes in.
#[derive(Debug, Clone)]
pub struct Receiving {
    /// What is handed in.
    pub told: Told,
    /// By whom.
    pub reporter: Reporter,
    /// From when on it may be looked at; later than now when the caller does so himself.
    pub due: Timestamp,
    /// It is refused when this many wait already.
    pub most_waiting: u64,
}

/// A report that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its number.
    pub id: ReportId,
    /// What it is called outside: not to be guessed.
    pub public_id: String,
    /// The pseudonym.
    pub reporter: String,
}

/// A report to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its number.
    pub id: ReportId,
    /// What was handed in.
    pub told: Told,
    /// Which look this is, from 1.
    pub tries: u32,
}

/// A post that is stored already, and in which version.
#[derive(Debug, Clone)]
pub struct Known {
    /// The post.
    pub post: Post,
    version: i64,
}

/// What came of a look, beside the post.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Found {
    /// The post was read where it stands; otherwise it is kept as told.
    pub fetched: bool,
    /// Why it was not fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The addresses gone through, from the one handed in to where it led.
    pub chain: Vec<String>,
    /// Numbers, accounts and invitations that links lead to. None was opened.
    pub leads: Vec<String>,
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

/// How far a report has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// Nobody has looked yet, or the site asked for a pause.
    Waiting,
    /// Its post is stored and stands in the queue.
    Stored,
}

/// A report as whoever handed it in may see it: no contact, no text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredReport {
    /// What it is called.
    pub id: String,
    /// How far it has come.
    pub state: ReportState,
    /// When it came in.
    pub received_at: Timestamp,
    /// When its post was stored.
    pub stored_at: Option<Timestamp>,
    /// The post was read where it stands; otherwise it is kept as told.
    pub fetched: Option<bool>,
    /// Why it was not fetched.
    pub reason: Option<String>,
    /// What the rules say, 0–100.
    pub score: Option<u8>,
    /// The band of that.
    pub band: Option<Band>,
    /// Whether the rules flag it.
    pub flagged: Option<bool>,
    /// How often its post was reported.
    pub reports: Option<u64>,
    /// Where its item in the queue stands.
    pub review: Option<ItemState>,
}

impl Store {
    /// Keeps a report; `None` when too many wait.
    ///
    /// # Errors
    /// The database refused.
    pub fn report_receive(
        &self,
        receiving: Receiving,
        now: Timestamp,
    ) -> Result<Option<Received>, StoreError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
        let public_id = format!("lp-{}", &Sha256::from_bytes(bytes).to_string()[..20]);
        self.writer.call(move |transaction| {
            let Receiving { told, reporter, due, most_waiting } = &receiving;
            let waiting: u64 = transaction
                .prepare_cached("SELECT count(*) FROM report WHERE due IS NOT NULL")?
                .query_row([], |row| row.get(0))?;
            if waiting >= *most_waiting {
                return Ok(None);
            }
            let (token, reporter) = match reporter {
                Reporter::Token { id, name } => (Some(*id), format!("token:{name}")),
                Reporter::Person(name) => (None, pseudonym(transaction, name.as_deref())?),
            };
            transaction
                .prepare_cached(
                    "INSERT INTO report (public_id, reporter, token_id, told, due, received_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute((&public_id, &reporter, token, Json(told), Stamp(*due), Stamp(now)))?;
            let id = ReportId(transaction.last_insert_rowid());
            // Neither what was told nor a hash of it: this line is never erased, and a hash of a
            // telephone number is soon turned back into the number.
            let detail = serde_json::json!({
                "reporter": reporter, "link": told.url.is_some(), "text": told.text.is_some(),
            });
            let actor = Actor::Waspada;
            custody::append(transaction, now, actor, Action::ReportReceived, subject(id), &detail)?;
            Ok(Some(Received { id, public_id, reporter }))
        })
    }

    /// Takes a report that is due; if nothing comes of it, it is due again after `hold`.
    ///
    /// # Errors
    /// The database refused.
    pub fn report_take(
        &self,
        hold: SignedDuration,
        now: Timestamp,
    ) -> Result<Option<Waiting>, StoreError> {
        let again = now.checked_add(hold).unwrap_or(Timestamp::MAX);
        self.writer.call(move |transaction| {
            Ok(transaction
                .prepare_cached(
                    "UPDATE report SET due = ?2, tries = tries + 1
                     WHERE id = (SELECT id FROM report WHERE due <= ?1 ORDER BY due, id LIMIT 1)
                     RETURNING id, told, tries",
                )?
                .query_row((Stamp(now), Stamp(again)), |row| {
                    Ok(Waiting {
                        id: ReportId(row.get(0)?),
                        told: row
                            .get::<_, Option<Json<Told>>>(1)?
                            .map_or_else(Told::default, |it| it.0),
                        tries: row.get(2)?,
                    })
                })
                .optional()?)
        })
    }

    /// A report could not be looked at yet.
    ///
    /// # Errors
    /// The database refused.
    pub fn report_later(&self, report: ReportId, due: Timestamp) -> Result<(), StoreError> {
        self.writer.call(move |transaction| {
            transaction
                .prepare_cached("UPDATE report SET due = ?2 WHERE id = ?1 AND due IS NOT NULL")?
                .execute((report.0, Stamp(due)))?;
            Ok(())
        })
    }

    /// When the next report is due.
    ///
    /// # Errors
    /// The database refused.
    pub fn report_next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let due: Option<Stamp> = self.readers.get().query_row(
            "SELECT min(due) FROM report WHERE due IS NOT NULL",
            [],
            |row| row.get(0),
        )?;
        Ok(due.map(|due| due.0))
    }

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

    /// A report of this token, by its public name.
    ///
    /// # Errors
    /// The database refused.
    pub fn report_of_token(
        &self,
        public_id: &str,
        token: i64,
    ) -> Result<Option<StoredReport>, StoreError> {
        let report = self.readers.get().query_row(
            "SELECT r.public_id, r.received_at, r.finished_at, r.found, t.score, t.body, t.flagged,
                 CASE WHEN r.post_id NOT NULL
                     THEN (SELECT count(*) FROM report o WHERE o.post_id = r.post_id) END,
                 (SELECT state FROM queue_item q WHERE q.post_id = r.post_id
                  ORDER BY state <> 'open', id DESC LIMIT 1)
             FROM report r LEFT JOIN post p ON p.id = r.post_id
                 LEFT JOIN verdict t ON t.id = p.verdict_id
             WHERE r.public_id = ?1 AND r.token_id = ?2",
            (public_id, token),
            |row| {
                let stored_at = row.get::<_, Option<Stamp>>(2)?.map(|stamp| stamp.0);
                let found = row.get::<_, Option<Json<Found>>>(3)?.map(|json| json.0);
                // The body of a verdict whose post was erased is empty.
                let verdict = row.get::<_, Option<Json<Verdict>>>(5).ok().flatten();
                Ok(StoredReport {
                    id: row.get(0)?,
                    state: match stored_at {
                        Some(_) => ReportState::Stored,
                        None => ReportState::Waiting,
                    },
                    received_at: row.get::<_, Stamp>(1)?.0,
                    stored_at,
                    fetched: found.as_ref().map(|found| found.fetched),
                    reason: found.and_then(|found| found.reason),
                    score: row.get(4)?,
                    band: verdict.and_then(|json| json.0.band),
                    flagged: row.get(6)?,
                    reports: row.get(7)?,
                    review: row.get::<_, Option<Name<ItemState>>>(8)?.map(|name| name.0),
                })
            },
        );
        Ok(report.optional()?)
    }
}

/// The subject of a custody line about a report.
fn subject(report: ReportId) -> String {
    format!("report:{report}")
}

/// The name under which reports of one person are known to be of one person.
fn pseudonym(transaction: &Transaction<'_>, name: Option<&str>) -> Result<String, StoreError> {
    let name = name.map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "));
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return Ok("pelapor".to_owned());
    };
    let key: Vec<u8> =
        transaction.query_row("SELECT key FROM reporter_key", [], |row| row.get(0))?;
    let mut hasher = Hasher::new();
    hasher.field(&key);
    hasher.field(name.to_lowercase().as_bytes());
    Ok(format!("pelapor-{}", &hasher.finish().to_string()[..10]))
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

/// How often a post was reported.
pub(super) fn count(transaction: &Transaction<'_>, post: i64) -> rusqlite::Result<u64> {
    transaction
        .prepare_cached("SELECT count(*) FROM report WHERE post_id = ?1")?
        .query_row([post], |row| row.get(0))
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
