//! Second looks as people meet them in the console: drawn posts that nothing marks, second opinions
//! that are blind, and the page on which a supervisor reads what they tell and settles differences.
#![allow(clippy::unwrap_used, reason = "a test")]

mod console_client;
mod desk;

use console_client::{Console, between, location};
use desk::{Desk, POSTS};
use jiff::Timestamp;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use waspada::store::{QualitySettings, Settings, Store};

impl Console {
    /// The item an analyst is led to, and its page.
    async fn work(&self, cookie: &str) -> (String, String) {
        let led = self.open("/work", cookie).await;
        let item = location(&led).to_owned();
        let page = self.get(&item, cookie).await;
        (item, page)
    }

    async fn decide(&self, item: &str, page: &str, cookie: &str, outcome: &str) -> Response {
        let token = between(page, "name=\"token\" value=\"", "\"");
        let form = [("token", token), ("outcome", outcome), ("reason", "jelas sekali")];
        self.post(&format!("{item}/decide"), cookie, &form).await
    }
}

/// Every decision is to be made twice.
fn all_twice(desk: &Desk) {
    let path = desk.path("waspada.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, text.replace("second_review_share = 0", "second_review_share = 1"))
        .unwrap();
}

#[tokio::test]
async fn a_second_opinion_is_blind_and_a_supervisor_settles() {
    let desk = Desk::filled(&POSTS[..1]);
    all_twice(&desk);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let rini = console.invited(&admin, "supervisor", "rini").await;
    let tono = console.invited(&admin, "analyst", "tono").await;
    let budi = console.invited(&admin, "analyst", "budi").await;
    let empty = console.get("/quality", &rini).await;
    for says in [
        "Belum ada postingan acak",
        "Belum ada putusan yang dibuat dua kali",
        "Tidak ada perbedaan",
    ] {
        assert!(empty.contains(says), "{says}: {empty}");
    }

    let (item, page) = console.work(&tono).await;
    console.decide(&item, &page, &tono, "BUKAN_berita").await;
    let led = console.open("/work", &tono).await;
    assert_eq!(location(&led), "/queue", "not to him who decided it");

    // The other sees an open item, whatever she does: nothing tells that it was decided, or by whom.
    let (again, page) = console.work(&budi).await;
    assert_eq!(again, item);
    for hidden in ["tono", "jelas sekali", "/undo", "id=\"held\""] {
        assert!(!page.contains(hidden), "{hidden}: {page}");
    }
    let revealed = console.post(&format!("{item}/reveal"), &budi, &[]).await.text().await.unwrap();
    assert!(revealed.contains("id=\"phones\"") && !revealed.contains("tono"), "{revealed}");
    let decided = console.decide(&item, &page, &budi, "EDUKASI").await;
    assert!(location(&decided).starts_with("/work?last="));

    // A slip is taken back by one key, and the item is hers again, still blind.
    let undone = console.post(&format!("{item}/undo"), &budi, &[]).await;
    assert_eq!(location(&undone), item);
    let page = console.get(&item, &budi).await;
    assert!(page.contains("name=\"token\"") && !page.contains("tono"), "{page}");
    console.decide(&item, &page, &budi, "TAKEDOWN").await;
    let page = console.get(&item, &budi).await;
    assert!(page.contains("Pendapat kedua Anda") && page.contains("BUKAN_berita"), "{page}");
    assert!(console.get("/queue?state=decided", &budi).await.contains("BUKAN_berita"));

    // Who only looks or decides is not led there and not let in; nor may she settle.
    let viewer = console.invited(&admin, "viewer", "wati").await;
    let ops = console.invited(&admin, "ops", "joko").await;
    for (name, cookie) in [("budi", &budi), ("wati", &viewer), ("joko", &ops)] {
        assert!(!console.get("/queue", cookie).await.contains("/quality"), "{name}");
        let settle = [("outcome", "TAKEDOWN"), ("reason", "ya")];
        for answer in [
            console.open("/quality", cookie).await,
            console.post("/quality/1/settle", cookie, &settle).await,
            console.post("/quality/1/undo", cookie, &[]).await,
        ] {
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}");
        }
    }

    // The supervisor sees both and says what holds.
    let quality = console.get("/quality", &rini).await;
    for says in
        ["tono", "budi", "BUKAN_berita", "TAKEDOWN", "berbeda tindakannya", "pada 0 dari 1 butir"]
    {
        assert!(quality.contains(says), "{says}: {quality}");
    }
    for (form, status) in [
        ([("outcome", "TAKEDOWN"), ("reason", " ")], StatusCode::CONFLICT),
        ([("outcome", "APA"), ("reason", "ya")], StatusCode::BAD_REQUEST),
        ([("outcome", "DUPLIKAT"), ("reason", "ya")], StatusCode::CONFLICT),
        ([("outcome", "TAKEDOWN"), ("reason", "tawaran jelas")], StatusCode::SEE_OTHER),
        ([("outcome", "EDUKASI"), ("reason", "sekali lagi")], StatusCode::CONFLICT),
    ] {
        assert_eq!(
            console.post("/quality/1/settle", &rini, &form).await.status(),
            status,
            "{form:?}"
        );
    }
    assert!(console.get("/queue?state=decided", &rini).await.contains("<b>TAKEDOWN</b>"));
    let page = console.get(&item, &rini).await;
    assert!(page.contains("tawaran jelas") && page.contains("membatalkan keputusan 1"), "{page}");
    let quality = console.get("/quality", &rini).await;
    assert!(
        quality.contains("Tidak ada perbedaan") && quality.contains("tawaran jelas"),
        "{quality}"
    );
    console.post("/quality/1/undo", &rini, &[]).await;
    assert!(console.get("/queue?state=decided", &rini).await.contains("<b>BUKAN_berita</b>"));
    assert!(console.get("/quality", &rini).await.contains("action=\"/quality/1/settle\""));
    assert_eq!(
        console
            .post("/quality/9/settle", &rini, &[("outcome", "EDUKASI"), ("reason", "x")])
            .await
            .status(),
        StatusCode::CONFLICT
    );
    assert_eq!(desk.run(&["evidence", "verify"]).status, 0);
}

#[tokio::test]
async fn what_was_decided_is_kept_from_whoever_may_be_asked_to_judge_it_too() {
    let desk = Desk::filled(&POSTS[..2]);
    all_twice(&desk);
    let console = Console::start(&desk);
    let sari = console.join(&console.daemon.link, "sari").await;
    let tono = console.invited(&sari, "analyst", "tono").await;
    let budi = console.invited(&sari, "analyst", "budi").await;
    let wati = console.invited(&sari, "viewer", "wati").await;
    let both = [("item", "1-1"), ("item", "2-2"), ("outcome", "BUKAN_berita"), ("reason", "pers")];
    let batch = console.post("/items/1/alike/decide", &tono, &both).await;
    let batch = location(&batch).to_owned();

    for path in [
        "/queue?state=decided",
        "/queue?state=all&q=poipet",
        "/queue?state=decided&contact=%2B6284000000001",
        "/items/1",
        &batch,
    ] {
        for (name, cookie, is_told) in [
            ("tono", &tono, true),
            ("sari", &sari, true),
            ("budi", &budi, false),
            ("wati", &wati, false),
        ] {
            let page = console.get(path, cookie).await;
            assert_eq!(page.contains("BUKAN_berita"), is_told, "{name} {path}: {page}");
            assert_eq!(page.contains("tinjauan kedua"), !is_told, "{name} {path}: {page}");
            assert!(is_told || !page.contains(">pers<"), "{name} {path}: {page}");
        }
    }
    let alike = console.get("/items/1", &budi).await;
    let alike = between(&alike, "id=\"alike-decided\"", "</ul>");
    assert!(alike.contains("menunggu tinjauan kedua"), "{alike}");
    for (name, told) in [("budi", "menunggu"), ("tono", "BUKAN_berita")] {
        let list = desk.run_as(name, &["queue", "list", "--all"]).out;
        assert!(list.contains(told), "{name}: {list}");
    }

    // The same for his programs, which take back nothing of another's either.
    let page =
        console.post("/tokens", &budi, &[("name", "uji"), ("role", "analyst"), ("days", "1")]);
    let page = page.await.text().await.unwrap();
    let token = between(&page, "class=\"letters\">", "<");
    let ask = async |method: Method, path: &str| {
        let request = console.request(method, path).bearer_auth(token);
        let answer = request.json(&json!({ "reason": "iseng" })).send().await.unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    let (_, list) = ask(Method::GET, "/api/items?state=decided").await;
    assert_eq!(list["items"][0]["outcome"], Value::Null);
    assert_eq!(list["items"][0]["awaits_second"], true);
    let (_, item) = ask(Method::GET, "/api/items/1").await;
    assert_eq!((&item["decisions"], &item["awaits_second"]), (&json!([]), &json!(true)));
    assert_eq!(item["same_contact"], json!([[2, null]]));
    assert_eq!(ask(Method::POST, "/api/items/1/undo").await.0, StatusCode::FORBIDDEN);
    let (item, page) = console.work(&budi).await;
    let (status, told) = ask(Method::POST, &format!("/api{item}/undo")).await;
    assert_eq!((status, &told["code"]), (StatusCode::CONFLICT, &json!("nothing_to_undo")));

    // Judged by him too, it is told.
    console.decide(&item, &page, &budi, "EDUKASI").await;
    let page = console.get(&item, &budi).await;
    assert!(page.contains("Pendapat kedua Anda") && page.contains("BUKAN_berita"), "{page}");
    assert!(console.get("/queue?state=decided", &wati).await.contains("<b>BUKAN_berita</b>"));
    assert_eq!(desk.run(&["evidence", "verify"]).status, 0);
}

#[tokio::test]
async fn a_drawn_post_is_not_to_be_told_from_others_until_it_is_decided() {
    let desk = Desk::filled(&[POSTS[0], POSTS[3]]);
    let at = Timestamp::now().to_string();
    desk.sql(&format!(
        "UPDATE post SET first_seen = '{}'",
        at.replace('Z', "").split('.').next().map(|second| format!("{second}.000000Z")).unwrap()
    ));
    let drawing = Store::open(&Settings {
        path: desk.path("w.db"),
        evidence: desk.path("bukti"),
        quality: QualitySettings { unflagged_share: 1.0, second_review_share: 0.0 },
        ..Settings::default()
    })
    .unwrap();
    let drawn = drawing.next(&"sari".parse().unwrap(), None, Timestamp::now()).unwrap().unwrap();
    let number = drawn.item.to_string();
    let console = Console::start(&desk);
    let sari = console.join(&console.daemon.link, "sari").await;
    let (item, page) = console.work(&sari).await;
    assert_eq!(item, format!("/items/{number}"));
    assert!(page.contains("Selamat pagi") && page.contains("diduga tawaran kerja"), "{page}");
    let queue = console.get("/queue", &sari).await;
    assert!(queue.contains("2 butir") && queue.contains(">S2</b>"), "{queue}");
    assert_eq!(queue.matches(">S2</b>").count(), 2, "it has the rank of the one it stands for");
    let quality = console.get("/quality", &sari).await;
    assert!(
        !quality.contains(&item) && quality.contains("belum ada postingan acak yang"),
        "{quality}"
    );
    let shell = [
        desk.run(&["queue", "list", "--json"]),
        desk.run(&["queue", "show", &number, "--json"]),
        desk.run(&["queue", "show", &number]),
        desk.run(&["queue", "list"]),
        desk.run(&["queue", "next", "--json"]),
        desk.run(&["queue", "export", "--state", "open"]),
    ];
    for (name, text) in shell
        .iter()
        .map(|answer| ("shell", &answer.out))
        .chain([("page", &page), ("queue", &queue)])
    {
        for telling in ["sample", "sampel", "acak", "\"flagged\":false"] {
            assert!(!text.contains(telling), "{name} says {telling}: {text}");
        }
    }

    console.decide(&item, &page, &sari, "PANTAU_AKUN").await;
    let quality = console.get("/quality", &sari).await;
    assert!(quality.contains("Ditaksir 100,0% dari postingan"), "{quality}");
    assert!(quality.contains(&format!("href=\"{item}\"")), "{quality}");
    console.post("/language", &sari, &[("language", "en")]).await;
    assert!(console.get("/quality", &sari).await.contains("An estimated 100.0% of the posts"));
    // Whoever takes it over is told how it came into the queue.
    let export: Value = serde_json::from_str(&desk.run(&["queue", "export"]).out).unwrap();
    assert_eq!(export["origin"], "sample");
    console.post(&format!("{item}/undo"), &sari, &[]).await;
    assert!(console.get("/queue", &sari).await.contains("2 items"));
}
