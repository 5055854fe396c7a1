//! Reddit by its OAuth interface: the newest posts and comments of named subreddits. Reddit gives
//! access to approved apps only, and its terms restrict what may be done with what is read: it needs
//! a legal basis.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{
    Adapter, Cursor, Door, Given, IfMissed, Missed, OpenError, Page, Rejection, ShapeError,
    SourceSettings, Visit, WebSource, api,
};
use crate::budget::{Budget, Spend, Unit, Window};
use crate::fetch::{BlockReason, Capture, Credential, Grant, Request, SecretPlace};
use crate::post::{
    Account, Container, ContainerKind, ExtraKind, ExtraText, Link, Platform, Post, PostKind,
};

const ADAPTER: Adapter = Adapter { name: "reddit", version: 1 };
/// What Reddit allows an app in a minute.
const A_MINUTE: u64 = 100;
/// Pages of a listing read in one round, when what is known is not met before; Reddit shows ten.
const MOST_PAGES: u32 = 10;
const EVERY: Duration = Duration::from_secs(1800);
const SLOWEST: Duration = Duration::from_secs(12 * 3600);

/// What only Reddit knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The environment variable with the approved app's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_env: Option<String>,
    /// The file with the approved app's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_file: Option<PathBuf>,
    /// The environment variable with the app's secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_env: Option<String>,
    /// The file with the app's secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_file: Option<PathBuf>,
    /// Names of subreddits, without `r/`.
    pub subreddits: Vec<String>,
    /// Whether comments are read as well.
    #[serde(default)]
    pub comments: bool,
    /// Where the API is.
    #[serde(default = "base")]
    pub base: Url,
    /// Where tokens are granted.
    #[serde(default = "token_url")]
    pub token_url: Url,
}

fn base() -> Url {
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    Url::parse("https://oauth.reddit.com/").expect("a constant that parses")
}

fn token_url() -> Url {
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    Url::parse("https://www.reddit.com/api/v1/access_token").expect("a constant that parses")
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = true;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        let is_name = |name: &String| {
            (2..=21).contains(&name.len())
                && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
        };
        if self.subreddits.is_empty() || !self.subreddits.iter().all(is_name) {
            let reason = "tulis nama subreddit tanpa r/, misalnya [\"indonesia\"]";
            return Err(OpenError::new("subreddits", reason));
        }
        let id = SecretPlace { env: self.id_env.as_deref(), file: self.id_file.as_deref() };
        let secret =
            SecretPlace { env: self.secret_env.as_deref(), file: self.secret_file.as_deref() };
        api::base("token_url", &self.token_url)?;
        Ok(Door::Web(Box::new(Reddit {
            base: api::base("base", &self.base)?,
            grant: Grant {
                url: self.token_url.clone(),
                id: given.secret("id_env", id)?,
                secret: given.secret("secret_env", secret)?,
            },
            budget: Budget {
                name: format!("reddit@{}", id.holder()),
                limit: A_MINUTE,
                window: Window::Rolling(SignedDuration::from_mins(1)),
                unit: Unit::Calls,
            },
            subreddits: self.subreddits.clone(),
            comments: self.comments,
            interval: given.interval(EVERY, SLOWEST),
        })))
    }
}

/// Reddit as the config describes it.
struct Reddit {
    base: Url,
    grant: Grant,
    budget: Budget,
    subreddits: Vec<String>,
    comments: bool,
    interval: (u64, u64),
}

/// A page of a listing to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Task {
    /// `name/new` or `name/comments`.
    listing: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(default)]
    page: u32,
    /// The newest item of this reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<Timestamp>,
}

/// Where the source stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct State {
    tasks: VecDeque<Task>,
    /// The newest item known of each listing.
    known: BTreeMap<String, Timestamp>,
}

impl Reddit {
    fn round(&self, visit: Visit<'_>) -> State {
        let read = |cursor: &Cursor| State::deserialize(&cursor.0).ok();
        let mut state = visit.cursor.and_then(read).unwrap_or_default();
        if state.tasks.is_empty() {
            let kinds = if self.comments { &["new", "comments"][..] } else { &["new"] };
            let listings = self
                .subreddits
                .iter()
                .flat_map(|name| kinds.iter().map(move |kind| format!("{name}/{kind}")));
            let task = |listing| Task { listing, after: None, page: 0, newest: None };
            state.tasks = listings.map(task).collect();
        }
        state
    }

    fn request(&self, task: &Task) -> Request {
        let (name, kind) = task.listing.split_once('/').unwrap_or((&task.listing, "new"));
        let mut query = vec![("limit", "100"), ("raw_json", "1")];
        if let Some(after) = &task.after {
            query.push(("after", after));
        }
        Request::api(api::address(&self.base, &["r", name, kind], &query), &self.base)
            .with(Credential::Granted(self.grant.clone()))
            .costing(Spend::new(&self.budget.name, 1))
    }

    /// A listing that is not to be had: worth a word, and the others go on.
    fn pass(&self, visit: Visit<'_>, why: &str, answer: &Value) -> Page {
        let mut state = self.round(visit);
        let mut page = Page::default();
        if let Some(task) = state.tasks.pop_front() {
            let reason = format!("tidak dapat dibaca ({why})");
            page.set_aside.push(api::set_aside(format!("r/{}", task.listing), reason, answer));
        }
        self.go_on(page, &state)
    }

    fn go_on(&self, mut page: Page, state: &State) -> Page {
        page.next = state.tasks.front().map(|task| self.request(task));
        page.cursor = serde_json::to_value(state).ok().map(Cursor);
        page
    }
}

impl WebSource for Reddit {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        self.round(visit).tasks.front().map(|task| self.request(task))
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let answer = api::document(ADAPTER.name, capture)?;
        let items = api::list(ADAPTER.name, &answer, "/data/children")?;
        let mut state = self.round(visit);
        let mut page = Page::default();
        let Some(mut task) = state.tasks.pop_front() else { return Ok(page) };
        let mut oldest = Timestamp::MAX;
        for item in items {
            let Some(post) = post(item) else {
                let place = format!("r/{}", task.listing);
                let reason = "bukan posting (t3) atau komentar (t1) yang dikenal";
                page.set_aside.push(api::set_aside(place, reason, item));
                continue;
            };
            oldest = oldest.min(post.created_at.unwrap_or(Timestamp::MAX));
            task.newest = task.newest.max(post.created_at);
            page.posts.push(post);
        }
        // A first visit reads one page: what came before the watch began is no news.
        let more = state.known.get(&task.listing).is_some_and(|known| oldest > *known);
        let after = api::owned(&answer, "/data/after")
            .filter(|after| more && task.after.as_ref() != Some(after));
        let place = format!("r/{}", task.listing);
        match api::within(MOST_PAGES, task.page, after, place, &mut page) {
            Some(after) => {
                let (after, page) = (Some(after), task.page + 1);
                state.tasks.push_front(Task { after, page, ..task });
            }
            None => {
                if let Some(newest) = task.newest {
                    state.known.insert(task.listing, newest);
                }
            }
        }
        Ok(self.go_on(page, &state))
    }

    fn manner(&self, _capture: &Capture, visit: Visit<'_>) -> Option<String> {
        let State { mut tasks, mut known } = self.round(visit);
        tasks.truncate(1);
        known.retain(|listing, _| tasks.iter().any(|task| task.listing == *listing));
        api::manner(&State { tasks, known })
    }

    fn rejected(&self, capture: &Capture, visit: Visit<'_>) -> Rejection {
        let answer: Value = serde_json::from_slice(&capture.body).unwrap_or_default();
        let status = capture.status.unwrap_or_default();
        let reason = api::text(&answer, "/reason");
        let message = api::text(&answer, "/message").or(api::text(&answer, "/error"));
        let told = format!("Reddit {status}: {}", reason.or(message).unwrap_or("no reason given"));
        match (status, reason) {
            // Private, banned or quarantined.
            (403, Some(_)) | (404, _) => {
                Rejection::Unavailable(Box::new(self.pass(visit, &told, &answer)))
            }
            (400 | 401 | 403, _) => Rejection::Credentials(told),
            _ => Rejection::Blocked(told),
        }
    }

    fn if_missed(&self, _request: &Request, missed: &Missed, visit: Visit<'_>) -> IfMissed {
        match missed {
            // Who asks for a subreddit that does not exist is sent to the search for one.
            Missed::Blocked(BlockReason::Redirect(_)) => {
                let why = "Reddit mengalihkan ke pencarian; periksa namanya";
                IfMissed::GoesOn(Box::new(self.pass(visit, why, &Value::Null)))
            }
            _ => IfMissed::Fails,
        }
    }

    fn budgets(&self) -> Vec<Budget> {
        vec![self.budget.clone()]
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}

/// A link (`t3`) or a comment (`t1`).
fn post(item: &Value) -> Option<Post> {
    let is_comment = match api::text(item, "/kind")? {
        "t3" => false,
        "t1" => true,
        _ => return None,
    };
    let data = item.pointer("/data")?;
    let id = api::text(data, "/name")?;
    let text = data.pointer(if is_comment { "/body" } else { "/selftext" }).and_then(Value::as_str);
    let title = api::owned(data, "/title").filter(|_| !is_comment);
    let seconds = data.pointer("/created_utc").and_then(Value::as_f64);
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds, checked by the timestamp")]
    let created_at = seconds.and_then(|seconds| Timestamp::from_second(seconds as i64).ok());
    let author = api::owned(data, "/author");
    let subreddit = api::owned(data, "/subreddit");
    let mut post = Post::new(Platform::Reddit, id, text.unwrap_or_default());
    post.name_missing(&[
        ("text", text.is_some()),
        ("title", title.is_some() || is_comment),
        ("created_at", created_at.is_some()),
        ("author", author.is_some()),
    ]);
    post.kind = if is_comment { PostKind::Comment } else { PostKind::Post };
    post.title = title;
    post.url = api::text(data, "/permalink").map(|path| format!("https://www.reddit.com{path}"));
    post.author = author.filter(|author| author != "[deleted]").map(|handle| Account {
        native_id: api::owned(data, "/author_fullname"),
        url: Some(format!("https://www.reddit.com/user/{handle}")),
        handle: Some(handle),
        name: None,
    });
    post.container = subreddit.map(|name| Container {
        kind: ContainerKind::Group,
        url: Some(format!("https://www.reddit.com/r/{name}/")),
        native_id: api::owned(data, "/subreddit_id").unwrap_or_else(|| name.clone()),
        name: Some(name),
    });
    post.created_at = created_at;
    // `false`, or when it was edited.
    post.edited = data.pointer("/edited").is_some_and(Value::is_number);
    post.reply_to = api::owned(data, "/parent_id").filter(|_| is_comment);
    let flair = api::owned(data, "/link_flair_text");
    post.extra_text =
        flair.map(|text| ExtraText { kind: ExtraKind::Card, text }).into_iter().collect();
    let is_self = data.pointer("/is_self").and_then(Value::as_bool) == Some(true);
    post.links = api::owned(data, "/url")
        .filter(|_| !is_self && !is_comment)
        .map(|url| Link { url, text: None })
        .into_iter()
        .collect();
    Some(post)
}
