//! Items of files that other programs wrote, as posts: one file a format, pure functions. A field
//! that is not there is named in `missing_fields` and costs nothing else; unknown ones are passed by.

pub(super) mod fourcat;
pub(super) mod telegram;
mod terms;
pub(super) mod titles;
mod ways;
pub(super) mod whatsapp;
pub(super) mod zeeschuimer;

use serde_json::Value;

use crate::post::{Link, Media, MediaKind, Post};
use crate::sources::folder::rows::values;

pub use terms::{Pseudonyms, Terms};
pub use ways::{Ways, Zone, ZoneError};

/// The text at one of these places that holds one, blanks aside.
fn text<'a>(item: &'a Value, places: &[&str]) -> Option<&'a str> {
    let texts = places.iter().filter_map(|place| item.pointer(place)?.as_str());
    texts.map(str::trim).find(|text| !text.is_empty())
}

/// The identity at one of these places; some write it as a number.
fn identity(item: &Value, places: &[&str]) -> Option<String> {
    places
        .iter()
        .filter_map(|place| values::identity(item.pointer(place)?))
        .find(|text| !text.is_empty() && text != "0")
}

/// The count at one of these places; some write it as a text.
fn count(item: &Value, places: &[&str]) -> Option<u64> {
    places.iter().find_map(|place| match item.pointer(place)? {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_u64(),
    })
}

/// The elements of a list; none where there is no list.
fn list<'a>(item: &'a Value, place: &str) -> &'a [Value] {
    item.pointer(place).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn media(kind: MediaKind, url: Option<&str>) -> Option<Media> {
    url.map(|url| Media { kind, url: Some(url.to_owned()) })
}

fn add_link(post: &mut Post, url: &str) {
    if !post.links.iter().any(|link| link.url == url) {
        post.links.push(Link { url: url.to_owned(), text: None });
    }
}

/// Names what every item of an export has and this one has not.
fn name_missing(post: &mut Post) {
    post.name_missing(&[
        ("text", !post.text.trim().is_empty()),
        ("author", post.author.is_some()),
        ("created_at", post.created_at.is_some()),
    ]);
}
