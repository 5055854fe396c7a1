//! A post of Instagram, in both of its shapes, or of Threads, which has the first of them.

use serde_json::Value;

use crate::post::{Account, ExtraKind, ExtraText, MediaKind, Platform, Post, PostKind};
use crate::sources::exports::{add_link, count, identity, list, media, text};
use crate::sources::folder::rows::values;

pub(super) fn post(data: &Value) -> Post {
    // Some answers wrap the post once more.
    let data = data.get("node").or_else(|| data.get("media")).unwrap_or(data);
    let mut post = read(data, Platform::Instagram);
    let code = identity(data, &["/code", "/shortcode"]);
    post.url = code.map(|code| format!("https://www.instagram.com/p/{code}/"));
    post
}

pub(super) fn thread(data: &Value) -> Post {
    let data = data.get("post").unwrap_or(data);
    let mut post = read(data, Platform::Threads);
    let handle = post.author.as_ref().and_then(|author| author.handle.clone());
    if let (Some(handle), Some(code)) = (handle, identity(data, &["/code"])) {
        post.url = Some(format!("https://www.threads.com/@{handle}/post/{code}"));
    }
    let info = "/text_post_app_info";
    if let Some(card) = data.pointer(&format!("{info}/link_preview_attachment")) {
        if let Some(url) = text(card, &["/url"]) {
            add_link(&mut post, url);
        }
        if let Some(title) = text(card, &["/title"]) {
            post.extra_text.push(ExtraText { kind: ExtraKind::Card, text: title.to_owned() });
        }
    }
    let answered = text(data, &["/text_post_app_info/reply_to_author/username"]);
    if answered.is_some() {
        post.kind = PostKind::Reply;
    }
    post
}

fn read(data: &Value, platform: Platform) -> Post {
    let id = identity(data, &["/code", "/shortcode", "/pk", "/id"]).unwrap_or_default();
    let caption =
        text(data, &["/caption/text", "/edge_media_to_caption/edges/0/node/text", "/caption"]);
    let mut post = Post::new(platform, id, caption.unwrap_or_default());
    post.author = ["/user", "/owner"]
        .iter()
        .filter_map(|place| data.pointer(place))
        .find_map(|account| author(account, &post.key.platform));
    post.created_at = ["taken_at", "taken_at_timestamp"]
        .iter()
        .filter_map(|name| data.get(name))
        .find_map(values::time);
    post.views = count(data, &["/play_count", "/view_count", "/video_view_count"]);
    let several = if list(data, "/carousel_media").is_empty() {
        list(data, "/edge_sidecar_to_children/edges")
    } else {
        list(data, "/carousel_media")
    };
    let pictures: Vec<&Value> = if several.is_empty() {
        vec![data]
    } else {
        several.iter().map(|part| part.get("node").unwrap_or(part)).collect()
    };
    for picture in pictures {
        let image = text(picture, &["/image_versions2/candidates/0/url", "/display_url"]);
        post.media.extend(media(MediaKind::Image, image));
        let film = text(picture, &["/video_versions/0/url", "/video_url"]);
        post.media.extend(media(MediaKind::Video, film));
        if let Some(alt) = text(picture, &["/accessibility_caption"]) {
            post.extra_text.push(ExtraText { kind: ExtraKind::Alt, text: alt.to_owned() });
        }
    }
    post
}

/// Either account may be null while the other is there.
fn author(account: &Value, platform: &Platform) -> Option<Account> {
    let handle = text(account, &["/username"]).map(str::to_owned);
    let url = handle.as_ref().map(|handle| match platform {
        Platform::Threads => format!("https://www.threads.com/@{handle}"),
        _ => format!("https://www.instagram.com/{handle}/"),
    });
    let name = text(account, &["/full_name"]).map(str::to_owned);
    let account = Account { native_id: identity(account, &["/pk", "/id"]), handle, name, url };
    (account != Account::default()).then_some(account)
}
