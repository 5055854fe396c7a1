//! Feeds in XML. The items are found by their tags, and each is given to `feed-rs` in a small
//! document of its own, mended where it is broken in a way that is known.

use std::fmt::Write as _;

use url::Url;

use super::document::{self, Document, MOST_ITEMS, RawItem, ReadEntry};
use super::markup::{self, Tag, TagKind};
use super::mend::prepare;
use crate::sources::SetAside;

/// Prefixes as good as everybody uses them, for feeds that forget to declare them.
const PREFIXES: &[(&str, &str)] = &[
    ("atom", "http://www.w3.org/2005/Atom"),
    ("content", "http://purl.org/rss/1.0/modules/content/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"),
    ("media", "http://search.yahoo.com/mrss/"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rss", "http://purl.org/rss/1.0/"),
];

/// The most a root's declarations may take: they are repeated for every item.
const MOST_DECLARATIONS: usize = 8 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// RSS of any version, RDF included: its items have the same elements.
    Rss,
    Atom,
}

impl Family {
    fn of(root: &str) -> Option<Self> {
        match root.to_ascii_lowercase().as_str() {
            "rss" | "rdf" => Some(Self::Rss),
            "feed" | "entry" => Some(Self::Atom),
            _ => None,
        }
    }

    fn item(self) -> &'static str {
        match self {
            Self::Rss => "item",
            Self::Atom => "entry",
        }
    }

    /// A document around `inner`. Versions and default namespaces of old are made those `feed-rs`
    /// knows: the elements in use are the same.
    fn document(self, declarations: &str, inner: &str, bare: bool) -> String {
        match (self, bare) {
            (Self::Rss, true) => {
                format!(r#"<rss version="2.0"{declarations}><channel>{inner}</channel></rss>"#)
            }
            (Self::Rss, false) => format!(r#"<rss version="2.0"{declarations}>{inner}</rss>"#),
            (Self::Atom, _) => {
                let atom = "http://www.w3.org/2005/Atom";
                format!(r#"<feed xmlns="{atom}"{declarations}>{inner}</feed>"#)
            }
        }
    }
}

/// Takes a feed in XML apart.
///
/// # Errors
/// What was found in place of a feed.
pub(super) fn read(text: &str, base: &Url) -> Result<Document, String> {
    let (root, family) = root(text)?;
    let (spans, cut) = item_spans(text, root, family);
    let declarations = declarations(text, root)?;
    let items = (1..)
        .zip(spans.iter().take(MOST_ITEMS))
        .map(|(number, span)| {
            let raw = &text[span.start..span.end];
            let entry = entry(raw, span.lacks.as_deref(), family, &declarations, base);
            RawItem { place: place(raw, number), raw: raw.to_owned(), entry }
        })
        .collect();
    let mut document = Document { items, ..Document::default() };
    if let Some(&Span { start, .. }) = spans.get(MOST_ITEMS) {
        let reason = format!(
            "more than {MOST_ITEMS} items; the {} after them were not read",
            spans.len() - MOST_ITEMS
        );
        document.set_aside.push(SetAside::new("feed", reason, &text[start..]));
    }
    if let Some(start) = cut {
        if spans.is_empty() {
            return Err(format!("the feed breaks off inside of its first <{}>", family.item()));
        }
        let place = place(&text[start..], spans.len() + 1);
        document.set_aside.push(SetAside::new(
            place,
            "the feed breaks off inside of this item",
            &text[start..],
        ));
    }
    let head = head(text, root, &spans, cut);
    document.asked_interval = update_period(&head);
    let read_head = |head: &str| {
        let document = match family {
            Family::Rss => family.document(&declarations, &prepare(head, false), false),
            Family::Atom => prepare(&family.document(&declarations, head, false), false),
        };
        document::feed(&document, Some(base))
    };
    match read_head(&head).or_else(|_| read_head(&markup::escape_strays(&head))) {
        Ok(feed) => {
            let ttl = feed.ttl.map(|minutes| u64::from(minutes) * 60);
            document.asked_interval = document.asked_interval.max(ttl);
            document.older = older(&feed);
            document.head = Some(feed);
        }
        Err(why) if document.items.is_empty() => {
            return Err(format!("no item, and what stands around them cannot be read: {why}"));
        }
        Err(why) => {
            let reason = format!("what the feed says of itself cannot be read: {why}");
            document.set_aside.push(SetAside::new("feed", reason, &head));
        }
    }
    Ok(document)
}

/// The root of the feed. Warnings a server printed before it are stepped over; a page is none.
fn root(text: &str) -> Result<(Tag<'_>, Family), String> {
    // Far enough for any prologue.
    const TAGS: usize = 200;
    let mut first = None;
    for tag in markup::tags(text).take(TAGS) {
        if tag.local().eq_ignore_ascii_case("html") {
            let title = markup::tags(text)
                .find(|tag| tag.name.eq_ignore_ascii_case("title"))
                .and_then(|tag| text[tag.end..].split('<').next())
                .map_or(String::new(), |title| format!(" titled `{}`", glimpse(title.trim())));
            return Err(format!("expected a feed, found an HTML page{title}"));
        }
        if tag.kind != TagKind::Close
            && let Some(family) = Family::of(tag.local())
        {
            return Ok((tag, family));
        }
        first = first.or(Some(tag.name));
    }
    Err(match first {
        Some(name) => format!("expected a feed, found a document of <{}>", glimpse(name)),
        None => format!("expected a feed, found neither XML nor JSON: `{}`", glimpse(text)),
    })
}

/// The start of a text, for a message.
fn glimpse(text: &str) -> String {
    text.chars().take(80).map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// Where an item stands.
struct Span {
    start: usize,
    end: usize,
    /// Its closing tag, when another item's start stands in for that.
    lacks: Option<String>,
}

/// Where the items stand, and where one starts that has no end. An item that starts inside of
/// another ends the one before it.
fn item_spans(text: &str, root: Tag<'_>, family: Family) -> (Vec<Span>, Option<usize>) {
    if root.local().eq_ignore_ascii_case("entry") {
        let end = match root.kind {
            TagKind::Empty => Some(root.end),
            _ => last_close(text, root).map(|tag| tag.end),
        };
        return match end {
            Some(end) => (vec![Span { start: root.start, end, lacks: None }], None),
            None => (Vec::new(), Some(root.start)),
        };
    }
    let mut spans = Vec::new();
    let mut open = None;
    let mut name = None;
    for tag in markup::tags(text).skip_while(|tag| tag.start <= root.start) {
        if tag.local() != family.item() || *name.get_or_insert(tag.name) != tag.name {
            continue;
        }
        match tag.kind {
            TagKind::Open => {
                if let Some(start) = open.replace(tag.start) {
                    let lacks = Some(format!("</{}>", tag.name));
                    spans.push(Span { start, end: tag.start, lacks });
                }
            }
            TagKind::Close => {
                spans.extend(open.take().map(|start| Span { start, end: tag.end, lacks: None }));
            }
            TagKind::Empty => spans.push(Span { start: tag.start, end: tag.end, lacks: None }),
        }
    }
    (spans, open)
}

fn last_close<'a>(text: &'a str, root: Tag<'_>) -> Option<Tag<'a>> {
    markup::tags(text)
        .filter(|tag| tag.kind == TagKind::Close && tag.name == root.name)
        .last()
        .filter(|tag| tag.start >= root.end)
}

/// The declarations of root and channel, with the usual prefixes where they are missing.
fn declarations(text: &str, root: Tag<'_>) -> Result<String, String> {
    let channel = markup::tags(text)
        .find(|tag| tag.start > root.start)
        .filter(|tag| tag.local() == "channel");
    let mut out = String::new();
    let mut seen = Vec::new();
    for tag in std::iter::once(root).chain(channel) {
        for (name, value) in tag.attributes(text) {
            let wanted = name.starts_with("xmlns:") || matches!(name, "xml:base" | "xml:lang");
            if wanted && !seen.contains(&name) {
                let quote = if value.contains('"') { '\'' } else { '"' };
                // Writing to a string cannot fail.
                let _ = write!(out, " {name}={quote}{value}{quote}");
                seen.push(name);
            }
        }
    }
    for (prefix, namespace) in PREFIXES {
        if !seen.iter().any(|name| name.strip_prefix("xmlns:") == Some(prefix)) {
            let _ = write!(out, r#" xmlns:{prefix}="{namespace}""#);
        }
    }
    if out.len() > MOST_DECLARATIONS {
        return Err(format!("the root's declarations are longer than {MOST_DECLARATIONS} bytes"));
    }
    Ok(out)
}

/// What stands around the items, from past the root's tag on.
fn head(text: &str, root: Tag<'_>, spans: &[Span], cut: Option<usize>) -> String {
    let close = last_close(text, root).map(|tag| tag.start);
    let end = cut.or(close).unwrap_or(text.len());
    let mut head = String::new();
    let mut at = root.end;
    for span in spans {
        head.push_str(text.get(at..span.start).unwrap_or(""));
        at = span.end;
    }
    head.push_str(text.get(at..end).unwrap_or(""));
    let channels = |kind| {
        markup::tags(&head).filter(|tag| tag.local() == "channel" && tag.kind == kind).count()
    };
    if channels(TagKind::Open) > channels(TagKind::Close) {
        head.push_str("</channel>");
    }
    head
}

/// `sy:updatePeriod` and `sy:updateFrequency` (RSS 1.0 Syndication), in seconds.
fn update_period(head: &str) -> Option<u64> {
    let text_of = |name: &str| {
        markup::tags(head)
            .find(|tag| tag.local() == name && tag.kind == TagKind::Open)
            .and_then(|tag| head[tag.end..].split('<').next())
            .map(str::trim)
    };
    let period = match text_of("updatePeriod")?.to_ascii_lowercase().as_str() {
        "hourly" => 3600,
        "daily" => 86_400,
        "weekly" => 7 * 86_400,
        "monthly" => 30 * 86_400,
        "yearly" => 365 * 86_400,
        _ => return None,
    };
    let frequency = text_of("updateFrequency").and_then(|text| text.parse().ok()).unwrap_or(1_u64);
    Some(period / frequency.max(1))
}

/// RFC 5005: the next page of a paged feed, or the page before of an archived one.
fn older(feed: &feed_rs::model::Feed) -> Option<String> {
    ["prev-archive", "next"].into_iter().find_map(|wanted| {
        feed.links
            .iter()
            .find(|link| link.rel.as_deref() == Some(wanted))
            .map(|link| link.href.clone())
    })
}

/// Reads one item: as it stands, else mended.
fn entry(
    raw: &str,
    lacks: Option<&str>,
    family: Family,
    declarations: &str,
    base: &Url,
) -> Result<ReadEntry, String> {
    let parse = |item: &str| {
        let document = family.document(declarations, item, true);
        document::feed(&document, Some(base))?.entries.pop().ok_or("no item in it".to_owned())
    };
    let closed = format!("{raw}{}", lacks.unwrap_or(""));
    let (entry, mended) = match parse(&prepare(&closed, false)) {
        Ok(entry) => (entry, lacks.map(|_| "the item is not closed".to_owned())),
        Err(why) => match parse(&prepare(&markup::escape_strays(&closed), true)) {
            Ok(entry) => (entry, Some(why)),
            Err(_) => return Err(why),
        },
    };
    Ok(ReadEntry {
        entry,
        about: attribute(raw, "rdf:about"),
        html_in_plain: family == Family::Rss,
        mended,
    })
}

fn attribute(raw: &str, name: &str) -> Option<String> {
    let tag = markup::tags(raw).next()?;
    tag.attributes(raw)
        .into_iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.replace("&amp;", "&").trim().to_owned())
        .filter(|value| !value.is_empty())
}

/// A name for an item that stays while others come before it: its id, if one can be made out.
fn place(raw: &str, number: usize) -> String {
    markup::tags(raw)
        .find(|tag| matches!(tag.local(), "guid" | "id") && tag.kind == TagKind::Open)
        .and_then(|tag| {
            let id = raw[tag.end..].trim_start();
            let id = id.strip_prefix("<![CDATA[").unwrap_or(id);
            id.split(['<', ']']).next().map(str::trim).filter(|id| !id.is_empty())
        })
        .map_or_else(|| format!("item {number}"), |id| format!("item {}", glimpse(id)))
}
