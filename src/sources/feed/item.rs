//! From the items of a feed to posts.

use std::collections::HashMap;

use feed_rs::model::{Entry, Feed, Link as FeedLink, Person};
use jiff::Timestamp;
use url::Url;

use super::body::{self, Body};
use super::document::{Document, RawItem, ReadEntry};
use super::identity::{self, Marks};
use crate::post::{Account, Container, ContainerKind, Link, Media, MediaKind, Platform, Post};
use crate::sources::SetAside;

/// An update this much later than the publication is an edit, in seconds.
const EDITED_AFTER: i64 = 60;

/// An item on its way to a post.
struct Draft {
    marks: Marks,
    post: Post,
    place: String,
    raw: String,
}

/// The posts of a feed in its own order, and what could not be read of it.
pub(super) fn posts(document: Document, feed: &Url, base: &Url) -> (Vec<Post>, Vec<SetAside>) {
    let Document { head, items, mut set_aside, .. } = document;
    let container = container(head.as_ref(), feed, base);
    let authors = head.map(|head| head.authors).unwrap_or_default();
    let mut drafts = Vec::with_capacity(items.len());
    for RawItem { place, raw, entry } in items {
        let read = match entry {
            Ok(read) => read,
            Err(why) => {
                set_aside.push(SetAside::new(place, why, &raw));
                continue;
            }
        };
        if let Some(why) = &read.mended {
            let reason = format!("not well-formed, read all the same after mending: {why}");
            set_aside.push(SetAside::new(&*place, reason, &raw));
        }
        let (marks, mut post) = draft(read, &authors, base);
        if marks.id.is_none() && marks.link.is_none() && post.reading().trim().is_empty() {
            let reason = "an item without id, link, title and text";
            set_aside.push(SetAside::new(place, reason, &raw));
            continue;
        }
        post.container = Some(container.clone());
        drafts.push(Draft { marks, post, place, raw });
    }
    (with_keys(drafts, feed, &mut set_aside), set_aside)
}

/// Gives each post its key. Of two versions of an item in one page the first stands, as feeds put
/// the newest first.
fn with_keys(drafts: Vec<Draft>, feed: &Url, aside: &mut Vec<SetAside>) -> Vec<Post> {
    let marks: Vec<_> = drafts.iter().map(|draft| draft.marks.clone()).collect();
    let ids = identity::native_ids(feed, &marks);
    let mut seen = HashMap::new();
    let mut posts: Vec<Post> = Vec::with_capacity(drafts.len());
    for (Draft { mut post, place, raw, .. }, id) in drafts.into_iter().zip(ids) {
        let content = post.content_hash();
        match seen.get(&id) {
            None => {
                seen.insert(id.clone(), content);
                post.key.native_id = id;
                posts.push(post);
            }
            Some(first) if *first == content => {}
            Some(_) => {
                let reason = "an item before it has the same id and says something else";
                aside.push(SetAside::new(place, reason, &raw));
            }
        }
    }
    posts
}

fn container(head: Option<&Feed>, feed: &Url, base: &Url) -> Container {
    let site = head.and_then(|head| head.links.iter().find(|link| leads_to_item(link)));
    Container {
        kind: ContainerKind::Site,
        native_id: feed.to_string(),
        name: head
            .and_then(|head| head.title.as_ref())
            .map(|title| one_line(&Body::html(&title.content, base).text))
            .filter(|title| !title.is_empty()),
        url: site
            .and_then(|link| body::address(&link.href, base))
            .or_else(|| Some(feed.to_string())),
    }
}

fn draft(read: ReadEntry, feed_authors: &[Person], base: &Url) -> (Marks, Post) {
    let ReadEntry { entry, about, html_in_plain, .. } = read;
    let id = Some(entry.id.trim()).filter(|id| !id.is_empty()).map(str::to_owned).or(about);
    let link = own_address(&entry, base).or_else(|| {
        id.clone().filter(|id| id.starts_with("https://") || id.starts_with("http://"))
    });
    let inner_base = link.as_deref().and_then(|link| Url::parse(link).ok());
    let inner_base = entry
        .base
        .as_deref()
        .and_then(|written| base.join(written).ok())
        .or(inner_base)
        .unwrap_or_else(|| base.clone());
    let read_as = |content: &str, mime: &str| {
        if mime.contains("xhtml") {
            // `feed-rs` writes empty elements with both tags; HTML reads that as two breaks.
            Body::html(&content.replace("<br></br>", "<br>"), &inner_base)
        } else if mime.contains("html") || mime.contains("xml") || html_in_plain {
            Body::html(content, &inner_base)
        } else {
            Body::plain(content)
        }
    };

    let mut post = Post::new(Platform::Feed, "", "");
    post.title = entry
        .title
        .as_ref()
        .map(|title| one_line(&read_as(&title.content, title.content_type.as_ref()).text))
        .filter(|title| !title.is_empty());
    let mut images = Vec::new();
    for candidate in bodies(&entry, read_as) {
        post.links.extend(candidate.links);
        images.extend(candidate.images);
        if !candidate.text.is_empty() {
            post.text = candidate.text;
            break;
        }
    }
    post.links.extend(other_links(&entry, link.as_deref(), base));
    dedup_by_key(&mut post.links, |link| link.url.clone());
    post.media = media(&entry, images, base);
    post.author = entry.authors.first().or(feed_authors.first()).map(account);

    let published = entry.published.and_then(|at| timestamp(at.timestamp()));
    let updated = entry.updated.and_then(|at| timestamp(at.timestamp()));
    post.created_at = published.or(updated);
    post.edited = published
        .zip(updated)
        .is_some_and(|(from, to)| to.as_second() - from.as_second() > EDITED_AFTER);

    post.name_missing(&[
        ("native_id", id.is_some()),
        ("url", link.is_some()),
        ("created_at", post.created_at.is_some()),
        ("text", !post.text.is_empty()),
    ]);
    let digest = identity::digest(post.title.as_deref(), &post.text, post.created_at);
    post.url.clone_from(&link);
    (Marks { id, link, digest }, post)
}

/// What may be an item's text, best first.
fn bodies<'a>(
    entry: &'a Entry,
    read_as: impl Fn(&str, &str) -> Body + 'a,
) -> impl Iterator<Item = Body> + 'a {
    let content = entry
        .content
        .iter()
        .filter_map(|content| Some((content.body.as_deref()?, content.content_type.to_string())))
        // A picture or a file in base64 is no text.
        .filter(|(_, mime)| {
            mime.starts_with("text/") || ["html", "xml"].iter().any(|it| mime.contains(it))
        });
    let summary = entry.summary.iter().chain(entry.media.iter().flat_map(|it| &it.description));
    let summary = summary.map(|text| (text.content.as_str(), text.content_type.to_string()));
    content.chain(summary).map(move |(text, mime)| read_as(text, &mime))
}

fn leads_to_item(link: &FeedLink) -> bool {
    link.target.is_none()
        && link.rel.as_deref().is_none_or(|rel| rel == "alternate")
        // Attachments of a JSON Feed carry a type and no relation.
        && (link.rel.is_some() || link.media_type.is_none())
}

fn own_address(entry: &Entry, base: &Url) -> Option<String> {
    entry
        .links
        .iter()
        .find(|link| leads_to_item(link))
        .and_then(|link| body::address(&link.href, base))
}

/// Links of the item beside its own address and its body's: what it is about, where it came from.
fn other_links(entry: &Entry, own: Option<&str>, base: &Url) -> Vec<Link> {
    let elsewhere = |link: &&FeedLink| {
        leads_to_item(link) || matches!(link.rel.as_deref(), Some("related" | "via"))
    };
    let src = entry.content.iter().filter_map(|content| content.src.as_ref());
    entry
        .links
        .iter()
        .filter(elsewhere)
        .chain(src.filter(|_| entry.content.as_ref().is_some_and(|it| it.body.is_none())))
        .filter_map(|link| {
            let url = body::address(&link.href, base)?;
            (Some(url.as_str()) != own).then(|| Link { url, text: link.title.clone() })
        })
        .collect()
}

fn media(entry: &Entry, images: Vec<String>, base: &Url) -> Vec<Media> {
    let attached = entry.links.iter().filter(|link| {
        link.rel.as_deref() == Some("enclosure")
            || (link.rel.is_none() && link.media_type.is_some())
    });
    let attached = attached.map(|link| (link.href.clone(), link.media_type.clone()));
    let contents = entry.media.iter().flat_map(|media| &media.content).filter_map(|content| {
        let mime = content.content_type.as_ref().map(ToString::to_string);
        Some((content.url.as_ref()?.to_string(), mime))
    });
    let mut media: Vec<Media> = contents
        .chain(attached)
        .filter_map(|(url, mime)| {
            let url = body::address(&url, base)?;
            Some(Media { kind: media_kind(mime.as_deref(), &url), url: Some(url) })
        })
        .chain(images.into_iter().map(|url| Media { kind: MediaKind::Image, url: Some(url) }))
        .collect();
    if media.is_empty() {
        let thumbnails = entry.media.iter().flat_map(|media| &media.thumbnails);
        media.extend(
            thumbnails
                .map(|it| it.image.uri.clone())
                .map(|url| Media { kind: MediaKind::Image, url: Some(url) }),
        );
    }
    dedup_by_key(&mut media, |media| media.url.clone());
    media
}

fn media_kind(mime: Option<&str>, url: &str) -> MediaKind {
    let by_type = match mime.and_then(|mime| mime.split('/').next()).unwrap_or("") {
        "image" => Some(MediaKind::Image),
        "video" => Some(MediaKind::Video),
        "audio" => Some(MediaKind::Audio),
        _ => None,
    };
    let path = url.split(['?', '#']).next().unwrap_or(url).to_ascii_lowercase();
    by_type.unwrap_or(match path.rsplit('.').next().unwrap_or("") {
        "jpg" | "jpeg" | "png" | "gif" | "webp" | "avif" => MediaKind::Image,
        "mp4" | "webm" | "mov" | "m4v" => MediaKind::Video,
        "mp3" | "m4a" | "ogg" | "opus" | "wav" => MediaKind::Audio,
        _ => MediaKind::File,
    })
}

fn account(person: &Person) -> Account {
    let written = |text: &Option<String>| {
        text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    Account {
        // RSS puts the name in brackets after the e-mail address.
        name: written(&person.name)
            .map(|name| name.trim_matches(['(', ')']).trim().to_owned())
            .filter(|name| !name.is_empty())
            .or_else(|| written(&person.email)),
        url: written(&person.uri),
        ..Account::default()
    }
}

/// Dates of the epoch and before are what a program writes that has none.
fn timestamp(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(seconds).ok().filter(|_| seconds > 24 * 3600)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Keeps the first of each key; the order stays.
fn dedup_by_key<T, K: Eq + std::hash::Hash>(items: &mut Vec<T>, key: impl Fn(&T) -> K) {
    let mut seen = std::collections::HashSet::new();
    items.retain(|item| seen.insert(key(item)));
}
