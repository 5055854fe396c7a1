//! Zeeschuimer NDJSON: what a person saw in a browser, one item a line, each as its platform sent
//! it. Where it was seen is kept without device ids and tokens.

mod facebook;
mod instagram;
mod tiktok;
mod x;

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use super::name_missing;
use crate::post::Post;

/// Whether an object is an item of this format.
pub(in crate::sources) fn is_item(fields: &Map<String, Value>) -> bool {
    fields.get("source_platform").is_some_and(Value::is_string)
        && fields.get("data").is_some_and(Value::is_object)
}

/// An item as a post; why not, where it cannot be one.
pub(in crate::sources) fn read(fields: &Map<String, Value>) -> Result<Post, String> {
    let platform = fields.get("source_platform").and_then(Value::as_str).unwrap_or_default();
    let data = fields.get("data").unwrap_or(&Value::Null);
    let name = platform.trim_start_matches("www.");
    let mut post = match name {
        "tiktok.com" => tiktok::video(data),
        "tiktok-comments" | "tiktok.com-comments" => tiktok::comment(data),
        "twitter.com" | "x.com" => x::read(data),
        "instagram.com" => instagram::post(data),
        "threads.net" | "threads.com" => instagram::thread(data),
        "facebook.com" => facebook::read(data),
        _ => {
            return Err(format!(
                "platform `{platform}` belum dapat dibaca dari Zeeschuimer; butirnya disimpan"
            ));
        }
    };
    if post.key.native_id.is_empty() {
        post.key.native_id = super::identity(fields.get("item_id").unwrap_or(&Value::Null), &[""])
            .unwrap_or_default();
    }
    name_missing(&mut post);
    if fields.get("_zs_partial").is_some_and(|partial| partial != &Value::Bool(false)) {
        post.missing_fields.push("_zs_partial".to_owned());
    }
    Ok(post)
}

/// The row without what identifies the browser it was seen in, otherwise as it was, whole or cut.
pub(in crate::sources) fn without_device(row: &str) -> Cow<'_, str> {
    // `None` only if the patterns below were wrong, which the tests of this module would show.
    static SEEN_AT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r#"("source_(?:platform_)?url"\s*:\s*"(?:[^"\\?#]|\\.)*)[?#](?:[^"\\]|\\.)*(?:"|$)"#,
        )
        .ok()
    });
    static BROWSER: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"("user_agent"\s*:\s*")(?:[^"\\]|\\.)*(?:"|$)"#).ok());
    // A file of another make may well have addresses of posts under that name.
    if !row.contains("\"source_platform\"") {
        return Cow::Borrowed(row);
    }
    [&SEEN_AT, &BROWSER].into_iter().fold(Cow::Borrowed(row), |row, pattern| {
        let Some(pattern) = pattern.as_ref() else { return row };
        match pattern.replace_all(&row, "${1}\"") {
            Cow::Borrowed(_) => row,
            Cow::Owned(replaced) => Cow::Owned(replaced),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_ids_and_tokens_go_and_the_rest_stays() {
        for (row, kept) in [
            (
                r#"{"source_platform":"tiktok.com","source_url":"https://www.tiktok.example/api?device_id=7&msToken=a\"b#x","user_agent":"Peramban/1","data":{"q":"?a"}}"#,
                r#"{"source_platform":"tiktok.com","source_url":"https://www.tiktok.example/api","user_agent":"","data":{"q":"?a"}}"#,
            ),
            (r#"{"source_platform" : "x.com", "source_url": "https://x.example/i"}"#, ""),
            (
                r#"{"source_platform":"tiktok.com","source_url":"https://www.tiktok.example/?device_id=7"#,
                r#"{"source_platform":"tiktok.com","source_url":"https://www.tiktok.example/""#,
            ),
            (r#"{"text":"a","source_url":"https://forum.example/?p=7"}"#, ""),
            (r#"{"text":"\"user_agent\":\"a\" \"source_url\":\"b?c\""}"#, ""),
        ] {
            let kept = if kept.is_empty() { row } else { kept };
            assert_eq!(without_device(row), kept);
            assert_eq!(without_device(kept), kept, "twice is as once");
        }
    }
}
