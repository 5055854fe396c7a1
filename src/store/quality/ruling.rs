//! Second opinions and settlements as stored: rows that are only ever added, each told of by a
//! custody line of the same transaction.

use jiff::Timestamp;
use rusqlite::{Row, Transaction};

use super::super::column::{Name, Named, Stamp};
use super::super::custody::{self, Action, By};
use super::super::error::StoreError;
use super::super::queue::{ItemId, Outcome, subject};

/// What a ruling is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Kind {
    /// What the second analyst said.
    Second,
    /// What a supervisor said where the two differed.
    Settlement,
}

impl Named for Kind {
    const WHAT: &'static str = "kind of a ruling";
    const ALL: &'static [Self] = &[Self::Second, Self::Settlement];

    fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Settlement => "settlement",
        }
    }
}

/// The custody lines that rulings are told of by.
pub(in crate::store) const KINDS: &[Action] =
    &[Action::SecondRuling, Action::SecondUndone, Action::Settled, Action::SettlementUndone];

/// A ruling as stored; an undo is one without an outcome that names the one it takes back.
#[derive(Debug, Clone)]
pub(in crate::store) struct Kept {
    pub(in crate::store) id: i64,
    pub(in crate::store) review: i64,
    pub(in crate::store) item: ItemId,
    kind: Kind,
    pub(in crate::store) analyst: String,
    pub(in crate::store) outcome: Option<Outcome>,
    pub(in crate::store) reason: String,
    pub(in crate::store) duplicate_of: Option<ItemId>,
    undoes: Option<i64>,
    pub(in crate::store) by_token: Option<i64>,
    pub(in crate::store) at: Timestamp,
    pub(in crate::store) line: i64,
}

impl Kept {
    pub(in crate::store) const SELECT: &'static str =
        "SELECT g.id, g.review_id, r.item_id, g.kind, g.analyst, g.outcome, g.reason,
             g.duplicate_of, g.undoes, g.at, g.line, g.token_id
         FROM review_ruling g JOIN second_review r ON r.id = g.review_id";

    pub(in crate::store) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            review: row.get(1)?,
            item: row.get(2)?,
            kind: row.get::<_, Name<Kind>>(3)?.0,
            analyst: row.get(4)?,
            outcome: row.get::<_, Option<Name<Outcome>>>(5)?.map(|name| name.0),
            reason: row.get(6)?,
            duplicate_of: row.get(7)?,
            undoes: row.get(8)?,
            at: row.get::<_, Stamp>(9)?.0,
            line: row.get(10)?,
            by_token: row.get(11)?,
        })
    }

    /// The action its custody line names.
    pub(in crate::store) fn action(&self) -> Action {
        match (self.kind, self.undoes) {
            (Kind::Second, None) => Action::SecondRuling,
            (Kind::Second, Some(_)) => Action::SecondUndone,
            (Kind::Settlement, None) => Action::Settled,
            (Kind::Settlement, Some(_)) => Action::SettlementUndone,
        }
    }

    /// What its custody line says: all of the row, so that altering the row is found.
    pub(in crate::store) fn detail(&self) -> serde_json::Value {
        let mut detail = serde_json::json!({
            "review": self.review,
            "outcome": self.outcome,
            "reason": self.reason,
            "duplicate_of": self.duplicate_of,
            "undoes": self.undoes,
        });
        custody::tell_way(&mut detail, self.by_token);
        detail
    }
}

/// A ruling to be added.
pub(super) struct New<'a> {
    pub(super) review: i64,
    pub(super) item: ItemId,
    pub(super) kind: Kind,
    pub(super) outcome: Option<Outcome>,
    pub(super) reason: &'a str,
    pub(super) duplicate_of: Option<ItemId>,
    pub(super) undoes: Option<i64>,
}

pub(super) fn write(
    transaction: &Transaction<'_>,
    by: &By,
    new: New<'_>,
    now: Timestamp,
) -> Result<Kept, StoreError> {
    let mut kept = Kept {
        id: 0,
        review: new.review,
        item: new.item,
        kind: new.kind,
        analyst: by.analyst.as_str().to_owned(),
        outcome: new.outcome,
        reason: new.reason.to_owned(),
        duplicate_of: new.duplicate_of,
        undoes: new.undoes,
        by_token: by.token,
        at: now,
        line: 0,
    };
    let (actor, action) = (by.actor(), kept.action());
    kept.line =
        custody::append(transaction, now, actor, action, subject(kept.item), &kept.detail())?;
    transaction
        .prepare_cached(
            "INSERT INTO review_ruling (review_id, kind, analyst, outcome, reason, duplicate_of,
                 undoes, at, line, token_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute((
            kept.review,
            Name(kept.kind),
            &kept.analyst,
            kept.outcome.map(Name),
            &kept.reason,
            kept.duplicate_of,
            kept.undoes,
            Stamp(now),
            kept.line,
            kept.by_token,
        ))?;
    kept.id = transaction.last_insert_rowid();
    Ok(kept)
}
