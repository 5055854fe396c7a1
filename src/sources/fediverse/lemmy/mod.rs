//! Posts of a Lemmy server, of some of its communities or of all, newest first, read as a stranger.

mod post;
mod settings;

use serde_json::Value;
use url::Url;

use super::item::Item;
use super::listing::{self, Answer};
use super::reading::{Harvest, Reading};
use super::settings::address;
use super::tour::{Job, Tour};
use super::walk::Seen;
use crate::fetch::{Capture, Request};
use crate::post::{Platform, PostKey};
use crate::sources::{
    Adapter, IfUnchanged, Page, Rejection, SetAside, ShapeError, Visit, WebSource, api,
};

pub use settings::{Api, Scope, Settings};

const ADAPTER: Adapter = Adapter { name: "lemmy", version: 1 };

/// Posts asked for at once: the most a server gives.
const PAGE: usize = 50;

/// Names of listings: the whole server, and each community behind a prefix.
const ALL: &str = "all";
const COMMUNITY: &str = "community:";

/// A server.
struct Server {
    server: Url,
    api: Api,
    scope: Scope,
    communities: Vec<String>,
    backfill: u64,
    interval: (u64, u64),
}

impl Server {
    fn tour(&self, visit: Visit<'_>) -> Tour {
        let communities = self.communities.iter().map(|name| format!("{COMMUNITY}{name}"));
        let all = self.communities.is_empty().then(|| ALL.to_owned());
        Tour::resume(visit.cursor, &self.server, communities.chain(all))
    }

    fn request(&self, tour: &Tour) -> Option<Request> {
        let url = match tour.job()? {
            Job::Read { listing, older } => {
                let limit = PAGE.to_string();
                let mut query = vec![
                    ("type_", self.api.name(self.scope)),
                    ("sort", self.api.newest_first()),
                    ("limit", &limit),
                ];
                query.extend(listing.strip_prefix(COMMUNITY).map(|name| ("community_name", name)));
                query.extend(older.map(|older| ("page_cursor", older)));
                address(&self.server, &self.api.path("post/list"), [], &query)
            }
            Job::Ask(seen) => {
                let id = seen.id.as_deref().unwrap_or("");
                address(&self.server, &self.api.path("post"), [], &[("id", id)])
            }
        };
        Some(Request::api(url, &self.server))
    }

    /// Closes a page: where to go on, and what to store.
    fn close(&self, mut page: Page, tour: Tour) -> Page {
        page.next = self.request(&tour);
        page.cursor = Some(tour.cursor());
        page
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
            let shown: Value = serde_json::from_slice(&capture.body).unwrap_or_default();
            let view = shown.get("post_view").map(std::slice::from_ref).unwrap_or_default();
            let page = Harvest::of(view, read, post::read).page(&capture.body, post::read);
            return Ok(self.close(page, tour));
        };
        let listing = listing.to_owned();
        let entries = listing::entries(&capture.body, &["posts", "items"]);
        let answer = Answer {
            adapter: ADAPTER.name,
            listing: &listing,
            capture,
            asked: PAGE,
            backfill: self.backfill,
        };
        let entries = entries.as_deref().map_err(Clone::clone);
        let older = next_page(&capture.body);
        let page = answer.take(entries, read, post::read, older, &mut tour)?;
        Ok(self.close(page, tour))
    }

    fn manner(&self, _capture: &Capture, visit: Visit<'_>) -> Option<String> {
        api::manner(&self.tour(visit).manner())
    }

    fn rejected(&self, capture: &Capture, visit: Visit<'_>) -> Rejection {
        let status = capture.status.unwrap_or_default();
        let answer: Value = serde_json::from_slice(&capture.body).unwrap_or_default();
        let error = answer.get("error").and_then(Value::as_str).unwrap_or("");
        let mut tour = self.tour(visit);
        let mut page = Page::default();
        match tour.job() {
            Some(Job::Read { listing, .. }) => {
                let reason = format!(
                    "server menjawab {status} {error}: periksa alamat server dan nama komunitasnya"
                );
                page.set_aside.push(SetAside::new(listing, reason, ""));
                tour.refused();
            }
            Some(Job::Ask(_)) => {
                let is_gone = matches!(error, "couldnt_find_post" | "not_found")
                    || matches!(status, 404 | 410);
                let asked = tour.asked().filter(|_| is_gone);
                page.deleted.extend(
                    asked.map(|seen| PostKey { platform: Platform::Lemmy, native_id: seen.key }),
                );
            }
            None => {}
        }
        Rejection::Unavailable(Box::new(self.close(page, tour)))
    }

    fn if_unchanged(&self, _request: &Request, _visit: Visit<'_>) -> IfUnchanged {
        // A community that is as it was says nothing of the others.
        IfUnchanged::Unasked
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}

/// An entry of a listing as the walk knows it, and what it holds.
fn read(entry: &Value) -> (Option<Seen>, Vec<Reading>) {
    let reading = post::read(entry);
    let seen = Item::of(entry).and_then(|view| {
        let post = view.object("post")?;
        // What is pinned stands on top however old it is: it says nothing of where the walk is.
        let is_pinned = ["featured_local", "featured_community"]
            .iter()
            .any(|pinned| post.flag(pinned) == Some(true));
        let key = post::key(&view).filter(|_| !is_pinned)?;
        Some(Seen {
            key: key.native_id,
            id: post.identity("id").filter(|_| matches!(reading, Reading::Post(_))),
            at: post::published(&view),
        })
    });
    (seen, vec![reading])
}

/// Where the next older page is, in the server's own words.
fn next_page(body: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    Item::of(&answer)?.owned("next_page")
}
