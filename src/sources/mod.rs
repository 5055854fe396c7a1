//! Where posts come from, one file a platform. A web source is pure: it says which page to fetch
//! and reads the bytes that came; fetching, scoring and storing happen elsewhere. A source that
//! reads files yields the same pages. Adding a platform is one file here and one line in `registry`.

mod api;
pub mod blog;
pub mod bluesky;
mod exports;
pub mod fediverse;
pub mod feed;
pub mod folder;
pub mod graph;
mod html;
pub mod page;
pub mod reddit;
mod registry;
pub mod reported;
mod rotation;
mod site;
pub mod sitemap;
mod stream;
pub mod telegram;
pub mod x;
pub mod youtube;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::budget::Budget;
use crate::engine::SearchTerms;
use crate::fetch::{BlockReason, Capture, RefuseReason, Request, TransientReason};
use crate::post::{Post, PostKey, Sha256};

pub(crate) use exports::titles::shown as shown_path;
pub use exports::{Pseudonyms, Terms, Ways, Zone, ZoneError};
pub use registry::{Given, KINDS, Lacks, OpenError, ReadSettings, Settings, SourceSettings};
pub use rotation::Turn;
pub use stream::{Event, Keep, News, StreamSource, Subscription};

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
    /// Items that are not kept because their authors do not wish to be found, or because they are
    /// not for everybody.
    pub withheld: u64,
    /// What is kept as evidence in place of the page as it came, where that holds what is withheld.
    pub redacted: Option<bytes::Bytes>,
    /// The cursor to store with this page.
    pub cursor: Option<Cursor>,
    /// The next page of this visit; `None` when the visit is complete.
    pub next: Option<Request>,
    /// Consecutive message numbers this page covers, for sources that number their messages.
    pub coverage: Option<Coverage>,
    /// The source's own word on when to come back (feed TTL, cache headers), in seconds.
    pub revisit_after: Option<u64>,
    /// What the page really cost, by budget, where that is less than its request said at most.
    pub spent: Vec<(String, u64)>,
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

impl SetAside {
    /// The most of an item that is kept, in bytes.
    const RAW_MAX: usize = 64 << 10;

    /// An item that could not be read, with as much of it as is kept.
    pub fn new(place: impl Into<String>, reason: impl Into<String>, raw: impl AsRef<str>) -> Self {
        let raw = raw.as_ref();
        let raw = raw[..raw.floor_char_boundary(Self::RAW_MAX)].to_owned();
        Self { place: place.into(), reason: reason.into(), raw }
    }
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
    /// The bytes of this part as they stand in the file, without what must not be kept: device ids
    /// and tokens, bystanders' numbers, private chats.
    pub bytes: bytes::Bytes,
    /// What is needed beside the bytes to read them again.
    pub manner: String,
    /// `file:` address of the part, such as `file:batch-7.jsonl#L1-500`.
    pub address: String,
    /// Set on the last page of the file.
    pub end: Option<FileEnd>,
}

/// A page of a file as it was kept.
#[derive(Debug, Clone, Copy)]
pub struct KeptPart<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What is needed to read them, where that was kept.
    pub manner: Option<&'a str>,
    /// Where it stood.
    pub address: &'a str,
}

/// A file read to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileEnd {
    /// Rows read, good and bad.
    pub rows: u64,
    /// Rows set aside.
    pub set_aside: u64,
    /// Why the file as a whole is of no use, if so.
    pub failed: Option<String>,
    /// It was refused on terms that may change: the same bytes may be handed in again.
    pub refused: bool,
}

/// A complete file that waits to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingFile {
    /// Where it lies.
    pub path: std::path::PathBuf,
    /// The digest of its bytes.
    pub sha256: Sha256,
}

/// A source whose posts come in files. Blocking I/O: call it off the async threads.
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
        terms: &Terms,
    ) -> Result<Box<dyn Iterator<Item = Result<FilePage, FileError>> + Send>, FileError>;

    /// Reads a page that was kept once more, as it would be read today.
    fn again(&self, part: &KeptPart<'_>) -> Result<Page, ShapeError>;

    /// Puts a finished file where it belongs (`done/`, `failed/` with a reason beside it; nowhere
    /// in the mode that keeps files). Doing it twice is no error.
    fn finish(&self, file: &WaitingFile, end: &FileEnd) -> Result<(), FileError>;

    /// How often to look, in seconds.
    fn interval(&self) -> u64;
}

/// A file or folder could not be read or moved.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", shown_path(path))]
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
    /// Over a connection that stays open.
    Stream(Box<dyn StreamSource>),
}

/// What a web source is told of the visit it is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// What was stored last: where the walk stands.
    pub cursor: Option<&'a Cursor>,
    /// What platforms are searched for, as the rules stood when the visit began.
    pub terms: &'a SearchTerms,
    /// The time.
    pub now: Timestamp,
}

impl<'a> Visit<'a> {
    /// A visit that goes on from this cursor, with these terms to search for.
    pub fn new(cursor: Option<&'a Cursor>, terms: &'a SearchTerms) -> Self {
        Self { cursor, terms, now: Timestamp::now() }
    }

    /// A visit with nothing to search for.
    pub fn at(cursor: Option<&'a Cursor>) -> Self {
        Self::new(cursor, SearchTerms::NONE)
    }
}

/// What an API meant by saying no.
#[derive(Debug)]
pub enum Rejection {
    /// The service's own account says that no more is allowed before `until`. The visit ends without
    /// blame; of the named budget nothing more is spent in its window, by any source.
    UsedUp {
        /// The budget that is used up, if it is one of [`WebSource::budgets`].
        budget: Option<String>,
        /// When more is allowed, if the service says so and the budget's window does not.
        until: Option<Timestamp>,
    },
    /// The token or key expired, was withdrawn, or does not allow this: the operator is told, and
    /// the source rests for its longest interval.
    Credentials(String),
    /// What was asked for is not to be had (comments switched off, a post that is gone): the page
    /// tells where the walk goes on. It needs no posts.
    Unavailable(Box<Page>),
    /// It may work later.
    Transient(String),
    /// The service does not want us: the source rests for its longest interval.
    Blocked(String),
}

/// A source whose pages come over HTTP. No method does I/O. A source is told all it needs with each
/// call: it must depend on nothing else, so that a visit cut off by a crash can be taken up again.
pub trait WebSource: Send + Sync {
    /// Which adapter this is.
    fn adapter(&self) -> Adapter;

    /// The first request of a visit, given where the last visit ended; a visit that was cut off
    /// goes on from its cursor. `None` when there is nothing to ask, because no term is searched for.
    fn begin(&self, visit: Visit<'_>) -> Option<Request>;

    /// Reads one page.
    ///
    /// # Errors
    /// The page has another shape than the adapter knows.
    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError>;

    /// What reading this page again needs beside its bytes, where the page does not tell by itself:
    /// what it was asked for. Kept with the page, also when it cannot be read today.
    fn manner(&self, _capture: &Capture, _visit: Visit<'_>) -> Option<String> {
        None
    }

    /// Reads a page that was kept once more, as it would be read today; only what it holds counts,
    /// not where a walk would go on. `manner` was kept with it.
    ///
    /// # Errors
    /// The page has another shape than the adapter knows.
    fn again(
        &self,
        capture: &Capture,
        manner: Option<&str>,
        terms: &SearchTerms,
    ) -> Result<Page, ShapeError> {
        let cursor = manner.and_then(|manner| serde_json::from_str(manner).ok()).map(Cursor);
        self.parse(capture, Visit::new(cursor.as_ref(), terms))
    }

    /// Reads the 4xx an API answered a request with that obeys the API's rules
    /// ([`Request::api`]); its body is whole up to 64 KiB.
    fn rejected(&self, capture: &Capture, _visit: Visit<'_>) -> Rejection {
        let status = capture.status.unwrap_or_default();
        match status {
            401 => Rejection::Credentials(format!("the server answered {status}")),
            _ => Rejection::Blocked(format!("the server answered {status}")),
        }
    }

    /// The budgets its requests spend of; a request may name no other.
    fn budgets(&self) -> Vec<Budget> {
        Vec::new()
    }

    /// Whether an error answer of this status is likely a false alarm that lasts for hours or days:
    /// nothing is concluded from it, and the source is asked less and less often until it passes.
    fn doubts(&self, _status: u16) -> bool {
        false
    }

    /// What the visit goes on with when this budget is used up, as a page without posts: whoever
    /// spends of several may do what the others allow. `None` ends the visit until it opens.
    fn without(&self, _budget: &str, _visit: Visit<'_>) -> Option<Page> {
        None
    }

    /// What it would mean that a page is as it was when last read: asked before the page is
    /// fetched, to know whether to ask conditionally, and after it was read, to know whether its
    /// validators are worth keeping.
    fn if_unchanged(&self, request: &Request, visit: Visit<'_>) -> IfUnchanged {
        // "Not modified" in the middle of a walk says nothing about the pages after it.
        let front = self.begin(Visit { cursor: None, ..visit });
        match front.is_some_and(|front| front.asks_the_same(request)) {
            true => IfUnchanged::Ends,
            false => IfUnchanged::Unasked,
        }
    }

    /// What becomes of the visit when a page cannot be had.
    fn if_missed(&self, _request: &Request, _missed: &Missed, _visit: Visit<'_>) -> IfMissed {
        IfMissed::Fails
    }

    /// Where the walk goes on after a page that could not be read, which ends the visit; `None`
    /// where it stood.
    fn if_misread(&self, _visit: Visit<'_>) -> Option<Cursor> {
        None
    }

    /// What each of the operator's selectors finds on a page, for who tries them out.
    fn findings(&self, _capture: &Capture) -> Vec<Finding> {
        Vec::new()
    }

    /// The shortest and longest time between visits, in seconds, as the config says.
    fn interval(&self) -> (u64, u64);
}

/// What "not modified" means for a visit.
#[derive(Debug)]
pub enum IfUnchanged {
    /// The page is to be had whole, whatever is known of it.
    Unasked,
    /// The visit is complete.
    Ends,
    /// The visit goes on as after an empty page.
    GoesOn(Box<Page>),
}

/// What becomes of a visit one of whose pages cannot be had.
#[derive(Debug)]
pub enum IfMissed {
    /// It fails; a walk that a block stops at its first page starts over from the front.
    Fails,
    /// It fails and is taken up again at the same page.
    Waits,
    /// It fails and is taken up again where this page says, which is stored first: else what
    /// failed once would be the first to be asked for in every visit.
    Ends(Box<Page>),
    /// It goes on as after a page that holds this.
    GoesOn(Box<Page>),
}

/// Why a page cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missed {
    /// The server said no.
    #[error(transparent)]
    Blocked(#[from] BlockReason),
    /// It may not be asked for.
    #[error(transparent)]
    Refused(#[from] RefuseReason),
    /// It failed, several times.
    #[error(transparent)]
    Transient(#[from] TransientReason),
}

/// What a selector found on a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The key of the `[[source]]` it stands under.
    pub key: &'static str,
    /// The selector as written.
    pub selector: String,
    /// How many elements it found.
    pub found: usize,
    /// What the first of them give, each cut to a line.
    pub first: Vec<String>,
}
