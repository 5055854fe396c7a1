//! Blogs that can be searched: WordPress by its API, or by its feed where that is switched off, and
//! Blogger by its feed. Every word of the rule lists gets its turn, newest posts first, back to the
//! newest one known; a visit cut off goes on with the word and the page it stood at.

mod blogger;
mod state;
mod wordpress;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::site::{pages_of_a_visit, trail, web_address};
use super::{
    Adapter, Cursor, Door, Given, IfMissed, IfUnchanged, Missed, OpenError, Page, SetAside,
    ShapeError, SourceSettings, Visit, WebSource,
};
use crate::engine::SearchTerms;
use crate::fetch::{BlockReason, Capture, Request};
use crate::post::{Container, ContainerKind, Post};
use state::{Passed, State};

const ADAPTER: Adapter = Adapter { name: "blog", version: 1 };

/// The shortest time between visits when the config names none.
const EVERY: Duration = Duration::from_secs(3600);
/// The longest time between visits when the config names none.
const SLOWEST: Duration = Duration::from_secs(24 * 3600);
/// Posts asked for at once.
const AT_ONCE: usize = 100;

/// What only a blog knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The front page of the blog.
    pub url: Url,
    /// What it runs on.
    pub system: System,
    /// Whether only posts with a word of the rule lists are asked for; else all.
    #[serde(default = "search")]
    pub search: bool,
    /// How many older pages of each word's results the first visit reads.
    #[serde(default)]
    pub backfill_pages: u32,
    /// The most that one visit fetches; the rest waits for the next.
    #[serde(default = "pages")]
    pub pages: u32,
}

const fn search() -> bool {
    true
}

const fn pages() -> u32 {
    30
}

/// What a blog runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// WordPress, hosted anywhere.
    Wordpress,
    /// Blogger, with or without a domain of its own.
    Blogger,
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        web_address("url", &self.url)?;
        pages_of_a_visit(self.pages)?;
        let mut url = self.url.clone();
        url.set_query(None);
        url.set_fragment(None);
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Door::Web(Box::new(Blog {
            settings: Self { url, ..self.clone() },
            interval: given.interval(EVERY, SLOWEST),
        })))
    }
}

/// One blog.
struct Blog {
    settings: Settings,
    interval: (u64, u64),
}

/// What one page of results held.
#[derive(Debug, Default)]
struct Batch {
    posts: Vec<Post>,
    set_aside: Vec<SetAside>,
    /// Whether no older results follow.
    is_last: bool,
}

impl Blog {
    /// What is searched for; the empty word finds every post.
    fn terms(&self, terms: &SearchTerms) -> Vec<String> {
        if self.settings.search { terms.words.clone() } else { vec![String::new()] }
    }

    fn state(&self, visit: Visit<'_>) -> State {
        State::resume(&self.settings.url, visit.cursor)
    }

    /// The request for where the walk stands.
    fn request(&self, state: &State) -> Option<Request> {
        let (term, page) = state.now()?;
        let site = &self.settings.url;
        Some(match self.settings.system {
            System::Blogger => blogger::request(site, term, page),
            System::Wordpress if state.by_feed => wordpress::feed_request(site, term, page),
            System::Wordpress => wordpress::request(site, term, page, state.known(term)),
        })
    }

    /// Completes a page: what comes next, and the cursor.
    fn then(&self, mut state: State, goes_on: bool, page: Page) -> Page {
        let goes_on = state.count(self.settings.pages) && goes_on;
        let next = self.request(&state).filter(|_| goes_on);
        if next.is_none() {
            state.rest();
        }
        Page { next, cursor: Some(state.cursor()), ..page }
    }

    fn read(&self, capture: &Capture) -> Result<Batch, ShapeError> {
        // What was asked for stands in the address, whatever the walk has learnt since.
        let by_feed = capture.url.query_pairs().any(|(key, _)| key == wordpress::FEED);
        let mut batch = match self.settings.system {
            System::Blogger => blogger::read(capture),
            System::Wordpress if by_feed => wordpress::read_feed(capture, &self.settings.url),
            System::Wordpress => wordpress::read(capture),
        }
        .map_err(|reason| ShapeError { adapter: ADAPTER.name, reason })?;
        let host = self.settings.url.host_str().unwrap_or_default();
        for post in batch.posts.iter_mut().filter(|post| post.container.is_none()) {
            post.container = Some(Container {
                kind: ContainerKind::Site,
                native_id: host.to_owned(),
                name: None,
                url: Some(self.settings.url.to_string()),
            });
        }
        // Whatever order a search answers in.
        batch.posts.sort_by_key(|post| post.created_at);
        Ok(batch)
    }
}

impl WebSource for Blog {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        let mut state = self.state(visit);
        state.settle(&self.terms(visit.terms));
        self.request(&state)
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let terms = self.terms(visit.terms);
        let mut state = self.state(visit);
        state.settle(&terms);
        let batch = self.read(capture)?;
        let times: Vec<Timestamp> = batch.posts.iter().filter_map(|it| it.created_at).collect();
        let goes_on = state.step(&terms, &times, batch.is_last, self.settings.backfill_pages);
        let page = Page { posts: batch.posts, set_aside: batch.set_aside, ..Page::default() };
        Ok(self.then(state, goes_on, page))
    }

    fn again(
        &self,
        capture: &Capture,
        _manner: Option<&str>,
        _terms: &SearchTerms,
    ) -> Result<Page, ShapeError> {
        let Batch { posts, set_aside, .. } = self.read(capture)?;
        Ok(Page { posts, set_aside, ..Page::default() })
    }

    fn if_unchanged(&self, _request: &Request, _visit: Visit<'_>) -> IfUnchanged {
        // One word's results say nothing of another's.
        IfUnchanged::Unasked
    }

    fn if_missed(&self, request: &Request, missed: &Missed, visit: Visit<'_>) -> IfMissed {
        let terms = self.terms(visit.terms);
        let mut state = self.state(visit);
        state.settle(&terms);
        let is_api = self.settings.system == System::Wordpress && !state.by_feed;
        let is_first = state.now().is_some_and(|(_, page)| page == 1);
        match missed {
            // Many sites switch the API off and leave the feed on.
            Missed::Blocked(BlockReason::Status(401 | 403 | 404 | 405)) if is_api && is_first => {
                state.by_feed = true;
                IfMissed::GoesOn(Box::new(self.then(state, true, Page::default())))
            }
            // Past the last page of results.
            Missed::Blocked(BlockReason::Status(400 | 404)) if !is_first => {
                let goes_on = state.step(&terms, &[], true, self.settings.backfill_pages);
                IfMissed::GoesOn(Box::new(self.then(state, goes_on, Page::default())))
            }
            _ if !trail::was_asked_for(missed) => IfMissed::Waits,
            _ => {
                let passed = state.pass(&terms);
                let aside = SetAside {
                    place: request.url.to_string(),
                    reason: format!("the results of a word cannot be had: {missed}"),
                    raw: String::new(),
                };
                let page = Page { set_aside: vec![aside], ..Page::default() };
                // A server that fails is not asked for the next word at once.
                if matches!(missed, Missed::Transient(_)) || matches!(passed, Passed::All) {
                    state.rest();
                    return IfMissed::Ends(Box::new(Page { cursor: Some(state.cursor()), ..page }));
                }
                let goes_on = matches!(passed, Passed::On);
                IfMissed::GoesOn(Box::new(self.then(state, goes_on, page)))
            }
        }
    }

    fn if_misread(&self, visit: Visit<'_>) -> Option<Cursor> {
        let terms = self.terms(visit.terms);
        let mut state = self.state(visit);
        state.settle(&terms);
        state.pass(&terms);
        state.rest();
        Some(state.cursor())
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}
