//! A post of X, in both shapes: the author's names have moved, and long texts stand apart.

use jiff::Timestamp;
use serde_json::Value;

use crate::post::{Account, MediaKind, Platform, Post, PostKind};
use crate::sources::exports::{add_link, count, identity, list, media, text};

/// As X writes times: "Wed Oct 10 20:19:24 +0000 2018".
const TIME: &str = "%a %b %d %H:%M:%S %z %Y";

pub(super) fn read(data: &Value) -> Post {
    // A post with limited visibility is wrapped in a notice.
    let tweet = data.get("tweet").unwrap_or(data);
    let id = identity(tweet, &["/rest_id", "/legacy/id_str", "/id"]).unwrap_or_default();
    let mut post = Post::new(Platform::X, id.clone(), full_text(tweet));
    post.author = author(tweet);
    let handle = post.author.as_ref().and_then(|author| author.handle.as_deref()).unwrap_or("i");
    let path = if handle == "i" { "i/web".to_owned() } else { handle.to_owned() };
    post.url = (!id.is_empty()).then(|| format!("https://x.com/{path}/status/{id}"));
    post.created_at =
        text(tweet, &["/legacy/created_at"]).and_then(|time| Timestamp::strptime(TIME, time).ok());
    post.views = count(tweet, &["/views/count"]);
    post.reply_to = identity(tweet, &["/legacy/in_reply_to_status_id_str"]);
    if post.reply_to.is_some() {
        post.kind = PostKind::Reply;
    }
    let mut shown = tweet;
    if let Some(original) = tweet.pointer("/legacy/retweeted_status_result/result") {
        // The text of a repost is cut short; that of the post it passes on is whole.
        shown = original.get("tweet").unwrap_or(original);
        post.kind = PostKind::Repost;
        post.text = full_text(shown);
        post.forwarded_from = author(shown).and_then(|author| author.handle.or(author.name));
    }
    for place in ["/legacy/entities/urls", "/note_tweet/note_tweet_results/result/entity_set/urls"]
    {
        for link in list(shown, place) {
            if let Some(url) = text(link, &["/expanded_url", "/url"]) {
                add_link(&mut post, url);
            }
        }
    }
    let shown_media = list(shown, "/legacy/extended_entities/media");
    let shown_media =
        if shown_media.is_empty() { list(shown, "/legacy/entities/media") } else { shown_media };
    for item in shown_media {
        let kind = match text(item, &["/type"]) {
            Some("video" | "animated_gif") => MediaKind::Video,
            _ => MediaKind::Image,
        };
        post.media.extend(media(kind, text(item, &["/media_url_https", "/media_url"])));
    }
    post
}

fn full_text(tweet: &Value) -> String {
    let places =
        ["/note_tweet/note_tweet_results/result/text", "/legacy/full_text", "/legacy/text"];
    // X writes these three as entities, in short and long texts alike.
    let found = text(tweet, &places).unwrap_or_default();
    found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn author(tweet: &Value) -> Option<Account> {
    let user = tweet.pointer("/core/user_results/result").unwrap_or(&Value::Null);
    let own = |places: &[&str]| text(user, places).map(str::to_owned);
    let handle = own(&["/core/screen_name", "/legacy/screen_name"]);
    let account = Account {
        native_id: identity(user, &["/rest_id"])
            .or_else(|| identity(tweet, &["/legacy/user_id_str"])),
        name: own(&["/core/name", "/legacy/name"]),
        url: handle.as_ref().map(|handle| format!("https://x.com/{handle}")),
        handle,
    };
    (account != Account::default()).then_some(account)
}
