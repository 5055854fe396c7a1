//! Every command shown in README and docs is run, in the order of the page, in a folder that holds
//! what a clone holds; docs/rules.md has a test of its own. `TOKEN` and `NOMOR` stand for what `queue next` printed before.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::Path;
use std::process::Command;

/// Run by CI itself, in a fresh clone: here they would build the program within its own tests.
const RUN_BY_CI: &[&str] =
    &["cargo run --release -- run --once --config config.example.toml", "cargo test"];

/// The lines after `$ ` in the ```console blocks of a page.
fn commands(page: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in page.lines() {
        if let Some(kind) = line.strip_prefix("```") {
            inside = !inside && kind == "console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            found.push(command.to_owned());
        }
    }
    found
}

/// The last word of 32 hexadecimal digits.
fn token(text: &str) -> Option<&str> {
    text.split(|letter: char| !letter.is_ascii_hexdigit()).rfind(|word| word.len() == 32)
}

/// The number after `queue decide`.
fn number(text: &str) -> Option<&str> {
    text.rsplit_once("queue decide ")?.1.split_whitespace().next()
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::copy(from, to).unwrap();
    }
}

#[test]
fn every_command_shown_works() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md")];
    for entry in std::fs::read_dir(root.join("docs")).unwrap() {
        pages.push(entry.unwrap().path());
    }
    pages.sort();
    let binary = Path::new(env!("CARGO_BIN_EXE_waspada")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(binary.to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    )
    .unwrap();
    let mut run = 0;
    for page in pages.iter().filter(|page| {
        page.extension().is_some_and(|kind| kind == "md") && !page.ends_with("rules.md")
    }) {
        let dir = tempfile::tempdir().unwrap();
        for name in ["fixtures", "rules", "config.example.toml"] {
            copy(&root.join(name), &dir.path().join(name));
        }
        let first = "waspada run --once --config config.example.toml".to_owned();
        let (mut last_token, mut last_number) = (String::new(), String::new());
        let shown = commands(&std::fs::read_to_string(page).unwrap());
        for command in std::iter::once(first).chain(shown) {
            if RUN_BY_CI.contains(&command.as_str()) {
                continue;
            }
            let filled = command.replace("TOKEN", &last_token).replace("NOMOR", &last_number);
            let output = Command::new("bash")
                .args(["-c", &filled])
                .current_dir(dir.path())
                .env("PATH", &path)
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(
                output.status.success(),
                "{}: {filled}\n{text}{}",
                page.display(),
                String::from_utf8_lossy(&output.stderr)
            );
            run += 1;
            if let Some(token) = token(&text) {
                last_token = token.to_owned();
            }
            if let Some(number) = number(&text) {
                last_number = number.to_owned();
            }
        }
    }
    assert!(run > 15, "only {run} commands were found");
}

#[test]
fn ci_runs_what_the_test_above_leaves_to_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ci = std::fs::read_to_string(root.join(".ci/run")).unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    for command in RUN_BY_CI {
        assert!(ci.contains(command), ".ci/run does not run `{command}`");
        assert!(readme.contains(&format!("$ {command}\n")), "README does not show `{command}`");
    }
}
