//! Videos and comments as posts. A field that is missing is named, never guessed; an item without an
//! id is set aside.

use jiff::Timestamp;
use serde_json::Value;

use crate::post::{Account, Container, ContainerKind, Media, MediaKind, Platform, Post, PostKind};
use crate::sources::{Page, api, html};

/// Kinds of item that stand for a video.
const VIDEOS: &[&str] = &["youtube#video", "youtube#playlistItem", "youtube#searchResult"];

/// A thread that was read.
pub(super) struct Thread {
    pub(super) id: String,
    pub(super) published: Option<Timestamp>,
    /// Whether it has more answers than came with it.
    pub(super) more_replies: bool,
}

/// The id of a search's hit whose description is cut off, and must be asked for.
pub(super) fn found(item: &Value) -> Option<String> {
    let description = api::text(item, "/snippet/description")?;
    let is_cut = description.ends_with("...") || description.ends_with('…');
    api::owned(item, "/id/videoId").filter(|_| is_cut)
}

/// Reads a video as lists of uploads, searches and questions about videos show it; its id and when
/// it was published.
pub(super) fn video(item: &Value, page: &mut Page) -> Option<(String, Option<Timestamp>)> {
    let ids = ["/snippet/resourceId/videoId", "/contentDetails/videoId", "/id/videoId", "/id"];
    let is_video = api::text(item, "/kind").is_none_or(|kind| VIDEOS.contains(&kind));
    let id = ids.iter().find_map(|id| api::owned(item, id)).filter(|_| is_video);
    let Some(id) = id else {
        let place = api::owned(item, "/kind").unwrap_or_else(|| "item".to_owned());
        page.set_aside.push(api::set_aside(place, "tidak ada id video", item));
        return None;
    };
    // A list says when a video was put into it; the video's own time stands beside.
    let published = api::time(item, "/contentDetails/videoPublishedAt")
        .or_else(|| api::time(item, "/snippet/publishedAt"));
    let is_search = item.pointer("/id/videoId").is_some();
    let written = |field| {
        let text = api::text(item, field)?;
        // Only searches escape their texts.
        Some(if is_search { unescaped(text) } else { text.to_owned() })
    };
    let title = written("/snippet/title");
    let is_gone = matches!(title.as_deref(), Some("Private video" | "Deleted video"));
    if is_gone && api::time(item, "/contentDetails/videoPublishedAt").is_none() {
        page.ignored += 1;
        return None;
    }
    // In a list, the channel is the list's; the video's own stands beside.
    let either = |own: &str, list: &str| api::owned(item, own).or_else(|| api::owned(item, list));
    let channel = either("/snippet/videoOwnerChannelId", "/snippet/channelId");
    let name = either("/snippet/videoOwnerChannelTitle", "/snippet/channelTitle");
    let text = written("/snippet/description").unwrap_or_default();
    let mut post = Post::new(Platform::Youtube, id.clone(), text);
    post.kind = PostKind::Video;
    post.url = Some(format!("https://www.youtube.com/watch?v={id}"));
    post.name_missing(&[
        ("title", title.is_some()),
        ("created_at", published.is_some()),
        ("author", channel.is_some()),
    ]);
    post.title = title;
    post.created_at = published;
    let url = channel.as_ref().map(|channel| format!("https://www.youtube.com/channel/{channel}"));
    post.container = channel.clone().map(|native_id| Container {
        kind: ContainerKind::Channel,
        native_id,
        name: name.clone(),
        url: url.clone(),
    });
    post.author = channel.map(|id| Account { native_id: Some(id), handle: None, name, url });
    post.media = vec![Media {
        kind: MediaKind::Video,
        url: ["high", "medium", "default"]
            .iter()
            .find_map(|size| api::owned(item, &format!("/snippet/thumbnails/{size}/url"))),
    }];
    post.views = api::count(item, "/statistics/viewCount");
    page.posts.push(post);
    Some((id, published))
}

/// Reads a thread: its first comment and the answers that came with it.
pub(super) fn thread(item: &Value, video: &str, page: &mut Page) -> Option<Thread> {
    let top = item.pointer("/snippet/topLevelComment").unwrap_or(&Value::Null);
    let video = api::text(item, "/snippet/videoId").unwrap_or(video);
    let (id, published) = comment(top, video, page)?;
    let shown = item.pointer("/replies/comments").and_then(Value::as_array);
    for reply in shown.into_iter().flatten() {
        comment(reply, video, page);
    }
    let shown = u64::try_from(shown.map_or(0, Vec::len)).unwrap_or(u64::MAX);
    let replies = api::count(item, "/snippet/totalReplyCount").unwrap_or(0);
    Some(Thread { id, published, more_replies: replies > shown })
}

/// Reads a comment under this video, or an answer to one; its id and when it was published.
pub(super) fn comment(
    item: &Value,
    video: &str,
    page: &mut Page,
) -> Option<(String, Option<Timestamp>)> {
    let Some(id) = api::owned(item, "/id") else {
        let place = format!("komentar di {video}");
        page.set_aside.push(api::set_aside(place, "tidak ada id komentar", item));
        return None;
    };
    let text = api::owned(item, "/snippet/textOriginal")
        .or_else(|| api::text(item, "/snippet/textDisplay").map(html::text_of_fragment));
    let published = api::time(item, "/snippet/publishedAt");
    let updated = api::time(item, "/snippet/updatedAt");
    let parent = api::owned(item, "/snippet/parentId");
    let video = api::text(item, "/snippet/videoId").unwrap_or(video);
    let name = api::owned(item, "/snippet/authorDisplayName");
    let author_id = api::owned(item, "/snippet/authorChannelId/value");
    let mut post = Post::new(Platform::Youtube, id.clone(), text.clone().unwrap_or_default());
    post.kind = if parent.is_some() { PostKind::Reply } else { PostKind::Comment };
    post.name_missing(&[
        ("text", text.is_some()),
        ("created_at", published.is_some()),
        ("author", name.is_some() || author_id.is_some()),
    ]);
    if !video.is_empty() {
        post.url = Some(format!("https://www.youtube.com/watch?v={video}&lc={id}"));
    }
    post.author = (name.is_some() || author_id.is_some()).then(|| Account {
        handle: name.as_deref().and_then(|name| name.strip_prefix('@')).map(str::to_owned),
        url: api::owned(item, "/snippet/authorChannelUrl"),
        native_id: author_id,
        name,
    });
    post.container = api::owned(item, "/snippet/channelId").map(|channel| Container {
        kind: ContainerKind::Channel,
        url: Some(format!("https://www.youtube.com/channel/{channel}")),
        native_id: channel,
        name: None,
    });
    post.created_at = published;
    post.edited = updated.is_some() && updated != published;
    post.reply_to = parent.or_else(|| (!video.is_empty()).then(|| video.to_owned()));
    page.posts.push(post);
    Some((id, published))
}

/// A text whose entities are undone; its line breaks are its own.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    // What looks like a tag was escaped as well, or it would not be text.
    html::text_of_fragment(&format!("<pre>{}</pre>", text.replace('<', "&lt;")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_searches_are_unescaped_once() {
        for (written, read) in [
            ("Loker &amp; kerja &quot;resmi&quot;", "Loker & kerja \"resmi\""),
            ("It&#39;s <b>", "It's <b>"),
            ("tanpa", "tanpa"),
            ("&amp;amp;", "&amp;"),
        ] {
            assert_eq!(unescaped(written), read);
        }
    }
}
