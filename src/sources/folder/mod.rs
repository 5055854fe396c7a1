//! The drop folder: files of posts that somebody puts into a folder. A file is taken once it is
//! complete, read in constant memory, and put away with a word on what was wrong with it.
//!
//! - **JSONL**: one object a line, as `waspada scan` reads them, or whole posts as this program
//!   writes them.
//! - **CSV**: a header and records, separated by `,`, `;` or a tab; columns may have other usual
//!   names (`caption` for `text`, see `rows`).
//! - **Plain text**: one post a block. Blocks end at a line of three dashes or more when the first
//!   part of the file has such a line, and at a blank line otherwise.
//! - **Exports** of other programs (see `exports`), and a ZIP of any of these.
//!
//! A row without an identity gets one from its content.

mod again;
mod archive;
mod charset;
mod finish;
mod handed;
mod json_stream;
mod lines;
mod members;
mod pages;
mod pieces;
mod quoting;
mod recognise;
pub(super) mod rows;
mod settle;
mod walk;
mod wanted;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::exports::{Terms, Ways, Zone, titles};
use super::{
    Adapter, Cursor, Door, FileEnd, FileError, FilePage, FileSource, Given, KeptPart, OpenError,
    Page, Pseudonyms, ShapeError, SourceSettings, WaitingFile,
};
use crate::post::{Platform, Sha256};
use crate::telemetry::{Event, SourceFailed};
use pages::{Pages, Reader};
pub(super) use rows::values;
use settle::{Looks, Stamp};

pub use handed::{Handed, columns};
pub use wanted::{Wanted, WantedError};

type FilePages = Box<dyn Iterator<Item = Result<FilePage, FileError>> + Send>;

const ADAPTER: Adapter = Adapter { name: "folder", version: 3 };
/// How often the folder is looked at unless the config says.
const INTERVAL: Duration = Duration::from_secs(30);

/// What only a folder knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The folder.
    pub path: PathBuf,
    /// Leaves finished files where they lie instead of moving them to `done/` or `failed/`.
    #[serde(default)]
    pub keep: bool,
    /// How long a file must stay as it is before it counts as complete.
    #[serde(
        default = "settle",
        serialize_with = "jiff::fmt::serde::duration::friendly::compact::required"
    )]
    pub settle: SignedDuration,
    /// The platform of rows that name none.
    #[serde(default = "platform")]
    pub platform: String,
    /// Which column or key of CSV and JSONL holds what, where they have names of their own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// The clock of times without a zone in chats.
    #[serde(default)]
    pub zone: Zone,
}

impl Settings {
    /// How the rows of its files are read.
    pub fn ways(&self) -> Ways {
        Ways {
            platform: Platform::from(self.platform.as_str()),
            columns: self.columns.clone(),
            zone: self.zone.clone(),
        }
    }
}

const fn settle() -> SignedDuration {
    SignedDuration::from_secs(5)
}

fn platform() -> String {
    "web".into()
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn folder(&self) -> Option<&Path> {
        Some(&self.path)
    }

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        let refuse = |key, reason: &str| Err(OpenError::new(key, reason));
        if self.path.as_os_str().is_empty() {
            return refuse("path", "folder mana? Tulis misalnya \"drop\"");
        }
        if self.platform.trim().is_empty() {
            return refuse("platform", "tidak boleh kosong; tulis misalnya \"facebook\"");
        }
        if let Err(reason) = columns(&self.columns) {
            return refuse("columns", &reason);
        }
        let Ok(settle) = Duration::try_from(self.settle) else {
            return refuse("settle", "tidak boleh kurang dari nol; tulis misalnya \"5s\"");
        };
        Ok(Door::Files(Box::new(Folder {
            name: given.name.clone(),
            path: given.folder.join(&self.path),
            keep: self.keep,
            settle,
            reader: Reader { wanted: Wanted::Auto, ways: self.ways() },
            interval: given.every.unwrap_or(INTERVAL),
            looks: Mutex::default(),
        })))
    }
}

struct Folder {
    name: String,
    path: PathBuf,
    keep: bool,
    settle: Duration,
    reader: Reader,
    interval: Duration,
    looks: Mutex<Looks>,
}

impl Folder {
    /// What is held is true after every single step, so a panic elsewhere does it no harm.
    fn looks(&self) -> MutexGuard<'_, Looks> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The digest of a file as it is now, computed only if it changed since the last time.
    fn digest(&self, path: &Path) -> io::Result<Sha256> {
        let stamp = Stamp::of(&std::fs::symlink_metadata(path)?);
        if let Some(known) = self.looks().known(path, stamp) {
            return Ok(known);
        }
        let (digest, stamp) = settle::digest(path)?;
        self.looks().remember(path, stamp, digest);
        Ok(digest)
    }

    fn missing(&self, source: io::Error) -> FileError {
        let source = match source.kind() {
            io::ErrorKind::NotFound => io::Error::new(
                io::ErrorKind::NotFound,
                "folder ini tidak ada; buat dulu atau betulkan `path` sumbernya",
            ),
            _ => source,
        };
        FileError { path: self.path.clone(), source }
    }

    /// Says once that a file cannot be read; the others go on.
    fn unreadable(&self, file: &settle::Found, error: &io::Error) {
        if self.looks().is_newly_unreadable(&file.path, Stamp::of(&file.metadata)) {
            let reason = format!("{}: {error}", titles::shown(&file.path));
            SourceFailed { source: &self.name, kind: "io", reason: &reason }.emit();
        }
    }
}

impl FileSource for Folder {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn waiting(&self) -> Result<Vec<WaitingFile>, FileError> {
        let mut found = settle::plain_files(&self.path).map_err(|error| self.missing(error))?;
        self.looks().keep_only(&found);
        found.retain(|file| self.looks().is_settled(file, self.settle));
        found.sort_by_cached_key(|file| (file.metadata.modified().ok(), file.path.clone()));
        let mut waiting = Vec::new();
        for file in found {
            match self.digest(&file.path) {
                Ok(sha256) => waiting.push(WaitingFile { path: file.path, sha256 }),
                Err(error) => self.unreadable(&file, &error),
            }
        }
        Ok(waiting)
    }

    fn pages(
        &self,
        file: &WaitingFile,
        cursor: Option<&Cursor>,
        terms: &Terms,
    ) -> Result<FilePages, FileError> {
        let open = || {
            if self.digest(&file.path)? != file.sha256 {
                return Err(settle::changed());
            }
            Pages::open(file, self.reader.clone(), terms, cursor)
        };
        match open() {
            Ok(pages) => Ok(Box::new(pages)),
            Err(source) => Err(FileError { path: file.path.clone(), source }),
        }
    }

    fn again(&self, part: &KeptPart<'_>) -> Result<Page, ShapeError> {
        again::again(part, Some(&self.reader.ways))
    }

    fn finish(&self, file: &WaitingFile, end: &FileEnd) -> Result<(), FileError> {
        if self.keep {
            return Ok(());
        }
        match self.digest(&file.path) {
            Ok(sha256) if sha256 == file.sha256 => {}
            // Another file of this name was dropped since: it waits for its own turn.
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(FileError { path: file.path.clone(), source }),
        }
        finish::put_away(&self.path, file, end, || {
            // Which rows were set aside is asked for, nothing of them is kept; what was refused
            // has none.
            let legal_basis = Some(String::new());
            self.pages(file, None, &Terms { pseudonyms: Pseudonyms::passing(), legal_basis })
        })
    }

    fn interval(&self) -> u64 {
        self.interval.as_secs().max(1)
    }
}
