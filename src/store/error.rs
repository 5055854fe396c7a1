//! Why the store could not do what was asked: what happened, where, and what to do.

use std::path::PathBuf;

use crate::post::Sha256;

/// The store could not do it. Nothing of the failed write is kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no database where the config says.
    #[error("there is no database at {}: `waspada run --once` makes one, or set `store.path`", .0.display())]
    Missing(PathBuf),
    /// A newer `waspada` wrote the database.
    #[error("the database {} has schema {found}, this binary knows up to {known}: use the newer `waspada` or restore a backup", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema number.
        found: usize,
        /// The highest schema number this binary knows.
        known: usize,
    },
    /// The file is a database of another program.
    #[error("{} is not a database of waspada: set `store.path` to another file", .0.display())]
    Foreign(PathBuf),
    /// The database could not be opened.
    #[error("the database {} cannot be opened: {source}", path.display())]
    Open {
        /// The database.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// Another daemon uses the database.
    #[error("{} is held by {holder}: only one `waspada run` may use a database, stop the other one first", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// `process 123`, or `another process` when it did not say its number.
        holder: String,
    },
    /// A file or folder of the store could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file stands where one is to be written.
    #[error("{} exists already: choose another name", .0.display())]
    Exists(PathBuf),
    /// The database refused a statement.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A value could not be written as JSON, or what is stored is not what was once written.
    #[error("JSON in the database: {0}")]
    Json(#[from] serde_json::Error),
    /// The bytes of a capture are not those its hash names.
    #[error("capture {named}: its bytes have the hash {found}")]
    CaptureHash {
        /// The hash it was handed in or stored under.
        named: Sha256,
        /// The hash of its bytes.
        found: Sha256,
    },
    /// Two passes over the stored posts at once.
    #[error(
        "another `waspada rules rescore` is under way: wait until it has ended, then start this one again"
    )]
    RescoredElsewhere,
    /// A migration left a row that names a row that is not there.
    #[error(
        "the database was not brought up to date: a row of {0} names a row that is not there; restore a backup or ask for help with `waspada db check`"
    )]
    Stray(String),
    /// A request wants to spend of a budget its source does not name: a fault of the adapter.
    #[error("a request spends of `{0}`, a budget its source does not name")]
    NoBudget(String),
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes: {0}")]
    Random(getrandom::Error),
    /// The writer ended, or the job panicked; the write was not made.
    #[error("the database writer gave up this write; see the log")]
    WriterGone,
}

impl StoreError {
    /// Whether what is stored cannot be read as what it should be, so that asking again is of no use;
    /// anything else may pass.
    pub fn is_unreadable(&self) -> bool {
        use rusqlite::Error;
        matches!(
            self,
            Self::Json(_)
                | Self::Sqlite(
                    Error::FromSqlConversionFailure(..)
                        | Error::IntegralValueOutOfRange(..)
                        | Error::InvalidColumnType(..)
                        | Error::QueryReturnedNoRows
                )
        )
    }

    /// For `map_err`: what failed with this file or folder.
    pub(super) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        |source| Self::File { path, source }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::types::Type;
    use rusqlite::{Error, ffi};

    use super::*;

    #[test]
    fn what_may_pass_is_told_from_what_cannot_be_read() {
        let failed = |code| Error::SqliteFailure(ffi::Error::new(code), None).into();
        let json = || serde_json::from_str::<u8>("[]").unwrap_err();
        let errors: [(StoreError, bool); 9] = [
            (failed(ffi::SQLITE_BUSY), false),
            (failed(ffi::SQLITE_LOCKED), false),
            (failed(ffi::SQLITE_IOERR), false),
            (failed(ffi::SQLITE_FULL), false),
            (StoreError::WriterGone, false),
            (StoreError::File { path: "w.db".into(), source: std::io::Error::other("x") }, false),
            (json().into(), true),
            (Error::FromSqlConversionFailure(0, Type::Text, json().into()).into(), true),
            (Error::InvalidColumnType(0, "body".into(), Type::Null).into(), true),
        ];
        for (error, is_unreadable) in errors {
            assert_eq!(error.is_unreadable(), is_unreadable, "{error}");
        }
    }
}
