//! Single links that people hand in: what may be done with each, what identifies the post behind
//! it, and how a page that was fetched for one is read. Pure, as every source is.

mod address;
mod linktree;

pub use address::{Way, as_link, key, links_in, of_words, way};

use super::Adapter;
use super::site::article::Reader;
use crate::fetch::{Capture, decode};
use crate::post::Post;

/// Reads pages fetched for a report.
pub const ADAPTER: Adapter = Adapter { name: "report", version: 1 };

/// Reads a page that was fetched for a link; `None` when nothing on it can be read.
pub fn read(capture: &Capture, way: &Way<'_>, key: crate::post::PostKey) -> Option<Post> {
    if let Way::Message { channel, .. } = way {
        return super::telegram::single(capture, channel).ok();
    }
    let kind = capture.header("content-type").unwrap_or("text/html");
    if !kind.contains("html") && !kind.starts_with("text/plain") {
        return None;
    }
    let html = decode(&capture.body, Some(kind)).text;
    let mut post = Post::new(key.platform.clone(), key.native_id.clone(), "");
    post.kind = crate::post::PostKind::Page;
    post.url = Some(capture.final_url.to_string());
    if matches!(way, Way::Linktree) && linktree::read(&html, &mut post) {
        return Some(post);
    }
    // A page that holds several ads is reported for its first.
    let read = Reader::default().read(capture).posts.into_iter().next()?;
    Some(Post { key, url: post.url, ..read })
}
