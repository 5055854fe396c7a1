//! Bluesky's doors as the pipeline drives them: what is read from each message of both protocols
//! of Jetstream, where it goes on from, and every real message of the shared fixtures.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test")]

mod shared;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use waspada::sources::bluesky::JetstreamSettings;
use waspada::sources::{
    Cursor, Door, Event, Given, Keep, News, SetAside, SourceSettings as _, StreamSource,
};

fn given() -> Given {
    Given { name: "langit".into(), folder: PathBuf::new(), every: None, slowest: None }
}

/// A stream with these settings, or the key that cannot be.
fn stream(settings: &str) -> Result<Box<dyn StreamSource>, &'static str> {
    let settings: JetstreamSettings = toml::from_str(settings).unwrap();
    match settings.open(&given()) {
        Ok(Door::Stream(source)) => Ok(source),
        Ok(Door::Web(_) | Door::Files(_)) => panic!("a stream"),
        Err(error) => Err(error.key),
    }
}

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bluesky");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn read(line: &str) -> Result<Event, SetAside> {
    stream("").unwrap().read(line.as_bytes())
}

/// What is read from messages, as a person would note it down.
fn written(lines: &str) -> String {
    let mut out = String::new();
    for line in lines.lines() {
        match read(line) {
            Ok(Event { cursor, at, key, news }) => {
                let cursor = serde_json::to_string(&cursor).unwrap();
                let at = at.map(|at| at.to_string()).unwrap_or_default();
                writeln!(out, "{at} {cursor} {key:?}").unwrap();
                match news {
                    News::Post { post, edit, regional } => {
                        let post = serde_json::to_string_pretty(&post).unwrap();
                        writeln!(out, "post, edit {edit}, regional {regional}: {post}").unwrap();
                    }
                    news => writeln!(out, "{news:?}").unwrap(),
                }
            }
            Err(item) => writeln!(out, "set aside: {}: {}", item.reason, item.raw).unwrap(),
        }
    }
    out
}

#[test]
fn every_message_of_both_protocols() {
    for protocol in ["jetstream-v1", "jetstream-v2"] {
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(protocol, written(&fixture(&format!("{protocol}.jsonl"))));
        });
    }
}

#[test]
fn a_stream_is_asked_to_go_on_from_where_it_ended() {
    let v1 = "base = 'ws://127.0.0.1:9/'\n";
    let v2 = "base = 'ws://127.0.0.1:9/jet'\nprotocol = 'v2'\n";
    let first = "ws://127.0.0.1:9/subscribe?wantedCollections=app.bsky.feed.post&maxMessageSizeBytes=131072";
    let second = "ws://127.0.0.1:9/jet/xrpc/network.bsky.jetstream.subscribeEvents?collections=app.bsky.feed.post&maxMessageSizeBytes=131072";
    let timed = serde_json::json!({ "time_us": 1_793_000_009_000_000_u64 });
    let numbered = serde_json::json!({ "time_us": 1_793_000_009_000_000_u64, "seq": 9001 });
    let five_seconds_before = "&cursor=1793000004000000";
    for (settings, cursor, url, more) in [
        (v1, None, first, ""),
        (v1, Some(&timed), first, five_seconds_before),
        (v1, Some(&numbered), first, five_seconds_before),
        (v2, None, second, ""),
        (v2, Some(&timed), second, five_seconds_before),
        (v2, Some(&numbered), second, "&cursor=9001"),
        // A cursor of another kind of source under the same name.
        (v1, Some(&serde_json::json!(["feed"])), first, ""),
    ] {
        let stream = stream(settings).unwrap();
        let cursor = cursor.map(|cursor| Cursor(cursor.clone()));
        let subscription = stream.subscribe(cursor.as_ref());
        assert_eq!(subscription.url.as_str(), format!("{url}{more}"));
        assert_eq!(subscription.protocol.is_some(), settings == v2);
    }
    let stream = stream(v2).unwrap();
    let next = stream.instead_of(&Cursor(numbered)).unwrap();
    assert_eq!(next, Cursor(timed), "a number too old is followed by its time");
    assert_eq!(stream.instead_of(&next), None, "and that by now");
}

#[test]
fn a_hole_is_seen_where_the_server_says_nothing_of_it() {
    let stream = stream("").unwrap();
    let event = |time_us: u64| {
        read(&format!(r#"{{"did":"did:plc:a","time_us":{time_us},"kind":"x"}}"#)).unwrap()
    };
    let cursor = event(1_793_000_000_000_000).cursor.unwrap();
    assert_eq!(stream.left_out(&cursor, &event(1_793_000_100_000_000)), None);
    assert_eq!(stream.left_out(&cursor, &event(1_792_999_995_000_000)), None);
    let hole = stream.left_out(&cursor, &event(1_793_003_600_000_000)).unwrap();
    assert_eq!(hole, "nothing between 2026-10-26T07:33:20Z and 2026-10-26T08:33:20Z");
}

#[test]
fn settings_have_polite_defaults_and_limits() {
    let stream_of = |settings: &str| stream(settings);
    let plain = stream_of("").unwrap();
    assert_eq!(plain.keep(), Keep::Flagged);
    assert_eq!(plain.once_for(), Duration::from_secs(30));
    assert_eq!(plain.interval(), (30, 21_600));
    assert_eq!(plain.subscribe(None).url.scheme(), "wss");
    assert_eq!(stream_of("keep = 'indonesian'").unwrap().keep(), Keep::Indonesian);
    for (settings, key) in [
        ("base = 'https://jetstream.contoh.example/'", "base"),
        ("base = 'data:text/plain,x'", "base"),
        ("once_for = '0s'", "once_for"),
        ("once_for = '2h'", "once_for"),
    ] {
        assert_eq!(stream_of(settings).err(), Some(key), "{settings}");
    }
    assert!(toml::from_str::<JetstreamSettings>("keep = 'semua'").is_err());
}

/// Every real message of the shared fixtures, and each of them cut short at many places.
#[test]
fn every_real_message() {
    let Some(folder) = shared::shared("fixtures/bluesky") else { return };
    let (mut posts, mut gone, mut handles, mut nothing) = (0, 0, 0, 0);
    let mut links = 0;
    for name in ["jetstream_v1_corpus.jsonl", "jetstream_v1_golden.jsonl"] {
        for line in std::fs::read_to_string(folder.join(name)).unwrap().lines() {
            let event = read(line).unwrap_or_else(|item| panic!("{}: {line}", item.reason));
            assert!(event.cursor.is_some() && event.at.is_some(), "{line}");
            match event.news {
                News::Post { post, edit, .. } => {
                    assert!(!edit && post.missing_fields.is_empty(), "{line}");
                    links += post.links.len();
                    posts += 1;
                }
                News::Deleted { .. } => gone += 1,
                News::Handle { handle, .. } => {
                    assert_eq!(handle, None, "these say only that something changed");
                    handles += 1;
                }
                News::Nothing => nothing += 1,
                other => panic!("{other:?}: {line}"),
            }
            for cut in (0..line.len()).step_by(7).filter(|cut| line.is_char_boundary(*cut)) {
                assert!(read(&line[..cut]).is_err(), "{}", &line[..cut]);
            }
        }
    }
    assert_eq!((posts, gone, handles, nothing), (18, 1, 2, 141));
    assert_eq!(links, 5);
}
