//! Evidence leaves the house and is checked again: exports with their custody, tampering, copies
//! of the database. The real binary on invented posts.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod desk;

use desk::{Desk, POSTS};
use serde_json::Value;
use waspada::post::Sha256;

#[test]
fn an_export_is_written_once_with_its_custody_beside_it() {
    let posts = [("a/1", "=cmd|' /C calc'!A0 kerja di Poipet, visa turis. WA 0840-0000-0001")];
    let desk = Desk::filled(&posts);
    desk.decide("TAKEDOWN");
    let export = |rest: &[&str]| desk.run(&[&["queue", "export"], rest].concat());

    let csv = export(&["--format", "csv", "--with-reviewers"]);
    assert_eq!(csv.status, 0, "{}", csv.err);
    let mut reader = csv::Reader::from_reader(csv.out.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = reader.records().next().unwrap().unwrap();
    let cell = |name: &str| &row[header.iter().position(|column| column == name).unwrap()];
    assert_eq!((cell("outcome"), cell("analyst"), cell("state")), ("TAKEDOWN", "sari", "decided"));
    assert_eq!(cell("phones"), "'+6284000000001");
    assert!(cell("text").starts_with("'=cmd"), "{}", cell("text"));
    assert!(!export(&["--format", "csv"]).out.contains("analyst"));

    let written = export(&["--output", "serah.jsonl"]);
    assert_eq!((written.status, written.out.as_str()), (0, ""), "{}", written.err);
    let bytes = std::fs::read(desk.path("serah.jsonl")).unwrap();
    let item: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(item["post"]["text"], posts[0].1);
    let beside = std::fs::read(desk.path("serah.jsonl.custody.json")).unwrap();
    let beside: Value = serde_json::from_slice(&beside).unwrap();
    assert_eq!(beside["sha256"], Sha256::of(&bytes).to_string());
    assert_eq!((&beside["items"], &beside["file"]), (&1.into(), &"serah.jsonl".into()));

    // The head beside the file is one that a later look finds in the log.
    let anchor =
        format!("{}:{}", beside["custody"]["seq"], beside["custody"]["hash"].as_str().unwrap());
    let again = export(&["--output", "serah.jsonl"]);
    assert_eq!(again.status, 3);
    assert!(again.err.contains("sudah ada"), "{}", again.err);
    assert_eq!(desk.run(&["evidence", "verify", "--anchor", &anchor]).status, 0);
    assert_eq!(export(&["--state", "open"]).out, "");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(desk.path("serah.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "personal data are for the owner alone");
    }
}

#[test]
fn tampering_is_found() {
    let decided = || {
        let desk = Desk::filled(POSTS);
        desk.decide("KORBAN_DIBANTU");
        desk
    };
    let sound = decided();
    let verified = sound.run(&["evidence", "verify"]);
    assert_eq!(verified.status, 0, "{}", verified.out);
    assert!(verified.out.contains("Utuh"), "{}", verified.out);
    let head = verified.out.lines().find_map(|line| line.strip_prefix("Ujung log: ")).unwrap();
    sound.run(&["queue", "show", "1"]);
    assert_eq!(sound.run(&["evidence", "verify", "--anchor", head]).status, 0);
    assert_eq!(sound.run(&["evidence", "verify", "--anchor", "12"]).status, 2);

    let capture = |desk: &Desk| {
        let mut folders = vec![desk.path("bukti")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    return path;
                }
                folders.push(path);
            }
        }
        panic!("no capture")
    };
    type Tamper<'a> = &'a dyn Fn(&Desk);
    for (tamper, says) in [
        (&(|desk: &Desk| std::fs::remove_file(capture(desk)).unwrap()) as Tamper<'_>, "tangkapan"),
        (
            &|desk| {
                desk.sql("DROP TRIGGER decision_is_append_only_update; UPDATE decision SET reason = 'lain'")
            },
            "keputusan 1",
        ),
        (
            &|desk| {
                desk.sql("UPDATE post_version SET content = replace(content, 'Poipet', 'Bali')")
            },
            "isinya diubah",
        ),
    ] {
        let desk = decided();
        tamper(&desk);
        let verified = desk.run(&["evidence", "verify"]);
        assert_eq!(verified.status, 1, "{says}: {}{}", verified.out, verified.err);
        assert!(
            verified.out.contains("TIDAK UTUH") && verified.out.contains(says),
            "{}",
            verified.out
        );
        let json = desk.run(&["evidence", "verify", "--json"]);
        let json: Value = serde_json::from_str(&json.out).unwrap();
        assert!(!json["findings"].as_array().unwrap().is_empty());
    }

    let desk = decided();
    let other = format!("1:{}", "0".repeat(64));
    assert_eq!(desk.run(&["evidence", "verify", "--anchor", &other]).status, 1);
    std::fs::write(desk.path("w.db"), "bukan basis data").unwrap();
    assert_eq!(desk.run(&["evidence", "verify"]).status, 3);
}

#[test]
fn the_database_is_copied_and_checked() {
    let desk = Desk::filled(POSTS);
    let copied = desk.run(&["db", "backup", "salinan.db"]);
    assert_eq!(copied.status, 0, "{}", copied.err);
    assert!(copied.out.contains("bukti"), "{}", copied.out);
    assert_eq!(desk.run(&["db", "backup", "salinan.db"]).status, 3);
    std::fs::rename(desk.path("salinan.db"), desk.path("w.db")).unwrap();
    let _ = std::fs::remove_file(desk.path("w.db-wal"));
    assert_eq!(desk.run(&["queue", "list", "--json"]).out.lines().count(), 3);

    let sound = desk.run(&["db", "check"]);
    assert_eq!(sound.status, 0, "{}", sound.err);
    assert!(sound.out.contains("tanpa kesalahan"), "{}", sound.out);
    desk.sql("PRAGMA foreign_keys = off; UPDATE queue_item SET source_id = 99");
    let faulty = desk.run(&["db", "check"]);
    assert_eq!(faulty.status, 1, "{}", faulty.out);
    assert!(faulty.out.contains("queue_item"), "{}", faulty.out);
}
