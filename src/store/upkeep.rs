//! Keeping the database well: a copy while it runs, and a look at its soundness.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::OpenFlags;
use serde::Serialize;

use super::custody::{self, Action, Actor};
use super::error::StoreError;
use super::{Store, connect, create_parent};

/// What a look at the database's soundness found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Pages of the file.
    pub pages: u64,
    /// What SQLite found wrong; empty when all is well.
    pub faults: Vec<String>,
}

impl Store {
    /// Copies the database to a new file, whole and of one moment, while others write.
    ///
    /// # Errors
    /// The file exists already, or cannot be written.
    pub fn backup(&self, to: &Path, now: Timestamp) -> Result<(), StoreError> {
        if to.exists() {
            return Err(StoreError::Exists(to.to_owned()));
        }
        create_parent(to)?;
        let name = to.display().to_string();
        let detail = serde_json::json!({ "to": name });
        // First, so that the copy itself tells when it was made.
        self.writer.call(move |transaction| {
            let actor = Actor::Waspada;
            custody::append(transaction, now, actor, Action::Backup, "database", &detail)
        })?;
        // A connection of its own: the readers may not write, not even to another file.
        let copying = connect(&self.settings.path, OpenFlags::empty())?;
        copying.execute("VACUUM INTO ?1", [name])?;
        Ok(())
    }

    /// Asks SQLite whether the file is sound.
    ///
    /// # Errors
    /// The database cannot be read at all.
    pub fn check(&self) -> Result<Checked, StoreError> {
        self.checked("PRAGMA integrity_check")
    }

    /// The same without comparing indices with their tables: much quicker.
    ///
    /// # Errors
    /// As [`Store::check`].
    pub fn quick_check(&self) -> Result<Checked, StoreError> {
        self.checked("PRAGMA quick_check")
    }

    fn checked(&self, pragma: &str) -> Result<Checked, StoreError> {
        let reader = self.readers.get();
        let pages = reader.pragma_query_value(None, "page_count", |row| row.get(0))?;
        let mut faults: Vec<String> =
            reader.prepare(pragma)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        faults.retain(|line| line != "ok");
        let strays: Vec<String> = reader
            .prepare("PRAGMA foreign_key_check")?
            .query_map([], |row| {
                let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
                Ok(format!("a row of {table} names a row of {parent} that is not there"))
            })?
            .collect::<Result<_, _>>()?;
        faults.extend(strays);
        Ok(Checked { pages, faults })
    }
}
