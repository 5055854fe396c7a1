//! `waspada eval` as a person uses it: figures, mistakes with their words, floors, the page.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::io::Write;
use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};

const POSTS: &[(&str, &str, &str, &str)] = &[
    ("a", "offer", "scam_compound", "Dicari admin di Poipet, gaji 9-14jt/bln. WA 0840-0000-0001"),
    ("b", "offer", "vague", "Yang fix aja ya kak, kabari"),
    (
        "c",
        "victim",
        "plea",
        "Tolong pak, adik saya disekap di Myawaddy Myanmar, mohon bantuan KBRI",
    ),
    ("d", "pass", "chatter", "Selamat pagi, semoga hari ini <menyenangkan>"),
];

fn corpus(folder: &Path) -> String {
    let file = folder.join("contoh.jsonl");
    let mut out = std::fs::File::create(&file).unwrap();
    for (id, label, kind, text) in POSTS {
        let line = json!({ "id": id, "label": label, "kind": kind, "text": text, "pair": null });
        writeln!(out, "{line}").unwrap();
    }
    file.to_str().unwrap().to_owned()
}

fn eval(arguments: &[&str]) -> (i32, String, String) {
    let output =
        Command::cargo_bin("waspada").unwrap().arg("eval").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn json_holds_figures_thresholds_and_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let (status, out, _) = eval(&[&corpus(folder.path()), "--json"]);
    assert_eq!(status, 0);
    let found: Value = serde_json::from_str(&out).unwrap();
    let figures = &found["figures"];
    assert_eq!(figures["offer"]["recall"]["count"], 1);
    assert_eq!(figures["offer"]["recall"]["of"], 2);
    assert_eq!(figures["offer"]["precision"]["value"], 1.0);
    assert_eq!(figures["victim"]["recall"]["value"], 1.0);
    let thresholds = found["thresholds"].as_array().unwrap();
    assert_eq!(thresholds.len(), 20);
    assert_eq!(thresholds[7]["name"], "ditandai");
    assert_eq!(found["mistakes"].as_array().unwrap().len(), 1);
    assert_eq!(found["mistakes"][0]["id"], "b");
}

#[test]
fn an_unmet_floor_is_said_and_ends_with_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = corpus(folder.path());
    let (status, _, _) = eval(&[&file, "--floor", "offer-precision=0.9", "any-recall=0.6"]);
    assert_eq!(status, 0);
    let (status, _, errors) = eval(&[&file, "--floor", "offer-recall=0.9"]);
    assert_eq!(status, 1);
    assert!(errors.contains("offer-recall 0.5000 di bawah batas 0.9"), "{errors}");
    let (status, _, errors) = eval(&[&file, "--floor", "offer-recal=0.9"]);
    assert_eq!(status, 2);
    assert!(errors.contains("offer-recall"), "{errors}");
}

#[test]
fn the_page_stands_alone_and_quotes_posts_harmlessly() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("laporan.html");
    let (status, out, _) = eval(&[
        &corpus(folder.path()),
        "--html",
        page.to_str().unwrap(),
        "--innocent",
        &corpus(folder.path()),
    ]);
    assert_eq!(status, 0);
    assert!(out.contains("Postingan nyata: 1 dari 4 ditandai offer, 1 ditandai victim"), "{out}");
    let html = std::fs::read_to_string(page).unwrap();
    assert!(html.contains("<svg") && !html.contains("http") && !html.contains("<script"));
    assert!(html.contains("Yang fix aja ya kak"));
}

#[test]
fn a_line_without_a_label_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rusak.jsonl");
    std::fs::write(&file, "{\"id\":\"a\",\"text\":\"b\"}\n").unwrap();
    let (status, _, errors) = eval(&[file.to_str().unwrap()]);
    assert_eq!(status, 3);
    assert!(errors.contains("rusak.jsonl:1") && errors.contains("label"), "{errors}");
}
