//! `waspada rules rescore`: stored posts judged anew. What waits follows the rules, what was decided
//! stays, nothing is lost, and a pass killed anywhere goes on without doing anything twice.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod desk;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use desk::{Desk, POSTS};
use rusqlite::Connection;
use serde_json::Value;

fn rescore(desk: &Desk) -> Value {
    let answer = desk.run(&["rules", "rescore", "--json"]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    serde_json::from_str(&answer.out).unwrap()
}

fn counts(answer: &Value) -> BTreeMap<String, u64> {
    let counts: BTreeMap<String, u64> = serde_json::from_value(answer["counts"].clone()).unwrap();
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

fn some(counts: &[(&str, u64)]) -> BTreeMap<String, u64> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

/// Changes a rule file of the desk.
fn edit(desk: &Desk, from: &str, to: &str) {
    let path = desk.path("aturan/contoh.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

fn query<T: rusqlite::types::FromSql>(desk: &Desk, sql: &str) -> Vec<T> {
    let connection = Connection::open(desk.path("w.db")).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn states(desk: &Desk) -> Vec<String> {
    query(desk, "SELECT id || ' ' || state || ' ' || score FROM queue_item ORDER BY id")
}

fn sound(desk: &Desk) {
    let verified = desk.run(&["evidence", "verify"]);
    assert_eq!(verified.status, 0, "{}{}", verified.out, verified.err);
    let checked = desk.run(&["db", "check"]);
    assert_eq!(checked.status, 0, "{}{}", checked.out, checked.err);
}

#[test]
fn the_same_rules_change_nothing_however_often() {
    let desk = Desk::with_own_rules(POSTS);
    let before = states(&desk);
    for _ in 0..2 {
        assert_eq!(counts(&rescore(&desk)), some(&[("looked", 4)]));
    }
    assert_eq!(states(&desk), before);
    assert_eq!(query::<i64>(&desk, "SELECT count(*) FROM verdict"), [4]);
    assert!(query::<i64>(&desk, "SELECT seq FROM custody WHERE action = 'rescored'").is_empty());
}

#[test]
fn a_new_word_brings_old_posts_to_the_queue_and_its_end_takes_them_out_again() {
    let desk = Desk::with_own_rules(POSTS);
    edit(&desk, "\"visa turis\"]", "\"visa turis\", \"selamat pagi\"]");
    let answer = desk.run(&["rules", "rescore"]);
    assert_eq!((answer.status, answer.err.as_str()), (0, ""));
    assert!(answer.out.contains("  diperiksa                     4\n"), "{}", answer.out);
    assert!(answer.out.contains("  baru diduga                   1  masuk antrean\n"));
    assert_eq!(states(&desk).len(), 4);
    assert!(desk.run(&["queue", "list"]).out.contains("Selamat pagi"));
    assert_eq!(rescore(&desk)["counts"]["changed"], 0, "a second time there is nothing to do");

    edit(&desk, ", \"selamat pagi\"]", "]");
    let answer = desk.run(&["rules", "rescore"]);
    assert!(answer.out.contains("queue list --state unflagged"), "{}", answer.out);
    assert!(!desk.run(&["queue", "list"]).out.contains("Selamat pagi"));
    let left = desk.run(&["queue", "list", "--state", "unflagged"]).out;
    assert!(left.contains("Selamat pagi") && left.contains("tidak diduga lagi"), "{left}");
    let shown = desk.run(&["queue", "show", "4"]).out;
    assert!(shown.contains("aturan yang baru tidak menduganya lagi"), "{shown}");

    // The word comes back, and with it the same item.
    edit(&desk, "\"visa turis\"]", "\"visa turis\", \"selamat pagi\"]");
    assert_eq!(rescore(&desk)["counts"]["newly_flagged"], 1);
    assert_eq!(query::<String>(&desk, "SELECT state FROM queue_item WHERE id = 4"), ["open"]);
    let told: Vec<String> = query(
        &desk,
        "SELECT json_extract(detail, '$.change') FROM custody
         WHERE action = 'rescored' AND subject = 'item:4' ORDER BY seq",
    );
    assert_eq!(told, ["newly_flagged", "no_longer_flagged", "newly_flagged"]);
    sound(&desk);
}

#[test]
fn a_decision_stays_and_its_new_score_is_shown_beside_it() {
    let desk = Desk::with_own_rules(POSTS);
    // The plea first, then the stronger offer.
    let plea = desk.decide("KORBAN_DIBANTU");
    let offer = desk.decide("TAKEDOWN");
    let decided: Vec<String> = query(
        &desk,
        "SELECT lane || score || outcome FROM queue_item WHERE state = 'decided' ORDER BY id",
    );
    edit(
        &desk,
        "phrases = [\"masuk pelancong\", \"pelancong dulu\", \"visa turis\"]",
        "phrases = [\"kata lain\"]",
    );
    assert_eq!(
        counts(&rescore(&desk)),
        some(&[("looked", 4), ("changed", 2), ("kept_decided", 1), ("no_longer_flagged", 1)])
    );
    assert_eq!(
        decided,
        query::<String>(
            &desk,
            "SELECT lane || score || outcome FROM queue_item WHERE state = 'decided' ORDER BY id"
        )
    );
    let shown = desk.run(&["queue", "show", &offer]).out;
    assert!(shown.contains("TAKEDOWN") && shown.contains("skor kini"), "{shown}");
    assert!(shown.contains("(tidak diduga), menurut aturan versi"), "{shown}");
    assert!(!desk.run(&["queue", "show", &plea]).out.contains("skor kini"));
    sound(&desk);
}

#[test]
fn an_item_in_an_analysts_hand_is_left_there() {
    let desk = Desk::with_own_rules(&POSTS[..1]);
    let (item, token) = desk.take("sari");
    edit(&desk, "\"masuk pelancong\", \"pelancong dulu\", \"visa turis\"", "\"kata lain\"");
    assert_eq!(counts(&rescore(&desk)), some(&[("looked", 1), ("changed", 1), ("held", 1)]));
    let decided =
        desk.run(&["queue", "decide", &item, "TAKEDOWN", "--token", &token, "--reason", "jelas"]);
    assert_eq!(decided.status, 0, "{}", decided.err);

    // Let go without a decision, it follows the rules with the next pass.
    let undone = desk.run(&["queue", "undo", &item, "--reason", "keliru"]);
    assert_eq!(undone.status, 0, "{}", undone.err);
    assert_eq!(counts(&rescore(&desk)), some(&[("looked", 1), ("no_longer_flagged", 1)]));
    sound(&desk);
}

#[test]
fn broken_rules_touch_nothing() {
    let desk = Desk::with_own_rules(POSTS);
    edit(&desk, "points = 45", "point = 45");
    let answer = desk.run(&["rules", "rescore"]);
    assert_eq!(answer.status, 2);
    assert!(answer.err.contains("contoh.toml"), "{}", answer.err);
    assert_eq!(query::<i64>(&desk, "SELECT count(*) FROM rescore"), [0]);
}

#[test]
fn killed_anywhere_it_goes_on_and_does_nothing_twice() {
    let texts: Vec<(String, String)> = (0..4_000)
        .map(|number| {
            let text = match number % 4 {
                0 => format!("Kerja di Poipet, visa turis, gaji $1.000/bulan, nomor {number}"),
                1 => format!("Selamat pagi yang ke-{number}, semoga hari ini menyenangkan"),
                _ => format!("Jual pisang goreng {number}"),
            };
            (format!("contoh/{number}"), text)
        })
        .collect();
    let posts: Vec<(&str, &str)> =
        texts.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let desk = Desk::with_own_rules(&posts);
    edit(&desk, "\"masuk pelancong\", \"pelancong dulu\", \"visa turis\"", "\"selamat pagi\"");
    // However slow the machine is: while this is in force no pass comes past its last batch.
    let connection = Connection::open(desk.path("w.db")).unwrap();
    connection
        .execute_batch(
            "CREATE TRIGGER endless BEFORE UPDATE ON rescore WHEN NEW.after_post > 3840
             BEGIN SELECT count(*) FROM post, post, post; END",
        )
        .unwrap();
    let reached = || -> i64 {
        let sql = "SELECT coalesce(max(after_post), 0) FROM rescore";
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let mut cut = Vec::new();
    while reached() < 3_840 {
        let before = reached();
        let mut child = Command::new(env!("CARGO_BIN_EXE_waspada"))
            .current_dir(desk.folder.path())
            .args(["--config", "waspada.toml", "rules", "rescore", "--json"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while reached() == before {
            assert!(child.try_wait().unwrap().is_none(), "the pass ended at {before}");
            std::thread::sleep(Duration::from_millis(1));
        }
        // Another moment of the next batch each time.
        std::thread::sleep(Duration::from_millis(7 * u64::try_from(cut.len()).unwrap()));
        child.kill().unwrap();
        child.wait().unwrap();
        cut.push(reached());
    }
    assert!(cut.is_sorted() && cut.iter().all(|after| (1..4_000).contains(after)), "{cut:?}");
    connection.execute_batch("DROP TRIGGER endless").unwrap();
    let end = rescore(&desk);
    assert_eq!(end["resumed"], true, "{end}");
    // One pass did it all.
    let first: Vec<String> = query(&desk, "SELECT counts FROM rescore ORDER BY id LIMIT 1");
    let done: Value = serde_json::from_str(&first[0]).unwrap();
    let wanted = [
        ("looked", 4_000),
        ("changed", 2_000),
        ("newly_flagged", 1_000),
        ("no_longer_flagged", 1_000),
    ];
    for (name, count) in wanted {
        assert_eq!(done[name], count, "{name}: {done} {end}");
    }
    assert_eq!(query::<i64>(&desk, "SELECT count(*) FROM verdict"), [6_000]);
    assert_eq!(
        query::<i64>(&desk, "SELECT count(*) FROM queue_item GROUP BY state ORDER BY state"),
        [1_000, 1_000]
    );
    assert_eq!(
        query::<i64>(
            &desk,
            "SELECT count(*) FROM custody WHERE action = 'rescored' AND subject LIKE 'item:%'"
        ),
        [2_000]
    );
    sound(&desk);
}

#[test]
fn it_runs_beside_the_daemon_and_a_second_pass_is_told_of_the_first() {
    let desk = Desk::with_own_rules(POSTS);
    let settings = waspada::store::Settings {
        path: desk.path("w.db"),
        evidence: desk.path("bukti"),
        ..waspada::store::Settings::default()
    };
    let _daemon = waspada::store::DaemonLock::acquire(&settings).unwrap();
    assert_eq!(rescore(&desk)["counts"]["looked"], 4);

    let store = desk.store();
    let now = jiff::Timestamp::now();
    let pass = store.rescore_begin("lain", "40 70/40/20", now).unwrap();
    assert!(!pass.resumed);
    // Another rule set is begun meanwhile: this pass must not write over what that one says.
    assert_eq!(rescore(&desk)["counts"]["looked"], 4);
    let error = store.rescore_write(&pass, Vec::new(), now).unwrap_err().to_string();
    assert!(error.contains("another `waspada rules rescore`"), "{error}");
    assert!(!store.rescore_begin("lain", "40 70/40/20", now).unwrap().resumed, "it begins anew");
    assert!(store.rescore_begin("lain", "40 70/40/20", now).unwrap().resumed);
    assert!(!store.rescore_begin("lain", "50 70/40/20", now).unwrap().resumed);
}
