//! A line of JSONL: the row `waspada scan` reads, or a whole post as this program writes it.

use serde_json::error::Category;
use serde_json::{Map, Value};

use super::Reading;
use crate::post::{Platform, Post};

pub(in super::super) fn read(line: &str, platform: &Platform) -> Reading {
    let mut fields: Map<String, Value> = match serde_json::from_str(line) {
        Ok(fields) => fields,
        Err(error) => return Reading::Bad(reason(&error)),
    };
    // Only a serialised post has this key.
    if !fields.contains_key("native_id") {
        return super::read(|name| fields.get(name), platform);
    }
    fields.entry("platform").or_insert_with(|| platform.as_str().into());
    match serde_json::from_value::<Post>(Value::Object(fields)) {
        Ok(post) => {
            let id = Some(post.key.native_id.clone()).filter(|id| !id.trim().is_empty());
            super::finish(post, id)
        }
        Err(error) => Reading::Bad(format!("bukan kiriman yang utuh: {error}")),
    }
}

fn reason(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Data => "bukan objek JSON ({…})".into(),
        Category::Eof => "JSON terpotong: baris berakhir sebelum objeknya ditutup".into(),
        Category::Syntax | Category::Io => {
            format!("JSON salah tulis di kolom {}", error.column())
        }
    }
}
