//! `waspada rules fmt` and `rules check --fix` as a person uses them, on a copy of a rule folder.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;

/// Exit status, standard output, standard error.
fn rules(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("waspada")
        .unwrap()
        .args(["--rules", folder.to_str().unwrap(), "rules"])
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A copy of the shipped rules in a new folder.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in waspada::engine::RuleFiles::embedded().select(|_| true) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn the_shipped_rules_are_laid_out() {
    let (status, said, _) =
        rules(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/rules")), &["fmt", "--check"]);
    assert_eq!(status, 0, "{said}");
}

#[test]
fn untidy_files_are_named_then_laid_out_and_then_nothing_is_left_to_do() {
    let folder = copy();
    let untidy = folder.path().join("visa.toml");
    let tidy = fs::read_to_string(&untidy).unwrap();
    let broken = tidy.replace("points = 50\n", "points    =   50\n");
    assert_ne!(tidy, broken);
    fs::write(&untidy, &broken).unwrap();

    let (status, said, _) = rules(folder.path(), &["fmt", "--check"]);
    assert_eq!(status, 1);
    assert!(said.contains("belum rapi: visa.toml:9"), "{said}");
    assert_eq!(fs::read_to_string(&untidy).unwrap(), broken, "--check writes nothing");

    let (status, said, _) = rules(folder.path(), &["fmt"]);
    assert_eq!(status, 0);
    assert!(said.contains("dirapikan: visa.toml\n1 dirapikan"), "{said}");
    assert_eq!(fs::read_to_string(&untidy).unwrap(), tidy);
    assert_eq!(rules(folder.path(), &["fmt"]).1.lines().count(), 1);
    let left = fs::read_dir(folder.path()).unwrap();
    let hidden =
        left.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0, "nothing is left aside");
}

#[test]
fn a_file_that_cannot_be_read_is_left_alone_and_the_others_are_laid_out() {
    let folder = copy();
    fs::write(folder.path().join("rusak.toml"), "[family\n").unwrap();
    fs::write(folder.path().join("lists/baru.txt"), "  satu \n\n\n dua").unwrap();
    let (status, said, _) = rules(folder.path(), &["fmt"]);
    assert_eq!(status, 1);
    assert!(said.contains("dibiarkan: rusak.toml"), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join("lists/baru.txt")).unwrap(), "satu\n\ndua\n");
    assert_eq!(fs::read_to_string(folder.path().join("rusak.toml")).unwrap(), "[family\n");
}

#[test]
fn the_shipped_rules_pass_the_strict_check() {
    let shipped = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/rules"));
    let (status, said, errors) = rules(shipped, &["check", "--strict"]);
    assert_eq!(status, 0, "{said}{errors}");
}

#[test]
fn idle_entries_are_taken_out_and_named() {
    let folder = copy();
    let path = |name: &str| folder.path().join(name);
    let read = |name: &str| fs::read_to_string(path(name)).unwrap();
    let before = (read("visa.toml"), read("lists/tanpa.txt"));
    let doubled = before.0.replace(
        "  \"ala turis\",\n",
        "  \"ala turis\",\n  \"ALA turis\",\n  \"ala (banget) turis\",\n",
    );
    fs::write(path("visa.toml"), &doubled).unwrap();
    fs::write(path("lists/tanpa.txt"), format!("{}tdk usah\n", before.1)).unwrap();

    assert_eq!(rules(folder.path(), &["check", "--strict"]).0, 1);
    let (status, said, errors) = rules(folder.path(), &["check", "--strict", "--fix"]);
    assert_eq!(status, 0, "{said}{errors}");
    assert!(said.contains("dibuang [W007]: lists/tanpa.txt:"), "{said}");
    // The phrase with the optional word has a reading of its own: it stays, and covers the others.
    let place = doubled.lines().position(|line| line.contains("ALA turis")).unwrap() + 1;
    let named = format!("dibuang [W004]: visa.toml:{place}: \"ALA turis\"");
    assert!(said.contains(&named), "{said}");
    assert!(read("visa.toml").contains("\"ala (banget) turis\",\n]"), "{}", read("visa.toml"));
    assert!(
        !read("visa.toml").contains("\"ALA turis\"")
            && !read("visa.toml").contains("\"ala turis\"")
    );
    assert_eq!(read("lists/tanpa.txt"), before.1);
    let (_, again, _) = rules(folder.path(), &["check", "--fix"]);
    assert!(again.starts_with("0 entri dibuang"), "{again}");
}

#[test]
fn the_rule_set_inside_the_program_cannot_be_mended() {
    let output =
        Command::cargo_bin("waspada").unwrap().args(["rules", "check", "--fix"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--rules FOLDER"));
}
