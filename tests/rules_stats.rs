//! `waspada rules stats` over a desk's database: what fired, what it decided, what analysts said.
#![allow(clippy::unwrap_used, reason = "a test")]

mod desk;

use desk::{Desk, POSTS};
use serde_json::Value;

fn rows(desk: &Desk, arguments: &[&str]) -> Vec<Value> {
    let answer = desk.run(&[&["rules", "stats", "--json"], arguments].concat());
    assert_eq!(answer.status, 0, "{}", answer.err);
    answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn row<'a>(rows: &'a [Value], key: &str, name: &str) -> &'a Value {
    rows.iter().find(|row| row[key] == name && row["with"].is_null()).unwrap()
}

fn counts(row: &Value) -> [u64; 5] {
    ["fired", "decided", "confirmed", "rejected", "alone"].map(|key| row[key].as_u64().unwrap())
}

#[test]
fn what_a_rule_did_and_what_was_said_of_it() {
    let desk = Desk::with_own_rules(POSTS);
    let before = rows(&desk, &[]);
    // The plea is flagged by one rule alone; the two offers by the visa, which carries the floor.
    assert_eq!(counts(row(&before, "rule", "tolong-contoh")), [1, 1, 0, 0, 0]);
    assert_eq!(counts(row(&before, "rule", "visa-contoh")), [2, 2, 0, 0, 0]);
    assert_eq!(counts(row(&before, "rule", "gaji-contoh")), [2, 0, 0, 0, 0]);
    assert_eq!(before.last().unwrap()["posts"], 4);
    assert_eq!(before.last().unwrap()["flagged"], 3);

    // Most urgent first: the plea, then the offers.
    for outcome in ["KORBAN_DIBANTU", "TAKEDOWN", "BUKAN_lain"] {
        desk.decide(outcome);
    }
    let after = rows(&desk, &[]);
    assert_eq!(counts(row(&after, "rule", "tolong-contoh")), [1, 1, 1, 0, 1]);
    assert_eq!(counts(row(&after, "rule", "visa-contoh")), [2, 2, 1, 1, 1]);
    assert_eq!(row(&after, "rule", "visa-contoh")["precision"], Value::Null, "too few decisions");

    let table = desk.run(&["rules", "stats"]).out;
    assert!(table.contains("visa-contoh") && table.contains("4 postingan, 3 ditandai"), "{table}");
    assert!(table.contains("biaya rata-rata sebuah postingan: "), "{table}");
    assert!(row(&after, "rule", "visa-contoh")["cost"].as_f64().unwrap() > 0.0);
    assert!(after.last().unwrap()["shared_cost"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_line_of_a_list_is_counted_where_a_rule_that_uses_it_saw_it() {
    let desk = Desk::filled(POSTS);
    let rows = rows(&desk, &["--lines"]);
    let line = row(&rows, "entry", "pelancong");
    assert!(line["line"].as_str().unwrap().starts_with("lists/visa-non-kerja.txt:"), "{line}");
    assert_eq!(line["fired"], 1);
    assert!(rows.iter().all(|row| row["entry"].is_null() || row["fired"].as_u64() > Some(0)));
}

#[test]
fn without_a_database_it_says_so() {
    let answer = Desk::bare().run(&["rules", "stats"]);
    assert_eq!(answer.status, 3, "{}", answer.err);
}

/// However often analysts reject what a rule or a line fires on: while it alone covers one post
/// that they confirmed, it is not one to retire.
#[test]
fn a_rule_or_line_that_alone_covers_a_confirmed_post_is_never_retired() {
    let texts: Vec<(String, String)> = (0..30)
        .map(|number| (format!("contoh/{number}"), format!("urus visa turis nomor {number}")))
        .collect();
    let posts: Vec<(&str, &str)> =
        texts.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let desk = Desk::with_own_rules(&posts);
    std::fs::create_dir_all(desk.path("aturan/lists")).unwrap();
    std::fs::write(desk.path("aturan/lists/visa.txt"), "visa turis\n").unwrap();
    let rules = std::fs::read_to_string(desk.path("aturan/contoh.toml")).unwrap();
    std::fs::write(desk.path("aturan/contoh.toml"), rules.replace("\"visa turis\"", "\"{visa}\""))
        .unwrap();
    for _ in 0..29 {
        desk.decide("BUKAN_lain");
    }
    let cards = |desk: &Desk| {
        let rows = rows(desk, &["--lines"]);
        [row(&rows, "rule", "visa-contoh"), row(&rows, "entry", "visa turis")]
            .map(|row| (counts(row)[2..].to_vec(), row["card"].as_str().unwrap().to_owned()))
    };
    assert_eq!(cards(&desk), [0, 1].map(|_| (vec![0, 29, 0], "retire".to_owned())));
    desk.decide("TAKEDOWN");
    assert_eq!(cards(&desk), [0, 1].map(|_| (vec![1, 29, 1], "tune".to_owned())));
}
