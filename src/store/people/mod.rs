//! Who may work in the console: accounts, the one-time links that make them, and sessions. A token
//! is handed out once and kept only as its hash; what happens to an account is a custody line.

mod identity;
mod own;
mod personal;
mod second;
mod session;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Row, Transaction};
use serde::{Deserialize, Serialize};

use super::Store;
use super::column::{Name, Named, Stamp};
use super::custody::{self, Action, Actor, Analyst};
use super::error::StoreError;
use super::queue::Token;
use crate::post::Sha256;

pub use identity::{Identity, Vouched, Welcome};
pub use own::SessionLine;
pub use personal::{Bearer, PersonalToken, TokenError};
pub use second::{Proof, Proved, RecoveryCode, Totp};
pub use session::{Session, SessionToken};

/// Wrong passwords or codes in a row after which an account is locked for a while.
const PATIENCE: u32 = 5;
/// How long it is locked then.
const LOCKED: SignedDuration = SignedDuration::from_mins(15);
/// How long a one-time link is good for.
const INVITED: SignedDuration = SignedDuration::from_hours(24);

/// Items an analyst may decide at once.
const FEW: usize = 20;

/// What a person may do; each may do what those before it may, but `ops`, who decides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks at items, contacts masked.
    Viewer,
    /// Tends rules and sources; looks at items, contacts masked.
    Ops,
    /// Decides items, and a few alike ones at once; may see contacts.
    Analyst,
    /// Decides many at once and takes back what others decided.
    Supervisor,
    /// Makes accounts.
    Admin,
}

impl Role {
    /// Every role, from the one that may least.
    pub const ALL: &'static [Self] =
        &[Self::Viewer, Self::Ops, Self::Analyst, Self::Supervisor, Self::Admin];

    /// The name in the database and in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Ops => "ops",
            Self::Analyst => "analyst",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }

    /// Whether decisions and contacts are hers.
    pub fn decides(self) -> bool {
        self >= Self::Analyst
    }

    /// Whether accounts are hers to make and shut.
    pub fn administers(self) -> bool {
        self == Self::Admin
    }

    /// Whether the rules are hers to change.
    pub fn tends_rules(self) -> bool {
        matches!(self, Self::Ops | Self::Admin)
    }

    /// How many items she may decide at once: an analyst the copies of one ad, whoever supervises
    /// whatever a batch holds.
    pub fn at_once(self) -> usize {
        match self {
            Self::Viewer | Self::Ops => 0,
            Self::Analyst => FEW,
            Self::Supervisor | Self::Admin => Store::MOST_TOGETHER,
        }
    }

    /// Whether a token of hers may have this role. `ops` stands beside the ladder: those who only
    /// decide may not what it may.
    pub fn covers(self, role: Self) -> bool {
        role == self || role < self && (role != Self::Ops || self == Self::Admin)
    }

    /// Whether she may take back what others decided.
    pub fn supervises(self) -> bool {
        self >= Self::Supervisor
    }
}

impl Named for Role {
    const WHAT: &'static str = "role";
    const ALL: &'static [Self] = Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}

/// The language a person reads the console in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Indonesian.
    #[default]
    Id,
    /// English.
    En,
}

impl Language {
    /// The code of BCP 47.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }
}

impl Named for Language {
    const WHAT: &'static str = "language";
    const ALL: &'static [Self] = &[Self::Id, Self::En];

    fn name(self) -> &'static str {
        self.as_str()
    }
}

/// A person's account.
#[derive(Debug, Clone)]
pub struct Account {
    pub(in crate::store) id: i64,
    /// The name in decisions and the log.
    pub name: Analyst,
    /// What she may do.
    pub role: Role,
    /// The language she reads.
    pub language: Language,
    /// The password's hash, as a PHC string; empty where only a provider lets her in.
    pub password: String,
    /// Since when it may not be used, if so.
    pub disabled_at: Option<Timestamp>,
    /// Until when it is locked after wrong passwords, if so.
    pub locked_until: Option<Timestamp>,
    /// Whether a code is asked for beside the password.
    pub has_totp: bool,
    /// Whether a sign-in provider vouches for her.
    pub has_identity: bool,
}

impl Account {
    const COLUMNS: &'static str =
        "a.id, a.name, a.role, a.language, a.password, a.disabled_at, a.locked_until,
         EXISTS (SELECT 1 FROM totp t WHERE t.account_id = a.id AND t.confirmed_at IS NOT NULL),
         EXISTS (SELECT 1 FROM identity i WHERE i.account_id = a.id)";

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let time = |column| -> rusqlite::Result<Option<Timestamp>> {
            Ok(row.get::<_, Option<Stamp>>(column)?.map(|Stamp(at)| at))
        };
        let name: String = row.get(1)?;
        Ok(Self {
            id: row.get(0)?,
            name: name.parse().map_err(|error| {
                let text = rusqlite::types::Type::Text;
                rusqlite::Error::FromSqlConversionFailure(1, text, Box::new(error))
            })?,
            role: row.get::<_, Name<Role>>(2)?.0,
            language: row.get::<_, Name<Language>>(3)?.0,
            password: row.get(4)?,
            disabled_at: time(5)?,
            locked_until: time(6)?,
            has_totp: row.get(7)?,
            has_identity: row.get(8)?,
        })
    }

    /// Whether she can get in by a password. Who cannot has her second factor at her provider.
    pub fn has_password(&self) -> bool {
        !self.password.is_empty()
    }

    /// Whether it may be used now.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.disabled_at.is_none() && self.locked_until.is_none_or(|until| until <= now)
    }
}

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The link was used or its time is over.
    #[error("tautan ini sudah dipakai atau kedaluwarsa; minta yang baru")]
    Expired,
    /// Somebody else works under this name.
    #[error("nama `{0}` sudah dipakai; pilih yang lain")]
    NameTaken(Analyst),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for InviteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

fn hashed(token: Token) -> Sha256 {
    Sha256::of(token.to_string().as_bytes())
}

impl Store {
    /// Whether nobody can sign in yet.
    ///
    /// # Errors
    /// The database refused.
    pub fn has_no_accounts(&self) -> Result<bool, StoreError> {
        let count: i64 = self.readers.get().query_row(
            "SELECT count(*) FROM account WHERE disabled_at IS NULL",
            [],
            |row| row.get(0),
        )?;
        Ok(count == 0)
    }

    /// Makes the one-time link of the first administrator; those made before are void.
    ///
    /// # Errors
    /// The database refused.
    pub fn invite_first(&self, now: Timestamp) -> Result<Token, StoreError> {
        let token = Token::random()?;
        self.writer.call(move |transaction| {
            let void = "DELETE FROM invitation WHERE role = ?1";
            transaction.execute(void, [Name(Role::Admin)])?;
            add_invitation(transaction, token, Role::Admin, None, now)
        })
    }

    /// Makes a one-time link for an account with this role; `by` is `None` when an operator does it
    /// at the command line.
    ///
    /// # Errors
    /// The database refused.
    pub fn invite(
        &self,
        role: Role,
        by: Option<&Analyst>,
        now: Timestamp,
    ) -> Result<Token, StoreError> {
        let by = by.cloned();
        let token = Token::random()?;
        self.writer
            .call(move |transaction| add_invitation(transaction, token, role, by.as_ref(), now))
    }

    /// The role a one-time link gives, while it is good.
    ///
    /// # Errors
    /// The database refused.
    pub fn invitation(&self, token: Token, now: Timestamp) -> Result<Option<Role>, StoreError> {
        let role = self
            .readers
            .get()
            .prepare_cached("SELECT role FROM invitation WHERE token = ?1 AND ends_at > ?2")?
            .query_row((hashed(token), Stamp(now)), |row| Ok(row.get::<_, Name<Role>>(0)?.0))
            .optional()?;
        Ok(role)
    }

    /// Makes an account by a one-time link, which is used up by it. `password` is its PHC string.
    ///
    /// # Errors
    /// The link is no longer good, or the name is taken.
    pub fn accept(
        &self,
        token: Token,
        name: &Analyst,
        password: String,
        now: Timestamp,
    ) -> Result<(), InviteError> {
        let name = name.clone();
        self.writer.call(move |transaction| {
            let role: Name<Role> = transaction
                .query_row(
                    "DELETE FROM invitation WHERE token = ?1 AND ends_at > ?2 RETURNING role",
                    (hashed(token), Stamp(now)),
                    |row| row.get(0),
                )
                .optional()?
                .ok_or(InviteError::Expired)?;
            let added = transaction.execute(
                "INSERT INTO account (name, role, password, created_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
                (name.as_str(), &role, password, Stamp(now)),
            )?;
            if added == 0 {
                return Err(InviteError::NameTaken(name));
            }
            let detail = serde_json::json!({ "role": role.0 });
            let subject = format!("account:{name}");
            let actor = Actor::Analyst(&name);
            custody::append(transaction, now, actor, Action::AccountMade, subject, &detail)?;
            Ok(())
        })
    }

    /// The account of this name.
    ///
    /// # Errors
    /// The database refused.
    pub fn account(&self, name: &Analyst) -> Result<Option<Account>, StoreError> {
        let found = self
            .readers
            .get()
            .prepare_cached(&format!(
                "SELECT {} FROM account a WHERE a.name = ?1",
                Account::COLUMNS
            ))?
            .query_row([name.as_str()], Account::read)
            .optional()?;
        Ok(found)
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// The database refused.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let reader = self.readers.get();
        let mut statement = reader.prepare_cached(&format!(
            "SELECT {} FROM account a ORDER BY a.name",
            Account::COLUMNS
        ))?;
        let accounts = statement.query_map([], Account::read)?;
        Ok(accounts.collect::<Result<_, _>>()?)
    }

    /// Counts a wrong password; too many in a row lock the account for a while.
    ///
    /// # Errors
    /// The database refused.
    pub fn password_was_wrong(&self, account: &Account, now: Timestamp) -> Result<(), StoreError> {
        let account = account.clone();
        self.writer.call(move |transaction| {
            count_failure(transaction, &account, now)?;
            Ok(())
        })
    }

    /// Sets the language a person reads the console in.
    ///
    /// # Errors
    /// The database refused.
    pub fn set_language(&self, account: &Account, language: Language) -> Result<(), StoreError> {
        let id = account.id;
        self.writer.call(move |transaction| {
            let change = "UPDATE account SET language = ?2 WHERE id = ?1";
            transaction.execute(change, (id, Name(language)))?;
            Ok(())
        })
    }

    /// Shuts an account, and with it its sessions and links, or opens it again. `by` is `None` when
    /// an operator does it at the command line.
    ///
    /// # Errors
    /// The database refused.
    pub fn set_disabled(
        &self,
        account: &Account,
        disabled: bool,
        by: Option<&Analyst>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (account, by) = (account.clone(), by.cloned());
        self.writer.call(move |transaction| {
            let since = disabled.then_some(Stamp(now));
            transaction.execute(
                "UPDATE account SET disabled_at = ?2, failures = 0, locked_until = NULL WHERE id = ?1",
                (account.id, since),
            )?;
            if disabled {
                end_sessions(transaction, account.id, None)?;
                end_password_links(transaction, account.id)?;
                personal::revoke_all(transaction, &account, by.as_ref(), now)?;
            }
            let detail = serde_json::json!({ "disabled": disabled });
            note_change(transaction, &account, by.as_ref(), &detail, now)
        })
    }

    /// Gives a person another role; her sessions end, so that nothing of the old one is left open.
    /// `by` is `None` when an operator does it at the command line.
    ///
    /// # Errors
    /// The database refused.
    pub fn set_role(
        &self,
        account: &Account,
        role: Role,
        by: Option<&Analyst>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (account, by) = (account.clone(), by.cloned());
        self.writer.call(move |transaction| {
            let detail = serde_json::json!({ "role": role });
            give_role(transaction, &account, role, by.as_ref(), &detail, now)
        })
    }
}

fn add_invitation(
    transaction: &Transaction<'_>,
    token: Token,
    role: Role,
    by: Option<&Analyst>,
    now: Timestamp,
) -> Result<Token, StoreError> {
    transaction.execute("DELETE FROM invitation WHERE ends_at <= ?1", [Stamp(now)])?;
    let ends = now.checked_add(INVITED).unwrap_or(now);
    transaction.execute(
        "INSERT INTO invitation VALUES (?1, ?2, ?3)",
        (hashed(token), Name(role), Stamp(ends)),
    )?;
    let actor = by.map_or(Actor::Waspada, Actor::Analyst);
    let detail = serde_json::json!({ "role": role });
    custody::append(transaction, now, actor, Action::Invited, "account", &detail)?;
    Ok(token)
}

/// Counts a wrong password or code; too many in a row lock the account for a while.
fn count_failure(
    transaction: &Transaction<'_>,
    account: &Account,
    now: Timestamp,
) -> Result<(), StoreError> {
    let failures: u32 = transaction.query_row(
        "UPDATE account SET failures = failures + 1 WHERE id = ?1 RETURNING failures",
        [account.id],
        |row| row.get(0),
    )?;
    if failures < PATIENCE {
        return Ok(());
    }
    let until = now.checked_add(LOCKED).unwrap_or(now);
    transaction.execute(
        "UPDATE account SET failures = 0, locked_until = ?2 WHERE id = ?1",
        (account.id, Stamp(until)),
    )?;
    transaction.execute("DELETE FROM half_session WHERE account_id = ?1", [account.id])?;
    let subject = format!("account:{}", account.name);
    let detail = serde_json::json!({ "until": Stamp(until).text() });
    custody::append(transaction, now, Actor::Waspada, Action::AccountLocked, subject, &detail)?;
    Ok(())
}

/// Ends what a person has open, but for one session.
fn end_sessions(
    transaction: &Transaction<'_>,
    account: i64,
    but: Option<SessionToken>,
) -> Result<(), StoreError> {
    transaction.execute(
        "DELETE FROM session WHERE account_id = ?1 AND token IS NOT ?2",
        (account, but.map(hashed)),
    )?;
    transaction.execute("DELETE FROM half_session WHERE account_id = ?1", [account])?;
    Ok(())
}

/// Gives a person another role; what the old one left open ends.
fn give_role(
    transaction: &Transaction<'_>,
    account: &Account,
    role: Role,
    by: Option<&Analyst>,
    detail: &serde_json::Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    let change = "UPDATE account SET role = ?2 WHERE id = ?1";
    transaction.execute(change, (account.id, Name(role)))?;
    end_sessions(transaction, account.id, None)?;
    note_change(transaction, account, by, detail, now)
}

fn end_password_links(transaction: &Transaction<'_>, account: i64) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM password_link WHERE account_id = ?1", [account])?;
    Ok(())
}

/// The custody line of a change to an account.
fn note_change(
    transaction: &Transaction<'_>,
    account: &Account,
    by: Option<&Analyst>,
    detail: &serde_json::Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    let actor = by.map_or(Actor::Waspada, Actor::Analyst);
    let subject = format!("account:{}", account.name);
    custody::append(transaction, now, actor, Action::AccountChanged, subject, detail)?;
    Ok(())
}
