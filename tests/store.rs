//! The store's promises, each by something that would break it: a page twice, a failure at any
//! write, two analysts at once, an edit, a deletion, and every way of tampering with the evidence.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use waspada::engine::{Band, Lane, Verdict};
use waspada::facts::Facts;
use waspada::post::{Platform, Post, PostKey, Sha256};
use waspada::store::{
    Analyst, CaptureRecord, CoverageRecord, FileDone, Finding, Head, ItemId, ItemState, ListFilter,
    Outcome, PageCommit, PageResult, QueueError, Ruling, ScoredPost, SetAsideRecord, Settings,
    Store, StoreError, Token, ValidatorRecord, VisitEnd,
};

fn now() -> Timestamp {
    "2026-11-24T01:00:00Z".parse().unwrap()
}

fn later(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

fn settings(dir: &Path) -> Settings {
    Settings { path: dir.join("waspada.db"), evidence: dir.join("evidence"), ..Settings::default() }
}

/// A verdict of this score, flagged from 40.
fn verdict(score: u8, lane: Lane) -> Verdict {
    let flagged = score >= 40;
    Verdict {
        flagged,
        lane: flagged.then_some(lane),
        score,
        band: flagged.then_some(Band::Sedang),
        severity: None,
        hits: Vec::new(),
        adjustments: Vec::new(),
        facts: Facts { phones: vec!["+6281200001234".into()], ..Facts::default() },
        personal: Vec::new(),
        ruleset: "0123456789ab".into(),
    }
}

fn scored(id: &str, text: &str, score: u8) -> ScoredPost {
    let post = Post::new(Platform::Telegram, id, text);
    ScoredPost { post, verdict: verdict(score, Lane::Offer) }
}

fn page(posts: Vec<ScoredPost>) -> PageCommit {
    let body = bytes::Bytes::from(
        posts.iter().map(|scored| scored.post.text.clone()).collect::<Vec<_>>().join("\n"),
    );
    PageCommit {
        source: "saluran".into(),
        adapter: "telegram",
        adapter_version: 1,
        capture: Some(CaptureRecord {
            url: "https://contoh.invalid/s/saluran".into(),
            final_url: "https://contoh.invalid/s/saluran".into(),
            status: Some(200),
            fetched_at: now(),
            headers: vec![("content-type".into(), "text/html".into())],
            sha256: Sha256::of(&body),
            body,
            grounds: Default::default(),
        }),
        posts,
        deleted: Vec::new(),
        set_aside: Vec::new(),
        ignored: 0,
        cursor: Some(serde_json::json!({ "sampai": 3 })),
        validators: None,
        coverage: None,
        file_done: None,
        at: now(),
    }
}

fn analyst(name: &str) -> Analyst {
    name.parse().unwrap()
}

/// A store with one flagged post, `a/1`, and its item.
fn with_item(dir: &Path) -> (Store, ItemId) {
    let store = Store::open(&settings(dir)).unwrap();
    store.commit_page(page(vec![scored("a/1", "kerja di kebun", 80)])).unwrap();
    let item = store.list(&ListFilter::default(), now()).unwrap()[0].id;
    (store, item)
}

fn decide(store: &Store, outcome: Outcome, at: Timestamp) -> ItemId {
    let lease = store.next(&analyst("sari"), None, at).unwrap().unwrap();
    let ruling = Ruling {
        item: lease.item,
        analyst: lease.analyst,
        token: lease.token,
        outcome,
        reason: "jelas".into(),
        duplicate_of: None,
    };
    store.decide(ruling, at).unwrap();
    lease.item
}

fn sql(dir: &Path, statements: &str) {
    rusqlite::Connection::open(dir.join("waspada.db")).unwrap().execute_batch(statements).unwrap();
}

fn count(dir: &Path, table: &str) -> i64 {
    rusqlite::Connection::open(dir.join("waspada.db"))
        .unwrap()
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
        .unwrap()
}

#[test]
fn the_same_page_twice_adds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(dir.path())).unwrap();
    let posts =
        || vec![scored("a/1", "satu", 80), scored("a/2", "dua", 10), scored("a/1", "satu", 80)];
    let first = store.commit_page(page(posts())).unwrap();
    assert_eq!(first, PageResult { new: 2, unchanged: 1, queued: 1, ..PageResult::default() });
    drop(store);
    let store = Store::open(&settings(dir.path())).unwrap();
    let again = store.commit_page(page(posts())).unwrap();
    assert_eq!(again, PageResult { unchanged: 3, ..PageResult::default() });
    for (table, rows) in
        [("post", 2), ("post_version", 2), ("verdict", 2), ("queue_item", 1), ("capture", 1)]
    {
        assert_eq!(count(dir.path(), table), rows, "{table}");
    }
    assert_eq!(store.cursor("saluran").unwrap(), Some(serde_json::json!({ "sampai": 3 })));
    assert!(store.verify(None).unwrap().findings.is_empty());
}

#[test]
fn a_failure_at_any_write_leaves_nothing_of_the_page() {
    for table in [
        "post",
        "post_version",
        "verdict",
        "post_contact",
        "queue_item",
        "capture",
        "capture_post",
        "custody",
        "set_aside",
        "coverage",
        "validator",
        "finished_file",
        "source",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&settings(dir.path())).unwrap();
        let full = || {
            let mut full = page(vec![scored("a/1", "satu", 80)]);
            full.set_aside.push(SetAsideRecord {
                place: "4".into(),
                reason: "bukan JSON".into(),
                raw: "{".into(),
            });
            full.coverage = Some(CoverageRecord { from: 1, to: 4, seen: 3 });
            full.validators = Some(ValidatorRecord {
                url: "https://contoh.invalid/".parse().unwrap(),
                etag: Some("\"1\"".into()),
                last_modified: None,
            });
            full.file_done = Some(FileDone {
                sha256: Sha256::of(b"berkas"),
                name: "a.jsonl".into(),
                rows: 2,
                set_aside: 1,
                failed: None,
            });
            full
        };
        sql(
            dir.path(),
            &format!(
                "CREATE TRIGGER fault BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'fault'); END"
            ),
        );
        assert!(matches!(store.commit_page(full()), Err(StoreError::Sqlite(_))), "{table}");
        for other in ["post", "verdict", "queue_item", "capture", "custody", "set_aside", "source"]
        {
            assert_eq!(count(dir.path(), other), 0, "a fault at {table} left rows in {other}");
        }
        assert_eq!(store.cursor("saluran").unwrap(), None, "{table}");
        sql(dir.path(), "DROP TRIGGER fault");
        let stored = store.commit_page(full()).unwrap();
        assert_eq!((stored.new, stored.queued, stored.set_aside), (1, 1, 1), "{table}");
        let verified = store.verify(None).unwrap();
        assert!(verified.findings.is_empty(), "{table}: {:?}", verified.findings);
        assert!(verified.strays.is_empty(), "{table}: {:?}", verified.strays);
    }
}

#[test]
fn an_edited_post_is_a_new_version_and_a_new_question() {
    let dir = tempfile::tempdir().unwrap();
    let (store, item) = with_item(dir.path());
    let lease = store.next(&analyst("sari"), None, now()).unwrap().unwrap();

    // Open and leased: the same item, another text, and the lease is over.
    let edit = store.commit_page(page(vec![scored("a/1", "kerja di kapal", 90)])).unwrap();
    assert_eq!(edit, PageResult { edited: 1, ..PageResult::default() });
    let ruling = Ruling {
        item,
        analyst: analyst("sari"),
        token: lease.token,
        outcome: Outcome::Takedown,
        reason: "jelas".into(),
        duplicate_of: None,
    };
    assert!(matches!(store.decide(ruling, now()), Err(QueueError::StaleToken(_))));
    let shown = store.view(item, &analyst("sari"), now()).unwrap();
    assert_eq!((shown.version, shown.text.as_deref()), (2, Some("kerja di kapal")));

    // Decided: an edit that is flagged asks again, and names the earlier item.
    decide(&store, Outcome::BukanLain, now());
    let edit = store.commit_page(page(vec![scored("a/1", "kerja di scam", 95)])).unwrap();
    assert_eq!((edit.edited, edit.queued), (1, 1));
    let open = ListFilter { state: Some(ItemState::Open), ..ListFilter::default() };
    let again = store.list(&open, now()).unwrap();
    assert_eq!(again.len(), 1);
    let again = store.view(again[0].id, &analyst("sari"), now()).unwrap();
    assert_eq!((again.version, again.earlier_item), (3, Some(item)));

    // Edited into something harmless: still there to be seen, and marked so.
    store.commit_page(page(vec![scored("a/1", "maaf", 0)])).unwrap();
    let harmless = store.view(again.id, &analyst("sari"), now()).unwrap();
    assert_eq!((harmless.state, harmless.unflagged_at), (ItemState::Open, Some(now())));
    assert_eq!(harmless.text.as_deref(), Some("kerja di scam"));
    assert_eq!(count(dir.path(), "post"), 1);

    // The decision in force cannot be undone under the open question.
    let undo = store.undo(item, &analyst("sari"), "keliru", now());
    assert!(matches!(undo, Err(QueueError::NewerItem { newer, .. }) if newer == again.id));
}

#[test]
fn a_deletion_by_the_source_is_honoured_unless_the_post_is_evidence() {
    for (outcome, kept) in
        [(None, false), (Some(Outcome::BukanLain), false), (Some(Outcome::RujukPolri), true)]
    {
        let dir = tempfile::tempdir().unwrap();
        let (store, item) = with_item(dir.path());
        let secret = b"kerja di kebun";
        if let Some(outcome) = outcome {
            decide(&store, outcome, now());
        }
        let mut gone = page(Vec::new());
        gone.deleted = vec![PostKey { platform: Platform::Telegram, native_id: "a/1".into() }];
        gone.capture = None;
        assert_eq!(store.commit_page(gone).unwrap().deleted, 1);
        let shown = store.view(item, &analyst("sari"), now()).unwrap();
        assert_eq!(shown.text.is_some(), kept, "{outcome:?}");
        assert_eq!(shown.deleted_at, Some(now()));
        if outcome.is_none() {
            assert_eq!(shown.state, ItemState::DeletedBySource);
        }
        let verified = store.verify(None).unwrap();
        assert!(verified.findings.is_empty(), "{outcome:?}: {:?}", verified.findings);
        assert_eq!(walk(&dir.path().join("evidence")).is_empty(), !kept, "{outcome:?}");
        drop(store);
        let bytes = std::fs::read(dir.path().join("waspada.db")).unwrap();
        let found = bytes.windows(secret.len()).any(|window| window == secret);
        assert_eq!(found, kept, "{outcome:?}: the text is still in the file");
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn racing_analysts_never_hold_one_item() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(dir.path())).unwrap();
    let posts = (0..40).map(|n| scored(&format!("a/{n}"), &format!("teks {n}"), 80)).collect();
    store.commit_page(page(posts)).unwrap();
    let settings = settings(dir.path());
    // Each has a store of his own, as each would have a process.
    let held: Vec<ItemId> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..4)
            .map(|racer| {
                let settings = &settings;
                scope.spawn(move || {
                    let store = Store::open_existing(settings).unwrap();
                    (0..10)
                        .map(|turn| {
                            let name = analyst(&format!("{racer}-{turn}"));
                            store.next(&name, None, now()).unwrap().unwrap().item
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        racers.into_iter().flat_map(|racer| racer.join().unwrap()).collect()
    });
    assert_eq!(held.iter().collect::<BTreeSet<_>>().len(), 40);
    assert!(store.next(&analyst("lain"), None, now()).unwrap().is_none());
    assert!(store.next(&analyst("lain"), None, later(16)).unwrap().is_some(), "leases end");
}

#[test]
fn a_stale_token_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (store, item) = with_item(dir.path());
    let lease = store.next(&analyst("sari"), None, now()).unwrap().unwrap();
    let again = store.next(&analyst("sari"), None, later(1)).unwrap().unwrap();
    assert_eq!((again.item, again.token), (item, lease.token), "the same item for who holds it");
    let ruling = |name: &str, token: Token| Ruling {
        item,
        analyst: analyst(name),
        token,
        outcome: Outcome::Edukasi,
        reason: "penjelasan cukup".into(),
        duplicate_of: None,
    };
    let other: Token = "0123456789abcdef0123456789abcdef".parse().unwrap();
    for (name, token, at) in [
        ("budi", lease.token, later(2)),
        ("sari", other, later(2)),
        ("sari", lease.token, later(17)),
    ] {
        let refused = store.decide(ruling(name, token), at);
        assert!(matches!(refused, Err(QueueError::StaleToken(_))), "{name} {at}");
    }
    let taken = store.next(&analyst("budi"), None, later(17)).unwrap().unwrap();
    assert!(matches!(
        store.decide(ruling("sari", lease.token), later(17)),
        Err(QueueError::StaleToken(_))
    ));
    store.decide(ruling("budi", taken.token), later(18)).unwrap();
    assert!(matches!(
        store.decide(ruling("budi", taken.token), later(18)),
        Err(QueueError::NotOpen { state: ItemState::Decided, .. })
    ));
}

#[test]
fn a_ruling_is_complete_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (store, item) = with_item(dir.path());
    let lease = store.next(&analyst("sari"), None, now()).unwrap().unwrap();
    let ruling = |outcome, reason: &str, duplicate_of| Ruling {
        item,
        analyst: analyst("sari"),
        token: lease.token,
        outcome,
        reason: reason.into(),
        duplicate_of,
    };
    for (ruling, says) in [
        (ruling(Outcome::Takedown, "  ", None), "alasan"),
        (ruling(Outcome::Duplikat, "sama", None), "--of"),
        (ruling(Outcome::Takedown, "sama", Some(item)), "--of"),
        (ruling(Outcome::Duplikat, "sama", Some(item)), "asli"),
        (ruling(Outcome::Duplikat, "sama", Some(ItemId(99))), "asli"),
        (Ruling { item: ItemId(99), ..ruling(Outcome::Takedown, "x", None) }, "tidak ada butir 99"),
    ] {
        let error = store.decide(ruling, now()).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    assert_eq!(count(dir.path(), "decision"), 0);
}

#[test]
fn an_undone_decision_stays_on_record() {
    let dir = tempfile::tempdir().unwrap();
    let (store, item) = with_item(dir.path());
    let nothing = store.undo(item, &analyst("sari"), "salah", now());
    assert!(matches!(nothing, Err(QueueError::NothingToUndo(_))));
    decide(&store, Outcome::BukanBerita, now());
    assert_eq!(store.queue_counts().unwrap().decided, 1);
    let undone = store.undo(item, &analyst("sari"), "salah tekan", later(1)).unwrap();
    assert_eq!(undone.outcome, Some(Outcome::BukanBerita));
    assert!(matches!(
        store.undo(item, &analyst("sari"), "lagi", later(1)),
        Err(QueueError::NothingToUndo(_))
    ));
    decide(&store, Outcome::Takedown, later(2));
    let shown = store.view(item, &analyst("sari"), later(3)).unwrap();
    let outcomes: Vec<_> = shown.decisions.iter().map(|decision| decision.outcome).collect();
    assert_eq!(outcomes, [Some(Outcome::BukanBerita), None, Some(Outcome::Takedown)]);
    assert!(store.verify(None).unwrap().findings.is_empty());
}

#[test]
fn contacts_are_masked_until_asked_for_and_asking_is_logged() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(dir.path())).unwrap();
    let mut post = scored("a/1", "WA 0812-0000-1234 ya", 80);
    post.verdict.personal = vec![waspada::text::Span::new(3, 17)];
    store.commit_page(page(vec![post])).unwrap();
    let line = &store.list(&ListFilter::default(), now()).unwrap()[0];
    assert_eq!(line.excerpt.as_deref(), Some("WA ****-****-**34 ya"));
    let shown = store.view(line.id, &analyst("sari"), now()).unwrap();
    assert!(!serde_json::to_string(&shown).unwrap().contains("0812"));
    let shown = store.reveal(line.id, &analyst("sari"), now()).unwrap();
    assert_eq!(shown.text.as_deref(), Some("WA 0812-0000-1234 ya"));
    let actions: Vec<String> = rusqlite::Connection::open(dir.path().join("waspada.db"))
        .unwrap()
        .prepare("SELECT action || ' ' || actor FROM custody ORDER BY seq")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(actions[1..], ["view analyst:sari", "reveal analyst:sari"]);
}

#[test]
fn an_export_names_no_reviewer_unless_asked() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = with_item(dir.path());
    decide(&store, Outcome::RujukPolri, now());
    for with_reviewers in [false, true] {
        let export = store
            .export(&ListFilter::default(), &analyst("kepala"), with_reviewers, later(1))
            .unwrap();
        let json = serde_json::to_string(&export).unwrap();
        assert_eq!(json.contains("sari"), with_reviewers, "{json}");
        assert!(json.contains("RUJUK_POLRI") && json.contains("kerja di kebun"));
        // The head is that of the export's own line.
        let head = store.verify(None).unwrap().head;
        assert_eq!(export.custody, head);
    }
}

/// Something done to the files behind the program's back, and what `verify` must say of it.
type Tampering = (&'static str, fn(&Path), fn(&Finding) -> bool);

#[test]
fn verify_finds_every_kind_of_tampering() {
    fn open(dir: &Path, statements: &str) {
        // Whoever tampers with the file is not stopped by a trigger either.
        sql(
            dir,
            &format!(
                "DROP TRIGGER custody_is_append_only_update; DROP TRIGGER custody_is_append_only_delete;
                 DROP TRIGGER decision_is_append_only_update; DROP TRIGGER decision_is_append_only_delete;
                 {statements}"
            ),
        );
    }
    fn captures(dir: &Path) -> Vec<std::path::PathBuf> {
        let mut files = walk(&dir.join("evidence"));
        files.sort();
        files
    }
    let tamperings: &[Tampering] = &[
        (
            "a flipped bit in a capture",
            |dir| {
                let file = &captures(dir)[0];
                let mut bytes = std::fs::read(file).unwrap();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                std::fs::write(file, bytes).unwrap();
            },
            |finding| {
                matches!(
                    finding,
                    Finding::CaptureAltered { .. } | Finding::CaptureUnreadable { .. }
                )
            },
        ),
        (
            "two captures exchanged",
            |dir| {
                let files = captures(dir);
                std::fs::rename(&files[0], dir.join("x")).unwrap();
                std::fs::rename(&files[1], &files[0]).unwrap();
                std::fs::rename(dir.join("x"), &files[1]).unwrap();
            },
            |finding| matches!(finding, Finding::CaptureAltered { .. }),
        ),
        (
            "a capture removed",
            |dir| std::fs::remove_file(&captures(dir)[0]).unwrap(),
            |finding| matches!(finding, Finding::CaptureUnreadable { .. }),
        ),
        (
            "a capture's row removed",
            |dir| open(dir, "PRAGMA foreign_keys = OFF; DELETE FROM capture WHERE id = 1;"),
            |finding| matches!(finding, Finding::CaptureRowMissing { .. }),
        ),
        (
            "the first line removed",
            |dir| open(dir, "DELETE FROM custody WHERE seq = 1;"),
            |finding| matches!(finding, Finding::LinesMissing { from: 1, to: 1 }),
        ),
        (
            "the last line removed",
            |dir| open(dir, "DELETE FROM custody WHERE seq = (SELECT max(seq) FROM custody);"),
            |finding| matches!(finding, Finding::LinesMissing { .. }),
        ),
        (
            "a line altered",
            |dir| open(dir, "UPDATE custody SET actor = 'analyst:lain' WHERE action = 'decision';"),
            |finding| matches!(finding, Finding::LineAltered { .. }),
        ),
        (
            "a decision altered",
            |dir| open(dir, "UPDATE decision SET outcome = 'TAKEDOWN';"),
            |finding| matches!(finding, Finding::DecisionAltered { .. }),
        ),
        (
            "a decision removed",
            |dir| open(dir, "DELETE FROM decision;"),
            |finding| matches!(finding, Finding::DecisionMissing { .. }),
        ),
        (
            "a post altered",
            |dir| sql(dir, "UPDATE post_version SET content = replace(content, 'kebun', 'pasar');"),
            |finding| matches!(finding, Finding::PostAltered { .. }),
        ),
    ];
    for (what, tamper, expected) in tamperings {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = with_item(dir.path());
        store.commit_page(page(vec![scored("a/2", "dua puluh orang", 80)])).unwrap();
        decide(&store, Outcome::BukanLain, now());
        assert!(store.verify(None).unwrap().findings.is_empty(), "{what}: before");
        drop(store);
        tamper(dir.path());
        let store = Store::open(&settings(dir.path())).unwrap();
        let findings = store.verify(None).unwrap().findings;
        assert!(findings.iter().any(expected), "{what}: {findings:?}");
    }
}

#[test]
fn a_log_rewritten_from_its_end_is_found_by_a_head_noted_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = with_item(dir.path());
    decide(&store, Outcome::BukanLain, now());
    let noted = store.verify(None).unwrap().head;
    store.commit_page(page(vec![scored("a/2", "dua", 80)])).unwrap();
    assert!(store.verify(Some(noted)).unwrap().findings.is_empty());
    let wrong = Head { seq: noted.seq, hash: Sha256::of(b"lain") };
    assert_eq!(
        store.verify(Some(wrong)).unwrap().findings,
        [Finding::WrongEnd { expected: noted.seq }]
    );
}

#[test]
fn what_a_source_is_asked_with_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(dir.path())).unwrap();
    let url: url::Url = "https://contoh.invalid/feed".parse().unwrap();
    let validators =
        ValidatorRecord { url: url.clone(), etag: Some("\"a\"".into()), last_modified: None };
    let mut first = page(vec![scored("a/1", "satu", 0)]);
    first.validators = Some(validators.clone());
    first.coverage = Some(CoverageRecord { from: 1, to: 10, seen: 9 });
    store.commit_page(first).unwrap();
    store
        .visit_ended(VisitEnd {
            source: "saluran".into(),
            at: now(),
            failure: Some(("transient", "503".into())),
            next_due: later(30),
            interval: 1800,
        })
        .unwrap();
    drop(store);
    let store = Store::open(&settings(dir.path())).unwrap();
    assert_eq!(store.validators(&url, "telegram", 1).unwrap(), Some(validators));
    assert_eq!(store.validators(&url, "telegram", 2).unwrap(), None, "another adapter version");
    let state = &store.sources().unwrap()[0];
    assert_eq!((state.next_due, state.interval), (Some(later(30)), Some(1800)));
    assert_eq!(state.failure.as_deref(), Some("transient: 503"));
    let seen = state.seen.unwrap();
    assert_eq!((seen.covered, seen.shown), (10, 9.0));
}

#[test]
fn a_backup_is_whole_and_a_check_finds_a_damaged_file() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = with_item(dir.path());
    let copy = dir.path().join("salinan/waspada.db");
    store.backup(&copy, now()).unwrap();
    assert!(matches!(store.backup(&copy, now()), Err(StoreError::Exists(_))));
    assert!(store.check().unwrap().faults.is_empty());
    let copied = Store::open(&Settings { path: copy, ..settings(dir.path()) }).unwrap();
    assert_eq!(copied.list(&ListFilter::default(), now()).unwrap().len(), 1);
    assert!(copied.verify(None).unwrap().findings.is_empty());

    sql(dir.path(), "PRAGMA foreign_keys = OFF; UPDATE queue_item SET source_id = 77;");
    assert!(!store.check().unwrap().faults.is_empty());
}

#[test]
fn without_a_database_nothing_is_made() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Store::open_existing(&settings(dir.path())), Err(StoreError::Missing(_))));
    assert!(!dir.path().join("waspada.db").exists());
}
