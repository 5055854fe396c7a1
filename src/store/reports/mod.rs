//! What people hand in: kept before it is looked at, so that nothing told is lost. Of who told it
//! only a pseudonym is kept.

mod landing;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction};
use serde::{Deserialize, Serialize};

use super::Store;
use super::column::{Json, Name, Stamp};
use super::custody::{self, Action, Actor};
use super::error::StoreError;
use super::queue::ItemState;
use crate::engine::{Band, Verdict};
use crate::post::{Hasher, Sha256};

pub use landing::{Handled, Known, Landed};

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

/// How often a post was reported.
pub(super) fn count(transaction: &Transaction<'_>, post: i64) -> rusqlite::Result<u64> {
    transaction
        .prepare_cached("SELECT count(*) FROM report WHERE post_id = ?1")?
        .query_row([post], |row| row.get(0))
}
