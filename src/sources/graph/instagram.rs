//! Instagram by hashtag: the posts of the last day under each hashtag of the rule lists. Meta answers
//! for thirty distinct hashtags in seven days, and names no author.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{Graph, No, is_nearly_spent, page, said};
use crate::budget::{Budget, Spend, Unit, Window};
use crate::fetch::{Capture, Request};
use crate::post::{Container, ContainerKind, Media, MediaKind, Platform, Post};
use crate::sources::{
    Adapter, Cursor, Door, Given, OpenError, Page, Rejection, ShapeError, SourceSettings, Turn,
    Visit, WebSource, api,
};

const ADAPTER: Adapter = Adapter { name: "instagram", version: 1 };
const FIELDS: &str = "id,caption,media_type,media_url,permalink,timestamp,like_count,\
     comments_count,children{media_type,media_url}";
/// The list holds the last day only: a slower pace would lose posts.
const EVERY: Duration = Duration::from_secs(4 * 3600);
const SLOWEST: Duration = Duration::from_secs(12 * 3600);
/// Pages read of one hashtag in one round.
const MOST_PAGES: u32 = 10;

/// What only Instagram's hashtags know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The environment variable with the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_env: Option<String>,
    /// The file with the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// The id of the professional account in whose name hashtags are read.
    pub user_id: String,
    /// Distinct hashtags in seven days: Meta's own limit for one account.
    #[serde(default = "hashtags")]
    pub hashtags: u64,
    /// Where the API is.
    #[serde(default = "super::facebook::base")]
    pub base: Url,
}

const fn hashtags() -> u64 {
    30
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        if self.user_id.is_empty() || !self.user_id.bytes().all(|byte| byte.is_ascii_digit()) {
            let reason = "tulis id akun profesional Instagram, angka saja (17841…)";
            return Err(OpenError::new("user_id", reason));
        }
        let graph =
            Graph::open(&self.base, self.token_env.as_deref(), self.token_file.as_ref(), given)?;
        Ok(Door::Web(Box::new(Instagram {
            budget: Budget {
                name: format!("instagram-tagar@{}", self.user_id),
                limit: self.hashtags,
                window: Window::Rolling(SignedDuration::from_hours(7 * 24)),
                unit: Unit::Items,
            },
            graph,
            user_id: self.user_id.clone(),
            interval: given.interval(EVERY, SLOWEST),
        })))
    }
}

/// Instagram's hashtags as the config describes them.
struct Instagram {
    graph: Graph,
    user_id: String,
    budget: Budget,
    interval: (u64, u64),
}

/// A page of a hashtag to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Task {
    turn: Turn,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(default)]
    page: u32,
}

/// Where the source stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct State {
    tasks: VecDeque<Task>,
    turn: Option<Turn>,
    /// Meta's ids of hashtags.
    ids: BTreeMap<String, String>,
}

impl Instagram {
    fn round(&self, visit: Visit<'_>) -> State {
        let read = |cursor: &Cursor| State::deserialize(&cursor.0).ok();
        let mut state = visit.cursor.and_then(read).unwrap_or_default();
        if state.tasks.is_empty() {
            // Whoever is asked about keeps its place for seven days: of a list that is too long, the
            // first and most useful are read, and not all of them in turn.
            let most = usize::try_from(self.budget.limit).unwrap_or(usize::MAX);
            let tags = visit.terms.tags.get(..most).unwrap_or(&visit.terms.tags);
            let mut last = state.turn.clone();
            for _ in 0..tags.len() {
                last = Turn::after(last.as_ref(), tags);
                let task = |turn| Task { turn, after: None, page: 0 };
                state.tasks.extend(last.clone().map(task));
            }
        }
        state
    }

    fn request(&self, task: &Task, state: &State) -> Request {
        let tag = task.turn.term.as_str();
        let user = ("user_id", self.user_id.as_str());
        let request = match state.ids.get(tag) {
            None => self.graph.request(&["ig_hashtag_search"], &[user, ("q", tag)]),
            Some(id) => {
                let mut query = vec![user, ("fields", FIELDS), ("limit", "50")];
                if let Some(after) = &task.after {
                    query.push(("after", after));
                }
                self.graph.request(&[id, "recent_media"], &query)
            }
        };
        request.costing(Spend::item(&self.budget.name, tag))
    }

    fn go_on(&self, mut page: Page, state: &State) -> Page {
        page.next = state.tasks.front().map(|task| self.request(task, state));
        page.cursor = serde_json::to_value(state).ok().map(Cursor);
        page
    }

    /// The rest of the round without the hashtag in hand.
    fn skip(&self, mut state: State, page: Page) -> Page {
        if let Some(task) = state.tasks.pop_front() {
            state.turn = Some(task.turn);
        }
        self.go_on(page, &state)
    }
}

impl WebSource for Instagram {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        let state = self.round(visit);
        state.tasks.front().map(|task| self.request(task, &state))
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let answer = api::document(ADAPTER.name, capture)?;
        let (items, after) = page(ADAPTER.name, &answer)?;
        let mut state = self.round(visit);
        let mut page = Page::default();
        let Some(task) = state.tasks.front().cloned() else { return Ok(page) };
        if !state.ids.contains_key(&task.turn.term) {
            // Two hashtags never share an id: the first is the one asked for.
            let Some(id) = items.iter().find_map(|item| api::owned(item, "/id")) else {
                return Ok(self.skip(state, page));
            };
            state.ids.insert(task.turn.term, id);
            return Ok(self.go_on(page, &state));
        }
        page.posts = items.iter().filter_map(|item| post(item, &task.turn.term)).collect();
        let unread = items.iter().filter(|item| api::text(item, "/id").is_none());
        page.set_aside = unread
            .map(|item| api::set_aside(format!("#{}", task.turn.term), "tidak ada id", item))
            .collect();
        state.tasks.pop_front();
        let after = after.filter(|after| task.after.as_ref() != Some(after));
        let place = format!("#{}", task.turn.term);
        match api::within(MOST_PAGES, task.page, after, place, &mut page) {
            Some(after) => {
                let (after, page) = (Some(after), task.page + 1);
                state.tasks.push_front(Task { after, page, ..task });
            }
            None => state.turn = Some(task.turn),
        }
        let mut page = self.go_on(page, &state);
        if is_nearly_spent(capture) {
            page.next = None;
        }
        Ok(page)
    }

    fn manner(&self, _capture: &Capture, visit: Visit<'_>) -> Option<String> {
        let mut state = self.round(visit);
        state.tasks.truncate(1);
        let task = state.tasks.front()?;
        // Whether the hashtag's id was known tells what was asked.
        state.ids.retain(|tag, _| *tag == task.turn.term);
        api::manner(&State { turn: None, ..state })
    }

    fn rejected(&self, capture: &Capture, visit: Visit<'_>) -> Rejection {
        match said(capture, visit.now) {
            No::TooMany(until) => Rejection::UsedUp { budget: None, until: Some(until) },
            No::Credentials(why) => Rejection::Credentials(why),
            No::Transient(why) => Rejection::Transient(why),
            No::Blocked(why) if !is_continued(&self.round(visit)) => Rejection::Blocked(why),
            No::Refused(why) => {
                let state = self.round(visit);
                let mut page = Page::default();
                if let Some(task) = state.tasks.front() {
                    page.set_aside.push(api::refused(format!("#{}", task.turn.term), &why));
                }
                Rejection::Unavailable(Box::new(self.skip(state, page)))
            }
            // The other hashtags go on being read; this one waits for its turn. So does one whose
            // mark has become too old to go on from.
            No::TooManyTags | No::Gone(_) | No::Blocked(_) => {
                let page = Page { ignored: 1, ..Page::default() };
                Rejection::Unavailable(Box::new(self.skip(self.round(visit), page)))
            }
        }
    }

    fn budgets(&self) -> Vec<Budget> {
        vec![self.budget.clone()]
    }

    /// A hashtag the week has no room for: the others go on.
    fn without(&self, budget: &str, visit: Visit<'_>) -> Option<Page> {
        (budget == self.budget.name).then(|| self.skip(self.round(visit), Page::default()))
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}

/// Whether the hashtag in hand goes on from a mark of an earlier page.
fn is_continued(state: &State) -> bool {
    state.tasks.front().is_some_and(|task| task.after.is_some())
}

fn post(item: &Value, tag: &str) -> Option<Post> {
    let id = api::text(item, "/id")?;
    let caption = api::owned(item, "/caption");
    let url = api::owned(item, "/permalink");
    let created_at = api::time(item, "/timestamp");
    let mut post = Post::new(Platform::Instagram, id, caption.clone().unwrap_or_default());
    post.name_missing(&[
        ("text", caption.is_some()),
        ("created_at", created_at.is_some()),
        ("url", url.is_some()),
    ]);
    post.url = url;
    post.created_at = created_at;
    post.container = Some(Container {
        kind: ContainerKind::Hashtag,
        native_id: tag.to_owned(),
        name: Some(format!("#{tag}")),
        url: Some(format!("https://www.instagram.com/explore/tags/{tag}/")),
    });
    let children = item.pointer("/children/data").and_then(Value::as_array);
    let media = |item: &Value| {
        let kind = match api::text(item, "/media_type")? {
            "VIDEO" => MediaKind::Video,
            _ => MediaKind::Image,
        };
        Some(Media { kind, url: api::owned(item, "/media_url") })
    };
    post.media = match children {
        Some(children) => children.iter().filter_map(media).collect(),
        None => media(item).into_iter().collect(),
    };
    Some(post)
}
