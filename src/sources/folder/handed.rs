//! Files a person hands over by name: read as those of the drop folder are, and left where they lie.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::pages::{Pages, Reader};
use super::wanted::Wanted;
use super::{ADAPTER, FilePages, again, rows, settle};
use crate::sources::exports::{Terms, Ways};
use crate::sources::{
    Adapter, Cursor, FileEnd, FileError, FileSource, KeptPart, Page, ShapeError, WaitingFile,
};

/// Files handed over by name.
pub struct Handed {
    reader: Reader,
}

impl Handed {
    /// Files to be read in this format and these ways.
    pub fn new(wanted: Wanted, ways: Ways) -> Self {
        Self { reader: Reader { wanted, ways } }
    }

    /// One file as it waits to be read.
    ///
    /// # Errors
    /// It is not there, is no plain file, or cannot be read.
    pub fn waiting_file(path: &Path) -> Result<WaitingFile, FileError> {
        let at = |source| FileError { path: path.to_owned(), source };
        // A link is followed here: a person named it.
        let found = fs::canonicalize(path).map_err(at)?;
        let (sha256, _) = settle::digest(&found).map_err(at)?;
        Ok(WaitingFile { path: found, sha256 })
    }
}

impl FileSource for Handed {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    /// None: each is handed over by [`Self::waiting_file`].
    fn waiting(&self) -> Result<Vec<WaitingFile>, FileError> {
        Ok(Vec::new())
    }

    fn pages(
        &self,
        file: &WaitingFile,
        cursor: Option<&Cursor>,
        terms: &Terms,
    ) -> Result<FilePages, FileError> {
        match Pages::open(file, self.reader.clone(), terms, cursor) {
            Ok(pages) => Ok(Box::new(pages)),
            Err(source) => Err(FileError { path: file.path.clone(), source }),
        }
    }

    fn again(&self, part: &KeptPart<'_>) -> Result<Page, ShapeError> {
        again::again(part, None)
    }

    fn finish(&self, _file: &WaitingFile, _end: &FileEnd) -> Result<(), FileError> {
        Ok(())
    }

    fn interval(&self) -> u64 {
        u64::MAX
    }
}

/// Checks a mapping of columns.
///
/// # Errors
/// Which name is no field of a post, and which there are.
pub fn columns(columns: &BTreeMap<String, String>) -> Result<(), String> {
    let known: Vec<&str> = rows::fields().collect();
    match columns
        .iter()
        .find(|(field, name)| !known.contains(&field.as_str()) || name.trim().is_empty())
    {
        None => Ok(()),
        Some((field, name)) if name.trim().is_empty() => {
            Err(format!("nama kolom untuk `{field}` kosong"))
        }
        Some((field, _)) => {
            Err(format!("`{field}` bukan isi posting; yang ada: {}", known.join(", ")))
        }
    }
}
