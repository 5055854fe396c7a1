//! What is still to be asked in this round, and what is known of the videos whose comments are read:
//! the cursor. A round goes through the uploads of every channel, a few searches, then the comments
//! of every video that is young enough; cut off anywhere, it goes on where it stood.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::sources::{Cursor, Turn, api};

/// Videos whose comments are followed; of more, the oldest are let go.
const MOST_VIDEOS: usize = 400;
/// Pages of one list in one round: what lies behind them is not read, and that is said.
const MOST_PAGES: u32 = 20;

/// One request to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Task {
    /// The uploads of a channel, by their playlist.
    Uploads {
        playlist: String,
        page: Page,
        /// The newest upload known when the round began: what is older is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        known: Option<Timestamp>,
        /// The newest upload of the reading in progress.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        newest: Option<Timestamp>,
    },
    /// A search for the term whose turn it is.
    Search { turn: Turn },
    /// What searches only show the beginning of.
    Details { videos: Vec<String> },
    /// The comments under a video.
    Comments { video: String, page: Page },
    /// The answers to a comment.
    Replies { video: String, parent: String, page: Page },
}

impl Task {
    /// What it asks about, as operators know it.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Uploads { playlist, .. } => {
                format!("saluran UC{}", playlist.get(2..).unwrap_or_default())
            }
            Self::Search { turn } => format!("pencarian {}", turn.term),
            Self::Details { videos } => format!("rincian video {}", videos.join(", ")),
            Self::Comments { video, .. } => format!("komentar di {video}"),
            Self::Replies { video, parent, .. } => format!("balasan untuk {parent} di {video}"),
        }
    }

    /// Whether it goes on from a mark of an earlier page: one that is too old leads nowhere.
    pub(super) fn is_continued(&self) -> bool {
        match self {
            Self::Uploads { page, .. }
            | Self::Comments { page, .. }
            | Self::Replies { page, .. } => page.token.is_some(),
            Self::Search { .. } | Self::Details { .. } => false,
        }
    }
}

/// A page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Page {
    /// What the page before it named; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
    /// How many came before it in this round.
    #[serde(default)]
    pub(super) number: u32,
}

impl Page {
    /// The page after this one, if there is one and the round has room for it.
    pub(super) fn next(
        &self,
        token: Option<String>,
        place: String,
        page: &mut crate::sources::Page,
    ) -> Option<Self> {
        let token = token.filter(|token| self.token.as_ref() != Some(token));
        let token = api::within(MOST_PAGES, self.number, token, place, page)?;
        Some(Self { token: Some(token), number: self.number + 1 })
    }
}

/// A video whose comments are followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Video {
    /// When it was published.
    pub(super) published: Timestamp,
    /// The newest comment of a reading that came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) known: Option<Timestamp>,
    /// The newest comment of the reading in progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) newest: Option<Timestamp>,
    /// Its comments are not to be had: it stays known, or its channel's uploads would bring it back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) closed: bool,
}

/// Where the source stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// What is left of the round.
    pub(super) tasks: VecDeque<Task>,
    /// Whose turn it was in the last search that was made.
    pub(super) turn: Option<Turn>,
    /// Videos whose comments are followed, by id.
    pub(super) videos: BTreeMap<String, Video>,
    /// The newest upload of the last reading of each playlist that came to its end.
    pub(super) uploads: BTreeMap<String, Timestamp>,
}

impl State {
    /// What a cursor tells; one that cannot be read starts afresh.
    pub(super) fn from(cursor: Option<&Cursor>) -> Self {
        cursor.and_then(|cursor| Self::deserialize(&cursor.0).ok()).unwrap_or_default()
    }

    pub(super) fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_value(self).unwrap_or_default())
    }

    /// The tasks of a new round.
    pub(super) fn new_round(&mut self, uploads: &[String], searches: u32, terms: &[String]) {
        let first = Page::default;
        self.tasks = uploads
            .iter()
            .map(|playlist| Task::Uploads {
                playlist: playlist.clone(),
                page: first(),
                known: self.uploads.get(playlist).copied(),
                newest: None,
            })
            .collect();
        let mut last = self.turn.clone();
        for _ in 0..usize::try_from(searches).unwrap_or(usize::MAX).min(terms.len()) {
            last = Turn::after(last.as_ref(), terms);
            self.tasks.extend(last.clone().map(|turn| Task::Search { turn }));
        }
        let comments = |video: &String| Task::Comments { video: video.clone(), page: first() };
        let open = self.videos.iter().filter(|(_, video)| !video.closed).map(|(id, _)| id);
        self.tasks.extend(open.map(comments));
    }

    /// Notes that a playlist was read back to what is known; this is its newest upload.
    pub(super) fn read_to_its_end(&mut self, playlist: String, newest: Option<Timestamp>) {
        let known = self.uploads.get(&playlist).copied();
        if let Some(newest) = newest.max(known) {
            self.uploads.insert(playlist, newest);
        }
    }

    /// Leaves the searches of this round to the next, which begins with the first of them.
    pub(super) fn put_searches_off(&mut self) {
        self.tasks.retain(|task| !matches!(task, Task::Search { .. }));
    }

    /// Follows the comments of a video published then, unless it is too old; a new one is read in
    /// this round.
    pub(super) fn follow(&mut self, id: &str, published: Timestamp, oldest: Timestamp) {
        if published < oldest || self.videos.contains_key(id) {
            return;
        }
        self.videos
            .insert(id.to_owned(), Video { published, known: None, newest: None, closed: false });
        self.tasks.push_back(Task::Comments { video: id.to_owned(), page: Page::default() });
        if self.videos.len() > MOST_VIDEOS {
            let oldest = self.videos.iter().min_by_key(|(_, video)| video.published);
            if let Some(id) = oldest.map(|(id, _)| id.clone()) {
                self.let_go(&id);
            }
        }
    }

    /// Asks for the comments of a video no more.
    pub(super) fn close(&mut self, id: &str) {
        if let Some(video) = self.videos.get_mut(id) {
            video.closed = true;
        }
    }

    /// No longer follows the comments of a video.
    pub(super) fn let_go(&mut self, id: &str) {
        self.videos.remove(id);
        self.tasks.retain(|task| !matches!(task, Task::Comments { video, .. } if video == id));
    }

    /// Lets go of the videos that have become too old.
    pub(super) fn forget_before(&mut self, oldest: Timestamp) {
        let old = self.videos.iter().filter(|(_, video)| video.published < oldest);
        for id in old.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            self.let_go(&id);
        }
    }
}
