//! What came of visits, for the summary of `run --once` and the progress shown meanwhile.

use std::time::Duration;

use serde::Serialize;

use crate::store::PageResult;

/// What a visit to one source brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SourceReport {
    /// The source's name in the config.
    pub source: String,
    /// Pages stored.
    pub pages: u64,
    /// The server said that nothing has changed since.
    pub not_modified: bool,
    /// Posts never seen before.
    pub new: u64,
    /// New versions of known posts.
    pub edited: u64,
    /// Posts seen before and unchanged.
    pub unchanged: u64,
    /// Items that entered the queue.
    pub flagged: u64,
    /// Items set aside that were not known yet.
    pub set_aside: u64,
    /// Posts met and not kept, because their authors do not wish to be found.
    pub withheld: u64,
    /// What went wrong, each for a person.
    pub errors: Vec<String>,
    /// How long it took.
    #[serde(serialize_with = "seconds")]
    pub took: Duration,
}

fn seconds<S: serde::Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(took.as_secs_f64())
}

impl SourceReport {
    /// The report of a visit that has only begun.
    pub fn new(source: &str) -> Self {
        Self { source: source.to_owned(), ..Self::default() }
    }

    /// Adds a page that was stored.
    pub(super) fn add(&mut self, page: PageResult, withheld: u64) {
        self.pages += 1;
        self.new += page.new;
        self.edited += page.edited;
        self.unchanged += page.unchanged;
        self.flagged += page.queued;
        self.set_aside += page.set_aside;
        self.withheld += withheld;
    }
}

/// Is told how visits go on.
pub trait Observer: Send + Sync {
    /// A page was stored; the report is that of the visit so far.
    fn page(&self, report: &SourceReport);
    /// The visit is over.
    fn ended(&self, report: &SourceReport);
}

/// Nobody looks.
pub struct Unobserved;

impl Observer for Unobserved {
    fn page(&self, _report: &SourceReport) {}
    fn ended(&self, _report: &SourceReport) {}
}
