//! A TikTok video or comment. The text drawn on a video is often the advertisement itself.

use serde_json::Value;

use crate::post::{Account, ExtraKind, ExtraText, MediaKind, Platform, Post, PostKind};
use crate::sources::exports::{count, identity, list, media, text};
use crate::sources::folder::rows::values;

pub(super) fn video(data: &Value) -> Post {
    let id = identity(data, &["/id", "/aweme_id", "/video/id"]).unwrap_or_default();
    let caption = text(data, &["/desc", "/contents/0/desc"]).unwrap_or_default();
    let mut post = Post::new(Platform::Tiktok, id.clone(), caption);
    post.kind = PostKind::Video;
    post.author = author(data.get("author").unwrap_or(&Value::Null), data);
    let handle = post.author.as_ref().and_then(|author| author.handle.as_deref());
    post.url = handle
        .filter(|_| !id.is_empty())
        .map(|handle| format!("https://www.tiktok.com/@{handle}/video/{id}"));
    post.created_at =
        data.get("createTime").or_else(|| data.get("create_time")).and_then(values::time);
    post.views = count(data, &["/stats/playCount", "/statsV2/playCount"]);
    for sticker in list(data, "/stickersOnItem") {
        for drawn in list(sticker, "/stickerText").iter().filter_map(Value::as_str) {
            if !drawn.trim().is_empty() {
                let text = drawn.trim().to_owned();
                post.extra_text.push(ExtraText { kind: ExtraKind::Sticker, text });
            }
        }
    }
    let title = text(data, &["/imagePost/title"]).filter(|title| *title != caption);
    post.title = title.map(str::to_owned);
    post.media.extend(media(MediaKind::Image, text(data, &["/video/cover"])));
    let film = text(data, &["/video/downloadAddr", "/video/playAddr"]);
    post.media.extend(media(MediaKind::Video, film));
    for image in list(data, "/imagePost/images") {
        post.media.extend(media(MediaKind::Image, text(image, &["/imageURL/urlList/0"])));
    }
    post
}

pub(super) fn comment(data: &Value) -> Post {
    let id = identity(data, &["/cid", "/id"]).unwrap_or_default();
    let mut post = Post::new(Platform::Tiktok, id, text(data, &["/text"]).unwrap_or_default());
    post.kind = PostKind::Comment;
    post.author = author(data.get("user").unwrap_or(&Value::Null), &Value::Null);
    post.created_at = data.get("create_time").and_then(values::time);
    post.reply_to = identity(data, &["/aweme_id"]);
    post.url = text(data, &["/share_info/url"]).map(str::to_owned);
    post
}

/// Lists of videos name the author in full, or by the handle alone and the rest beside it.
fn author(author: &Value, beside: &Value) -> Option<Account> {
    let handle = author
        .as_str()
        .map(str::to_owned)
        .or_else(|| identity(author, &["/uniqueId", "/unique_id", "/UniqueId"]));
    let handle = handle.filter(|handle| !handle.is_empty());
    let account = Account {
        native_id: identity(author, &["/id", "/uid"]).or_else(|| identity(beside, &["/authorId"])),
        name: text(author, &["/nickname"])
            .or_else(|| text(beside, &["/nickname"]))
            .map(str::to_owned),
        url: handle.as_ref().map(|handle| format!("https://www.tiktok.com/@{handle}")),
        handle,
    };
    (account != Account::default()).then_some(account)
}
