//! A status as Mastodon, GoToSocial, Pleroma, snac2 and their kin write it: whose it is, what it
//! says, and whether its author lets it be read by others than those it was shown to.

use serde_json::Value;
use url::Url;

use crate::post::{
    Account, ExtraKind, ExtraText, Link, Media, MediaKind, Platform, Post, PostKey, PostKind,
};
use crate::sources::fediverse::item::Item;
use crate::sources::fediverse::reading::Reading;
use crate::sources::feed::Body;

/// The statuses of an entry, the entry's own first: a boost is the original it passes on, and what
/// a status quotes is read beside it.
pub(super) fn statuses(entry: &Value) -> Vec<&Value> {
    let inner = |value: &'static [&str]| {
        value.iter().try_fold(entry, |value, name| value.get(name)).filter(|it| it.is_object())
    };
    match inner(&["reblog"]) {
        Some(original) => vec![original],
        // Mastodon wraps what is quoted, Pleroma has it under a name of its own.
        None => [Some(entry), inner(&["quote", "quoted_status"]), inner(&["pleroma", "quote"])]
            .into_iter()
            .flatten()
            .collect(),
    }
}

/// The identity of a status: its `uri`, which is the same on every server that shows it; an id
/// of the server only where there is none.
pub(super) fn key(status: &Item<'_>, server: &Url) -> Option<PostKey> {
    let native_id = status.owned("uri").or_else(|| status.owned("url")).or_else(|| {
        Some(format!("{}#{}", server.host_str().unwrap_or(""), status.identity("id")?))
    })?;
    Some(PostKey { platform: Platform::Mastodon, native_id })
}

/// Reads one status.
pub(super) fn read(value: &Value, server: &Url) -> Reading {
    let Some(mut status) = Item::of(value) else { return Reading::Bad("the item is no object") };
    let Some(key) = key(&status, server) else {
        return Reading::no_post(&status, "the item has neither `uri` nor `id`");
    };
    let account = status.object("account");
    if !is_public(&status) || account.as_ref().is_some_and(wishes_not_to_be_found) {
        return Reading::Withheld(key);
    }
    let body = Body::html(status.expect_text("content"), server);
    let mut post = Post::new(Platform::Mastodon, key.native_id.clone(), body.text);
    post.created_at = status.time("created_at");
    status.expect("created_at", post.created_at);
    post.author = account.map(|account| author(&account, server));
    status.expect("account", post.author.as_ref());
    post.url = status.address("url").or_else(|| status.address("uri"));
    status.expect("url", post.url.as_ref());
    post.title = status.text("spoiler_text").map(|text| text.trim().to_owned());
    post.edited = status.time("edited_at").is_some();
    post.reply_to = status.identity("in_reply_to_id");
    if post.reply_to.is_some() {
        post.kind = PostKind::Reply;
    }
    post.media = status.objects("media_attachments").map(|it| media(&it)).collect();
    // Hashtags lead to lists of others' posts; mentions lead to people, whom an ad may name.
    post.links = body.links.into_iter().filter(|link| !is_hashtag(link)).collect();
    let tags = hidden_tags(&status, &post);
    post.extra_text = extra_text(&status);
    post.extra_text.extend(tags);
    if let Some(url) = status.object("card").and_then(|card| card.address("url"))
        && !post.links.iter().any(|link| link.url == url)
    {
        post.links.push(Link { url, text: None });
    }
    if post.reading().is_empty() && post.links.is_empty() && post.media.is_empty() {
        return Reading::Nothing;
    }
    post.missing_fields = status.missing();
    Reading::Post(Box::new(post))
}

/// Whether the status was published for everybody; servers that leave the field out show nothing
/// else to a stranger.
fn is_public(status: &Item<'_>) -> bool {
    !status.has("visibility") || matches!(status.text("visibility"), Some("public" | "unlisted"))
}

/// Whether the account has said that it does not want to be found or searched. An account whose
/// server knows no such setting has said nothing.
fn wishes_not_to_be_found(account: &Item<'_>) -> bool {
    account.flag("noindex") == Some(true)
        || account.flag("discoverable") == Some(false)
        || account.flag("indexable") == Some(false)
}

fn author(account: &Item<'_>, server: &Url) -> Account {
    let url = account.address("url").or_else(|| account.address("uri"));
    let handle = account.text("acct").or_else(|| account.text("username"));
    let handle = handle.map(|handle| {
        let handle = handle.strip_prefix('@').unwrap_or(handle);
        // A server leaves its own name out; under another server's eyes it is the same account.
        let home = url.as_deref().and_then(|url| Url::parse(url).ok());
        match home.as_ref().unwrap_or(server).host_str() {
            Some(host) if !handle.contains('@') => format!("{handle}@{host}"),
            _ => handle.to_owned(),
        }
    });
    Account {
        native_id: account.owned("uri").or_else(|| url.clone()).or_else(|| account.identity("id")),
        handle,
        name: account.owned("display_name"),
        url,
    }
}

fn media(attachment: &Item<'_>) -> Media {
    let kind = match attachment.text("type") {
        Some("image") => MediaKind::Image,
        Some("video" | "gifv") => MediaKind::Video,
        Some("audio") => MediaKind::Audio,
        _ => MediaKind::File,
    };
    Media { kind, url: attachment.address("url").or_else(|| attachment.address("remote_url")) }
}

fn extra_text(status: &Item<'_>) -> Vec<ExtraText> {
    let extra = |kind, text: &str| ExtraText { kind, text: text.trim().to_owned() };
    let poll = status.object("poll");
    let options = poll.iter().flat_map(|poll| poll.objects("options"));
    let options = options.filter_map(|option| option.text("title"));
    let card = status.object("card");
    let card = card.iter().flat_map(|card| [card.text("title"), card.text("description")]);
    let media = status.objects("media_attachments");
    options
        .map(|text| extra(ExtraKind::Poll, text))
        .chain(media.filter_map(|it| it.text("description")).map(|it| extra(ExtraKind::Alt, it)))
        .chain(card.flatten().map(|text| extra(ExtraKind::Card, text)))
        .collect()
}

fn is_hashtag(link: &Link) -> bool {
    link.text.as_deref().is_some_and(|text| text.starts_with('#'))
}

/// Hashtags the status is found by although its text does not show them.
fn hidden_tags(status: &Item<'_>, post: &Post) -> Vec<ExtraText> {
    let shown = format!("{}\n{}", post.title.as_deref().unwrap_or(""), post.text).to_lowercase();
    status
        .objects("tags")
        .filter_map(|tag| tag.text("name"))
        .filter(|name| !shows_tag(&shown, &name.to_lowercase()))
        .map(|name| ExtraText { kind: ExtraKind::Tag, text: format!("#{name}") })
        .collect()
}

/// Whether the text has this very tag, not only one that begins like it.
fn shows_tag(text: &str, name: &str) -> bool {
    text.split('#').skip(1).any(|rest| {
        rest.strip_prefix(name).is_some_and(|rest| {
            !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
        })
    })
}
