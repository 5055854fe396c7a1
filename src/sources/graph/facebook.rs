//! Facebook Pages that the operator names, by their feed. Groups, profiles and search are not to be
//! had; Pages need Meta's approval for Page Public Content Access.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{Graph, No, is_nearly_spent, page, said};
use crate::fetch::{Capture, Request};
use crate::post::{
    Account, Container, ContainerKind, ExtraKind, ExtraText, Media, MediaKind, Platform, Post,
};
use crate::sources::{
    Adapter, Cursor, Door, Given, IfUnchanged, OpenError, Page, Rejection, ShapeError,
    SourceSettings, Visit, WebSource, api,
};

const ADAPTER: Adapter = Adapter { name: "facebook", version: 1 };
const FIELDS: &str = "id,message,story,created_time,permalink_url,from{id,name},\
     attachments{media_type,title,description,unshimmed_url,url,media,subattachments}";
const EVERY: Duration = Duration::from_secs(1800);
const SLOWEST: Duration = Duration::from_secs(12 * 3600);
/// Pages of a feed read in one round, when what is known is not met before.
const MOST_PAGES: u32 = 20;

/// What only Facebook's Pages know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The environment variable with the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_env: Option<String>,
    /// The file with the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// Ids or names of Pages.
    pub pages: Vec<String>,
    /// Pages of a feed the first visit reads.
    #[serde(default = "backfill_pages")]
    pub backfill_pages: u32,
    /// Where the API is.
    #[serde(default = "base")]
    pub base: Url,
}

const fn backfill_pages() -> u32 {
    3
}

pub(super) fn base() -> Url {
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    Url::parse("https://graph.facebook.com/v23.0/").expect("a constant that parses")
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        let is_page = |name: &String| {
            let plain = |letter: u8| letter.is_ascii_alphanumeric() || b".-_".contains(&letter);
            !name.is_empty() && name.bytes().all(plain)
        };
        if self.pages.is_empty() || !self.pages.iter().all(is_page) {
            let reason =
                "tulis id atau nama Halaman seperti dalam alamatnya, misalnya [\"contoh.loker\"]";
            return Err(OpenError::new("pages", reason));
        }
        Ok(Door::Web(Box::new(Facebook {
            graph: Graph::open(
                &self.base,
                self.token_env.as_deref(),
                self.token_file.as_ref(),
                given,
            )?,
            pages: self.pages.clone(),
            backfill_pages: self.backfill_pages,
            interval: given.interval(EVERY, SLOWEST),
        })))
    }
}

/// Facebook's Pages as the config names them.
struct Facebook {
    graph: Graph,
    pages: Vec<String>,
    backfill_pages: u32,
    interval: (u64, u64),
}

/// A page of a feed to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Task {
    /// The Page.
    of: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(default)]
    number: u32,
    /// The newest post of this reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<Timestamp>,
}

/// Where the source stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct State {
    tasks: VecDeque<Task>,
    /// The newest post known of each Page.
    known: BTreeMap<String, Timestamp>,
}

impl Facebook {
    fn round(&self, visit: Visit<'_>) -> State {
        let read = |cursor: &Cursor| State::deserialize(&cursor.0).ok();
        let mut state = visit.cursor.and_then(read).unwrap_or_default();
        if state.tasks.is_empty() {
            let task = |of: &String| Task { of: of.clone(), after: None, number: 0, newest: None };
            state.tasks = self.pages.iter().map(task).collect();
        }
        state
    }

    fn request(&self, task: &Task) -> Request {
        let mut query = vec![("fields", FIELDS), ("limit", "50")];
        if let Some(after) = &task.after {
            query.push(("after", after));
        }
        self.graph.request(&[&task.of, "feed"], &query)
    }

    fn go_on(&self, mut page: Page, state: &State) -> Page {
        page.next = state.tasks.front().map(|task| self.request(task));
        page.cursor = serde_json::to_value(state).ok().map(Cursor);
        page
    }
}

impl WebSource for Facebook {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        self.round(visit).tasks.front().map(|task| self.request(task))
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let answer = api::document(ADAPTER.name, capture)?;
        let (items, after) = page(ADAPTER.name, &answer)?;
        let mut state = self.round(visit);
        let mut page = Page::default();
        let Some(mut task) = state.tasks.pop_front() else { return Ok(page) };
        let mut oldest = Timestamp::MAX;
        for item in items {
            let Some(post) = post(item, &task.of) else {
                let place = format!("Halaman {}", task.of);
                page.set_aside.push(api::set_aside(place, "tidak ada id", item));
                continue;
            };
            oldest = oldest.min(post.created_at.unwrap_or(Timestamp::MAX));
            task.newest = task.newest.max(post.created_at);
            page.posts.push(post);
        }
        // How far back a first visit reads is the operator's wish: nothing is lost with what lies behind.
        let (more, most) = match state.known.get(&task.of) {
            Some(known) => (oldest > *known, MOST_PAGES),
            None => (task.number + 1 < self.backfill_pages, self.backfill_pages),
        };
        let after = after.filter(|after| more && task.after.as_ref() != Some(after));
        let place = format!("Halaman {}", task.of);
        match api::within(most, task.number, after, place, &mut page) {
            Some(after) => {
                let (after, number) = (Some(after), task.number + 1);
                state.tasks.push_front(Task { after, number, ..task });
            }
            None => {
                if let Some(newest) = task.newest {
                    state.known.insert(task.of, newest);
                }
            }
        }
        let mut page = self.go_on(page, &state);
        if is_nearly_spent(capture) {
            page.next = None;
        }
        Ok(page)
    }

    fn manner(&self, _capture: &Capture, visit: Visit<'_>) -> Option<String> {
        let State { mut tasks, mut known } = self.round(visit);
        tasks.truncate(1);
        known.retain(|of, _| tasks.iter().any(|task| task.of == *of));
        api::manner(&State { tasks, known })
    }

    fn rejected(&self, capture: &Capture, visit: Visit<'_>) -> Rejection {
        match said(capture, visit.now) {
            No::TooMany(until) => Rejection::UsedUp { budget: None, until: Some(until) },
            No::Credentials(why) => Rejection::Credentials(why),
            No::Transient(why) => Rejection::Transient(why),
            No::Blocked(why) if !is_continued(&self.round(visit)) => Rejection::Blocked(why),
            // A mark that is too old leads nowhere: the other Pages must not wait for it.
            No::Gone(why) | No::Refused(why) | No::Blocked(why) => self.gone(visit, &why),
            No::TooManyTags => Rejection::Blocked("hashtags where there are none".to_owned()),
        }
    }

    fn if_unchanged(&self, _request: &Request, _visit: Visit<'_>) -> IfUnchanged {
        // That one Page is quiet says nothing about the others, nor about its older pages.
        IfUnchanged::Unasked
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}

impl Facebook {
    /// A Page that an operator named is worth a word; the others go on.
    fn gone(&self, visit: Visit<'_>, why: &str) -> Rejection {
        let mut state = self.round(visit);
        let mut page = Page::default();
        if let Some(task) = state.tasks.pop_front() {
            let place = format!("Halaman {}", task.of);
            let reason = format!("tidak dapat dibaca ({why}); periksa namanya");
            page.set_aside.push(api::set_aside(place, reason, &Value::Null));
        }
        Rejection::Unavailable(Box::new(self.go_on(page, &state)))
    }
}

/// Whether the feed in hand goes on from a mark of an earlier page.
fn is_continued(state: &State) -> bool {
    state.tasks.front().is_some_and(|task| task.after.is_some())
}

fn post(item: &Value, of: &str) -> Option<Post> {
    let id = api::text(item, "/id")?;
    let message = api::owned(item, "/message");
    let created_at = api::time(item, "/created_time");
    let url = api::owned(item, "/permalink_url");
    // "X shared a link": what the platform says of a post that says nothing itself.
    let story = api::owned(item, "/story");
    let attachments: Vec<&Value> = item
        .pointer("/attachments/data")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .flat_map(|attachment| {
            let more = attachment.pointer("/subattachments/data").and_then(Value::as_array);
            std::iter::once(attachment).chain(more.into_iter().flatten())
        })
        .collect();
    let says = message.is_some() || story.is_some() || !attachments.is_empty();
    let mut post = Post::new(Platform::Facebook, id, message.clone().or(story).unwrap_or_default());
    post.name_missing(&[
        ("text", says),
        ("created_at", created_at.is_some()),
        ("url", url.is_some()),
    ]);
    post.url = url;
    post.created_at = created_at;
    let author = api::owned(item, "/from/id");
    post.author = (author.is_some() || item.pointer("/from/name").is_some()).then(|| Account {
        url: author.as_ref().map(|id| format!("https://www.facebook.com/{id}")),
        native_id: author,
        name: api::owned(item, "/from/name"),
        handle: None,
    });
    // A Page may be named by name or by number; the post's id begins with the number.
    let of = id.split_once('_').map_or(of, |(page, _)| page);
    post.container = Some(Container {
        kind: ContainerKind::Page,
        native_id: of.to_owned(),
        name: None,
        url: Some(format!("https://www.facebook.com/{of}")),
    });
    for attachment in attachments {
        for field in ["/title", "/description"] {
            let text = api::owned(attachment, field)
                .filter(|text| message.as_ref().is_none_or(|message| !message.contains(text)));
            post.extra_text.extend(text.map(|text| ExtraText { kind: ExtraKind::Card, text }));
        }
        let links = api::links(attachment, &["/unshimmed_url", "/target/url", "/url"]);
        post.links.extend(links.into_iter().take(1));
        let kind = match api::text(attachment, "/media_type") {
            Some("video") => MediaKind::Video,
            _ => MediaKind::Image,
        };
        let picture = api::owned(attachment, "/media/image/src");
        post.media.extend(picture.map(|url| Media { kind, url: Some(url) }));
    }
    post.links.dedup();
    Some(post)
}
