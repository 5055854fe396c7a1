//! A post of Facebook as forks of Zeeschuimer keep it: the story as the page is composed of it.

use serde_json::Value;

use crate::post::{
    Account, Container, ContainerKind, ExtraKind, ExtraText, MediaKind, Platform, Post,
};
use crate::sources::exports::{add_link, identity, list, media, text};
use crate::sources::folder::rows::values;

/// How deep in an attachment pictures are looked for.
const DEEP: usize = 12;
/// The parts of a story that tell when it was published; Facebook shows one of them.
const TIMES: [&str; 2] =
    ["CometFeedStoryMinimizedTimestampStrategy", "CometFeedStoryLongerTimestampStrategy"];

pub(super) fn read(data: &Value) -> Post {
    let data = data.get("node").unwrap_or(data);
    let story = data.pointer("/comet_sections/content/story").unwrap_or(data);
    let id = identity(story, &["/post_id"]).or_else(|| identity(data, &["/post_id"]));
    let said = text(story, &["/message/text", "/comet_sections/message/story/message/text"]);
    let mut post = Post::new(Platform::Facebook, id.unwrap_or_default(), said.unwrap_or_default());
    post.url = text(story, &["/wwwURL", "/url"]).map(str::to_owned);
    post.author = story.pointer("/actors/0").and_then(author);
    post.created_at = created_at(data).or_else(|| data.get("creation_time").and_then(values::time));
    post.container = [
        story.pointer("/to"),
        data.pointer("/comet_sections/context_layout/story/comet_sections/title/story/to"),
    ]
    .into_iter()
    .flatten()
    .find_map(group);
    for attachment in list(story, "/attachments") {
        attached(attachment, &mut post, DEEP);
    }
    for part in list(story, "/message/ranges") {
        if let Some(url) = text(part, &["/entity/external_url", "/entity/url"]) {
            add_link(&mut post, url);
        }
    }
    post
}

fn created_at(data: &Value) -> Option<jiff::Timestamp> {
    let place = "/comet_sections/context_layout/story/comet_sections/metadata";
    list(data, place)
        .iter()
        .filter(|part| text(part, &["/__typename"]).is_none_or(|name| TIMES.contains(&name)))
        .find_map(|part| values::time(part.pointer("/story/creation_time")?))
}

fn author(actor: &Value) -> Option<Account> {
    let own = |place: &str| text(actor, &[place]).map(str::to_owned);
    let account = Account {
        native_id: identity(actor, &["/id"]),
        handle: None,
        name: own("/name"),
        url: own("/url").or_else(|| own("/profile_url")),
    };
    (account != Account::default()).then_some(account)
}

fn group(to: &Value) -> Option<Container> {
    Some(Container {
        kind: match text(to, &["/__typename"]) {
            Some("Group") | None => ContainerKind::Group,
            Some(_) => ContainerKind::Page,
        },
        native_id: identity(to, &["/id"])?,
        name: text(to, &["/name"]).map(str::to_owned),
        url: text(to, &["/url"]).map(str::to_owned),
    })
}

/// Pictures and their descriptions lie at other depths in each kind of attachment.
fn attached(value: &Value, post: &mut Post, deep: usize) {
    if deep == 0 {
        return;
    }
    match value {
        Value::Array(parts) => parts.iter().for_each(|part| attached(part, post, deep - 1)),
        Value::Object(parts) => {
            let image = text(value, &["/photo_image/uri", "/image/uri", "/viewer_image/uri"]);
            let film = text(value, &["/playable_url", "/browser_native_sd_url"]);
            for (kind, found) in [(MediaKind::Image, image), (MediaKind::Video, film)] {
                let known =
                    |url: &&str| post.media.iter().any(|media| media.url.as_deref() == Some(url));
                let fresh = found.filter(|url| !known(url));
                post.media.extend(media(kind, fresh));
            }
            if let Some(alt) = text(value, &["/accessibility_caption"]) {
                let text = alt.to_owned();
                let extra = ExtraText { kind: ExtraKind::Alt, text };
                if !post.extra_text.contains(&extra) {
                    post.extra_text.push(extra);
                }
            }
            parts.values().for_each(|part| attached(part, post, deep - 1));
        }
        _ => {}
    }
}
