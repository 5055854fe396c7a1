//! What the client owes a site, on loopback: robots.txt first, the pace, one request at a time,
//! conditional requests, an honest name; and where it never goes, whoever sends it there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod fetch_server;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fetch_server::{Asked, Reply, Server};
use jiff::SignedDuration;
use url::Url;
use waspada::fetch::{
    BlockReason, Client, Outcome, Redirects, RefuseReason, Request, Settings, TransientReason,
    Validators,
};

fn settings(named: &[&Server]) -> Settings {
    Settings {
        contact: Some("ops@contoh.example".to_owned()),
        pace: SignedDuration::from_millis(1),
        backoff: SignedDuration::from_millis(1),
        timeout: SignedDuration::from_secs(60),
        allow_hosts: named.iter().map(|server| server.address.to_string()).collect(),
        ..Settings::default()
    }
}

fn client(named: &[&Server]) -> Client {
    Client::new(&settings(named)).unwrap()
}

async fn get(client: &Client, url: Url) -> Outcome {
    client.get(&Request::new(url, "text/html")).await
}

async fn with_robots(robots: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => robots(),
        _ => Reply::html("isi"),
    })
    .await
}

fn gaps(asked: &[Asked]) -> Vec<Duration> {
    asked.windows(2).map(|pair| pair[1].at - pair[0].at).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_asked_one_thing_at_a_time_and_never_faster_than_its_pace() {
    const PACE: Duration = Duration::from_millis(40);
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let server = Server::start({
        let most = Arc::clone(&most);
        move |_| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            Reply::script(&[("content-type", "text/plain")], move |_stream| async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(5)).await;
                now.fetch_sub(1, Ordering::SeqCst);
            })
        }
    })
    .await;
    let pace = SignedDuration::try_from(PACE).unwrap();
    let client = Client::new(&Settings { pace, ..settings(&[&server]) }).unwrap();
    let asking: Vec<_> = (0..8)
        .map(|number| {
            let (client, url) = (client.clone(), server.url(&format!("/{number}")));
            tokio::spawn(async move { get(&client, url).await })
        })
        .collect();
    for outcome in asking {
        let outcome = outcome.await.unwrap();
        assert!(matches!(outcome, Outcome::New(_)), "{outcome:?}");
    }
    let asked = server.asked();
    assert_eq!(asked.len(), 9);
    assert_eq!(asked[0].path, "/robots.txt", "before anything else, and once");
    assert!(gaps(&asked).iter().all(|&gap| gap >= PACE), "{:?}", gaps(&asked));
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn crawl_delay_is_kept_up_to_a_limit() {
    let robots =
        |text: &'static str| move || Reply::new(200, &[("content-type", "text/plain")], text);
    let server = with_robots(robots("User-agent: *\nCrawl-delay: 0.1\n")).await;
    let client_of = |server: &Server| client(&[server]);
    let client = client_of(&server);
    for path in ["/a", "/b"] {
        assert!(matches!(get(&client, server.url(path)).await, Outcome::New(_)));
    }
    let asked = server.asked();
    assert!(gaps(&asked).iter().all(|&gap| gap >= Duration::from_millis(100)), "{asked:?}");

    let server = with_robots(robots("User-agent: waspada\nCrawl-delay: 86400\n")).await;
    let max_crawl_delay = SignedDuration::from_millis(50);
    let client = Client::new(&Settings { max_crawl_delay, ..settings(&[&server]) }).unwrap();
    let outcome =
        tokio::time::timeout(Duration::from_secs(60), get(&client, server.url("/a"))).await;
    assert!(matches!(outcome, Ok(Outcome::New(_))), "not a day later");
    assert!(gaps(&server.asked())[0] >= Duration::from_millis(50));
}

#[tokio::test]
async fn a_page_robots_disallows_is_never_asked_for() {
    let server = with_robots(|| {
        Reply::new(200, &[], "User-agent: *\nDisallow: /rahasia\nDisallow: /*?kunci=\n")
    })
    .await;
    let client = client(&[&server]);
    for path in ["/rahasia/a", "/b?kunci=k"] {
        let outcome = get(&client, server.url(path)).await;
        let Outcome::Refused(reason @ RefuseReason::Robots { .. }) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(!reason.to_string().contains("kunci"), "a query may hold a key: {reason}");
    }
    assert!(matches!(get(&client, server.url("/umum")).await, Outcome::New(_)));
    assert_eq!(server.paths(), ["/robots.txt", "/umum"]);
}

#[tokio::test]
async fn what_a_robots_txt_in_bad_shape_means() {
    enum Means {
        Allowed,
        NotNow,
    }
    let html = "<!doctype html><p>User-agent: *\nDisallow: /\n";
    type Answer = Box<dyn Fn() -> Reply + Send + Sync>;
    let robots: Vec<(&str, Answer, Means)> = vec![
        ("404", Box::new(Reply::not_found), Means::Allowed),
        ("403", Box::new(|| Reply::new(403, &[], "")), Means::Allowed),
        ("an HTML page", Box::new(move || Reply::html(html)), Means::Allowed),
        (
            "larger than is read",
            Box::new(|| Reply::new(200, &[], "Allow: /\n".repeat(200_000))),
            Means::Allowed,
        ),
        ("an endless redirect", Box::new(|| Reply::redirect("/robots.txt")), Means::Allowed),
        ("503", Box::new(|| Reply::new(503, &[("retry-after", "60")], "")), Means::NotNow),
        ("500", Box::new(|| Reply::new(500, &[], "")), Means::NotNow),
        ("429", Box::new(|| Reply::new(429, &[], "")), Means::NotNow),
        (
            "half of it",
            Box::new(|| {
                let half = "HTTP/1.1 200 x\r\ncontent-length: 999\r\n\r\nUser-agent: *\n";
                Reply::Bytes(half.into())
            }),
            Means::NotNow,
        ),
        (
            "a broken gzip",
            Box::new(|| Reply::new(200, &[("content-encoding", "gzip")], "Allow: /")),
            Means::NotNow,
        ),
        ("cut off", Box::new(|| Reply::Bytes(Vec::new())), Means::NotNow),
        (
            "elsewhere inside",
            Box::new(|| Reply::redirect("http://10.0.0.1/robots.txt")),
            Means::NotNow,
        ),
    ];
    for (what, robots, means) in robots {
        let server = with_robots(robots).await;
        let outcome = get(&client(&[&server]), server.url("/halaman")).await;
        match means {
            Means::Allowed => assert!(matches!(outcome, Outcome::New(_)), "{what}: {outcome:?}"),
            Means::NotNow => {
                assert!(
                    matches!(
                        outcome,
                        Outcome::Transient { reason: TransientReason::RobotsUnreachable(_), .. }
                    ),
                    "{what}: {outcome:?}"
                );
                assert!(!server.paths().contains(&"/halaman".to_owned()), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_robots_txt_is_followed_to_where_it_moved() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::redirect("/1"),
        "/5" => Reply::new(200, &[], "User-agent: *\nDisallow: /tertutup\n"),
        "/1" | "/2" | "/3" | "/4" => {
            let number: u32 = asked.path[1..].parse().unwrap();
            Reply::redirect(&format!("/{}", number + 1))
        }
        _ => Reply::html("isi"),
    })
    .await;
    let outcome = get(&client(&[&server]), server.url("/tertutup")).await;
    assert!(matches!(outcome, Outcome::Refused(RefuseReason::Robots { .. })), "{outcome:?}");
}

#[tokio::test]
async fn redirects_are_followed_to_a_limit() {
    let endless = Server::start(|asked| match asked.path.strip_prefix("/ke/") {
        Some(number) => Reply::redirect(&format!("/ke/{}", number.parse::<u32>().unwrap() + 1)),
        None if asked.path == "/putar" => Reply::redirect("/putar#lagi"),
        None => Reply::not_found(),
    })
    .await;
    let client = client(&[&endless]);
    let outcome = get(&client, endless.url("/ke/0")).await;
    assert!(matches!(outcome, Outcome::Refused(RefuseReason::TooManyRedirects(5))), "{outcome:?}");
    assert_eq!(
        endless.paths(),
        ["/robots.txt", "/ke/0", "/ke/1", "/ke/2", "/ke/3", "/ke/4", "/ke/5"]
    );
    let outcome = get(&client, endless.url("/putar")).await;
    assert!(matches!(outcome, Outcome::Refused(RefuseReason::TooManyRedirects(_))), "{outcome:?}");
    assert_eq!(endless.paths().len(), 8, "a loop is seen at once");
}

#[tokio::test]
async fn every_hop_of_a_redirect_obeys_its_own_host() {
    let open = with_robots(Reply::not_found).await;
    let closed = with_robots(|| Reply::new(200, &[], "User-agent: *\nDisallow: /a\n")).await;
    let (to_open, to_closed) = (open.url("/b#c"), closed.url("/a"));
    let start = Server::start(move |asked| match asked.path.as_str() {
        "/terbuka" => Reply::redirect(to_open.as_str()),
        "/tertutup" => Reply::redirect(to_closed.as_str()),
        _ => Reply::not_found(),
    })
    .await;
    let client = client(&[&open, &closed, &start]);
    let Outcome::New(capture) = get(&client, start.url("/terbuka#d")).await else { panic!() };
    assert_eq!((capture.url, capture.final_url), (start.url("/terbuka#d"), open.url("/b")));
    assert_eq!(open.paths(), ["/robots.txt", "/b"]);
    let outcome = get(&client, start.url("/tertutup")).await;
    let Outcome::Refused(RefuseReason::Robots { host, path }) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((host, path), (closed.address.to_string(), "/a".to_owned()));
    assert_eq!(closed.paths(), ["/robots.txt"]);
}

#[tokio::test]
async fn a_redirect_can_be_an_answer() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/s/kanal" => Reply::redirect("/kanal"),
        _ => Reply::not_found(),
    })
    .await;
    let request = Request {
        redirects: Redirects::Report,
        ..Request::new(server.url("/s/kanal"), "text/html")
    };
    let outcome = client(&[&server]).get(&request).await;
    let Outcome::Blocked(BlockReason::Redirect(to)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(to, server.url("/kanal").as_str());
    assert_eq!(server.paths(), ["/robots.txt", "/s/kanal"]);
}

#[tokio::test]
async fn no_request_goes_where_it_should_not() {
    let inside = with_robots(Reply::not_found).await;
    let targets: Vec<String> = [
        format!("http://{}/", inside.address),
        format!("http://localhost:{}/", inside.address.port()),
        // A name that passes as a name; its address does not.
        "http://localhost/".to_owned(),
        "http://127.0.0.1/".to_owned(),
        "http://2130706433/".to_owned(),
        "http://0x7f.1/".to_owned(),
        "http://[::1]/".to_owned(),
        "http://[::ffff:127.0.0.1]/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "http://192.168.0.1/admin".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[fd00::1]/".to_owned(),
        "http://contoh.example:22/".to_owned(),
        "http://user:sandi@contoh.example/".to_owned(),
        "ftp://contoh.example/".to_owned(),
        "file:///etc/hostname".to_owned(),
        "data:text/html,isi".to_owned(),
    ]
    .into();
    let list = targets.clone();
    let outside = Server::start(move |asked| match asked.path.strip_prefix("/ke/") {
        Some(number) => Reply::redirect(&list[number.parse::<usize>().unwrap()]),
        None => Reply::not_found(),
    })
    .await;
    let client = client(&[&outside]);
    for (number, target) in targets.iter().enumerate() {
        let redirected = get(&client, outside.url(&format!("/ke/{number}"))).await;
        let direct = get(&client, Url::parse(target).unwrap()).await;
        for outcome in [redirected, direct] {
            assert!(
                matches!(outcome, Outcome::Refused(RefuseReason::Address(_))),
                "{target}: {outcome:?}"
            );
        }
    }
    assert_eq!(inside.paths(), [""; 0]);
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::not_found(),
        _ if asked.header("if-none-match") == Some("W/\"satu\"") => Reply::new(
            304,
            &[("etag", "W/\"satu\""), ("cache-control", "max-age=60"), ("set-cookie", "a=b")],
            "",
        ),
        _ => Reply::new(
            200,
            &[
                ("etag", "W/\"satu\""),
                ("last-modified", "Fri, 02 Jan 2026 03:04:05 GMT"),
                ("set-cookie", "a=b"),
                ("content-type", "text/plain"),
            ],
            "isi",
        ),
    })
    .await;
    let client = client(&[&server]);
    let request = Request::new(server.url("/a"), "text/plain");
    let Outcome::New(capture) = client.get(&request).await else { panic!() };
    assert_eq!((capture.status, &capture.body[..]), (Some(200), &b"isi"[..]));
    assert_eq!(
        capture.validators(),
        Validators {
            etag: Some("W/\"satu\"".to_owned()),
            last_modified: Some("Fri, 02 Jan 2026 03:04:05 GMT".to_owned()),
        }
    );
    assert_eq!(capture.header("set-cookie"), None);
    assert_eq!(capture.header("content-type"), Some("text/plain"));
    let again = Request { validators: capture.validators(), ..request };
    let outcome = client.get(&again).await;
    let Outcome::Unchanged { headers, .. } = outcome else { panic!("{outcome:?}") };
    assert!(headers.contains(&("cache-control".to_owned(), "max-age=60".to_owned())));
    assert!(headers.iter().all(|(name, _)| name != "set-cookie"));
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[2].header("if-modified-since"), Some("Fri, 02 Jan 2026 03:04:05 GMT"));
    assert_eq!(asked[1].header("if-none-match"), None);
    for asked in asked {
        let agent = format!("waspada/{} (+mailto:ops@contoh.example)", env!("CARGO_PKG_VERSION"));
        assert_eq!(asked.header("user-agent"), Some(agent.as_str()));
        assert_eq!(asked.header("cookie"), None);
        assert_eq!(asked.header("referer"), None);
    }
}

#[tokio::test]
async fn a_caller_that_gives_up_leaves_nothing_stuck() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/gantung" => Reply::script(&[], |stream| async move {
            let _open = stream;
            std::future::pending().await
        }),
        "/robots.txt" => Reply::not_found(),
        _ => Reply::html("isi"),
    })
    .await;
    let client = client(&[&server]);
    let hung = tokio::spawn({
        let (client, url) = (client.clone(), server.url("/gantung"));
        async move { get(&client, url).await }
    });
    while server.paths().len() < 2 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    hung.abort();
    assert!(matches!(get(&client, server.url("/a")).await, Outcome::New(_)));
}
