//! The console in a real browser, driven by `browser/console.mjs`: thirty items by keys alone, undo,
//! search, two browsers at one item, a lost connection, and what a screen reader needs. `.ci/browser`
//! fetches the browser; without it this skips, saying so.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

mod desk;

use std::path::Path;
use std::process::Command;

use desk::{Daemon, Desk};

#[test]
fn an_analysts_morning_in_a_browser() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let tools = target.join("browser");
    let has = |name: &str| Command::new(name).arg("--version").output().is_ok();
    if !tools.join("node_modules/playwright-core").is_dir() || !has("chromium") || !has("node") {
        eprintln!("skipped: no browser here; .ci/browser fetches one");
        return;
    }
    let desk = Desk::bare();
    let posts = Command::new(env!("CARGO_BIN_EXE_waspada"))
        .args(["dev", "synth", "--count", "400"])
        .output()
        .unwrap()
        .stdout;
    std::fs::create_dir(desk.path("masuk")).unwrap();
    std::fs::write(desk.path("masuk/buatan.jsonl"), posts).unwrap();
    let config = desk.path("waspada.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let more =
        "[[source]]\nname = \"buatan\"\ntype = \"folder\"\npath = \"masuk\"\nsettle = \"0s\"\n";
    std::fs::write(&config, text + more).unwrap();
    assert_eq!(desk.run(&["run", "--once"]).status, 0);

    let daemon = Daemon::start(&desk);
    let ended = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/console.mjs"))
        .args([tools.to_str().unwrap(), &daemon.address, &daemon.link])
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}
