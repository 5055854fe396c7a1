//! What a list's cursor holds: the items known, the pages still to fetch, and how far a walk back
//! through older pages has come. Other settings begin anew.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::sources::Cursor;
use crate::sources::site::seen::{Mark, Seen};
use crate::sources::site::trail::{TRIES, Trail};

/// Items remembered: more than any list shows at once.
const MOST_SEEN: usize = 5_000;
/// Older pages walked back after the first visit, as long as each holds something new.
const MOST_OLDER: u32 = 50;

/// Where the reading of a list stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    root: Url,
    settings: Mark,
    /// Items known.
    #[serde(default)]
    seen: Seen,
    /// Pages still to fetch.
    #[serde(default)]
    pub trail: Trail,
    /// The older page to read next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    older: Option<Url>,
    /// Visits in which that page failed.
    #[serde(default)]
    older_failed: u32,
    /// Older pages read in this walk.
    #[serde(default)]
    walked: u32,
    /// The first walk came to its end.
    #[serde(default)]
    settled: bool,
}

impl State {
    /// The state a cursor tells of, or the beginning.
    pub fn resume(root: &Url, settings: &Mark, cursor: Option<&Cursor>) -> Self {
        Self::stored(root, settings, cursor).unwrap_or_else(|| Self {
            root: root.clone(),
            settings: settings.clone(),
            seen: Seen::default(),
            trail: Trail::default(),
            older: None,
            older_failed: 0,
            walked: 0,
            settled: false,
        })
    }

    /// Whether a cursor tells of this list, read with these settings.
    pub fn is_of(root: &Url, settings: &Mark, cursor: Option<&Cursor>) -> bool {
        Self::stored(root, settings, cursor).is_some()
    }

    fn stored(root: &Url, settings: &Mark, cursor: Option<&Cursor>) -> Option<Self> {
        let stored = Self::deserialize(&cursor?.0).ok()?;
        (stored.root == *root && stored.settings == *settings).then_some(stored)
    }

    /// What to store of it.
    pub fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_value(self).unwrap_or_default())
    }

    /// What to fetch next: a page, else an older part of the list.
    pub fn next(&self) -> Option<&Url> {
        self.trail.next().map(|stop| &stop.url).or(self.older.as_ref())
    }

    /// Whether an item is neither known nor waiting.
    pub fn is_new(&self, mark: &Mark) -> bool {
        !self.seen.has(mark) && !self.trail.has(mark)
    }

    /// Remembers an item.
    pub fn note(&mut self, mark: &Mark) {
        self.seen.note(mark, MOST_SEEN);
    }

    /// The older page failed once more; false when it has had its tries.
    pub fn older_may_fail_again(&mut self) -> bool {
        self.older_failed += 1;
        self.older_failed < TRIES
    }

    /// A part of the list was read, which names `older` as the next.
    pub fn step(&mut self, is_front: bool, older: Option<Url>, backfill: u32) {
        if is_front {
            self.walked = 0;
        }
        self.older_failed = 0;
        let most = if self.settled { MOST_OLDER } else { backfill };
        self.older = older.filter(|_| self.walked < most);
        self.walked += 1;
        if self.older.is_none() {
            self.settled = true;
        }
    }
}
