//! Reads a kept part of a file again: with the manner kept beside it, or, where a part was kept
//! before there was such a manner, as what it looks like by itself.

use std::io::{self, Write as _};
use std::path::Path;

use super::ADAPTER;
use super::lines::Place;
use super::recognise::recognise;
use super::walk::{Kept, Walk};
use super::wanted::Wanted;
use crate::sources::exports::{Pseudonyms, Terms, Ways, titles};
use crate::sources::{KeptPart, Page, ShapeError};

/// Reads a part in the ways given, or in those it was read in.
pub(super) fn again(part: &KeptPart<'_>, ways: Option<&Ways>) -> Result<Page, ShapeError> {
    match read(part, ways) {
        Ok(Ok(page)) => Ok(page),
        Ok(Err(reason)) => Err(ShapeError { adapter: ADAPTER.name, reason }),
        Err(error) => Err(ShapeError { adapter: ADAPTER.name, reason: error.to_string() }),
    }
}

fn read(part: &KeptPart<'_>, ways: Option<&Ways>) -> io::Result<Result<Page, String>> {
    let mut file = tempfile::tempfile()?;
    file.write_all(part.bytes)?;
    let kept = part.manner.and_then(|manner| serde_json::from_str::<Kept>(manner).ok());
    let mut kept = match kept {
        Some(kept) => kept,
        None => {
            let (name, line) = place(part.address);
            let ways = ways.cloned().unwrap_or_default();
            match recognise(&file, Path::new(name), Wanted::Auto, &ways)? {
                Ok(manner) => {
                    Kept { name: name.to_owned(), start: Place { offset: 0, line }, ways, manner }
                }
                Err(reason) => return Ok(Err(reason)),
            }
        }
    };
    // Of what was kept before such chats were refused.
    kept.name = titles::shown(Path::new(&kept.name));
    if let Some(ways) = ways {
        kept.ways = ways.clone();
    }
    // Numbers left the bytes before they were kept: there is nothing to make pseudonyms of.
    let terms = Terms { pseudonyms: Pseudonyms::passing(), legal_basis: None };
    let mut walk = Walk::again(file, &kept)?;
    let mut whole = Page::default();
    loop {
        let read = walk.page(&kept.name, &kept.ways, &terms)?;
        whole.posts.extend(read.page.posts);
        whole.set_aside.extend(read.page.set_aside);
        whole.ignored += read.page.ignored;
        if read.at_end {
            return Ok(Ok(whole));
        }
    }
}

/// The file's name and the first line, out of `file:name#L1-500`.
fn place(address: &str) -> (&str, u64) {
    let address = address.strip_prefix("file:").unwrap_or(address);
    let (name, lines) = address.split_once("#L").unwrap_or((address, ""));
    (name, lines.split('-').next().and_then(|line| line.parse().ok()).unwrap_or(1))
}
