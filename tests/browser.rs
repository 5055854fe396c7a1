//! The console in a real browser, driven by `browser/console.mjs`: thirty items by keys alone, undo,
//! search, two browsers at one item, a lost connection, and what a screen reader needs. `.ci/browser`
//! fetches the browser; without it this skips, saying so.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

mod desk;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use desk::Desk;

struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

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
    let more = "[http]\nlisten = \"127.0.0.1:0\"\n[[source]]\nname = \"buatan\"\ntype = \"folder\"\n\
                path = \"masuk\"\nsettle = \"0s\"\n";
    std::fs::write(&config, text + more).unwrap();
    assert_eq!(desk.run(&["run", "--once"]).status, 0);

    let mut daemon = Command::new(env!("CARGO_BIN_EXE_waspada"))
        .args(["run", "--config"])
        .arg(&config)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let told = BufReader::new(daemon.stdout.take().unwrap()).lines().take(2);
    let told: Vec<String> = told.map(Result::unwrap).collect();
    let _daemon = Daemon(daemon);
    let last = |line: &str| line.split_whitespace().last().unwrap().to_owned();
    let ended = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/console.mjs"))
        .args([tools.to_str().unwrap(), last(&told[0]).trim_end_matches('/'), &last(&told[1])])
        .output()
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}
