//! Watched accounts of Bluesky as the pipeline drives them: entries of every kind, how far a visit
//! walks, the answer of a real server, and `304` through the real binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test")]

mod fetch_server;
mod shared;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use fetch_server::{Reply, Server};
use serde_json::{Value, json};
use url::Url;
use waspada::fetch::{Capture, Request};
use waspada::post::{PostKind, Sha256};
use waspada::sources::bluesky::AuthorSettings;
use waspada::sources::{
    Cursor, Door, Given, Page, Rejection, ShapeError, SourceSettings as _, Visit, WebSource,
};

const BASE: &str = "actor = 'agen.contoh.example'\nbase = 'http://127.0.0.1:9/'\n";

/// An account with these settings, or the key that cannot be.
fn author(settings: &str) -> Result<Box<dyn WebSource>, &'static str> {
    let settings: AuthorSettings = toml::from_str(settings).unwrap();
    let given = Given { name: "akun".into(), folder: PathBuf::new(), every: None, slowest: None };
    match settings.open(&given) {
        Ok(Door::Web(source)) => Ok(source),
        Ok(Door::Files(_) | Door::Stream(_)) => panic!("comes over HTTP"),
        Err(error) => Err(error.key),
    }
}

fn capture(url: &Url, body: &[u8]) -> Capture {
    Capture {
        url: url.clone(),
        final_url: url.clone(),
        status: Some(200),
        fetched_at: "2026-10-26T08:00:00Z".parse().unwrap(),
        headers: Vec::new(),
        sha256: Sha256::of(body),
        body: body.to_vec().into(),
    }
}

fn parse(body: &[u8]) -> Result<Page, ShapeError> {
    let author = author(BASE).unwrap();
    author.parse(&capture(&front(author.as_ref()).url, body), Visit::at(None))
}

fn front(author: &dyn WebSource) -> Request {
    author.begin(Visit::at(None)).unwrap()
}

fn fixture() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bluesky/author-feed.json");
    std::fs::read(path).unwrap()
}

#[test]
fn entries_of_every_kind() {
    let page = parse(&fixture()).unwrap();
    let mut out = String::new();
    for post in &page.posts {
        writeln!(out, "{}", serde_json::to_string_pretty(post).unwrap()).unwrap();
    }
    for item in &page.set_aside {
        writeln!(out, "set aside: {}: {}: {}", item.place, item.reason, item.raw).unwrap();
    }
    writeln!(out, "cursor: {}", serde_json::to_string(&page.cursor).unwrap()).unwrap();
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(out) });
}

#[test]
fn what_is_no_feed_is_another_shape() {
    for (body, part) in [
        ("<html>", "no JSON"),
        ("{}", "`feed` is missing"),
        (r#"{"feed":[{"post":{"uri":"at://x"}}]}"#, "none of its 1 entries"),
        (r#"{"error":"InvalidRequest","message":"Profile not found"}"#, "`feed` is missing"),
    ] {
        let error = parse(body.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    assert!(parse(br#"{"feed":[]}"#).unwrap().posts.is_empty(), "an account without posts");
}

#[test]
fn settings_are_checked() {
    let url = |settings: &str| front(author(settings).unwrap().as_ref()).url.to_string();
    assert_eq!(
        url(BASE),
        "http://127.0.0.1:9/xrpc/app.bsky.feed.getAuthorFeed?actor=agen.contoh.example&limit=100&filter=posts_with_replies"
    );
    let plain = url("actor = 'did:plc:contoh'\nreplies = false");
    assert!(
        plain.starts_with("https://public.api.bsky.app/xrpc/") && plain.ends_with("no_replies")
    );
    for (settings, key) in [
        ("actor = '@agen.contoh.example'", "actor"),
        ("actor = 'agen'", "actor"),
        ("actor = 'https://bsky.app/profile/agen.contoh.example'", "actor"),
        ("actor = 'agen.contoh.example'\nbase = 'wss://public.api.bsky.app'", "base"),
    ] {
        assert_eq!(author(settings).err(), Some(key), "{settings}");
    }
}

/// Entries of these minutes, newest first, as one page of an account.
fn entries(minutes: &[u32], cursor: Option<&str>) -> Value {
    let entry = |minute: &u32| {
        let uri = format!("at://did:plc:contoh/app.bsky.feed.post/3k{minute}");
        let time = format!("2026-10-26T07:{minute:02}:00Z");
        json!({ "post": { "uri": uri, "indexedAt": time,
            "author": { "did": "did:plc:contoh", "handle": "agen.contoh.example" },
            "record": { "text": format!("kabar {minute}"), "createdAt": time } } })
    };
    let feed: Vec<Value> = minutes.iter().map(entry).collect();
    match cursor {
        Some(cursor) => json!({ "feed": feed, "cursor": cursor }),
        None => json!({ "feed": feed }),
    }
}

/// Visits an account whose posts are of these minutes, three a page: the minutes read and the
/// pages it took.
fn visit(author: &dyn WebSource, minutes: &[u32], cursor: &mut Option<Cursor>) -> (Vec<u32>, u32) {
    let pages: Vec<&[u32]> = minutes.chunks(3).collect();
    let (mut read, mut count) = (Vec::new(), 0);
    let mut request = author.begin(Visit::at(cursor.as_ref()));
    while let Some(asked) = request {
        let number = asked.url.query_pairs().find(|(key, _)| key == "cursor");
        let number = number.map_or(0, |(_, number)| number.parse::<usize>().unwrap());
        let older = (number + 1 < pages.len()).then(|| (number + 1).to_string());
        let body = entries(pages[number], older.as_deref()).to_string();
        let visit = Visit::at(cursor.as_ref());
        let page = author.parse(&capture(&asked.url, body.as_bytes()), visit).unwrap();
        read.extend(
            page.posts.iter().map(|post| {
                post.key.native_id.rsplit_once("3k").unwrap().1.parse::<u32>().unwrap()
            }),
        );
        *cursor = page.cursor;
        request = page.next;
        count += 1;
    }
    (read, count)
}

#[test]
fn a_visit_goes_back_to_what_is_known_and_no_further() {
    let minutes = |from: u32| (0..=from).rev().collect::<Vec<_>>();
    let mut cursor = None;
    let author = author(&format!("{BASE}backfill_pages = 1")).unwrap();
    let (read, pages) = visit(author.as_ref(), &minutes(20), &mut cursor);
    assert_eq!((read, pages), (vec![18, 19, 20, 15, 16, 17], 2), "the front page and one more");
    let (_, pages) = visit(author.as_ref(), &minutes(20), &mut cursor);
    assert_eq!(pages, 1, "nothing new");
    let (read, pages) = visit(author.as_ref(), &minutes(28), &mut cursor);
    assert_eq!(pages, 3);
    assert!((21..=28).all(|minute| read.contains(&minute)), "{read:?}");
    assert!(!read.contains(&19));
}

#[test]
fn a_no_of_the_interface_ends_the_visit_or_only_an_old_walk() {
    let author = author(BASE).unwrap();
    let mut said = capture(
        &front(author.as_ref()).url,
        br#"{"error":"AccountTakedown","message":"Account has been suspended"}"#,
    );
    said.status = Some(400);
    match author.rejected(&said, Visit::at(None)) {
        Rejection::Blocked(why) => assert!(why.contains("400: AccountTakedown"), "{why}"),
        other => panic!("{other:?}"),
    }
    let walking = json!({ "known": "2026-10-26T07:00:00Z",
        "walk": { "cursor": "kedaluwarsa", "newest": null, "pages": 1 } });
    match author.rejected(&said, Visit::at(Some(&Cursor(walking)))) {
        Rejection::Unavailable(page) => {
            assert_eq!(page.next, Some(front(author.as_ref())));
            assert_eq!(page.cursor, Some(Cursor(json!({ "known": "2026-10-26T07:00:00Z" }))));
        }
        other => panic!("{other:?}"),
    }
}

/// The answer a real server gave, with invented posts.
#[test]
fn a_real_answer() {
    let file = "fixtures/local-captures/bluesky/getAuthorFeed.json";
    let Some(file) = shared::shared(file) else { return };
    let body = std::fs::read(file).unwrap();
    let page = parse(&body).unwrap();
    assert_eq!((page.posts.len(), page.set_aside.len()), (4, 0));
    let offer = &page.posts[0];
    assert!(offer.missing_fields.is_empty() && offer.kind == PostKind::Post);
    assert_eq!(offer.links.len(), 1);
    assert_eq!(offer.author.as_ref().unwrap().handle.as_deref(), Some("agen.test"));
    for cut in (0..body.len()).step_by(11) {
        assert!(parse(&body[..cut]).is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_watch_reads_an_account_and_is_told_when_nothing_changed() {
    let server = Server::start(|asked| match asked.header("if-none-match") {
        // A documented interface has rules of its own.
        _ if asked.path == "/robots.txt" => panic!("asked about an interface"),
        Some("W/\"1\"") => Reply::new(304, &[("etag", "W/\"1\"")], ""),
        _ => {
            Reply::new(200, &[("content-type", "application/json"), ("etag", "W/\"1\"")], fixture())
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("waspada.toml");
    let text = format!(
        "[fetch]\npace = \"1ms\"\nallow_hosts = [\"{}\"]\n[http]\nlisten = \"127.0.0.1:0\"\n\
         [[source]]\nname = \"akun\"\ntype = \"bluesky-author\"\nactor = \"agen.contoh.example\"\n\
         base = \"{}\"\n",
        server.address,
        server.url("/")
    );
    std::fs::write(&config, text).unwrap();
    for (new, not_modified) in [(5, false), (0, true)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waspada"));
        command.args(["run", "--once", "--json", "--config"]).arg(&config);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let reports: Value = serde_json::from_slice(&output.stdout).unwrap();
        let report = &reports[0];
        assert_eq!((&report["new"], &report["not_modified"]), (&json!(new), &json!(not_modified)));
        assert_eq!(report["errors"], json!([]), "{report}");
    }
}
