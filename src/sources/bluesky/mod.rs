//! Bluesky: the whole network's posts as they are published (`jetstream`), and the posts of watched
//! accounts (`author`). Both read the same record of a post; both are public, documented and free
//! of log-in.

mod author;
mod event;
mod jetstream;
mod record;

pub use author::AuthorSettings;
pub use jetstream::{JetstreamSettings, Protocol};

use super::SetAside;

/// The collection posts stand in.
const POSTS: &str = "app.bsky.feed.post";

/// The most of a message that is kept when it cannot be read, in bytes.
const RAW_MAX: usize = 64 << 10;

fn set_aside(place: impl Into<String>, reason: impl Into<String>, raw: &str) -> SetAside {
    let raw = raw[..raw.floor_char_boundary(RAW_MAX)].to_owned();
    SetAside { place: place.into(), reason: reason.into(), raw }
}
