//! What a feed says of itself and the items it holds, each cut out whole, whatever the format.

use url::Url;

use super::super::SetAside;
use super::{json, xml};

/// The most items one page may hold; no feed of good faith comes near.
pub(super) const MOST_ITEMS: usize = 5_000;

/// A feed taken apart.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// What the feed says of itself, as `feed-rs` reads it; `None` when that part is broken.
    pub head: Option<feed_rs::model::Feed>,
    /// The items in the order they stand in.
    pub items: Vec<RawItem>,
    /// What could not be read.
    pub set_aside: Vec<SetAside>,
    /// The address of the page of older items, as written.
    pub older: Option<String>,
    /// How long the feed asks to be left alone, in seconds.
    pub asked_interval: Option<u64>,
}

/// An item as it stands in the feed.
#[derive(Debug)]
pub(super) struct RawItem {
    /// What to call it: by its id, or which it is, counted from 1.
    pub place: String,
    /// Its source.
    pub raw: String,
    /// What `feed-rs` made of it.
    pub entry: Result<ReadEntry, String>,
}

/// An item `feed-rs` could read.
#[derive(Debug)]
pub(super) struct ReadEntry {
    /// What it read.
    pub entry: feed_rs::model::Entry,
    /// The item's id where the format keeps it out of the sight of `feed-rs`.
    pub about: Option<String>,
    /// Whether what it calls plain text may be HTML all the same.
    pub html_in_plain: bool,
    /// What had to be mended first.
    pub mended: Option<String>,
}

impl Document {
    /// Takes a feed apart.
    ///
    /// # Errors
    /// What was found in place of a feed.
    pub fn read(text: &str, base: &Url) -> Result<Self, String> {
        let text = text.trim_start_matches(['\u{feff}', '\0']).trim_start();
        if text.is_empty() {
            return Err("expected a feed, found nothing: the body is empty".into());
        }
        if text.starts_with(['{', '[']) {
            return json::read(text);
        }
        xml::read(text, base)
    }
}

/// Reads a document of one item, or of none, with `feed-rs`. Version 3.0 panics on a few texts it
/// does not expect (a letter beyond ASCII beside an e-mail address in `<author>`): that must cost
/// the item, never the watch.
pub(super) fn feed(document: &str, base: Option<&Url>) -> Result<feed_rs::model::Feed, String> {
    let read = std::panic::catch_unwind(|| {
        feed_rs::parser::Builder::new()
            .base_uri(base)
            // Ids of our own making come later; these would change with the title.
            .id_generator(|_, _, _| String::new())
            .build()
            .parse(document.as_bytes())
    });
    match read {
        Ok(Ok(feed)) => Ok(feed),
        Ok(Err(why)) => Err(why.to_string()),
        Err(_) => Err("the feed parser gave up on it".into()),
    }
}
