//! What people at the items propose for the rules: a word that is wrong in a rule, a phrase that is
//! missing. One is accepted only as exactly what was tried on the stored posts, and the rule file is
//! put in place inside the transaction that says so.

use std::io;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction};
use serde::{Deserialize, Serialize};

use super::Store;
use super::column::{Json, Name, Named, Stamp};
use super::custody::{self, Action, Actor, Analyst};
use super::error::StoreError;
use super::queue::ItemId;
use crate::post::Sha256;

/// What is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalKind {
    /// What a rule saw does not mean here what the rule says.
    WrongWord,
    /// What gives the post away no rule sees.
    MissingPhrase,
}

impl Named for ProposalKind {
    const WHAT: &'static str = "kind of a proposal";
    const ALL: &'static [Self] = &[Self::WrongWord, Self::MissingPhrase];

    fn name(self) -> &'static str {
        match self {
            Self::WrongWord => "wrong_word",
            Self::MissingPhrase => "missing_phrase",
        }
    }
}

impl ProposalKind {
    /// The name in the database and in forms.
    pub fn as_str(self) -> &'static str {
        self.name()
    }
}

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// It waits.
    Open,
    /// It stands among the rules.
    Accepted,
    /// It was turned down.
    Declined,
    /// Whoever made it took it back.
    Withdrawn,
}

impl Named for ProposalState {
    const WHAT: &'static str = "state of a proposal";
    const ALL: &'static [Self] = &[Self::Open, Self::Accepted, Self::Declined, Self::Withdrawn];

    fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl ProposalState {
    /// Every state, the one that asks for work first.
    pub const ALL: &'static [Self] = <Self as Named>::ALL;

    /// The name in the database and in addresses.
    pub fn as_str(self) -> &'static str {
        self.name()
    }
}

/// A proposal to be made.
#[derive(Debug, Clone)]
pub struct NewProposal {
    /// The item it was seen on.
    pub item: ItemId,
    /// What is proposed.
    pub kind: ProposalKind,
    /// The rule meant.
    pub rule: Option<String>,
    /// The family meant, where no rule is.
    pub family: Option<String>,
    /// The words meant.
    pub words: String,
    /// Why.
    pub note: String,
}

/// What a rule file would have changed on the posts it was tried on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialCounts {
    /// Posts it was tried on, the newest.
    pub posts: u64,
    /// Posts there are.
    pub of: u64,
    /// Flagged only by the new rules.
    pub gained: u64,
    /// Flagged only by the old ones.
    pub lost: u64,
    /// In the other lane.
    pub lane: u64,
    /// In another band.
    pub band: u64,
}

/// A rule file as it was tried.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The name of the file, without its ending.
    pub slug: String,
    /// The file.
    pub edit: String,
    /// The digest of name, text and the rule set it was tried against.
    pub digest: Sha256,
    /// What it would have changed.
    pub counts: TrialCounts,
}

/// A proposal as stored.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Its number.
    pub id: i64,
    /// The item it was seen on.
    pub item: ItemId,
    /// What is proposed.
    pub kind: ProposalKind,
    /// The rule meant.
    pub rule: Option<String>,
    /// The family meant.
    pub family: Option<String>,
    /// The words meant.
    pub words: String,
    /// Why.
    pub note: String,
    /// Who made it.
    pub analyst: String,
    /// When.
    pub at: Timestamp,
    /// Where it stands.
    pub state: ProposalState,
    /// The name of the rule file last tried.
    pub slug: Option<String>,
    /// The rule file last tried.
    pub edit: Option<String>,
    /// What that would have changed, by whom and when it was tried.
    pub tried: Option<(TrialCounts, String, Timestamp)>,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// When.
    pub closed_at: Option<Timestamp>,
    /// Why it was turned down.
    pub reason: Option<String>,
    /// The rule set with it.
    pub ruleset: Option<String>,
}

impl Proposal {
    const SELECT: &'static str =
        "SELECT id, item_id, kind, rule, family, words, note, analyst, at, state, slug, edit, counts,
             tried_by, tried_at, closed_by, closed_at, reason, ruleset FROM proposal";

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let counts = row.get::<_, Option<Json<TrialCounts>>>(12)?.map(|json| json.0);
        let (tried_by, tried_at): (Option<String>, Option<Stamp>) = (row.get(13)?, row.get(14)?);
        Ok(Self {
            id: row.get(0)?,
            item: row.get(1)?,
            kind: row.get::<_, Name<ProposalKind>>(2)?.0,
            rule: row.get(3)?,
            family: row.get(4)?,
            words: row.get(5)?,
            note: row.get(6)?,
            analyst: row.get(7)?,
            at: row.get::<_, Stamp>(8)?.0,
            state: row.get::<_, Name<ProposalState>>(9)?.0,
            slug: row.get(10)?,
            edit: row.get(11)?,
            tried: counts.zip(tried_by).zip(tried_at).map(|((a, b), Stamp(c))| (a, b, c)),
            closed_by: row.get(15)?,
            closed_at: row.get::<_, Option<Stamp>>(16)?.map(|stamp| stamp.0),
            reason: row.get(17)?,
            ruleset: row.get(18)?,
        })
    }
}

/// Which proposals are wanted.
#[derive(Debug, Clone, Default)]
pub struct ProposalFilter {
    /// Of this state.
    pub state: Option<ProposalState>,
    /// Made by this person.
    pub analyst: Option<String>,
    /// Made before this one.
    pub before: Option<i64>,
}

/// Why the store did not do what was asked of a proposal.
#[derive(Debug, thiserror::Error)]
pub enum ProposalError {
    /// There is no such proposal, or no such item.
    #[error("there is no such proposal or item")]
    Missing,
    /// It is closed already.
    #[error("the proposal is closed already")]
    Closed,
    /// What is to be accepted is not what was tried.
    #[error("what is to be accepted was not tried as it is")]
    Untried,
    /// The rule file could not be put in place; nothing was written.
    #[error("the rule file could not be put in place: {0}")]
    File(io::Error),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for ProposalError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

fn subject(id: i64) -> String {
    format!("proposal:{id}")
}

impl Store {
    /// Makes a proposal and answers its number.
    ///
    /// # Errors
    /// There is no such item.
    pub fn propose(
        &self,
        new: NewProposal,
        by: &Analyst,
        now: Timestamp,
    ) -> Result<i64, ProposalError> {
        let by = by.clone();
        self.writer.call(move |transaction| {
            let item = transaction
                .prepare_cached("SELECT id FROM queue_item WHERE id = ?1")?
                .query_row([new.item], |row| row.get::<_, ItemId>(0))
                .optional()?
                .ok_or(ProposalError::Missing)?;
            transaction
                .prepare_cached(
                    "INSERT INTO proposal (item_id, kind, rule, family, words, note, analyst, at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute((
                    item,
                    Name(new.kind),
                    &new.rule,
                    &new.family,
                    &new.words,
                    &new.note,
                    by.as_str(),
                    Stamp(now),
                ))?;
            let id = transaction.last_insert_rowid();
            let detail = serde_json::json!({
                "item": item, "kind": new.kind, "rule": new.rule, "family": new.family,
                "words": new.words, "note": new.note,
            });
            let actor = Actor::Analyst(&by);
            custody::append(transaction, now, actor, Action::Proposed, subject(id), &detail)?;
            Ok(id)
        })
    }

    /// The proposals wanted, newest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn proposals(
        &self,
        filter: &ProposalFilter,
        most: u32,
    ) -> Result<Vec<Proposal>, ProposalError> {
        let reader = self.readers.get();
        // One statement each, so that each finds its index.
        let (clause, state) = match filter.state {
            Some(state) => ("state = ?2", state.name()),
            None => ("?2 = ''", ""),
        };
        let whose = if filter.analyst.is_some() { "analyst = ?3" } else { "?3 IS NULL" };
        let mut statement = reader.prepare_cached(&format!(
            "{} WHERE id < ?1 AND {clause} AND {whose} ORDER BY id DESC LIMIT ?4",
            Proposal::SELECT
        ))?;
        let before = filter.before.unwrap_or(i64::MAX);
        let found = statement.query_map((before, state, &filter.analyst, most), Proposal::read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// How many proposals wait.
    ///
    /// # Errors
    /// The database refused.
    pub fn open_proposals(&self) -> Result<u64, ProposalError> {
        let count = "SELECT count(*) FROM proposal WHERE state = 'open'";
        Ok(self.readers.get().query_row(count, [], |row| row.get(0))?)
    }

    /// One proposal.
    ///
    /// # Errors
    /// There is no such proposal.
    pub fn proposal(&self, id: i64) -> Result<Proposal, ProposalError> {
        self.readers
            .get()
            .prepare_cached(&format!("{} WHERE id = ?1", Proposal::SELECT))?
            .query_row([id], Proposal::read)
            .optional()?
            .ok_or(ProposalError::Missing)
    }

    /// Notes what was tried for an open proposal; what was tried before no longer counts.
    ///
    /// # Errors
    /// There is no such proposal, or it is closed.
    pub fn note_trial(
        &self,
        id: i64,
        trial: Trial,
        by: &Analyst,
        now: Timestamp,
    ) -> Result<(), ProposalError> {
        let by = by.clone();
        self.writer.call(move |transaction| {
            open(transaction, id)?;
            transaction
                .prepare_cached(
                    "UPDATE proposal SET slug = ?2, edit = ?3, trial = ?4, counts = ?5,
                         tried_by = ?6, tried_at = ?7 WHERE id = ?1",
                )?
                .execute((
                    id,
                    &trial.slug,
                    &trial.edit,
                    trial.digest,
                    Json(trial.counts),
                    by.as_str(),
                    Stamp(now),
                ))?;
            Ok(())
        })
    }

    /// Accepts what was last tried, when its digest is this one. `place` puts the rule file in place;
    /// where it cannot, nothing is written.
    ///
    /// # Errors
    /// It is closed, was not tried as it is, or the file could not be put in place.
    pub fn accept_proposal(
        &self,
        id: i64,
        digest: Sha256,
        ruleset: String,
        by: &Analyst,
        now: Timestamp,
        place: impl FnOnce() -> io::Result<()> + Send + 'static,
    ) -> Result<(), ProposalError> {
        let by = by.clone();
        self.writer.call(move |transaction| {
            open(transaction, id)?;
            let (slug, counts) = transaction
                .prepare_cached("SELECT slug, counts FROM proposal WHERE id = ?1 AND trial = ?2")?
                .query_row((id, digest), |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, Json<TrialCounts>>(1)?.0))
                })
                .optional()?
                .ok_or(ProposalError::Untried)?;
            close(transaction, id, ProposalState::Accepted, &by, None, Some(&ruleset), now)?;
            let detail = serde_json::json!({
                "file": format!("local/{slug}.toml"), "tried": digest, "counts": counts,
                "ruleset": ruleset,
            });
            let (actor, action) = (Actor::Analyst(&by), Action::ProposalAccepted);
            custody::append(transaction, now, actor, action, subject(id), &detail)?;
            place().map_err(ProposalError::File)
        })
    }

    /// Turns a proposal down.
    ///
    /// # Errors
    /// There is no such proposal, or it is closed.
    pub fn decline_proposal(
        &self,
        id: i64,
        by: &Analyst,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), ProposalError> {
        let (by, reason) = (by.clone(), reason.to_owned());
        self.writer.call(move |transaction| {
            open(transaction, id)?;
            close(transaction, id, ProposalState::Declined, &by, Some(&reason), None, now)?;
            let detail = serde_json::json!({ "reason": reason });
            let (actor, action) = (Actor::Analyst(&by), Action::ProposalDeclined);
            custody::append(transaction, now, actor, action, subject(id), &detail)?;
            Ok(())
        })
    }

    /// Takes a proposal back: for whoever made it.
    ///
    /// # Errors
    /// She made no such proposal, or it is closed.
    pub fn withdraw_proposal(
        &self,
        id: i64,
        by: &Analyst,
        now: Timestamp,
    ) -> Result<(), ProposalError> {
        let by = by.clone();
        self.writer.call(move |transaction| {
            if open(transaction, id)? != by.as_str() {
                return Err(ProposalError::Missing);
            }
            close(transaction, id, ProposalState::Withdrawn, &by, None, None, now)?;
            let detail = serde_json::json!({});
            let (actor, action) = (Actor::Analyst(&by), Action::ProposalWithdrawn);
            custody::append(transaction, now, actor, action, subject(id), &detail)?;
            Ok(())
        })
    }
}

/// Who made the proposal, which must be open.
fn open(transaction: &Transaction<'_>, id: i64) -> Result<String, ProposalError> {
    let (state, by) = transaction
        .prepare_cached("SELECT state, analyst FROM proposal WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get::<_, Name<ProposalState>>(0)?.0, row.get(1)?)))
        .optional()?
        .ok_or(ProposalError::Missing)?;
    if state == ProposalState::Open { Ok(by) } else { Err(ProposalError::Closed) }
}

fn close(
    transaction: &Transaction<'_>,
    id: i64,
    state: ProposalState,
    by: &Analyst,
    reason: Option<&str>,
    ruleset: Option<&str>,
    now: Timestamp,
) -> Result<(), ProposalError> {
    transaction
        .prepare_cached(
            "UPDATE proposal SET state = ?2, closed_by = ?3, closed_at = ?4, reason = ?5,
                 ruleset = ?6 WHERE id = ?1",
        )?
        .execute((id, Name(state), by.as_str(), Stamp(now), reason, ruleset))?;
    Ok(())
}
