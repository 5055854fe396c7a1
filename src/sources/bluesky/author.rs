//! The posts of a watched account, by `app.bsky.feed.getAuthorFeed`: public, documented, without
//! log-in, by its own rules and not by robots.txt. A visit reads from the newest page back to what the last one knew; the first goes back
//! as far as the settings say. A repost is a post of its own, told apart from what it passes on.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::record::{self, Place};
use crate::fetch::{Capture, Request};
use crate::post::{Account, Media, MediaKind, Post, PostKind};
use crate::sources::{
    Adapter, Cursor, Door, Given, OpenError, Page, Rejection, SetAside, ShapeError, SourceSettings,
    Visit, WebSource, api,
};

const ADAPTER: Adapter = Adapter { name: "bluesky-author", version: 1 };

/// The shortest time between visits when the config names none.
const EVERY: Duration = Duration::from_secs(15 * 60);
/// The longest time between visits when the config names none.
const SLOWEST: Duration = Duration::from_secs(12 * 3600);
/// Posts asked for at a time: the most the interface gives.
const LIMIT: &str = "100";
/// Pages a visit goes back at most to what is known.
const MOST_PAGES: u32 = 100;

/// What only a watched account knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorSettings {
    /// The account: its handle without `@`, or its DID.
    pub actor: String,
    /// Whether its answers to others are read as well.
    #[serde(default = "replies")]
    pub replies: bool,
    /// How many older pages of up to 100 posts the first visit walks back.
    #[serde(default)]
    pub backfill_pages: u32,
    /// Where the interface is.
    #[serde(default = "base")]
    pub base: Url,
}

const fn replies() -> bool {
    true
}

fn base() -> Url {
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    Url::parse("https://public.api.bsky.app").expect("a constant that parses")
}

impl SourceSettings for AuthorSettings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        if !record::is_did(&self.actor) && !is_handle(&self.actor) {
            return Err(OpenError::new(
                "actor",
                format!(
                    "`{}` bukan akun Bluesky: tulis namanya tanpa `@`, misalnya \
                     agen.bsky.social, atau DID-nya, misalnya did:plc:…",
                    self.actor
                ),
            ));
        }
        let base = api::base("base", &self.base)?;
        Ok(Door::Web(Box::new(Author {
            settings: Self { base, ..self.clone() },
            interval: given.interval(EVERY, SLOWEST),
        })))
    }
}

/// A name in the domain name system, of two labels at least.
fn is_handle(handle: &str) -> bool {
    let label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.len() <= 63 && label.bytes().all(plain)
    };
    handle.len() <= 253 && handle.contains('.') && handle.split('.').all(label)
}

/// One account.
struct Author {
    settings: AuthorSettings,
    interval: (u64, u64),
}

/// Where a walk stands.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct State {
    /// The newest entry of the last complete visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<Timestamp>,
    /// The visit that goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    walk: Option<Walk>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Walk {
    /// The interface's own cursor of the next page.
    cursor: String,
    /// The newest entry of this visit.
    newest: Option<Timestamp>,
    /// Pages read.
    pages: u32,
}

impl State {
    fn of(cursor: Option<&Cursor>) -> Self {
        let state = cursor.and_then(|cursor| serde_json::from_value(cursor.0.clone()).ok());
        state.unwrap_or_default()
    }
}

impl Author {
    fn request(&self, cursor: Option<&str>) -> Request {
        let filter = if self.settings.replies { "posts_with_replies" } else { "posts_no_replies" };
        let mut query =
            vec![("actor", &*self.settings.actor), ("limit", LIMIT), ("filter", filter)];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let url =
            api::address(&self.settings.base, &["xrpc", "app.bsky.feed.getAuthorFeed"], &query);
        Request::api(url, &self.settings.base)
    }
}

impl WebSource for Author {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        let walk = State::of(visit.cursor).walk;
        Some(self.request(walk.as_ref().map(|walk| walk.cursor.as_str())))
    }

    fn rejected(&self, capture: &Capture, visit: Visit<'_>) -> Rejection {
        let said = serde_json::from_slice::<Value>(&capture.body).unwrap_or_default();
        let part = |key| said.get(key).and_then(Value::as_str).unwrap_or_default();
        let state = State::of(visit.cursor);
        if capture.status == Some(400) && state.walk.is_some() {
            // A page of a walk that was broken off long ago: the newest posts do not wait for it.
            let state = serde_json::to_value(State { walk: None, ..state });
            let page = Page {
                cursor: state.ok().map(Cursor),
                next: Some(self.request(None)),
                ..Page::default()
            };
            return Rejection::Unavailable(Box::new(page));
        }
        Rejection::Blocked(format!(
            "the interface answered {}: {} {}",
            capture.status.unwrap_or_default(),
            part("error"),
            part("message")
        ))
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let shape = |reason: String| ShapeError { adapter: ADAPTER.name, reason };
        let answer = api::document(ADAPTER.name, capture)?;
        let entries = answer.get("feed").and_then(Value::as_array);
        let entries = entries.ok_or_else(|| shape("`feed` is missing".to_owned()))?;
        let mut page = Page::default();
        let mut times = Vec::new();
        for entry in entries {
            match read(entry) {
                Ok((post, time)) => {
                    times.extend(time);
                    page.posts.push(post);
                }
                Err(item) => page.set_aside.push(item),
            }
        }
        if page.posts.is_empty() && !entries.is_empty() {
            let reason = page.set_aside.first().map_or("", |item| item.reason.as_str());
            return Err(shape(format!("none of its {} entries: {reason}", entries.len())));
        }
        page.posts.reverse();

        let state = State::of(visit.cursor);
        let asked = capture.url.query_pairs().find(|(key, _)| key == "cursor");
        let walk = state.walk.filter(|walk| asked.is_some_and(|(_, asked)| asked == walk.cursor));
        let pages = walk.as_ref().map_or(0, |walk| walk.pages);
        let newest = walk.and_then(|walk| walk.newest).max(times.iter().copied().max());
        let older = answer.get("cursor").and_then(Value::as_str).filter(|_| !entries.is_empty());
        let on = match state.known {
            // What is as old as the newest known entry was read with it.
            Some(known) => pages < MOST_PAGES && times.iter().all(|time| *time > known),
            None => pages < self.settings.backfill_pages,
        };
        let next = older.filter(|_| on).map(|older| Walk {
            cursor: older.to_owned(),
            newest,
            pages: pages + 1,
        });
        page.next = next.as_ref().map(|walk| self.request(Some(&walk.cursor)));
        let known = if next.is_some() { state.known } else { newest.max(state.known) };
        let state = serde_json::to_value(State { known, walk: next });
        page.cursor = state.ok().map(Cursor);
        Ok(page)
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}

/// An entry as a post, with the time by which the feed is ordered.
fn read(entry: &Value) -> Result<(Post, Option<Timestamp>), SetAside> {
    let view = entry.get("post").unwrap_or(&Value::Null);
    let uri = view.get("uri").and_then(Value::as_str).unwrap_or_default();
    let refuse = |reason: &str| SetAside::new(uri, reason, entry.to_string());
    let place = record::place(uri).ok_or_else(|| refuse("`post.uri` is no address of a post"))?;
    let record = view.get("record").and_then(Value::as_object);
    let record = record.ok_or_else(|| refuse("`post.record` is missing"))?;
    let mut post = record::post(&place, record);
    let indexed = |value: &Value| value.get("indexedAt")?.as_str()?.parse::<Timestamp>().ok();
    post.created_at = record::not_after(post.created_at, indexed(view));
    post.author = Some(account(view.get("author"), &place));
    shown_media(view, &mut post);
    let reason = entry.get("reason");
    let kind = reason.and_then(|reason| reason.get("$type")).and_then(Value::as_str);
    let time = match kind {
        // A pinned post stands at the top whatever its age.
        Some("app.bsky.feed.defs#reasonPin") => None,
        Some("app.bsky.feed.defs#reasonRepost") => {
            let reason = reason.unwrap_or(&Value::Null);
            let time = indexed(reason);
            pass_on(&mut post, &place, reason, time)
                .ok_or_else(|| refuse("`reason.by` is missing"))?;
            time
        }
        _ => indexed(view),
    };
    Ok((post, time))
}

fn account(author: Option<&Value>, place: &Place<'_>) -> Account {
    let text = |key| author.and_then(|author| author.get(key)).and_then(Value::as_str);
    let plain = |key| text(key).filter(|text| !text.is_empty()).map(str::to_owned);
    Account {
        native_id: Some(place.did.to_owned()),
        handle: plain("handle").filter(|handle| handle != "handle.invalid"),
        name: plain("displayName"),
        url: Some(format!("https://bsky.app/profile/{}", place.did)),
    }
}

/// The pictures' addresses stand beside the record, in its order.
fn shown_media(view: &Value, post: &mut Post) {
    let embed = view.get("embed").unwrap_or(&Value::Null);
    let images = |embed: &Value| embed.get("images").and_then(Value::as_array).cloned();
    let shown = images(embed).or_else(|| embed.get("media").and_then(images)).unwrap_or_default();
    let pictures =
        post.media.iter_mut().filter(|Media { kind, .. }| *kind == MediaKind::Image).zip(shown);
    for (picture, shown) in pictures {
        picture.url = shown.get("fullsize").and_then(Value::as_str).map(str::to_owned);
    }
}

/// Makes a post a repost of it by the account that passed it on.
fn pass_on(
    post: &mut Post,
    original: &Place<'_>,
    reason: &Value,
    time: Option<Timestamp>,
) -> Option<()> {
    let by = reason.get("by")?;
    let did = by.get("did")?.as_str().filter(|did| record::is_did(did))?;
    let whose = post.author.take();
    post.forwarded_from =
        whose.and_then(|whose| whose.handle).or_else(|| Some(original.did.to_owned()));
    post.author = Some(account(Some(by), &Place { did, rkey: original.rkey }));
    post.key.native_id = record::repost_of(&original.uri(), did);
    post.created_at = time;
    post.kind = PostKind::Repost;
    post.reply_to = None;
    Some(())
}
