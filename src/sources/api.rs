//! What adapters of JSON APIs have in common: reading fields that may be missing without losing the
//! item, and keeping aside what cannot be read. Fields nobody asks for never break anything.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::{OpenError, Page, SetAside, ShapeError};
use crate::fetch::{Capture, decode};
use crate::post::Link;

/// The answer as JSON.
pub(super) fn document(adapter: &'static str, capture: &Capture) -> Result<Value, ShapeError> {
    let text = decode(&capture.body, capture.header("content-type")).text;
    serde_json::from_str(&text)
        .map_err(|error| ShapeError { adapter, reason: format!("the answer is no JSON: {error}") })
}

/// The list at this pointer of an answer.
pub(super) fn list<'a>(
    adapter: &'static str,
    answer: &'a Value,
    pointer: &str,
) -> Result<&'a [Value], ShapeError> {
    let found = answer.pointer(pointer).and_then(Value::as_array);
    found
        .map(Vec::as_slice)
        .ok_or_else(|| ShapeError { adapter, reason: format!("there is no list at `{pointer}`") })
}

/// The text at this pointer; an empty one is none.
pub(super) fn text<'a>(item: &'a Value, pointer: &str) -> Option<&'a str> {
    item.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The text at this pointer, as one of its own.
pub(super) fn owned(item: &Value, pointer: &str) -> Option<String> {
    text(item, pointer).map(str::to_owned)
}

/// The number at this pointer, also where it is written as text.
pub(super) fn count(item: &Value, pointer: &str) -> Option<u64> {
    let value = item.pointer(pointer)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The time at this pointer: RFC 3339, also with an offset without a colon, as Meta writes it.
pub(super) fn time(item: &Value, pointer: &str) -> Option<Timestamp> {
    let written = text(item, pointer)?;
    written.parse().ok().or_else(|| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", written).ok())
}

/// The links at these pointers, each as the platform wrote it.
pub(super) fn links(item: &Value, pointers: &[&str]) -> Vec<Link> {
    let found = pointers.iter().filter_map(|pointer| owned(item, pointer));
    found.map(|url| Link { url, text: None }).collect()
}

/// An item that could not be read, with what was expected.
pub(super) fn set_aside(place: String, reason: impl Into<String>, item: &Value) -> SetAside {
    SetAside::new(place, reason, item.to_string())
}

/// A question that the service refuses, with what it said: the others go on.
pub(super) fn refused(place: String, why: &str) -> SetAside {
    set_aside(place, format!("ditolak ({why})"), &Value::Null)
}

/// The mark of the page after this one, where a round that reads so many of a list has room for it:
/// what lies behind the last is not read in any round, and that is said.
pub(super) fn within(
    most: u32,
    number: u32,
    after: Option<String>,
    place: String,
    page: &mut Page,
) -> Option<String> {
    let after = after?;
    if number + 1 < most {
        return Some(after);
    }
    let reason = format!("lebih dari {most} halaman: yang lebih lama tidak dibaca");
    page.set_aside.push(set_aside(place, reason, &Value::Null));
    None
}

/// Where an API is: the address its settings name, as a folder.
pub(super) fn base(key: &'static str, written: &Url) -> Result<Url, OpenError> {
    if !matches!(written.scheme(), "http" | "https") || written.host_str().is_none() {
        let reason = format!("`{written}` bukan alamat http atau https");
        return Err(OpenError::new(key, reason));
    }
    let mut base = written.clone();
    base.set_query(None);
    base.set_fragment(None);
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", base.path()));
    }
    Ok(base)
}

/// An address below the base of an API.
pub(super) fn address(base: &Url, segments: &[&str], query: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    // Only an address without a path refuses here, and the settings let none through.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

/// A cursor with nothing but what was asked for, by which a page that was kept is read again.
pub(super) fn manner(state: &impl Serialize) -> Option<String> {
    serde_json::to_string(state).ok()
}

/// Puts tasks before those that wait, in their order.
pub(super) fn put_first<T>(queue: &mut VecDeque<T>, tasks: Vec<T>) {
    for task in tasks.into_iter().rev() {
        queue.push_front(task);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_read_however_they_are_written() {
        let item = json!({ "a": { "n": "12", "m": 3, "leer": "" }, "t": "2026-07-02T01:02:03+0000",
            "u": "2026-07-02T01:02:03.000Z" });
        assert_eq!(
            (count(&item, "/a/n"), count(&item, "/a/m"), count(&item, "/b")),
            (Some(12), Some(3), None)
        );
        assert_eq!(text(&item, "/a/leer"), None);
        let at = "2026-07-02T01:02:03Z".parse().ok();
        assert_eq!((time(&item, "/t"), time(&item, "/u")), (at, at));
    }

    #[test]
    fn addresses_are_made_below_the_base() {
        let base = base("base", &"https://api.contoh.example/v1?x=1".parse().unwrap()).unwrap();
        let made = address(&base, &["cari", "a b"], &[("q", "loker & kerja")]);
        assert_eq!(made.as_str(), "https://api.contoh.example/v1/cari/a%20b?q=loker+%26+kerja");
    }
}
