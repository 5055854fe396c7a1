//! Tokens of other bodies' programs: made once, shown once, kept only as a hash, revoked by name.

use jiff::Timestamp;
use rusqlite::OptionalExtension as _;
use serde::Serialize;

use super::Store;
use super::column::Stamp;
use super::custody::{self, Action, Actor};
use super::error::StoreError;
use crate::post::Sha256;

/// What every token begins with, so that one that leaked is recognised.
const PREFIX: &str = "waspada_";

/// What a token permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// To hand in reports and to ask what became of them.
    Reports,
}

impl Scope {
    /// Its name on the command line and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reports => "reports",
        }
    }
}

/// A token as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenLine {
    /// Whose it is.
    pub name: String,
    /// What it permits.
    pub scopes: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked, if so.
    pub revoked_at: Option<Timestamp>,
    /// Reports handed in with it.
    pub reports: u64,
}

/// A token that may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveToken {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub name: String,
    /// The hash of its letters.
    pub hash: Sha256,
}

impl ActiveToken {
    /// Whether these are its letters. How long this takes tells nothing of how near they come.
    pub fn is(&self, letters: &str) -> bool {
        let given = Sha256::of(letters.as_bytes());
        let differing = given.as_bytes().iter().zip(self.hash.as_bytes());
        std::hint::black_box(differing.fold(0, |sum, (a, b)| sum | (a ^ b))) == 0
    }
}

/// The letters of a new token: 256 random bits, which need no slow hash.
pub(super) fn random_letters() -> Result<String, StoreError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
    Ok(format!("{PREFIX}{}", Sha256::from_bytes(bytes)))
}

impl Store {
    /// Makes a token; the answer is the only time its letters are seen. `None`: the name is taken.
    ///
    /// # Errors
    /// The database refused.
    pub fn token_add(
        &self,
        name: &str,
        scope: Scope,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let letters = random_letters()?;
        let (name, hash) = (name.to_owned(), Sha256::of(letters.as_bytes()));
        let made = self.writer.call(move |transaction| -> Result<bool, StoreError> {
            let made = transaction.execute(
                "INSERT INTO token (name, scopes, hash, created_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING",
                (&name, scope.as_str(), hash, Stamp(now)),
            )?;
            if made > 0 {
                let detail = serde_json::json!({ "name": name, "scopes": scope.as_str() });
                let subject = format!("token:{}", transaction.last_insert_rowid());
                custody::append(
                    transaction,
                    now,
                    Actor::Waspada,
                    Action::TokenCreated,
                    subject,
                    &detail,
                )?;
            }
            Ok(made > 0)
        })?;
        Ok(made.then_some(letters))
    }

    /// Revokes the token of this name; false when there is none in force.
    ///
    /// # Errors
    /// The database refused.
    pub fn token_revoke(&self, name: &str, now: Timestamp) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.writer.call(move |transaction| {
            let revoked: Option<i64> = transaction
                .query_row(
                    "UPDATE token SET revoked_at = ?2 WHERE name = ?1 AND revoked_at IS NULL
                     RETURNING id",
                    (&name, Stamp(now)),
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(id) = revoked {
                let detail = serde_json::json!({ "name": name });
                custody::append(
                    transaction,
                    now,
                    Actor::Waspada,
                    Action::TokenRevoked,
                    format_args!("token:{id}"),
                    &detail,
                )?;
            }
            Ok(revoked.is_some())
        })
    }

    /// All tokens, revoked ones among them, oldest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn tokens(&self) -> Result<Vec<TokenLine>, StoreError> {
        let reader = self.readers.get();
        let mut statement = reader.prepare_cached(
            "SELECT t.name, t.scopes, t.created_at, t.revoked_at,
                 (SELECT count(*) FROM report r WHERE r.token_id = t.id)
             FROM token t ORDER BY t.id",
        )?;
        let lines = statement.query_map([], |row| {
            Ok(TokenLine {
                name: row.get(0)?,
                scopes: row.get(1)?,
                created_at: row.get::<_, Stamp>(2)?.0,
                revoked_at: row.get::<_, Option<Stamp>>(3)?.map(|stamp| stamp.0),
                reports: row.get(4)?,
            })
        })?;
        Ok(lines.collect::<Result<_, _>>()?)
    }

    /// The tokens in force that permit this.
    ///
    /// # Errors
    /// The database refused.
    pub fn active_tokens(&self, scope: Scope) -> Result<Vec<ActiveToken>, StoreError> {
        let reader = self.readers.get();
        let mut statement = reader.prepare_cached(
            "SELECT id, name, hash FROM token WHERE revoked_at IS NULL AND scopes = ?1",
        )?;
        let tokens = statement.query_map([scope.as_str()], |row| {
            Ok(ActiveToken { id: row.get(0)?, name: row.get(1)?, hash: row.get(2)? })
        })?;
        Ok(tokens.collect::<Result<_, _>>()?)
    }
}
