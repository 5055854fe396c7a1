//! A Misskey and a Lemmy server on loopback, read by the real binary: paging by POST and by page
//! cursor, nothing twice, a server that answers every page with the same one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod fetch_server;

use std::path::{Path, PathBuf};
use std::process::Command;

use fetch_server::{Asked, Reply, Server};
use serde_json::{Value, json};

/// Numbers below `below`, newest first, of the ten there are; three a page.
fn page(below: Option<u32>) -> Vec<u32> {
    (1..=10).rev().filter(|number| below.is_none_or(|below| *number < below)).take(3).collect()
}

fn answer(body: &Value) -> Reply {
    Reply::new(200, &[("content-type", "application/json")], body.to_string())
}

fn misskey(asked: &Asked) -> Reply {
    if !asked.head.starts_with("POST /api/notes/") {
        return Reply::not_found();
    }
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    match asked.path.as_str() {
        "/api/notes/search-by-tag" if body["tag"] != "lokerkamboja" => answer(&json!([])),
        "/api/notes/search-by-tag" => {
            let below = body["untilId"].as_str().map(|id| id[1..].parse().unwrap());
            let note = |number: u32| {
                json!({
                    "id": format!("n{number}"), "text": format!("catatan {number} #lokerkamboja"),
                    "createdAt": format!("2026-10-03T{number:02}:00:00.000Z"),
                    "user": { "username": "agen", "host": null }, "visibility": "public",
                })
            };
            answer(&page(below).into_iter().map(note).collect())
        }
        _ => {
            let error = json!({ "error": { "code": "LTL_DISABLED", "id": "x" } });
            Reply::new(400, &[("content-type", "application/json")], error.to_string())
        }
    }
}

fn lemmy(asked: &Asked, obeys_cursor: bool) -> Reply {
    let cursor = asked.path.split_once("page_cursor=P").map(|(_, cursor)| cursor.parse().unwrap());
    let numbers = page(cursor.filter(|_| obeys_cursor));
    let view = |number: &u32| {
        json!({
            "post": {
                "id": number, "name": format!("Kabar {number}"),
                "ap_id": format!("https://lemmy.example/post/{number}"),
                "published": format!("2026-10-04T{number:02}:00:00.123456"),
            },
            "creator": { "name": "agen", "actor_id": "https://lemmy.example/u/agen" },
            "community": { "name": "loker", "actor_id": "https://lemmy.example/c/loker" },
        })
    };
    let posts: Vec<Value> = numbers.iter().map(view).collect();
    answer(&json!({ "posts": posts, "next_page": numbers.last().map(|last| format!("P{last}")) }))
}

fn config(dir: &Path, server: &Server, source: &str) -> PathBuf {
    let path = dir.join("waspada.toml");
    let text = format!(
        "[fetch]\ncontact = \"ops@contoh.example\"\npace = \"1ms\"\nbackoff = \"10ms\"\n\
         allow_hosts = [\"{0}\"]\n[http]\nlisten = \"127.0.0.1:0\"\n\
         [[source]]\nname = \"contoh\"\nserver = \"http://{0}\"\n{source}",
        server.address
    );
    std::fs::write(&path, text).unwrap();
    path
}

async fn waspada(arguments: &'static [&'static str], config: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waspada"));
    command.args(arguments).arg("--config").arg(config);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

async fn once(config: &Path) -> Value {
    let (_, out) = waspada(&["run", "--once", "--json"], config).await;
    let report = serde_json::from_str::<Value>(&out).unwrap()[0].clone();
    assert_eq!(report["errors"], json!([]), "{report}");
    report
}

fn brought(report: &Value) -> (u64, u64, u64) {
    let count = |name: &str| report[name].as_u64().unwrap();
    (count("new"), count("edited"), count("set_aside"))
}

#[tokio::test(flavor = "multi_thread")]
async fn misskey_is_read_by_hashtag_and_a_closed_timeline_told_of_once() {
    let server = Server::start(misskey).await;
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path(), &server, "type = \"misskey\"\npublic = \"local\"\n");
    assert_eq!(brought(&once(&config).await), (10, 0, 1));
    assert_eq!(brought(&once(&config).await), (0, 0, 0));
    let (status, shown) = waspada(&["source", "probe", "contoh"], &config).await;
    assert_eq!(status, Some(0));
    assert!(shown.contains("catatan 10 #lokerkamboja"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lemmy_is_read_page_by_page() {
    for (obeys_cursor, first) in [(true, (10, 0, 0)), (false, (3, 0, 1))] {
        let server = Server::start(move |asked| lemmy(asked, obeys_cursor)).await;
        let dir = tempfile::tempdir().unwrap();
        let source = "type = \"lemmy\"\nlegal_basis = \"uji\"\n";
        let config = config(dir.path(), &server, source);
        assert_eq!(brought(&once(&config).await), first, "obeys its cursor: {obeys_cursor}");
        let asked = server.paths().len();
        assert_eq!(brought(&once(&config).await), (0, 0, 0));
        assert_eq!(server.paths().len(), asked + 1, "one page, which is known");
    }
}

/// Something in front of the server may know pages again, which the server itself does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_community_that_is_as_it_was_does_not_keep_lemmy_from_the_others() {
    let server = Server::start(|asked| {
        let headers = [("content-type", "application/json"), ("etag", "\"1\"")];
        let (_, name) = asked.path.split_once("community_name=").unwrap();
        let post = json!({ "ap_id": format!("https://lemmy.example/{name}"), "name": name });
        let page = json!({ "posts": [{ "post": post }], "next_page": null });
        match asked.header("if-none-match") {
            Some(_) => Reply::new(304, &headers, ""),
            None => Reply::new(200, &headers, page.to_string()),
        }
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    for communities in ["[\"satu\"]", "[\"satu\", \"dua\"]"] {
        let source =
            format!("type = \"lemmy\"\nlegal_basis = \"uji\"\ncommunities = {communities}\n");
        let config = config(dir.path(), &server, &source);
        assert_eq!(brought(&once(&config).await), (1, 0, 0), "{communities}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lemmy_stays_off_without_a_legal_basis() {
    let server = Server::start(|asked| lemmy(asked, true)).await;
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path(), &server, "type = \"lemmy\"\n");
    let (status, _) = waspada(&["run", "--once"], &config).await;
    assert_eq!((status, server.paths().len()), (Some(2), 0));
}
