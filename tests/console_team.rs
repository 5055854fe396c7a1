//! Working together in the console: notes that mention, items given to a person or to the supervisors
//! or passed over, keys of one's own, a break suggested, hard stories veiled. First as the store
//! promises it, then as browsers meet it.
#![allow(clippy::unwrap_used, reason = "a test")]

mod console_client;
mod desk;

use console_client::{Console, between, location};
use desk::{Desk, POSTS};
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use waspada::store::{
    Analyst, ItemId, ListFilter, Outcome, QualitySettings, QueueError, Role, Ruling, Settings,
    SkipReason, Store, StoreError, Why,
};

fn person(store: &Store, name: &str, role: Role) -> Analyst {
    let token = store.invite(role, None, Timestamp::now()).unwrap();
    let name: Analyst = name.parse().unwrap();
    store.accept(token, &name, "x".into(), Timestamp::now()).unwrap();
    name
}

/// Two analysts and a supervisor, and the items most urgent first.
fn team(store: &Store) -> ([Analyst; 3], Vec<ItemId>) {
    let people = [
        person(store, "sari", Role::Analyst),
        person(store, "budi", Role::Analyst),
        person(store, "rini", Role::Supervisor),
    ];
    let items = store.list(&ListFilter::default(), Timestamp::now()).unwrap();
    (people, items.iter().map(|line| line.id).collect())
}

fn next(store: &Store, who: &Analyst, now: Timestamp) -> Option<ItemId> {
    store.next(who, None, now).unwrap().map(|lease| lease.item)
}

fn later(hours: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(hours)
}

#[test]
fn whose_an_item_is_gets_it_first_and_nobody_else_does_in_a_race() {
    let desk = Desk::with_own_rules(POSTS);
    let store = desk.store();
    let ([sari, budi, rini], items) = team(&store);
    let (first, last, now) = (items[0], *items.last().unwrap(), Timestamp::now());
    // Not the one that would be next: given to him, it comes first.
    store.assign(last, &budi, &rini, now).unwrap();
    for _ in 0..5 {
        let barrier = std::sync::Barrier::new(2);
        let race = |who: &Analyst| {
            let own = desk.store();
            barrier.wait();
            next(&own, who, now).unwrap()
        };
        let (hers, his) = std::thread::scope(|scope| {
            let one = scope.spawn(|| race(&sari));
            let other = scope.spawn(|| race(&budi));
            (one.join().unwrap(), other.join().unwrap())
        });
        assert_eq!((hers, his), (first, last));
        store.release(&sari).unwrap();
        store.release(&budi).unwrap();
    }
    assert!(store.take(last, &sari, now).unwrap().is_none(), "nor by its address");
    assert!(matches!(store.assign(last, &sari, &sari, now), Err(QueueError::NotYours(_))));
    assert!(matches!(store.unassign(last, &sari, now), Err(QueueError::NotYours(_))));
    assert!(matches!(store.assign(first, &budi, &sari, now), Err(QueueError::NotYours(_))));
    let nobody = "tidak ada".parse().unwrap();
    assert!(matches!(store.assign(first, &nobody, &rini, now), Err(QueueError::NoSuchPerson(_))));

    // Hours later it is anybody's; lifted, or its person shut out, at once.
    assert!(store.take(last, &sari, later(25)).unwrap().is_some());
    store.release(&sari).unwrap();
    let account = store.account(&budi).unwrap().unwrap();
    store.set_disabled(&account, true, Some(&rini), now).unwrap();
    assert!(store.take(last, &sari, now).unwrap().is_some());
    store.set_disabled(&account, false, Some(&rini), now).unwrap();
    store.release(&sari).unwrap();
    assert!(store.unassign(last, &budi, now).unwrap());
    assert!(!store.unassign(last, &rini, now).unwrap(), "nothing is left to take back");
    assert!(store.take(last, &sari, now).unwrap().is_some());

    // A supervisor gives away what another holds, whose token then proves nothing.
    let held = store.take(first, &sari, now).unwrap().unwrap();
    store.assign(first, &budi, &rini, now).unwrap();
    let ruling = Ruling {
        item: first,
        analyst: sari,
        token: held.token,
        outcome: Outcome::Edukasi,
        reason: "jelas".into(),
        duplicate_of: None,
    };
    assert!(matches!(store.decide(ruling.clone(), now), Err(QueueError::StaleToken(_))));

    // Decided and taken back, it is still his.
    let lease = store.next(&budi, None, now).unwrap().unwrap();
    assert_eq!(lease.item, first);
    store.decide(Ruling { analyst: budi.clone(), token: lease.token, ..ruling }, now).unwrap();
    store.undo(first, &budi, "keliru", now).unwrap();
    assert_eq!(next(&store, &budi, now), Some(first));
    assert_eq!(desk.run(&["evidence", "verify"]).status, 0);
}

#[test]
fn what_is_skipped_blocks_nobody_and_the_last_item_neither() {
    let desk = Desk::with_own_rules(&POSTS[..1]);
    let store = desk.store();
    let ([sari, budi, _], items) = team(&store);
    let (only, now) = (items[0], Timestamp::now());
    assert_eq!(next(&store, &sari, now), Some(only));
    let heavy = Why::Chosen(SkipReason::Heavy);
    assert!(matches!(store.skip(only, &budi, heavy.clone(), now), Err(QueueError::NotYours(_))));
    store.assign(only, &sari, &sari, now).unwrap();
    store.skip(only, &sari, heavy.clone(), now).unwrap();
    assert_eq!(next(&store, &sari, now), None, "not again, though there is no other");
    assert_eq!(next(&store, &budi, now), Some(only), "what was hers is anybody's");
    assert_eq!(store.teamwork(only).unwrap().notes[0].why, Some(heavy), "and says why");
    store.skip(only, &budi, Why::typed("bahasa Bugis").unwrap(), now).unwrap();
    assert_eq!((next(&store, &sari, now), next(&store, &budi, now)), (None, None));
    assert!(store.take(only, &sari, now).unwrap().is_some(), "by its address she may have it");
    store.release(&sari).unwrap();
    assert_eq!(next(&store, &sari, later(5)), Some(only), "hours later it comes again");
}

#[test]
fn only_what_cannot_be_read_is_set_aside_wherever_the_next_item_is_asked_for() {
    let desk = Desk::with_own_rules(&POSTS[..2]);
    let store = desk.store();
    let ([sari, budi, _], items) = team(&store);
    let now = Timestamp::now();
    assert_eq!(next(&store, &sari, now), Some(items[0]));
    let passing = QueueError::Store(StoreError::WriterGone);
    assert!(store.skip_unreadable(items[0], &sari, passing, now).is_err());
    assert_eq!(next(&store, &sari, now), Some(items[0]), "it is still hers");
    store.release(&sari).unwrap();
    desk.sql(&format!(
        "UPDATE verdict SET body = '[]'
         WHERE id = (SELECT verdict_id FROM queue_item WHERE id = {})",
        items[0]
    ));
    assert_eq!(desk.take("budi").0, items[1].to_string(), "at the command line");
    assert_eq!(next(&store, &budi, now), Some(items[1]));
    store.release(&budi).unwrap();
    assert_eq!(next(&store, &sari, now), Some(items[0]), "to whom it was not shown");
    let notes = store.teamwork(items[0]).unwrap().notes;
    assert_eq!(notes[0].why, Some(Why::Chosen(SkipReason::Broken)));
}

#[test]
fn a_second_look_is_passed_over_like_any_item() {
    let desk = Desk::with_own_rules(&POSTS[..1]);
    let settings = Settings {
        path: desk.path("w.db"),
        evidence: desk.path("bukti"),
        quality: QualitySettings { second_review_share: 1.0, ..QualitySettings::OFF },
        ..Settings::default()
    };
    let store = Store::open(&settings).unwrap();
    let ([sari, budi, rini], items) = team(&store);
    let (only, now) = (items[0], Timestamp::now());
    let lease = store.next(&sari, None, now).unwrap().unwrap();
    let ruling = Ruling {
        item: only,
        analyst: sari,
        token: lease.token,
        outcome: Outcome::Edukasi,
        reason: "jelas".into(),
        duplicate_of: None,
    };
    store.decide(ruling, now).unwrap();
    assert_eq!(next(&store, &budi, now), Some(only));
    store.skip(only, &budi, Why::Chosen(SkipReason::Knowledge), now).unwrap();
    assert_eq!((next(&store, &budi, now), next(&store, &rini, now)), (None, Some(only)));
}

#[test]
fn what_is_escalated_waits_for_supervisors_who_get_it_first() {
    let desk = Desk::with_own_rules(POSTS);
    let store = desk.store();
    let ([sari, budi, rini], items) = team(&store);
    let (last, now) = (*items.last().unwrap(), Timestamp::now());
    store.take(last, &sari, now).unwrap().unwrap();
    assert!(matches!(store.escalate(last, &budi, "ragu", now), Err(QueueError::NotYours(_))));
    assert!(matches!(store.escalate(last, &sari, " ", now), Err(QueueError::ReasonMissing)));
    store.escalate(last, &sari, "Nomor polisi, @Rini tolong lihat", now).unwrap();
    assert!(store.take(last, &sari, now).unwrap().is_none());
    assert!(matches!(store.lift_escalation(last, &sari, now), Err(QueueError::NotYours(_))));
    let lease = store.next(&rini, None, now).unwrap().unwrap();
    assert_eq!(lease.item, last);
    let account = store.account(&rini).unwrap().unwrap();
    assert_eq!(store.mentions(&account).unwrap()[0].item, last);
    let filter = ListFilter { escalated: true, ..ListFilter::default() };
    assert_eq!(store.count(&filter).unwrap(), 1);

    let ruling = Ruling {
        item: last,
        analyst: rini.clone(),
        token: lease.token,
        outcome: Outcome::Edukasi,
        reason: "jelas".into(),
        duplicate_of: None,
    };
    store.decide(ruling, now).unwrap();
    store.undo(last, &rini, "keliru", now).unwrap();
    assert_eq!(next(&store, &rini, now), Some(last), "taken back, it waits as before");
    // Given to an analyst it waits no longer.
    store.assign(last, &sari, &rini, now).unwrap();
    assert_eq!(store.count(&filter).unwrap(), 0);
    assert_eq!(next(&store, &sari, now), Some(last));

    // What was written is gone with the text, and was never in the log.
    store.note(last, &sari, "hubungi 0840-0000-0009", now).unwrap();
    assert!(store.teamwork(last).unwrap().notes.iter().all(|note| note.why.is_some()));
    let told: i64 = rusqlite::Connection::open(desk.path("w.db"))
        .unwrap()
        .query_row(
            "SELECT count(*) FROM custody WHERE detail LIKE '%0009%' OR detail LIKE '%Rini%'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(told, 0);
    desk.sql(&format!(
        "UPDATE post_version SET content = NULL
         WHERE id = (SELECT version_id FROM queue_item WHERE id = {last})"
    ));
    assert!(store.teamwork(last).unwrap().notes.iter().all(|note| note.why.is_none()));
}

impl Console {
    /// The address `/work` leads to.
    async fn work(&self, cookie: &str) -> String {
        location(&self.open("/work", cookie).await).to_owned()
    }

    async fn decide(&self, address: &str, cookie: &str) {
        let page = self.get(address, cookie).await;
        let token = between(&page, "name=\"token\" value=\"", "\"");
        let form = [("token", token), ("outcome", "EDUKASI")];
        let decided = self.post(&format!("{address}/decide"), cookie, &form).await;
        assert_eq!(decided.status(), StatusCode::SEE_OTHER, "{address}");
    }
}

#[tokio::test]
async fn notes_reach_whom_they_mention_and_work_is_shared() {
    let desk = Desk::with_own_rules(POSTS);
    let console = Console::start(&desk);
    let rini = console.join(&console.daemon.link, "rini").await;
    let sari = console.invited(&rini, "analyst", "sari dewi").await;
    let viewer = console.invited(&rini, "viewer", "wati").await;

    let item = console.work(&sari).await;
    let say = async |text: &str| {
        let said = console.post(&format!("{item}/notes"), &sari, &[("text", text)]).await;
        assert_eq!(location(&said), format!("{item}#notes"));
        console.get(&item, &sari).await
    };
    assert!(say("@Rini, <b>mohon dilihat</b>").await.contains("memberi tahu rini"));
    let page = say("tanya @siapa_ini atau @wati").await;
    assert!(page.contains("tidak ada analis dengan nama yang disebut"), "{page}");
    assert!(
        page.contains("mohon dilihat") && !page.contains("<b>mohon"),
        "text stays text: {page}"
    );

    let queue = console.get("/queue", &rini).await;
    assert_eq!(between(&queue, "id=\"mentioned\">", "<"), "1 belum dibaca");
    let list = console.get("/mentions", &rini).await;
    assert!(list.contains("mohon dilihat") && list.contains("belum dibaca"), "{list}");
    let note = between(&list, "name=\"note\" value=\"", "\"");
    let number = item.rsplit('/').next().unwrap();
    // Another's mark is not hers to set.
    console.post("/mentions/read", &sari, &[("note", note)]).await;
    assert!(console.get("/queue", &rini).await.contains("id=\"mentioned\""));
    let opened = console.post("/mentions/read", &rini, &[("note", note), ("item", number)]).await;
    assert_eq!(location(&opened), item);
    assert!(!console.get("/queue", &rini).await.contains("id=\"mentioned\""));
    assert!(console.get("/mentions", &rini).await.contains("sudah dibaca"));

    // Hers by a form; marked in the list, and filtered by the address.
    console.post(&format!("{item}/assign"), &sari, &[("to", "sari dewi")]).await;
    assert!(console.get(&item, &sari).await.contains("diberikan kepada Anda"));
    for (cookie, address, count, mark) in [
        (&sari, "/queue?mine=1", "1 butir", "untuk Anda"),
        (&rini, "/queue?mine=1", "0 butir", ""),
        (&rini, "/queue", "3 butir", "untuk sari dewi"),
        (&rini, "/queue?escalated=1", "0 butir", ""),
    ] {
        let page = console.get(address, cookie).await;
        assert!(page.contains(count) && page.contains(mark), "{address}");
    }
    // Skipped by a reason of the list, it is the next one's to read.
    let bare = console.post(&format!("{item}/skip"), &sari, &[("reason", "zzz")]).await;
    assert_eq!(bare.status(), StatusCode::CONFLICT);
    let skipped = console.post(&format!("{item}/skip"), &sari, &[("reason", "language")]).await;
    assert_eq!(location(&skipped), "/work");
    let other = console.work(&sari).await;
    assert_ne!(other, item);
    assert_eq!(console.work(&rini).await, item);
    let page = console.get(&item, &rini).await;
    assert!(page.contains("Dilewati sari dewi: “Bahasanya tidak saya pahami”"), "{page}");

    // Escalated, it is the supervisors'.
    let up = [("text", "perlu keputusan bersama")];
    console.post(&format!("{other}/escalate"), &sari, &up).await;
    let page = console.get(&other, &sari).await;
    assert!(page.contains("Menunggu penyelia") && !page.contains("name=\"token\""), "{page}");
    let page = console.get("/queue?escalated=1", &sari).await;
    assert!(page.contains("1 butir") && page.contains("menunggu penyelia"), "{page}");
    console.post(&format!("{other}/unescalate"), &rini, &[]).await;
    assert!(console.get(&other, &sari).await.contains("name=\"token\""));

    // Roles: who looks only does nothing of this, nor reads what was written; an analyst gives
    // nothing to others.
    let page = console.get(&item, &viewer).await;
    assert!(!page.contains("mohon dilihat") && !page.contains("/notes"), "{page}");
    let form = [("text", "x"), ("to", "wati"), ("reason", "heavy")];
    for action in ["notes", "assign", "unassign", "escalate", "unescalate", "skip"] {
        let answer = console.post(&format!("{item}/{action}"), &viewer, &form).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{action}");
    }
    let answer = console.open("/mentions", &viewer).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    for action in ["assign", "unescalate"] {
        let answer = console.post(&format!("{item}/{action}"), &sari, &[("to", "rini")]).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{action}");
    }
    let nobody = console.post(&format!("{item}/assign"), &rini, &[("to", "wati")]).await;
    assert_eq!(nobody.status(), StatusCode::CONFLICT);
    assert!(nobody.text().await.unwrap().contains("Tidak ada akun bernama wati"));
    assert_eq!(desk.run(&["evidence", "verify"]).status, 0);
}

#[tokio::test]
async fn keys_are_chosen_kept_refused_and_reset() {
    let desk = Desk::with_own_rules(POSTS);
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let other = console.invited(&admin, "analyst", "budi").await;
    let keys = [("skip", "l"), ("EDUKASI", "s"), ("down", "i")];
    assert_eq!(console.post("/keys", &admin, &keys).await.status(), StatusCode::OK);
    let item = console.work(&admin).await;
    let page = console.get(&item, &admin).await;
    assert!(page.contains("value=\"EDUKASI\" data-key=\"s\""), "{page}");
    assert!(
        page.contains("<summary data-key=\"l\">") && page.contains("data-down=\"i\""),
        "{page}"
    );
    let his = console.work(&other).await;
    let page = console.get(&his, &other).await;
    assert!(page.contains("value=\"EDUKASI\" data-key=\"e\""), "keys are one's own: {page}");

    for (form, said) in [
        ([("skip", "l"), ("EDUKASI", "n")], "Satu tombol dipakai dua kali: n ("),
        ([("skip", "ll"), ("EDUKASI", "s")], "tepat satu huruf"),
    ] {
        let refused = console.post("/keys", &admin, &form).await;
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        let page = refused.text().await.unwrap();
        assert!(page.contains(said) && page.contains("aria-invalid"), "{page}");
    }
    assert!(console.get(&item, &admin).await.contains("value=\"EDUKASI\" data-key=\"s\""));
    console.post("/keys/reset", &admin, &[]).await;
    assert!(console.get(&item, &admin).await.contains("value=\"EDUKASI\" data-key=\"e\""));
    assert_eq!(desk.run(&["evidence", "verify"]).status, 0);
}

#[tokio::test]
async fn hard_stories_are_veiled_a_break_is_suggested_and_a_broken_item_is_passed_over() {
    let long = format!("{} {}", POSTS[2].1, "Kami menunggu kabar berbulan-bulan. ".repeat(12));
    let posts = [
        ("loker_contoh/31", long.as_str()),
        ("loker_contoh/32", POSTS[2].1),
        ("loker_contoh/33", POSTS[2].1),
        POSTS[0],
    ];
    let desk = Desk::with_own_rules(&posts);
    let config = std::fs::read_to_string(desk.path("waspada.toml")).unwrap();
    let config = config.replace("[store]", "[store]\nteam = { break_after_items = 2 }");
    std::fs::write(desk.path("waspada.toml"), config).unwrap();
    let console = Console::start(&desk);
    let sari = console.join(&console.daemon.link, "sari").await;
    let mut veiled = 0;
    for line in desk.store().list(&ListFilter::default(), Timestamp::now()).unwrap() {
        let page = console.get(&format!("/items/{}", line.id), &sari).await;
        veiled += usize::from(page.contains("<details class=\"veil\""));
        assert!(!page.contains("<img"), "{page}");
    }
    assert_eq!(veiled, 1, "the long one");

    // The broken one is listed, is passed over once it is met, and the next one comes.
    let broken = console.work(&sari).await;
    let number = broken.rsplit('/').next().unwrap();
    // What may pass is no reason: it is shown once the database lets itself be written again.
    desk.sql(
        "CREATE TRIGGER refused BEFORE INSERT ON custody WHEN NEW.action = 'view'
         BEGIN SELECT RAISE(ABORT, 'not now'); END",
    );
    let answer = console.open(&broken, &sari).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    desk.sql("DROP TRIGGER refused");
    assert_eq!(console.work(&sari).await, broken);
    console.get(&broken, &sari).await;
    desk.sql(&format!(
        "UPDATE verdict SET body = '[]'
         WHERE id = (SELECT verdict_id FROM queue_item WHERE id = {number})"
    ));
    assert!(console.get("/queue", &sari).await.contains("4 butir"));
    let answer = console.open(&broken, &sari).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.text().await.unwrap().contains("tidak dapat ditampilkan"));

    // The last item looked at was the offer, which is held no more.
    desk.store().release(&"sari".parse().unwrap()).unwrap();
    for _ in 0..2 {
        let item = console.work(&sari).await;
        assert_ne!(item, broken);
        assert!(!console.get(&item, &sari).await.contains("id=\"rest\""));
        console.decide(&item, &sari).await;
    }
    let item = console.work(&sari).await;
    let page = console.get(&item, &sari).await;
    assert!(page.contains("id=\"rest\"") && page.contains("antrean akan menunggu"), "{page}");
    let closed = console.post(&format!("{item}/paused"), &sari, &[]).await;
    assert_eq!(location(&closed), item);
    assert!(!console.get(&item, &sari).await.contains("id=\"rest\""));
}
