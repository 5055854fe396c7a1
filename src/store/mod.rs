//! SQLite: posts, verdicts, queue, decisions, evidence, custody log, cursors. One thread writes,
//! a few connections read. What one page leads to is written in one transaction or not at all.

mod budget;
mod captures;
mod column;
mod commit;
mod coverage;
mod custody;
mod dashboard;
mod error;
mod likeness;
mod lock;
mod people;
mod proposals;
mod pseudonyms;
mod pulse;
mod quality;
mod queue;
mod readers;
mod record;
mod removal;
mod replay;
mod reports;
mod rescore;
mod schema;
mod settings;
mod sources;
mod statistics;
mod team;
mod tokens;
mod upkeep;
mod verify;
mod versions;
mod writer;
mod yields;

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};

use captures::Captures;
use readers::Readers;
use writer::Writer;

pub use budget::{Booked, Booking};
pub use custody::{Action, Analyst, By, Head, ParseAnalystError};
pub use dashboard::{Backlog, DayLoad, Load, Scores, Tallies, Tally};
pub use error::StoreError;
pub use lock::DaemonLock;
pub use people::{
    Account, Bearer, Identity, InviteError, Language, PersonalToken, Proof, Proved, RecoveryCode,
    Role, Session, SessionLine, SessionToken, TokenError, Totp, Vouched, Welcome,
};
pub use proposals::{
    NewProposal, Proposal, ProposalError, ProposalFilter, ProposalKind, ProposalState, Trial,
    TrialCounts,
};
pub use pulse::Pulse;
pub use quality::{Dispute, Miss, Missed, Opinion, Quality, QualitySettings, ReviewId, Settling};
pub use queue::{
    Alike, AlikeItem, Batch, BatchId, Decided, Decision, Export, ExportedItem, Item, ItemId,
    ItemLine, ItemState, Lease, Left, LeftOut, Likeness, ListFilter, Origin, Outcome,
    ParseOutcomeError, ParseTokenError, Picked, QueueCounts, QueueError, ReportNote, Rescored,
    Ruling, Standing, Together, Token, masked,
};
pub use record::{
    CaptureRecord, CoverageRecord, FileDone, Grounds, PageCommit, PageResult, ScoredPost,
    SetAsideRecord, ValidatorRecord, VisitEnd,
};
pub use replay::{KeptCapture, ReplayChange, ReplayCounts, Reread};
pub use reports::{
    Found, Handled, Known, Landed, Received, Receiving, ReportId, ReportState, Reporter,
    StoredReport, Told, Waiting,
};
pub use rescore::{Pass, RescoreCounts, Unjudged};
pub use settings::Settings;
pub use sources::{Seen, SourceState};
pub use statistics::{RecentPost, StoredPost};
pub use team::{
    Assignment, Mention, Note, NoteKind, Personal, SkipReason, Streak, TeamSettings, Teamwork, Why,
    mentioned,
};
pub use tokens::{ActiveToken, Scope, TokenLine};
pub use upkeep::Checked;
pub use verify::{Finding, Verified};
pub use yields::{Alarm, SourceHealth};

/// Connections that read.
const READERS: usize = 3;

/// The database and the evidence beside it. Calls block: make them off the async threads.
pub struct Store {
    writer: Writer,
    readers: Readers,
    captures: Arc<Captures>,
    settings: Settings,
}

impl Store {
    /// Opens the database, making it when there is none, and brings its schema up to date.
    ///
    /// # Errors
    /// The file cannot be opened, is no database of `waspada`, or was written by a newer one.
    pub fn open(settings: &Settings) -> Result<Self, StoreError> {
        create_parent(&settings.path)?;
        let mut writing = connect(&settings.path, OpenFlags::SQLITE_OPEN_CREATE)?;
        schema::migrate(&mut writing, &settings.path)?;
        let readers = (0..READERS)
            .map(|_| {
                let reader = connect(&settings.path, OpenFlags::empty())?;
                reader.pragma_update(None, "query_only", true)?;
                Ok(reader)
            })
            .collect::<Result<_, StoreError>>()?;
        let store = Self {
            writer: Writer::start(writing).map_err(StoreError::file(&settings.path))?,
            readers: Readers::new(readers),
            captures: Arc::new(Captures::new(&settings.evidence)),
            settings: settings.clone(),
        };
        store.finish_erasures()?;
        store.fill_likeness()?;
        Ok(store)
    }

    /// Opens a database that must be there already: what a command that only reads or decides wants.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none; otherwise as [`Store::open`].
    pub fn open_existing(settings: &Settings) -> Result<Self, StoreError> {
        if !settings.path.exists() {
            return Err(StoreError::Missing(settings.path.clone()));
        }
        Self::open(settings)
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let opened = || -> rusqlite::Result<Connection> {
        let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(20))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // "normal" would lose the last transactions when the power goes.
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // What is erased is overwritten, not only forgotten.
        connection.pragma_update(None, "secure_delete", true)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    };
    opened().map_err(|source| StoreError::Open { path: path.to_owned(), source })
}

fn create_parent(path: &Path) -> Result<(), StoreError> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            std::fs::create_dir_all(folder).map_err(StoreError::file(folder))
        }
        _ => Ok(()),
    }
}
