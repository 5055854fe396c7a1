//! `waspada rules diff` as a person uses it: what a changed word would catch and lose.
#![allow(clippy::unwrap_used, reason = "a test")]

mod desk;

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use desk::{Desk, POSTS as STORED};
use serde_json::Value;

/// Invented posts; `pisang` is the word the recruiters switched to.
const POSTS: &str = r#"{"id":"a","text":"Dicari admin di Poipet, masuk pelancong dulu, gaji 9jt. WA 0840-0000-0001","label":"offer","created_at":"2026-11-20T03:00:00Z"}
{"id":"b","text":"Butuh tukang pisang ke Tawau, masuk pisang dulu, inbox","label":"offer","created_at":"2026-11-20T18:00:00Z"}
{"id":"c","text":"Jual pisang goreng Bekasi 10rb","label":"pass","created_at":"2026-11-22T03:00:00Z"}
"#;

fn diff(old: &str, new: &str, posts: &Path, more: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("waspada")
        .unwrap()
        .args(["rules", "diff", old, new, "--posts", posts.to_str().unwrap()])
        .args(more)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The shipped rules, without the second reader.
fn shipped(folder: &Path) {
    for (name, text) in waspada::engine::RuleFiles::embedded().select(|_| true) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// The same with a place of its own: the new word is a visitor's visa.
fn with_the_new_word(folder: &Path) {
    shipped(folder);
    fs::create_dir_all(folder.join("local/lists")).unwrap();
    fs::write(folder.join("local/lists/visa-non-kerja.txt"), "pisang\n").unwrap();
}

#[test]
fn a_new_word_shows_what_it_catches_and_taking_it_out_what_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let [old, new] = ["lama", "baru"].map(|name| folder.path().join(name));
    let posts = folder.path().join("posts.jsonl");
    shipped(&old);
    with_the_new_word(&new);
    fs::write(&posts, POSTS).unwrap();
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());

    let (status, said, errors) = diff(old, new, &posts, &["--fail-on-loss"]);
    assert_eq!((status, errors.as_str()), (0, ""));
    assert!(said.contains("BARU TERTANGKAP: 1\n  b: "), "{said}");
    assert!(said.contains("+50 baru  visa-kunjungan-untuk-kerja: \"masuk pisang\""), "{said}");
    assert!(said.contains("offer     1 → 2 (+1)"), "{said}");
    assert!(said.contains("selama 3 hari"), "the day is that of WIB: {said}");
    assert!(said.contains("daya tangkap 50,0% → 100,0%"), "{said}");

    let (status, said, _) = diff(new, old, &posts, &["--fail-on-loss"]);
    assert_eq!(status, 1);
    assert!(said.contains("HILANG DARI ANTREAN: 1\n  b: "), "{said}");

    let (status, said, _) = diff(new, old, &posts, &["--json"]);
    assert_eq!(status, 0);
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["id"], &lines[0]["kind"]), (&"b".into(), &"lost".into()));
    assert_eq!(lines[1]["summary"]["queue"], serde_json::json!([2, 1]));
    assert_eq!(lines[1]["summary"]["counts"]["losses"], 1);
}

#[test]
fn nothing_changed_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let posts = folder.path().join("posts.jsonl");
    fs::write(&posts, POSTS).unwrap();
    let (status, said, _) = diff("embedded", "embedded", &posts, &["--json"]);
    assert_eq!((status, said.lines().count()), (0, 1));
}

#[test]
fn a_bad_line_is_named_and_the_rest_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let posts = folder.path().join("posts.jsonl");
    fs::write(
        &posts,
        format!("bukan json\n{POSTS}{{\"id\":\"d\",\"text\":\"\",\"label\":\"ya\"}}\n"),
    )
    .unwrap();
    let (status, said, errors) = diff("embedded", "embedded", &posts, &[]);
    assert_eq!(status, 1);
    assert!(said.contains("dari 3 postingan"), "{said}");
    assert!(errors.contains("posts.jsonl:1: ") && errors.contains("posts.jsonl:5: "), "{errors}");
}

#[test]
fn a_folder_or_file_that_is_missing_says_so() {
    let (status, _, errors) = diff("tidak-ada", "embedded", Path::new("x"), &[]);
    assert_eq!(status, 2);
    assert!(errors.contains("tidak-ada"), "{errors}");
    let (status, _, errors) = diff("embedded", "embedded", Path::new("tidak-ada.jsonl"), &[]);
    assert_eq!(status, 3);
    assert!(errors.contains("tidak-ada.jsonl"), "{errors}");
}

#[test]
fn without_a_file_the_stored_posts_are_compared_with_what_analysts_decided() {
    let desk = Desk::with_own_rules(STORED);
    // Most urgent first: the plea, then the offers.
    for outcome in ["KORBAN_DIBANTU", "TAKEDOWN", "BUKAN_lain"] {
        desk.decide(outcome);
    }
    for file in ["contoh.toml", "korban.toml"] {
        let text = fs::read_to_string(desk.path("aturan").join(file)).unwrap();
        let path = desk.path("baru").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(
            path,
            text.replace("\"masuk pelancong\", \"pelancong dulu\"", "\"selamat pagi\""),
        )
        .unwrap();
    }
    let tables = waspada::engine::RuleFiles::embedded();
    for (name, text) in tables.select(|name| name.starts_with("registry/")) {
        let path = desk.path("baru").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let answer = desk.run(&["rules", "diff", "aturan", "baru", "--fail-on-loss"]);
    assert_eq!((answer.status, answer.err.as_str()), (0, ""), "a rejected post is no loss");
    let said = answer.out;
    assert!(said.contains("BARU TERTANGKAP: 1\n  telegram:loker_contoh/14: "), "{said}");
    assert!(said.contains("HILANG DARI ANTREAN: 1\n  telegram:loker_contoh/11: "), "{said}");
    assert!(said.contains("dari 4 postingan"), "{said}");
    // Seen at half past ten in the evening UTC: the next day where the analysts are.
    assert!(said.contains("3,0 → 3,0, selama 1 hari; terbanyak 2026-11-24: 3 → 3"), "{said}");
    assert!(said.contains("    2026-11-24  3, tetap\n"), "{said}");
    assert!(said.contains("DIBANDINGKAN DENGAN 3 LABEL"), "{said}");
    assert!(said.contains("presisi 50,0% → 100,0%"), "{said}");
    let answer = desk.run(&["rules", "diff", "aturan", "baru", "--json"]);
    let summary: Value = serde_json::from_str(answer.out.lines().last().unwrap()).unwrap();
    assert_eq!(summary["summary"]["counts"]["days"]["2026-11-24"], serde_json::json!([3, 3]));

    let answer = Desk::bare().run(&["rules", "diff", "embedded", "embedded"]);
    assert_eq!(answer.status, 3, "no file and no database: {}", answer.err);
}
