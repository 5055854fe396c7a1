//! What a person changes of her own account, and what opens it again when she cannot: passwords,
//! the one-time links that set one, and the list of her sessions.

use jiff::Timestamp;
use rusqlite::OptionalExtension as _;
use rusqlite::Transaction;

use super::session::{IDLE, password_stands};
use super::{
    Account, INVITED, Session, SessionToken, end_password_links, end_sessions, hashed, note_change,
};
use crate::post::Sha256;
use crate::store::column::Stamp;
use crate::store::custody::Analyst;
use crate::store::queue::Token;
use crate::store::{Store, StoreError};

/// One of a person's running sessions.
#[derive(Debug, Clone)]
pub struct SessionLine {
    /// What it is named by; nobody can prove a session with it.
    pub id: Sha256,
    /// Since when it runs.
    pub opened_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// What the browser calls itself.
    pub agent: String,
}

impl SessionLine {
    /// Whether it is the one this token proves.
    pub fn is_of(&self, token: SessionToken) -> bool {
        self.id == hashed(token)
    }
}

impl Store {
    /// Sets a new password, as its PHC string, and ends the person's other sessions; `false` when
    /// the old one is no longer hers.
    ///
    /// # Errors
    /// The database refused.
    pub fn change_password(
        &self,
        session: &Session,
        password: String,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let session = session.clone();
        self.writer.call(move |transaction| {
            if !password_stands(transaction, &session.account)? {
                return Ok(false);
            }
            let by = Some(&session.account.name);
            set_password(transaction, &session.account, &password, Some(session.token), by, now)?;
            Ok::<_, StoreError>(true)
        })
    }

    /// Makes a one-time link that sets a new password; those made before are void. `by` is `None`
    /// when an operator does it at the command line.
    ///
    /// # Errors
    /// The database refused.
    pub fn link_password(
        &self,
        account: &Account,
        by: Option<&Analyst>,
        now: Timestamp,
    ) -> Result<Token, StoreError> {
        let token = Token::random()?;
        let (account, by) = (account.clone(), by.cloned());
        self.writer.call(move |transaction| {
            end_password_links(transaction, account.id)?;
            let ends = now.checked_add(INVITED).unwrap_or(now);
            transaction.execute(
                "INSERT INTO password_link VALUES (?1, ?2, ?3)",
                (hashed(token), account.id, Stamp(ends)),
            )?;
            let detail = serde_json::json!({ "password": "link_made" });
            note_change(transaction, &account, by.as_ref(), &detail, now)?;
            Ok::<_, StoreError>(token)
        })
    }

    /// The account whose password a one-time link sets, while it is good.
    ///
    /// # Errors
    /// The database refused.
    pub fn password_link(
        &self,
        token: Token,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        let reader = self.readers.get();
        let found = reader
            .prepare_cached(&format!(
                "SELECT {} FROM password_link l JOIN account a ON a.id = l.account_id
                 WHERE l.token = ?1 AND l.ends_at > ?2 AND a.disabled_at IS NULL",
                Account::COLUMNS
            ))?
            .query_row((hashed(token), Stamp(now)), Account::read)
            .optional()?;
        Ok(found)
    }

    /// Sets a new password, as its PHC string, by a one-time link, which is used up by it: all
    /// sessions of the person end and her account is unlocked. `false` when the link is not good.
    ///
    /// # Errors
    /// The database refused.
    pub fn set_password_by_link(
        &self,
        token: Token,
        password: String,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(account) = self.password_link(token, now)? else { return Ok(false) };
        self.writer.call(move |transaction| {
            let used = "DELETE FROM password_link WHERE token = ?1 AND ends_at > ?2";
            if transaction.execute(used, (hashed(token), Stamp(now)))? == 0 {
                return Ok(false);
            }
            set_password(transaction, &account, &password, None, Some(&account.name), now)?;
            Ok::<_, StoreError>(true)
        })
    }

    /// A person's running sessions, the newest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn sessions(
        &self,
        account: &Account,
        now: Timestamp,
    ) -> Result<Vec<SessionLine>, StoreError> {
        let idle_since = now.checked_sub(IDLE).unwrap_or(now);
        let reader = self.readers.get();
        let mut statement = reader.prepare_cached(
            "SELECT token, opened_at, seen_at, agent FROM session
             WHERE account_id = ?1 AND ends_at > ?2 AND seen_at > ?3 ORDER BY opened_at DESC",
        )?;
        let lines = statement.query_map((account.id, Stamp(now), Stamp(idle_since)), |row| {
            Ok(SessionLine {
                id: row.get(0)?,
                opened_at: row.get::<_, Stamp>(1)?.0,
                seen_at: row.get::<_, Stamp>(2)?.0,
                agent: row.get(3)?,
            })
        })?;
        Ok(lines.collect::<Result<_, _>>()?)
    }

    /// Ends one of a person's sessions, or all but the one she asks with.
    ///
    /// # Errors
    /// The database refused.
    pub fn end_own(
        &self,
        session: &Session,
        which: Option<Sha256>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let session = session.clone();
        self.writer.call(move |transaction| {
            match which {
                Some(id) => {
                    let one = "DELETE FROM session WHERE token = ?1 AND account_id = ?2";
                    transaction.execute(one, (id, session.account.id))?;
                }
                None => end_sessions(transaction, session.account.id, Some(session.token))?,
            }
            let detail = serde_json::json!({ "sessions": "ended" });
            note_change(transaction, &session.account, Some(&session.account.name), &detail, now)
        })
    }
}

fn set_password(
    transaction: &Transaction<'_>,
    account: &Account,
    password: &str,
    keeps: Option<SessionToken>,
    by: Option<&Analyst>,
    now: Timestamp,
) -> Result<(), StoreError> {
    transaction.execute(
        "UPDATE account SET password = ?2, failures = 0, locked_until = NULL WHERE id = ?1",
        (account.id, password),
    )?;
    end_sessions(transaction, account.id, keeps)?;
    end_password_links(transaction, account.id)?;
    let detail = serde_json::json!({ "password": "changed" });
    note_change(transaction, account, by, &detail, now)
}
