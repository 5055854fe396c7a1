//! Values of a row as the types of a post: times, accounts, media. `None` where a value cannot be
//! read: it is never guessed.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::post::{Account, Media, MediaKind};

/// Above this a number of seconds since 1970 would lie after the year 5000: it counts milliseconds.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// A time: RFC 3339, or seconds or milliseconds since 1970. One without a zone is read as UTC, as
/// exporters write it.
pub(in crate::sources) fn time(value: &Value) -> Option<Timestamp> {
    let text = match value {
        Value::Number(number) => return since_1970(number.as_i64()?),
        value => value.as_str()?.trim(),
    };
    if text.len() >= 9 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return since_1970(text.parse().ok()?);
    }
    let utc = |time: DateTime| TimeZone::UTC.to_timestamp(time).ok();
    text.parse()
        .ok()
        .or_else(|| utc(text.parse().ok()?))
        .or_else(|| utc(text.parse::<Date>().ok()?.at(0, 0, 0, 0)))
}

fn since_1970(number: i64) -> Option<Timestamp> {
    if number >= MILLISECONDS_FROM {
        Timestamp::from_millisecond(number).ok()
    } else {
        Timestamp::from_second(number).ok()
    }
}

/// A platform's id, which some write as a number.
pub(in crate::sources) fn identity(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What a bare word of an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sources) enum Bare {
    /// The name shown.
    Name,
    /// The handle, unless it holds a space.
    Handle,
}

/// An account: a bare text (`@` marks a handle) or an object.
pub(in crate::sources) fn account(value: &Value, bare: Bare) -> Option<Account> {
    match value {
        Value::String(text) => Some(named(text.trim(), bare)),
        Value::Object(fields) => described(fields),
        _ => None,
    }
}

fn named(text: &str, bare: Bare) -> Account {
    let handle = text.strip_prefix('@');
    let is_handle = handle.is_some() || bare == Bare::Handle;
    if is_handle && !text.contains(char::is_whitespace) {
        Account { handle: Some(handle.unwrap_or(text).to_owned()), ..Account::default() }
    } else {
        Account { name: Some(text.to_owned()), ..Account::default() }
    }
}

fn described(fields: &Map<String, Value>) -> Option<Account> {
    let first = |names: &[&str]| {
        names.iter().filter_map(|name| identity(fields.get(*name)?)).find(|value| !value.is_empty())
    };
    let account = Account {
        native_id: first(&["native_id", "id"]),
        handle: first(&["handle", "username"])
            .map(|handle| handle.strip_prefix('@').map(str::to_owned).unwrap_or(handle)),
        name: first(&["name", "display_name"]),
        url: first(&["url"]),
    };
    (account != Account::default()).then_some(account)
}

/// Media: an address, several with blanks, commas or bars between them, objects, or a list of any.
pub(in crate::sources) fn media(value: &Value) -> Option<Vec<Media>> {
    match value {
        Value::String(text) => Some(addresses(text)),
        Value::Object(fields) => {
            let url = fields.get("url").and_then(Value::as_str).map(str::to_owned);
            let kind = match fields.get("kind") {
                Some(named) => serde_json::from_value(named.clone()).unwrap_or(MediaKind::File),
                None => kind(url.as_deref()?),
            };
            Some(vec![Media { kind, url }])
        }
        Value::Array(items) => {
            items.iter().map(media).collect::<Option<Vec<_>>>().map(|media| media.concat())
        }
        _ => None,
    }
}

/// Addresses of media with blanks, commas or bars between them.
pub(in crate::sources) fn addresses(text: &str) -> Vec<Media> {
    text.split(|letter: char| letter.is_whitespace() || ",;|".contains(letter))
        .filter(|address| !address.is_empty())
        .map(|address| Media { kind: kind(address), url: Some(address.to_owned()) })
        .collect()
}

/// The kind of what an address names, by the ending of its path.
pub(in crate::sources) fn kind(address: &str) -> MediaKind {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    match ending.as_str() {
        "jpg" | "jpeg" | "png" | "webp" | "gif" | "avif" => MediaKind::Image,
        "mp4" | "webm" | "mov" | "m4v" => MediaKind::Video,
        "mp3" | "ogg" | "oga" | "m4a" | "opus" => MediaKind::Audio,
        _ => MediaKind::File,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_as_exporters_write_them() {
        for (value, expected) in [
            (json!("2026-01-02T03:04:05Z"), Some("2026-01-02T03:04:05Z")),
            (json!("2026-01-02T10:04:05+07:00"), Some("2026-01-02T03:04:05Z")),
            (json!("2026-01-02 03:04:05"), Some("2026-01-02T03:04:05Z")),
            (json!("2026-01-02"), Some("2026-01-02T00:00:00Z")),
            (json!(1_767_323_045), Some("2026-01-02T03:04:05Z")),
            (json!(1_767_323_045_000_u64), Some("2026-01-02T03:04:05Z")),
            (json!("1767323045"), Some("2026-01-02T03:04:05Z")),
            (json!("kemarin sore"), None),
            (json!("02/01/2026"), None),
            (json!({ "$date": 1 }), None),
        ] {
            let expected = expected.map(|text| text.parse::<Timestamp>().unwrap());
            assert_eq!(time(&value), expected, "{value}");
        }
    }

    #[test]
    fn accounts_as_text_or_object() {
        let account = |native_id: &str, handle: &str, name: &str| Account {
            native_id: Some(native_id.to_owned()).filter(|text| !text.is_empty()),
            handle: Some(handle.to_owned()).filter(|text| !text.is_empty()),
            name: Some(name.to_owned()).filter(|text| !text.is_empty()),
            url: None,
        };
        for (value, bare, expected) in [
            (json!("Contoh Jaya"), Bare::Name, Some(account("", "", "Contoh Jaya"))),
            (json!("@contoh"), Bare::Name, Some(account("", "contoh", ""))),
            (json!("contoh"), Bare::Handle, Some(account("", "contoh", ""))),
            (json!("Contoh Jaya"), Bare::Handle, Some(account("", "", "Contoh Jaya"))),
            (
                json!({ "id": 7, "username": "@contoh", "name": "Contoh" }),
                Bare::Name,
                Some(account("7", "contoh", "Contoh")),
            ),
            (json!({ "followers": 3 }), Bare::Name, None),
            (json!(7), Bare::Name, None),
        ] {
            assert_eq!(super::account(&value, bare), expected, "{value}");
        }
    }

    #[test]
    fn media_of_any_shape() {
        let image = |url: &str| Media { kind: MediaKind::Image, url: Some(url.to_owned()) };
        for (value, expected) in [
            (
                json!("https://a.invalid/1.jpg?x=1"),
                Some(vec![image("https://a.invalid/1.jpg?x=1")]),
            ),
            (json!("1.png, 2.png"), Some(vec![image("1.png"), image("2.png")])),
            (
                json!([{ "kind": "video" }, "1.png"]),
                Some(vec![Media { kind: MediaKind::Video, url: None }, image("1.png")]),
            ),
            (json!([]), Some(vec![])),
            (json!(3), None),
            (json!([3]), None),
        ] {
            assert_eq!(media(&value), expected, "{value}");
        }
    }
}
