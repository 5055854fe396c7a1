//! Leases: an item is lent to one analyst for a while, with a token that proves it. Two analysts
//! never hold one item, in however many processes they work.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension as _, Transaction};
use serde::{Serialize, Serializer};

use super::{ItemId, ItemState, QueueError};
use crate::engine::Lane;
use crate::store::column::{Name, Stamp};
use crate::store::custody::Analyst;
use crate::store::quality;
use crate::store::team::{self, Free};
use crate::store::{Store, StoreError};

/// What proves a lease: 128 random bits, written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token([u8; 16]);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// The operating system gave no random bytes.
    pub fn random() -> Result<Self, StoreError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text is not a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` bukan token: 32 angka heksadesimal, seperti ditulis `waspada queue next`")]
pub struct ParseTokenError(String);

impl FromStr for Token {
    type Err = ParseTokenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let is_hex = text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        u128::from_str_radix(text, 16)
            .ok()
            .filter(|_| is_hex)
            .map(|bits| Self(bits.to_be_bytes()))
            .ok_or_else(|| ParseTokenError(text.to_owned()))
    }
}

impl ToSql for Token {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
    }
}

impl FromSql for Token {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_blob()?.try_into().map(Self).map_err(FromSqlError::other)
    }
}

/// An item lent to an analyst.
#[derive(Debug, Clone, Serialize)]
pub struct Lease {
    /// The item.
    pub item: ItemId,
    /// Who holds it.
    pub analyst: Analyst,
    /// What proves it.
    pub token: Token,
    /// When it ends.
    pub expires: Timestamp,
}

impl Store {
    /// Lends the most urgent open item that nobody holds; `None` when there is none. An analyst who
    /// holds one already gets the same one again, with a new term. Now and then it is one that tells
    /// how well all of this works ([`crate::store::QualitySettings`]).
    ///
    /// # Errors
    /// The database refused.
    pub fn next(
        &self,
        analyst: &Analyst,
        lane: Option<Lane>,
        now: Timestamp,
    ) -> Result<Option<Lease>, QueueError> {
        let analyst = analyst.clone();
        let expires = self.lease_end(now);
        let share = self.settings.quality.unflagged_share;
        self.writer.call(move |transaction| {
            let (item, held) = match held(transaction, &analyst, lane, now)? {
                Some((item, token)) => (item, Some(token)),
                None => {
                    let free = team::free(transaction, &analyst, lane, now)?;
                    let review = quality::lend(transaction, &analyst, lane, free, now, expires)?;
                    let (None, Some(Free { item, is_hers })) = (&review, free) else {
                        return Ok(review);
                    };
                    // Nothing drawn takes the place of what is hers.
                    let drawn = match is_hers {
                        true => None,
                        false => quality::instead(transaction, share, item, now)?,
                    };
                    (drawn.unwrap_or(item), None)
                }
            };
            let token = match held {
                Some(token) => token,
                None => Token::random()?,
            };
            transaction
                .prepare_cached(
                    "UPDATE queue_item
                     SET lease_analyst = ?2, lease_token = ?3, lease_expires = ?4 WHERE id = ?1",
                )?
                .execute((item, analyst.as_str(), token, Stamp(expires)))?;
            Ok(Some(Lease { item, analyst, token, expires }))
        })
    }
}

impl Store {
    /// When a lease that is given now ends.
    pub(in crate::store) fn lease_end(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.settings.lease).unwrap_or(Timestamp::MAX)
    }

    /// Lends this very item; whoever holds another one gives that back. `None` when somebody else
    /// holds it or was given it, or it waits for a supervisor.
    ///
    /// # Errors
    /// There is no such item, or it is not open.
    pub fn take(
        &self,
        item: ItemId,
        analyst: &Analyst,
        now: Timestamp,
    ) -> Result<Option<Lease>, QueueError> {
        let analyst = analyst.clone();
        let expires = self.lease_end(now);
        self.writer.call(move |transaction| {
            match super::decide::state(transaction, item)? {
                None => return Err(QueueError::NoSuchItem(item)),
                Some(ItemState::Open) => {}
                Some(state) => {
                    let review = quality::keep(transaction, item, &analyst, now, expires)?
                        .ok_or(QueueError::NotOpen { item, state })?;
                    release(transaction, &analyst, Some(item))?;
                    return Ok(Some(review));
                }
            }
            if team::is_kept_from(transaction, item, &analyst, now)? {
                return Ok(None);
            }
            let held: Option<Token> = transaction
                .prepare_cached(
                    "SELECT lease_token FROM queue_item
                     WHERE id = ?1 AND lease_analyst = ?2 AND lease_expires > ?3",
                )?
                .query_row((item, analyst.as_str(), Stamp(now)), |row| row.get(0))
                .optional()?;
            let token = match held {
                Some(token) => token,
                None => Token::random()?,
            };
            let taken = transaction
                .prepare_cached(
                    "UPDATE queue_item
                     SET lease_analyst = ?2, lease_token = ?3, lease_expires = ?4
                     WHERE id = ?1 AND (lease_analyst IS NULL OR lease_analyst = ?2
                         OR lease_expires <= ?5)",
                )?
                .execute((item, analyst.as_str(), token, Stamp(expires), Stamp(now)))?;
            if taken == 0 {
                return Ok(None);
            }
            release(transaction, &analyst, Some(item))?;
            Ok(Some(Lease { item, analyst, token, expires }))
        })
    }

    /// Gives back whatever the analyst holds.
    ///
    /// # Errors
    /// The database refused.
    pub fn release(&self, analyst: &Analyst) -> Result<(), QueueError> {
        let analyst = analyst.clone();
        self.writer.call(move |transaction| Ok(release(transaction, &analyst, None)?))
    }
}

fn release(
    transaction: &Transaction<'_>,
    analyst: &Analyst,
    but: Option<ItemId>,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE queue_item
             SET lease_analyst = NULL, lease_token = NULL, lease_expires = NULL
             WHERE lease_analyst = ?1 AND id IS NOT ?2",
        )?
        .execute((analyst.as_str(), but))?;
    quality::give_back(transaction, analyst, but)
}

/// The item the analyst holds, with its token.
fn held(
    transaction: &Transaction<'_>,
    analyst: &Analyst,
    lane: Option<Lane>,
    now: Timestamp,
) -> rusqlite::Result<Option<(ItemId, Token)>> {
    transaction
        .prepare_cached(
            "SELECT id, lease_token FROM queue_item
             WHERE lease_analyst = ?1 AND state = 'open' AND lease_expires > ?2
                 AND (?3 IS NULL OR lane = ?3)
             ORDER BY id LIMIT 1",
        )?
        .query_row((analyst.as_str(), Stamp(now), lane.map(Name)), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
}

/// Refuses unless the item is open and the token is that of its running lease.
pub(super) fn check(
    transaction: &Transaction<'_>,
    item: ItemId,
    analyst: &Analyst,
    token: Token,
    now: Timestamp,
) -> Result<(), QueueError> {
    let found = transaction
        .prepare_cached(
            "SELECT state, lease_analyst, lease_token, lease_expires FROM queue_item WHERE id = ?1",
        )?
        .query_row([item], |row| {
            Ok((
                row.get::<_, Name<ItemState>>(0)?.0,
                row.get::<_, Option<String>>(1)?,
                row.get::<_, Option<Token>>(2)?,
                row.get::<_, Option<Stamp>>(3)?,
            ))
        })
        .optional()?;
    let Some((state, holder, held, expires)) = found else {
        return Err(QueueError::NoSuchItem(item));
    };
    if state != ItemState::Open {
        return Err(QueueError::NotOpen { item, state });
    }
    let runs = expires.is_some_and(|expires| expires.0 > now);
    if !runs || held != Some(token) || holder.as_deref() != Some(analyst.as_str()) {
        return Err(QueueError::StaleToken(item));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let token = Token::random().unwrap();
        assert_eq!(token.to_string().parse(), Ok(token));
        for wrong in ["", "12", &"g".repeat(32), &format!("+{}", "1".repeat(31))] {
            assert!(wrong.parse::<Token>().is_err(), "{wrong:?}");
        }
    }
}
