//! The second factor: the secret a telephone shares, codes for the day it is lost, and the half-open
//! state between password and code. A code is compared and counted in one transaction, so that many
//! tries at once are still counted one by one, and none is taken twice.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction};

use super::session::{add_session, password_stands};
use super::{Account, Session, SessionToken, count_failure, end_sessions, hashed, note_change};
use crate::post::Sha256;
use crate::store::column::Stamp;
use crate::store::custody::Analyst;
use crate::store::queue::Token;
use crate::store::{Store, StoreError};

/// How long somebody who gave a right password may take to give the code.
const HALF_OPEN: SignedDuration = SignedDuration::from_mins(5);
/// Recovery codes made at one time.
const CODES: usize = 10;
/// Bytes of chance in a recovery code: ten cannot be guessed, and so need no slow hash.
const CODE_BYTES: usize = 10;
/// Digits of a recovery code written together.
const GROUP: usize = 5;

/// The second factor of an account.
#[derive(Clone)]
pub struct Totp {
    /// What her telephone and this database share.
    pub secret: Vec<u8>,
    /// Whether she has shown that her telephone has it.
    pub is_confirmed: bool,
    /// Recovery codes not used yet.
    pub codes_left: u64,
}

/// A code for the day the telephone is lost: shown once, kept only as its hash.
#[derive(Clone)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    fn random() -> Result<Self, StoreError> {
        let mut bytes = [0; CODE_BYTES];
        getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The code somebody typed, with or without what stands between its groups; `None` when it
    /// cannot be one.
    pub fn typed(text: &str) -> Option<Self> {
        let plain = |letter: &char| !letter.is_whitespace() && *letter != '-';
        let code: String = text.chars().filter(plain).collect::<String>().to_ascii_lowercase();
        let fits =
            code.len() == 2 * CODE_BYTES && code.bytes().all(|digit| digit.is_ascii_hexdigit());
        fits.then_some(Self(code))
    }

    /// The code in groups, to be written down.
    pub fn grouped(&self) -> String {
        let digits: Vec<char> = self.0.chars().collect();
        let groups: Vec<String> =
            digits.chunks(GROUP).map(|group| group.iter().collect()).collect();
        groups.join("-")
    }

    fn hashed(&self) -> Sha256 {
        Sha256::of(self.0.as_bytes())
    }
}

/// Finds the time step a code belongs to under a secret.
type StepOf = dyn Fn(&[u8]) -> Option<u64> + Send;

/// What somebody gives beside her password.
pub enum Proof {
    /// A code of the telephone.
    Code(Box<StepOf>),
    /// A recovery code.
    Recovery(RecoveryCode),
}

/// What a proof came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proved {
    /// She is in.
    In(SessionToken),
    /// It was not right, or was taken before.
    Wrong,
    /// The password has to be given again: time is over, or the account is locked or shut.
    Over,
}

impl Store {
    /// Notes that somebody gave a right password and owes a code; `None` when that password or the
    /// account was taken out of use meanwhile.
    ///
    /// # Errors
    /// The database refused.
    pub fn open_half(
        &self,
        account: &Account,
        now: Timestamp,
    ) -> Result<Option<Token>, StoreError> {
        let token = Token::random()?;
        let account = account.clone();
        self.writer.call(move |transaction| {
            if !password_stands(transaction, &account)? {
                return Ok(None);
            }
            add_half(transaction, &account, token, now)?;
            Ok::<_, StoreError>(Some(token))
        })
    }

    /// Whether this token is of somebody who gave a right password and owes a code.
    ///
    /// # Errors
    /// The database refused.
    pub fn is_half(&self, token: Token, now: Timestamp) -> Result<bool, StoreError> {
        let reader = self.readers.get();
        let held = "SELECT 1 FROM half_session WHERE token = ?1 AND ends_at > ?2";
        Ok(reader.prepare_cached(held)?.exists((hashed(token), Stamp(now)))?)
    }

    /// Makes a session out of half of one by a right code. A wrong one counts as a wrong password does.
    ///
    /// # Errors
    /// The database refused.
    pub fn prove(
        &self,
        half: Token,
        proof: Proof,
        agent: &str,
        now: Timestamp,
    ) -> Result<Proved, StoreError> {
        let token = Token::random()?;
        let agent = agent.to_owned();
        self.writer.call(move |transaction| {
            let account = transaction
                .prepare_cached(&format!(
                    "SELECT {} FROM half_session h JOIN account a ON a.id = h.account_id
                     WHERE h.token = ?1 AND h.ends_at > ?2",
                    Account::COLUMNS
                ))?
                .query_row((hashed(half), Stamp(now)), Account::read)
                .optional()?;
            let Some(account) = account.filter(|account| account.is_open(now)) else {
                return Ok(Proved::Over);
            };
            let Some(by) = take(transaction, &account, &proof)? else {
                count_failure(transaction, &account, now)?;
                return Ok(Proved::Wrong);
            };
            transaction.execute("DELETE FROM half_session WHERE token = ?1", [hashed(half)])?;
            let detail = serde_json::json!({ "by": by });
            add_session(transaction, &account, token, &agent, &detail, now)?;
            Ok::<_, StoreError>(Proved::In(token))
        })
    }

    /// The second factor of an account, confirmed or about to be.
    ///
    /// # Errors
    /// The database refused.
    pub fn totp(&self, account: &Account) -> Result<Option<Totp>, StoreError> {
        let reader = self.readers.get();
        let found = reader
            .prepare_cached(
                "SELECT t.secret, t.confirmed_at IS NOT NULL,
                     (SELECT count(*) FROM recovery_code r WHERE r.account_id = t.account_id)
                 FROM totp t WHERE t.account_id = ?1",
            )?
            .query_row([account.id], |row| {
                let (secret, is_confirmed) = (row.get(0)?, row.get(1)?);
                Ok(Totp { secret, is_confirmed, codes_left: row.get(2)? })
            })
            .optional()?;
        Ok(found)
    }

    /// Keeps a secret that her telephone is to be shown; nothing asks for it before it is confirmed.
    ///
    /// # Errors
    /// The database refused.
    pub fn begin_totp(&self, account: &Account, secret: Vec<u8>) -> Result<(), StoreError> {
        let id = account.id;
        self.writer.call(move |transaction| {
            transaction.execute(
                "INSERT INTO totp (account_id, secret) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET secret = excluded.secret WHERE confirmed_at IS NULL",
                (id, secret),
            )?;
            Ok(())
        })
    }

    /// Confirms a secret by the step of a right code: from now on a code is asked for. Her other
    /// sessions end. The recovery codes are returned this once; `None` when there is nothing to
    /// confirm.
    ///
    /// # Errors
    /// The database refused.
    pub fn confirm_totp(
        &self,
        session: &Session,
        step: u64,
        now: Timestamp,
    ) -> Result<Option<Vec<RecoveryCode>>, StoreError> {
        let (account, token) = (session.account.clone(), session.token);
        let codes = codes()?;
        self.writer.call(move |transaction| {
            let confirmed = transaction.execute(
                "UPDATE totp SET confirmed_at = ?2, last_step = ?3
                 WHERE account_id = ?1 AND confirmed_at IS NULL",
                (account.id, Stamp(now), step),
            )?;
            if confirmed == 0 {
                return Ok(None);
            }
            set_codes(transaction, account.id, &codes)?;
            end_sessions(transaction, account.id, Some(token))?;
            let detail = serde_json::json!({ "totp": "enrolled" });
            note_change(transaction, &account, Some(&account.name), &detail, now)?;
            Ok::<_, StoreError>(Some(codes))
        })
    }

    /// New recovery codes in the place of the old ones, returned this once.
    ///
    /// # Errors
    /// The database refused.
    pub fn renew_codes(
        &self,
        account: &Account,
        now: Timestamp,
    ) -> Result<Vec<RecoveryCode>, StoreError> {
        let account = account.clone();
        let codes = codes()?;
        self.writer.call(move |transaction| {
            set_codes(transaction, account.id, &codes)?;
            let detail = serde_json::json!({ "totp": "codes_renewed" });
            note_change(transaction, &account, Some(&account.name), &detail, now)?;
            Ok::<_, StoreError>(codes)
        })
    }

    /// Takes the second factor off an account, so that it can be set up anew. Somebody else's
    /// doing ends her sessions. `by` is `None` when an operator does it at the command line.
    ///
    /// # Errors
    /// The database refused.
    pub fn reset_totp(
        &self,
        account: &Account,
        by: Option<&Analyst>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (account, by) = (account.clone(), by.cloned());
        self.writer.call(move |transaction| {
            transaction.execute("DELETE FROM totp WHERE account_id = ?1", [account.id])?;
            transaction.execute("DELETE FROM recovery_code WHERE account_id = ?1", [account.id])?;
            if by.as_ref() != Some(&account.name) {
                end_sessions(transaction, account.id, None)?;
            }
            let detail = serde_json::json!({ "totp": "reset" });
            note_change(transaction, &account, by.as_ref(), &detail, now)
        })
    }
}

/// Notes that somebody owes a code.
pub(super) fn add_half(
    transaction: &Transaction<'_>,
    account: &Account,
    token: Token,
    now: Timestamp,
) -> Result<(), StoreError> {
    let ends = now.checked_add(HALF_OPEN).unwrap_or(now);
    transaction.execute("DELETE FROM half_session WHERE ends_at <= ?1", [Stamp(now)])?;
    transaction.execute(
        "INSERT INTO half_session VALUES (?1, ?2, ?3)",
        (hashed(token), account.id, Stamp(ends)),
    )?;
    Ok(())
}

/// Uses a proof up; says by what it proves, or `None` when it does not.
fn take(
    transaction: &Transaction<'_>,
    account: &Account,
    proof: &Proof,
) -> Result<Option<&'static str>, StoreError> {
    let (by, taken) = match proof {
        Proof::Code(step_of) => {
            let secret = transaction
                .prepare_cached(
                    "SELECT secret FROM totp WHERE account_id = ?1 AND confirmed_at IS NOT NULL",
                )?
                .query_row([account.id], |row| row.get::<_, Vec<u8>>(0))
                .optional()?;
            let Some(step) = secret.and_then(|secret| step_of(&secret)) else { return Ok(None) };
            let newer = "UPDATE totp SET last_step = ?2 WHERE account_id = ?1 AND last_step < ?2";
            ("totp", transaction.execute(newer, (account.id, step))?)
        }
        Proof::Recovery(code) => {
            let used = "DELETE FROM recovery_code WHERE account_id = ?1 AND code = ?2";
            ("recovery_code", transaction.execute(used, (account.id, code.hashed()))?)
        }
    };
    Ok((taken > 0).then_some(by))
}

fn codes() -> Result<Vec<RecoveryCode>, StoreError> {
    (0..CODES).map(|_| RecoveryCode::random()).collect()
}

fn set_codes(
    transaction: &Transaction<'_>,
    account: i64,
    codes: &[RecoveryCode],
) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM recovery_code WHERE account_id = ?1", [account])?;
    for code in codes {
        let add = "INSERT INTO recovery_code (account_id, code) VALUES (?1, ?2)";
        transaction.prepare_cached(add)?.execute((account, code.hashed()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_known_however_it_is_typed() {
        let code = RecoveryCode::random().unwrap();
        let grouped = code.grouped();
        assert_eq!(grouped.len(), 2 * CODE_BYTES + 3, "{grouped}");
        for typed in
            [grouped.clone(), format!(" {} ", code.0.to_uppercase()), grouped.replace('-', " ")]
        {
            assert_eq!(RecoveryCode::typed(&typed).unwrap().hashed(), code.hashed(), "{typed}");
        }
        for wrong in ["", "123456", "zzzzz-zzzzz-zzzzz-zzzzz", "12345-12345-12345-1234"] {
            assert!(RecoveryCode::typed(wrong).is_none(), "{wrong}");
        }
    }
}
