//! 4CAT CSV: columns differ from one data source to the next and go by aliases. Times are in UTC,
//! addresses of several pictures stand in one field, and the platform shows in the addresses only.

use url::Url;

use crate::post::{Account, Platform, Post, PostKind};
use crate::sources::folder::rows::values;

/// Columns that together tell a file of this program.
const TELLING: [&str; 4] = ["id", "thread_id", "timestamp", "body"];
/// Columns of pictures and films beside `media`.
const MEDIA: [&str; 7] =
    ["image_url", "image_urls", "images", "video_url", "video_urls", "videos", "thumbnail_url"];
/// Columns of the author's full name; `author` is the handle.
const FULL_NAMES: [&str; 4] = ["author_full", "author_fullname", "author_name", "fullname"];

/// Whether these columns, in lower case, are those of 4CAT.
pub(in crate::sources) fn has_columns(is_there: impl Fn(&str) -> bool) -> bool {
    TELLING.iter().all(|name| is_there(name))
}

/// Adds to a row's post what only 4CAT's columns tell.
pub(in crate::sources) fn complete<'a>(post: &mut Post, value: impl Fn(&str) -> Option<&'a str>) {
    let filled =
        |name: &str| value(name).map(str::trim).filter(|text| !text.is_empty() && *text != "None");
    if let Some(platform) = post.url.as_deref().and_then(platform_of) {
        post.key.platform = platform;
    }
    if let Some(handle) = filled("author") {
        let handle = Some(handle.trim_start_matches('@'))
            .filter(|handle| !handle.contains(char::is_whitespace))
            .map(str::to_owned);
        let full = FULL_NAMES.iter().find_map(|name| filled(name)).map(str::to_owned);
        let name =
            full.or_else(|| handle.is_none().then(|| filled("author").map(str::to_owned))?);
        let native_id = filled("author_id").map(str::to_owned);
        post.author = Some(Account { native_id, handle, name, url: None });
    }
    for name in MEDIA {
        for found in filled(name).map(values::addresses).unwrap_or_default() {
            if !post.media.iter().any(|known| known.url == found.url) {
                post.media.push(found);
            }
        }
    }
    if post.reply_to.is_none()
        && let Some(thread) = filled("thread_id").filter(|thread| Some(*thread) != filled("id"))
    {
        post.reply_to = Some(thread.to_owned());
        post.kind = PostKind::Comment;
    }
    super::name_missing(post);
}

/// The platform an address belongs to.
fn platform_of(address: &str) -> Option<Platform> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?;
    Some(match psl::domain_str(host).unwrap_or(host) {
        "tiktok.com" => Platform::Tiktok,
        "twitter.com" | "x.com" => Platform::X,
        "instagram.com" => Platform::Instagram,
        "threads.net" | "threads.com" => Platform::Threads,
        "facebook.com" | "fb.com" => Platform::Facebook,
        "t.me" | "telegram.me" => Platform::Telegram,
        "youtube.com" | "youtu.be" => Platform::Youtube,
        "reddit.com" => Platform::Reddit,
        "bsky.app" => Platform::Bluesky,
        _ => return None,
    })
}
