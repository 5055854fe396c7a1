//! Where posts come from, one file a platform. A web source is pure: it says which page to fetch
//! and reads the bytes that came; fetching, scoring and storing happen elsewhere. A source that
//! reads files yields the same pages. Adding a platform is one file here and one line in `registry`.

pub mod feed;
pub mod folder;
mod html;
mod registry;
pub mod reported;
pub mod telegram;

use serde::{Deserialize, Serialize};

use crate::fetch::{Capture, Request};
use crate::post::{Post, PostKey, Sha256};

pub use registry::{Given, KINDS, OpenError, ReadSettings, Settings, SourceSettings};

/// Which adapter read a page. Validators and set-aside items are kept per version, so that a
/// mended parser never hides behind a `304` earned by the broken one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Adapter {
    /// `feed`, `telegram`, `folder`, …
    pub name: &'static str,
    /// Raised by one whenever the adapter would read the same bytes differently.
    pub version: u16,
}

/// Where a source's walk stands: opaque to all but the source, stored in the page's transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub serde_json::Value);

/// What a page held and where to go next.
#[derive(Debug, Default)]
pub struct Page {
    /// The posts, oldest first where the source has an order.
    pub posts: Vec<Post>,
    /// Posts the source says are gone.
    pub deleted: Vec<PostKey>,
    /// Items that could not be read, each with a reason: counted and kept, never dropped in silence.
    pub set_aside: Vec<SetAside>,
    /// Items of a known kind that carry nothing to read (a "channel photo changed" notice).
    pub ignored: u64,
    /// The cursor to store with this page.
    pub cursor: Option<Cursor>,
    /// The next page of this visit; `None` when the visit is complete.
    pub next: Option<Request>,
    /// Consecutive message numbers this page covers, for sources that number their messages.
    pub coverage: Option<Coverage>,
    /// The source's own word on when to come back (feed TTL, cache headers), in seconds.
    pub revisit_after: Option<u64>,
}

/// An item that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// Where it was: a line number, a message id, an element's path.
    pub place: String,
    /// What was wrong and what was expected.
    pub reason: String,
    /// The item as it came, cut at 64 KiB.
    pub raw: String,
}

/// Message numbers `from..=to` of which `seen` were on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// The lowest number covered.
    pub from: u64,
    /// The highest number covered.
    pub to: u64,
    /// How many of them the page showed.
    pub seen: u64,
}

/// The page does not look as the adapter knows it: the platform changed its shape, or what came
/// is not a page of this source at all.
#[derive(Debug, thiserror::Error)]
#[error("{adapter}: the page has another shape than expected: {reason}")]
pub struct ShapeError {
    /// The adapter's name.
    pub adapter: &'static str,
    /// What was expected and what was found.
    pub reason: String,
}

/// A page read from a file, with the bytes it was read from (the evidence) and where they stood.
#[derive(Debug)]
pub struct FilePage {
    /// What the part of the file held; its cursor takes the walk up again after a crash.
    pub page: Page,
    /// The bytes of this part as they stand in the file.
    pub bytes: bytes::Bytes,
    /// `file:` address of the part, such as `file:batch-7.jsonl#L1-500`.
    pub address: String,
    /// Set on the last page of the file.
    pub end: Option<FileEnd>,
}

/// A file read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEnd {
    /// Rows read, good and bad.
    pub rows: u64,
    /// Rows set aside.
    pub set_aside: u64,
    /// Why the file as a whole is of no use, if so.
    pub failed: Option<String>,
}

/// A complete file that waits to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingFile {
    /// Where it lies.
    pub path: std::path::PathBuf,
    /// The digest of its bytes.
    pub sha256: Sha256,
}

/// A source whose posts come in files of a folder. Blocking I/O: call it off the async threads.
pub trait FileSource: Send + Sync {
    /// Which adapter this is.
    fn adapter(&self) -> Adapter;

    /// The complete files, oldest first. Incomplete ones are left for later, links are not followed.
    fn waiting(&self) -> Result<Vec<WaitingFile>, FileError>;

    /// Reads a file page by page, from where `cursor` says if the cursor is of this very file.
    fn pages(
        &self,
        file: &WaitingFile,
        cursor: Option<&Cursor>,
    ) -> Result<Box<dyn Iterator<Item = Result<FilePage, FileError>> + Send>, FileError>;

    /// Puts a finished file where it belongs (`done/`, `failed/` with a reason beside it; nowhere
    /// in the mode that keeps files). Doing it twice is no error.
    fn finish(&self, file: &WaitingFile, end: &FileEnd) -> Result<(), FileError>;

    /// How often to look, in seconds.
    fn interval(&self) -> u64;
}

/// A file or folder could not be read or moved.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct FileError {
    /// The file or folder.
    pub path: std::path::PathBuf,
    /// Why.
    pub source: std::io::Error,
}

/// A source as the pipeline drives it.
pub enum Door {
    /// Over HTTP.
    Web(Box<dyn WebSource>),
    /// From files.
    Files(Box<dyn FileSource>),
}

/// A source whose pages come over HTTP. No method does I/O.
pub trait WebSource: Send + Sync {
    /// Which adapter this is.
    fn adapter(&self) -> Adapter;

    /// The first request of a visit, given where the last visit ended. A visit that was cut off
    /// goes on from its cursor.
    fn begin(&self, cursor: Option<&Cursor>) -> Request;

    /// Reads one page. `cursor` is what was stored last: this method must depend on nothing else,
    /// so that a visit cut off by a crash can be taken up again.
    fn parse(&self, capture: &Capture, cursor: Option<&Cursor>) -> Result<Page, ShapeError>;

    /// The shortest and longest time between visits, in seconds, as the config says.
    fn interval(&self) -> (u64, u64);
}
