//! The pages a visit has yet to fetch, oldest first, and how many it may: the part of a cursor that
//! lets a visit cut off at any moment be taken up where it stood. A page that cannot be had steps
//! aside for the others; one that still cannot be had after some visits is set aside.

use std::collections::{HashSet, VecDeque};

use serde::{Deserialize, Serialize};
use url::Url;

use super::seen::Mark;
use crate::fetch::{BlockReason, TransientReason};
use crate::sources::{Missed, SetAside};

/// Visits in which a page that fails is asked for.
pub(in crate::sources) const TRIES: u32 = 3;
/// Pages in a row that cannot be had: more, and the site itself is in trouble.
const IN_A_ROW: u8 = 5;

/// A page to fetch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sources) struct Stop {
    /// Its address.
    pub url: Url,
    /// What to remember of it once it was read.
    pub mark: Mark,
    /// The number of the list it stood in, where there are several.
    #[serde(default, skip_serializing_if = "is_none")]
    pub from: u32,
    /// Visits in which it failed.
    #[serde(default, skip_serializing_if = "is_none")]
    failed: u32,
}

impl Stop {
    /// A page not asked for yet.
    pub fn new(url: Url, mark: Mark, from: u32) -> Self {
        Self { url, mark, from, failed: 0 }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

/// What is left to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::sources) struct Trail {
    /// Pages yet to fetch.
    queue: VecDeque<Stop>,
    /// Pages this visit has fetched.
    fetched: u32,
    /// Whether the page every visit starts from was among them.
    front: bool,
    /// Pages that could not be had, in a row.
    missed: u8,
    /// Pages to be asked for again with the next visit.
    later: Vec<Stop>,
}

/// What becomes of a page that cannot be had.
pub(in crate::sources) struct Loss {
    /// It is given up; else it is asked for again in a later visit.
    pub given_up: Option<(Stop, SetAside)>,
    /// The site is in trouble: the visit ends.
    pub ends: bool,
}

impl Trail {
    /// The page to fetch next.
    pub fn next(&self) -> Option<&Stop> {
        self.queue.front()
    }

    /// Whether this is the page that was asked for.
    pub fn is_at(&self, url: &Url) -> bool {
        self.next().is_some_and(|stop| stop.url == *url)
    }

    /// Whether a page with this mark waits.
    pub fn has(&self, mark: &Mark) -> bool {
        self.queue.iter().chain(&self.later).any(|stop| stop.mark == *mark)
    }

    /// The marks of the pages that wait.
    pub fn marks(&self) -> HashSet<&Mark> {
        self.queue.iter().chain(&self.later).map(|stop| &stop.mark).collect()
    }

    /// Puts pages behind the others.
    pub fn add(&mut self, stops: impl IntoIterator<Item = Stop>) {
        self.queue.extend(stops);
    }

    /// The page in front was read.
    pub fn step(&mut self) -> Option<Stop> {
        self.missed = 0;
        self.queue.pop_front()
    }

    /// Counts one page of this visit, of `most`; false when it was the last one the visit may
    /// fetch, and then the count starts anew for the next visit.
    pub fn count(&mut self, most: u32) -> bool {
        self.fetched += 1;
        if self.fetched < most {
            return true;
        }
        self.rest();
        false
    }

    /// The visit came to its end: the next one starts anew, and with what failed in this one.
    pub fn rest(&mut self) {
        self.fetched = 0;
        self.front = false;
        self.queue.extend(self.later.drain(..));
    }

    /// This visit has read the page every visit starts from.
    pub fn saw_front(&mut self) {
        self.front = true;
    }

    /// Whether what an earlier visit left is done, and the front was not looked at yet.
    pub fn owes_front(&self) -> bool {
        !self.front
    }

    /// How many more pages this visit may fetch.
    pub fn left(&self, most: u32) -> usize {
        usize::try_from(most.saturating_sub(self.fetched)).unwrap_or(usize::MAX)
    }

    /// The visit was broken off. What failed waits until one has come to its end: first in the
    /// queue, it would break off the next one too, before that had read anything.
    pub fn break_off(&mut self) {
        self.fetched = 0;
        self.front = false;
    }

    /// The page in front cannot be had; `None` when it was not even asked for, and waits.
    pub fn miss(&mut self, missed: &Missed) -> Option<Loss> {
        if !was_asked_for(missed) {
            return None;
        }
        let mut stop = self.queue.pop_front()?;
        stop.failed += 1;
        if speaks_of_the_host(missed) {
            self.missed = self.missed.saturating_add(1);
        }
        let too_many = self.missed > IN_A_ROW;
        let ends = too_many || shuts_out(missed);
        if ends {
            self.missed = 0;
        }
        if (ends || matches!(missed, Missed::Transient(_))) && stop.failed < TRIES {
            // Where the site is to blame, the page is the next visit's like the others.
            if too_many {
                self.queue.push_back(stop)
            } else {
                self.later.push(stop)
            }
            return Some(Loss { given_up: None, ends });
        }
        let aside = SetAside {
            place: stop.url.to_string(),
            reason: format!("the page cannot be had: {missed}"),
            raw: String::new(),
        };
        Some(Loss { given_up: Some((stop, aside)), ends })
    }
}

/// Whether the failure is the page's at all: a host that is left alone says nothing of its pages.
pub(in crate::sources) fn was_asked_for(missed: &Missed) -> bool {
    match missed {
        Missed::Transient(reason) => {
            matches!(reason, TransientReason::Status(_) | TransientReason::Network(_))
        }
        Missed::Blocked(_) | Missed::Refused(_) => true,
    }
}

/// Whether many such failures in a row mean that the site is in trouble. Pages that are gone,
/// moved or forbidden come in any number on a site that is well.
fn speaks_of_the_host(missed: &Missed) -> bool {
    match missed {
        Missed::Blocked(BlockReason::Status(status)) => !matches!(status, 404 | 410),
        Missed::Blocked(BlockReason::Redirect(_)) | Missed::Refused(_) => false,
        Missed::Blocked(BlockReason::Challenge(_)) | Missed::Transient(_) => true,
    }
}

/// Whether one such failure is enough for this visit.
fn shuts_out(missed: &Missed) -> bool {
    match missed {
        Missed::Blocked(BlockReason::Challenge(_)) => true,
        Missed::Blocked(BlockReason::Status(status)) => matches!(status, 401 | 402 | 407 | 451),
        _ => false,
    }
}
