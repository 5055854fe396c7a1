//! Bluesky: the whole network's posts as they are published (`jetstream`), and the posts of watched
//! accounts (`author`). Both read the same record of a post; both are public, documented and free
//! of log-in.

mod author;
mod event;
mod jetstream;
mod record;

pub use author::AuthorSettings;
pub use jetstream::{JetstreamSettings, Protocol};

/// The collection posts stand in.
const POSTS: &str = "app.bsky.feed.post";
