//! The house stays a house: imports between the rooms of `src` run downward only. The floors are
//! those of docs/ARCHITECTURE.md; two rooms on one floor do not know each other.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From the ground floor up.
const FLOORS: &[&[&str]] = &[
    &["post", "telemetry", "budget"],
    &["text", "registry"],
    &["facts"],
    &["engine"],
    &["store", "fetch", "synth"],
    &["sources"],
    &["config"],
    &["pipeline"],
    &["report"],
    &["console"],
    &["cli"],
];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn rust_files(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The rooms a source text names after `crate::`, nested braces included.
fn imports(source: &str) -> BTreeSet<String> {
    let code: String = source
        .lines()
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n");
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0_i32;
            let mut name = String::new();
            let mut expects_room = true;
            for letter in group.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => expects_room = true,
                    _ if depth > 0 => {}
                    letter if expects_room && (letter.is_alphanumeric() || letter == '_') => {
                        name.push(letter);
                        continue;
                    }
                    _ => {}
                }
                if !name.is_empty() {
                    rooms.insert(std::mem::take(&mut name));
                    expects_room = letter == ',';
                }
            }
            if !name.is_empty() {
                rooms.insert(name);
            }
        } else {
            let name: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            rooms.insert(name);
        }
    }
    rooms
}

/// Every upward or sideways import as `room -> room (file)`.
fn offences(src: &Path) -> Vec<String> {
    let mut files = Vec::new();
    rust_files(src, &mut files);
    let mut found = Vec::new();
    for file in files {
        let relative = file.strip_prefix(src).unwrap();
        let room = relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let room = room.trim_end_matches(".rs").to_owned();
        if room == "lib" || room == "main" {
            continue;
        }
        let Some(own) = floor(&room) else {
            found.push(format!("{room} has no floor ({})", relative.display()));
            continue;
        };
        for imported in imports(&fs::read_to_string(&file).unwrap()) {
            let Some(other) = floor(&imported) else { continue };
            if imported != room && other >= own {
                found.push(format!("{room} -> {imported} ({})", relative.display()));
            }
        }
    }
    found
}

#[test]
fn imports_run_downward_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let found = offences(&src);
    assert!(found.is_empty(), "imports that run upward or sideways:\n{}", found.join("\n"));
}

#[test]
fn the_check_sees_an_upward_import() {
    let dir = tempfile::tempdir().unwrap();
    for (room, source) in [
        ("post", "use crate::engine::Verdict;"),
        ("text", "use crate::{post::Post, registry, telemetry::{Event, Metrics}};"),
        ("facts", "// use crate::cli::run;\nfn f() { crate::store::open(); }"),
    ] {
        fs::create_dir(dir.path().join(room)).unwrap();
        fs::write(dir.path().join(room).join("mod.rs"), source).unwrap();
    }
    let mut found = offences(dir.path());
    found.sort();
    assert_eq!(
        found,
        [
            "facts -> store (facts/mod.rs)",
            "post -> engine (post/mod.rs)",
            "text -> registry (text/mod.rs)"
        ]
    );
}
