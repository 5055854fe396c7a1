//! People whom a sign-in provider vouches for. Who she is, is the provider's name for her and never
//! the name she works under: that one may be given to another there. What she may do follows the
//! provider at each sign-in; every change is a custody line.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction};

use super::second::add_half;
use super::session::add_session;
use super::{Account, Role, SessionToken, end_sessions, give_role, note_change};
use crate::store::column::{Name, Stamp};
use crate::store::custody::{self, Action, Actor, Analyst};
use crate::store::queue::Token;
use crate::store::{Store, StoreError};

/// A person as a provider means her.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider's name for itself.
    pub issuer: String,
    /// Its name for her, which it never gives to another.
    pub subject: String,
}

/// A person a provider vouches for.
#[derive(Debug, Clone)]
pub struct Vouched {
    /// Who she is.
    pub identity: Identity,
    /// What she is called there; the name of her account when it is made.
    pub name: Analyst,
    /// What she may do.
    pub role: Role,
}

/// Where the word of a provider leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Welcome {
    /// She is in.
    In(SessionToken),
    /// Her account asks for a code besides.
    OwesCode(Token),
    /// Her account is shut.
    Shut,
    /// It would be her first time, and somebody else works under her name.
    NameTaken,
}

impl Store {
    /// Lets somebody in whom a provider vouches for, with an account made the first time.
    ///
    /// # Errors
    /// The database refused.
    pub fn welcome(
        &self,
        vouched: &Vouched,
        agent: &str,
        now: Timestamp,
    ) -> Result<Welcome, StoreError> {
        let token = Token::random()?;
        let (vouched, agent) = (vouched.clone(), agent.to_owned());
        self.writer.call(move |transaction| {
            let account = match known(transaction, &vouched.identity)? {
                Some(account) => account,
                None => match add(transaction, &vouched, now)? {
                    Some(account) => account,
                    None => return Ok(Welcome::NameTaken),
                },
            };
            if account.disabled_at.is_some() {
                return Ok(Welcome::Shut);
            }
            if account.role != vouched.role {
                let detail = serde_json::json!({ "role": vouched.role, "by": "oidc" });
                give_role(transaction, &account, vouched.role, None, &detail, now)?;
            }
            if account.has_totp {
                add_half(transaction, &account, token, now)?;
                return Ok(Welcome::OwesCode(token));
            }
            let proof = serde_json::json!({ "by": "oidc" });
            add_session(transaction, &account, token, &agent, &proof, now)?;
            Ok::<_, StoreError>(Welcome::In(token))
        })
    }

    /// Makes an account the one of a person at a provider, in the place of whom it was linked to
    /// before; `false` when another account is hers already.
    ///
    /// # Errors
    /// The database refused.
    pub fn link_identity(
        &self,
        account: &Account,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (account, identity) = (account.clone(), identity.clone());
        self.writer.call(move |transaction| {
            match known(transaction, &identity)? {
                Some(held) if held.id != account.id => return Ok(false),
                _ => {}
            }
            transaction.execute(
                "INSERT INTO identity VALUES (?1, ?2, ?3) ON CONFLICT (account_id)
                 DO UPDATE SET issuer = excluded.issuer, subject = excluded.subject",
                (account.id, &identity.issuer, &identity.subject),
            )?;
            // Whoever came in as somebody else is not let stay.
            end_sessions(transaction, account.id, None)?;
            let detail = serde_json::json!({
                "oidc": { "issuer": identity.issuer, "subject": identity.subject },
            });
            note_change(transaction, &account, None, &detail, now)?;
            Ok::<_, StoreError>(true)
        })
    }
}

fn known(
    transaction: &Transaction<'_>,
    identity: &Identity,
) -> Result<Option<Account>, StoreError> {
    let found = transaction
        .prepare_cached(&format!(
            "SELECT {} FROM identity i JOIN account a ON a.id = i.account_id
             WHERE i.issuer = ?1 AND i.subject = ?2",
            Account::COLUMNS
        ))?
        .query_row((&identity.issuer, &identity.subject), Account::read)
        .optional()?;
    Ok(found)
}

/// Her first account; `None` when its name is taken. It has no password: nobody gets in by one.
fn add(
    transaction: &Transaction<'_>,
    vouched: &Vouched,
    now: Timestamp,
) -> Result<Option<Account>, StoreError> {
    let Vouched { identity, name, role } = vouched;
    let added = transaction.execute(
        "INSERT INTO account (name, role, password, created_at) VALUES (?1, ?2, '', ?3)
         ON CONFLICT DO NOTHING",
        (name.as_str(), Name(*role), Stamp(now)),
    )?;
    if added == 0 {
        return Ok(None);
    }
    transaction.execute(
        "INSERT INTO identity VALUES (?1, ?2, ?3)",
        (transaction.last_insert_rowid(), &identity.issuer, &identity.subject),
    )?;
    let detail = serde_json::json!({
        "role": role,
        "oidc": { "issuer": identity.issuer, "subject": identity.subject },
    });
    let subject = format!("account:{name}");
    custody::append(transaction, now, Actor::Analyst(name), Action::AccountMade, subject, &detail)?;
    known(transaction, identity)
}
