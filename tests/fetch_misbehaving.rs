//! Servers that misbehave, on loopback: whatever they do ends in its typed outcome, costs bounded
//! memory and time, and delays nobody else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod fetch_server;

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fetch_server::{Headers, Reply, Server};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;
use url::Url;
use waspada::fetch::{
    BlockReason, Circuit, Client, Outcome, RefuseReason, Request, Settings, TransientReason, decode,
};

/// Quick where politeness is not what is tested, patient where a busy machine would fail it.
fn settings(named: &[&Server]) -> Settings {
    Settings {
        contact: Some("ops@contoh.example".to_owned()),
        pace: SignedDuration::from_millis(1),
        backoff: SignedDuration::from_millis(1),
        timeout: SignedDuration::from_secs(60),
        max_body: 1 << 20,
        allow_hosts: named.iter().map(|server| server.address.to_string()).collect(),
        ..Settings::default()
    }
}

fn client(named: &[&Server]) -> Client {
    Client::new(&settings(named)).unwrap()
}

async fn get(client: &Client, url: Url) -> Outcome {
    client.get(&Request::new(url, "text/html, */*;q=0.1")).await
}

/// A server without a robots.txt that answers everything else with `reply`.
async fn serving(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => Reply::not_found(),
        _ => reply(),
    })
    .await
}

/// How a fresh client's first request of such a server ends.
async fn outcome_of(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Outcome {
    let server = serving(reply).await;
    get(&client(&[&server]), server.url("/halaman")).await
}

fn too_large(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Refused(RefuseReason::TooLarge { what, .. }) => Some(what),
        _ => None,
    }
}

fn is_network(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Transient { reason: TransientReason::Network(_), .. })
}

#[tokio::test]
async fn a_429_is_obeyed_and_the_host_not_asked_before_its_time() {
    let server = serving(|| Reply::new(429, &[("retry-after", "120")], "")).await;
    let client = client(&[&server]);
    let before = Timestamp::now();
    let outcome = get(&client, server.url("/a")).await;
    let Outcome::Transient { reason: TransientReason::Status(429), retry_at } = outcome else {
        panic!("{outcome:?}")
    };
    assert!(retry_at >= before + SignedDuration::from_secs(120), "{retry_at}");
    let outcome = get(&client, server.url("/b")).await;
    assert!(
        matches!(outcome, Outcome::Transient { reason: TransientReason::Paused, .. }),
        "{outcome:?}"
    );
    assert_eq!(server.paths(), ["/robots.txt", "/a"]);
    let [status] = client.hosts().try_into().unwrap();
    assert_eq!(status.host, server.address.to_string());
    assert!(status.paused_until.unwrap() >= before + SignedDuration::from_secs(119));
    assert!(status.interval > SignedDuration::from_millis(1), "errors slow the pace down");
}

#[tokio::test]
async fn a_pause_holds_for_those_who_already_wait_for_their_turn() {
    let told = Arc::new(Notify::new());
    let server = serving({
        let told = Arc::clone(&told);
        move || {
            let told = Arc::clone(&told);
            Reply::Script(Box::new(move |mut stream| {
                Box::pin(async move {
                    told.notified().await;
                    let answer = b"HTTP/1.1 429 x\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n";
                    let _ = stream.write_all(answer).await;
                })
            }))
        }
    })
    .await;
    let client = client(&[&server]);
    let asking = |path: &str| {
        let (client, url) = (client.clone(), server.url(path));
        tokio::spawn(async move { get(&client, url).await })
    };
    let first = asking("/a");
    while server.paths().len() < 2 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let waiting = asking("/b");
    tokio::time::sleep(Duration::from_millis(20)).await;
    told.notify_one();
    let outcomes = (first.await.unwrap(), waiting.await.unwrap());
    assert!(
        matches!(
            outcomes,
            (
                Outcome::Transient { reason: TransientReason::Status(429), .. },
                Outcome::Transient { reason: TransientReason::Paused, .. }
            )
        ),
        "{outcomes:?}"
    );
    assert_eq!(server.paths(), ["/robots.txt", "/a"]);
}

#[tokio::test]
async fn a_host_with_nothing_left_in_its_window_is_left_alone_after_a_good_answer() {
    let server = serving(|| {
        Reply::new(200, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "300")], "isi")
    })
    .await;
    let client = client(&[&server]);
    assert!(matches!(get(&client, server.url("/a")).await, Outcome::New(_)));
    let outcome = get(&client, server.url("/b")).await;
    assert!(
        matches!(outcome, Outcome::Transient { reason: TransientReason::Paused, .. }),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn statuses_become_types() {
    for status in [400, 401, 403, 404, 405, 410, 451, 206, 304] {
        let outcome = outcome_of(move || Reply::new(status, &[], "tidak")).await;
        assert!(
            matches!(outcome, Outcome::Blocked(BlockReason::Status(seen)) if seen == status),
            "{status}: {outcome:?}"
        );
    }
    for status in [408, 425, 429, 500, 502, 503, 504] {
        let outcome = outcome_of(move || Reply::new(status, &[], "")).await;
        assert!(
            matches!(outcome, Outcome::Transient { reason: TransientReason::Status(seen), .. } if seen == status),
            "{status}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn challenge_pages_are_not_content() {
    let cases: &[(u16, Headers, &str)] = &[
        (200, &[("content-type", "text/html")], "<title>Just a moment...</title>"),
        (200, &[("content-type", "text/html")], "<script>window._cf_chl_opt={}</script>"),
        (403, &[("cf-mitigated", "challenge")], ""),
        (503, &[("content-type", "text/html")], "<h1>Checking your browser</h1>"),
        (429, &[("content-type", "text/html")], "<div class=g-recaptcha></div>"),
    ];
    for (status, headers, body) in cases {
        let outcome = outcome_of(move || Reply::new(*status, headers, body)).await;
        assert!(
            matches!(outcome, Outcome::Blocked(BlockReason::Challenge(_))),
            "{status} {body}: {outcome:?}"
        );
    }
    let gzipped = || {
        let mut page = GzEncoder::new(Vec::new(), Compression::fast());
        page.write_all(b"<title>Just a moment...</title>").unwrap();
        Reply::new(403, &[("content-encoding", "gzip")], page.finish().unwrap())
    };
    let outcome = outcome_of(gzipped).await;
    assert!(matches!(outcome, Outcome::Blocked(BlockReason::Challenge(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_slow_drip_ends_with_the_time_for_a_request() {
    let server = serving(|| {
        Reply::script(&[("content-length", "1000000")], |mut stream| async move {
            while stream.write_all(b".").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
    })
    .await;
    let timeout = SignedDuration::from_millis(1500);
    let client = Client::new(&Settings { timeout, ..settings(&[&server]) }).unwrap();
    let outcome = get(&client, server.url("/")).await;
    assert!(is_network(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn a_broken_host_delays_no_other() {
    let hung = serving(|| {
        Reply::script(&[], |stream| async move {
            let _open = stream;
            std::future::pending().await
        })
    })
    .await;
    let good = serving(|| Reply::html("isi")).await;
    let client = client(&[&hung, &good]);
    let waiting = tokio::spawn({
        let (client, url) = (client.clone(), hung.url("/"));
        async move { get(&client, url).await }
    });
    while hung.paths().len() < 2 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    for _ in 0..5 {
        assert!(matches!(get(&client, good.url("/")).await, Outcome::New(_)));
    }
    assert!(!waiting.is_finished());
    waiting.abort();
}

#[tokio::test]
async fn a_connection_that_breaks_off_gives_no_half_page() {
    let cut = |headers: Headers, body: &'static [u8]| {
        move || {
            Reply::script(headers, move |mut stream| async move {
                let _ = stream.write_all(body).await;
            })
        }
    };
    let outcome = outcome_of(cut(&[("content-length", "1000")], b"setengah")).await;
    assert!(is_network(&outcome), "{outcome:?}");
    let outcome = outcome_of(cut(&[("transfer-encoding", "chunked")], b"8\r\nsetengah\r\n")).await;
    assert!(is_network(&outcome), "{outcome:?}");
    // The end of the connection ends this body by the letter of HTTP; the gzip in it knows better.
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff\xcb\x48";
    let outcome = outcome_of(cut(&[("content-encoding", "gzip")], gzip)).await;
    assert!(is_network(&outcome), "{outcome:?}");
    let outcome = outcome_of(|| Reply::Bytes(Vec::new())).await;
    assert!(is_network(&outcome), "{outcome:?}");
    let outcome = outcome_of(|| Reply::Bytes(b"\0\x01 bukan HTTP\r\n\r\n".to_vec())).await;
    assert!(is_network(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn a_dead_host_opens_its_circuit() {
    let gone = serving(Reply::not_found).await;
    let client = client(&[&gone]);
    let url = gone.url("/");
    drop(gone);
    let mut seen = 0;
    // Each further failure doubles the time the circuit stays open, so a request soon falls into it.
    let open = loop {
        let Outcome::Transient { reason, retry_at } = get(&client, url.clone()).await else {
            panic!("nobody is there")
        };
        match reason {
            TransientReason::RobotsUnreachable(_) => seen += 1,
            TransientReason::Paused => tokio::time::sleep(Duration::from_millis(1)).await,
            TransientReason::CircuitOpen => break retry_at,
            other => panic!("{other:?}"),
        }
    };
    assert!(seen >= 5, "{seen} failures");
    assert!(open > Timestamp::UNIX_EPOCH);
    let [status] = client.hosts().try_into().unwrap();
    assert!(status.failures >= 5 && status.circuit != Circuit::Closed, "{status:?}");
}

/// The most memory this process held, in MiB, where the system says it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? >> 10)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ten_gigabyte_bomb_costs_no_memory() {
    const MEBIBYTE: usize = 1 << 20;
    let packed = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&packed);
    let server = serving(move || {
        let count = Arc::clone(&count);
        Reply::script(&[("content-encoding", "gzip")], |mut stream| async move {
            let zeros = vec![0; MEBIBYTE];
            let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
            for _ in 0..10 << 10 {
                bomb.write_all(&zeros).unwrap();
                let piece = std::mem::take(bomb.get_mut());
                if stream.write_all(&piece).await.is_err() {
                    return;
                }
                count.fetch_add(1, Ordering::SeqCst);
            }
        })
    })
    .await;
    let client = Client::new(&Settings { max_body: 8 << 20, ..settings(&[&server]) }).unwrap();
    let outcome = get(&client, server.url("/")).await;
    assert_eq!(too_large(&outcome), Some("ratio"), "{outcome:?}");
    drop(server);
    let packed = packed.load(Ordering::SeqCst);
    assert!(packed < 10 << 10, "the client hung up early: {packed} MiB were packed");
    if let Some(peak) = peak_memory() {
        assert!(peak < 512, "{peak} MiB at the most");
    }
}

#[tokio::test]
async fn sizes_are_bounded() {
    let outcome =
        outcome_of(|| Reply::Bytes(b"HTTP/1.1 200 x\r\ncontent-length: 9999999\r\n\r\n".to_vec()))
            .await;
    assert_eq!(too_large(&outcome), Some("wire"), "said beforehand: {outcome:?}");
    let endless = || {
        Reply::script(&[], |mut stream| async move {
            while stream.write_all(&[b'x'; 9000]).await.is_ok() {}
        })
    };
    let outcome = outcome_of(endless).await;
    assert_eq!(too_large(&outcome), Some("wire"), "{outcome:?}");
    let unpacked = || {
        let noise: Vec<u8> =
            (0..2 << 20).map(|_| b"0123456789abcdef"[fastrand::usize(0..16)]).collect();
        let mut page = GzEncoder::new(Vec::new(), Compression::default());
        page.write_all(&noise[..(2 << 20) - 400_000]).unwrap();
        Reply::new(200, &[("content-encoding", "gzip")], page.finish().unwrap())
    };
    let outcome = outcome_of(unpacked).await;
    assert_eq!(too_large(&outcome), Some("decoded"), "{outcome:?}");
    let outcome = outcome_of(|| Reply::new(200, &[("x-besar", &"x".repeat(70 << 10))], "")).await;
    assert_eq!(too_large(&outcome), Some("headers"), "{outcome:?}");
}

#[tokio::test]
async fn a_wrong_charset_is_counted_and_a_missing_one_is_found() {
    let cases: [(&'static str, &'static [u8], &str, usize); 4] = [
        ("text/html; charset=utf-8", b"gaji \xe9\xe9 juta", "gaji \u{fffd}\u{fffd} juta", 2),
        ("text/html", b"<meta charset=windows-1252>\xe9", "<meta charset=windows-1252>\u{e9}", 0),
        ("text/html; charset=utf-8", b"\xff\xfek\0e\0", "ke", 0),
        ("text/html", "kerja \u{2013} gaji".as_bytes(), "kerja \u{2013} gaji", 0),
    ];
    for (content_type, body, text, replacements) in cases {
        let reply = move || Reply::new(200, &[("content-type", content_type)], body);
        let outcome = outcome_of(reply).await;
        let Outcome::New(capture) = outcome else { panic!("{outcome:?}") };
        assert_eq!(capture.body, body, "the evidence stays as it came");
        let decoded = decode(&capture.body, capture.header("content-type"));
        assert_eq!((decoded.text.as_str(), decoded.replacements), (text, replacements));
    }
}
