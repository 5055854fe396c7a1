//! `waspada report` as an officer uses it: the real binary, links that lead through loopback
//! stand-ins, and what stands in the queue afterwards. No number, account or invitation is opened.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod desk;
mod fetch_server;
mod intake;

use desk::{Desk, POSTS};
use fetch_server::{Reply, Server};
use intake::{Intake, StandIns};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use waspada::post::{Platform, PostKey};
use waspada::store::{PageCommit, Receiving, Reporter, Settings, Store, Told};

fn fixture(name: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join("fixtures").join(name)).unwrap()
}

/// A server that sends each of these paths on, and knows nothing else.
async fn sends_on(paths: Vec<(&'static str, String)>) -> Server {
    Server::start(move |asked| {
        let to = paths.iter().find(|(path, _)| *path == asked.path);
        to.map_or_else(Reply::not_found, |(_, to)| Reply::redirect(to))
    })
    .await
}

fn pages(server: &Server) -> Vec<String> {
    server.paths().into_iter().filter(|path| path != "/robots.txt").collect()
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shortened_link_to_a_message_is_followed_to_the_number_behind_it() {
    let telegram = Server::start(|asked| match asked.path.as_str() {
        "/loker_contoh/11?embed=1" => {
            Reply::html(&fixture("telegram/loker_contoh-sematan-11.html"))
        }
        _ => Reply::not_found(),
    })
    .await;
    let message = telegram.url("/loker_contoh/11").to_string();
    let shortener = sends_on(vec![
        ("/a", "/b".into()),
        ("/b", message.clone()),
        ("/daftar", "https://wa.me/6281200000001?text=Mau".into()),
    ])
    .await;
    let intake = Intake::with(&StandIns {
        shortener: shortener.address.to_string(),
        telegram: telegram.address.to_string(),
        ..StandIns::default()
    });
    let link = shortener.url("/a").to_string();
    let found = intake.report(&[&link]).await;
    assert_eq!(found["fetched"], json!(true), "{found}");
    assert_eq!(
        (&found["platform"], &found["native_id"]),
        (&json!("telegram"), &json!("loker_contoh/11"))
    );
    assert_eq!(found["flagged"], json!(true), "{found}");
    assert_eq!(strings(&found["chain"]), [link.as_str(), shortener.url("/b").as_str(), &message]);
    assert_eq!(pages(&telegram), ["/loker_contoh/11?embed=1"]);
    assert_eq!(pages(&shortener), ["/a", "/b"]);

    let text = format!("Lowongan, daftar di {} ya", shortener.url("/daftar"));
    let found = intake.report(&[&text]).await;
    assert_eq!(strings(&found["leads"]), ["+6281200000001"], "{found}");
    assert_eq!(strings(&found["facts"]["phones"]), ["+6281200000001"], "{found}");
    assert_eq!(pages(&shortener), ["/a", "/b", "/daftar"], "the number itself is never asked");

    // The same link, and the message it leads to, are one post.
    let again = intake.report(&[&message, "--by", "Bu Contoh", "--note", "dari tetangga"]).await;
    assert_eq!((&again["item"], &again["reports"]), (&json!(1), &json!(2)), "{again}");
    let shown = intake.run(&["queue", "show", "1"]);
    assert!(
        shown.out.contains("LAPORAN (2)") && shown.out.contains("“dari tetangga”"),
        "{}",
        shown.out
    );
    assert!(!shown.out.contains("Bu Contoh"), "{}", shown.out);
    let actions: Vec<String> = intake.custody().into_iter().map(|(action, _)| action).collect();
    assert_eq!(actions.iter().filter(|action| *action == "report_received").count(), 3);
    assert_eq!(actions.iter().filter(|action| *action == "report_stored").count(), 3);
    assert_eq!(intake.run(&["evidence", "verify"]).status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_links_is_read_and_its_invitations_only_written_down() {
    let linktree = Server::start(|asked| match asked.path.as_str() {
        "/loker.contoh" => Reply::html(&fixture("links/pohon.html")),
        _ => Reply::not_found(),
    })
    .await;
    let intake =
        Intake::with(&StandIns { linktree: linktree.address.to_string(), ..StandIns::default() });
    let found = intake.report(&[linktree.url("/loker.contoh").as_str()]).await;
    assert_eq!((&found["fetched"], &found["platform"]), (&json!(true), &json!("web")), "{found}");
    assert_eq!(
        strings(&found["leads"]),
        ["+6281200000001", "whatsapp:chat/KodeUndangan1", "telegram:+HashUndangan1"]
    );
    assert_eq!(strings(&found["facts"]["phones"]), ["+6281200000001"]);
    assert_eq!(found["flagged"], json!(true), "{found}");
    let kept: i64 = intake
        .database()
        .query_row("SELECT count(*) FROM post_contact WHERE contact LIKE '%Undangan1'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(kept, 2, "invitations can be found again in their own letters");
}

/// How links end that may not be opened, or lead nowhere: kept as told, and before an analyst.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_opened_is_kept_as_told() {
    let inside = Server::start(|_| Reply::html("<p>rahasia</p>")).await;
    let closed = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::new(200, &[], "User-agent: *\nDisallow: /tutup"),
        "/buka" => Reply::html("<title>Loker</title><article>Selamat pagi</article>"),
        "/gambar" => Reply::new(200, &[("content-type", "image/png")], [137, 80, 78, 71]),
        _ => Reply::not_found(),
    })
    .await;
    let long = (0..6).map(|number| format!("/panjang{}", number + 1));
    let names = ["/panjang0", "/panjang1", "/panjang2", "/panjang3", "/panjang4", "/panjang5"];
    let mut ways: Vec<(&str, String)> = names.into_iter().zip(long).collect();
    ways.extend([
        ("/dalam", inside.url("/").to_string()),
        ("/awan", "http://169.254.169.254/latest/meta-data/".to_owned()),
        ("/putar", "/putar2".to_owned()),
        ("/putar2", "/putar".to_owned()),
        ("/fb", "https://www.facebook.com/groups/1/posts/2?mibextid=x".to_owned()),
        ("/undangan", "https://chat.whatsapp.com/KodeUndangan2".to_owned()),
        ("/aneh", "mailto:a@contoh.example".to_owned()),
    ]);
    let shortener = sends_on(ways).await;
    let intake = Intake::with(&StandIns {
        shortener: shortener.address.to_string(),
        open: closed.address.to_string(),
        ..StandIns::default()
    });
    let short = |path: &str| shortener.url(path).to_string();
    for (link, why, platform, native_id) in [
        (short("/dalam"), "alamatnya ditolak", "web", ""),
        (short("/awan"), "alamatnya ditolak", "web", ""),
        (short("/aneh"), "alamatnya ditolak", "web", ""),
        (short("/putar"), "berputar-putar", "web", ""),
        (short("/panjang0"), "lebih dari 5 langkah", "web", ""),
        (short("/tiada"), "tidak ada lagi", "web", ""),
        (short("/fb"), "melarang perayapan", "facebook", "2"),
        (short("/undangan"), "tidak pernah dibuka", "whatsapp", ""),
        (closed.url("/tutup").to_string(), "melarangnya", "web", ""),
        (closed.url("/gambar").to_string(), "tidak memuat teks", "web", ""),
        ("https://www.tiktok.com/@contoh/video/7".to_owned(), "TikTok melarang", "tiktok", "7"),
        ("https://t.me/loker_contoh".to_owned(), "tidak pernah dibuka", "telegram", ""),
    ] {
        let found = intake.report(&[&link]).await;
        assert_eq!(found["fetched"], json!(false), "{link}: {found}");
        assert!(found["reason"].as_str().unwrap().contains(why), "{link}: {found}");
        assert_eq!(found["platform"], json!(platform), "{link}: {found}");
        assert!(native_id.is_empty() || found["native_id"] == json!(native_id), "{link}: {found}");
        assert_eq!(found["item_state"], json!("open"), "{link}: {found}");
    }
    assert_eq!(inside.paths(), [""; 0], "a server inside is never asked");
    let found = intake.report(&[closed.url("/buka").as_str()]).await;
    assert_eq!((&found["fetched"], &found["flagged"]), (&json!(true), &json!(false)), "{found}");
}

#[test]
fn what_no_rule_flags_waits_for_an_analyst_all_the_same() {
    let intake = Intake::without_network();
    let link = "https://www.facebook.com/groups/1/posts/2";
    let first = intake.run(&["report", link, "--json"]).json();
    assert_eq!((&first["flagged"], &first["item"]), (&json!(false), &json!(1)), "{first}");
    let list = intake.run(&["queue", "list"]);
    assert!(list.out.contains("laporan") && list.out.contains("1 laporan"), "{}", list.out);
    let shown = intake.run(&["queue", "show", "1"]);
    assert!(shown.out.contains("dilaporkan, aturan tidak menduganya"), "{}", shown.out);

    // Other rules change nothing of that.
    assert_eq!(intake.run(&["rules", "rescore"]).status, 0);
    let line = intake.run(&["queue", "list", "--json"]).json();
    assert_eq!((&line["origin"], &line["state"]), (&json!("report"), &json!("open")), "{line}");

    // What the ad said, told later, makes it a post that rules flag; it stays one item.
    let told = "Dicari admin di Poipet, masuk pelancong dulu, gaji 9-14jt/bln. WA 0812-0000-0001";
    std::fs::write(intake.path("iklan.txt"), told).unwrap();
    let second = intake.run(&["report", link, "--file", "iklan.txt", "--json"]).json();
    assert_eq!((&second["flagged"], &second["item"]), (&json!(true), &json!(1)), "{second}");
    let line = intake.run(&["queue", "list", "--json"]).json();
    assert_eq!((&line["origin"], &line["reports"]), (&json!("rules"), &json!(2)), "{line}");

    // A bare report of it afterwards takes nothing away.
    let third = intake.run(&["report", link, "--json"]).json();
    assert_eq!((&third["flagged"], &third["reports"]), (&json!(true), &json!(3)), "{third}");

    // Decided is decided: reported again it is counted, not asked anew.
    let next = intake.run(&["queue", "next", "--json"]).json();
    let token = next["lease"]["token"].as_str().unwrap();
    let decided = intake.run(&[
        "queue",
        "decide",
        "1",
        "BUKAN_peringatan",
        "--token",
        token,
        "--reason",
        "uji",
    ]);
    if decided.status != 0 {
        panic!("{}{}", decided.out, decided.err);
    }
    let fourth = intake.run(&["report", link, "--json"]).json();
    assert_eq!(
        (&fourth["item"], &fourth["item_state"]),
        (&json!(1), &json!("decided")),
        "{fourth}"
    );
}

#[test]
fn rules_that_flag_no_longer_leave_a_reported_post_in_the_queue() {
    let intake = Intake::without_network();
    let told = "Dicari admin di Poipet, masuk pelancong dulu, gaji 9-14jt/bln. WA 0812-0000-0001";
    assert_eq!(intake.run(&["report", told, "--json"]).json()["flagged"], json!(true));
    for entry in std::fs::read_dir(intake.path("aturan")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "toml") {
            std::fs::remove_file(path).unwrap();
        }
    }
    std::fs::write(
        intake.path("aturan/uji.toml"),
        "[family]\nid = \"uji\"\ntitle = \"Uji\"\ncap = 90\n[[rule]]\nid = \"uji-kata\"\ntitle = \"Uji\"\n\
         points = 80\nphrases = [\"kata yang tidak ada\"]\n",
    )
    .unwrap();
    let rescored = intake.run(&["rules", "rescore", "--json"]).json();
    assert_eq!(rescored["counts"]["no_longer_flagged"], json!(1), "{rescored}");
    let line = intake.run(&["queue", "list", "--json"]).json();
    assert_eq!((&line["origin"], &line["state"]), (&json!("report"), &json!("open")), "{line}");
    assert_eq!((&line["score"], &line["severity"]), (&json!(0), &Value::Null), "{line}");
    let shown = intake.run(&["queue", "show", "1", "--json"]).json();
    assert_eq!((&shown["verdict"]["hits"], &shown["rescored"]), (&json!([]), &Value::Null));
    let told: String = intake
        .database()
        .query_row(
            "SELECT json_extract(detail, '$.change') FROM custody
             WHERE action = 'rescored' AND subject = 'item:1'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(told, "no_longer_flagged");

    // Asked again, the same rules say the same.
    let again = intake.run(&["rules", "rescore", "--json"]).json();
    assert_eq!(again["counts"]["no_longer_flagged"], json!(0), "{again}");
}

#[test]
fn of_the_reporter_only_a_pseudonym_is_kept() {
    let intake = Intake::without_network();
    let by = |name: &str| {
        let note = "hubungi saya di 0812-0000-9999, saya tetangganya";
        let report = ["report", "Info kerja ke Kamboja", "--by", name, "--note", note, "--json"];
        intake.run(&report).json()["reporter"].as_str().unwrap().to_owned()
    };
    let (first, same, other) = (by("Siti Pelapor"), by(" siti  PELAPOR"), by("Ujang Pelapor"));
    assert_eq!(first, same);
    assert_ne!(first, other);
    assert!(first.starts_with("pelapor-"), "{first}");
    let line = intake.run(&["queue", "list", "--json"]).json();
    assert_eq!(line["reports"], json!(3));
    intake.database().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let bytes = std::fs::read(intake.path("w.db")).unwrap();
    let stored = String::from_utf8_lossy(&bytes).to_lowercase();
    for secret in ["siti", "ujang", "0812-0000-9999", "081200009999", "6281200009999"] {
        assert!(!stored.contains(secret), "{secret} is in the database");
    }
    assert!(stored.contains("saya tetangganya"), "the note itself is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_is_down_is_asked_again_by_the_daemon() {
    let tries = std::sync::atomic::AtomicU32::new(0);
    let site = Server::start(move |asked| match asked.path.as_str() {
        "/iklan" if tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 => {
            Reply::new(503, &[], "")
        }
        "/iklan" => Reply::html("<article>Dicari admin di Poipet, masuk pelancong dulu</article>"),
        _ => Reply::not_found(),
    })
    .await;
    let intake = Intake::with(&StandIns { open: site.address.to_string(), ..StandIns::default() });
    let waiting = intake.report(&[site.url("/iklan").as_str()]).await;
    assert!(waiting["waiting"].as_str().unwrap().contains("503"), "{waiting}");
    let daemon = intake.daemon();
    daemon.wait_for("report stored");
    let line = intake.run(&["queue", "list", "--json"]).json();
    assert_eq!((&line["platform"], &line["reports"]), (&json!("web"), &json!(1)), "{line}");
    assert_eq!(pages(&site), ["/iklan", "/iklan"]);
}

#[test]
fn what_cannot_be_reported_is_said() {
    let intake = Intake::without_network();
    std::fs::write(intake.path("besar.txt"), "a".repeat((64 << 10) + 1)).unwrap();
    std::fs::write(intake.path("gambar.png"), [137, 80, 78, 71, 0]).unwrap();
    for (arguments, status, why) in [
        (&["report"][..], 2, "TAUTAN|TEKS"),
        (&["report", "  "], 2, "tidak ada tautan atau teks"),
        (&["report", "teks", "--file", "besar.txt"], 2, "lebih besar dari 64 KiB"),
        (&["report", "--file", "gambar.png"], 2, "bukan berkas teks"),
        (&["report", "--file", "tiada.txt"], 3, "tiada.txt"),
    ] {
        let answer = intake.run(arguments);
        assert_eq!(answer.status, status, "{arguments:?}: {}{}", answer.out, answer.err);
        assert!(answer.err.contains(why), "{arguments:?}: {}", answer.err);
    }
    let answer = intake.run(&["report", "https://contoh.example/loker"]);
    assert!(answer.out.contains("[fetch] contact belum diisi"), "{}", answer.out);
}

#[test]
fn what_many_tell_of_one_link_at_once_is_all_kept() {
    let intake = Intake::without_network();
    let link = "https://www.tiktok.com/@contoh/video/7";
    assert_eq!(intake.run(&["report", link]).status, 0);
    let told: Vec<String> = (0..6).map(|number| format!("kalimat nomor {number}")).collect();
    let running: Vec<_> = told
        .iter()
        .enumerate()
        .map(|(number, text)| {
            let file = intake.path(&format!("{number}.txt"));
            std::fs::write(&file, text).unwrap();
            let mut command = intake.command(&["report", link, "--file"]);
            command.arg(file).stdout(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in running {
        assert!(child.wait().unwrap().success());
    }
    let shown = intake.run(&["queue", "show", "1", "--json"]).json();
    let text = shown["text"].as_str().unwrap();
    for told in &told {
        assert!(text.contains(told.as_str()), "{told} is not in {text}");
    }
    let line = intake.run(&["queue", "list", "--all", "--json"]).json();
    assert_eq!(line["reports"], json!(7), "{line}");
}

#[test]
fn a_look_that_was_broken_off_is_made_again() {
    let intake = Intake::without_network();
    let settings = Settings {
        path: intake.path("w.db"),
        evidence: intake.path("bukti"),
        ..Settings::default()
    };
    let store = Store::open(&settings).unwrap();
    let at = |minute: i64| Timestamp::from_second(1_800_000_000 + minute * 60).unwrap();
    let receiving = |most_waiting| Receiving {
        told: Told { text: Some("Info kerja".into()), ..Told::default() },
        reporter: Reporter::Person(None),
        due: at(0),
        most_waiting,
    };
    let received = store.report_receive(receiving(1), at(0)).unwrap().unwrap();
    assert!(
        store.report_receive(receiving(1), at(0)).unwrap().is_none(),
        "no more than one may wait"
    );
    let hold = SignedDuration::from_mins(10);
    let tries = |minute| {
        let taken = store.report_take(hold, at(minute)).unwrap();
        taken.map(|waiting| (waiting.id, waiting.tries))
    };
    assert_eq!(tries(1), Some((received.id, 1)));
    assert_eq!(tries(10), None, "somebody is at it");
    assert_eq!(tries(11), Some((received.id, 2)));
    store.report_later(received.id, at(60)).unwrap();
    assert_eq!(store.report_next_due().unwrap(), Some(at(60)));
}

#[test]
fn a_report_survives_whatever_write_fails() {
    let intake = Intake::without_network();
    assert_eq!(intake.run(&["report", "selamat pagi"]).status, 0);
    let count = |what: &str| -> i64 {
        intake
            .database()
            .query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get(0))
            .unwrap()
    };
    let told = "Dicari admin di Poipet, masuk pelancong dulu. WA 0812-0000-0001, nomor iklan";
    let tables = ["post", "post_version", "verdict", "post_contact", "queue_item"];
    for (number, table) in tables.iter().enumerate() {
        let fault = format!(
            "CREATE TRIGGER fault BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'fault'); END"
        );
        intake.database().execute_batch(&fault).unwrap();
        let answer = intake.run(&["report", &format!("{told} {number}")]);
        intake.database().execute_batch("DROP TRIGGER fault").unwrap();
        assert_eq!(answer.status, 3, "{table}: {}{}", answer.out, answer.err);
        for other in tables.iter().filter(|other| **other != "post_contact") {
            assert_eq!(count(other), 1, "a fault at {table} left rows in {other}");
        }
    }
    assert_eq!(count("report WHERE due IS NOT NULL"), 5);
    intake
        .database()
        .execute_batch("UPDATE report SET due = received_at WHERE due IS NOT NULL")
        .unwrap();
    let daemon = intake.daemon();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while count("report WHERE due IS NOT NULL") > 0 {
        assert!(std::time::Instant::now() < deadline, "{}", daemon.log());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!((count("post"), count("queue_item")), (6, 6));
}

#[test]
fn a_warning_told_of_an_ad_is_not_what_the_ad_says() {
    let desk = Desk::filled(POSTS);
    let versions = || -> i64 {
        rusqlite::Connection::open(desk.path("w.db"))
            .unwrap()
            .query_row("SELECT count(*) FROM post_version", [], |row| row.get(0))
            .unwrap()
    };
    let before = versions();
    let warning = "AWAS PENIPUAN: hati-hati modus lowongan kerja ke Kamboja ini, jangan percaya, \
                   saya ditipu. Hubungi saya di 0812-0000-9999";
    std::fs::write(desk.path("awas.txt"), warning).unwrap();
    let link = "https://t.me/loker_contoh/11";
    let report = ["report", link, "--file", "awas.txt", "--note", "dari grup RT", "--json"];
    let answer = desk.run(&report);
    assert_eq!(answer.status, 0, "{}", answer.err);
    let found: Value = serde_json::from_str(&answer.out).unwrap();
    let alone: Value = serde_json::from_str(&desk.run(&["report", warning, "--json"]).out).unwrap();
    assert_eq!((&found["flagged"], &alone["flagged"]), (&json!(true), &json!(false)), "{found}");
    assert_eq!(versions(), before + 1, "only the warning told without a link is a new text");

    let item = found["item"].to_string();
    let shown = desk.run(&["queue", "show", &item, "--json"]).out;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["unflagged_at"], Value::Null);
    let note = shown["reports"][0]["note"].as_str().unwrap();
    assert!(note.starts_with("dari grup RT\nAWAS PENIPUAN: hati-hati"), "{note}");
    assert!(note.ends_with("****-****-**99"), "{note}");
    assert!(!shown["text"].as_str().unwrap().contains("AWAS"), "{shown}");
    let again = desk.run(&report);
    assert_eq!((again.status, versions()), (0, before + 1), "{}", again.err);
}

/// The source says that a post of the desk is gone.
fn delete(desk: &Desk, native_id: &str) {
    let key = PostKey { platform: Platform::Telegram, native_id: native_id.into() };
    let page = PageCommit {
        source: "saluran-contoh".into(),
        adapter: "telegram",
        adapter_version: 1,
        capture: None,
        posts: Vec::new(),
        deleted: vec![key],
        set_aside: Vec::new(),
        ignored: 0,
        cursor: None,
        validators: None,
        coverage: None,
        file_done: None,
        at: Timestamp::now(),
    };
    assert_eq!(desk.store().commit_page(page).unwrap().deleted, 1);
}

/// When the post was deleted, and how many versions it has.
fn deletion(desk: &Desk) -> (Option<String>, i64) {
    rusqlite::Connection::open(desk.path("w.db"))
        .unwrap()
        .query_row(
            "SELECT p.deleted_at, count(*) FROM post p JOIN post_version v ON v.post_id = p.id
             WHERE p.native_id = 'loker_contoh/11'",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap()
}

fn reported(desk: &Desk, arguments: &[&str]) -> Value {
    let link = "https://t.me/loker_contoh/11";
    let answer = desk.run(&[&["report", link, "--json"], arguments].concat());
    assert_eq!(answer.status, 0, "{}", answer.err);
    serde_json::from_str(&answer.out).unwrap()
}

#[test]
fn a_report_of_a_deleted_post_does_not_bring_it_back() {
    let desk = Desk::filled(&POSTS[..1]);
    delete(&desk, POSTS[0].0);
    let (at, _) = deletion(&desk);
    assert!(at.is_some());
    let found = reported(&desk, &["--note", "ini masih ada di grup lain"]);
    assert_eq!((&found["fetched"], &found["item_state"]), (&json!(false), &json!("open")));
    assert_eq!(deletion(&desk), (at.clone(), 1), "a link alone says nothing new");
    let shown = desk.run(&["queue", "show", "2", "--reveal"]);
    for told in ["sudah dihapus", "ini masih ada", "tautan: https://t.me/loker_contoh/11"] {
        assert!(shown.out.contains(told), "{}{}", shown.out, shown.err);
    }

    // What is told of it is kept, and still the post is gone.
    for (number, (text, versions)) in
        [(POSTS[0].1, 2), ("kirim juga ke Myawaddy", 3), (POSTS[0].1, 3)].into_iter().enumerate()
    {
        std::fs::write(desk.path("iklan.txt"), text).unwrap();
        let found = reported(&desk, &["--file", "iklan.txt"]);
        assert_eq!((&found["flagged"], &found["item"]), (&json!(true), &json!(2)), "{number}");
        assert_eq!(deletion(&desk), (at.clone(), versions), "{number}");
    }
}

#[test]
fn a_deleted_post_kept_as_evidence_stays_as_it_is_when_reported() {
    let desk = Desk::filled(&POSTS[..1]);
    desk.decide("TAKEDOWN");
    desk.add(&[(POSTS[0].0, &format!("{} sekarang juga", POSTS[0].1))]);
    delete(&desk, POSTS[0].0);
    let before = deletion(&desk);
    assert!(before.0.is_some());
    std::fs::write(desk.path("awas.txt"), "AWAS PENIPUAN, hati-hati modus ini").unwrap();
    for arguments in [&[][..], &["--file", "awas.txt"]] {
        let found = reported(&desk, arguments);
        assert_eq!((&found["item"], &found["item_state"]), (&json!(2), &json!("open")), "{found}");
        assert_eq!(deletion(&desk), before);
    }
    let shown = desk.run(&["queue", "show", "2", "--json"]).out;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["unflagged_at"], Value::Null, "{shown}");
}
