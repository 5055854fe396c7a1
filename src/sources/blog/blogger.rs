//! Blogger: `feeds/posts/default` as JSON, in which every text stands under `$t`.

use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::{AT_ONCE, Batch};
use crate::fetch::{Capture, Request, decode};
use crate::post::{Account, Media, MediaKind, Platform, Post};
use crate::sources::SetAside;
use crate::sources::feed::body::Body;
use crate::sources::site::{dates, one_line};

/// The request for a page of results.
pub(super) fn request(site: &Url, term: &str, page: u32) -> Request {
    let mut url = site.clone();
    url.set_path(&format!("{}feeds/posts/default", site.path()));
    let start = u64::from(page - 1) * AT_ONCE as u64 + 1;
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("alt", "json");
        if !term.is_empty() {
            query.append_pair("q", term);
        }
        query
            .append_pair("orderby", "published")
            .append_pair("max-results", &AT_ONCE.to_string())
            .append_pair("start-index", &start.to_string());
    }
    Request::new(url, "application/json")
}

/// Reads a page of results.
pub(super) fn read(capture: &Capture) -> Result<Batch, String> {
    let text = decode(&capture.body, capture.header("content-type")).text;
    let answer: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|why| format!("expected a feed in JSON, found something else: {why}"))?;
    let feed = answer.get("feed").ok_or("expected a feed in JSON, found one without `feed`")?;
    let none = Vec::new();
    let entries = feed.get("entry").and_then(Value::as_array).unwrap_or(&none);
    let mut batch = Batch::default();
    for entry in entries {
        match post(entry, &capture.final_url, capture.fetched_at) {
            Some(post) => batch.posts.push(post),
            None => {
                let place = text_of(entry, "id").unwrap_or_default();
                let reason = "an entry without an address";
                batch.set_aside.push(SetAside::new(place, reason, entry.to_string()));
            }
        }
    }
    let number = |key: &str| text_of(feed, key).and_then(|it| it.parse::<usize>().ok());
    let start = number("openSearch$startIndex").unwrap_or(1);
    let total = number("openSearch$totalResults");
    batch.is_last = entries.is_empty() || total.is_some_and(|it| start + entries.len() > it);
    Ok(batch)
}

fn post(entry: &Value, base: &Url, now: Timestamp) -> Option<Post> {
    let links = entry.get("link")?.as_array()?;
    let link =
        links.iter().find(|it| it.get("rel").and_then(Value::as_str) == Some("alternate"))?;
    let link = base.join(link.get("href")?.as_str()?).ok()?.to_string();
    let body = ["content", "summary"].iter().find_map(|key| text_of(entry, key));
    let body = body.map(|html| Body::html(&html, base)).unwrap_or_default();
    let mut post = Post::new(Platform::Web, link.as_str(), body.text);
    post.url = Some(link);
    post.title = text_of(entry, "title")
        .map(|title| one_line(&Body::html(&title, base).text))
        .filter(|title| !title.is_empty());
    let author = entry.get("author").and_then(|it| it.get(0)).and_then(|it| text_of(it, "name"));
    post.author = author.map(|name| Account { name: Some(name), ..Account::default() });
    post.links = body.links;
    let image = |url| Media { kind: MediaKind::Image, url: Some(url) };
    post.media = body.images.into_iter().map(image).collect();
    let at = |key| text_of(entry, key).and_then(|it| dates::read(&it, now));
    post.created_at = at("published");
    post.edited = post.created_at.zip(at("updated")).is_some_and(|(from, to)| {
        // A minute is how long Blogger takes to publish.
        to.as_second() - from.as_second() > 60
    });
    post.name_missing(&[
        ("title", post.title.is_some()),
        ("text", !post.text.is_empty()),
        ("created_at", post.created_at.is_some()),
    ]);
    Some(post)
}

fn text_of(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.get("$t")?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
