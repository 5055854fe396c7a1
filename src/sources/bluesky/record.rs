//! A post's record (lexicon `app.bsky.feed.post`) as a post. Facets point into the text by UTF-8
//! bytes; one that points elsewhere costs its caption, never the post. Fields of another shape than
//! expected are named in `missing_fields`.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::POSTS;
use crate::post::{
    Account, ExtraKind, ExtraText, Link, Media, MediaKind, Platform, Post, PostKind,
};

/// The most links, pictures and captions taken from one record.
const MOST: usize = 64;

/// Languages of Indonesia and its neighbours in which such ads are written. An author names them
/// (BCP 47) and is often wrong: they decide what may be kept, never what is scored.
const REGIONAL: &[&str] = &[
    "id", "ms", "jv", "su", "ace", "ban", "bbc", "bew", "bjn", "btk", "bug", "mad", "mak", "min",
    "msa", "ind", "jav", "sun", "zlm", "zsm", "tet",
];

/// Where the record of a post lies.
pub(super) struct Place<'a> {
    pub(super) did: &'a str,
    pub(super) rkey: &'a str,
}

impl Place<'_> {
    /// Its address within the network: what makes the post the same post.
    pub(super) fn uri(&self) -> String {
        format!("at://{}/{POSTS}/{}", self.did, self.rkey)
    }

    fn url(&self) -> String {
        format!("https://bsky.app/profile/{}/post/{}", self.did, self.rkey)
    }
}

/// The id of a post as this account passed it on. It begins with the id of the post, so that the
/// deletion of the post finds what was made of it; no id of a post holds a `?`.
pub(super) fn repost_of(uri: &str, by: &str) -> String {
    format!("{uri}?repost={by}")
}

/// How the ids of all that was made of a post begin.
pub(super) fn copies_of(uri: &str) -> String {
    format!("{uri}?")
}

/// Takes an `at://did/collection/rkey` of a post apart.
pub(super) fn place(uri: &str) -> Option<Place<'_>> {
    let mut parts = uri.strip_prefix("at://")?.split('/');
    let (did, collection, rkey) = (parts.next()?, parts.next()?, parts.next()?);
    let fits = collection == POSTS && parts.next().is_none() && is_did(did) && is_key(rkey);
    fits.then_some(Place { did, rkey })
}

/// Whether this is a DID as the network writes them; nothing else may stand in an address.
pub(super) fn is_did(did: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:_%-".contains(&byte);
    did.len() <= 2048 && did.starts_with("did:") && did.bytes().all(plain)
}

/// Whether this is a record key as the network writes them.
pub(super) fn is_key(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:~".contains(&byte);
    (1..=512).contains(&key.len()) && key.bytes().all(plain)
}

/// Whether the author names a language of the region.
pub(super) fn is_regional(record: &Map<String, Value>) -> bool {
    let languages = record.get("langs").and_then(Value::as_array).into_iter().flatten();
    languages.filter_map(Value::as_str).any(|language| {
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        REGIONAL.iter().any(|known| known.eq_ignore_ascii_case(primary))
    })
}

/// The record as a post.
pub(super) fn post(place: &Place<'_>, record: &Map<String, Value>) -> Post {
    let mut missing = Vec::new();
    let text = record.get("text").and_then(Value::as_str).unwrap_or_else(|| {
        missing.push("text".to_owned());
        ""
    });
    let mut post = Post::new(Platform::Bluesky, place.uri(), text);
    post.url = Some(place.url());
    post.author = Some(Account {
        native_id: Some(place.did.to_owned()),
        url: Some(format!("https://bsky.app/profile/{}", place.did)),
        ..Account::default()
    });
    post.created_at = record.get("createdAt").and_then(Value::as_str).and_then(time);
    if post.created_at.is_none() {
        missing.push("created_at".to_owned());
    }
    if let Some(reply) = record.get("reply") {
        post.kind = PostKind::Reply;
        let uri = |end: &str| reply.get(end)?.get("uri")?.as_str().map(str::to_owned);
        post.reply_to = uri("parent").or_else(|| uri("root"));
        if post.reply_to.is_none() {
            missing.push("reply_to".to_owned());
        }
    }
    facets(record, &mut post);
    tags(record, &mut post);
    if let Some(embedded) = record.get("embed") {
        embed(embedded, &mut post);
    }
    post.missing_fields = missing;
    post
}

/// Times are written by the authors' programs: with an offset, and now and then without.
fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| format!("{text}Z").parse().ok())
}

/// An author's program may claim any time; none lies after a server first saw the post.
pub(super) fn not_after(claimed: Option<Timestamp>, seen: Option<Timestamp>) -> Option<Timestamp> {
    claimed.map(|claimed| seen.map_or(claimed, |seen| claimed.min(seen)))
}

fn facets(record: &Map<String, Value>, post: &mut Post) {
    for facet in list(record.get("facets")) {
        let index = facet.get("index");
        let end = |name| {
            let end = index.and_then(|index| index.get(name)).and_then(Value::as_u64);
            end.and_then(|end| usize::try_from(end).ok())
        };
        // `get` refuses what lies outside the text or within a character.
        let shown = end("byteStart")
            .zip(end("byteEnd"))
            .and_then(|(start, end)| post.text.get(start..end))
            .map(str::to_owned);
        for feature in list(facet.get("features")) {
            if is_a(feature, "app.bsky.richtext.facet#link") {
                link(post, text_of(feature, "uri"), shown.clone());
            }
        }
    }
}

/// Hashtags that stand outside the text; those within it are read with it.
fn tags(record: &Map<String, Value>, post: &mut Post) {
    for tag in list(record.get("tags")).filter_map(Value::as_str) {
        extra(post, ExtraKind::Tag, Some(&format!("#{tag}")));
    }
}

fn embed(embed: &Value, post: &mut Post) {
    if is_a(embed, "app.bsky.embed.images") {
        for image in list(embed.get("images")) {
            media(post, MediaKind::Image, text_of(image, "alt"));
        }
    } else if is_a(embed, "app.bsky.embed.video") {
        media(post, MediaKind::Video, text_of(embed, "alt"));
    } else if is_a(embed, "app.bsky.embed.external") {
        let Some(external) = embed.get("external") else { return };
        link(post, text_of(external, "uri"), None);
        extra(post, ExtraKind::Card, text_of(external, "title"));
        extra(post, ExtraKind::Card, text_of(external, "description"));
    } else if is_a(embed, "app.bsky.embed.record") {
        quote(embed.get("record"), post);
    } else if is_a(embed, "app.bsky.embed.recordWithMedia") {
        quote(embed.get("record").and_then(|record| record.get("record")), post);
        // Only once: what is embedded here holds media and no further record.
        if let Some(inner) = embed.get("media")
            && !is_a(inner, "app.bsky.embed.recordWithMedia")
        {
            self::embed(inner, post);
        }
    }
}

/// The post quoted, as a link to where a person can read it.
fn quote(record: Option<&Value>, post: &mut Post) {
    let uri = record.and_then(|record| text_of(record, "uri"));
    if let Some(quoted) = uri.and_then(place) {
        let url = quoted.url();
        link(post, Some(&url), None);
    }
}

fn link(post: &mut Post, url: Option<&str>, text: Option<String>) {
    let Some(url) = url.map(str::trim).filter(|url| !url.is_empty()) else { return };
    let known = post.links.iter().any(|link| link.url == url);
    if !known && post.links.len() < MOST {
        let text = text.filter(|text| text != url && !text.is_empty());
        post.links.push(Link { url: url.to_owned(), text });
    }
}

fn media(post: &mut Post, kind: MediaKind, alt: Option<&str>) {
    if post.media.len() < MOST {
        post.media.push(Media { kind, url: None });
        extra(post, ExtraKind::Alt, alt);
    }
}

fn extra(post: &mut Post, kind: ExtraKind, text: Option<&str>) {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return };
    if post.extra_text.len() < MOST {
        post.extra_text.push(ExtraText { kind, text: text.to_owned() });
    }
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn text_of<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn is_a(value: &Value, kind: &str) -> bool {
    text_of(value, "$type") == Some(kind)
}
