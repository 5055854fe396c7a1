//! Reddit's door against a stand-in that grants tokens to its app and takes them away again, counts a
//! hundred requests a minute, and has subreddits that are private, banned, misspelt and well.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod api_world;
mod fetch_server;

use std::sync::{Arc, Mutex};

use api_world::{Ledger, OFFER, SECRET_ENV, World, parameter, url};
use fetch_server::{Reply, Server};
use jiff::Timestamp;
use serde_json::{Value, json};

#[derive(Default)]
struct Seen {
    /// Tokens granted so far; only the newest is taken.
    granted: u64,
    /// Whether the app is known.
    is_unknown: bool,
    /// Requests after which the token is taken away.
    token_lasts: Option<u64>,
    asked: u64,
}

async fn serve(ledger: &Ledger, seen: &Arc<Mutex<Seen>>) -> Server {
    let (ledger, seen) = (ledger.clone(), Arc::clone(seen));
    let began = Timestamp::now().as_second();
    Server::start(move |asked| {
        let mut seen = seen.lock().unwrap();
        if asked.path == "/api/v1/access_token" {
            // The id and the secret are the same here: `id:secret` in base64.
            let basic = asked.header("authorization").unwrap_or_default();
            if !basic.starts_with("Basic RUFBa3VuY2k")
                || asked.body != "grant_type=client_credentials"
            {
                ledger.fault(format!("an odd request for a token: {basic} {}", asked.body));
            }
            if seen.is_unknown {
                return api_world::answer(401, &json!({ "message": "Unauthorized", "error": 401 }));
            }
            seen.granted += 1;
            seen.asked = 0;
            let token = format!("token-rahasia-{}", seen.granted);
            return api_world::answer(200, &json!({ "access_token": token, "expires_in": 3600 }));
        }
        ledger.count("requests", 100);
        seen.asked += 1;
        let is_over = seen.token_lasts.is_some_and(|lasts| seen.asked > lasts);
        let token = format!("Bearer token-rahasia-{}", seen.granted);
        if is_over || asked.header("authorization") != Some(&token) {
            return api_world::answer(401, &json!({ "message": "Unauthorized", "error": 401 }));
        }
        listing(&url(asked), parameter(asked, "after"), began)
    })
    .await
}

fn listing(url: &url::Url, after: Option<String>, began: i64) -> Reply {
    let segments: Vec<&str> = url.path_segments().unwrap().collect();
    let item = |kind: &str, id: i64| {
        let name = format!("{kind}_{}{id}", segments[1]);
        json!({ "kind": kind, "data": { "name": name, "title": "Info", "selftext": OFFER,
            "body": OFFER, "author": "contoh", "subreddit": segments[1], "is_self": true,
            "permalink": "/r/x", "created_utc": began - 1000 + id } })
    };
    let items: Vec<Value> = match segments[1] {
        "pribadi" => {
            let why = json!({ "reason": "private", "message": "Forbidden", "error": 403 });
            return api_world::answer(403, &why);
        }
        "terlarang" => {
            return api_world::answer(404, &json!({ "reason": "banned", "error": 404 }));
        }
        "salahtulis" => return Reply::redirect("/subreddits/search?q=salahtulis"),
        _ if segments[2] == "comments" => vec![item("t1", 2), item("t1", 1)],
        _ if after.is_some() => vec![item("t3", 1)],
        _ => vec![item("t3", 3), item("t3", 2)],
    };
    let body = json!({ "kind": "Listing", "data": { "children": items, "after": "t3_lanjut" } });
    Reply::new(
        200,
        &[
            ("content-type", "application/json"),
            ("x-ratelimit-remaining", "90.0"),
            ("x-ratelimit-used", "10"),
            ("x-ratelimit-reset", "60"),
        ],
        body.to_string(),
    )
}

fn source(server: &Server) -> String {
    format!(
        "[[source]]\nname = \"reddit\"\ntype = \"reddit\"\nid_env = \"{SECRET_ENV}\"\n\
         secret_env = \"{SECRET_ENV}\"\nlegal_basis = \"persetujuan Reddit 1/2026\"\n\
         subreddits = [\"pribadi\", \"contoh\", \"salahtulis\", \"terlarang\", \"lain\"]\ncomments = true\n\
         base = \"{}\"\ntoken_url = \"{}\"\n",
        server.url("/"),
        server.url("/api/v1/access_token")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_granted_once_renewed_when_refused_and_never_written_down() {
    let (ledger, seen) = (Ledger::default(), Arc::new(Mutex::new(Seen::default())));
    let server = serve(&ledger, &seen).await;
    let world = World::new(&server, &source(&server));
    let report = &world.visit().await["reddit"];
    assert_eq!((&report["new"], &report["errors"]), (&8.into(), &json!([])), "{report}");
    assert_eq!(report["set_aside"], 6, "three subreddits that cannot be read, two listings each");
    assert!(server.paths().iter().all(|path| !path.contains("search")), "each request was booked");
    assert_eq!(seen.lock().unwrap().granted, 1);
    // The service takes tokens away after three requests: each is renewed once.
    *seen.lock().unwrap() = Seen { token_lasts: Some(3), ..Seen::default() };
    let report = &world.visit().await["reddit"];
    assert_eq!((&report["new"], &report["errors"]), (&0.into(), &json!([])), "{report}");
    assert!(seen.lock().unwrap().granted >= 2);
    ledger.assert_kept();
    world.assert_secret_is_nowhere();
    let stored = std::fs::read(world.dir.path().join("data/waspada.db")).unwrap();
    assert!(!stored.windows(13).any(|part| part == b"token-rahasia"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_not_approved_is_told() {
    let (ledger, seen) = (Ledger::default(), Arc::new(Mutex::new(Seen::default())));
    seen.lock().unwrap().is_unknown = true;
    let server = serve(&ledger, &seen).await;
    let world = World::new(&server, &source(&server));
    let report = &world.visit().await["reddit"];
    assert!(report["errors"][0].as_str().unwrap().contains("Reddit 401"), "{report}");
    assert_eq!(server.asked().len(), 1, "nothing is asked without a token");
    let (_, out, _) = world.run(&["doctor"]).await;
    assert!(out.contains("credentials"), "{out}");
    ledger.assert_kept();
}
