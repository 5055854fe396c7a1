//! `waspada doctor`: what is in order, what is not, and what to do about it.
#![allow(clippy::unwrap_used, reason = "a test")]

mod desk;

use desk::{Desk, POSTS};
use jiff::Timestamp;
use serde_json::Value;
use waspada::post::Sha256;
use waspada::store::{Alarm, CaptureRecord, PageCommit, SetAsideRecord, SourceHealth};

/// State, what is so and what to do, by name.
fn examined(desk: &Desk) -> (i32, Value) {
    let answer = desk.run(&["doctor", "--json"]);
    (answer.status, serde_json::from_str(&answer.out).unwrap())
}

fn check<'a>(answer: &'a Value, name: &str) -> &'a Value {
    answer["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap()
}

/// Adds to the config of a desk; nobody listens on the port.
fn add(desk: &Desk, more: &str) {
    let path = desk.path("waspada.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, format!("{text}\n[http]\nlisten = \"127.0.0.1:1\"\n{more}")).unwrap();
}

const SOURCE: &str = "[[source]]\nname = \"saluran-contoh\"\ntype = \"folder\"\npath = \"masuk\"\n";

#[test]
fn all_is_well() {
    let desk = Desk::filled(POSTS);
    add(&desk, "");
    let (status, answer) = examined(&desk);
    assert_eq!((status, &answer["sound"]), (0, &true.into()), "{answer}");
    for name in ["konfigurasi", "aturan", "pembaca kedua", "basis data", "folder bukti", "jam"] {
        assert_eq!(check(&answer, name)["state"], "ok", "{answer}");
    }
    // A watch that runs from a timer is none that is broken.
    assert_eq!(check(&answer, "penjaga")["state"], "perhatian");
    let text = desk.run(&["doctor"]).out;
    assert!(text.contains("ok         aturan"), "{text}");
    assert!(text.contains("→ bila seharusnya berjalan: systemctl status waspada"), "{text}");
}

#[test]
fn a_config_that_cannot_be_read_is_all_that_is_said() {
    let desk = Desk::bare();
    add(&desk, "[aturan]\n");
    let (status, answer) = examined(&desk);
    assert_eq!((status, answer["checks"].as_array().unwrap().len()), (1, 1));
    let config = check(&answer, "konfigurasi");
    assert_eq!(config["state"], "rusak");
    assert!(config["what"].as_str().unwrap().contains("aturan"), "{answer}");
}

#[test]
fn broken_rules_a_missing_model_and_no_database_are_told_apart() {
    let desk = Desk::with_own_rules(POSTS);
    add(&desk, "");
    let (status, answer) = examined(&desk);
    assert_eq!((status, &check(&answer, "pembaca kedua")["state"]), (0, &"perhatian".into()));
    let path = desk.path("aturan/contoh.toml");
    let rules = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, rules.replace("points = 45", "point = 45")).unwrap();
    let (status, answer) = examined(&desk);
    assert_eq!((status, &check(&answer, "aturan")["state"]), (1, &"rusak".into()));
    assert!(check(&answer, "aturan")["what"].as_str().unwrap().contains("contoh.toml:"));

    let bare = Desk::bare();
    add(&bare, "");
    let (status, answer) = examined(&bare);
    assert_eq!((status, &check(&answer, "basis data")["state"]), (0, &"perhatian".into()));
}

#[test]
fn a_file_that_is_no_database_and_an_evidence_folder_that_is_none_are_broken() {
    let desk = Desk::bare();
    add(&desk, "");
    std::fs::write(desk.path("w.db"), "bukan basis data, hanya teks yang cukup panjang untuk itu")
        .unwrap();
    let (status, answer) = examined(&desk);
    assert_eq!((status, &check(&answer, "basis data")["state"]), (1, &"rusak".into()), "{answer}");
}

#[test]
fn a_source_says_how_its_last_visit_went_and_a_clock_that_went_back_is_found() {
    let desk = Desk::filled(POSTS);
    add(&desk, SOURCE);
    std::fs::create_dir(desk.path("masuk")).unwrap();
    let name = "sumber saluran-contoh";
    let (status, answer) = examined(&desk);
    assert_eq!(status, 0, "{answer}");
    assert_eq!(check(&answer, name)["what"], "belum pernah berhasil");
    desk.sql(
        "UPDATE source SET failure_kind = 'transient', failure_reason = 'tidak menjawab',
             last_success = '2026-11-24T01:00:00.000000Z'",
    );
    let (status, answer) = examined(&desk);
    let source = check(&answer, name);
    assert_eq!((status, &source["state"]), (0, &"perhatian".into()), "one source is not the watch");
    assert_eq!(source["todo"], "waspada source probe saluran-contoh");
    assert!(source["what"].as_str().unwrap().contains("transient: tidak menjawab"), "{source}");

    desk.sql("UPDATE source SET last_success = '2999-01-01T00:00:00.000000Z'");
    let (status, answer) = examined(&desk);
    assert_eq!((status, &check(&answer, "jam")["state"]), (1, &"rusak".into()));
}

/// A source whose rows turn out unreadable, seen through a real visit.
#[test]
fn a_source_whose_items_can_no_longer_be_read_raises_an_alarm() {
    let desk = Desk::filled(POSTS);
    add(&desk, &format!("{SOURCE}keep = true\nsettle = \"0s\"\n"));
    let row = |number| format!("{{\"id\": \"{number}\", \"text\": \"kabar {number}\"}}\n");
    let rows: String = (0..15).map(row).chain((0..10).map(|_| "{rusak\n".to_owned())).collect();
    std::fs::create_dir(desk.path("masuk")).unwrap();
    std::fs::write(desk.path("masuk/isi.jsonl"), rows).unwrap();
    assert_eq!(desk.run(&["run", "--once"]).status, 0);

    let (status, answer) = examined(&desk);
    let source = check(&answer, "sumber saluran-contoh");
    assert_eq!((status, &source["state"]), (0, &"perhatian".into()), "{answer}");
    let alarm = "40 % isi 24 jam terakhir tidak terbaca dan disisihkan";
    assert!(source["what"].as_str().unwrap().contains(alarm), "{source}");
    let table = desk.run(&["source", "list"]).out;
    assert!(table.contains(&format!("! saluran-contoh: {alarm}")), "{table}");
    let row: Value = serde_json::from_str(&desk.run(&["source", "list", "--json"]).out).unwrap();
    let day = &row["last_day"];
    assert_eq!((&day["new"], &day["complete_percent"]), (&15.into(), &60.into()), "{row}");
    assert_eq!(day["alarms"][0]["alarm"], "unreadable");
}

/// A page of the desk's source without posts, some hours after the one with all of them.
fn page(bytes: Option<&'static [u8]>) -> PageCommit {
    let at: Timestamp = "2026-11-24T05:00:00Z".parse().unwrap();
    let capture = bytes.map(|bytes| CaptureRecord {
        url: "https://t.me/s/loker_contoh".into(),
        final_url: "https://t.me/s/loker_contoh".into(),
        status: Some(200),
        fetched_at: at,
        headers: Vec::new(),
        body: bytes.into(),
        sha256: Sha256::of(bytes),
        grounds: Default::default(),
    });
    PageCommit {
        source: "saluran-contoh".into(),
        adapter: "telegram",
        adapter_version: 1,
        capture,
        posts: Vec::new(),
        deleted: Vec::new(),
        set_aside: Vec::new(),
        ignored: 0,
        cursor: None,
        validators: None,
        coverage: None,
        file_done: None,
        at,
    }
}

fn health(desk: &Desk) -> SourceHealth {
    let now = "2026-11-24T08:00:00Z".parse().unwrap();
    desk.store().health_of("saluran-contoh", now).unwrap()
}

#[test]
fn pages_that_are_unchanged_are_not_empty_ones() {
    let desk = Desk::filled(POSTS);
    let store = desk.store();
    for _ in 0..12 {
        store.commit_page(page(None)).unwrap();
    }
    assert_eq!(health(&desk).alarms, []);
    for _ in 0..6 {
        store.commit_page(page(Some(b"<html></html>"))).unwrap();
    }
    let since = "2026-11-23T22:00:00Z".parse().unwrap();
    assert_eq!(health(&desk).alarms, [Alarm::YieldZero { since, pages: 6 }]);
}

/// A stream stores what is flagged and counts the rest as ignored.
#[test]
fn what_was_read_and_not_stored_is_no_unreadable_item() {
    let desk = Desk::filled(POSTS);
    let set_aside = (0..20).map(|number| SetAsideRecord {
        place: number.to_string(),
        reason: "rusak".into(),
        raw: "{".into(),
    });
    let page = PageCommit { set_aside: set_aside.collect(), ignored: 76, ..page(None) };
    desk.store().commit_page(page).unwrap();
    let health = health(&desk);
    assert_eq!((health.complete_percent, health.alarms), (Some(80), vec![]));
}

/// A certificate that ends on this day, and its key, as files of the desk.
fn certify(desk: &Desk, year: i32, month: u8, day: u8) {
    let mut made = rcgen::CertificateParams::new(vec!["contoh.example".to_owned()]).unwrap();
    made.not_after = rcgen::date_time_ymd(year, month, day);
    let key = rcgen::KeyPair::generate().unwrap();
    std::fs::write(desk.path("rantai.pem"), made.self_signed(&key).unwrap().pem()).unwrap();
    std::fs::write(desk.path("kunci.pem"), key.serialize_pem()).unwrap();
}

#[test]
fn a_certificate_that_ends_soon_is_told_of() {
    let desk = Desk::filled(POSTS);
    add(&desk, "certificate = \"rantai.pem\"\nkey = \"kunci.pem\"\n");
    let today = Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    for (days, state, says) in [
        (90, "ok", "89 hari lagi"),
        (30, "ok", "29 hari lagi"),
        (10, "perhatian", "9 hari lagi"),
        (-1, "rusak", "sudah berakhir"),
    ] {
        let ends = today.checked_add(jiff::Span::new().days(days)).unwrap();
        certify(&desk, ends.year().into(), ends.month().unsigned_abs(), ends.day().unsigned_abs());
        let (status, answer) = examined(&desk);
        let found = check(&answer, "sertifikat");
        assert_eq!((status, &found["state"]), (i32::from(days < 0), &state.into()), "{answer}");
        assert!(found["what"].as_str().unwrap().contains(says), "{found}");
        assert_eq!(found["todo"].is_null(), state == "ok", "{found}");
    }
    std::fs::remove_file(desk.path("rantai.pem")).unwrap();
    assert_eq!(check(&examined(&desk).1, "konfigurasi")["state"], "rusak");
}
