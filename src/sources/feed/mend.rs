//! Puts an item of a feed in XML the way `feed-rs` can read all of it.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::dates;
use super::markup;

/// Elements whose content is for people, HTML in most feeds.
const PROSE: &[&str] = &["title", "description", "encoded", "summary", "content", "subtitle"];

/// Elements without text that a post cannot do without.
const LINKS: &[&str] = &["link", "guid", "id", "enclosure"];

/// Elements of RSS that hold a person.
const PERSONS: &[&str] = &["author", "creator", "managingEditor", "webMaster"];

/// The item as `feed-rs` reads all of it. It takes no more of an element than its first run of
/// text, so HTML that stands in one unescaped is put into CDATA; of Dublin Core it leaves out the
/// description; and it knows no Indonesian dates. With `force`, XHTML too is taken as text, whose
/// tags need not match, and nothing stays that a post can do without.
pub(super) fn prepare(item: &str, force: bool) -> String {
    let Some(open) = markup::tags(item).next() else { return item.to_owned() };
    let children = markup::children(item);
    let is_described = children.iter().any(|child| child.open.name == "description");
    let mut out = String::with_capacity(item.len() + 64);
    let mut at = 0;
    if force {
        out.push_str(&item[..open.end]);
    }
    for child in children {
        let inner = child.inner(item);
        let name = child.open.local();
        let is_own = child.open.prefix() == open.prefix()
            || matches!(child.open.name, "content:encoded" | "dc:description");
        let is_xhtml = child.open.attributes(item).contains(&("type", "xhtml"));
        let is_prose = is_own && PROSE.contains(&name);
        let holds_tags = || !inner.contains("<![CDATA[") && markup::tags(inner).next().is_some();
        let renamed = child.open.name == "dc:description" && !is_described;
        let wrapped = is_prose && (force || !is_xhtml) && holds_tags();
        let reworded = reworded(name, inner);
        if !force {
            out.push_str(&item[at..child.open.start]);
        } else if !(is_prose || is_own && LINKS.contains(&name) || dates::DATED.contains(&name)) {
            continue;
        }
        let written = if renamed { "description" } else { child.open.name };
        // Writing to a string cannot fail.
        let _ = match reworded {
            _ if wrapped => {
                let inner = inner.replace("]]>", "]]&gt;");
                write!(out, r#"<{written} type="html"><![CDATA[{inner}]]></{written}>"#)
            }
            Some(inner) => write!(out, "<{written}>{inner}</{written}>"),
            None if renamed => write!(out, "<{written}>{inner}</{written}>"),
            None => out.write_str(&item[child.open.start..child.end]),
        };
        at = child.end;
    }
    if force {
        let _ = write!(out, "</{}>", open.name);
    } else {
        out.push_str(&item[at..]);
    }
    out
}

/// The content of a date or a person, put so that `feed-rs` can read it.
fn reworded<'a>(name: &str, inner: &'a str) -> Option<Cow<'a, str>> {
    if dates::DATED.contains(&name) {
        return Some(dates::in_english(inner));
    }
    // A person of Atom is made of elements, and read as it stands.
    let is_text = PERSONS.contains(&name) && markup::tags(inner).next().is_none();
    (is_text && inner.contains('@')).then(|| apart(inner).into())
}

/// Sets e-mail addresses apart: `feed-rs` 3.0 takes the byte before and after one for a space, and
/// panics where that cuts a letter.
fn apart(text: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "._%+-:@".contains(letter);
    let mut out = String::with_capacity(text.len() + 8);
    for run in text.split_inclusive(|letter: char| !is_part(letter)) {
        let (run, after) = match run.char_indices().next_back() {
            Some((at, letter)) if !is_part(letter) => run.split_at(at),
            _ => (run, ""),
        };
        if run.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.')) {
            let _ = write!(out, " {run} ");
        } else {
            out.push_str(run);
        }
        out.push_str(after);
    }
    out
}
