//! The examples of docs/rules.md hold: every ```toml is compiled over the shipped rules and its
//! `hit` and `miss` are run; every ```console is run as one session in a folder of its own, in which
//! blocks with `file=` are written as they come. `…` in an expected output stands for anything, on a
//! line of its own for any number of lines; `? 2` is the exit status expected.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use waspada::engine::{Engine, RuleFiles, Thresholds};

/// Invented posts of the session: one known, one with the new word, one innocent.
const POSTS: &str = r#"{"id":"a","text":"Dicari admin di Poipet, masuk pelancong dulu. WA 0840-0000-0001"}
{"id":"b","text":"Butuh 5 orang kilang Johor. Paspor pisang aja, inbox"}
{"id":"c","text":"Jual pisang goreng Bekasi 10rb"}
"#;

struct Block {
    kind: String,
    file: Option<String>,
    broken: bool,
    line: usize,
    text: String,
}

fn blocks() -> Vec<Block> {
    let document =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md")).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (number, line) in document.lines().enumerate() {
        if let Some(info) = line.strip_prefix("```") {
            open = !open;
            if open {
                let mut words = info.split_whitespace();
                let kind = words.next().unwrap_or("").to_owned();
                let words: Vec<&str> = words.collect();
                let file = words.iter().find_map(|word| word.strip_prefix("file="));
                blocks.push(Block {
                    kind,
                    file: file.map(str::to_owned),
                    broken: words.contains(&"broken"),
                    line: number + 1,
                    text: String::new(),
                });
            }
        } else if open {
            let block = blocks.last_mut().unwrap();
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    assert!(!open && blocks.len() > 15);
    blocks
}

#[test]
fn every_example_rule_compiles_and_holds_its_own_examples() {
    for block in blocks().iter().filter(|block| block.kind == "toml" && !block.broken) {
        let mut files = RuleFiles::embedded();
        files.set("local/contoh.toml", &block.text);
        let engine = Engine::compile(&files, Thresholds::default())
            .unwrap_or_else(|fault| panic!("docs/rules.md:{}\n{}", block.line, fault.rendered));
        let report = engine.run_examples();
        assert!(report.failed.is_empty(), "docs/rules.md:{}: {:#?}", block.line, report.failed);
        assert!(report.todo_caught.is_empty(), "docs/rules.md:{}", block.line);
    }
}

#[test]
fn the_session_goes_as_written() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for (name, text) in RuleFiles::embedded().select(|_| true) {
        put(&format!("aturan/{name}"), text);
        put(&format!("aturan-kemarin/{name}"), text);
    }
    put("postingan.jsonl", POSTS);
    for block in blocks() {
        if let Some(file) = &block.file {
            put(file, &block.text);
        }
        if block.kind == "console" {
            run(&block, folder.path());
        }
    }
}

fn run(block: &Block, folder: &Path) {
    let mut commands: Vec<(&str, Vec<&str>, i32)> = Vec::new();
    for line in block.text.lines() {
        if let Some(command) = line.strip_prefix("$ waspada ") {
            commands.push((command, Vec::new(), 0));
        } else if let Some(status) = line.strip_prefix("? ") {
            commands.last_mut().unwrap().2 = status.parse().unwrap();
        } else {
            commands.last_mut().unwrap().1.push(line);
        }
    }
    assert!(!commands.is_empty());
    for (command, expected, status) in commands {
        let output = Command::cargo_bin("waspada")
            .unwrap()
            .current_dir(folder)
            .args(words(command))
            .output()
            .unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let lines: Vec<&str> = said.lines().map(str::trim_end).collect();
        assert_eq!(output.status.code(), Some(status), "docs/rules.md:{}\n{said}", block.line);
        assert!(
            as_written(&expected, &lines),
            "docs/rules.md:{}: waspada {command}\n--- written\n{}\n--- said\n{said}",
            block.line,
            expected.join("\n")
        );
    }
}

/// The words of a command; double quotes hold one together.
fn words(command: &str) -> Vec<&str> {
    command
        .split('"')
        .enumerate()
        .flat_map(
            |(number, part)| {
                if number % 2 == 1 { vec![part] } else { part.split_whitespace().collect() }
            },
        )
        .collect()
}

fn as_written(written: &[&str], said: &[&str]) -> bool {
    match written.split_first() {
        None => said.iter().all(|line| line.is_empty()),
        Some((&"…", rest)) => (0..=said.len()).any(|skipped| as_written(rest, &said[skipped..])),
        Some((line, rest)) => said
            .split_first()
            .is_some_and(|(first, others)| fits(line, first) && as_written(rest, others)),
    }
}

fn fits(written: &str, said: &str) -> bool {
    let mut parts = written.split('…');
    let Some(mut rest) = parts.next().and_then(|head| said.strip_prefix(head)) else {
        return false;
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty()
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
