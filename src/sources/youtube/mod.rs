//! YouTube by its Data API: the uploads of named channels, searches by the terms of the rule lists,
//! and the comments under young videos with their answers. Searches have a budget of their own; when
//! it is used up, all else goes on.

mod item;
mod settings;
mod walk;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use url::Url;

use super::api;
use super::{Adapter, Page, Rejection, ShapeError, Visit, WebSource};
use crate::budget::{Budget, Spend};
use crate::fetch::{Capture, Credential, Request, Secret};
use walk::{State, Task};

pub use settings::Settings;

const ADAPTER: Adapter = Adapter { name: "youtube", version: 1 };

/// How far back searches look: a term's turn comes round within days.
const SEARCH_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Ids one question about videos may name.
const MOST_IDS: usize = 50;

/// YouTube as the config describes it.
struct YouTube {
    base: Url,
    key: Secret,
    /// Playlists of the channels' uploads, `UU…`.
    uploads: Vec<String>,
    searches: u32,
    comment_age: SignedDuration,
    search_budget: Budget,
    unit_budget: Budget,
    interval: (u64, u64),
}

impl YouTube {
    fn request(&self, task: &Task, now: Timestamp) -> Request {
        let since =
            now.checked_sub(SEARCH_BACK).unwrap_or(now).strftime("%FT%H:00:00Z").to_string();
        let joined;
        let (resource, mut query, page) = match task {
            Task::Uploads { playlist, page, .. } => {
                let query = vec![("part", "snippet,contentDetails"), ("playlistId", playlist)];
                ("playlistItems", query, Some(page))
            }
            Task::Search { turn } => {
                let query = vec![
                    ("part", "snippet"),
                    ("q", turn.term.as_str()),
                    ("type", "video"),
                    ("order", "date"),
                    ("publishedAfter", since.as_str()),
                    ("regionCode", "ID"),
                    ("relevanceLanguage", "id"),
                ];
                ("search", query, None)
            }
            Task::Details { videos } => {
                joined = videos.join(",");
                ("videos", vec![("part", "snippet,statistics"), ("id", joined.as_str())], None)
            }
            Task::Comments { video, page } => {
                let query =
                    vec![("part", "snippet,replies"), ("videoId", video), ("order", "time")];
                ("commentThreads", query, Some(page))
            }
            Task::Replies { parent, page, .. } => {
                ("comments", vec![("part", "snippet"), ("parentId", parent)], Some(page))
            }
        };
        if !matches!(task, Task::Details { .. }) {
            let most = match task {
                Task::Comments { .. } | Task::Replies { .. } => "100",
                _ => "50",
            };
            query.push(("maxResults", most));
        }
        if let Some(token) = page.and_then(|page| page.token.as_deref()) {
            query.push(("pageToken", token));
        }
        let budget = match task {
            Task::Search { .. } => &self.search_budget,
            _ => &self.unit_budget,
        };
        Request::api(api::address(&self.base, &[resource], &query), &self.base)
            .with(Credential::Query("key", self.key.clone()))
            .costing(Spend::new(&budget.name, 1))
    }

    /// What is read in this round, a new one where the last came to its end.
    fn round(&self, visit: Visit<'_>) -> State {
        let mut state = State::from(visit.cursor);
        if state.tasks.is_empty() {
            state.forget_before(self.oldest(visit.now));
            state.new_round(&self.uploads, self.searches, &visit.terms.words);
        }
        state
    }

    /// Comments of older videos are not read.
    fn oldest(&self, now: Timestamp) -> Timestamp {
        now.checked_sub(self.comment_age).unwrap_or(Timestamp::MIN)
    }

    /// A page that goes on with what is left of the round.
    fn go_on(&self, mut page: Page, state: &State, now: Timestamp) -> Page {
        page.next = state.tasks.front().map(|task| self.request(task, now));
        page.cursor = Some(state.cursor());
        page
    }

    fn read(
        &self,
        task: Task,
        answer: &Value,
        state: &mut State,
        now: Timestamp,
    ) -> Result<Page, ShapeError> {
        let items = api::list(ADAPTER.name, answer, "/items")?;
        let token = api::owned(answer, "/nextPageToken");
        let place = task.place();
        let mut page = Page::default();
        match task {
            Task::Uploads { playlist, page: at, known, mut newest } => {
                let mut oldest = Timestamp::MAX;
                for item in items {
                    let published = item::video(item, &mut page);
                    let Some((id, Some(published))) = published else { continue };
                    oldest = oldest.min(published);
                    state.follow(&id, published, self.oldest(now));
                    newest = newest.max(Some(published));
                }
                // A first visit reads back as far as comments are read.
                let enough = oldest <= known.unwrap_or_else(|| self.oldest(now));
                match at.next(token.filter(|_| !enough), place, &mut page) {
                    Some(page) => {
                        state.tasks.push_front(Task::Uploads { playlist, page, known, newest });
                    }
                    None => state.read_to_its_end(playlist, newest),
                }
            }
            Task::Search { turn } => {
                state.turn = Some(turn);
                self.found(items, &mut page, state, now);
            }
            Task::Details { .. } => {
                for item in items {
                    if let Some((id, Some(published))) = item::video(item, &mut page) {
                        state.follow(&id, published, self.oldest(now));
                    }
                }
            }
            Task::Comments { video, page: at } => {
                comments(video, at, items, token, state, &mut page)
            }
            Task::Replies { video, parent, page: at } => {
                for item in items {
                    item::comment(item, &video, &mut page);
                }
                if let Some(next) = at.next(token, place, &mut page) {
                    state.tasks.push_front(Task::Replies { video, parent, page: next });
                }
            }
        }
        Ok(page)
    }

    /// What a search found. Descriptions come cut off and without line breaks; those that are cut
    /// are asked for whole, and videos of channels read anyway are left to their own turn.
    fn found(&self, items: &[Value], page: &mut Page, state: &mut State, now: Timestamp) {
        let mut cut = Vec::new();
        for item in items {
            let own = api::text(item, "/snippet/channelId")
                .and_then(|channel| channel.strip_prefix("UC"))
                .is_some_and(|rest| self.uploads.iter().any(|own| own[2..] == *rest));
            match item::found(item) {
                _ if own => page.ignored += 1,
                Some(id) => cut.push(id),
                None => {
                    if let Some((id, Some(published))) = item::video(item, page) {
                        state.follow(&id, published, self.oldest(now));
                    }
                }
            }
        }
        let details = cut.chunks(MOST_IDS).map(|ids| Task::Details { videos: ids.to_vec() });
        api::put_first(&mut state.tasks, details.collect());
    }
}

/// Comments come newest first: what is older than the newest comment of the last complete reading
/// is known.
fn comments(
    id: String,
    at: walk::Page,
    items: &[Value],
    token: Option<String>,
    state: &mut State,
    page: &mut Page,
) {
    let mut replies = Vec::new();
    let mut newest = None;
    let mut oldest = Timestamp::MAX;
    for thread in items {
        let Some(read) = item::thread(thread, &id, page) else { continue };
        oldest = oldest.min(read.published.unwrap_or(Timestamp::MAX));
        newest = newest.max(read.published);
        if read.more_replies {
            let first = walk::Page::default();
            replies.push(Task::Replies { video: id.clone(), parent: read.id, page: first });
        }
    }
    let known = state.videos.get(&id).and_then(|video| video.known);
    let token = token.filter(|_| known.is_none_or(|known| oldest > known));
    let next = at.next(token, format!("komentar di {id}"), page);
    if let Some(video) = state.videos.get_mut(&id) {
        video.newest = video.newest.max(newest);
        if next.is_none() {
            video.known = video.known.max(video.newest.take());
        }
    }
    if let Some(next) = next {
        state.tasks.push_front(Task::Comments { video: id, page: next });
    }
    api::put_first(&mut state.tasks, replies);
}

impl WebSource for YouTube {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        self.round(visit).tasks.front().map(|task| self.request(task, visit.now))
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let answer = api::document(ADAPTER.name, capture)?;
        let mut state = self.round(visit);
        let Some(task) = state.tasks.pop_front() else {
            let reason = "an answer to no question".to_owned();
            return Err(ShapeError { adapter: ADAPTER.name, reason });
        };
        let page = self.read(task, &answer, &mut state, visit.now)?;
        Ok(self.go_on(page, &state, visit.now))
    }

    fn manner(&self, _capture: &Capture, visit: Visit<'_>) -> Option<String> {
        let State { mut tasks, mut videos, .. } = self.round(visit);
        tasks.truncate(1);
        videos.retain(|id, _| {
            let is_it = |task: &Task| matches!(task, Task::Comments { video, .. } if video == id);
            tasks.iter().any(is_it)
        });
        api::manner(&State { tasks, videos, ..State::default() })
    }

    fn rejected(&self, capture: &Capture, visit: Visit<'_>) -> Rejection {
        let answer = api::document(ADAPTER.name, capture).unwrap_or_default();
        let reason = api::text(&answer, "/error/errors/0/reason").unwrap_or_default();
        let message = api::text(&answer, "/error/message").unwrap_or_default();
        let status = capture.status.unwrap_or_default();
        let told = format!("{status} {reason}: {message}");
        let is_wrong = reason == "badRequest" || reason.starts_with("invalid");
        let mut state = self.round(visit);
        let Some(task) = state.tasks.pop_front() else { return Rejection::Blocked(told) };
        match reason {
            "quotaExceeded" | "dailyLimitExceeded" => {
                let budget = match task {
                    Task::Search { .. } => &self.search_budget,
                    _ => &self.unit_budget,
                };
                return Rejection::UsedUp { budget: Some(budget.name.clone()), until: None };
            }
            "rateLimitExceeded" | "userRateLimitExceeded" | "processingFailure" => {
                return Rejection::Transient(told);
            }
            "keyInvalid"
            | "keyExpired"
            | "accessNotConfigured"
            | "ipRefererBlocked"
            | "invalidCredentials" => return Rejection::Credentials(told),
            "badRequest" if message.contains("API key") => return Rejection::Credentials(told),
            "commentsDisabled"
            | "videoNotFound"
            | "commentNotFound"
            | "playlistNotFound"
            | "playlistItemsNotAccessible"
            | "forbidden" => {
                if let Task::Comments { video, .. } = &task {
                    state.close(video);
                }
            }
            _ if is_wrong || task.is_continued() => {}
            _ => return Rejection::Blocked(told),
        }
        if let Task::Search { turn } = &task {
            state.turn = Some(turn.clone());
        }
        let mut page = Page::default();
        match task {
            // A channel that an operator named is worth a word, and so is what is wrong from its first
            // page on; all else comes and goes.
            Task::Uploads { .. } => {
                let place = task.place();
                let reason = format!("unggahannya tidak dapat dibaca ({told}); periksa id-nya");
                page.set_aside.push(api::set_aside(place, reason, &answer));
            }
            task if is_wrong && !task.is_continued() => {
                page.set_aside.push(api::refused(task.place(), &told));
            }
            _ => page.ignored += 1,
        }
        Rejection::Unavailable(Box::new(self.go_on(page, &state, visit.now)))
    }

    fn budgets(&self) -> Vec<Budget> {
        vec![self.unit_budget.clone(), self.search_budget.clone()]
    }

    fn without(&self, budget: &str, visit: Visit<'_>) -> Option<Page> {
        if budget != self.search_budget.name {
            return None;
        }
        let mut state = self.round(visit);
        state.put_searches_off();
        Some(self.go_on(Page::default(), &state, visit.now))
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}
