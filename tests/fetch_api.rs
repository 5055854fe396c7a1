//! Requests to documented APIs, on loopback: what is posted, whose rules are obeyed, and that a
//! secret goes to its own host and nowhere else: not into addresses, errors, captures or redirects.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod fetch_server;

use fetch_server::{Reply, Server};
use jiff::SignedDuration;
use serde_json::json;
use waspada::budget::Spend;
use waspada::fetch::{
    BlockReason, Client, Credential, Form, Outcome, RefuseReason, Request, Secret, Settings,
    TransientReason,
};

const TOKEN: &str = "EAA|rahasia-0000=";
const ENCODED: &str = "EAA%7Crahasia-0000%3D";

fn client(named: &[&Server]) -> Client {
    Client::new(&Settings {
        pace: SignedDuration::from_millis(1),
        backoff: SignedDuration::from_millis(1),
        allow_hosts: named.iter().map(|server| server.address.to_string()).collect(),
        ..Settings::default()
    })
    .unwrap()
}

fn request(server: &Server, path: &str) -> Request {
    Request::api(server.url(path), &server.url("/"))
}

fn with_key(request: Request) -> Request {
    request.with(Credential::Query("access_token", Secret::new(TOKEN)))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_is_asked_by_its_own_rules_and_only_where_it_is() {
    let shut = || Reply::new(200, &[("content-type", "text/plain")], "User-agent: *\nDisallow: /");
    let other = Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => shut(),
        _ => Reply::html("rahasia orang"),
    })
    .await;
    let elsewhere = other.url("/data").to_string();
    let api = Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => shut(),
        "/pindah" => Reply::redirect(&elsewhere),
        _ => Reply::new(200, &[("content-type", "application/json")], "{}"),
    })
    .await;
    let client = client(&[&api, &other]);
    assert!(matches!(client.get(&request(&api, "/v1/a")).await, Outcome::New(_)));
    assert_eq!(api.paths(), ["/v1/a"], "nobody asked for robots.txt");
    // The same address as a page is a crawler's, and so is whatever the API redirects to.
    for asked in [Request::new(api.url("/v1/a"), "*/*"), request(&api, "/pindah")] {
        let outcome = client.get(&asked).await;
        let Outcome::Refused(RefuseReason::Robots { .. }) = outcome else { panic!("{outcome:?}") };
    }
    assert_eq!(other.paths(), ["/robots.txt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn json_and_forms_are_posted() {
    let api = Server::start(|_| Reply::new(200, &[], "[]")).await;
    let client = client(&[&api]);
    let fields = vec![("tag".to_owned(), "loker luar&negeri".to_owned())];
    for (form, kind, body) in [
        (
            Form::Json(json!({ "tag": "lokerkamboja" })),
            "application/json",
            r#"{"tag":"lokerkamboja"}"#,
        ),
        (Form::Fields(fields), "application/x-www-form-urlencoded", "tag=loker+luar%26negeri"),
    ] {
        assert!(matches!(client.get(&request(&api, "/cari").post(form)).await, Outcome::New(_)));
        let asked = api.asked().pop().unwrap();
        assert!(asked.head.starts_with("POST /cari "), "{}", asked.head);
        assert_eq!((asked.header("content-type"), asked.body.as_str()), (Some(kind), body));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_reaches_its_host_and_no_address_capture_or_error() {
    let api = Server::start(|asked| match asked.path.split('?').next().unwrap() {
        // As Meta does it: the address of the next page repeats the caller's token.
        "/halaman" => Reply::new(
            200,
            &[("link", &format!("<https://x.example/?access_token={ENCODED}>; rel=next"))],
            format!(
                r#"{{"next":"https://x.example/?access_token={ENCODED}&after=2","t":"{TOKEN}"}}"#
            ),
        ),
        "/salah" => Reply::new(400, &[], format!("token {TOKEN} kedaluwarsa")),
        "/pindah" => Reply::redirect(&format!("/lain?access_token={ENCODED}")),
        "/rusak" => Reply::new(500, &[], ""),
        _ => Reply::script(&[("content-length", "9")], |_| async {}),
    })
    .await;
    let client = client(&[&api]);
    for path in ["/halaman", "/salah", "/pindah", "/putus", "/rusak"] {
        let asked = with_key(request(&api, path)).with(Credential::Bearer(Secret::new(TOKEN)));
        let outcome = client.get(&asked).await;
        let shown = format!("{outcome:?} {asked:?}");
        for secret in [TOKEN, ENCODED, "rahasia-0000"] {
            assert!(!shown.contains(secret), "{path}: {shown}");
        }
        let arrived = api.asked().pop().unwrap();
        assert_eq!(arrived.path, format!("{path}?access_token={ENCODED}"));
        assert_eq!(arrived.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
        match (path, outcome) {
            ("/halaman", Outcome::New(capture)) => {
                assert_eq!(capture.final_url, api.url("/halaman"));
                assert!(capture.body.windows(9).any(|bytes| bytes == b"n=***&aft"), "{capture:?}");
                assert_eq!(waspada::post::Sha256::of(&capture.body), capture.sha256);
            }
            ("/salah", Outcome::Rejected(capture)) => {
                assert_eq!(capture.body, "token *** kedaluwarsa");
            }
            ("/pindah", Outcome::Blocked(BlockReason::Redirect(to))) => {
                assert_eq!(to, api.url("/lain").to_string());
            }
            ("/putus", Outcome::Transient { reason: TransientReason::Network(_), .. })
            | ("/rusak", Outcome::Transient { reason: TransientReason::Status(500), .. }) => {}
            (path, outcome) => panic!("{path}: {outcome:?}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_with_a_secret_follows_no_redirect_to_another_host() {
    let other = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::not_found(),
        _ => Reply::html("isi"),
    })
    .await;
    let elsewhere = other.url("/tujuan").to_string();
    let api = Server::start(move |asked| match asked.path.as_str() {
        "/keluar" => Reply::redirect(&elsewhere),
        "/dalam" => Reply::redirect("/tujuan"),
        _ => Reply::new(200, &[], "{}"),
    })
    .await;
    let client = client(&[&api, &other]);
    let authorised = |path| request(&api, path).with(Credential::Bearer(Secret::new(TOKEN)));
    assert!(matches!(client.get(&authorised("/dalam")).await, Outcome::New(_)));
    assert!(api.asked().iter().all(|asked| asked.header("authorization").is_some()));
    assert!(matches!(client.get(&authorised("/keluar")).await, Outcome::New(_)));
    assert_eq!(other.paths(), ["/robots.txt", "/tujuan"]);
    assert!(other.asked().iter().all(|asked| asked.header("authorization").is_none()));
    // What posts is never sent on at all.
    let outcome = client.get(&authorised("/dalam").post(Form::Json(json!({})))).await;
    assert!(matches!(outcome, Outcome::Blocked(BlockReason::Redirect(_))), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_costs_something_is_sent_once_and_known_to_be_sent() {
    let api = Server::start(|asked| match asked.path.as_str() {
        "/pindah" => Reply::redirect("/tujuan"),
        "/keluar" => Reply::redirect("http://169.254.0.1/"),
        _ => Reply::new(200, &[], "{}"),
    })
    .await;
    let client = client(&[&api]);
    for path in ["/pindah", "/keluar"] {
        let asked = request(&api, path).costing(Spend::new("panggilan", 1));
        let outcome = client.get(&asked).await;
        assert!(matches!(outcome, Outcome::Blocked(BlockReason::Redirect(_))), "{outcome:?}");
        assert!(outcome.was_sent(), "what was booked stays booked");
    }
    assert_eq!(api.paths(), ["/pindah", "/keluar"], "one was booked, one was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_not_sent_in_the_open() {
    let url: url::Url = "http://api.contoh.example/v1".parse().unwrap();
    let request = Request::api(url.clone(), &url).with(Credential::Bearer(Secret::new(TOKEN)));
    let outcome = client(&[]).get(&request).await;
    let Outcome::Refused(RefuseReason::Address(why)) = outcome else { panic!("{outcome:?}") };
    assert!(why.contains("https"), "{why}");
}
