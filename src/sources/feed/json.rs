//! JSON Feed (versions 1 and 1.1). The items are taken out one by one, up to where the text breaks
//! off; each is given to `feed-rs` in a small feed of its own.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::document::{self, Document, MOST_ITEMS, RawItem, ReadEntry};
use crate::sources::SetAside;

const VERSION: &str = "https://jsonfeed.org/version/1.1";

/// Fields an item can do without when they are not as the standard wants them.
const OPTIONAL: &[&str] = &[
    "attachments",
    "author",
    "authors",
    "tags",
    "date_published",
    "date_modified",
    "external_url",
];

/// What could be read of a feed, however it ended.
#[derive(Default)]
struct Parts<'a> {
    fields: Map<String, Value>,
    items: Option<Vec<&'a RawValue>>,
}

/// Takes a JSON Feed apart.
///
/// # Errors
/// What was found in place of a feed.
pub(super) fn read(text: &str) -> Result<Document, String> {
    let mut parts = Parts::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let end = (&mut parts).deserialize(&mut reader);
    let version = parts.fields.get("version").and_then(Value::as_str).unwrap_or("");
    let items = match (parts.items, &end) {
        (Some(items), Ok(())) => items,
        (Some(items), Err(_)) if !items.is_empty() => items,
        (_, Err(why)) => return Err(format!("expected a JSON Feed, found broken JSON: {why}")),
        (None, Ok(())) => {
            let keys: Vec<_> = parts.fields.keys().take(8).map(String::as_str).collect();
            return Err(format!("expected a JSON Feed, found an object of {}", keys.join(", ")));
        }
    };
    // A feed that breaks off may not have come to its version.
    if !version.contains("jsonfeed.org/version/1") && (end.is_ok() || !version.is_empty()) {
        return Err(format!("expected a JSON Feed of version 1, its version says `{version}`"));
    }
    let mut document = Document {
        older: parts.fields.get("next_url").and_then(Value::as_str).map(str::to_owned),
        ..Document::default()
    };
    document.items = (1..)
        .zip(items.iter().take(MOST_ITEMS))
        .map(|(number, raw)| item(number, raw.get()))
        .collect();
    if items.len() > MOST_ITEMS {
        let reason = format!("more than {MOST_ITEMS} items; those after them were not read");
        document.set_aside.push(SetAside::new("feed", reason, ""));
    }
    if let Err(why) = end {
        let read = items.last().map_or(0, |last| {
            (last.get().as_ptr().addr() - text.as_ptr().addr()) + last.get().len()
        });
        let reason = format!("the feed breaks off after this many items: {why}");
        document.set_aside.push(SetAside::new(
            format!("item {}", items.len() + 1),
            reason,
            text.get(read..).unwrap_or(""),
        ));
    }
    match head(parts.fields) {
        Ok(feed) => document.head = Some(feed),
        Err(why) => {
            let reason = format!("what the feed says of itself cannot be read: {why}");
            document.set_aside.push(SetAside::new("feed", reason, ""));
        }
    }
    Ok(document)
}

fn head(mut fields: Map<String, Value>) -> Result<feed_rs::model::Feed, String> {
    fields.insert("version".into(), VERSION.into());
    fields.insert("items".into(), json!([]));
    fields.entry("title").or_insert_with(|| "".into());
    document::feed(&Value::Object(fields).to_string(), None)
}

fn item(number: usize, raw: &str) -> RawItem {
    let value = serde_json::from_str::<Value>(raw);
    let id = value.as_ref().ok().and_then(|value| value.get("id")).and_then(|id| match id {
        Value::String(id) => Some(id.trim().to_owned()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    });
    let entry = value.map_err(|why| why.to_string()).and_then(|value| match value {
        Value::Object(fields) => entry(fields, id.as_deref()),
        _ => Err("the item is no object".to_owned()),
    });
    let place = id.map_or_else(|| format!("item {number}"), |id| format!("item {id}"));
    RawItem { place, raw: raw.to_owned(), entry }
}

fn entry(mut fields: Map<String, Value>, id: Option<&str>) -> Result<ReadEntry, String> {
    // The standard wants numbers taken as text; `feed-rs` would refuse the whole feed.
    fields.insert("id".into(), id.into());
    let parse = |fields: &Map<String, Value>| {
        let feed = json!({ "version": VERSION, "title": "", "items": [fields] });
        document::feed(&feed.to_string(), None)?.entries.pop().ok_or("no item in it".to_owned())
    };
    let read = |entry, mended| ReadEntry { entry, about: None, html_in_plain: false, mended };
    parse(&fields).map(|entry| read(entry, None)).or_else(|why| {
        let spared: Vec<_> =
            OPTIONAL.iter().filter_map(|name| fields.remove_entry(*name)).collect();
        // Each is given another chance by itself: one bad field need not cost the date.
        for (name, value) in spared {
            fields.insert(name.clone(), value);
            if parse(&fields).is_err() {
                fields.remove(&name);
            }
        }
        parse(&fields).map(|entry| read(entry, Some(why)))
    })
}

impl<'de> DeserializeSeed<'de> for &mut Parts<'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Parts<'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, as a JSON Feed is one")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "items" {
                map.next_value_seed(Items(self.items.insert(Vec::new())))?;
            } else {
                self.fields.insert(key, map.next_value()?);
            }
        }
        Ok(())
    }
}

struct Items<'a, 'de>(&'a mut Vec<&'de RawValue>);

impl<'de> DeserializeSeed<'de> for Items<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element()? {
            self.0.push(item);
        }
        Ok(())
    }
}
