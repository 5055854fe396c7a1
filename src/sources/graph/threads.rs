//! Threads by its keyword search: the terms of the rule lists in turn, hashtags first, each read
//! back to what is known. Meta answers a word it holds for sensitive with an empty list: that is no
//! error. Until the app is approved for `threads_keyword_search` it finds the owner's posts only.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{Graph, No, is_nearly_spent, page, said};
use crate::budget::{Budget, Spend, Unit, Window};
use crate::engine::SearchTerms;
use crate::fetch::{Capture, Request};
use crate::post::{Account, Media, MediaKind, Platform, Post, PostKind};
use crate::sources::{
    Adapter, Cursor, Door, Given, OpenError, Page, Rejection, ShapeError, SourceSettings, Turn,
    Visit, WebSource, api,
};

const ADAPTER: Adapter = Adapter { name: "threads", version: 1 };
const FIELDS: &str = "id,text,media_type,media_url,permalink,timestamp,username,is_reply,is_quote_post,link_attachment_url";
const EVERY: Duration = Duration::from_secs(1800);
const SLOWEST: Duration = Duration::from_secs(6 * 3600);
/// How far back the first search for a term looks.
const BACK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Pages read of one search in one round.
const MOST_PAGES: u32 = 10;

/// What only Threads knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The environment variable with the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_env: Option<String>,
    /// The file with the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// Terms searched for in one visit.
    #[serde(default = "searches")]
    pub searches: u32,
    /// Searches within 24 hours: Meta's own limit for one user.
    #[serde(default = "searches_a_day")]
    pub searches_a_day: u64,
    /// Where the API is.
    #[serde(default = "base")]
    pub base: Url,
}

const fn searches() -> u32 {
    30
}

const fn searches_a_day() -> u64 {
    2_200
}

fn base() -> Url {
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    Url::parse("https://graph.threads.net/v1.0/").expect("a constant that parses")
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        let graph =
            Graph::open(&self.base, self.token_env.as_deref(), self.token_file.as_ref(), given)?;
        Ok(Door::Web(Box::new(Threads {
            budget: Budget {
                name: format!("threads-pencarian@{}", graph.holder),
                limit: self.searches_a_day,
                window: Window::Rolling(SignedDuration::from_hours(24)),
                unit: Unit::Calls,
            },
            graph,
            searches: self.searches,
            interval: given.interval(EVERY, SLOWEST),
        })))
    }
}

/// Threads as the config describes it.
struct Threads {
    graph: Graph,
    searches: u32,
    budget: Budget,
    interval: (u64, u64),
}

/// A search to make: a term, `#` before a hashtag, and the page of its hits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Search {
    turn: Turn,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(default)]
    page: u32,
    /// The newest hit of this search, once its first page was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<Timestamp>,
}

impl Search {
    /// What it looks for, as operators know it.
    fn place(&self) -> String {
        format!("pencarian {}", self.turn.term)
    }
}

/// Where the source stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct State {
    tasks: VecDeque<Search>,
    turn: Option<Turn>,
    /// The newest hit known of each term.
    known: BTreeMap<String, Timestamp>,
}

/// Hashtags first, marked as such.
fn terms(terms: &SearchTerms) -> Vec<String> {
    terms.tags.iter().map(|tag| format!("#{tag}")).chain(terms.words.iter().cloned()).collect()
}

impl Threads {
    fn round(&self, visit: Visit<'_>) -> State {
        let read = |cursor: &Cursor| State::deserialize(&cursor.0).ok();
        let mut state = visit.cursor.and_then(read).unwrap_or_default();
        if state.tasks.is_empty() {
            let terms = terms(visit.terms);
            state.known.retain(|term, _| terms.contains(term));
            let mut last = state.turn.clone();
            for _ in 0..usize::try_from(self.searches).unwrap_or(usize::MAX).min(terms.len()) {
                last = Turn::after(last.as_ref(), &terms);
                let search = |turn| Search { turn, after: None, page: 0, newest: None };
                state.tasks.extend(last.clone().map(search));
            }
        }
        state
    }

    fn request(&self, search: &Search, state: &State, now: Timestamp) -> Request {
        let term = &search.turn.term;
        let (word, mode) = match term.strip_prefix('#') {
            Some(tag) => (tag, "TAG"),
            None => (term.as_str(), "KEYWORD"),
        };
        // To the hour, so that a page is asked for by one address within a round.
        let since = state.known.get(term).copied();
        let since = since.or_else(|| now.checked_sub(BACK).ok()).unwrap_or(now).as_second();
        let since = (since - since.rem_euclid(3600)).to_string();
        let mut query = vec![
            ("q", word),
            ("search_type", "RECENT"),
            ("search_mode", mode),
            ("fields", FIELDS),
            ("since", since.as_str()),
            ("limit", "50"),
        ];
        if let Some(after) = &search.after {
            query.push(("after", after));
        }
        self.graph.request(&["keyword_search"], &query).costing(Spend::new(&self.budget.name, 1))
    }

    fn go_on(&self, mut page: Page, state: &State, visit: Visit<'_>) -> Page {
        page.next = state.tasks.front().map(|search| self.request(search, state, visit.now));
        page.cursor = serde_json::to_value(state).ok().map(Cursor);
        page
    }
}

impl Threads {
    /// The rest of the round without the search in hand, and why it was refused. What was not read is
    /// not known: its next turn begins where this one did.
    fn skip(&self, visit: Visit<'_>, why: Option<&str>) -> Rejection {
        let mut state = self.round(visit);
        let mut page = Page::default();
        if let Some(search) = state.tasks.pop_front() {
            page.set_aside = why.map(|why| api::refused(search.place(), why)).into_iter().collect();
            state.turn = Some(search.turn);
        }
        Rejection::Unavailable(Box::new(self.go_on(page, &state, visit)))
    }
}

/// Whether the search in hand goes on from a mark of an earlier page.
fn is_continued(state: &State) -> bool {
    state.tasks.front().is_some_and(|search| search.after.is_some())
}

impl WebSource for Threads {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        let state = self.round(visit);
        state.tasks.front().map(|search| self.request(search, &state, visit.now))
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let answer = api::document(ADAPTER.name, capture)?;
        let (items, after) = page(ADAPTER.name, &answer)?;
        let mut state = self.round(visit);
        let mut page = Page::default();
        let mut oldest = Timestamp::MAX;
        let mut newest = None;
        for item in items {
            let Some(post) = post(item, &mut page) else { continue };
            oldest = oldest.min(post.created_at.unwrap_or(Timestamp::MAX));
            newest = newest.max(post.created_at);
            page.posts.push(post);
        }
        if let Some(mut search) = state.tasks.pop_front() {
            search.newest = search.newest.max(newest);
            let known = state.known.get(&search.turn.term);
            let more = known.is_none_or(|known| oldest > *known);
            let after = after.filter(|after| more && search.after.as_ref() != Some(after));
            match api::within(MOST_PAGES, search.page, after, search.place(), &mut page) {
                Some(after) => {
                    let (after, page) = (Some(after), search.page + 1);
                    state.tasks.push_front(Search { after, page, ..search });
                }
                None => {
                    if let Some(newest) = search.newest {
                        state.known.insert(search.turn.term.clone(), newest);
                    }
                    state.turn = Some(search.turn);
                }
            }
        }
        let mut page = self.go_on(page, &state, visit);
        if is_nearly_spent(capture) {
            page.next = None;
        }
        Ok(page)
    }

    fn manner(&self, _capture: &Capture, visit: Visit<'_>) -> Option<String> {
        let State { mut tasks, mut known, .. } = self.round(visit);
        tasks.truncate(1);
        known.retain(|term, _| tasks.iter().any(|task| task.turn.term == *term));
        api::manner(&State { tasks, known, turn: None })
    }

    fn rejected(&self, capture: &Capture, visit: Visit<'_>) -> Rejection {
        match said(capture, visit.now) {
            No::TooMany(until) => Rejection::UsedUp { budget: None, until: Some(until) },
            No::Credentials(why) => Rejection::Credentials(why),
            No::Transient(why) => Rejection::Transient(why),
            No::Blocked(why) if !is_continued(&self.round(visit)) => Rejection::Blocked(why),
            No::Refused(why) => self.skip(visit, Some(&why)),
            // A mark that is too old leads nowhere: the rest of the round must not wait for it.
            No::Blocked(_) | No::Gone(_) | No::TooManyTags => self.skip(visit, None),
        }
    }

    fn budgets(&self) -> Vec<Budget> {
        vec![self.budget.clone()]
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}

fn post(item: &Value, page: &mut Page) -> Option<Post> {
    let Some(id) = api::text(item, "/id") else {
        page.set_aside.push(api::set_aside("data".to_owned(), "tidak ada id", item));
        return None;
    };
    let text = api::owned(item, "/text");
    let username = api::owned(item, "/username");
    let url = api::owned(item, "/permalink");
    let created_at = api::time(item, "/timestamp");
    let media_url = api::owned(item, "/media_url");
    let kind = match api::text(item, "/media_type") {
        Some("IMAGE" | "CAROUSEL_ALBUM") => Some(MediaKind::Image),
        Some("VIDEO") => Some(MediaKind::Video),
        Some("AUDIO") => Some(MediaKind::Audio),
        _ => None,
    };
    let mut post = Post::new(Platform::Threads, id, text.clone().unwrap_or_default());
    post.name_missing(&[
        ("text", text.is_some() || kind.is_some()),
        ("author", username.is_some()),
        ("created_at", created_at.is_some()),
        ("url", url.is_some()),
    ]);
    if item.pointer("/is_reply").and_then(Value::as_bool) == Some(true) {
        post.kind = PostKind::Reply;
    }
    post.url = url;
    post.author = username.map(|name| Account {
        url: Some(format!("https://www.threads.net/@{name}")),
        handle: Some(name),
        ..Account::default()
    });
    post.created_at = created_at;
    post.links = api::links(item, &["/link_attachment_url"]);
    post.media = kind.map(|kind| Media { kind, url: media_url }).into_iter().collect();
    Some(post)
}
