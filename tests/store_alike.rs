//! Items that are alike, and decisions on many of them: what is found, what one transaction decides,
//! what it leaves alone, and how it is taken back.
#![allow(clippy::unwrap_used, reason = "a test")]

mod desk;

use std::collections::BTreeMap;
use std::thread;

use desk::Desk;
use jiff::{SignedDuration, Timestamp};
use waspada::store::{
    Alike, Analyst, BatchId, ItemId, LeftOut, Outcome, Picked, QueueError, Ruling, Standing, Store,
    Together,
};

const AD: &str = "Lowongan kerja admin di Poipet Kamboja, masuk pelancong dulu, permit nyusul. \
     Gaji 12 juta per bulan, tiket ditanggung, tanpa pengalaman.";

/// Four copies of one ad under several numbers, another ad, and a plea for help that names a
/// recruiter's number.
fn posts() -> Vec<(String, String)> {
    let texts = [
        format!("{AD} WA 0840-0000-0001"),
        format!("🔥🔥 {AD} WA 0840-0000-0002"),
        format!("{} WA 0840-0000-0003", AD.replace("Poipet", "Bavet")),
        format!("{} WA 0840-0000-0001", AD.to_uppercase()),
        "Butuh terapis ke Bangkok pakai visa turis, gaji $1.500 sebulan, kontak 0840-0000-0001"
            .to_owned(),
        "Tolong, adik saya disekap di Myawaddy, paspor ditahan. Tolong bantu pulangkan. Yang \
         memberangkatkan pakai nomor 0840-0000-0001"
            .to_owned(),
        "Kerja kebun di Bintulu, visa turis dulu, gaji 1800 ringgit, hubungi 0840-0000-0009"
            .to_owned(),
    ];
    texts.into_iter().enumerate().map(|(at, text)| (format!("loker_contoh/{at}"), text)).collect()
}

struct World {
    desk: Desk,
    store: Store,
    /// Items by the number of their post.
    items: BTreeMap<usize, ItemId>,
}

impl World {
    fn of(posts: &[(String, String)]) -> Self {
        let posts: Vec<(&str, &str)> = posts.iter().map(|(id, text)| (&**id, &**text)).collect();
        let desk = Desk::with_own_rules(&posts);
        let store = desk.store();
        let found = rusqlite::Connection::open(desk.path("w.db")).unwrap();
        let items = found
            .prepare("SELECT p.native_id, q.id FROM queue_item q JOIN post p ON p.id = q.post_id")
            .unwrap()
            .query_map([], |row| {
                let id: String = row.get(0)?;
                Ok((id.rsplit('/').next().unwrap().parse().unwrap(), ItemId(row.get(1)?)))
            })
            .unwrap()
            .map(Result::unwrap)
            .collect();
        Self { desk, store, items }
    }

    fn alike(&self, post: usize) -> Alike {
        self.store.alike(self.items[&post], 200, &analyst("rini"), now()).unwrap()
    }

    fn picked(&self, posts: &[usize]) -> Vec<Picked> {
        posts.iter().map(|post| self.alike(*post).this.picked).collect()
    }

    fn together(&self, posts: &[usize]) -> Together {
        Together {
            items: self.picked(posts),
            analyst: analyst("rini"),
            outcome: Outcome::Takedown,
            reason: "salinan iklan yang sama".into(),
            duplicate_of: None,
        }
    }

    fn fares(&self, batch: BatchId) -> Vec<(usize, Standing)> {
        let number: BTreeMap<ItemId, usize> =
            self.items.iter().map(|(post, item)| (*item, *post)).collect();
        let batch = self.store.batch(batch, &analyst("rini")).unwrap().unwrap();
        batch.items.iter().map(|(item, fares)| (number[item], *fares)).collect()
    }

    fn left_out(&self, batch: BatchId) -> Vec<(ItemId, LeftOut)> {
        let batch = self.store.batch(batch, &analyst("rini")).unwrap().unwrap();
        batch.left_out.iter().map(|left| (left.item, left.why)).collect()
    }

    /// The log tells of every decision and nothing in it was altered.
    fn verifies(&self) {
        let verified = self.store.verify(None).unwrap();
        assert_eq!(verified.findings, []);
    }
}

fn now() -> Timestamp {
    "2026-11-24T03:00:00Z".parse().unwrap()
}

fn analyst(name: &str) -> Analyst {
    name.parse().unwrap()
}

#[test]
fn alike_are_copies_whatever_their_number_and_what_names_the_same_contact() {
    let world = World::of(&posts());
    let alike = world.alike(0);
    let number: BTreeMap<ItemId, usize> =
        world.items.iter().map(|(post, item)| (*item, *post)).collect();
    let found: Vec<(usize, Option<u8>, bool)> = alike
        .open
        .iter()
        .map(|one| (number[&one.line.id], one.likeness.wording, one.likeness.contact))
        .collect();
    let [(3, Some(100), true), (1, Some(100), false), (2, Some(near), false), (4, None, true)] =
        found[..]
    else {
        panic!("{found:?}");
    };
    assert!((60..100).contains(&near), "{near}");
    // The plea is shown, and is not among those that may be decided together.
    assert_eq!(alike.waiting, 4);
    let across: Vec<usize> = alike.across.iter().map(|one| number[&one.line.id]).collect();
    assert_eq!(across, [5]);
    assert!(world.alike(6).open.is_empty(), "one rule and one place in common are no likeness");
    // Contacts are masked there as everywhere.
    let shown = format!("{:?}", alike.open);
    assert!(!shown.contains("0840-0000-0001") && shown.contains("**01"), "{shown}");
}

#[test]
fn what_was_decided_before_is_told_and_few_are_enough() {
    let world = World::of(&posts());
    world.store.decide_together(world.together(&[1, 4]), now()).unwrap();
    let alike = world.alike(0);
    let decided: Vec<_> = alike.decided.iter().map(|one| (one.line.id, one.line.outcome)).collect();
    assert_eq!(decided.len(), 2);
    assert!(decided.iter().all(|(_, outcome)| *outcome == Some(Outcome::Takedown)));
    assert_eq!(
        world.store.alike(world.items[&0], 1, &analyst("rini"), now()).unwrap().open.len(),
        1
    );
    assert_eq!(
        world.store.alike(world.items[&0], 1, &analyst("rini"), now()).unwrap().waiting,
        2,
        "counted all the same"
    );
    assert!(matches!(
        world.store.alike(ItemId(999), 1, &analyst("rini"), now()),
        Err(QueueError::NoSuchItem(ItemId(999)))
    ));
}

#[test]
fn an_account_that_posts_twice_is_known_by_its_id_and_not_by_the_name_it_shows() {
    let world = World::of(&posts());
    assert!(world.alike(0).open.iter().all(|one| !one.likeness.poster), "names are anybody's");
    // What older posts were found by is read when the store is opened next.
    drop(world.store);
    world.desk.sql(
        "UPDATE post_version SET content = json_set(content, '$.author.native_id', '77')
         WHERE post_id IN (SELECT id FROM post WHERE native_id IN ('loker_contoh/0', 'loker_contoh/6'));
         DELETE FROM likeness; INSERT INTO likeness_due SELECT id FROM queue_item;",
    );
    let world = World { store: world.desk.store(), ..world };
    let alike = world.alike(6);
    assert_eq!(alike.open.len(), 1);
    assert!(alike.open[0].likeness.poster && alike.open[0].line.id == world.items[&0]);
    assert_eq!(world.alike(0).open.len(), 5, "and their wording with it");
}

#[test]
fn many_are_decided_in_one_go_and_taken_back_as_one() {
    let world = World::of(&posts());
    let batch = world.store.decide_together(world.together(&[0, 1, 3]), now()).unwrap();
    let stand = |fares| vec![(0, fares), (1, fares), (3, fares)];
    assert_eq!(world.fares(batch), stand(Standing::Stands));
    assert_eq!(world.store.queue_counts().unwrap().decided, 3);
    for post in [0, 1, 3] {
        let item = world.store.view(world.items[&post], &analyst("sari"), now()).unwrap();
        assert_eq!(item.outcome, Some(Outcome::Takedown));
        assert_eq!(item.decisions[0].batch, Some(batch));
    }
    world.verifies();

    let undone = world.store.undo_batch(batch, &analyst("rini"), "keliru", now()).unwrap();
    assert_eq!(undone.len(), 3);
    assert_eq!(world.fares(batch), stand(Standing::TakenBack));
    assert_eq!(world.store.queue_counts().unwrap().decided, 0);
    let again = world.store.undo_batch(batch, &analyst("rini"), "keliru", now()).unwrap();
    assert!(again.is_empty(), "what is taken back is not taken back twice");
    world.verifies();
    // Custody lines name the batch, so that cutting one decision out of it is found.
    drop(world.store);
    world.desk.sql("DROP TRIGGER decision_is_append_only_update; UPDATE decision SET batch = NULL WHERE id = 1");
    assert_eq!(world.desk.store().verify(None).unwrap().findings.len(), 1);
}

#[test]
fn what_is_held_decided_edited_or_gone_is_left_as_it_is_and_told() {
    let world = World::of(&posts());
    let together = world.together(&[0, 1, 2, 3, 4]);
    assert_eq!(world.store.weigh(&together, now()).unwrap(), []);
    // Between preview and decision: one is taken, one decided, one edited.
    let lease = world.store.take(world.items[&1], &analyst("budi"), now()).unwrap().unwrap();
    let single = world.store.take(world.items[&2], &analyst("sari"), now()).unwrap().unwrap();
    let ruling = Ruling {
        item: single.item,
        analyst: analyst("sari"),
        token: single.token,
        outcome: Outcome::Edukasi,
        reason: "lain".into(),
        duplicate_of: None,
    };
    world.store.decide(ruling, now()).unwrap();
    world.desk.add(&[("loker_contoh/3", &format!("{AD} Sudah penuh. WA 0840-0000-0001"))]);
    // One's own lease is no hindrance.
    world.store.take(world.items[&4], &analyst("rini"), now()).unwrap().unwrap();

    let weighed = world.store.weigh(&together, now()).unwrap();
    assert_eq!(weighed.len(), 3);
    let batch = world.store.decide_together(together, now()).unwrap();
    assert_eq!(world.fares(batch), [(0, Standing::Stands), (4, Standing::Stands)]);
    let left = world.left_out(batch);
    let expected = [(1, LeftOut::Held), (2, LeftOut::Decided), (3, LeftOut::Edited)];
    assert_eq!(left, expected.map(|(post, why)| (world.items[&post], why)));
    let other = world.store.view(world.items[&2], &analyst("rini"), now()).unwrap();
    assert_eq!((other.outcome, other.decisions.len()), (Some(Outcome::Edukasi), 1));
    // Whoever held one decides it as if nothing had been.
    let ruling = Ruling {
        item: lease.item,
        analyst: analyst("budi"),
        token: lease.token,
        outcome: Outcome::PantauAkun,
        reason: "akun".into(),
        duplicate_of: None,
    };
    world.store.decide(ruling, now()).unwrap();

    // Undone and decided anew by somebody, one is not taken back again with the batch.
    world.store.undo(world.items[&0], &analyst("rini"), "keliru", now()).unwrap();
    let lease = world.store.take(world.items[&0], &analyst("budi"), now()).unwrap().unwrap();
    let ruling = Ruling {
        item: lease.item,
        analyst: analyst("budi"),
        token: lease.token,
        outcome: Outcome::Edukasi,
        reason: "lain".into(),
        duplicate_of: None,
    };
    world.store.decide(ruling, now()).unwrap();
    assert_eq!(world.fares(batch)[0], (0, Standing::DecidedAnew));
    let undone = world.store.undo_batch(batch, &analyst("rini"), "keliru", now()).unwrap();
    assert_eq!(undone, [world.items[&4]]);
    world.verifies();
}

#[test]
fn a_lease_that_is_over_holds_nothing_back() {
    let world = World::of(&posts());
    world.store.take(world.items[&0], &analyst("budi"), now()).unwrap().unwrap();
    let later = now() + SignedDuration::from_hours(24);
    let batch = world.store.decide_together(world.together(&[0]), later).unwrap();
    assert_eq!(world.fares(batch), [(0, Standing::Stands)]);
}

#[test]
fn limits_hold_at_the_store() {
    let world = World::of(&posts());
    let refused = |together: Together| world.store.decide_together(together, now()).unwrap_err();
    let sound = world.together(&[0, 1]);
    let many = (1..=201).map(|item| format!("{item}-1").parse().unwrap()).collect();
    for (together, expected) in [
        (Together { reason: " ".into(), ..sound.clone() }, "alasan"),
        (Together { items: many, ..sound.clone() }, "paling banyak 200"),
        (Together { outcome: Outcome::Duplikat, ..sound.clone() }, "DUPLIKAT"),
        (Together { duplicate_of: Some(ItemId(1)), ..sound.clone() }, "DUPLIKAT"),
        (world.together(&[0, 5]), "minta tolong"),
        (
            Together {
                outcome: Outcome::Duplikat,
                duplicate_of: Some(ItemId(999)),
                ..sound.clone()
            },
            "butir 999",
        ),
    ] {
        let error = refused(together).to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
    assert_eq!(world.store.queue_counts().unwrap().decided, 0, "all or nothing");
    for text in ["", "7", "7-", "-7", "a-b"] {
        assert!(text.parse::<Picked>().is_err(), "{text}");
    }

    // The one the others repeat is not its own duplicate.
    let duplicates = Together {
        outcome: Outcome::Duplikat,
        duplicate_of: Some(world.items[&0]),
        ..world.together(&[0, 1, 3])
    };
    let batch = world.store.decide_together(duplicates, now()).unwrap();
    assert_eq!(world.fares(batch).len(), 2);
    assert_eq!(world.left_out(batch), [(world.items[&0], LeftOut::Original)]);
}

#[test]
fn of_a_single_decision_and_a_bulk_one_exactly_one_counts() {
    for _ in 0..8 {
        let world = World::of(&posts());
        let lease = world.store.take(world.items[&0], &analyst("rini"), now()).unwrap().unwrap();
        let ruling = Ruling {
            item: lease.item,
            analyst: analyst("rini"),
            token: lease.token,
            outcome: Outcome::Edukasi,
            reason: "lain".into(),
            duplicate_of: None,
        };
        // The same person in two windows: nothing but the transaction stands between them.
        let together = world.together(&[0, 1, 3]);
        let (single, batch) = thread::scope(|scope| {
            let single = scope.spawn(|| world.store.decide(ruling, now()));
            let batch = scope.spawn(|| world.store.decide_together(together, now()));
            (single.join().unwrap(), batch.join().unwrap().unwrap())
        });
        let among = world.fares(batch).iter().any(|(post, _)| *post == 0);
        assert_ne!(single.is_ok(), among, "one of the two");
        let item = world.store.view(world.items[&0], &analyst("sari"), now()).unwrap();
        assert_eq!(item.decisions.len(), 1);
        world.verifies();
    }
}

#[test]
fn a_wiped_post_is_like_nothing() {
    let world = World::of(&posts());
    drop(world.store);
    world.desk.sql("UPDATE post_version SET content = NULL WHERE post_id = 1");
    let left: i64 = rusqlite::Connection::open(world.desk.path("w.db"))
        .unwrap()
        .query_row(
            "SELECT (SELECT count(*) FROM likeness WHERE item_id = ?1)
                 + (SELECT count(*) FROM likeness_band WHERE item_id = ?1)",
            [world.items[&0].0],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn an_edited_post_is_found_by_its_new_wording() {
    let world = World::of(&posts());
    world.desk.add(&[("loker_contoh/6", &format!("{AD} WA 0840-0000-0009"))]);
    assert!(world.alike(6).open.iter().any(|one| one.likeness.wording == Some(100)));
    assert!(world.alike(0).open.iter().any(|one| one.line.id == world.items[&6]));
}

#[test]
fn a_template_posted_again_and_again_costs_no_more_than_the_newest_of_it() {
    let posts: Vec<(String, String)> = (0..400)
        .map(|at| (format!("loker_contoh/{at}"), format!("{AD} WA 0840-0000-{at:04}")))
        .collect();
    let world = World::of(&posts);
    let alike = world.alike(0);
    assert_eq!(
        (alike.waiting, alike.open.len()),
        (300, 200),
        "of 399 copies the newest are looked at"
    );
    let newest = alike.open.iter().map(|one| one.line.id).max();
    assert_eq!(newest, world.items.values().max().copied());
}
