//! The queue as JSON, and what happens in it as events: whoever holds a personal token acts as its
//! owner and no more, every answer is one the document tells of, and no listener is left hanging.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod console_client;
mod desk;
mod openapi;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use console_client::{Console, between};
use desk::{Desk, POSTS};
use openapi::{document, faults, resolved};
use reqwest::header::COOKIE;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

/// The console, its document, and the answers seen so far.
struct Asking {
    console: Console,
    document: Value,
    seen: Mutex<BTreeSet<(String, String, u16)>>,
}

impl Asking {
    fn start(desk: &Desk) -> Self {
        Self { console: Console::start(desk), document: document(), seen: Mutex::default() }
    }

    /// Asks, and holds the answer to the document.
    async fn ask(&self, template: &str, request: RequestBuilder) -> (u16, Value) {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let method = request.method().as_str().to_ascii_lowercase();
        let answer = client.execute(request).await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        let body: Value = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{method} {template} {status} {error}: {text}"));
        let responses = &self.document["paths"][template][&method]["responses"];
        let told = resolved(&self.document, &responses[status.to_string()]);
        assert!(!told.is_null(), "{method} {template} answers {status}, not told of: {body}");
        let schema = &told["content"]["application/json"]["schema"];
        let faults = faults(&self.document, schema, &body, "body");
        assert!(faults.is_empty(), "{method} {template} {status}: {faults:?}\n{body}");
        for name in told["headers"].as_object().into_iter().flatten().map(|(name, _)| name) {
            assert!(headers.contains_key(name.as_str()), "{method} {template} {status}: no {name}");
        }
        assert_eq!(headers["cache-control"], "no-store");
        self.seen.lock().unwrap().insert((template.to_owned(), method, status));
        (status, body)
    }

    async fn get(&self, token: &str, template: &str, path: &str) -> (u16, Value) {
        self.ask(template, self.console.request(Method::GET, path).bearer_auth(token)).await
    }

    async fn post(&self, token: &str, template: &str, path: &str, body: Value) -> (u16, Value) {
        let request = self.console.request(Method::POST, path).bearer_auth(token);
        let request = if body.is_null() { request } else { request.json(&body) };
        self.ask(template, request).await
    }

    /// Makes a personal token on the page for it.
    async fn token(&self, cookie: &str, name: &str, role: &str) -> String {
        let form = [("name", name), ("role", role), ("days", "30")];
        let page = self.console.post("/tokens", cookie, &form).await;
        assert_eq!(page.status(), StatusCode::OK, "{name}");
        let page = page.text().await.unwrap();
        let letters = between(&page, "class=\"letters\">", "<").to_owned();
        assert!(letters.starts_with("waspada_") && letters.len() == 72, "{page}");
        letters
    }
}

#[tokio::test]
async fn an_analysts_program_does_what_the_console_does() {
    let desk = Desk::filled(POSTS);
    let asking = Asking::start(&desk);
    let sari = asking.console.join(&asking.console.daemon.link, "sari").await;
    let token = asking.token(&sari, "skrip", "admin").await;
    let reader = asking.token(&sari, "papan", "viewer").await;
    let rudi = asking.console.invited(&sari, "analyst", "rudi").await;
    let other = asking.token(&rudi, "skrip", "analyst").await;

    // The queue, filtered as the console filters it; what is no filter is told.
    let (status, list) = asking.get(&reader, "/api/items", "/api/items").await;
    assert_eq!((status, &list["count"], &list["next"]), (200, &json!(3), &json!(null)));
    assert!(!list.to_string().contains("0840-0000"), "{list}");
    for (query, count) in [
        ("lane=victim", 1),
        ("destination=kh&lane=offer", 2),
        ("q=poipet+pelan", 1),
        ("contact=%2B6284000000001", 2),
        ("since=2999-01-01", 0),
        ("state=decided", 0),
        ("severity=S1&band=", 1),
        ("after=9999", 0),
    ] {
        let (_, list) = asking.get(&reader, "/api/items", &format!("/api/items?{query}")).await;
        assert_eq!(
            list["count"].as_u64().map(|it| if query == "after=9999" { 0 } else { it }),
            Some(count),
            "{query}"
        );
    }
    for query in ["lane=x", "plattform=x", "since=kemarin", "q=a&q=b", "after=-1", "q=%00"] {
        let (status, body) =
            asking.get(&reader, "/api/items", &format!("/api/items?{query}")).await;
        assert_eq!((status, &body["code"]), (400, &json!("wrong_query")), "{query}");
    }
    let long = format!("/api/items?region={}", "*".repeat(201));
    assert_eq!(asking.get(&reader, "/api/items", &long).await.0, 400);

    // The plea comes first, lent and masked; a reveal is its own call.
    let (_, lent) = asking.post(&token, "/api/next", "/api/next", json!(null)).await;
    let (item, lease) = (lent["lease"]["item"].clone(), lent["lease"]["token"].clone());
    assert_eq!(lent["item"]["lane"], json!("victim"));
    assert!(!lent.to_string().contains("0840-0000-0002"), "{lent}");
    let path = |what: &str| format!("/api/items/{item}{what}");
    let (_, seen) = asking.get(&reader, "/api/items/{id}", &path("")).await;
    assert!(!seen.to_string().contains("0840-0000-0002"));
    let reveal = "/api/items/{id}/reveal";
    let (_, seen) = asking.post(&token, reveal, &path("/reveal"), json!(null)).await;
    assert!(seen.to_string().contains("0840-0000-0002"));
    let take = "/api/items/{id}/lease";
    let (status, body) = asking.post(&other, take, &path("/lease"), json!(null)).await;
    assert_eq!((status, &body["code"]), (409, &json!("held")), "{body}");
    assert_eq!(asking.post(&token, take, &path("/lease"), json!(null)).await.0, 200);

    // A decision, as strict as the console's, and its undoing by whom the console lets.
    let decide = "/api/items/{id}/decide";
    let ruling = |outcome: &str| json!({ "token": lease, "outcome": outcome });
    for (body, status, code) in [
        (ruling("RUJUK_POLRI"), 409, "reason_missing"),
        (ruling("DUPLIKAT"), 409, "duplicate_of"),
        (ruling("takedown"), 400, "wrong_body"),
        (json!({ "token": "x", "outcome": "EDUKASI" }), 400, "wrong_body"),
        (json!({ "outcome": "EDUKASI" }), 400, "wrong_body"),
        (json!({ "token": "0".repeat(32), "outcome": "EDUKASI" }), 409, "stale_token"),
        (json!({ "token": lease, "outcome": "EDUKASI", "lain": 1 }), 400, "wrong_body"),
        (
            json!({ "token": lease, "outcome": "EDUKASI", "reason": "x".repeat(2001) }),
            400,
            "wrong_body",
        ),
    ] {
        let (got, answer) = asking.post(&token, decide, &path("/decide"), body.clone()).await;
        assert_eq!((got, &answer["code"]), (status, &json!(code)), "{body}");
    }
    let (status, _) = asking.post(&token, decide, &path("/decide"), ruling("KORBAN_DIBANTU")).await;
    assert_eq!(status, 200);
    let again = asking.post(&token, decide, &path("/decide"), ruling("EDUKASI")).await;
    assert_eq!((again.0, &again.1["code"]), (409, &json!("not_open")), "one decision, not two");
    let undo = "/api/items/{id}/undo";
    let why = || json!({ "reason": "keliru" });
    assert_eq!(asking.post(&other, undo, &path("/undo"), why()).await.0, 403);
    assert_eq!(asking.post(&token, undo, &path("/undo"), json!({ "reason": " " })).await.0, 409);
    assert_eq!(asking.post(&token, undo, &path("/undo"), json!({})).await.0, 400);
    let (status, undone) = asking.post(&token, undo, &path("/undo"), why()).await;
    assert_eq!((status, &undone["outcome"]), (200, &json!("KORBAN_DIBANTU")));
    let (status, body) = asking.post(&token, undo, &path("/undo"), why()).await;
    assert_eq!((status, &body["code"]), (409, &json!("nothing_to_undo")), "{body}");
    let (_, counts) = asking.get(&reader, "/api/counts", "/api/counts").await;
    assert_eq!((&counts["open"], &counts["open_victim"]), (&json!(3), &json!(1)), "{counts}");

    // A token for a reader changes nothing and reveals nothing.
    assert_eq!(asking.post(&reader, "/api/next", "/api/next", json!(null)).await.0, 403);
    assert_eq!(asking.post(&reader, reveal, &path("/reveal"), json!(null)).await.0, 403);
    assert_eq!(asking.post(&reader, take, &path("/lease"), json!(null)).await.0, 403);
    assert_eq!(asking.post(&reader, decide, &path("/decide"), ruling("EDUKASI")).await.0, 403);
    assert_eq!(asking.post(&token, "/api/next", "/api/next?lane=x", json!(null)).await.0, 400);
    assert_eq!(asking.get(&token, "/api/events", "/api/events?since=x").await.0, 400);
    let missing = |what: &str| format!("/api/items/99999{what}");
    assert_eq!(asking.get(&token, "/api/items/{id}", "/api/items/x").await.0, 404);
    assert_eq!(asking.post(&token, reveal, &missing("/reveal"), json!(null)).await.0, 404);
    assert_eq!(asking.post(&token, take, &missing("/lease"), json!(null)).await.0, 404);
    assert_eq!(asking.post(&token, decide, &missing("/decide"), ruling("EDUKASI")).await.0, 404);
    assert_eq!(asking.post(&token, undo, &missing("/undo"), why()).await.0, 404);
    for (template, what) in [(decide, "/decide"), (undo, "/undo")] {
        let plain =
            asking.console.request(Method::POST, &path(what)).bearer_auth(&token).body("a=b");
        assert_eq!(asking.ask(template, plain).await.0, 415);
        let large = json!({ "reason": "x".repeat(70_000) });
        assert_eq!(asking.post(&token, template, &path(what), large).await.0, 413);
    }

    // Every way in the document is walked, and each is shut to who has no token in force.
    let told = asking.document["paths"].as_object().unwrap().clone();
    for (template, methods) in &told {
        for (method, operation) in methods.as_object().unwrap() {
            if operation["security"] != json!([{ "personal": [] }]) {
                continue;
            }
            let path = template.replace("{id}", "1");
            let method: Method = method.to_ascii_uppercase().parse().unwrap();
            for letters in [None, Some("waspada_tiada"), Some("")] {
                let request = asking.console.request(method.clone(), &path);
                let request = match letters {
                    Some(letters) => request.bearer_auth(letters),
                    None => request.header(COOKIE, &sari),
                };
                assert_eq!(asking.ask(template, request).await.0, 401, "{method} {template}");
            }
        }
    }
    // Too often, and with the database gone.
    desk.sql("ALTER TABLE personal_token RENAME TO tiada");
    assert_eq!(asking.get(&token, "/api/counts", "/api/counts").await.0, 503);
    desk.sql("ALTER TABLE tiada RENAME TO personal_token");
    let mut status = 200;
    for _ in 0..400 {
        status = asking.get(&other, "/api/counts", "/api/counts").await.0;
        if status == 429 {
            break;
        }
    }
    assert_eq!(status, 429, "a token may ask so often and no oftener");
    let seen = asking.seen.lock().unwrap().clone();
    for (template, methods) in &told {
        for (method, operation) in methods.as_object().unwrap() {
            if operation["security"] != json!([{ "personal": [] }]) {
                continue;
            }
            for status in operation["responses"].as_object().unwrap().keys() {
                // Of these one way stands for all; a stream is read elsewhere.
                let stands = matches!(status.as_str(), "408" | "429" | "503")
                    || (template == "/api/events" && status == "200");
                let answer = (template.clone(), method.clone(), status.parse().unwrap());
                assert!(stands || seen.contains(&answer), "never answered: {answer:?}");
            }
        }
    }
    for (method, path, status) in [
        (Method::DELETE, "/api/items/1", 405),
        (Method::GET, "/api/next", 405),
        (Method::GET, "/api/items/1/lain", 404),
    ] {
        let answer = asking.console.request(method, path).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }

    // The log names the owner, as if she had used the console, and holds.
    let lines: Vec<(String, String)> = custody(&desk);
    for action in ["decision", "undo", "view", "reveal", "token_created"] {
        let by_sari = ("analyst:sari".to_owned(), action.to_owned());
        assert!(lines.contains(&by_sari), "no {action}: {lines:?}");
    }
    assert_eq!(desk.run(&["evidence", "verify"]).status, 0);
}

fn custody(desk: &Desk) -> Vec<(String, String)> {
    let database = rusqlite::Connection::open(desk.path("w.db")).unwrap();
    let mut statement = database.prepare("SELECT actor, action FROM custody").unwrap();
    let lines = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    lines.map(Result::unwrap).collect()
}

#[tokio::test]
async fn a_token_never_permits_more_than_its_owner_may() {
    let desk = Desk::filled(POSTS);
    let asking = Asking::start(&desk);
    let sari = asking.console.join(&asking.console.daemon.link, "sari").await;
    let wulan = asking.console.invited(&sari, "viewer", "wulan").await;
    let rudi = asking.console.invited(&sari, "analyst", "rudi").await;

    // The form offers the least there is until another role is chosen.
    for (cookie, roles) in [(&sari, 5), (&wulan, 1), (&rudi, 2)] {
        let page = asking.console.get("/tokens", cookie).await;
        let roles_shown = between(&page, "<select name=\"role\">", "</select>");
        assert!(roles_shown.contains("<option value=\"viewer\" selected>"), "{roles_shown}");
        assert_eq!(roles_shown.matches(" selected").count(), 1);
        assert_eq!(roles_shown.matches("<option").count(), roles);
    }
    let bad = [
        ("a", "analyst", "30"),
        ("", "viewer", "30"),
        ("a", "viewer", "0"),
        ("a", "viewer", "367"),
        (&"a".repeat(65), "viewer", "30"),
    ];
    for (name, role, days) in bad {
        let form = [("name", name), ("role", role), ("days", days)];
        let answer = asking.console.post("/tokens", &wulan, &form).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{name} {role} {days}");
    }
    let ops = [("name", "a"), ("role", "ops"), ("days", "30")];
    assert_eq!(asking.console.post("/tokens", &rudi, &ops).await.status(), StatusCode::BAD_REQUEST);
    let reading = asking.token(&wulan, "papan", "viewer").await;
    let twice = [("name", "papan"), ("role", "viewer"), ("days", "1")];
    assert_eq!(
        asking.console.post("/tokens", &wulan, &twice).await.status(),
        StatusCode::BAD_REQUEST
    );
    let deciding = asking.token(&rudi, "skrip", "analyst").await;

    // Shown once, kept as a hash alone; seen and revoked by its owner only.
    let page = asking.console.get("/tokens", &wulan).await;
    assert!(page.contains("papan") && !page.contains(&reading) && !page.contains("skrip"));
    let bytes = std::fs::read(desk.path("w.db")).unwrap();
    assert!(!bytes.windows(reading.len()).any(|window| window == reading.as_bytes()));
    let revoke = format!("/tokens/{}/revoke", between(&page, "/tokens/", "/"));
    assert_eq!(asking.console.post(&revoke, &rudi, &[]).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(asking.get(&reading, "/api/counts", "/api/counts").await.0, 200);
    let page = asking.console.get("/tokens", &wulan).await;
    assert!(!page.contains("belum pernah"), "its last use is shown: {page}");
    assert_eq!(asking.console.post(&revoke, &wulan, &[]).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(asking.get(&reading, "/api/counts", "/api/counts").await.0, 401);

    // Whose role is lowered, or account shut, has tokens that do no more.
    desk.sql("UPDATE account SET role = 'viewer' WHERE name = 'rudi'");
    assert_eq!(asking.post(&deciding, "/api/next", "/api/next", json!(null)).await.0, 403);
    assert_eq!(asking.get(&deciding, "/api/counts", "/api/counts").await.0, 200);
    for disabled in ["true", "false"] {
        asking.console.post("/people/rudi/disabled", &sari, &[("disabled", disabled)]).await;
        let (status, _) = asking.get(&deciding, "/api/counts", "/api/counts").await;
        assert_eq!(status, 401, "shut, and not open again with the account");
    }
    // Its time is over.
    let late = asking.token(&sari, "lama", "admin").await;
    desk.sql("UPDATE personal_token SET ends_at = '2026-01-01T00:00:00.000000Z'");
    assert_eq!(asking.get(&late, "/api/counts", "/api/counts").await.0, 401);
    assert_eq!(desk.run(&["evidence", "verify"]).status, 0);
}

/// Events as they come.
struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    async fn open(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event of this name: its number and data. Others are passed over.
    async fn next(&mut self, name: &str) -> (i64, Value) {
        let wait = async {
            loop {
                while let Some((event, rest)) = self
                    .text
                    .split_once("\n\n")
                    .map(|(event, rest)| (event.to_owned(), rest.to_owned()))
                {
                    self.text = rest;
                    let field = |field: &str| {
                        event
                            .lines()
                            .find_map(|line| line.strip_prefix(field))
                            .unwrap_or_default()
                            .trim()
                    };
                    if field("event:") == name {
                        let data = serde_json::from_str(field("data:")).unwrap();
                        return (field("id:").parse().unwrap(), data);
                    }
                }
                let chunk = self.response.chunk().await.unwrap();
                let chunk = chunk.unwrap_or_else(|| panic!("ended before `{name}`"));
                self.text.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .unwrap_or_else(|_| panic!("no `{name}` came"))
    }

    async fn ends(&mut self) -> bool {
        let rest = async { while let Ok(Some(_)) = self.response.chunk().await {} };
        tokio::time::timeout(Duration::from_secs(15), rest).await.is_ok()
    }
}

#[tokio::test]
async fn open_pages_are_told_what_happens_and_let_go_at_the_end() {
    let desk = Desk::with_own_rules(&POSTS[..2]);
    let mut asking = Asking::start(&desk);
    let sari = asking.console.join(&asking.console.daemon.link, "sari").await;
    let token = asking.token(&sari, "skrip", "admin").await;
    let events = |path: &str| asking.console.request(Method::GET, path);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut page = Stream::open(events("/events").header(COOKIE, &sari)).await;
    let mut program = Stream::open(events("/api/events").bearer_auth(&token)).await;

    // How things stand, then what is new: a number, nothing of the posts.
    let (before, rules) = page.next("rules").await;
    assert_eq!(rules, json!({ "refused": null }));
    assert_eq!(page.next("leases").await.1, json!({ "held": [] }));
    desk.add(&POSTS[2..]);
    let (newest, new) = page.next("items").await;
    assert_eq!(new, json!({ "new": 1 }));
    assert_eq!(program.next("items").await, (newest, new));
    let (_, lent) = asking.post(&token, "/api/next", "/api/next", json!(null)).await;
    let held = json!({ "held": [{ "item": lent["lease"]["item"], "by": "sari" }] });
    assert_eq!(page.next("leases").await.1, held);

    // A file of rules breaks, and is mended.
    let file = desk.path("aturan/contoh.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, "[family").unwrap();
    let (_, rules) = page.next("rules").await;
    assert!(rules["refused"].as_str().unwrap().contains("contoh.toml"), "{rules}");
    std::fs::write(&file, good).unwrap();
    assert_eq!(page.next("rules").await.1, json!({ "refused": null }));

    // Who was away is told what came meanwhile.
    for request in [
        events(&format!("/events?since={before}")).header(COOKIE, &sari),
        events("/events").header(COOKIE, &sari).header("last-event-id", before.to_string()),
    ] {
        assert_eq!(Stream::open(request).await.next("items").await.1, json!({ "new": 1 }));
    }

    // Nobody is heard without a session or a token, and not without bounds.
    let uninvited = events("/events").send().await.unwrap().status();
    assert_eq!(uninvited, StatusCode::UNAUTHORIZED);
    let mut more = Vec::new();
    for _ in 0..7 {
        more.push(Stream::open(events("/api/events").bearer_auth(&token)).await);
    }
    assert_eq!(asking.get(&token, "/api/events", "/api/events").await.0, 503);

    // A session that ends takes its stream along, a revoked token its own.
    asking.console.post("/logout", &sari, &[]).await;
    assert!(page.ends().await, "a session that ended is told nothing more");
    desk.sql("UPDATE personal_token SET revoked_at = '2026-01-01T00:00:00.000000Z' WHERE id = 1");
    assert!(program.ends().await, "a revoked token is told nothing more");

    // The daemon ends although somebody listens.
    desk.sql("UPDATE personal_token SET revoked_at = NULL");
    drop(more);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut last =
        Stream::open(asking.console.request(Method::GET, "/api/events").bearer_auth(&token)).await;
    last.next("rules").await;
    assert!(
        asking.console.daemon.ends_within(Duration::from_secs(10)),
        "it hangs on an open stream"
    );
    assert!(last.ends().await);
}

#[tokio::test]
async fn the_log_tells_what_a_program_did_from_what_its_owner_did() {
    let desk = Desk::filled(POSTS);
    let asking = Asking::start(&desk);
    let console = &asking.console;
    let sari = console.join(&console.daemon.link, "sari").await;
    let token = asking.token(&sari, "skrip", "analyst").await;
    let item = |of: &str| format!("/api/items/{{id}}{of}");

    // An item by a program and another by herself: looked at, shown, decided, and taken back.
    let (_, lent) = asking.post(&token, "/api/next", "/api/next", Value::Null).await;
    let id = lent["lease"]["item"].as_i64().unwrap();
    let at = |of: &str| format!("/api/items/{id}{of}");
    let decide = json!({ "token": lent["lease"]["token"], "outcome": "EDUKASI" });
    for (of, body) in
        [("/reveal", Value::Null), ("/decide", decide), ("/undo", json!({ "reason": "keliru" }))]
    {
        let (status, told) = asking.post(&token, &item(of), &at(of), body).await;
        assert_eq!(status, 200, "{of}: {told}");
    }
    let page = console.get(&format!("/items/{id}"), &sari).await;
    let held = between(&page, "name=\"token\" value=\"", "\"");
    console.post(&format!("/items/{id}/reveal"), &sari, &[]).await;
    let form = [("token", held), ("outcome", "EDUKASI")];
    console.post(&format!("/items/{id}/decide"), &sari, &form).await;
    console.post(&format!("/items/{id}/undo"), &sari, &[]).await;

    let database = rusqlite::Connection::open(desk.path("w.db")).unwrap();
    let mut lines = database
        .prepare(
            "SELECT action, coalesce(detail ->> 'by', 'sari') || coalesce(detail ->> 'token', '')
             FROM custody WHERE subject = ?1 AND actor = 'analyst:sari' AND action <> 'view'
             ORDER BY seq",
        )
        .unwrap();
    let told: Vec<(String, String)> = lines
        .query_map([format!("item:{id}")], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let told: Vec<(&str, &str)> = told.iter().map(|(action, by)| (&**action, &**by)).collect();
    assert_eq!(
        told,
        [
            ("reveal", "token1"),
            ("decision", "token1"),
            ("undo", "token1"),
            ("reveal", "sari"),
            ("decision", "sari"),
            ("undo", "sari"),
        ]
    );
    // It is part of what cannot be altered unseen.
    assert_eq!(desk.run(&["evidence", "verify"]).status, 0);
    desk.sql(
        "DROP TRIGGER decision_is_append_only_update;
         UPDATE decision SET token_id = NULL WHERE id = 1;",
    );
    let verified = desk.run(&["evidence", "verify"]);
    assert!(verified.status != 0 && verified.out.contains("keputusan 1"), "{}", verified.out);
}
