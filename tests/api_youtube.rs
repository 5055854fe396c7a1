//! YouTube's door against a stand-in that counts: a hundred searches a day and ten thousand units,
//! its pages, and its ways to say no. The client that asks for more than allowed fails the test,
//! restarted or killed as often as may be.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod api_world;
mod fetch_server;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_world::{Ledger, OFFER, SECRET, SECRET_ENV, World, answer, parameter, url};
use fetch_server::{Asked, Reply, Server};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const CHANNEL: &str = "UCcontoh0000000000000001";
const PLAYLIST: &str = "UUcontoh0000000000000001";

fn ago(hours: i64) -> String {
    (Timestamp::now() - SignedDuration::from_hours(hours)).to_string()
}

/// The limits of this stand-in's day.
#[derive(Clone, Copy)]
struct Limits {
    searches: u64,
    units: u64,
}

/// A status and a reason, answered in place of everything.
type Says = Arc<Mutex<Option<(u16, &'static str)>>>;

/// A day of YouTube as its documentation describes it.
struct Standin {
    ledger: Ledger,
    limits: Limits,
    /// Terms searched for.
    searched: Arc<Mutex<Vec<String>>>,
    /// What is answered in place of everything, when somebody else used the quota up.
    says: Says,
}

fn error(status: u16, reason: &str) -> Reply {
    let error = json!({ "code": status, "message": "x", "errors": [{ "reason": reason }] });
    answer(status, &json!({ "error": error }))
}

fn list(items: Vec<Value>, next: Option<&str>) -> Reply {
    let mut page = json!({ "kind": "youtube#list", "items": items });
    if let Some(next) = next {
        page["nextPageToken"] = next.into();
    }
    answer(200, &page)
}

fn video(id: &str, hours: i64) -> Value {
    json!({ "kind": "youtube#playlistItem", "id": format!("x{id}"), "snippet": {
        "title": format!("video {id}"), "description": OFFER, "channelId": CHANNEL,
        "channelTitle": "Contoh", "resourceId": { "videoId": id } },
        "contentDetails": { "videoId": id, "videoPublishedAt": ago(hours) } })
}

fn comment(id: &str, parent: Option<&str>) -> Value {
    let mut comment = json!({ "kind": "youtube#comment", "id": id, "snippet": {
        "textOriginal": format!("komentar {id}"), "authorDisplayName": "@orang",
        "publishedAt": ago(5), "updatedAt": ago(5) } });
    if let Some(parent) = parent {
        comment["snippet"]["parentId"] = parent.into();
    }
    comment
}

fn thread(id: &str, replies: u64) -> Value {
    json!({ "id": id, "snippet": { "topLevelComment": comment(id, None),
        "totalReplyCount": replies } })
}

impl Standin {
    fn new(limits: Limits) -> Self {
        let ledger = Ledger::default();
        Self { ledger, limits, searched: Arc::default(), says: Arc::default() }
    }

    async fn serve(&self) -> Server {
        let (ledger, limits) = (self.ledger.clone(), self.limits);
        let (searched, says) = (Arc::clone(&self.searched), Arc::clone(&self.says));
        Server::start(move |asked| {
            if let Some((status, reason)) = *says.lock().unwrap() {
                return error(status, reason);
            }
            reply(asked, &ledger, limits, &searched)
        })
        .await
    }

    fn say(&self, what: Option<(u16, &'static str)>) {
        *self.says.lock().unwrap() = what;
    }
}

fn reply(asked: &Asked, ledger: &Ledger, limits: Limits, searched: &Mutex<Vec<String>>) -> Reply {
    let of = |name: &str| parameter(asked, name).unwrap_or_default();
    if of("key") != SECRET {
        return error(400, "keyInvalid");
    }
    let url = url(asked);
    let resource = url.path().rsplit('/').next().unwrap();
    if resource == "search" {
        if !ledger.count("searches", limits.searches) {
            return error(403, "quotaExceeded");
        }
        searched.lock().unwrap().push(of("q"));
        if of("type") != "video" || of("maxResults") != "50" {
            ledger.fault(format!("an odd search: {url}"));
        }
        let number = searched.lock().unwrap().len();
        return list(
            vec![
                json!({ "kind": "youtube#searchResult", "id": { "videoId": format!("cari{number}") },
                "snippet": { "title": "a &amp; b", "description": "dipotong ...",
                    "publishedAt": ago(3), "channelId": "UClain", "channelTitle": "Lain" } }),
            ],
            Some("CDIQAA"),
        );
    }
    if !ledger.count("units", limits.units) {
        return error(403, "quotaExceeded");
    }
    match (resource, of("pageToken").as_str()) {
        ("playlistItems", page) => {
            if of("playlistId") != PLAYLIST {
                return error(404, "playlistNotFound");
            }
            match page {
                "" => list(vec![video("v1", 4), video("tutup", 6)], Some("HAL2")),
                "HAL2" => list(vec![video("v2", 30), video("lama", 24 * 60)], Some("HAL3")),
                // The page before reached back as far as comments are read.
                page => {
                    ledger.fault(format!("page {page} of the uploads was asked for"));
                    list(Vec::new(), None)
                }
            }
        }
        ("videos", _) => {
            let ids = of("id");
            let items = ids.split(',').map(|id| {
                json!({ "kind": "youtube#video", "id": id, "snippet": { "title": "a & b",
                    "description": "deskripsi utuh", "publishedAt": ago(3), "channelId": "UClain",
                    "channelTitle": "Lain" }, "statistics": { "viewCount": "7" } })
            });
            list(items.collect(), None)
        }
        ("commentThreads", page) => match (of("videoId").as_str(), page) {
            ("tutup", _) => {
                ledger.count("closed", u64::MAX);
                error(403, "commentsDisabled")
            }
            ("lama", _) => {
                ledger.fault("comments of an old video were asked for");
                list(Vec::new(), None)
            }
            ("v1", "") => list(vec![thread("k1", 2), thread("k2", 0)], Some("HAL2")),
            ("v1", _) => list(vec![thread("k3", 0)], None),
            (other, _) => list(vec![thread(&format!("k-{other}"), 0)], None),
        },
        ("comments", _) => {
            let parent = of("parentId");
            let reply = |number| comment(&format!("{parent}.r{number}"), Some(&parent));
            list(vec![reply(1), reply(2)], None)
        }
        (other, _) => {
            ledger.fault(format!("{other} was asked for"));
            error(404, "notFound")
        }
    }
}

fn source(server: &Server, more: &str) -> String {
    format!(
        "[[source]]\nname = \"yt\"\ntype = \"youtube\"\nkey_env = \"{SECRET_ENV}\"\n\
         channels = [\"{CHANNEL}\"]\nbase = \"{}\"\n{more}\n",
        server.url("/youtube/v3/")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_reads_uploads_searches_comments_and_answers_and_nothing_twice() {
    let standin = Standin::new(Limits { searches: 100, units: 10_000 });
    let server = standin.serve().await;
    let world = World::new(&server, &source(&server, "searches = 2"));
    let report = &world.visit().await["yt"];
    // Four uploads, two found; on v1 three comments and two answers, one comment on v2 and on each
    // of the two that were found.
    assert_eq!((&report["new"], &report["errors"]), (&14.into(), &json!([])), "{report}");
    assert_eq!(report["flagged"], 4, "{report}");
    let units = standin.ledger.counted("units");
    assert_eq!(world.left("yt", "youtube-unit@").await, 10_000 - units);
    assert_eq!(world.left("yt", "youtube-pencarian@").await, 98);
    let again = &world.visit().await["yt"];
    // Two other terms: two more videos with a comment each; all else is known.
    assert_eq!((&again["new"], &again["edited"]), (&4.into(), &0.into()), "{again}");
    assert_eq!(standin.ledger.counted("closed"), 1, "closed comments are asked for once");
    let searched = standin.searched.lock().unwrap().clone();
    assert_eq!(searched.len(), 4);
    assert_eq!(searched.iter().collect::<std::collections::BTreeSet<_>>().len(), 4, "{searched:?}");
    standin.ledger.assert_kept();
    world.assert_secret_is_nowhere();
}

#[tokio::test(flavor = "multi_thread")]
async fn used_up_searches_stop_only_searching_and_every_term_gets_its_turn() {
    let standin = Standin::new(Limits { searches: 3, units: 10_000 });
    let server = standin.serve().await;
    let world = World::new(&server, &source(&server, "searches = 2\nsearches_a_day = 3"));
    for _ in 0..4 {
        let report = &world.visit().await["yt"];
        assert_eq!(report["errors"], json!([]), "{report}");
    }
    let searched = standin.searched.lock().unwrap().clone();
    assert_eq!(searched, ["loker kamboja", "kerja kamboja", "lowongan kerja luar negeri"]);
    let uploads = server.paths().iter().filter(|path| path.contains("/playlistItems?")).count();
    assert_eq!(uploads, 5, "two pages at first, then one a visit");
    assert_eq!(world.left("yt", "youtube-pencarian@").await, 0);
    standin.ledger.assert_kept();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_never_asks_for_more_than_a_day_allows() {
    const UNITS: u64 = 60;
    let standin = Standin::new(Limits { searches: 5, units: UNITS });
    let server = standin.serve().await;
    let limits = format!("searches = 2\nsearches_a_day = 5\nunits_a_day = {UNITS}");
    let world = World::new(&server, &source(&server, &limits));
    let mut killed = 0;
    for number in 0..40_u64 {
        let mut child = world.start();
        let asked = server.asked().len();
        while server.asked().len() == asked && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(number % 9 * 4)).await;
        killed += u32::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
    }
    assert!(killed >= 5, "{killed} kills");
    for _ in 0..3 {
        world.visit().await;
    }
    standin.ledger.assert_kept();
    assert!(standin.ledger.counted("units") <= UNITS);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_google_says_no_to_is_told_and_not_asked_again() {
    let standin = Standin::new(Limits { searches: 100, units: 10_000 });
    let server = standin.serve().await;
    let world = World::new(&server, &source(&server, "searches = 0"));
    // Somebody else used the same project's quota.
    standin.say(Some((403, "quotaExceeded")));
    let report = &world.visit().await["yt"];
    assert_eq!(report["errors"], json!([]), "{report}");
    assert_eq!(server.asked().len(), 1);
    assert_eq!(world.left("yt", "youtube-unit@").await, 0);
    let due: Timestamp = world.listed("yt").await["next_due"].as_str().unwrap().parse().unwrap();
    assert!(due > Timestamp::now(), "it waits for midnight in California: {due}");
    world.visit().await;
    assert_eq!(server.asked().len(), 1, "nothing is asked while the budget is used up");

    let world = World::new(&server, &source(&server, "searches = 0"));
    standin.say(Some((400, "keyInvalid")));
    let report = &world.visit().await["yt"];
    assert_eq!(report["errors"].as_array().unwrap().len(), 1, "{report}");
    let (_, out, _) = world.run(&["doctor"]).await;
    assert!(out.contains("credentials") && out.contains("keyInvalid"), "{out}");
    standin.ledger.assert_kept();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_key_it_stays_off_and_the_others_go_on() {
    let standin = Standin::new(Limits { searches: 100, units: 10_000 });
    let server = standin.serve().await;
    let sources = format!(
        "{}{}",
        source(&server, "searches = 0"),
        source(&server, "searches = 0")
            .replace("\"yt\"", "\"tanpa-kunci\"")
            .replace(SECRET_ENV, "WASPADA_UJI_TIDAK_DIISI")
    );
    let world = World::new(&server, &sources);
    let (status, out, err) = world.run(&["config", "check"]).await;
    assert_eq!(status, 0, "{out}{err}");
    assert!(
        err.contains("`tanpa-kunci` tetap mati") && err.contains("WASPADA_UJI_TIDAK_DIISI"),
        "{err}"
    );
    let (_, shown, _) = world.run(&["config", "show"]).await;
    assert!(shown.contains(&format!("key_env = \"{SECRET_ENV}\"")), "{shown}");
    let reports = world.visit().await;
    assert!(reports["yt"]["new"].as_u64().unwrap() > 0, "{reports:?}");
    assert!(reports["tanpa-kunci"]["errors"][0].as_str().unwrap().contains("belum diisi"));
    let (_, out, _) = world.run(&["doctor"]).await;
    assert!(out.contains("sumber tanpa-kunci") && out.contains("tetap mati"), "{out}");
    standin.ledger.assert_kept();
}
