//! Sessions: opened by a right password, closed by their person, by idleness or by age.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction};

use super::{Account, hashed};
use crate::store::column::Stamp;
use crate::store::custody::{self, Action, Actor};
use crate::store::queue::Token;
use crate::store::team::Personal;
use crate::store::{Store, StoreError};

/// A session that nobody uses for so long ends.
pub(super) const IDLE: SignedDuration = SignedDuration::from_mins(60);
/// The longest session: a working day.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// How much of what a browser calls itself is kept, in letters.
const AGENT: usize = 200;
/// How often its last use is noted.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// What a browser proves its session with.
pub type SessionToken = Token;

/// A running session.
#[derive(Debug, Clone)]
pub struct Session {
    /// What it is proved with.
    pub token: SessionToken,
    /// Whose it is.
    pub account: Account,
    /// What is hers on every page.
    pub personal: Personal,
}

impl Store {
    /// Opens a session after a right password; `None` when that password or the account was taken out
    /// of use meanwhile. `agent` is what the browser calls itself.
    ///
    /// # Errors
    /// The database refused.
    pub fn open_session(
        &self,
        account: &Account,
        agent: &str,
        now: Timestamp,
    ) -> Result<Option<SessionToken>, StoreError> {
        let token = Token::random()?;
        let (account, agent) = (account.clone(), agent.to_owned());
        self.writer.call(move |transaction| {
            let proof = serde_json::json!({});
            if !password_stands(transaction, &account)? {
                return Ok(None);
            }
            add_session(transaction, &account, token, &agent, &proof, now)?;
            Ok::<_, StoreError>(Some(token))
        })
    }

    /// The session of this token while it runs and its account is open; its use is noted.
    ///
    /// # Errors
    /// The database refused.
    pub fn session(
        &self,
        token: SessionToken,
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let idle_since = now.checked_sub(IDLE).unwrap_or(now);
        let found = self
            .readers
            .get()
            .prepare_cached(&format!(
                "SELECT {}, s.seen_at, s.opened_at FROM session s JOIN account a ON a.id = s.account_id
                 WHERE s.token = ?1 AND s.ends_at > ?2 AND s.seen_at > ?3
                     AND a.disabled_at IS NULL",
                Account::COLUMNS
            ))?
            .query_row((hashed(token), Stamp(now), Stamp(idle_since)), |row| {
                let time = |column| Ok::<_, rusqlite::Error>(row.get::<_, Stamp>(column)?.0);
                Ok((Account::read(row)?, time("seen_at")?, time("opened_at")?))
            })
            .optional()?;
        let Some((account, seen, opened)) = found else { return Ok(None) };
        if now.duration_since(seen) > NOTED {
            self.writer.call(move |transaction| {
                let note = "UPDATE session SET seen_at = ?2 WHERE token = ?1";
                transaction.execute(note, (hashed(token), Stamp(now)))?;
                Ok::<_, StoreError>(())
            })?;
        }
        let personal = self.personal(&account, opened)?;
        Ok(Some(Session { token, personal, account }))
    }

    /// Whether the session of this token runs. Asking is no use of it: a page that is only open
    /// keeps no session alive.
    ///
    /// # Errors
    /// The database refused.
    pub fn session_runs(&self, token: SessionToken, now: Timestamp) -> Result<bool, StoreError> {
        let idle_since = now.checked_sub(IDLE).unwrap_or(now);
        let runs = self
            .readers
            .get()
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM session s JOIN account a ON a.id = s.account_id
                     WHERE s.token = ?1 AND s.ends_at > ?2 AND s.seen_at > ?3
                         AND a.disabled_at IS NULL)",
            )?
            .query_row((hashed(token), Stamp(now), Stamp(idle_since)), |row| row.get(0))?;
        Ok(runs)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database refused.
    pub fn close_session(&self, token: SessionToken) -> Result<(), StoreError> {
        self.writer.call(move |transaction| {
            transaction.execute("DELETE FROM session WHERE token = ?1", [hashed(token)])?;
            Ok(())
        })
    }
}

/// Whether the password that was looked at is still the one of an account in use.
pub(super) fn password_stands(
    transaction: &Transaction<'_>,
    account: &Account,
) -> Result<bool, StoreError> {
    let same = "SELECT 1 FROM account WHERE id = ?1 AND password = ?2 AND disabled_at IS NULL";
    Ok(transaction.prepare_cached(same)?.exists((account.id, &account.password))?)
}

/// Opens a session of somebody who proved who she is; `proof` says by what beside a password.
pub(super) fn add_session(
    transaction: &Transaction<'_>,
    account: &Account,
    token: SessionToken,
    agent: &str,
    proof: &serde_json::Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    let ends = now.checked_add(LONGEST).unwrap_or(now);
    transaction.execute("DELETE FROM session WHERE ends_at <= ?1", [Stamp(now)])?;
    let agent: String = agent.chars().filter(|letter| !letter.is_control()).take(AGENT).collect();
    transaction.execute(
        "INSERT INTO session (token, account_id, opened_at, seen_at, ends_at, agent)
         VALUES (?1, ?2, ?3, ?3, ?4, ?5)",
        (hashed(token), account.id, Stamp(now), Stamp(ends), agent),
    )?;
    let fresh = "UPDATE account SET failures = 0, locked_until = NULL WHERE id = ?1";
    transaction.execute(fresh, [account.id])?;
    let subject = format!("account:{}", account.name);
    let actor = Actor::Analyst(&account.name);
    custody::append(transaction, now, actor, Action::SignedIn, subject, proof)?;
    Ok(())
}
