//! The examples of docs/rules.md hold: every ```toml is compiled over the shipped rules and its
//! `hit` and `miss` are run; every ```console is run as one session in a folder of its own, in which
//! blocks with `file=` are written as they come. `…` in an expected output stands for anything, on a
//! line of its own for any number of lines; `? 2` is the exit status expected.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod session;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use session::Session;
use waspada::engine::{Engine, RuleFiles, Thresholds};

/// Invented posts of the session: one known, one with the new word, one innocent.
const POSTS: &str = r#"{"id":"a","text":"Dicari admin di Poipet, masuk pelancong dulu. WA 0840-0000-0001"}
{"id":"b","text":"Kilang Johor buka lagi. Paspor pisang aja"}
{"id":"c","text":"Jual pisang goreng Bekasi 10rb"}
"#;

fn blocks() -> Vec<session::Block> {
    let blocks = session::blocks("docs/rules.md");
    assert!(blocks.len() > 15);
    blocks
}

#[test]
fn every_example_rule_compiles_and_holds_its_own_examples() {
    for block in blocks().iter().filter(|block| block.kind == "toml" && !block.broken) {
        let mut files = RuleFiles::embedded();
        let place = block.file.as_deref().and_then(|file| file.strip_prefix("aturan/"));
        files.set(place.unwrap_or("local/contoh.toml"), &block.text);
        let engine = Engine::compile(&files, Thresholds::default())
            .unwrap_or_else(|fault| panic!("docs/rules.md:{}\n{}", block.line, fault.rendered));
        let report = engine.run_examples();
        assert!(report.failed.is_empty(), "docs/rules.md:{}: {:#?}", block.line, report.failed);
        assert!(report.todo_caught.is_empty(), "docs/rules.md:{}", block.line);
    }
}

#[test]
fn the_session_goes_as_written() {
    let session = Session::new();
    session.put("postingan.jsonl", POSTS);
    session.play("docs/rules.md");
}

/// Every code of the program stands in the table, and no other.
#[test]
fn every_code_is_explained() {
    fn sources(folder: &Path, into: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, into);
            } else {
                into.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    sources(&root.join("src/engine"), &mut code);
    let is_code = |word: &&str| {
        word.len() == 4 && word.starts_with(['E', 'W']) && word[1..].parse::<u16>().is_ok()
    };
    let used: BTreeSet<&str> = code.split('"').filter(is_code).collect();
    let document = fs::read_to_string(root.join("docs/rules.md")).unwrap();
    let explained: BTreeSet<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(' ').next())
        .filter(is_code)
        .collect();
    assert_eq!(used, explained);
}
