//! What a caller hands to the store and what the store answers: records of its own, so that it
//! imports no room of its floor or above. Plain data, no I/O.

use jiff::Timestamp;
use url::Url;

use crate::engine::Verdict;
use crate::post::{Post, PostKey, Sha256};

/// Everything one page leads to. It is written in one transaction or not at all.
#[derive(Debug)]
pub struct PageCommit {
    /// The source's name in the config.
    pub source: String,
    /// The adapter's name.
    pub adapter: &'static str,
    /// The adapter's version.
    pub adapter_version: u16,
    /// The bytes the posts were read from; `None` where a source keeps no page.
    pub capture: Option<CaptureRecord>,
    /// The posts, each with what the engine said of it.
    pub posts: Vec<ScoredPost>,
    /// Posts the source says are gone.
    pub deleted: Vec<PostKey>,
    /// Items that could not be read.
    pub set_aside: Vec<SetAsideRecord>,
    /// Items of a known kind that carry nothing to read.
    pub ignored: u64,
    /// Where the walk stands after this page; `None` leaves the stored cursor as it is.
    pub cursor: Option<serde_json::Value>,
    /// What to send next time to be told "not modified".
    pub validators: Option<ValidatorRecord>,
    /// Message numbers this page covers.
    pub coverage: Option<CoverageRecord>,
    /// Set with the last page of a file.
    pub file_done: Option<FileDone>,
    /// When the page was read.
    pub at: Timestamp,
}

/// A post and its verdict.
#[derive(Debug)]
pub struct ScoredPost {
    /// The post as the source showed it.
    pub post: Post,
    /// What the engine said of it.
    pub verdict: Verdict,
}

/// A page's bytes as they came.
#[derive(Debug, Clone)]
pub struct CaptureRecord {
    /// The address asked for (`file:` for a file's part).
    pub url: String,
    /// The address that answered.
    pub final_url: String,
    /// The HTTP status; `None` for a file.
    pub status: Option<u16>,
    /// When the answer was complete.
    pub fetched_at: Timestamp,
    /// Kept response headers, and beside them, under a name of our own, what reading the body again
    /// needs: the latter is no word of the server.
    pub headers: Vec<(String, String)>,
    /// The bytes, content-decoded.
    pub body: bytes::Bytes,
    /// Their digest.
    pub sha256: Sha256,
    /// On what grounds it was fetched.
    pub grounds: Grounds,
}

/// On what grounds a page was fetched: a line of the custody log keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Whose rules were obeyed: `robots.txt` or `api`; `None` for a file.
    pub rules: Option<&'static str>,
    /// What the operator named as the ground to read the source, if anything.
    pub legal_basis: Option<String>,
}

/// An item that could not be read, kept to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAsideRecord {
    /// Where it was: a line number, a message id, an element's path.
    pub place: String,
    /// What was wrong.
    pub reason: String,
    /// The item as it came, already cut to size.
    pub raw: String,
}

/// Validators of one address, kept per adapter version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatorRecord {
    /// The address.
    pub url: Url,
    /// The `ETag`.
    pub etag: Option<String>,
    /// The `Last-Modified` date as the server wrote it.
    pub last_modified: Option<String>,
}

/// Message numbers `from..=to`, of which `seen` were shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoverageRecord {
    /// The lowest number covered.
    pub from: u64,
    /// The highest number covered.
    pub to: u64,
    /// How many of them the page showed.
    pub seen: u64,
}

/// A file was read to its end: the same bytes are never taken again for this source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDone {
    /// The digest of the whole file.
    pub sha256: Sha256,
    /// Its name, without the folder.
    pub name: String,
    /// Rows read, good and bad.
    pub rows: u64,
    /// Rows set aside.
    pub set_aside: u64,
    /// Why the file as a whole failed, if it did.
    pub failed: Option<String>,
}

/// What a commit did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PageResult {
    /// Posts never seen before.
    pub new: u64,
    /// New versions of known posts.
    pub edited: u64,
    /// Posts seen before and unchanged.
    pub unchanged: u64,
    /// Posts marked deleted.
    pub deleted: u64,
    /// Items that entered (or re-entered) the queue.
    pub queued: u64,
    /// Items set aside that were not known yet.
    pub set_aside: u64,
}

/// How a visit to a source ended, for `source list`, `/metrics` and the schedule across restarts.
#[derive(Debug, Clone)]
pub struct VisitEnd {
    /// The source's name in the config.
    pub source: String,
    /// When it ended.
    pub at: Timestamp,
    /// `None` after a success, else a short closed kind and a reason for a person.
    pub failure: Option<(&'static str, String)>,
    /// When the source is to be visited next.
    pub next_due: Timestamp,
    /// The adaptive interval, in seconds.
    pub interval: u64,
}
