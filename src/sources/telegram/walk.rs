//! Where the walk through a channel stands and where it goes next. Pages tile: the numbers they
//! cover neither overlap nor leave a gap, across crashes, deletions and posts that arrive meanwhile.

use jiff::Timestamp;
use serde::Deserialize;

use crate::sources::Cursor;

/// How many visits must find a page empty that an earlier page linked to before that is believed
/// to be the channel's beginning: Telegram answers with empty pages too when it is asked too often.
const EMPTY_VISITS: u8 = 3;

/// What the cursor holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// All messages up to this number have been met, as far as the first visit was to go back.
    /// `None` until a first visit is complete.
    known: Option<u64>,
    /// A walk in progress.
    walk: Option<Walk>,
}

/// A walk from the newest page back to what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct Walk {
    /// The highest number met: known once the walk is complete.
    highest: u64,
    /// The lowest number met: the walk goes on below it.
    lowest: u64,
    /// Posts met so far.
    posts: u64,
    /// Whether the last page linked to an older one.
    linked: bool,
    /// Visits that found the page below empty though it was linked.
    #[serde(default)]
    empty_visits: u8,
}

/// How far a first visit goes back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) posts: u64,
    pub(super) since: Option<Timestamp>,
}

/// What the walk needs to know of a page.
#[derive(Debug)]
pub(super) struct Sight {
    /// The number below which messages were asked for; `None` for the newest page.
    pub(super) before: Option<u64>,
    /// The lowest and highest number on the page; `None` for an empty page.
    pub(super) span: Option<(u64, u64)>,
    /// Whether the page links to an older one.
    pub(super) older: bool,
    /// How many posts it shows.
    pub(super) posts: u64,
    /// When the oldest of them was published.
    pub(super) oldest: Option<Timestamp>,
}

/// What follows from a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) state: State,
    /// Where the next page of this visit ends; `None` when the visit is over.
    pub(super) next_before: Option<u64>,
    /// The numbers this page accounts for that no page before it did.
    pub(super) covered: Option<(u64, u64)>,
}

impl State {
    /// Where a visit takes up the walk of one that was cut off.
    pub(super) fn resume_before(&self) -> Option<u64> {
        self.walk.map(|walk| walk.lowest)
    }

    /// Takes one page into account.
    pub(super) fn step(self, sight: &Sight, limits: &Limits) -> Result<Step, String> {
        match sight.span {
            Some((lowest, highest)) => self.step_back(sight, lowest, highest, limits),
            None => self.meet_nothing(sight.before),
        }
    }

    fn step_back(
        self,
        sight: &Sight,
        lowest: u64,
        highest: u64,
        limits: &Limits,
    ) -> Result<Step, String> {
        if let Some(before) = sight.before.filter(|before| lowest >= *before) {
            return Err(format!(
                "messages below {before} were asked for, but the page begins with {lowest}"
            ));
        }
        let begun = self.walk.filter(|_| sight.before.is_some());
        let walk = Walk {
            highest: begun.map_or(highest, |walk| walk.highest.max(highest)),
            lowest,
            posts: begun.map_or(0, |walk| walk.posts).saturating_add(sight.posts),
            linked: sight.older,
            empty_visits: 0,
        };
        let floor = self.floor();
        let at_beginning = self.known.is_none() && !sight.older;
        // Later visits do not believe a missing link: a changed page must not cost posts.
        let complete = lowest <= floor
            || at_beginning
            || self.known.is_none()
                && (walk.posts >= limits.posts
                    || limits
                        .since
                        .zip(sight.oldest)
                        .is_some_and(|(since, oldest)| oldest < since));
        let top = sight.before.map_or(highest, |before| before - 1);
        let bottom = if at_beginning { floor } else { lowest.max(floor) };
        let state =
            if complete { self.complete(walk.highest) } else { Self { walk: Some(walk), ..self } };
        let next_before = (!complete).then_some(lowest);
        Ok(Step { state, next_before, covered: (bottom <= top).then_some((bottom, top)) })
    }

    fn meet_nothing(self, before: Option<u64>) -> Result<Step, String> {
        let floor = self.floor();
        match (before, self.walk, self.known) {
            (None, _, Some(known)) => Err(format!(
                "the channel shows no message, but messages up to {known} are known: \
                 it was cleared, or Telegram turns away who asks too often"
            )),
            // Nothing is known of an empty channel, so its first posts will be a first visit.
            (None, _, None) | (Some(_), None, _) => {
                Ok(Step { state: self, next_before: None, covered: None })
            }
            (Some(before), Some(mut walk), _) => {
                walk.empty_visits = walk.empty_visits.saturating_add(1);
                if walk.linked && walk.empty_visits < EMPTY_VISITS {
                    let state = Self { walk: Some(walk), ..self };
                    return Ok(Step { state, next_before: None, covered: None });
                }
                let top = before.saturating_sub(1);
                let covered = (floor <= top).then_some((floor, top));
                Ok(Step { state: self.complete(walk.highest), next_before: None, covered })
            }
        }
    }

    /// The lowest number that may be new.
    fn floor(&self) -> u64 {
        self.known.unwrap_or(0).saturating_add(1)
    }

    fn complete(self, highest: u64) -> Self {
        Self { known: Some(self.known.unwrap_or(0).max(highest)), walk: None }
    }
}

impl From<Option<&Cursor>> for State {
    /// A cursor that cannot be read starts afresh: known posts are met again, none is lost.
    fn from(cursor: Option<&Cursor>) -> Self {
        cursor.and_then(|cursor| Self::deserialize(&cursor.0).ok()).unwrap_or_default()
    }
}

impl From<State> for Cursor {
    fn from(state: State) -> Self {
        let walk = state.walk.map(|walk| {
            serde_json::json!({
                "highest": walk.highest,
                "lowest": walk.lowest,
                "posts": walk.posts,
                "linked": walk.linked,
                "empty_visits": walk.empty_visits,
            })
        });
        Self(serde_json::json!({ "known": state.known, "walk": walk }))
    }
}
