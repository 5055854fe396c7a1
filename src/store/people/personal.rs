//! Tokens with which a person's own programs work in her name: made and revoked by herself, shown
//! once, kept only as a hash, good until a day she chose, and never for more than she may herself.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Row, Transaction};

use super::{Account, Role};
use crate::post::Sha256;
use crate::store::column::{Name, Stamp};
use crate::store::custody::{self, Action, Actor, Analyst, By};
use crate::store::tokens::random_letters;
use crate::store::{Store, StoreError};

/// How often a token's last use is noted.
const NOTED: SignedDuration = SignedDuration::from_mins(1);
/// Tokens in force that one account may have.
const MOST: i64 = 20;
/// The longest a token may be good for.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);
/// The longest name, in characters.
const LONGEST_NAME: usize = 64;

/// A token as its owner's list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalToken {
    /// Its number.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// The most it permits.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub ends_at: Timestamp,
    /// When it was last used, to the minute; `None`: never.
    pub used_at: Option<Timestamp>,
    /// When it was revoked, if so.
    pub revoked_at: Option<Timestamp>,
}

impl PersonalToken {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let time = |column| -> rusqlite::Result<Option<Timestamp>> {
            Ok(row.get::<_, Option<Stamp>>(column)?.map(|Stamp(at)| at))
        };
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            role: row.get::<_, Name<Role>>(2)?.0,
            created_at: row.get::<_, Stamp>(3)?.0,
            ends_at: row.get::<_, Stamp>(4)?.0,
            used_at: time(5)?,
            revoked_at: time(6)?,
        })
    }

    /// Whether it may be used now.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.ends_at > now
    }
}

/// Whoever holds a token in force.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The token's number.
    pub token: i64,
    /// The account it works for, its role no more than the token's.
    pub account: Account,
}

impl From<&Bearer> for By {
    fn from(bearer: &Bearer) -> Self {
        Self { analyst: bearer.account.name.clone(), token: Some(bearer.token) }
    }
}

/// Why a token was not made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The name is empty, too long or not plain, or another token in force has it.
    #[error("the name cannot be used")]
    Name,
    /// It would permit more than the account does.
    #[error("the role is above the account's")]
    Role,
    /// It would end at once or too late.
    #[error("the time is out of range")]
    Time,
    /// The account has as many as it may.
    #[error("the account has too many tokens")]
    TooMany,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for TokenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Makes a token for an account; the answer is the only time its letters are seen.
    ///
    /// # Errors
    /// Name, role, time or number is not allowed.
    pub fn personal_token_add(
        &self,
        owner: &Account,
        name: &str,
        role: Role,
        ends: Timestamp,
        now: Timestamp,
    ) -> Result<String, TokenError> {
        let name = name.trim().to_owned();
        if name.is_empty()
            || name.chars().count() > LONGEST_NAME
            || name.chars().any(char::is_control)
        {
            return Err(TokenError::Name);
        }
        if ends <= now || ends.duration_since(now) > LONGEST {
            return Err(TokenError::Time);
        }
        let letters = random_letters()?;
        let (owner, hash) = (owner.clone(), Sha256::of(letters.as_bytes()));
        self.writer.call(move |transaction| {
            // As it is now, not as it was when the page was made.
            let (now_may, open): (Name<Role>, bool) = transaction.query_row(
                "SELECT role, disabled_at IS NULL FROM account WHERE id = ?1",
                [owner.id],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            if !now_may.0.covers(role) || !open {
                return Err(TokenError::Role);
            }
            let has: i64 = transaction.query_row(
                "SELECT count(*) FROM personal_token
                 WHERE account_id = ?1 AND revoked_at IS NULL AND ends_at > ?2",
                (owner.id, Stamp(now)),
                |row| row.get(0),
            )?;
            if has >= MOST {
                return Err(TokenError::TooMany);
            }
            let made = transaction.execute(
                "INSERT INTO personal_token (account_id, name, role, hash, created_at, ends_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (account_id, name) WHERE revoked_at IS NULL DO NOTHING",
                (owner.id, &name, Name(role), hash, Stamp(now), Stamp(ends)),
            )?;
            if made == 0 {
                return Err(TokenError::Name);
            }
            let detail =
                serde_json::json!({ "name": name, "role": role, "until": Stamp(ends).text() });
            let subject = subject(transaction.last_insert_rowid());
            let actor = Actor::Analyst(&owner.name);
            custody::append(transaction, now, actor, Action::TokenCreated, subject, &detail)?;
            Ok(())
        })?;
        Ok(letters)
    }

    /// An account's tokens, the newest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn personal_tokens(&self, owner: &Account) -> Result<Vec<PersonalToken>, StoreError> {
        let reader = self.readers.get();
        let mut statement = reader.prepare_cached(
            "SELECT id, name, role, created_at, ends_at, used_at, revoked_at FROM personal_token
             WHERE account_id = ?1 ORDER BY id DESC LIMIT 100",
        )?;
        let tokens = statement.query_map([owner.id], PersonalToken::read)?;
        Ok(tokens.collect::<Result<_, _>>()?)
    }

    /// Revokes one of an account's tokens; false when it has none such in force.
    ///
    /// # Errors
    /// The database refused.
    pub fn personal_token_revoke(
        &self,
        owner: &Account,
        token: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let owner = owner.clone();
        self.writer.call(move |transaction| {
            Ok(!revoke(transaction, &owner, Some(token), Some(&owner.name), now)?.is_empty())
        })
    }

    /// Whoever these letters are the token of, while it is in force and its account open. `None`
    /// for everybody else. Its use is noted.
    ///
    /// # Errors
    /// The database refused.
    pub fn bearer(&self, letters: &str, now: Timestamp) -> Result<Option<Bearer>, StoreError> {
        // The index is asked for a hash nobody can choose: how long it takes tells nothing.
        let found = self
            .readers
            .get()
            .prepare_cached(&format!(
                "SELECT {}, t.id AS token, t.role AS most, t.used_at AS used FROM personal_token t
                 JOIN account a ON a.id = t.account_id
                 WHERE t.hash = ?1 AND t.revoked_at IS NULL AND t.ends_at > ?2
                     AND a.disabled_at IS NULL",
                Account::COLUMNS
            ))?
            .query_row((Sha256::of(letters.as_bytes()), Stamp(now)), |row| {
                let mut account = Account::read(row)?;
                let most = row.get::<_, Name<Role>>("most")?.0;
                // What the account may no longer, the token may not; where neither covers the other
                // it only looks.
                account.role = match account.role {
                    own if own.covers(most) => most,
                    own if most.covers(own) => own,
                    _ => Role::Viewer,
                };
                let used = row.get::<_, Option<Stamp>>("used")?.map(|Stamp(at)| at);
                Ok((Bearer { token: row.get("token")?, account }, used))
            })
            .optional()?;
        let Some((bearer, used)) = found else { return Ok(None) };
        if used.is_none_or(|used| now.duration_since(used) > NOTED) {
            let token = bearer.token;
            self.writer.call(move |transaction| {
                let note = "UPDATE personal_token SET used_at = ?2 WHERE id = ?1";
                transaction.execute(note, (token, Stamp(now)))?;
                Ok::<_, StoreError>(())
            })?;
        }
        Ok(Some(bearer))
    }

    /// Whether a token may still be used. Asking is no use of it.
    ///
    /// # Errors
    /// The database refused.
    pub fn bearer_stays(&self, token: i64, now: Timestamp) -> Result<bool, StoreError> {
        let stays = self
            .readers
            .get()
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM personal_token t JOIN account a ON a.id = t.account_id
                     WHERE t.id = ?1 AND t.revoked_at IS NULL AND t.ends_at > ?2
                         AND a.disabled_at IS NULL)",
            )?
            .query_row((token, Stamp(now)), |row| row.get(0))?;
        Ok(stays)
    }
}

fn subject(token: i64) -> String {
    format!("personal_token:{token}")
}

/// Revokes all of an account's tokens, as when it is shut.
pub(super) fn revoke_all(
    transaction: &Transaction<'_>,
    owner: &Account,
    by: Option<&Analyst>,
    now: Timestamp,
) -> Result<(), StoreError> {
    revoke(transaction, owner, None, by, now).map(|_| ())
}

/// Revokes one or all of an account's tokens that are not yet, each with its line in the log.
fn revoke(
    transaction: &Transaction<'_>,
    owner: &Account,
    token: Option<i64>,
    by: Option<&Analyst>,
    now: Timestamp,
) -> Result<Vec<i64>, StoreError> {
    let revoked: Vec<(i64, String)> = transaction
        .prepare_cached(
            "UPDATE personal_token SET revoked_at = ?3
             WHERE account_id = ?1 AND (?2 IS NULL OR id = ?2) AND revoked_at IS NULL
             RETURNING id, name",
        )?
        .query_map((owner.id, token, Stamp(now)), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (id, name) in &revoked {
        let detail = serde_json::json!({ "name": name, "of": owner.name });
        let actor = by.map_or(Actor::Waspada, Actor::Analyst);
        custody::append(transaction, now, actor, Action::TokenRevoked, subject(*id), &detail)?;
    }
    Ok(revoked.into_iter().map(|(id, _)| id).collect())
}
