//! A row of a file as a post: the names its fields may have, and what is made of their values. A
//! row without a text or with an unusable identity is bad; any other field that cannot be read is
//! named in `missing_fields` and the post goes on without it.

pub(super) mod csv;
pub(super) mod jsonl;
pub(super) mod text;
pub(in crate::sources) mod values;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::post::{Hasher, Platform, Post, PostKind};
use crate::sources::exports::Ways;
use crate::sources::exports::telegram::{self, Chat};
use crate::sources::exports::whatsapp::{self, Style};

/// What a row turned out to be.
#[derive(Debug, PartialEq)]
pub(super) enum Reading {
    /// A post.
    Post(Box<Post>),
    /// A row of the right shape that carries nothing to read, such as a picture without a caption.
    Nothing,
    /// Not a row, and why.
    Bad(String),
}

/// What a column or key may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Id,
    Text,
    Title,
    Platform,
    Url,
    Author,
    Handle,
    CreatedAt,
    ReplyTo,
    Media,
}

/// The names of fields; of several for one field the first in this list that holds something counts.
const NAMES: &[(&str, Field)] = &[
    ("id", Field::Id),
    ("text", Field::Text),
    ("body", Field::Text),
    ("content", Field::Text),
    ("message", Field::Text),
    ("caption", Field::Text),
    ("teks", Field::Text),
    ("isi", Field::Text),
    ("pesan", Field::Text),
    ("title", Field::Title),
    ("judul", Field::Title),
    ("platform", Field::Platform),
    ("url", Field::Url),
    ("permalink", Field::Url),
    ("link", Field::Url),
    ("tiktok_url", Field::Url),
    ("post_url", Field::Url),
    ("tautan", Field::Url),
    ("author", Field::Author),
    ("penulis", Field::Author),
    ("username", Field::Handle),
    ("user", Field::Handle),
    ("akun", Field::Handle),
    ("created_at", Field::CreatedAt),
    ("unix_timestamp", Field::CreatedAt),
    ("timestamp", Field::CreatedAt),
    ("created", Field::CreatedAt),
    ("date", Field::CreatedAt),
    ("tanggal", Field::CreatedAt),
    ("waktu", Field::CreatedAt),
    ("reply_to", Field::ReplyTo),
    ("media", Field::Media),
];

/// The names of the fields a column can be mapped to.
const FIELDS: [(&str, Field); 10] = [
    ("id", Field::Id),
    ("text", Field::Text),
    ("title", Field::Title),
    ("platform", Field::Platform),
    ("url", Field::Url),
    ("author", Field::Author),
    ("handle", Field::Handle),
    ("created_at", Field::CreatedAt),
    ("reply_to", Field::ReplyTo),
    ("media", Field::Media),
];

/// The names of the fields a column can be mapped to, for messages.
pub(in crate::sources) fn fields() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|(name, _)| *name)
}

/// The names a field may have: what the operator says first, then the usual ones.
pub(super) struct Names<'a>(Vec<(&'a str, Field)>);

impl<'a> Names<'a> {
    pub(super) fn new(columns: &'a BTreeMap<String, String>) -> Self {
        let mapped = columns.iter().filter_map(|(name, column)| {
            let (_, field) = FIELDS.iter().find(|(known, _)| known == name)?;
            Some((column.as_str(), *field))
        });
        Self(mapped.chain(NAMES.iter().copied()).collect())
    }

    fn is_known(&self, column: &str) -> bool {
        self.0.iter().any(|(name, _)| is_same(name, column))
    }

    fn is_text(&self, column: &str) -> bool {
        self.of(Field::Text).any(|name| is_same(name, column))
    }

    fn of(&self, field: Field) -> impl Iterator<Item = &'a str> + use<'_, 'a> {
        self.0.iter().filter(move |(_, named)| *named == field).map(|(name, _)| *name)
    }

    /// The names a text may have, for messages.
    pub(super) fn of_text(&self) -> String {
        let names: Vec<String> = self.of(Field::Text).map(|name| format!("`{name}`")).collect();
        names.join(", ")
    }
}

/// Whether a column, in lower case, is the one of this name, however it is written.
fn is_same(name: &str, column: &str) -> bool {
    let name = name.trim();
    column.eq_ignore_ascii_case(name) || (!name.is_ascii() && column == name.to_lowercase())
}

/// Makes a post of a row's fields; `value` gives the value of a field by its name, if it is there.
fn read<'a>(value: impl Fn(&str) -> Option<&'a Value>, ways: &Ways) -> Reading {
    let names = Names::new(&ways.columns);
    let first = |field| {
        names.of(field).find_map(|name| {
            let value = value(name).filter(|value| !value.is_null())?;
            let blank = value.as_str().is_some_and(|text| text.trim().is_empty());
            (!blank).then_some((name, value))
        })
    };
    let text = match first(Field::Text) {
        Some((_, Value::String(text))) => text,
        Some((name, _)) => return Reading::Bad(format!("`{name}` bukan teks")),
        None if first(Field::Title).is_some() => "",
        None if names.of(Field::Text).any(|name| value(name).is_some()) => "",
        None => return Reading::Bad(format!("tidak ada teks; yang dicari: {}", names.of_text())),
    };
    let id = match first(Field::Id) {
        None => None,
        Some((_, Value::String(id))) => Some(id.trim().to_owned()),
        Some((_, Value::Number(id))) => Some(id.to_string()),
        Some((name, _)) => return Reading::Bad(format!("`{name}` bukan teks atau angka")),
    };
    let mut missing = Vec::new();
    let mut post = Post::new(ways.platform.clone(), "", text);
    let mut take = |field, into: &mut dyn FnMut(&Value) -> Option<()>| {
        if let Some((name, value)) = first(field)
            && into(value).is_none()
        {
            missing.push(name.to_owned());
        }
    };
    take(Field::Platform, &mut |value| {
        post.key.platform = Platform::from(value.as_str()?);
        Some(())
    });
    take(Field::Title, &mut |value| {
        post.title = Some(value.as_str()?.to_owned());
        Some(())
    });
    take(Field::Url, &mut |value| {
        post.url = Some(value.as_str()?.trim().to_owned());
        Some(())
    });
    take(Field::Handle, &mut |value| {
        post.author = Some(values::account(value, values::Bare::Handle)?);
        Some(())
    });
    take(Field::Author, &mut |value| {
        let author = values::account(value, values::Bare::Name)?;
        let handle = post.author.take().and_then(|known| known.handle);
        post.author = Some(crate::post::Account { handle: author.handle.or(handle), ..author });
        Some(())
    });
    take(Field::CreatedAt, &mut |value| {
        post.created_at = Some(values::time(value)?);
        Some(())
    });
    take(Field::ReplyTo, &mut |value| {
        post.reply_to = Some(values::identity(value)?);
        post.kind = PostKind::Reply;
        Some(())
    });
    take(Field::Media, &mut |value| {
        post.media = values::media(value)?;
        Some(())
    });
    post.missing_fields = missing;
    finish(post, id)
}

/// A message of Telegram Desktop.
pub(super) fn telegram(message: &str, chat: Option<&Chat>, ways: &Ways) -> Reading {
    let read = telegram::read(message, chat.unwrap_or(&Chat::default()), ways);
    read.transpose().map_or(Reading::Nothing, exported)
}

/// A message of WhatsApp, from a file of this name.
pub(super) fn whatsapp(message: &str, style: Style, ways: &Ways, file: &str) -> Reading {
    whatsapp::read(message, style, ways, file).map_or(Reading::Nothing, |post| exported(Ok(post)))
}

/// A post an export's own reader made, or why it made none.
fn exported(post: Result<Post, String>) -> Reading {
    match post {
        Ok(post) => {
            let id = Some(post.key.native_id.clone()).filter(|id| !id.is_empty());
            finish(post, id)
        }
        Err(reason) => Reading::Bad(reason),
    }
}

/// Gives a post its identity, or says that there is nothing to read in it.
fn finish(mut post: Post, id: Option<String>) -> Reading {
    if post.reading().trim().is_empty() {
        return Reading::Nothing;
    }
    post.key.native_id = id.unwrap_or_else(|| digest(&post));
    Reading::Post(Box::new(post))
}

/// An identity from the content alone: the same row in another file, be it of another format, is
/// the same post.
fn digest(post: &Post) -> String {
    let mut hasher = Hasher::new();
    hasher.field(post.reading().replace("\r\n", "\n").trim().as_bytes());
    let author = post.author.as_ref();
    let name = author.and_then(|author| {
        author.native_id.as_ref().or(author.handle.as_ref()).or(author.name.as_ref())
    });
    let time = post.created_at.map(|time| time.to_string());
    for field in [post.url.as_ref(), name, time.as_ref()] {
        hasher.field(field.map_or(&[], |field| field.as_bytes()));
    }
    format!("sha256:{}", hasher.finish())
}
