//! A post of Lemmy with its community and its author, as versions 0.19 (`/api/v3`) and 1.0
//! (`/api/v4`) write it.

use serde_json::Value;

use crate::post::{
    Account, Container, ContainerKind, ExtraKind, ExtraText, Link, Media, MediaKind, Platform,
    Post, PostKey,
};
use crate::sources::fediverse::item::Item;
use crate::sources::fediverse::reading::Reading;

/// The identity of an entry: its address where it was written.
pub(super) fn key(view: &Item<'_>) -> Option<PostKey> {
    let native_id = view.object("post")?.owned("ap_id")?;
    Some(PostKey { platform: Platform::Lemmy, native_id })
}

/// When an entry was published: 1.0 has another name for it, and older servers wrote no zone.
pub(super) fn published(view: &Item<'_>) -> Option<jiff::Timestamp> {
    let post = view.object("post")?;
    post.time("published").or_else(|| post.time("published_at"))
}

/// Reads one entry.
pub(super) fn read(value: &Value) -> Reading {
    let Some(view) = Item::of(value) else { return Reading::Bad("the item is no object") };
    let Some(mut fields) = view.object("post") else {
        return Reading::no_post(&view, "the item has no `post`");
    };
    let Some(key) = key(&view) else { return Reading::Bad("the post has no `ap_id`") };
    if ["deleted", "removed"].iter().any(|state| fields.flag(state) == Some(true)) {
        return Reading::Gone(key);
    }
    let community = view.object("community");
    let hidden = |it: &Item<'_>| {
        it.flag("hidden") == Some(true)
            || !matches!(
                it.text("visibility"),
                None | Some("Public" | "Unlisted" | "public" | "unlisted")
            )
    };
    if community.as_ref().is_some_and(hidden) {
        return Reading::Withheld(key);
    }
    let mut post = Post::new(Platform::Lemmy, key.native_id, fields.text("body").unwrap_or(""));
    post.url = fields.address("ap_id");
    post.created_at = published(&view);
    fields.expect("published", post.created_at);
    post.edited = fields.time("updated").or_else(|| fields.time("updated_at")).is_some();
    post.title = fields.text("name").map(|name| name.trim().to_owned());
    fields.expect("name", post.title.as_ref());
    post.author = view.object("creator").map(|creator| author(&creator));
    fields.expect("creator", post.author.as_ref());
    post.container = community.and_then(|community| container(&community));
    fields.expect("community", post.container.as_ref());
    for (kind, name) in [
        (ExtraKind::Card, "embed_title"),
        (ExtraKind::Card, "embed_description"),
        (ExtraKind::Alt, "alt_text"),
    ] {
        let text = fields.text(name).map(str::trim);
        post.extra_text.extend(text.map(|text| ExtraText { kind, text: text.to_owned() }));
    }
    if let Some(url) = fields.address("url") {
        if is_picture(&fields, &url) {
            post.media.push(Media { kind: MediaKind::Image, url: Some(url) });
        } else {
            post.links.push(Link { url, text: None });
        }
    }
    if post.reading().is_empty() && post.links.is_empty() && post.media.is_empty() {
        return Reading::Bad("the post has neither `name` nor `body`");
    }
    post.missing_fields = fields.missing();
    Reading::Post(Box::new(post))
}

fn author(creator: &Item<'_>) -> Account {
    let url = creator.address("actor_id").or_else(|| creator.address("ap_id"));
    Account {
        native_id: url.clone().or_else(|| creator.identity("id")),
        handle: creator.text("name").map(|name| at_home(name, url.as_deref())),
        name: creator.owned("display_name"),
        url,
    }
}

fn container(community: &Item<'_>) -> Option<Container> {
    let url = community.address("actor_id").or_else(|| community.address("ap_id"));
    let name = community.text("name")?;
    Some(Container {
        kind: ContainerKind::Group,
        native_id: url.clone().unwrap_or_else(|| name.to_owned()),
        name: community.owned("title").or_else(|| Some(at_home(name, url.as_deref()))),
        url,
    })
}

/// A name with the server it is at home on.
fn at_home(name: &str, url: Option<&str>) -> String {
    let url = url.and_then(|url| url::Url::parse(url).ok());
    match url.as_ref().and_then(url::Url::host_str) {
        Some(host) => format!("{name}@{host}"),
        None => name.to_owned(),
    }
}

fn is_picture(post: &Item<'_>, url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or(url).to_ascii_lowercase();
    post.text("url_content_type").is_some_and(|mime| mime.starts_with("image/"))
        || [".jpg", ".jpeg", ".png", ".webp", ".gif"].iter().any(|end| path.ends_with(end))
}
