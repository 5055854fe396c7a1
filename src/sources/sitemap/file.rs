//! One sitemap file: a list of pages or an index of further files, plain or gzip, in XML or as
//! bare lines. The protocol's limits hold: 50,000 addresses, 50 MB, and only the file's own site.

use std::io::Read as _;

use jiff::Timestamp;
use url::Url;

use crate::fetch::{Capture, decode};
use crate::sources::feed::markup::{self, Tag, TagKind};
use crate::sources::feed::walk::same_host;
use crate::sources::site::dates;
use crate::sources::site::seen::Mark;
use crate::sources::{SetAside, html};

/// The most addresses of one file.
pub(super) const MOST_ENTRIES: usize = 50_000;
/// The largest file, unpacked, in bytes.
pub(super) const LARGEST: u64 = 50 << 20;
/// How much of what cannot be read is shown, in bytes.
const GLIMPSE: usize = 200;
/// Entries of one file that are set aside one by one.
const MOST_ASIDE: usize = 20;

/// A file that was read.
#[derive(Debug)]
pub(super) struct File {
    /// Whether its entries are further files.
    pub is_index: bool,
    /// In the order they are to be read: oldest first, those without a date before all.
    pub entries: Vec<Entry>,
    /// What of it could not be followed.
    pub set_aside: Vec<SetAside>,
}

/// An address of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The page, or the further file.
    pub url: Url,
    /// When it changed last, as written.
    pub lastmod: Option<String>,
    /// The same, where it can be read.
    pub at: Option<Timestamp>,
    /// The address in this state.
    pub mark: Mark,
}

/// Reads a file.
///
/// # Errors
/// What was found in place of a sitemap.
pub(super) fn read(capture: &Capture, root: &Url) -> Result<File, String> {
    let text = unpacked(capture)?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("http://") || text.starts_with("https://") {
        let lines = text.lines().map(|line| (line.trim().to_owned(), None));
        return Ok(file(false, lines, capture, root));
    }
    let known = |tag: &Tag<'_>| matches!(tag.local(), "urlset" | "sitemapindex");
    let Some(open) = markup::tags(text).find(|tag| tag.kind != TagKind::Close) else {
        return Err("expected a sitemap, found neither XML nor addresses".into());
    };
    if !known(&open) {
        let shown = &text[..text.floor_char_boundary(GLIMPSE)];
        return Err(format!("expected a sitemap, found a document of <{}>: {shown}", open.name));
    }
    let is_index = open.local() == "sitemapindex";
    let wanted = if is_index { "sitemap" } else { "url" };
    let inner = &text[open.start..];
    let entries = markup::children(inner).into_iter().filter(|it| it.open.local() == wanted);
    let entries = entries.filter_map(|entry| {
        let entry = &inner[entry.open.start..entry.end];
        let parts = markup::children(entry);
        // `image:loc` and `video:…` beside it are of other vocabularies.
        let part = |name: &str| {
            let part = parts
                .iter()
                .find(|it| it.open.local() == name && it.open.prefix() == open.prefix())?;
            Some(plain(part.inner(entry))).filter(|text| !text.is_empty())
        };
        Some((part("loc")?, part("lastmod")))
    });
    Ok(file(is_index, entries, capture, root))
}

fn file(
    is_index: bool,
    found: impl Iterator<Item = (String, Option<String>)>,
    capture: &Capture,
    root: &Url,
) -> File {
    let mut set_aside = Vec::new();
    let mut aside = |place: &str, reason: String| {
        if set_aside.len() < MOST_ASIDE {
            let raw = place[..place.floor_char_boundary(GLIMPSE)].to_owned();
            set_aside.push(SetAside { place: capture.url.to_string(), reason, raw });
        }
    };
    let mut entries: Vec<Entry> = Vec::new();
    let mut over = 0_usize;
    for (address, lastmod) in found {
        if address.is_empty() {
            continue;
        }
        if entries.len() == MOST_ENTRIES {
            over += 1;
            continue;
        }
        let Some(url) = same_host(&address, root, &capture.final_url) else {
            aside(&address, "an address that is not of this site".into());
            continue;
        };
        let at = lastmod.as_deref().and_then(|it| dates::read(it, capture.fetched_at));
        let mark = Mark::of(&[url.as_str(), lastmod.as_deref().unwrap_or("")]);
        entries.push(Entry { url, lastmod, at, mark });
    }
    if over > 0 {
        aside("", format!("more than {MOST_ENTRIES} addresses; {over} were not read"));
    }
    entries.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.url.cmp(&b.url)));
    entries.dedup_by(|a, b| a.mark == b.mark);
    File { is_index, entries, set_aside }
}

/// The text of the file, unpacked where it is a `.gz`.
fn unpacked(capture: &Capture) -> Result<String, String> {
    if !capture.body.starts_with(&[0x1f, 0x8b]) {
        return Ok(decode(&capture.body, capture.header("content-type")).text);
    }
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(&capture.body[..])
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|why| format!("a gzip file that cannot be unpacked: {why}"))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        return Err(format!("unpacked it is larger than {LARGEST} bytes"));
    }
    Ok(decode(&bytes, None).text)
}

/// An element's text without CDATA marks and references.
fn plain(inner: &str) -> String {
    let inner = inner.trim();
    let inner =
        inner.strip_prefix("<![CDATA[").and_then(|it| it.strip_suffix("]]>")).unwrap_or(inner);
    match inner.contains('&') {
        true => html::text_of_fragment(inner),
        false => inner.trim().to_owned(),
    }
}
