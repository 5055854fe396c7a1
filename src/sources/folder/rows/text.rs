//! A block of plain text: a post of which nothing else is known.

use super::Reading;
use crate::post::{Platform, Post};

pub(in super::super) fn read(block: &str, platform: &Platform) -> Reading {
    let text = block.replace("\r\n", "\n");
    super::finish(Post::new(platform.clone(), "", text.trim()), None)
}
