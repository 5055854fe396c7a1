//! Timelines of an instance of the Mastodon family (Mastodon, GoToSocial, Pleroma, snac2): those of
//! the hashtags of the rule lists and the public one, read as a stranger. A timeline that is closed to
//! strangers is told of and left alone. Only the newest page is read again on each visit, for edits
//! and for posts that are gone.

mod instance;
mod links;
mod settings;
mod status;

use serde_json::Value;
use url::Url;

use super::item::Item;
use super::listing::{self, Answer};
use super::reading::{Harvest, Reading};
use super::settings::address;
use super::tour::{Job, Tour};
use super::walk::Seen;
use crate::fetch::{Capture, Request};
use crate::post::{Container, ContainerKind, Platform, PostKey};
use crate::sources::{
    Adapter, IfUnchanged, Page, Rejection, SetAside, ShapeError, Visit, WebSource, api,
};
use instance::{Access, Feed};

pub use settings::{Public, Settings};

const ADAPTER: Adapter = Adapter { name: "mastodon", version: 1 };

/// What a post's own address is asked for, where its server does not tell strangers of single posts.
const ACTIVITY: &str = "application/activity+json";

/// Posts asked for at once: the most that every server of the family gives.
const PAGE: usize = 40;

/// Names of listings: the public timeline, and each hashtag's behind a prefix.
const PUBLIC: &str = "public";
const TAG: &str = "tag:";

/// An instance.
struct Instance {
    server: Url,
    hashtags: bool,
    public: Public,
    backfill: u64,
    interval: (u64, u64),
}

/// Where the visits stand: the tour, and what the instance lets strangers read.
struct State {
    tour: Tour,
    access: Access,
    /// Timelines this visit left out because the instance says that they are closed.
    closed: Vec<SetAside>,
}

impl Instance {
    /// The page every visit begins with: what the instance says of itself.
    fn front(&self) -> Request {
        Request::api(address(&self.server, "/api/v2/instance", [], &[]), &self.server)
    }

    fn is_front(&self, url: &Url) -> bool {
        *url == self.front().url
    }

    fn state(&self, visit: Visit<'_>) -> State {
        let tags = visit.terms.tags.iter().filter(|_| self.hashtags);
        let tags = tags.map(|tag| format!("{TAG}{tag}"));
        let public = (self.public != Public::None).then(|| PUBLIC.to_owned());
        let access = visit.cursor.and_then(|cursor| cursor.0.get("access"));
        let access = access.and_then(|access| serde_json::from_value(access.clone()).ok());
        State {
            tour: Tour::resume(visit.cursor, &self.server, tags.chain(public)),
            access: access.unwrap_or(Access::UNTOLD),
            closed: Vec::new(),
        }
    }

    /// What is open to a stranger of what is wanted of a listing.
    fn open(&self, listing: &str, access: Access) -> Feed {
        if listing == PUBLIC {
            let wanted = self.public.feed();
            let open = access.live;
            Feed { local: wanted.local && open.local, remote: wanted.remote && open.remote }
        } else {
            access.hashtag
        }
    }

    /// Leaves out what the instance says is closed.
    fn skip_closed(&self, state: &mut State) {
        while let Some(Job::Read { listing, .. }) = state.tour.job() {
            if self.open(listing, state.access) != Feed::CLOSED {
                break;
            }
            let reason = "server ini menutup linimasa ini bagi yang tidak punya akun";
            state.closed.push(SetAside::new(listing, reason, ""));
            state.tour.leave();
        }
    }

    fn request(&self, state: &State) -> Option<Request> {
        Some(match state.tour.job()? {
            Job::Read { listing, older } => {
                let url = older.and_then(|older| Url::parse(older).ok());
                let url = url.unwrap_or_else(|| self.newest(listing, state.access));
                Request::api(url, &self.server)
            }
            Job::Ask(Seen { id: Some(id), .. }) => {
                let url = address(&self.server, "/api/v1/statuses", [id.as_str()], &[]);
                Request::api(url, &self.server)
            }
            Job::Ask(Seen { key, .. }) => {
                let url = Url::parse(key).unwrap_or_else(|_| self.server.clone());
                Request { accept: ACTIVITY, ..Request::api(url, &self.server) }
            }
        })
    }

    /// The newest page of a timeline.
    fn newest(&self, listing: &str, access: Access) -> Url {
        let limit = PAGE.to_string();
        let mut query = vec![("limit", limit.as_str())];
        match self.open(listing, access) {
            Feed { local: true, remote: false } => query.push(("local", "true")),
            Feed { local: false, remote: true } => query.push(("remote", "true")),
            _ => {}
        }
        match listing.strip_prefix(TAG) {
            Some(tag) => address(&self.server, "/api/v1/timelines/tag", [tag], &query),
            None => address(&self.server, "/api/v1/timelines/public", [], &query),
        }
    }

    /// Closes a page: where to go on, and what to store.
    fn close(&self, mut page: Page, mut state: State) -> Page {
        self.skip_closed(&mut state);
        page.next = self.request(&state);
        page.set_aside.append(&mut state.closed);
        let mut cursor = state.tour.cursor();
        if let Value::Object(fields) = &mut cursor.0 {
            let access = serde_json::to_value(state.access).unwrap_or_default();
            fields.insert("access".to_owned(), access);
        }
        page.cursor = Some(cursor);
        page
    }

    fn timeline(&self, capture: &Capture, mut state: State) -> Result<Page, ShapeError> {
        let Some(Job::Read { listing, older }) = state.tour.job() else {
            return Ok(self.close(Page::default(), state));
        };
        let (listing, is_newest) = (listing.to_owned(), older.is_none());
        let entries = listing::entries(&capture.body, &[]);
        let older = links::next(capture, &self.server).or_else(|| {
            let last = entries.as_deref().ok()?.last().and_then(Item::of)?.identity("id")?;
            let mut url = self.newest(&listing, state.access);
            url.query_pairs_mut().append_pair("max_id", &last);
            Some(url)
        });
        let is_empty = entries.as_deref().is_ok_and(<[Value]>::is_empty);
        let answer = Answer {
            adapter: ADAPTER.name,
            listing: &listing,
            capture,
            asked: PAGE,
            backfill: self.backfill,
        };
        let entries = entries.as_deref().map_err(Clone::clone);
        let older = older.map(String::from);
        let mut page = answer.take(
            entries,
            |entry| self.read(entry, listing.strip_prefix(TAG)),
            |status| status::read(status, &self.server),
            older,
            &mut state.tour,
        )?;
        if listing == PUBLIC && is_newest && is_empty {
            let reason =
                "linimasa umum kosong: mungkin server ini menutupnya bagi yang tidak punya akun";
            page.set_aside.push(SetAside::new(&listing, reason, ""));
        }
        Ok(self.close(page, state))
    }

    /// An entry of a timeline, of this hashtag's if any, as the walk knows it, and what it holds.
    fn read(&self, entry: &Value, tag: Option<&str>) -> (Option<Seen>, Vec<Reading>) {
        let mut readings: Vec<Reading> = status::statuses(entry)
            .into_iter()
            .map(|status| status::read(status, &self.server))
            .collect();
        // What an entry quotes need not stand under the hashtag.
        if let (Some(tag), Some(Reading::Post(post))) = (tag, readings.first_mut()) {
            post.container = Some(self.hashtag(tag));
        }
        let item = Item::of(entry);
        let key = item.as_ref().and_then(|item| status::key(item, &self.server));
        let seen = key.zip(item).map(|(key, item)| {
            // Only a post that is kept can be deleted; a boost's end is not the original's.
            let own = matches!(readings.first(), Some(Reading::Post(post)) if post.key == key);
            Seen {
                id: item.identity("id").filter(|_| own),
                at: item.time("created_at"),
                key: key.native_id,
            }
        });
        (seen, readings)
    }

    fn hashtag(&self, tag: &str) -> Container {
        let url = address(&self.server, "/tags", [tag], &[]);
        Container {
            kind: ContainerKind::Hashtag,
            native_id: tag.to_owned(),
            name: Some(format!("#{tag}")),
            url: Some(url.into()),
        }
    }

    /// A post that was asked about is still there, as the answer shows it.
    fn still_there(&self, capture: &Capture, mut state: State) -> Page {
        let asked = state.tour.asked();
        let answer = serde_json::from_slice::<Value>(&capture.body).unwrap_or_default();
        let page = if answer.get("type").and_then(Value::as_str) == Some("Tombstone") {
            Page { deleted: asked.into_iter().map(gone).collect(), ..Page::default() }
        } else if asked.is_some_and(|asked| asked.id.is_some()) {
            let shown = std::slice::from_ref(&answer);
            let read_one = |status: &Value| status::read(status, &self.server);
            Harvest::of(shown, |entry| self.read(entry, None), read_one)
                .page(&capture.body, read_one)
        } else {
            Page::default()
        };
        self.close(page, state)
    }

    /// Whether a post's own address is on this server, which may be asked by its own rules.
    fn is_at_home(&self, key: &str) -> bool {
        Url::parse(key).is_ok_and(|url| url.origin() == self.server.origin())
    }
}

impl WebSource for Instance {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        if !Tour::is_under_way(visit.cursor, &self.server) {
            let is_wanted = self.public != Public::None || !visit.terms.tags.is_empty();
            return is_wanted.then(|| self.front());
        }
        let mut state = self.state(visit);
        self.skip_closed(&mut state);
        Some(self.request(&state).unwrap_or_else(|| self.front()))
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let mut state = self.state(visit);
        if self.is_front(&capture.url) {
            // What cannot be read says nothing.
            let about = serde_json::from_slice(&capture.body).unwrap_or_default();
            state.access = Access::read(&about);
            return Ok(self.close(Page::default(), state));
        }
        self.skip_closed(&mut state);
        match state.tour.job() {
            Some(Job::Ask(_)) => Ok(self.still_there(capture, state)),
            _ => self.timeline(capture, state),
        }
    }

    fn manner(&self, capture: &Capture, visit: Visit<'_>) -> Option<String> {
        let mut state = self.state(visit);
        self.skip_closed(&mut state);
        (!self.is_front(&capture.url)).then(|| api::manner(&state.tour.manner())).flatten()
    }

    fn rejected(&self, capture: &Capture, visit: Visit<'_>) -> Rejection {
        let status = capture.status.unwrap_or_default();
        let mut state = self.state(visit);
        let mut page = Page::default();
        if self.is_front(&capture.url) {
            state.access = Access::UNTOLD;
            return Rejection::Unavailable(Box::new(self.close(page, state)));
        }
        self.skip_closed(&mut state);
        match state.tour.job() {
            Some(Job::Read { listing, .. }) => {
                let reason = format!(
                    "server menjawab {status}: linimasa ini tertutup bagi yang tidak punya akun"
                );
                page.set_aside.push(SetAside::new(listing, reason, ""));
                state.tour.refused();
            }
            Some(Job::Ask(_)) => match state.tour.asked() {
                Some(asked) if matches!(status, 404 | 410) => page.deleted.push(gone(asked)),
                Some(asked) if asked.id.is_some() && self.is_at_home(&asked.key) => {
                    state.tour.ask_again(Seen { id: None, ..asked });
                }
                _ => {}
            },
            None => {}
        }
        Rejection::Unavailable(Box::new(self.close(page, state)))
    }

    fn if_unchanged(&self, request: &Request, visit: Visit<'_>) -> IfUnchanged {
        let mut state = self.state(visit);
        if !self.is_front(&request.url) {
            if !is_newest(&request.url) {
                return IfUnchanged::Unasked;
            }
            self.skip_closed(&mut state);
            state.tour.leave();
        }
        IfUnchanged::GoesOn(Box::new(self.close(Page::default(), state)))
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}

/// Whether this is the newest page of a timeline: older ones name the post they come after.
fn is_newest(url: &Url) -> bool {
    url.path().contains("/api/v1/timelines/")
        && url.query_pairs().all(|(name, _)| ["limit", "local", "remote"].contains(&&*name))
}

fn gone(seen: Seen) -> PostKey {
    PostKey { platform: Platform::Mastodon, native_id: seen.key }
}
