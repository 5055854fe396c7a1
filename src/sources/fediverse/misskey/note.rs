//! A note as Misskey, Sharkey and their kin write it.

use serde_json::Value;
use url::Url;

use crate::post::{
    Account, ExtraKind, ExtraText, Media, MediaKind, Platform, Post, PostKey, PostKind,
};
use crate::sources::fediverse::item::Item;
use crate::sources::fediverse::reading::Reading;

/// The notes of an entry, the entry's own first: a renote is the original it passes on; one that
/// says something of its own is read beside the original.
pub(super) fn notes(entry: &Value) -> Vec<&Value> {
    let original = entry.get("renote").filter(|it| it.is_object());
    match original {
        Some(original) if Item::of(entry).is_some_and(|note| says_nothing(&note)) => vec![original],
        original => [Some(entry), original].into_iter().flatten().collect(),
    }
}

fn says_nothing(note: &Item<'_>) -> bool {
    note.text("text").or(note.text("cw")).is_none()
        && note.objects("files").next().is_none()
        && note.object("poll").is_none()
}

/// The identity of a note: its `uri` where it was written, which is its page there.
pub(super) fn key(note: &Item<'_>, server: &Url) -> Option<PostKey> {
    let native_id = note.owned("uri").or_else(|| page(note, server))?;
    Some(PostKey { platform: Platform::Misskey, native_id })
}

/// The page of a note on this server.
fn page(note: &Item<'_>, server: &Url) -> Option<String> {
    let id = note.identity("id")?;
    let mut page = server.clone();
    page.set_query(None);
    page.path_segments_mut().ok()?.pop_if_empty().extend(["notes", &id]);
    Some(page.into())
}

/// Reads one note.
pub(super) fn read(value: &Value, server: &Url) -> Reading {
    let Some(mut note) = Item::of(value) else { return Reading::Bad("the item is no object") };
    let Some(key) = key(&note, server) else {
        return Reading::no_post(&note, "the item has neither `uri` nor `id`");
    };
    let user = note.object("user");
    if !is_public(&note) || user.as_ref().is_some_and(wishes_not_to_be_found) {
        return Reading::Withheld(key);
    }
    let text = note.text("text").unwrap_or("");
    if !note.has("text") {
        note.expect::<()>("text", None);
    }
    let mut post = Post::new(Platform::Misskey, key.native_id, text);
    post.created_at = note.time("createdAt");
    note.expect("createdAt", post.created_at);
    post.author = user.map(|user| author(&user, server));
    note.expect("user", post.author.as_ref());
    post.url = note.address("url").or_else(|| note.address("uri")).or_else(|| page(&note, server));
    post.title = note.text("cw").map(|text| text.trim().to_owned());
    post.edited = note.time("updatedAt").is_some();
    post.reply_to = note.identity("replyId");
    if post.reply_to.is_some() {
        post.kind = PostKind::Reply;
    }
    let extra = |kind, text: &str| ExtraText { kind, text: text.trim().to_owned() };
    let poll = note.object("poll");
    let choices = poll.iter().flat_map(|poll| poll.objects("choices"));
    post.extra_text
        .extend(choices.filter_map(|it| it.text("text")).map(|it| extra(ExtraKind::Poll, it)));
    for file in note.objects("files") {
        post.extra_text.extend(file.text("comment").map(|text| extra(ExtraKind::Alt, text)));
        post.media.push(Media { kind: kind(&file), url: file.address("url") });
    }
    if post.reading().is_empty() && post.media.is_empty() {
        return Reading::Nothing;
    }
    post.missing_fields = note.missing();
    Reading::Post(Box::new(post))
}

/// `home` is Misskey's "unlisted". Notes that stay on their server are not for the world.
fn is_public(note: &Item<'_>) -> bool {
    let for_all = matches!(note.text("visibility"), None | Some("public" | "home"));
    for_all && note.flag("localOnly") != Some(true)
}

/// What an account may have said of crawlers and search; most answers leave these out.
fn wishes_not_to_be_found(user: &Item<'_>) -> bool {
    user.flag("noCrawle") == Some(true)
        || user.flag("isExplorable") == Some(false)
        || user.flag("noindex") == Some(true)
        || user.flag("isIndexable") == Some(false)
        || user.flag("requireSigninToViewContents") == Some(true)
}

fn author(user: &Item<'_>, server: &Url) -> Account {
    let host = user.text("host").or(server.host_str()).unwrap_or("");
    let name = user.text("username");
    Account {
        native_id: user.owned("uri").or_else(|| user.identity("id")),
        handle: name.map(|name| format!("{name}@{host}")),
        name: user.owned("name"),
        url: user.address("url"),
    }
}

fn kind(file: &Item<'_>) -> MediaKind {
    match file.text("type").and_then(|mime| mime.split('/').next()) {
        Some("image") => MediaKind::Image,
        Some("video") => MediaKind::Video,
        Some("audio") => MediaKind::Audio,
        _ => MediaKind::File,
    }
}
