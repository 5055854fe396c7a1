//! WordPress: `wp-json/wp/v2/posts`, and where that is switched off the feed of its search.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{AT_ONCE, Batch};
use crate::fetch::{Capture, Request, decode};
use crate::post::{Media, MediaKind, Platform, Post};
use crate::sources::SetAside;
use crate::sources::feed::{self, body::Body};
use crate::sources::site::one_line;

/// `after` is read in the site's own time, which is not known here: a day more costs nothing, since
/// known posts are known.
const MARGIN: SignedDuration = SignedDuration::from_hours(24);
/// By this an address asks for the feed.
pub(super) const FEED: &str = "feed";

#[derive(Deserialize)]
struct Item {
    link: String,
    #[serde(default)]
    date_gmt: Option<String>,
    #[serde(default)]
    modified_gmt: Option<String>,
    #[serde(default)]
    title: Rendered,
    #[serde(default)]
    content: Rendered,
    #[serde(default)]
    excerpt: Rendered,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Rendered {
    rendered: String,
    /// A password is asked for: what is shown is no public text.
    protected: bool,
}

/// The request for a page of results, of posts newer than the newest known.
pub(super) fn request(site: &Url, term: &str, page: u32, known: Option<Timestamp>) -> Request {
    let mut url = site.clone();
    url.set_path(&format!("{}wp-json/wp/v2/posts", site.path()));
    {
        let mut query = url.query_pairs_mut();
        if !term.is_empty() {
            query.append_pair("search", term);
        }
        if let Some(after) = known.and_then(|known| known.checked_sub(MARGIN).ok()) {
            let after = Offset::UTC.to_datetime(after);
            query.append_pair("after", &after.strftime("%Y-%m-%dT%H:%M:%S").to_string());
        }
        query
            .append_pair("orderby", "date")
            .append_pair("order", "desc")
            .append_pair("per_page", &AT_ONCE.to_string())
            .append_pair("page", &page.to_string());
    }
    Request::new(url, "application/json")
}

/// The request for a page of results by the feed.
pub(super) fn feed_request(site: &Url, term: &str, page: u32) -> Request {
    let mut url = site.clone();
    {
        let mut query = url.query_pairs_mut();
        if !term.is_empty() {
            query.append_pair("s", term);
        }
        query.append_pair(FEED, "rss2").append_pair("orderby", "date").append_pair("order", "DESC");
        if page > 1 {
            query.append_pair("paged", &page.to_string());
        }
    }
    Request::new(url, "application/rss+xml, application/xml;q=0.9, */*;q=0.1")
}

/// Reads a page of results.
pub(super) fn read(capture: &Capture) -> Result<Batch, String> {
    let text = decode(&capture.body, capture.header("content-type")).text;
    let items: Vec<Value> = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|why| format!("expected a list of posts, found something else: {why}"))?;
    let count = items.len();
    let mut batch = Batch::default();
    for item in items {
        match Item::deserialize(&item) {
            Ok(item) if item.content.protected => {}
            Ok(item) => batch.posts.push(post(item, &capture.final_url)),
            Err(why) => {
                let place = item.get("id").map_or_else(String::new, |id| format!("post {id}"));
                let reason = format!("a post of another shape: {why}");
                batch.set_aside.push(SetAside::new(place, reason, item.to_string()));
            }
        }
    }
    let total = capture.header("x-wp-totalpages").and_then(|it| it.trim().parse::<u32>().ok());
    let page = capture.url.query_pairs().find(|(key, _)| key == "page");
    let page = page.and_then(|(_, page)| page.parse::<u32>().ok()).unwrap_or(1);
    batch.is_last = total.map_or(count < AT_ONCE, |total| page >= total);
    Ok(batch)
}

fn post(item: Item, base: &Url) -> Post {
    let link = base.join(&item.link).map_or(item.link, |link| link.to_string());
    let mut body = Body::html(&item.content.rendered, base);
    if body.text.is_empty() {
        body = Body::html(&item.excerpt.rendered, base);
    }
    let mut post = Post::new(Platform::Web, link.as_str(), body.text);
    post.url = Some(link);
    post.title = Some(one_line(&Body::html(&item.title.rendered, base).text))
        .filter(|title| !title.is_empty());
    post.links = body.links;
    let image = |url| Media { kind: MediaKind::Image, url: Some(url) };
    post.media = body.images.into_iter().map(image).collect();
    let [created, modified] = [&item.date_gmt, &item.modified_gmt].map(|it| in_utc(it.as_deref()));
    post.created_at = created;
    post.edited = created.zip(modified).is_some_and(|(from, to)| to > from);
    post.name_missing(&[
        ("title", post.title.is_some()),
        ("text", !post.text.is_empty()),
        ("created_at", post.created_at.is_some()),
    ]);
    post
}

/// `2026-07-01T02:05:00`, which is in UTC though it does not say so.
fn in_utc(written: Option<&str>) -> Option<Timestamp> {
    let at: DateTime = written?.trim_end_matches('Z').parse().ok()?;
    Offset::UTC.to_timestamp(at).ok().filter(|at| at.as_second() > 24 * 3600)
}

/// Reads a page of results of the feed. How many there are it does not say: a page is the last
/// when it is empty.
pub(super) fn read_feed(capture: &Capture, site: &Url) -> Result<Batch, String> {
    let (posts, set_aside) = feed::read_posts(capture, site)?;
    Ok(Batch { is_last: posts.is_empty(), posts, set_aside })
}
