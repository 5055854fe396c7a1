//! The systemd units are right in systemd's own eyes, and the daemon's and the timer's service are
//! shut in alike.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const UNITS: [&str; 3] = ["waspada.service", "waspada-once.service", "waspada-once.timer"];
/// Where the units expect the program.
const INSTALLED: &str = "/usr/local/bin/waspada";

fn unit(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The units in a folder of their own, starting the program this test was built with.
fn units_in(folder: &Path) -> Vec<PathBuf> {
    let place = |name: &&str| {
        let path = folder.join(name);
        std::fs::write(&path, unit(name).replace(INSTALLED, env!("CARGO_BIN_EXE_waspada")))
            .unwrap();
        path
    };
    UNITS.iter().map(place).collect()
}

#[test]
fn systemd_finds_no_fault_in_the_units() {
    let folder = tempfile::tempdir().unwrap();
    let verify = Command::new("systemd-analyze")
        .args(["verify", "--recursive-errors=no"])
        .args(units_in(folder.path()))
        .output();
    let Ok(verify) = verify else {
        eprintln!("skipped: systemd-analyze is not here");
        return;
    };
    let said = String::from_utf8_lossy(&verify.stderr);
    let about_ours = said.lines().filter(|line| line.contains("waspada")).collect::<Vec<_>>();
    assert!(verify.status.success() && about_ours.is_empty(), "{said}");
}

#[test]
fn both_services_are_shut_in_alike() {
    let walls = |name: &str| -> BTreeSet<String> {
        let text = unit(name);
        let (_, rest) = text.split_once("NoNewPrivileges=").unwrap();
        let (walls, _) = rest.split_once("\n[").unwrap_or((rest, ""));
        walls.lines().filter(|line| line.contains('=')).map(str::to_owned).collect()
    };
    assert!(walls("waspada.service").len() > 20);
    assert_eq!(walls("waspada.service"), walls("waspada-once.service"));
}
