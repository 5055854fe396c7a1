//! Jetstream: every post of the network over one WebSocket, without log-in, made to be read by
//! programs. The first protocol goes on from a time and is asked for a little more than is missing;
//! the second goes on from a number and says when it cannot.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use super::POSTS;
use super::event::{self, Position};
use crate::sources::{
    Adapter, Cursor, Door, Event, Given, Keep, OpenError, SetAside, SourceSettings, StreamSource,
    Subscription,
};

const ADAPTER: Adapter = Adapter { name: "bluesky-jetstream", version: 1 };

/// Servers keep their own time: so much before the cursor is asked for again, in microseconds.
const OVERLAP_US: i64 = 5_000_000;
/// From such a hole on between the cursor and the next message the server must have left some out;
/// the network is never silent for so long.
const HOLE: SignedDuration = SignedDuration::from_mins(10);
/// A post is 3 kB of text at most, with its frame far below this; larger messages are not sent.
const MAX_MESSAGE: usize = 128 << 10;
/// How soon to come back after a failure when the config names no `every`.
const EVERY: Duration = Duration::from_secs(30);
/// How late to come back to a server that does not want us when it names no `slowest`.
const SLOWEST: Duration = Duration::from_secs(6 * 3600);
/// The longest `once_for`.
const LONGEST_ONCE: SignedDuration = SignedDuration::from_hours(1);

/// The two protocols of Jetstream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// `/subscribe`, cursors are times.
    #[default]
    V1,
    /// `network.bsky.jetstream.subscribeEvents`, cursors are numbers.
    V2,
}

/// What only Jetstream knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JetstreamSettings {
    /// Where the server is.
    #[serde(default = "base")]
    pub base: Url,
    /// Which protocol it is spoken to in.
    #[serde(default)]
    pub protocol: Protocol,
    /// Which posts are stored.
    #[serde(default)]
    pub keep: Keep,
    /// How long `run --once` reads at most.
    #[serde(
        default = "once_for",
        serialize_with = "jiff::fmt::serde::duration::friendly::compact::required"
    )]
    pub once_for: SignedDuration,
}

fn base() -> Url {
    #[expect(clippy::expect_used, reason = "a constant that parses")]
    Url::parse("wss://jetstream1.us-east.bsky.network").expect("a constant that parses")
}

const fn once_for() -> SignedDuration {
    SignedDuration::from_secs(30)
}

impl SourceSettings for JetstreamSettings {
    const NEEDS_LEGAL_BASIS: bool = false;

    fn open(&self, given: &Given) -> Result<Door, OpenError> {
        if !matches!(self.base.scheme(), "ws" | "wss") || self.base.host_str().is_none() {
            let reason = format!(
                "`{}` bukan alamat Jetstream; tulis alamat yang dimulai dengan wss://, misalnya {}",
                self.base,
                base()
            );
            return Err(OpenError::new("base", reason));
        }
        let once_for = Duration::try_from(self.once_for)
            .ok()
            .filter(|span| !span.is_zero() && self.once_for <= LONGEST_ONCE)
            .ok_or_else(|| {
                let reason = "di luar jangkauan; tulis lamanya waktu dari \"1s\" sampai \"1h\"";
                OpenError::new("once_for", reason)
            })?;
        Ok(Door::Stream(Box::new(Jetstream {
            base: self.base.clone(),
            protocol: self.protocol,
            keep: self.keep,
            once_for,
            interval: given.interval(EVERY, SLOWEST),
        })))
    }
}

/// One server.
struct Jetstream {
    base: Url,
    protocol: Protocol,
    keep: Keep,
    once_for: Duration,
    interval: (u64, u64),
}

impl Jetstream {
    /// What the server is asked to go on from.
    fn asked(&self, position: Position) -> String {
        match (self.protocol, position.seq) {
            (Protocol::V2, Some(seq)) => seq.to_string(),
            _ => position.time_us.saturating_sub(OVERLAP_US).to_string(),
        }
    }
}

impl StreamSource for Jetstream {
    fn adapter(&self) -> Adapter {
        ADAPTER
    }

    fn subscribe(&self, cursor: Option<&Cursor>) -> Subscription {
        let mut url = self.base.clone();
        let (path, collections, protocol) = match self.protocol {
            Protocol::V1 => ("subscribe", "wantedCollections", None),
            Protocol::V2 => {
                let path = "xrpc/network.bsky.jetstream.subscribeEvents";
                (path, "collections", Some("xrpc.v1.json"))
            }
        };
        url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        url.set_fragment(None);
        url.query_pairs_mut()
            .clear()
            .append_pair(collections, POSTS)
            .append_pair("maxMessageSizeBytes", &MAX_MESSAGE.to_string());
        if let Some(position) = cursor.and_then(Position::of) {
            url.query_pairs_mut().append_pair("cursor", &self.asked(position));
        }
        Subscription { url, protocol }
    }

    fn read(&self, message: &[u8]) -> Result<Event, SetAside> {
        event::read(message)
    }

    fn instead_of(&self, cursor: &Cursor) -> Option<Cursor> {
        // A time too old is taken up at the oldest message there is, a number too old is refused.
        let position = Position::of(cursor).filter(|position| position.seq.is_some())?;
        Some(Position { seq: None, ..position }.cursor())
    }

    fn left_out(&self, cursor: &Cursor, first: &Event) -> Option<String> {
        if self.protocol == Protocol::V2 {
            return None;
        }
        let (since, at): (Timestamp, Timestamp) = (Position::of(cursor)?.at()?, first.at?);
        (at.duration_since(since) > HOLE).then(|| format!("nothing between {since} and {at}"))
    }

    fn keep(&self) -> Keep {
        self.keep
    }

    fn max_message(&self) -> usize {
        MAX_MESSAGE
    }

    fn once_for(&self) -> Duration {
        self.once_for
    }

    fn interval(&self) -> (u64, u64) {
        self.interval
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_server_is_an_address() {
        assert_eq!(base().scheme(), "wss");
    }
}
