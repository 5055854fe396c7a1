//! A line of JSONL: the row `waspada scan` reads, a whole post as this program writes it, or an
//! item of Zeeschuimer. Each line is told apart by itself: files are often glued together.

use serde_json::error::Category;
use serde_json::{Map, Value};

use super::Reading;
use crate::post::Post;
use crate::sources::exports::{Ways, zeeschuimer};

pub(in super::super) fn read(line: &str, ways: &Ways) -> Reading {
    let mut fields: Map<String, Value> = match serde_json::from_str(line) {
        Ok(fields) => fields,
        Err(error) => return Reading::Bad(reason(&error)),
    };
    if zeeschuimer::is_item(&fields) {
        return super::exported(zeeschuimer::read(&fields));
    }
    // Only a serialised post has this key.
    if !fields.contains_key("native_id") {
        return super::read(|name| fields.get(name), ways);
    }
    fields.entry("platform").or_insert_with(|| ways.platform.as_str().into());
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
