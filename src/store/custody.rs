//! The custody log: who did what to which evidence, when. Every line carries the hash of the line
//! before it, and a row of its own holds the last line's hash, so that no line can be altered,
//! put in or taken out without [`verify`](super::Store::verify) finding it. Lines are written in
//! the transaction of the thing they tell of.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, params};
use serde::Serialize;

use crate::post::{Hasher, Sha256};

use super::column::{Name, Named, Stamp};
use super::error::StoreError;

/// The name an analyst works under: 1 to 64 characters, no control characters, no space around it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Analyst(String);

/// The name cannot stand in the custody log. (Indonesian: an analyst reads it.)
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nama analis `{0}` tidak dapat dipakai: 1 sampai 64 karakter, tanpa karakter kendali")]
pub struct ParseAnalystError(String);

impl Analyst {
    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Analyst {
    type Err = ParseAnalystError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim();
        if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
            return Err(ParseAnalystError(text.escape_debug().to_string()));
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for Analyst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who works on an item: a person, herself or by a program that holds a token of hers.
#[derive(Debug, Clone)]
pub struct By {
    pub(super) analyst: Analyst,
    /// The token's number.
    pub(super) token: Option<i64>,
}

impl From<&Analyst> for By {
    fn from(analyst: &Analyst) -> Self {
        Self { analyst: analyst.clone(), token: None }
    }
}

impl By {
    pub(super) fn actor(&self) -> Actor<'_> {
        Actor::Analyst(&self.analyst)
    }
}

/// Says in a line's detail that it was a program, and by which token.
pub(super) fn tell_way(detail: &mut serde_json::Value, token: Option<i64>) {
    if let (Some(token), Some(detail)) = (token, detail.as_object_mut()) {
        detail.insert("by".into(), "token".into());
        detail.insert("token".into(), token.into());
    }
}

/// Who did it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Actor<'a> {
    /// The program itself, on its schedule or an operator's command.
    Waspada,
    /// A person.
    Analyst(&'a Analyst),
}

impl fmt::Display for Actor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waspada => f.write_str("waspada"),
            // No analyst can be taken for the program by choosing its name.
            Self::Analyst(analyst) => write!(f, "analyst:{analyst}"),
        }
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// An item was decided.
    Decision,
    /// A decision was taken back.
    Undo,
    /// An item was looked at.
    View,
    /// Personal data of an item were shown unmasked.
    Reveal,
    /// Items were exported.
    Export,
    /// The database was copied.
    Backup,
    /// A capture was stored.
    CaptureStored,
    /// A capture was erased.
    CaptureErased,
    /// The source deleted a post, and its content was wiped.
    PostDeleted,
    /// The source deleted a post that is under hold: its content is kept.
    PostHeld,
    /// Other rules were applied to stored posts.
    Rescored,
    /// A person or another body handed in a link or a text.
    ReportReceived,
    /// What was handed in was looked at and its post stored.
    ReportStored,
    /// A token for another body's program was made.
    TokenCreated,
    /// A token was revoked.
    TokenRevoked,
    /// A one-time link for an account was made.
    Invited,
    /// An account was made.
    AccountMade,
    /// An account was shut or opened again.
    AccountChanged,
    /// An account was locked after wrong passwords.
    AccountLocked,
    /// A person signed in.
    SignedIn,
    /// A change of the rules was proposed.
    Proposed,
    /// A proposal was taken back.
    ProposalWithdrawn,
    /// A proposal was turned down.
    ProposalDeclined,
    /// A proposal was accepted: its rule file stands among the rules.
    ProposalAccepted,
    /// An unflagged post was drawn and put before an analyst.
    Sampled,
    /// A decision was drawn to be made a second time.
    ReviewDrawn,
    /// A second opinion was given.
    SecondRuling,
    /// A second opinion was taken back.
    SecondUndone,
    /// A supervisor settled what two analysts differ on.
    Settled,
    /// A settlement was taken back.
    SettlementUndone,
    /// Somebody wrote of an item.
    Noted,
    /// An item was given to a person.
    Assigned,
    /// That was taken back.
    Unassigned,
    /// An item was handed to the supervisors.
    Escalated,
    /// It was given back to everybody.
    EscalationLifted,
    /// An analyst passed an item over.
    Skipped,
}

impl Named for Action {
    const WHAT: &'static str = "custody action";
    const ALL: &'static [Self] = &[
        Self::Decision,
        Self::Undo,
        Self::View,
        Self::Reveal,
        Self::Export,
        Self::Backup,
        Self::CaptureStored,
        Self::CaptureErased,
        Self::PostDeleted,
        Self::PostHeld,
        Self::Rescored,
        Self::ReportReceived,
        Self::ReportStored,
        Self::TokenCreated,
        Self::TokenRevoked,
        Self::Invited,
        Self::AccountMade,
        Self::AccountChanged,
        Self::AccountLocked,
        Self::SignedIn,
        Self::Proposed,
        Self::ProposalWithdrawn,
        Self::ProposalDeclined,
        Self::ProposalAccepted,
        Self::Sampled,
        Self::ReviewDrawn,
        Self::SecondRuling,
        Self::SecondUndone,
        Self::Settled,
        Self::SettlementUndone,
        Self::Noted,
        Self::Assigned,
        Self::Unassigned,
        Self::Escalated,
        Self::EscalationLifted,
        Self::Skipped,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Undo => "undo",
            Self::View => "view",
            Self::Reveal => "reveal",
            Self::Export => "export",
            Self::Backup => "backup",
            Self::CaptureStored => "capture_stored",
            Self::CaptureErased => "capture_erased",
            Self::PostDeleted => "post_deleted",
            Self::PostHeld => "post_held",
            Self::Rescored => "rescored",
            Self::ReportReceived => "report_received",
            Self::ReportStored => "report_stored",
            Self::TokenCreated => "token_created",
            Self::TokenRevoked => "token_revoked",
            Self::Invited => "invited",
            Self::AccountMade => "account_made",
            Self::AccountChanged => "account_changed",
            Self::AccountLocked => "account_locked",
            Self::SignedIn => "signed_in",
            Self::Proposed => "proposed",
            Self::ProposalWithdrawn => "proposal_withdrawn",
            Self::ProposalDeclined => "proposal_declined",
            Self::ProposalAccepted => "proposal_accepted",
            Self::Sampled => "sampled",
            Self::ReviewDrawn => "review_drawn",
            Self::SecondRuling => "second_ruling",
            Self::SecondUndone => "second_undone",
            Self::Settled => "settled",
            Self::SettlementUndone => "settlement_undone",
            Self::Noted => "noted",
            Self::Assigned => "assigned",
            Self::Unassigned => "unassigned",
            Self::Escalated => "escalated",
            Self::EscalationLifted => "escalation_lifted",
            Self::Skipped => "skipped",
        }
    }
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// 1, 2, 3, … without a gap.
    pub seq: i64,
    /// When, as stored (RFC 3339, UTC).
    pub at: String,
    /// `waspada` or `analyst:<name>`.
    pub actor: String,
    /// The action's name.
    pub action: String,
    /// What it was done to: `item:7`, `capture:<sha256>`, `post:telegram:chan/1`.
    pub subject: String,
    /// More, as a JSON object.
    pub detail: String,
    /// The hash of the line before; zeros for the first.
    pub prev: Sha256,
    /// The hash over all of the above.
    pub hash: Sha256,
}

impl Line {
    pub(super) const COLUMNS: &'static str = "seq, at, actor, action, subject, detail, prev, hash";

    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            at: row.get(1)?,
            actor: row.get(2)?,
            action: row.get(3)?,
            subject: row.get(4)?,
            detail: row.get(5)?,
            prev: row.get(6)?,
            hash: row.get(7)?,
        })
    }

    /// The hash the line should have.
    pub(super) fn digest(&self) -> Sha256 {
        let mut hasher = Hasher::new();
        hasher.field(&self.seq.to_le_bytes());
        for field in [&self.at, &self.actor, &self.action, &self.subject, &self.detail] {
            hasher.field(field.as_bytes());
        }
        hasher.field(self.prev.as_bytes());
        hasher.finish()
    }
}

/// The last line's number and hash: whoever notes it elsewhere can show later that nothing up to
/// that line was changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Head {
    /// The last line's number; 0 for an empty log.
    pub seq: i64,
    /// The last line's hash; zeros for an empty log.
    pub hash: Sha256,
}

pub(super) fn head(connection: &Connection) -> rusqlite::Result<Head> {
    connection
        .prepare_cached("SELECT seq, hash FROM custody_head")?
        .query_row([], |row| Ok(Head { seq: row.get(0)?, hash: row.get(1)? }))
}

/// Writes a line and answers its number.
pub(super) fn append(
    transaction: &Transaction<'_>,
    at: Timestamp,
    actor: Actor<'_>,
    action: Action,
    subject: impl fmt::Display,
    detail: &serde_json::Value,
) -> Result<i64, StoreError> {
    let before = head(transaction)?;
    let mut line = Line {
        seq: before.seq + 1,
        at: Stamp(at).text(),
        actor: actor.to_string(),
        action: action.name().to_owned(),
        subject: subject.to_string(),
        detail: detail.to_string(),
        prev: before.hash,
        hash: before.hash,
    };
    line.hash = line.digest();
    transaction
        .prepare_cached(
            "INSERT INTO custody (seq, at, actor, action, subject, detail, prev, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            line.seq,
            line.at,
            line.actor,
            Name(action),
            line.subject,
            line.detail,
            line.prev,
            line.hash
        ])?;
    transaction
        .prepare_cached("UPDATE custody_head SET seq = ?1, hash = ?2")?
        .execute(params![line.seq, line.hash])?;
    Ok(line.seq)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_byte_between_fields_changes_the_hash() {
        let line = |actor: &str, subject: &str| Line {
            seq: 1,
            at: "2026-01-01T00:00:00.000000Z".into(),
            actor: actor.into(),
            action: "view".into(),
            subject: subject.into(),
            detail: "{}".into(),
            prev: Sha256::from_bytes([0; 32]),
            hash: Sha256::from_bytes([0; 32]),
        };
        assert_ne!(line("ab", "c").digest(), line("a", "bc").digest());
    }

    #[test]
    fn names_that_could_deceive_a_reader_are_refused() {
        for name in ["", "  ", "a\nb", &"x".repeat(65)] {
            assert!(name.parse::<Analyst>().is_err(), "{name:?}");
        }
        assert_eq!(" sari ".parse::<Analyst>().unwrap().as_str(), "sari");
    }
}
