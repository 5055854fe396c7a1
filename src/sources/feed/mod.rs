//! Feeds: RSS, Atom, RDF and JSON Feed. Every item is read by itself, so that a broken one never
//! takes the others along; the first visits walk back through the older pages a feed names, and
//! how soon to come back follows from how often the feed posts and what it asks for.

pub(super) mod body;
pub(super) mod dates;
mod document;
mod identity;
mod item;
mod json;
pub(super) mod markup;
mod mend;
mod rhythm;
pub(super) mod walk;
mod xml;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::site::web_address;
use super::{
    Adapter, Door, Given, OpenError, Page, SetAside, ShapeError, SourceSettings, Visit, WebSource,
};
use crate::fetch::{self, Capture, Request};
use crate::post::Post;
pub(super) use body::Body;
use document::Document;
use walk::Walk;

const ADAPTER: Adapter = Adapter { name: "feed", version: 1 };

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, \
     application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1";

/// The shortest time between visits when the config names none.
const EVERY: Duration = Duration::from_secs(15 * 60);
/// The longest time between visits when the config names none.
const SLOWEST: Duration = Duration::from_secs(12 * 3600);

/// What only a feed knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The address of the feed.
    pub url: Url,
    /// How many older pages (RFC 5005 `prev-archive`, `next`) the first visit walks back.
    #[serde(default)]
    pub backfill_pages: u32,
}

impl SourceSettings for Settings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        web_address("url", &self.url)?;
        Ok(Door::Web(Box::new(Feed {
            url: self.url.clone(),
            backfill_pages: self.backfill_pages,
            interval: given.interval(EVERY, SLOWEST),
        })))
    }
}

/// One feed.
struct Feed {
    url: Url,
    backfill_pages: u32,
    interval: (u64, u64),
}

impl WebSource for Feed {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn begin(&self, visit: Visit<'_>) -> Option<Request> {
        let walk = Walk::resume(&self.url, visit.cursor);
        let url = walk.and_then(|walk| walk.next(self.backfill_pages)).unwrap_or(self.url.clone());
        Some(Request::new(url, ACCEPT))
    }

    fn parse(&self, capture: &Capture, visit: Visit<'_>) -> Result<Page, ShapeError> {
        let walk = Walk::resume(&self.url, visit.cursor);
        // A page the walk back leads to may be the feed's own address only by a loop.
        let archive = walk
            .as_ref()
            .and_then(|walk| walk.next(self.backfill_pages))
            .is_some_and(|older| older == capture.url);
        let decoded = fetch::decode(&capture.body, capture.header("content-type"));
        let document = match Document::read(&decoded.text, &capture.final_url) {
            Ok(document) => document,
            // An older page that is none must not hold up the feed for ever: the walk ends here.
            Err(reason) if archive => {
                return Ok(Page {
                    set_aside: vec![SetAside::new(
                        capture.url.as_str(),
                        format!("the older page is no feed: {reason}"),
                        &decoded.text,
                    )],
                    cursor: walk.map(|walk| walk.step(None).cursor()),
                    ..Page::default()
                });
            }
            Err(reason) => return Err(ShapeError { adapter: ADAPTER.name, reason }),
        };
        let older = document.older.as_deref().and_then(|address| {
            walk::same_host(address, &self.url, &capture.final_url)
                .filter(|older| *older != capture.url && *older != capture.final_url)
        });
        let walk = match walk {
            Some(walk) if archive => walk.step(older),
            Some(walk) => walk,
            None => Walk::start(&self.url, older),
        };
        let asked = document.asked_interval;
        let (posts, set_aside) = item::posts(document, &self.url, &capture.final_url);
        let revisit_after = if archive {
            None
        } else {
            let times: Vec<_> = posts.iter().filter_map(|post| post.created_at).collect();
            rhythm::revisit_after(times, asked, capture, self.interval)
        };
        Ok(Page {
            posts: oldest_first(posts),
            set_aside,
            cursor: Some(walk.cursor()),
            next: walk.next(self.backfill_pages).map(|url| Request::new(url, ACCEPT)),
            revisit_after,
            ..Page::default()
        })
    }

    /// YouTube's feeds answer 404 and 5xx for hours or days to channels that are well.
    fn doubts(&self, status: u16) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        let is_youtube = host == "youtube.com" || host.ends_with(".youtube.com");
        is_youtube && self.url.path().starts_with("/feeds/") && (status == 404 || status >= 500)
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}

/// The posts of a feed that another kind of source was answered with.
///
/// # Errors
/// What was found in place of a feed.
pub(in crate::sources) fn read_posts(
    capture: &Capture,
    feed: &Url,
) -> Result<(Vec<Post>, Vec<SetAside>), String> {
    let decoded = fetch::decode(&capture.body, capture.header("content-type"));
    let document = Document::read(&decoded.text, &capture.final_url)?;
    Ok(item::posts(document, feed, &capture.final_url))
}

/// By date where every post has one; else turned round, because feeds put the newest first.
fn oldest_first(mut posts: Vec<Post>) -> Vec<Post> {
    posts.reverse();
    if posts.iter().all(|post| post.created_at.is_some()) {
        posts.sort_by_key(|post| post.created_at);
    }
    posts
}
