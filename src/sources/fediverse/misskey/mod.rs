//! Notes of a Misskey server or its kin (Sharkey, …): those of the hashtags of the rule lists, and
//! the local or global timeline, read as a stranger. Everything is posted, so nothing can be asked
//! for conditionally.

mod note;
mod settings;

use serde_json::{Value, json};
use url::Url;

use super::item::Item;
use super::listing::{self, Answer};
use super::reading::{Harvest, Reading};
use super::settings::address;
use super::tour::{Job, Tour};
use super::walk::Seen;
use crate::fetch::{Capture, Form, Request};
use crate::post::{Container, ContainerKind, Platform, PostKey};
use crate::sources::{Adapter, Page, Rejection, SetAside, ShapeError, Visit, WebSource, api};

pub use settings::{Public, Settings};

const ADAPTER: Adapter = Adapter { name: "misskey", version: 1 };

/// Notes asked for at once: the most a server gives.
const PAGE: usize = 100;

/// Names of listings: the timelines, and each hashtag's notes behind a prefix.
const LOCAL: &str = "local";
const GLOBAL: &str = "global";
const TAG: &str = "tag:";

/// A server.
struct Server {
    server: Url,
    hashtags: bool,
    public: Public,
    backfill: u64,
    interval: (u64, u64),
}

impl Server {
    fn tour(&self, visit: Visit<'_>) -> Tour {
        let tags = visit.terms.tags.iter().filter(|_| self.hashtags);
        let tags = tags.map(|tag| format!("{TAG}{tag}"));
        let public = match self.public {
            Public::None => None,
            Public::Local => Some(LOCAL.to_owned()),
            Public::All => Some(GLOBAL.to_owned()),
        };
        Tour::resume(visit.cursor, &self.server, tags.chain(public))
    }

    fn request(&self, tour: &Tour) -> Option<Request> {
        let (path, body) = match tour.job()? {
            Job::Read { listing, older } => {
                let mut body = json!({ "limit": PAGE });
                if let Some(older) = older {
                    body["untilId"] = older.into();
                }
                let path = match listing.strip_prefix(TAG) {
                    Some(tag) => {
                        body["tag"] = tag.into();
                        "/api/notes/search-by-tag"
                    }
                    None if listing == LOCAL => "/api/notes/local-timeline",
                    None => "/api/notes/global-timeline",
                };
                (path, body)
            }
            Job::Ask(seen) => ("/api/notes/show", json!({ "noteId": seen.id })),
        };
        let url = address(&self.server, path, [], &[]);
        Some(Request::api(url, &self.server).post(Form::Json(body)))
    }

    /// Closes a page: where to go on, and what to store.
    fn close(&self, mut page: Page, tour: Tour) -> Page {
        page.next = self.request(&tour);
        page.cursor = Some(tour.cursor());
        page
    }

    /// An entry of a listing, of this hashtag's if any, as the walk knows it, and what it holds.
    fn read(&self, entry: &Value, tag: Option<&str>) -> (Option<Seen>, Vec<Reading>) {
        let notes = note::notes(entry).into_iter();
        let mut readings: Vec<Reading> = notes.map(|note| note::read(note, &self.server)).collect();
        // What an entry quotes need not stand under the hashtag.
        if let (Some(tag), Some(Reading::Post(post))) = (tag, readings.first_mut()) {
            post.container = Some(self.hashtag(tag));
        }
        let item = Item::of(entry);
        let key = item.as_ref().and_then(|item| note::key(item, &self.server));
        let seen = key.zip(item).map(|(key, item)| {
            // Only a post that is kept can be deleted; a renote's end is not the original's.
            let is_own = matches!(readings.first(), Some(Reading::Post(post)) if post.key == key);
            Seen {
                id: item.identity("id").filter(|_| is_own),
                at: item.time("createdAt"),
                key: key.native_id,
            }
        });
        (seen, readings)
    }

    fn hashtag(&self, tag: &str) -> Container {
        Container {
            kind: ContainerKind::Hashtag,
            native_id: tag.to_owned(),
            name: Some(format!("#{tag}")),
            url: Some(address(&self.server, "/tags", [tag], &[]).into()),
        }
    }
}

impl WebSource for Server {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        self.request(&self.tour(visit))
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let mut tour = self.tour(visit);
        let Some(Job::Read { listing, .. }) = tour.job() else {
            tour.asked();
            let answer: Value = serde_json::from_slice(&capture.body).unwrap_or_default();
            let shown = std::slice::from_ref(&answer);
            let read_one = |note: &Value| note::read(note, &self.server);
            let page = Harvest::of(shown, |entry| self.read(entry, None), read_one)
                .page(&capture.body, read_one);
            return Ok(self.close(page, tour));
        };
        let listing = listing.to_owned();
        let entries = listing::entries(&capture.body, &[]);
        let last = entries.as_deref().ok().and_then(|entries| entries.last().and_then(Item::of));
        let older = last.and_then(|last| last.identity("id"));
        let answer = Answer {
            adapter: ADAPTER.name,
            listing: &listing,
            capture,
            asked: PAGE,
            backfill: self.backfill,
        };
        let entries = entries.as_deref().map_err(Clone::clone);
        let page = answer.take(
            entries,
            |entry| self.read(entry, listing.strip_prefix(TAG)),
            |note| note::read(note, &self.server),
            older,
            &mut tour,
        )?;
        Ok(self.close(page, tour))
    }

    fn manner(&self, _capture: &Capture, visit: Visit<'_>) -> Option<String> {
        api::manner(&self.tour(visit).manner())
    }

    fn rejected(&self, capture: &Capture, visit: Visit<'_>) -> Rejection {
        let status = capture.status.unwrap_or_default();
        let answer: Value = serde_json::from_slice(&capture.body).unwrap_or_default();
        let code = answer.pointer("/error/code").and_then(Value::as_str).unwrap_or("");
        let mut tour = self.tour(visit);
        let mut page = Page::default();
        match tour.job() {
            Some(Job::Read { listing, .. }) => {
                let reason = format!(
                    "server menjawab {status} {code}: tertutup bagi yang tidak punya akun, atau tidak ada"
                );
                page.set_aside.push(SetAside::new(listing, reason.trim(), ""));
                tour.refused();
            }
            Some(Job::Ask(_)) => {
                let is_gone = code == "NO_SUCH_NOTE" || matches!(status, 404 | 410);
                let asked = tour.asked().filter(|_| is_gone);
                page.deleted.extend(
                    asked.map(|seen| PostKey { platform: Platform::Misskey, native_id: seen.key }),
                );
            }
            None => {}
        }
        Rejection::Unavailable(Box::new(self.close(page, tour)))
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}
