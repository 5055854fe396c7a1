//! Meta's doors against a stand-in of the Graph API that counts: 2,200 searches of Threads in 24
//! hours, thirty distinct hashtags of Instagram in seven days. It pages, repeats the caller's token
//! in the address of the next page as Meta does, and says no by Meta's codes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod api_world;
mod fetch_server;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use api_world::{Ledger, OFFER, SECRET, SECRET_ENV, World, parameter, url};
use fetch_server::{Asked, Reply, Server};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// What this stand-in allows.
#[derive(Clone, Copy)]
struct Limits {
    searches: u64,
    hashtags: u64,
}

#[derive(Default)]
struct Seen {
    /// Distinct hashtags asked about.
    tags: BTreeSet<String>,
    /// Searches made, in order.
    searched: Vec<String>,
    /// Answered in place of everything: status, code, subcode, message.
    says: Option<(u16, u64, u64, &'static str)>,
    /// The share of the app's calls that is used.
    usage: u64,
}

/// What a stand-in saw, shared with its test.
type SharedSeen = Arc<Mutex<Seen>>;

fn ago(hours: i64) -> String {
    let time = Timestamp::now() - SignedDuration::from_hours(hours);
    time.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

fn error(status: u16, code: u64, subcode: u64, message: &str) -> Reply {
    let error = json!({ "message": message, "type": "OAuthException", "code": code,
        "error_subcode": subcode, "fbtrace_id": "A1" });
    api_world::answer(status, &json!({ "error": error }))
}

/// A list whose next page, if any, is named as Meta names it: with the caller's token.
fn list(asked: &Asked, seen: &Seen, items: Vec<Value>, after: Option<&str>) -> Reply {
    let mut body = json!({ "data": items });
    if let Some(after) = after {
        let next = format!("https://graph.invalid{}&after={after}", asked.path);
        body["paging"] = json!({ "cursors": { "after": after }, "next": next });
    }
    let usage = json!({ "call_count": seen.usage, "total_time": 1, "total_cputime": 1 });
    Reply::new(
        200,
        &[
            ("content-type", "application/json"),
            ("x-app-usage", &usage.to_string()),
            ("etag", "\"itu-itu-saja\""),
        ],
        body.to_string(),
    )
}

async fn serve(limits: Limits, ledger: &Ledger, seen: &SharedSeen) -> Server {
    let (ledger, seen) = (ledger.clone(), Arc::clone(seen));
    Server::start(move |asked| {
        let mut seen = seen.lock().unwrap();
        if asked.header("if-none-match").is_some() {
            return Reply::new(304, &[], "");
        }
        if let Some((status, code, subcode, message)) = seen.says {
            return error(status, code, subcode, message);
        }
        if parameter(asked, "access_token").as_deref() != Some(SECRET) {
            return error(400, 190, 463, "Error validating access token: Session has expired");
        }
        reply(asked, limits, &ledger, &mut seen)
    })
    .await
}

fn reply(asked: &Asked, limits: Limits, ledger: &Ledger, seen: &mut Seen) -> Reply {
    let of = |name: &str| parameter(asked, name).unwrap_or_default();
    let address = url(asked);
    let segments: Vec<&str> = address.path_segments().unwrap().skip(1).collect();
    match segments.as_slice() {
        ["keyword_search"] => {
            if !ledger.count("searches", limits.searches) {
                return error(400, 4, 0, "Application request limit reached");
            }
            let term = of("q");
            let mode = of("search_mode");
            seen.searched.push(if mode == "TAG" { format!("#{term}") } else { term.clone() });
            let hit = |number: u64, hours| {
                json!({ "id": format!("{mode}-{term}-{number}"), "text": OFFER,
                    "media_type": "TEXT_POST", "username": "contoh", "timestamp": ago(hours),
                    "permalink": format!("https://www.threads.net/@contoh/post/{number}") })
            };
            match of("after").as_str() {
                // A word Meta holds for sensitive.
                _ if term == "kerja kamboja" => list(asked, seen, Vec::new(), None),
                "" => list(asked, seen, vec![hit(2, 2), hit(1, 3)], Some("HAL2")),
                _ => list(asked, seen, vec![hit(0, 30)], None),
            }
        }
        ["ig_hashtag_search"] => {
            let tag = of("q");
            seen.tags.insert(tag.clone());
            let count = seen.tags.len() as u64;
            if count > limits.hashtags {
                ledger.fault(format!("{count} hashtags, {} are allowed", limits.hashtags));
                return error(400, 18, 2_207_034, "You can only search 30 hashtags");
            }
            if tag == "lokerlaos" {
                return error(400, 24, 2_207_024, "The hashtag does not exist");
            }
            list(asked, seen, vec![json!({ "id": format!("17{tag}") })], None)
        }
        [id, "recent_media"] => {
            let tag = id.trim_start_matches("17");
            if !seen.tags.contains(tag) {
                ledger.fault(format!("{tag} was never looked up"));
            }
            let media = |number: u64| {
                json!({ "id": format!("{tag}{number}"), "caption": OFFER, "media_type": "IMAGE",
                    "permalink": "https://www.instagram.com/p/x/", "timestamp": ago(2) })
            };
            match of("after").as_str() {
                "" => list(asked, seen, vec![media(2)], Some("HAL2")),
                _ => list(asked, seen, vec![media(1)], None),
            }
        }
        ["tiada", "feed"] => error(400, 100, 33, "Object with ID 'tiada' does not exist"),
        [page, "feed"] => {
            let post = |number: u64, hours| {
                json!({ "id": format!("{page}_{number}"), "message": OFFER,
                    "created_time": ago(hours), "permalink_url": "https://www.facebook.com/x" })
            };
            match of("after").as_str() {
                "" => list(asked, seen, vec![post(3, 1), post(2, 2)], Some("HAL2")),
                "HAL2" => list(asked, seen, vec![post(1, 3)], Some("HAL3")),
                _ => list(asked, seen, vec![post(0, 4)], None),
            }
        }
        other => {
            ledger.fault(format!("{other:?} was asked for"));
            error(404, 2500, 0, "Unknown path components")
        }
    }
}

fn source(kind: &str, server: &Server, more: &str) -> String {
    format!(
        "[[source]]\nname = \"{kind}\"\ntype = \"{kind}\"\ntoken_env = \"{SECRET_ENV}\"\n\
         base = \"{}\"\n{more}\n",
        server.url("/v23.0/")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_is_searched_by_turns_within_its_day_and_by_cursors() {
    let (ledger, seen) = (Ledger::default(), SharedSeen::default());
    let server = serve(Limits { searches: 8, hashtags: 0 }, &ledger, &seen).await;
    let more = "searches = 3\nsearches_a_day = 8";
    let world = World::new(&server, &source("threads", &server, more));
    let report = &world.visit().await["threads"];
    assert_eq!((&report["new"], &report["errors"]), (&9.into(), &json!([])), "{report}");
    // Six calls are spent; the next three hashtags need six more, and only two are left.
    let report = &world.visit().await["threads"];
    assert_eq!((&report["new"], &report["errors"]), (&3.into(), &json!([])), "{report}");
    let searched = seen.lock().unwrap().searched.clone();
    let tags = ["#lokerkamboja", "#kerjakamboja", "#lokerluarnegeri", "#kerjadiluarnegeri"];
    let expected: Vec<&str> = tags.into_iter().flat_map(|tag| [tag, tag]).collect();
    assert_eq!(searched, expected);
    assert_eq!(world.left("threads", "threads-pencarian@").await, 0);
    let due: Timestamp =
        world.listed("threads").await["next_due"].as_str().unwrap().parse().unwrap();
    assert!(due > Timestamp::now() + SignedDuration::from_hours(23), "{due}");
    world.visit().await;
    ledger.assert_kept();
    world.assert_secret_is_nowhere();
}

#[tokio::test(flavor = "multi_thread")]
async fn instagram_asks_about_no_more_hashtags_than_a_week_allows() {
    let (ledger, seen) = (Ledger::default(), SharedSeen::default());
    let server = serve(Limits { searches: 0, hashtags: 30 }, &ledger, &seen).await;
    let more = "user_id = \"17841000000000001\"";
    let world = World::new(&server, &source("instagram", &server, more));
    let report = &world.visit().await["instagram"];
    // Thirty hashtags, one of which does not exist; two posts each.
    assert_eq!((&report["new"], &report["errors"]), (&58.into(), &json!([])), "{report}");
    assert_eq!(world.left("instagram", "instagram-tagar@").await, 0);
    // Another list of hashtags in the same week: those of this week go on, the new ones wait.
    let rules = world.dir.path().join("aturan");
    copy(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &rules);
    std::fs::write(rules.join("lists/cari-tagar.txt"), "tagarbaru\nlokerkamboja\n").unwrap();
    world.write(
        &server,
        &format!("{}[rules]\npath = \"aturan\"\n", source("instagram", &server, more)),
    );
    let before = server.asked().len();
    let report = &world.visit().await["instagram"];
    assert_eq!(report["errors"], json!([]), "{report}");
    let asked: Vec<String> = server.paths().split_off(before);
    assert!(asked.iter().all(|path| path.contains("lokerkamboja")), "{asked:?}");
    assert_eq!(asked.len(), 2);
    ledger.assert_kept();
    world.assert_secret_is_nowhere();
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_read_back_to_what_is_known_and_a_lost_one_stops_no_other() {
    let (ledger, seen) = (Ledger::default(), SharedSeen::default());
    let server = serve(Limits { searches: 0, hashtags: 0 }, &ledger, &seen).await;
    let more = "pages = [\"tiada\", \"contoh.loker\"]\nbackfill_pages = 2";
    let world = World::new(&server, &source("facebook", &server, more));
    let report = &world.visit().await["facebook"];
    assert_eq!((&report["new"], &report["set_aside"]), (&3.into(), &1.into()), "{report}");
    let before = server.asked().len();
    let report = &world.visit().await["facebook"];
    assert_eq!((&report["new"], server.asked().len() - before), (&0.into(), 2), "{report}");
    // Nearly all of the app's calls are used: what is left of the round waits.
    seen.lock().unwrap().usage = 97;
    let world = World::new(&server, &source("facebook", &server, "pages = [\"a\", \"b\"]"));
    let before = server.asked().len();
    let report = &world.visit().await["facebook"];
    assert_eq!((&report["new"], server.asked().len() - before), (&2.into(), 1), "{report}");
    ledger.assert_kept();
    world.assert_secret_is_nowhere();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_page_keeps_no_other_from_being_read() {
    let (ledger, seen) = (Ledger::default(), SharedSeen::default());
    let server = serve(Limits { searches: 0, hashtags: 0 }, &ledger, &seen).await;
    let more = "pages = [\"a\"]\nbackfill_pages = 1";
    let world = World::new(&server, &source("facebook", &server, more));
    assert_eq!(world.visit().await["facebook"]["new"], 2);
    world.write(&server, &source("facebook", &server, &more.replace("\"a\"", "\"a\", \"b\"")));
    let report = &world.visit().await["facebook"];
    assert_eq!((&report["new"], &report["errors"]), (&2.into(), &json!([])), "{report}");
    ledger.assert_kept();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_told_and_too_many_requests_are_waited_out() {
    let (ledger, seen) = (Ledger::default(), SharedSeen::default());
    let server = serve(Limits { searches: 9, hashtags: 9 }, &ledger, &seen).await;
    let world = World::new(&server, &source("threads", &server, ""));
    seen.lock().unwrap().says =
        Some((400, 190, 463, "Error validating access token: Session has expired"));
    let report = &world.visit().await["threads"];
    assert_eq!(report["errors"].as_array().unwrap().len(), 1, "{report}");
    let (_, out, _) = world.run(&["doctor"]).await;
    assert!(out.contains("credentials") && out.contains("Session has expired"), "{out}");

    let world = World::new(&server, &source("threads", &server, ""));
    seen.lock().unwrap().says =
        Some((400, 613, 0, "Calls to this api have exceeded the rate limit"));
    let before = server.asked().len();
    let report = &world.visit().await["threads"];
    assert_eq!((&report["errors"], server.asked().len() - before), (&json!([]), 1), "{report}");
    let due: Timestamp =
        world.listed("threads").await["next_due"].as_str().unwrap().parse().unwrap();
    assert!(due > Timestamp::now() + SignedDuration::from_mins(50), "{due}");
    ledger.assert_kept();
}
