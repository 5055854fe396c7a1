//! `/api` against its document: every path, method and status that docs/openapi.json tells of is
//! asked for at the real daemon, nothing else is answered, and every body has the form it says. No
//! body, however odd, leads to a fault.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod intake;
mod openapi;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use intake::{Daemon, Intake};
use openapi::{document, faults, resolved};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A daemon, tokens for it, and the answers seen so far.
struct Asking {
    intake: Intake,
    daemon: Daemon,
    document: Value,
    seen: Mutex<BTreeSet<(String, String, u16)>>,
}

struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

impl Asking {
    /// Nothing is fetched by this daemon: its config names no contact.
    fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let intake = Intake::without_network();
        let daemon = intake.daemon();
        Self { intake, daemon, document: document(), seen: Mutex::default() }
    }

    fn token(&self, name: &str) -> String {
        let made = self.intake.run(&["token", "add", name, "--scope", "reports", "--json"]).json();
        made["token"].as_str().unwrap().to_owned()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.daemon.address)
    }

    /// Asks from an address of this machine, and holds the answer to the document.
    async fn ask(&self, from: u8, template: &str, request: reqwest::RequestBuilder) -> Answer {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let method = request.method().as_str().to_ascii_lowercase();
        drop(client);
        let client = reqwest::Client::builder()
            .local_address(IpAddr::V4(Ipv4Addr::new(127, 0, 0, from)))
            .no_proxy()
            .build()
            .unwrap();
        let response = client.execute(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{status} {error}: {text}"));
        self.check(template, &method, status, &headers, &body);
        Answer { status, headers, body }
    }

    fn check(
        &self,
        template: &str,
        method: &str,
        status: u16,
        headers: &reqwest::header::HeaderMap,
        body: &Value,
    ) {
        let responses = &self.document["paths"][template][method]["responses"];
        let told = resolved(&self.document, &responses[status.to_string()]);
        assert!(
            !told.is_null(),
            "{method} {template} answers {status}, which is not told of: {body}"
        );
        let schema = &told["content"]["application/json"]["schema"];
        let faults = faults(&self.document, schema, body, "body");
        assert!(faults.is_empty(), "{method} {template} {status}: {faults:?}\n{body}");
        for name in told["headers"].as_object().into_iter().flatten().map(|(name, _)| name) {
            assert!(headers.contains_key(name.as_str()), "{method} {template} {status}: no {name}");
        }
        for (name, value) in [("cache-control", "no-store"), ("x-content-type-options", "nosniff")]
        {
            assert_eq!(headers[name], value);
        }
        let seen = (template.to_owned(), method.to_owned(), status);
        self.seen.lock().unwrap().insert(seen);
    }

    async fn post(&self, from: u8, token: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = reqwest::Client::new()
            .post(self.url("/api/reports"))
            .header("content-type", "application/json; charset=utf-8")
            .bearer_auth(token)
            .body(body);
        self.ask(from, "/api/reports", request).await
    }

    async fn state(&self, from: u8, token: &str, id: &str) -> Answer {
        let request =
            reqwest::Client::new().get(self.url(&format!("/api/reports/{id}"))).bearer_auth(token);
        self.ask(from, "/api/reports/{id}", request).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_answers_as_its_document_says() {
    let asking = Asking::new();
    let token = asking.token("aduan-contoh");
    let other = asking.token("lembaga-lain");
    let client = reqwest::Client::new();

    // 202, then its state, to its own token alone.
    let told = json!({ "text": "Dicari admin di Poipet, masuk pelancong dulu, gaji 9-14jt/bln. WA 0812-0000-0001" });
    let kept = asking.post(2, &token, told.to_string()).await;
    assert_eq!(kept.status, 202);
    let id = kept.body["id"].as_str().unwrap();
    assert_eq!(kept.headers["location"].to_str().unwrap(), format!("/api/reports/{id}"));
    let deadline = Instant::now() + Duration::from_secs(30);
    let state = loop {
        let state = asking.state(2, &token, id).await;
        assert_eq!(state.status, 200);
        if state.body["state"] == json!("stored") {
            break state.body;
        }
        assert!(Instant::now() < deadline, "{}", state.body);
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    assert_eq!((&state["flagged"], &state["review"]), (&json!(true), &json!("open")), "{state}");
    assert!(!state.to_string().contains("0812"), "no contact leaves this way: {state}");
    assert_eq!(asking.state(2, &other, id).await.status, 404);
    assert_eq!(asking.state(2, &token, "lp-%FF").await.status, 404);
    assert_eq!(asking.state(2, "waspada_tiada", id).await.status, 401);

    // 400, each with its own reason.
    for (body, why) in [
        ("", "EOF"),
        ("{", "EOF"),
        ("[]", "invalid type"),
        (r#"["https://contoh.example/",null,null,null]"#, "invalid type"),
        ("{}", "`url` atau `text`"),
        (r#"{"text":"  "}"#, "`url` atau `text`"),
        (r#"{"url":"dua kata"}"#, "`url` bukan"),
        (r#"{"url":"file:///etc/passwd"}"#, "`url` bukan"),
        (r#"{"text":"a","nama":"b"}"#, "unknown field"),
        (r#"{"text":"a","platform":"a b"}"#, "`platform`"),
        (r#"{"text":"a\u0000b","note":7}"#, "invalid type"),
    ] {
        let answer = asking.post(3, &other, body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.body["message"].as_str().unwrap().contains(why), "{body}: {}", answer.body);
    }
    let long = json!({ "text": "a", "note": "b".repeat(2001) });
    assert_eq!(asking.post(3, &other, long.to_string()).await.status, 400);

    // 401: no token, a wrong one, another scheme, and one that was revoked.
    for value in [None, Some("Bearer x"), Some("Basic abc"), Some("Bearer"), Some("Bearer ")] {
        let mut request = client.post(asking.url("/api/reports")).body("{}");
        if let Some(value) = value {
            request = request.header("authorization", value);
        }
        let answer = asking.ask(4, "/api/reports", request).await;
        assert_eq!(
            (answer.status, &answer.headers["www-authenticate"]),
            (401, &"Bearer".parse().unwrap())
        );
    }
    assert_eq!(asking.intake.run(&["token", "revoke", "lembaga-lain"]).status, 0);
    assert_eq!(asking.post(4, &other, told.to_string()).await.status, 401);

    // 413 and 415.
    let large = json!({ "text": "a".repeat(70_000) }).to_string();
    assert_eq!(asking.post(5, &token, large).await.status, 413);
    let request = client.post(asking.url("/api/reports")).bearer_auth(&token).body("text=a");
    assert_eq!(asking.ask(5, "/api/reports", request).await.status, 415);

    // 408: a body that stops coming.
    let mut stream = tokio::net::TcpStream::connect(&asking.daemon.address).await.unwrap();
    let head = format!(
        "POST /api/reports HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\nconnection: close\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    let headers = headers
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect::<reqwest::header::HeaderMap>();
    asking.check("/api/reports", "post", 408, &headers, &serde_json::from_str(body).unwrap());

    // 503: too many wait, or the database is gone.
    let full = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
         INSERT INTO report (public_id, reporter, told, due, received_at)
         SELECT 'lp-' || i, 'pelapor', '{}', '2999-01-01T00:00:00.000000Z',
             '2026-01-01T00:00:00.000000Z' FROM n";
    asking.intake.database().execute_batch(full).unwrap();
    assert_eq!(asking.post(6, &token, told.to_string()).await.status, 503);
    asking.intake.database().execute_batch("ALTER TABLE token RENAME TO tiada").unwrap();
    assert_eq!(asking.state(6, &token, id).await.status, 503);
    asking.intake.database().execute_batch("ALTER TABLE tiada RENAME TO token").unwrap();
    asking.intake.database().execute_batch("DELETE FROM report WHERE due > '2900'").unwrap();

    // The document itself, to anybody.
    let request = client.get(asking.url("/api/openapi.json"));
    let answer = asking.ask(7, "/api/openapi.json", request).await;
    assert_eq!((answer.status, answer.body), (200, document()));

    // 429, by address on every path and by token from whatever address.
    let requests = [
        ("/api/openapi.json", client.get(asking.url("/api/openapi.json"))),
        ("/api/reports", client.post(asking.url("/api/reports")).body("{}")),
        ("/api/reports/{id}", client.get(asking.url("/api/reports/lp-0"))),
    ];
    let mut statuses = Vec::new();
    for number in 0..70 {
        let (template, request) = &requests[number % 3];
        statuses.push(asking.ask(8, template, request.try_clone().unwrap()).await.status);
    }
    assert!(!statuses[..60].contains(&429) && statuses[60..].iter().all(|status| *status == 429));
    let busy = asking.token("sibuk");
    let mut statuses = Vec::new();
    for number in 0..40 {
        statuses.push(asking.state(10 + number, &busy, "lp-0").await.status);
    }
    assert_eq!(statuses[..30], [404; 30]);
    assert!(statuses.contains(&429), "{statuses:?}");

    // Every answer of the document was given.
    let mut documented = BTreeSet::new();
    for (path, methods) in asking.document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            // What people's own tokens open is walked by tests/console_api.rs.
            if operation["security"] == json!([{ "personal": [] }]) {
                continue;
            }
            for status in operation["responses"].as_object().unwrap().keys() {
                documented.insert((path.clone(), method.clone(), status.parse().unwrap()));
            }
        }
    }
    assert_eq!(*asking.seen.lock().unwrap(), documented);

    // What the document does not tell of is not there.
    for (method, path, status) in [
        (reqwest::Method::GET, "/api/reports", 405),
        (reqwest::Method::DELETE, "/api/reports/lp-0", 405),
        (reqwest::Method::GET, "/api", 404),
        (reqwest::Method::GET, "/api/lain", 404),
        (reqwest::Method::GET, "/api/reports/a/b", 404),
        (reqwest::Method::GET, "/healthz", 200),
    ] {
        let answer = client.request(method.clone(), asking.url(path)).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{method} {path}");
    }

    // The log tells who handed in and whose tokens were made, and holds.
    let lines = asking.intake.custody();
    for action in ["token_created", "token_revoked", "report_received", "report_stored"] {
        assert!(lines.iter().any(|(done, _)| done == action), "no {action}");
    }
    assert!(!asking.daemon.log().contains(&token), "a token is in the log");
    assert_eq!(asking.intake.run(&["evidence", "verify"]).status, 0);
}

/// Something like what is asked for, and much that is not.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|it| json!(it)),
        any::<i64>().prop_map(|it| json!(it)),
        ".{0,40}".prop_map(|it| json!(it)),
        "(https?://)?[a-z0-9.:@%-]{0,20}/[a-z0-9/?=&%+#]{0,30}".prop_map(|it| json!(it)),
        "(https://)?(t\\.me|wa\\.me|bit\\.ly|linktr\\.ee)/[+]?[a-zA-Z0-9/_?=]{0,20}"
            .prop_map(|it| json!(it)),
        "[\\x00-\\x1f\u{202e}\u{fffd}0-9 ]{0,30}".prop_map(|it| json!(it)),
    ];
    let value = leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|it| json!(it)),
            proptest::collection::hash_map("[a-z]{1,4}", inner, 0..4).prop_map(|it| json!(it)),
        ]
    });
    let key = prop_oneof![Just("url"), Just("text"), Just("note"), Just("platform"), Just("lain")];
    let told =
        ("[a-z \\n]{1,60}", proptest::option::of(".{0,60}"), proptest::option::of("[a-z]{1,9}"));
    let good = told.prop_map(
        |(text, note, platform)| json!({ "text": text, "note": note, "platform": platform }),
    );
    let link = "https?://[a-z]{1,9}\\.(example|id|me)/[a-zA-Z0-9/?=&%+#-]{0,30}";
    let linked = (link, proptest::option::of(".{1,60}"))
        .prop_map(|(url, text)| json!({ "url": url, "text": text }));
    let near = proptest::collection::hash_map(key, value.clone(), 0..4);
    prop_oneof![
        2 => good.prop_map(|it| it.to_string().into_bytes()),
        2 => linked.prop_map(|it| it.to_string().into_bytes()),
        4 => near.prop_map(|it| json!(it).to_string().into_bytes()),
        1 => value.prop_map(|it| it.to_string().into_bytes()),
        1 => proptest::collection::vec(any::<u8>(), 0..200),
        1 => "\\{\"(url|text)\":\"[^\"]{0,20}".prop_map(String::into_bytes),
    ]
}

#[test]
fn no_body_leads_to_a_fault() {
    let asking = Asking::new();
    let tokens: Vec<String> =
        (0..20).map(|number| asking.token(&format!("uji-{number}"))).collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner =
        TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let number = std::cell::Cell::new(0_usize);
    runner
        .run(&bodies(), |body| {
            // Each token and each address for a few requests only: none of them is turned away.
            let turn = number.replace(number.get() + 1);
            let from = u8::try_from(2 + turn % 200).unwrap();
            let answer =
                runtime.block_on(asking.post(from, &tokens[turn % tokens.len()], body.clone()));
            prop_assert!(matches!(answer.status, 202 | 400), "{} {:?}", answer.status, body);
            Ok(())
        })
        .unwrap();
    let seen = asking.seen.lock().unwrap();
    assert_eq!(seen.iter().map(|(_, _, status)| *status).collect::<Vec<_>>(), [202, 400]);
    // All that was kept is looked at without a fault.
    let deadline = Instant::now() + Duration::from_secs(60);
    let waiting = || -> i64 {
        let open = "SELECT count(*) FROM report WHERE due IS NOT NULL";
        asking.intake.database().query_row(open, [], |row| row.get(0)).unwrap()
    };
    while waiting() > 0 {
        assert!(Instant::now() < deadline, "{} wait", waiting());
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(!asking.daemon.log().contains("ERROR"), "{}", asking.daemon.log());
    assert_eq!(asking.intake.run(&["evidence", "verify"]).status, 0);
}
