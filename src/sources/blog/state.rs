//! How far the search has come: whose turn it is among the words, at which page of its results, and
//! the newest post known of each. Taking a word out or putting one in costs no other its place.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::sources::Cursor;
use crate::sources::rotation::Turn;

/// Pages of one word's results read at most, as long as each holds something new.
const MOST_OLDER: u32 = 50;
/// Words in a row that are passed over: more, or all there are, and it is not for the words.
const IN_A_ROW: usize = 5;

/// What passing over a word comes to.
pub(super) enum Passed {
    /// The next word has its turn.
    On,
    /// The round through the words is complete.
    Round,
    /// No word had results: the blog is in trouble.
    All,
}

/// Where the search stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    root: Url,
    /// The API is switched off: the feed is asked.
    #[serde(default)]
    pub by_feed: bool,
    /// Whose turn it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turn: Option<Turn>,
    /// The page of its results, from 1 on.
    #[serde(default)]
    page: u32,
    /// The newest post of the walk under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<Timestamp>,
    /// The newest post known of each word.
    #[serde(default)]
    known: BTreeMap<String, Timestamp>,
    /// Pages this visit has fetched.
    #[serde(default)]
    fetched: u32,
    /// Words in a row whose results could not be had.
    #[serde(default)]
    refused: usize,
}

impl State {
    /// The state a cursor tells of, or the beginning.
    pub fn resume(root: &Url, cursor: Option<&Cursor>) -> Self {
        let stored = cursor.and_then(|cursor| Self::deserialize(&cursor.0).ok());
        stored.filter(|state| state.root == *root).unwrap_or_else(|| Self {
            root: root.clone(),
            by_feed: false,
            turn: None,
            page: 1,
            newest: None,
            known: BTreeMap::new(),
            fetched: 0,
            refused: 0,
        })
    }

    /// What to store of it.
    pub fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_value(self).unwrap_or_default())
    }

    /// Makes sure that the turn is that of a word in the list.
    pub fn settle(&mut self, terms: &[String]) {
        let is_listed = self.turn.as_ref().is_some_and(|turn| terms.contains(&turn.term));
        if !is_listed {
            self.turn = Turn::after(self.turn.as_ref(), terms);
            self.page = 1;
            self.newest = None;
        }
        self.known.retain(|term, _| terms.contains(term));
    }

    /// The word and the page to ask for.
    pub fn now(&self) -> Option<(&str, u32)> {
        self.turn.as_ref().map(|turn| (turn.term.as_str(), self.page.max(1)))
    }

    /// The newest post known of a word.
    pub fn known(&self, term: &str) -> Option<Timestamp> {
        self.known.get(term).copied()
    }

    /// A page of results was read that holds posts of these times. False when the round through
    /// the words is complete.
    pub fn step(
        &mut self,
        terms: &[String],
        times: &[Timestamp],
        is_last: bool,
        backfill: u32,
    ) -> bool {
        let Some(turn) = self.turn.clone() else { return false };
        self.refused = 0;
        self.newest = self.newest.max(times.iter().max().copied());
        let known = self.known(&turn.term);
        let meets_known = known.is_some_and(|known| times.iter().any(|at| *at <= known));
        let most = if known.is_some() { MOST_OLDER } else { backfill };
        if !is_last && !meets_known && self.page <= most {
            self.page += 1;
            return true;
        }
        if let Some(newest) = self.newest.take().max(known) {
            self.known.insert(turn.term.clone(), newest);
        }
        self.page = 1;
        self.turn = Turn::after(Some(&turn), terms);
        !turn.ends_round(terms)
    }

    /// The results of the word cannot be had: its turn is over, that it holds up no other. What was
    /// read of them is read again in its next turn, since older ones may be missing.
    pub fn pass(&mut self, terms: &[String]) -> Passed {
        self.newest = None;
        self.page = 1;
        let Some(turn) = self.turn.clone() else { return Passed::All };
        self.turn = Turn::after(Some(&turn), terms);
        self.refused += 1;
        if self.refused > IN_A_ROW || self.refused >= terms.len() {
            self.refused = 0;
            return Passed::All;
        }
        if turn.ends_round(terms) { Passed::Round } else { Passed::On }
    }

    /// Counts one page of this visit, of `most`; false when it was the last one allowed.
    pub fn count(&mut self, most: u32) -> bool {
        self.fetched += 1;
        self.fetched < most
    }

    /// The visit came to its end: the count starts anew.
    pub fn rest(&mut self) {
        self.fetched = 0;
    }
}
