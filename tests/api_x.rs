//! X's door against a stand-in that sends the bill: half a cent for a post, a cent for an author. The
//! day's cap holds whatever happens to the client, and X's own limit of requests is waited out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod api_world;
mod fetch_server;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_world::{Ledger, OFFER, SECRET, SECRET_ENV, World, parameter};
use fetch_server::{Reply, Server};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// The day's cap, in millionths of a dollar.
const CAP: u64 = 600_000;

/// What is answered in place of a page: status, headers, body.
type Says = Arc<Mutex<Option<(u16, Vec<(&'static str, String)>, &'static str)>>>;

async fn serve(ledger: &Ledger, says: &Says) -> Server {
    let (ledger, says) = (ledger.clone(), Arc::clone(says));
    let numbers = Mutex::new(0_u64);
    Server::start(move |asked| {
        if let Some((status, headers, body)) = &*says.lock().unwrap() {
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            return Reply::new(*status, &headers, body);
        }
        if asked.header("authorization") != Some(&format!("Bearer {SECRET}")) {
            return Reply::new(401, &[], r#"{"title":"Unauthorized"}"#);
        }
        let of = |name: &str| parameter(asked, name).unwrap_or_default();
        let query = of("query");
        let since: Timestamp = of("start_time").parse().unwrap();
        let is_too_old = since < Timestamp::now() - SignedDuration::from_hours(7 * 24);
        if query.len() > 512 || !query.contains("lang:id") || is_too_old {
            ledger.fault(format!("X refuses such a query: {}", asked.path));
        }
        let size: u64 = of("max_results").parse().unwrap();
        let mut numbers = numbers.lock().unwrap();
        let mut data = Vec::new();
        let mut users = Vec::new();
        for _ in 0..size {
            *numbers += 1;
            let time = Timestamp::now() - SignedDuration::from_mins(5);
            data.push(json!({ "id": numbers.to_string(), "text": OFFER, "created_at": time,
                "author_id": format!("a{numbers}") }));
            if of("expansions") == "author_id" {
                users.push(json!({ "id": format!("a{numbers}"), "username": "contoh" }));
            }
        }
        let count = |list: &[serde_json::Value]| u64::try_from(list.len()).unwrap();
        ledger.add("micro-dollars", count(&data) * 5_000 + count(&users) * 10_000, CAP);
        let body = json!({ "data": data, "includes": { "users": users },
            "meta": { "result_count": size, "next_token": format!("n{numbers}") } });
        api_world::answer(200, &body)
    })
    .await
}

fn source(server: &Server, more: &str) -> String {
    format!(
        "[[source]]\nname = \"x\"\ntype = \"x\"\ntoken_env = \"{SECRET_ENV}\"\n\
         legal_basis = \"perjanjian tertulis 1/2026\"\ndollars_a_day = 0.6\npage_size = 10\n\
         base = \"{}\"\n{more}\n",
        server.url("/2/")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_days_cap_holds_however_often_it_is_killed() {
    let (ledger, says) = (Ledger::default(), Says::default());
    let server = serve(&ledger, &says).await;
    let world = World::new(&server, &source(&server, "authors = true"));
    // A page may cost 0.15: three fit, and a fourth to the last millionth.
    let mut killed = 0;
    for number in 0..12_u64 {
        let mut child = world.start();
        let asked = server.asked().len();
        while server.asked().len() == asked && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(number % 4 * 3)).await;
        killed += u32::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
    }
    assert!(killed > 0);
    let report = &world.visit().await["x"];
    assert_eq!(report["errors"], json!([]), "{report}");
    // What a kill cut off between the booking and the sending stays booked: less may have been billed.
    assert!((1..=4).contains(&server.asked().len()), "{:?}", server.asked().len());
    assert!(ledger.counted("micro-dollars") <= CAP);
    assert_eq!(world.left("x", "x-dolar@").await, 0);
    let (_, out, _) = world.run(&["doctor"]).await;
    assert!(out.contains("US$0.0000 dari US$0.6000 tersisa"), "{out}");
    ledger.assert_kept();
    world.assert_secret_is_nowhere();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_kept_says_by_whose_rules_and_on_what_ground_it_was_read() {
    let (ledger, says) = (Ledger::default(), Says::default());
    let server = serve(&ledger, &says).await;
    let world = World::new(&server, &source(&server, ""));
    world.visit().await;
    let database = rusqlite::Connection::open(world.dir.path().join("data/waspada.db")).unwrap();
    let grounded: i64 = database
        .query_row(
            "SELECT count(*) FROM custody WHERE detail LIKE '%\"rules\":\"api\"%'
                 AND detail LIKE '%\"legal_basis\":\"perjanjian tertulis 1/2026\"%'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let captures: i64 =
        database.query_row("SELECT count(*) FROM capture", [], |row| row.get(0)).unwrap();
    assert!(grounded > 0 && grounded == captures, "{grounded} of {captures}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_really_cost_is_settled() {
    let (ledger, says) = (Ledger::default(), Says::default());
    let server = serve(&ledger, &says).await;
    let world = World::new(&server, &source(&server, ""));
    *says.lock().unwrap() = Some((200, Vec::new(), r#"{"meta":{"result_count":0}}"#));
    assert_eq!(world.visit().await["x"]["errors"], json!([]));
    assert!(server.asked().len() > 1, "every query has its turn");
    assert_eq!(world.left("x", "x-dolar@").await, CAP, "nothing found costs nothing");
    // An error answer brings no post: it costs nothing either.
    *says.lock().unwrap() =
        Some((403, Vec::new(), r#"{"title":"Forbidden","detail":"client-not-enrolled"}"#));
    let report = &world.visit().await["x"];
    assert!(report["errors"][0].as_str().unwrap().contains("client-not-enrolled"), "{report}");
    assert_eq!(world.left("x", "x-dolar@").await, CAP);
    ledger.assert_kept();
}

#[tokio::test(flavor = "multi_thread")]
async fn xs_own_limit_is_waited_out() {
    let (ledger, says) = (Ledger::default(), Says::default());
    let server = serve(&ledger, &says).await;
    let world = World::new(&server, &source(&server, ""));
    let reset = (Timestamp::now() + SignedDuration::from_mins(14)).as_second().to_string();
    *says.lock().unwrap() = Some((429, vec![("x-rate-limit-reset", reset)], "{}"));
    world.visit().await;
    assert_eq!(server.asked().len(), 1, "it does not try again before its time");
    let due: Timestamp = world.listed("x").await["next_due"].as_str().unwrap().parse().unwrap();
    assert!(due > Timestamp::now() + SignedDuration::from_mins(12), "{due}");
    assert_eq!(world.left("x", "x-dolar@").await, CAP);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_legal_basis_or_room_for_a_page_it_does_not_run() {
    let server = serve(&Ledger::default(), &Says::default()).await;
    for (from, to, says) in [
        ("legal_basis = \"perjanjian tertulis 1/2026\"\n", "", "tanpa dasar hukum"),
        ("dollars_a_day = 0.6", "dollars_a_day = 0.01", "kurang untuk satu halaman pun"),
        ("dollars_a_day = 0.6", "dollars_a_day = -1.0", "tulis jumlah dolar sehari"),
        ("page_size = 10", "page_size = 500", "dari 10 sampai 100"),
    ] {
        let world = World::new(&server, &source(&server, "").replace(from, to));
        let (status, _, err) = world.run(&["config", "check"]).await;
        assert_eq!(status, 2, "{to}");
        assert!(err.contains(says), "{err}");
    }
    assert!(server.asked().is_empty());
}
