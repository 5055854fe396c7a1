//! A block of plain text: a post of which nothing else is known.

use super::Reading;
use crate::post::Post;
use crate::sources::exports::Ways;

pub(in super::super) fn read(block: &str, ways: &Ways) -> Reading {
    let text = block.replace("\r\n", "\n");
    super::finish(Post::new(ways.platform.clone(), "", text.trim()), None)
}
