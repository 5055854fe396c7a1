//! The review console as browsers and others meet it: who is let in, what a decision needs, what is
//! never shown, what every answer carries.
#![allow(clippy::unwrap_used, reason = "a test")]

mod console_client;
mod desk;

use console_client::{Console, PASSWORD, between, location};
use desk::{Desk, POSTS};
use reqwest::header::COOKIE;
use reqwest::{Method, StatusCode};

#[tokio::test]
async fn an_analysts_morning() {
    let desk = Desk::filled(POSTS);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let again = console.open(&console.daemon.link, "");
    assert_eq!(again.await.status(), StatusCode::BAD_REQUEST, "a link is good once");

    // The queue, its filters and its search.
    let queue = console.get("/queue", &admin).await;
    assert!(queue.contains("3 butir"), "{queue}");
    for (address, count) in [
        ("/queue?lane=victim", "1 butir"),
        ("/queue?destination=kh&lane=offer", "2 butir"),
        ("/queue?q=poipet+pelan", "1 butir"),
        ("/queue?q=%22+OR+text%3A", "0 butir"),
        ("/queue?contact=%2B6284000000001", "2 butir"),
        ("/queue?since=2999-01-01", "0 butir"),
        ("/queue?state=decided", "0 butir"),
        ("/queue?severity=S1&band=zzz", "1 butir"),
    ] {
        let page = console.get(address, &admin).await;
        assert!(page.contains(count), "{address}: {}", between(&page, "id=\"count\">", "<"));
    }

    // The plea for help comes first; contacts are masked until asked for, and that is logged.
    let work = console.open("/work", &admin).await;
    let first = location(&work).to_owned();
    let item = console.get(&first, &admin).await;
    assert!(item.contains("bantu dahulu") && !item.contains("0840-0000-0002"), "{item}");
    assert!(item.contains("<mark"), "what rules saw is marked");
    let revealed =
        console.post(&format!("{first}/reveal"), &admin, &[]).await.text().await.unwrap();
    assert!(revealed.contains("0840-0000-0002"), "{revealed}");

    // A decision: with a reason of its own where it goes to another body.
    let token = between(&item, "name=\"token\" value=\"", "\"").to_owned();
    let decide = format!("{first}/decide");
    let bare = [("token", token.as_str()), ("outcome", "RUJUK_POLRI")];
    assert_eq!(console.post(&decide, &admin, &bare).await.status(), StatusCode::CONFLICT);
    let decided =
        console.post(&decide, &admin, &[("token", &token), ("outcome", "KORBAN_DIBANTU")]).await;
    let number = first.rsplit('/').next().unwrap();
    assert_eq!(location(&decided), format!("/work?last={number}"));
    let twice = console.post(&decide, &admin, &[("token", &token), ("outcome", "EDUKASI")]).await;
    assert_eq!(twice.status(), StatusCode::CONFLICT, "a form sent twice decides once");
    assert!(console.get("/queue?state=decided", &admin).await.contains("KORBAN_DIBANTU"));

    // Undone, it waits again; the log keeps both and verifies.
    let undone = console.post(&format!("{first}/undo"), &admin, &[]).await;
    assert_eq!(location(&undone), first);
    assert!(console.get("/queue", &admin).await.contains("3 butir"));
    assert_eq!(desk.run(&["evidence", "verify"]).status, 0);

    // The same in English, by a switch.
    console.post("/language", &admin, &[("language", "en")]).await;
    assert!(console.get("/queue", &admin).await.contains("3 items"));
    let item = console.get("/items/1", &admin).await;
    assert!(item.contains("<dd>Cambodia</dd>"), "{item}");
    assert!(item.contains("IDR 12,000,000–18,000,000 a month"), "{item}");
    assert!(console.get("/dashboard", &admin).await.contains("KH · Cambodia"));
    console.post("/language", &admin, &[("language", "id")]).await;
    let item = console.get("/items/1", &admin).await;
    assert!(item.contains("<dd>Kamboja</dd>"), "{item}");
    assert!(item.contains("IDR 12.000.000–18.000.000 per bulan"), "{item}");
    assert!(console.get("/dashboard", &admin).await.contains("KH · Kamboja"));
}

#[tokio::test]
async fn two_analysts_never_hold_one_item_and_roles_hold() {
    let desk = Desk::filled(POSTS);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    // One invitation does not void another.
    let (first, link) =
        (console.invite(&admin, "analyst").await, console.invite(&admin, "analyst").await);
    console.join(&first, "budi").await;
    let analyst = console.join(&link, "tono").await;
    let link = console.invite(&admin, "viewer").await;
    let viewer = console.join(&link, "wati").await;

    let held = console.open("/work", &admin).await;
    let held = location(&held).to_owned();
    let page = console.get(&held, &analyst).await;
    assert!(page.contains("dikerjakan sari") && !page.contains("name=\"token\""), "{page}");
    let other = console.open("/work", &analyst).await;
    assert_ne!(location(&other), held);

    // Whoever only looks decides nothing, sees no contact and makes no accounts.
    let page = console.get(&held, &viewer).await;
    assert!(!page.contains("name=\"token\"") && !page.contains("/reveal"), "{page}");
    for (method, path) in [
        (Method::GET, "/work".to_owned()),
        (Method::GET, "/people".to_owned()),
        (Method::POST, format!("{held}/reveal")),
        (Method::POST, format!("{held}/undo")),
        (Method::POST, format!("{held}/decide")),
        (Method::POST, "/people/invite".to_owned()),
        (Method::POST, "/people/tono/disabled".to_owned()),
    ] {
        let form =
            [("token", "0"), ("outcome", "EDUKASI"), ("role", "admin"), ("disabled", "true")];
        let answer = console.ask(method, &path, &viewer, &form).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
    }

    // What one decided another may not take back, but whoever supervises may.
    let page = console.get(&held, &admin).await;
    let token = between(&page, "name=\"token\" value=\"", "\"");
    let form = [("token", token), ("outcome", "EDUKASI")];
    console.post(&format!("{held}/decide"), &admin, &form).await;
    let undo = format!("{held}/undo");
    for other in [&analyst, &viewer] {
        assert!(!console.get(&held, other).await.contains("/undo"));
        assert_eq!(console.post(&undo, other, &[]).await.status(), StatusCode::FORBIDDEN);
    }
    let link = console.invite(&admin, "supervisor").await;
    let supervisor = console.join(&link, "rini").await;
    assert_eq!(location(&console.post(&undo, &supervisor, &[]).await), held);

    // An account that is shut is out at once; nobody shuts his own.
    let shut = [("disabled", "true")];
    assert_eq!(
        console.post("/people/sari/disabled", &admin, &shut).await.status(),
        StatusCode::BAD_REQUEST
    );
    console.post("/people/tono/disabled", &admin, &shut).await;
    let answer = console.open("/queue", &analyst).await;
    assert_eq!(location(&answer), "/login");
}

#[tokio::test]
async fn an_edited_post_is_found_as_it_is_now_and_the_last_decision_can_be_taken_back() {
    let desk = Desk::filled(&POSTS[1..2]);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let count = async |query: &str| {
        let page = console.get(query, &admin).await;
        between(&page, "id=\"count\">", "<").to_owned()
    };
    assert_eq!(count("/queue?q=visa+turis&destination=KH").await, "1 butir");
    let edited = "Kerja di Myawaddy, masuk pelancong dulu, gaji $1.000. WA 0840-0000-0001";
    desk.add(&[(POSTS[1].0, edited)]);
    for (query, found) in [
        ("/queue?q=turis", "0 butir"),
        ("/queue?q=pelancong", "1 butir"),
        ("/queue?destination=KH", "0 butir"),
        ("/queue?destination=MM", "1 butir"),
    ] {
        assert_eq!(count(query).await, found, "{query}");
    }

    // The last item of all: nothing is left to work on, and still it can be undone by one key.
    let work = console.open("/work", &admin).await;
    let item = location(&work).to_owned();
    let page = console.get(&item, &admin).await;
    let token = between(&page, "name=\"token\" value=\"", "\"");
    let form = [("token", token), ("outcome", "EDUKASI")];
    let decided = console.post(&format!("{item}/decide"), &admin, &form).await;
    let work = console.open(location(&decided), &admin).await;
    let queue = console.get(location(&work), &admin).await;
    assert!(queue.contains("0 butir"), "{queue}");
    assert!(queue.contains(&format!("action=\"{item}/undo\"")), "{queue}");
    assert!(queue.contains("data-key=\"u\""), "{queue}");
}

#[tokio::test]
async fn the_switch_of_language_leads_back_to_where_it_was_pressed() {
    let desk = Desk::filled(POSTS);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let form = "action=\"/language\">";
    let back = |page: &str| {
        let form = between(page, form, "</form>");
        between(form, "name=\"back\" value=\"", "\"").replace("&#38;", "&").replace("&amp;", "&")
    };
    // A page that answers a form is gone back to by the page the form stands on.
    for (method, path, place) in [
        (Method::GET, "/queue?q=gaji+12&lane=offer", "/queue?q=gaji+12&lane=offer"),
        (Method::GET, "/items/1", "/items/1"),
        (Method::POST, "/items/1/reveal", "/items/1"),
        (Method::GET, "/tidak/ada?x=%2F%2Fevil.example", "/tidak/ada?x=%2F%2Fevil.example"),
        (Method::GET, "//evil.example", "//evil.example"),
    ] {
        let page = console.ask(method, path, &admin, &[]).await.text().await.unwrap();
        assert_eq!(back(&page), place, "{path}");
    }
    for (back, led) in [
        ("/items/1?last=2", "/items/1?last=2"),
        ("/queue?q=gaji+12&lane=offer", "/queue?q=gaji+12&lane=offer"),
        ("//evil.example", "/queue"),
        ("/\\evil.example", "/queue"),
        ("/\t/evil.example", "/queue"),
        ("https://evil.example/", "/queue"),
        ("evil", "/queue"),
        ("", "/queue"),
    ] {
        let answer = console.post("/language", &admin, &[("language", "en"), ("back", back)]).await;
        assert_eq!(location(&answer), led, "{back:?}");
    }
    let answer = console.post("/language", &admin, &[("language", "id")]).await;
    assert_eq!(location(&answer), "/queue");
}

#[tokio::test]
async fn what_cannot_be_done_is_told_in_the_readers_language() {
    let desk = Desk::filled(POSTS);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let refused = async |method: Method, path: &str, form: &[(&str, &str)]| {
        let answer = console.ask(method, path, &admin, form).await;
        (answer.status(), answer.text().await.unwrap())
    };
    let cases = [
        ("id", "Butir 1 tidak Anda pegang lagi", "Tidak ada butir 99", "Halaman ini tidak ada"),
        ("en", "You do not hold item 1", "There is no item 99", "There is no such page"),
    ];
    for (language, stale, none, nowhere) in cases {
        console.post("/language", &admin, &[("language", language)]).await;
        let form = [("token", &*"0".repeat(32)), ("outcome", "EDUKASI")];
        for (method, path, form, status, sentence) in [
            (Method::POST, "/items/1/decide", &form[..], StatusCode::CONFLICT, stale),
            (Method::GET, "/items/99", &[], StatusCode::NOT_FOUND, none),
            (Method::GET, "/tidak/ada", &[], StatusCode::NOT_FOUND, nowhere),
            (Method::GET, "/items/1/decide", &[], StatusCode::METHOD_NOT_ALLOWED, nowhere),
        ] {
            let (told, page) = refused(method, path, form).await;
            assert_eq!(told, status, "{path}");
            assert!(page.contains(sentence), "{path}: {page}");
            assert!(page.contains(&format!("<html lang=\"{language}\">")), "{path}");
        }
    }
    // What no page ever saw is told as well, with every header an answer carries.
    let (told, page) = refused(Method::POST, "/items/1/decide", &[("outcome", "EDUKASI")]).await;
    assert_eq!(told, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("This request cannot be read"), "{page}");
    let answer = console.open("/items/99", "").await;
    assert_eq!(location(&answer), "/login", "nor does a stranger learn which items there are");
}

#[tokio::test]
async fn what_was_hidden_in_a_post_is_read_beside_it() {
    let desk = Desk::filled(&[(
        "loker_contoh/1",
        "L0k3r K@mb0j4, masuk pelancong dulu, g4ji 12jt/bulan, WA 0840-0000-0001",
    )]);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let page = console.get("/items/1", &admin).await;
    let reading = between(&page, "<details class=\"reading\"", "</details>");
    assert!(reading.contains("kamboja"), "{page}");
    assert!(!reading.contains("0840"), "masked there too: {reading}");
}

#[tokio::test]
async fn strangers_stay_outside() {
    let desk = Desk::filled(POSTS);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    for path in ["/", "/queue", "/work", "/items/1", "/people"] {
        let answer = console.open(path, "").await;
        assert!(["/login", "/queue"].contains(&location(&answer)), "{path}");
    }
    // A form of another site is refused, with a session or without.
    let url = format!("{}/items/1/decide", console.daemon.address);
    for (header, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://lain.example")] {
        let forged = console.client.post(&url).header(COOKIE, &admin).header(header, value);
        assert_eq!(forged.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{header}");
    }
    let page = console.open("/login", "").await;
    for (header, part) in [
        ("content-security-policy", "script-src 'self'"),
        ("content-security-policy", "frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ] {
        assert!(page.headers()[header].to_str().unwrap().contains(part), "{header}");
    }
    // Five wrong passwords lock the account, for the right one too; nothing tells which was wrong.
    let mut answers = Vec::new();
    for password in ["a", "b", "c", "d", "e", PASSWORD] {
        let form = [("name", "sari"), ("password", password)];
        let answer = console.ask(Method::POST, "/login", "", &form).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        answers.push(answer.text().await.unwrap());
    }
    let form = [("name", "tidak ada"), ("password", PASSWORD)];
    let nobody = console.ask(Method::POST, "/login", "", &form).await.text().await.unwrap();
    assert_eq!(answers[5].replace("sari", "x"), nobody.replace("tidak ada", "x"));
    // Signing out ends the session on the server, not only in the browser.
    console.post("/logout", &admin, &[]).await;
    let answer = console.open("/queue", &admin).await;
    assert_eq!(location(&answer), "/login");
}
