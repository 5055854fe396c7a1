//! Where posts come from, one file a platform. A web source is pure: it says which page to fetch
//! and reads the bytes that came; fetching, scoring and storing happen elsewhere. A source that
//! reads files yields the same pages. Adding a platform is one file here and one line in `registry`.

use serde::{Deserialize, Serialize};

use crate::fetch::{Capture, Request};
use crate::post::{Post, PostKey};

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
