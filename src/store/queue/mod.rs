//! The review queue: flagged posts, each put before one analyst at a time, decided with one of a
//! closed list of outcomes, and undone when that was wrong. All of it is written to the custody log.

mod alike;
mod batch;
mod decide;
mod export;
mod filter;
mod item;
mod lease;
mod list;
mod outcome;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::column::Named;
use super::error::StoreError;
use super::quality::ReviewId;

pub use alike::{Alike, AlikeItem, Likeness};
pub use batch::{Batch, BatchId, Left, LeftOut, Picked, Standing, Together};
pub use decide::{Decided, Decision, Ruling};
pub(in crate::store) use decide::{New, state, write};
pub use export::{Export, ExportedItem};
pub use filter::ListFilter;
pub use item::{Item, ReportNote, Rescored};
pub use lease::{Lease, ParseTokenError, Token};
pub use list::{ItemLine, QueueCounts, masked};
pub use outcome::{Kind, Outcome, ParseOutcomeError};

/// An item's number in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub i64);

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ItemId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().trim_start_matches('#').parse().map(Self)
    }
}

impl rusqlite::ToSql for ItemId {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl rusqlite::types::FromSql for ItemId {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        i64::column_result(value).map(Self)
    }
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// It waits for a decision.
    Open,
    /// An analyst decided it.
    Decided,
    /// The source deleted the post before anybody decided.
    DeletedBySource,
    /// Other rules no longer flag the post; it comes back when rules flag it again.
    Unflagged,
}

impl Named for ItemState {
    const WHAT: &'static str = "state of an item";
    const ALL: &'static [Self] =
        &[Self::Open, Self::Decided, Self::DeletedBySource, Self::Unflagged];

    fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Decided => "decided",
            Self::DeletedBySource => "deleted_by_source",
            Self::Unflagged => "unflagged",
        }
    }
}

/// Why an item stands in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Rules flag its post.
    Rules,
    /// No rule flags its post, but somebody reported it; it is worked on with the offers.
    Report,
    /// No rule flags its post; it was drawn at random to learn what the rules miss.
    Sample,
}

impl Origin {
    /// What whoever decides items is told: knowing that a post was drawn, she would decide otherwise.
    pub const fn told(self) -> Self {
        match self {
            Self::Sample => Self::Rules,
            told => told,
        }
    }
}

impl Named for Origin {
    const WHAT: &'static str = "origin of an item";
    const ALL: &'static [Self] = &[Self::Rules, Self::Report, Self::Sample];

    fn name(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Report => "report",
            Self::Sample => "sample",
        }
    }
}

/// Why the queue did not do what was asked. (Indonesian: an analyst reads it.)
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// There is no such item.
    #[error("tidak ada butir {0} di antrean; lihat `waspada queue list`")]
    NoSuchItem(ItemId),
    /// It is decided already, or the source deleted its post.
    #[error("butir {item} tidak terbuka lagi ({}); lihat `waspada queue show {item}`", .state.name())]
    NotOpen {
        /// The item.
        item: ItemId,
        /// Where it stands.
        state: ItemState,
    },
    /// The token is not the one of the item's lease, or the lease is over.
    #[error(
        "token untuk butir {0} tidak berlaku lagi: waktunya habis, butirnya berubah, atau sudah \
         diambil orang lain; ambil lagi dengan `waspada queue next`"
    )]
    StaleToken(ItemId),
    /// A decision without a reason.
    #[error("keputusan perlu alasan; tulis --reason \"…\"")]
    ReasonMissing,
    /// `DUPLIKAT` names the item it repeats, and no other outcome does.
    #[error("DUPLIKAT perlu menyebut butir aslinya (--of NOMOR), keputusan lain tidak")]
    DuplicateOf,
    /// The item it is said to repeat is itself, or there is none such.
    #[error("butir {0} tidak dapat menjadi asli dari duplikat ini")]
    NotTheOriginal(ItemId),
    /// There is no decision to take back.
    #[error("butir {0} tidak punya keputusan yang dapat dibatalkan")]
    NothingToUndo(ItemId),
    /// The post was edited since and waits as another item.
    #[error(
        "postingan butir {item} sudah berubah dan menunggu sebagai butir {newer}; putuskan yang itu"
    )]
    NewerItem {
        /// The item whose decision was to be undone.
        item: ItemId,
        /// The open item of the same post.
        newer: ItemId,
    },
    /// More items than may be decided together.
    #[error("paling banyak {0} butir diputuskan bersama")]
    TooManyTogether(usize),
    /// Items to be decided together are not of one lane.
    #[error("butir minta tolong tidak dapat diputuskan bersama butir tawaran")]
    TwoLanes,
    /// The two opinions do not differ, or it was settled or decided otherwise since.
    #[error("tinjauan kedua {0} tidak dapat disahkan atau dibatalkan: keadaannya sudah lain")]
    NothingToSettle(ReviewId),
    /// Somebody else holds it, was given it, or it waits for a supervisor.
    #[error("butir {0} sedang pada orang lain atau menunggu penyelia")]
    NotYours(ItemId),
    /// Nobody of this name decides items.
    #[error("tidak ada akun analis bernama `{0}`")]
    NoSuchPerson(String),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for QueueError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The subject of a custody line about an item.
pub(in crate::store) fn subject(item: ItemId) -> String {
    format!("item:{item}")
}

/// A time read from a column that may be empty.
fn time(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<super::column::Stamp>>(column)?.map(|stamp| stamp.0))
}
