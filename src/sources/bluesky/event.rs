//! One message of Jetstream, in both its protocols, as an event. Messages of kinds and collections
//! we do not read, and fields we do not know, are nothing to us; a message without what its kind
//! needs is set aside.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::POSTS;
use super::record::{self, Place};
use crate::post::{Platform, PostKey};
use crate::sources::{Cursor, Event, News, SetAside};

/// Where a stream stands. The time goes with both protocols, so that a source can change from one
/// to the other and lose nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// When the server saw the last message, in microseconds since 1970.
    pub(super) time_us: i64,
    /// The number of that message, where messages are numbered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seq: Option<u64>,
}

impl Position {
    pub(super) fn of(cursor: &Cursor) -> Option<Self> {
        serde_json::from_value(cursor.0.clone()).ok()
    }

    pub(super) fn cursor(self) -> Cursor {
        Cursor(serde_json::to_value(self).unwrap_or_default())
    }

    pub(super) fn at(self) -> Option<Timestamp> {
        Timestamp::from_microsecond(self.time_us).ok()
    }
}

/// A message, whichever protocol it came by.
struct Message<'a> {
    did: &'a str,
    at: Position,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Commit(&'a Map<String, Value>),
    Identity(&'a Map<String, Value>),
    Account(&'a Map<String, Value>),
    Other,
}

/// Reads a message of either protocol.
pub(super) fn read(message: &[u8]) -> Result<Event, SetAside> {
    let raw = String::from_utf8_lossy(message);
    let refuse = |reason: String| SetAside::new("message", reason, &raw);
    let value: Value =
        serde_json::from_slice(message).map_err(|why| refuse(format!("no JSON: {why}")))?;
    let envelope = value.as_object().ok_or_else(|| refuse("no JSON object".into()))?;
    let event = match (text(envelope, "$type"), object(envelope, "payload")) {
        (Some("error"), _) => Ok(aside(News::Ended(notice(envelope, "error")))),
        (_, Some(payload)) => second(payload),
        (_, None) => first(envelope).and_then(|message| event(&message)),
    };
    event.map_err(|why| refuse(why.to_owned()))
}

/// An event that has no place in the stream.
fn aside(news: News) -> Event {
    Event { cursor: None, at: None, key: String::new(), news }
}

/// A message of the first protocol.
fn first(message: &Map<String, Value>) -> Result<Message<'_>, &'static str> {
    let time_us = message.get("time_us").and_then(Value::as_i64).ok_or("`time_us` is missing")?;
    let part = |name| object(message, name).ok_or("the part its kind names is missing");
    let kind = match text(message, "kind").ok_or("`kind` is missing")? {
        "commit" => Kind::Commit(part("commit")?),
        "identity" => Kind::Identity(part("identity")?),
        "account" => Kind::Account(part("account")?),
        _ => Kind::Other,
    };
    Ok(Message { did: did(message)?, at: Position { time_us, seq: None }, kind })
}

/// A message of the second protocol, out of its envelope.
fn second(payload: &Map<String, Value>) -> Result<Event, &'static str> {
    let kind = text(payload, "$type").and_then(|kind| kind.split_once('#'));
    let (_, kind) = kind.ok_or("`payload.$type` names no kind of message")?;
    if kind == "info" {
        return Ok(aside(News::Gap(notice(payload, "name"))));
    }
    let seq = payload.get("seq").and_then(Value::as_u64).ok_or("`seq` is missing")?;
    let time: Option<Timestamp> = text(payload, "time").and_then(|time| time.parse().ok());
    let time_us = time.ok_or("`time` is missing or is no time")?.as_microsecond();
    let part = |name| object(payload, name).ok_or("the part its kind names is missing");
    let kind = match kind {
        "commit" => Kind::Commit(payload),
        "identity" => Kind::Identity(part("identity")?),
        "account" => Kind::Account(part("account")?),
        _ => Kind::Other,
    };
    event(&Message { did: did(payload)?, at: Position { time_us, seq: Some(seq) }, kind })
}

fn event(message: &Message<'_>) -> Result<Event, &'static str> {
    let (key, news) = match message.kind {
        Kind::Commit(commit) => self::commit(message, commit)?,
        Kind::Identity(identity) => {
            let handle = text(identity, "handle").filter(|handle| *handle != "handle.invalid");
            let handle = handle.map(str::to_owned);
            (String::new(), News::Handle { account: message.did.to_owned(), handle })
        }
        Kind::Account(account) => self::account(message, account)?,
        Kind::Other => (String::new(), News::Nothing),
    };
    Ok(Event { cursor: Some(message.at.cursor()), at: message.at.at(), key, news })
}

fn commit(
    message: &Message<'_>,
    commit: &Map<String, Value>,
) -> Result<(String, News), &'static str> {
    let collection = text(commit, "collection").ok_or("`collection` is missing")?;
    if collection != POSTS {
        return Ok((String::new(), News::Nothing));
    }
    let rkey = text(commit, "rkey").filter(|key| record::is_key(key));
    let place = Place { did: message.did, rkey: rkey.ok_or("`rkey` is missing or no record key")? };
    let operation = text(commit, "operation").ok_or("`operation` is missing")?;
    let uri = place.uri();
    let key = format!("{uri} {} {operation}", text(commit, "rev").unwrap_or_default());
    let news = match operation {
        "create" | "update" => {
            let record = object(commit, "record").ok_or("`record` is missing")?;
            let mut post = record::post(&place, record);
            post.edited = operation == "update";
            post.created_at = record::not_after(post.created_at, message.at.at());
            News::Post {
                edit: post.edited,
                regional: record::is_regional(record),
                post: Box::new(post),
            }
        }
        "delete" => News::Deleted {
            copies: record::copies_of(&uri),
            key: PostKey { platform: Platform::Bluesky, native_id: uri },
        },
        _ => News::Nothing,
    };
    Ok((key, news))
}

/// An account that is not active is not to be shown. Two states are about the servers between it
/// and us and say nothing of what its owner or its host wants.
fn account(
    message: &Message<'_>,
    account: &Map<String, Value>,
) -> Result<(String, News), &'static str> {
    let active = account.get("active").and_then(Value::as_bool).ok_or("`active` is missing")?;
    let status = text(account, "status").unwrap_or_default();
    if active || matches!(status, "desynchronized" | "throttled") {
        return Ok((String::new(), News::Nothing));
    }
    let seq = account.get("seq").and_then(Value::as_u64).unwrap_or_default();
    let news =
        News::AccountGone { platform: Platform::Bluesky, prefix: format!("at://{}/", message.did) };
    Ok((format!("{} {seq} gone", message.did), news))
}

/// What a notice of the server says.
fn notice(notice: &Map<String, Value>, name: &str) -> String {
    let name = text(notice, name).unwrap_or("unnamed");
    text(notice, "message").map_or_else(|| name.to_owned(), |message| format!("{name}: {message}"))
}

fn did(message: &Map<String, Value>) -> Result<&str, &'static str> {
    text(message, "did").filter(|did| record::is_did(did)).ok_or("`did` is missing or no DID")
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str()
}

fn object<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Map<String, Value>> {
    object.get(key)?.as_object()
}
