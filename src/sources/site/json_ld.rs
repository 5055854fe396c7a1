//! The structured data of a page (`application/ld+json`), read as its authors meant it: comments,
//! CDATA marks, trailing commas and line breaks inside of strings are mended, the rest is JSON or
//! is left out.

use scraper::Html;
use scraper::node::Node;
use serde_json::Value;

/// Scripts of structured data looked at in one page.
const MOST: usize = 50;
/// Values looked at in one page: a page of good faith stays under a thousand.
const MOST_VALUES: usize = 200_000;

/// What the scripts of structured data say, and why some say nothing.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The documents that could be read.
    pub values: Vec<Value>,
    /// What could not be read: why, and what stood there.
    pub broken: Vec<(String, String)>,
}

/// Reads every script of structured data of a page.
pub(super) fn read(page: &Html) -> Found {
    let mut found = Found::default();
    let scripts = page.root_element().descendent_elements().filter(|element| {
        let tag = element.value();
        tag.name() == "script"
            && tag.attr("type").is_some_and(|kind| {
                kind.trim().to_ascii_lowercase().starts_with("application/ld+json")
            })
    });
    for script in scripts.take(MOST) {
        let mut text = String::new();
        for child in script.children() {
            if let Node::Text(letters) = child.value() {
                text.push_str(letters);
            }
        }
        if text.trim().is_empty() {
            continue;
        }
        // Only what is broken pays for the mending.
        match serde_json::from_str(&text).or_else(|_| serde_json::from_str(&mended(&text))) {
            Ok(value) => found.values.push(value),
            Err(why) => found.broken.push((why.to_string(), text)),
        }
    }
    found
}

/// Every object of this type, however deep (`@graph`, `mainEntity`, lists), in order.
pub(super) fn of_type<'a>(values: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let mut found = Vec::new();
    let mut waiting: Vec<&Value> = values.iter().rev().collect();
    for _ in 0..MOST_VALUES {
        let Some(value) = waiting.pop() else { break };
        match value {
            Value::Array(items) => waiting.extend(items.iter().rev()),
            // What it holds in turn ("similar jobs") are others' ads.
            Value::Object(_) if is_of(value, kind) => found.push(value),
            Value::Object(fields) => waiting.extend(fields.values().rev()),
            _ => {}
        }
    }
    found
}

/// Whether `@type` names this type, with or without its vocabulary.
fn is_of(value: &Value, kind: &str) -> bool {
    let names = |name: &Value| {
        let name = name.as_str().unwrap_or("");
        name.rsplit(['/', ':', '#']).next().is_some_and(|name| name == kind)
    };
    match value.get("@type") {
        Some(Value::Array(types)) => types.iter().any(names),
        Some(name) => names(name),
        None => false,
    }
}

/// The text without what JSON does not know: HTML comments and CDATA marks around it, comments and
/// trailing commas in it, a semicolon at its end, raw line breaks and tabs within strings.
fn mended(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.trim_start_matches('\u{feff}');
    let mut quoted = false;
    while let Some(letter) = rest.chars().next() {
        if quoted {
            let step = match letter {
                '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
                _ => letter.len_utf8(),
            };
            match letter {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                letter if letter.is_control() => out.push(' '),
                _ => out.push_str(&rest[..step]),
            }
            quoted = letter != '"';
            rest = &rest[step..];
            continue;
        }
        let mark = ["<!--", "-->", "<![CDATA[", "]]>"].into_iter().find(|it| rest.starts_with(it));
        if let Some(mark) = mark {
            rest = &rest[mark.len()..];
        } else if rest.starts_with("//") {
            // What follows a comment sign on the line of a CDATA mark is no comment.
            let end = rest.find('\n').unwrap_or(rest.len());
            let cdata = ["<![CDATA[", "]]>"]
                .iter()
                .filter_map(|mark| rest[..end].find(mark).map(|at| at + mark.len()));
            rest = &rest[cdata.min().unwrap_or(end)..];
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |at| &rest[at + 2..]);
        } else {
            match letter {
                '"' => {
                    quoted = true;
                    out.push('"');
                }
                '}' | ']' => {
                    let kept = out.trim_end().trim_end_matches(',').len();
                    out.truncate(kept);
                    out.push(letter);
                }
                _ => out.push(letter),
            }
            rest = &rest[letter.len_utf8()..];
        }
    }
    let kept = out.trim_end().trim_end_matches(';').len();
    out.truncate(kept);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::html;

    #[test]
    fn what_authors_write_is_mended() {
        for (written, same_as) in [
            (r#"{"a":[1,2,],}"#, r#"{"a":[1,2]}"#),
            ("<!--\n{\"a\":1}\n-->", r#"{"a":1}"#),
            ("//<![CDATA[\n{\"a\":1}\n//]]>", r#"{"a":1}"#),
            ("/*<![CDATA[*/{\"a\":1}/*]]>*/", r#"{"a":1}"#),
            ("<![CDATA[ {\"a\":1} ]]>", r#"{"a":1}"#),
            ("{\"a\":\"satu\ndua\tb\"}", r#"{"a":"satu\ndua\tb"}"#),
            ("{\"a\":1 // gaji\n,\"b\":2}", r#"{"a":1,"b":2}"#),
            (r#"{"url":"https://x.example/a,]}//b"};"#, r#"{"url":"https://x.example/a,]}//b"}"#),
            (r#"{"a":"\"}, ]\\",}"#, r#"{"a":"\"}, ]\\"}"#),
        ] {
            let value: Value = serde_json::from_str(&mended(written)).unwrap();
            assert_eq!(value, serde_json::from_str::<Value>(same_as).unwrap(), "{written}");
        }
        for hopeless in ["{", "{a:1}", "{'a':1}", "\"", "{\"a\":\"\\"] {
            assert!(serde_json::from_str::<Value>(&mended(hopeless)).is_err(), "{hopeless}");
        }
    }

    #[test]
    fn ads_are_found_however_deep() {
        let page = html::document(
            r#"<script type="application/ld+json">{"@graph":[{"@type":"WebPage","mainEntity":
               {"@type":["Thing","JobPosting"],"n":1}},{"@type":"JobPosting","n":2}]}</script>
               <script type="Application/LD+JSON; charset=utf-8">[{"@type":"https://schema.org/JobPosting","n":3}]</script>
               <script type="application/ld+json">{"@type":</script>
               <script>{"@type":"JobPosting"}</script>"#,
        )
        .unwrap();
        let found = read(&page);
        let numbers: Vec<_> =
            of_type(&found.values, "JobPosting").iter().map(|it| it["n"].as_u64()).collect();
        assert_eq!(numbers, [Some(1), Some(2), Some(3)]);
        assert_eq!(found.broken.len(), 1);
    }

    #[test]
    fn nesting_without_end_is_refused_in_time() {
        let deep = "[".repeat(1_000_000);
        assert!(serde_json::from_str::<Value>(&mended(&deep)).is_err());
        let commas = format!("[{}]", ",".repeat(1_000_000));
        let _ = mended(&commas);
        let closes = format!("[{}", "1,]".repeat(300_000));
        let _ = mended(&closes);
    }
}
