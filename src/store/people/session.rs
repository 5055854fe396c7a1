//! Sessions: opened by a right password, closed by their person, by idleness or by age.

use jiff::{SignedDuration, Timestamp};
use rusqlite::OptionalExtension as _;

use super::{Account, hashed};
use crate::store::column::Stamp;
use crate::store::custody::{self, Action, Actor};
use crate::store::queue::Token;
use crate::store::team::Personal;
use crate::store::{Store, StoreError};

/// A session that nobody uses for so long ends.
const IDLE: SignedDuration = SignedDuration::from_mins(60);
/// The longest session: a working day.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
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
    /// Opens a session after a right password.
    ///
    /// # Errors
    /// The database refused.
    pub fn open_session(
        &self,
        account: &Account,
        now: Timestamp,
    ) -> Result<SessionToken, StoreError> {
        let token = Token::random()?;
        let (id, name) = (account.id, account.name.clone());
        self.writer.call(move |transaction| {
            let ends = now.checked_add(LONGEST).unwrap_or(now);
            transaction.execute("DELETE FROM session WHERE ends_at <= ?1", [Stamp(now)])?;
            transaction.execute(
                "INSERT INTO session VALUES (?1, ?2, ?3, ?3, ?4)",
                (hashed(token), id, Stamp(now), Stamp(ends)),
            )?;
            transaction.execute(
                "UPDATE account SET failures = 0, locked_until = NULL WHERE id = ?1",
                [id],
            )?;
            let subject = format!("account:{name}");
            let nothing = serde_json::json!({});
            custody::append(
                transaction,
                now,
                Actor::Analyst(&name),
                Action::SignedIn,
                subject,
                &nothing,
            )?;
            Ok::<_, StoreError>(token)
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
