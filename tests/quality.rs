//! Second looks at the store: drawn posts and second opinions are lent, decided and undone as anything
//! else, give nothing away, and are neither lost nor doubled when analysts race.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use waspada::engine::{Band, Grade, Harm, Lane, Verdict};
use waspada::facts::Facts;
use waspada::post::{Platform, Post};
use waspada::store::{
    Analyst, Decided, Finding, ItemId, ItemState, Lease, ListFilter, Origin, Outcome, PageCommit,
    QualitySettings, QueueError, ReviewId, Role, Ruling, ScoredPost, Settings, Settling, Store,
    Together, Unjudged,
};

fn now() -> Timestamp {
    "2026-11-24T01:00:00Z".parse().unwrap()
}

fn later(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

fn open(dir: &Path, unflagged_share: f64, second_review_share: f64) -> Store {
    let settings = Settings {
        path: dir.join("waspada.db"),
        evidence: dir.join("evidence"),
        quality: QualitySettings { unflagged_share, second_review_share },
        ..Settings::default()
    };
    Store::open(&settings).unwrap()
}

/// Makes an account.
fn join(store: &Store, name: &str, role: Role) {
    let link = store.invite(role, None, now()).unwrap();
    store.accept(link, &analyst(name), "x".into(), now()).unwrap();
}

fn verdict(score: u8, lane: Lane) -> Verdict {
    let flagged = score >= 40;
    let harm = Harm { grade: Grade::S2, why: "contoh".into() };
    Verdict {
        flagged,
        lane: flagged.then_some(lane),
        score,
        band: flagged.then_some(Band::Sedang),
        severity: flagged.then_some(harm),
        hits: Vec::new(),
        adjustments: Vec::new(),
        facts: Facts { phones: vec!["+6284000000001".into()], ..Facts::default() },
        personal: Vec::new(),
        ruleset: "0123456789ab".into(),
    }
}

/// A page of posts, each with its score and lane.
fn fill(store: &Store, kind: &str, posts: usize, score: u8, lane: Lane, at: Timestamp) {
    let posts = (1..=posts).map(|number| ScoredPost {
        post: Post::new(Platform::Telegram, format!("{kind}/{number}"), format!("{kind} {number}")),
        verdict: verdict(score, lane),
    });
    let page = PageCommit {
        source: "saluran".into(),
        adapter: "telegram",
        adapter_version: 1,
        capture: None,
        posts: posts.collect(),
        deleted: Vec::new(),
        set_aside: Vec::new(),
        ignored: 0,
        cursor: None,
        validators: None,
        coverage: None,
        file_done: None,
        at,
    };
    store.commit_page(page).unwrap();
}

fn analyst(name: &str) -> Analyst {
    name.parse().unwrap()
}

fn next(store: &Store, name: &str, at: Timestamp) -> Option<Lease> {
    store.next(&analyst(name), None, at).unwrap()
}

fn rule(
    store: &Store,
    lease: &Lease,
    outcome: Outcome,
    at: Timestamp,
) -> Result<Decided, QueueError> {
    let ruling = Ruling {
        item: lease.item,
        analyst: lease.analyst.clone(),
        token: lease.token,
        outcome,
        reason: "jelas".into(),
        duplicate_of: None,
    };
    store.decide(ruling, at)
}

fn is_sound(store: &Store) {
    let verified = store.verify(None).unwrap();
    assert!(verified.findings.is_empty(), "{:?}", verified.findings);
}

fn query<T: rusqlite::types::FromSql>(dir: &Path, statement: &str) -> T {
    let database = rusqlite::Connection::open(dir.join("waspada.db")).unwrap();
    database.query_row(statement, [], |row| row.get(0)).unwrap()
}

fn sql(dir: &Path, statements: &str) {
    rusqlite::Connection::open(dir.join("waspada.db")).unwrap().execute_batch(statements).unwrap();
}

#[test]
fn a_drawn_post_is_worked_on_as_any_other_and_gives_itself_not_away() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 1.0, 0.0);
    fill(&store, "iklan", 2, 80, Lane::Offer, now());
    fill(&store, "salam", 3, 15, Lane::Offer, now());

    let lease = next(&store, "sari", later(1)).unwrap();
    let again = next(&store, "sari", later(2)).unwrap();
    assert_eq!(
        (again.item, again.token),
        (lease.item, lease.token),
        "who holds one draws no other"
    );
    let lines = store.list(&ListFilter::default(), later(2)).unwrap();
    let line = lines.iter().find(|line| line.id == lease.item).unwrap();
    assert_eq!((line.score, line.excerpt.as_deref().map(|text| &text[..5])), (15, Some("salam")));
    assert_eq!((line.origin, line.severity), (Origin::Rules, Some(Grade::S2)));
    assert_eq!(store.count(&ListFilter::default()).unwrap(), 3, "it counts as any other");
    let shown = store.view(lease.item, &analyst("sari"), later(2)).unwrap();
    let told = shown.verdict.as_ref().unwrap();
    assert_eq!((shown.origin, shown.lane, told.flagged), (Origin::Rules, Lane::Offer, true));
    assert_eq!(told.severity.as_ref().unwrap().grade, Grade::S2);
    assert!(!serde_json::to_string(&(&shown, &lines)).unwrap().contains("sample"));

    // Decided as something to act on, it is a post the rules missed.
    let (item, by) = (lease.item, analyst("sari"));
    rule(&store, &lease, Outcome::Takedown, later(3)).unwrap();
    let missed = store.quality(later(4)).unwrap().missed;
    assert_eq!((missed.drawn, missed.decided, missed.waiting, missed.misses.len()), (1, 1, 0, 1));
    assert_eq!((missed.misses[0].item, missed.rate), (item, Some(1.0)));
    // Three posts no rule flags, in less than a day, all of them missed as far as is known.
    assert_eq!(missed.posts_a_day, 3.0);
    let (most_likely, least, most) = missed.a_day().unwrap();
    assert!(most_likely == 3.0 && least > 0.6 && least < 0.7 && most == 3.0, "{least} {most}");
    let decided = ListFilter { state: Some(ItemState::Decided), ..ListFilter::default() };
    let handed = store.export(&decided, &by, false, later(4)).unwrap().items;
    assert_eq!((handed[0].origin, handed[0].severity), (Origin::Sample, None));

    // Undone it waits again, as the sample it was; every post is drawn once.
    store.undo(item, &by, "salah tekan", later(5)).unwrap();
    let missed = store.quality(later(5)).unwrap().missed;
    assert_eq!((missed.decided, missed.waiting, missed.rate), (0, 1, None));
    let mut given = BTreeSet::new();
    while let Some(lease) = next(&store, "budi", later(6)) {
        given.insert(lease.item);
        rule(&store, &lease, Outcome::BukanLain, later(6)).unwrap();
    }
    assert_eq!(given.len(), 5);
    let missed = store.quality(later(7)).unwrap().missed;
    assert_eq!((missed.drawn, missed.decided, missed.rate), (3, 3, Some(0.0)));
    let (low, high) = missed.interval;
    assert!(low == 0.0 && (high - 0.5615).abs() < 0.001, "of three posts little is known: {high}");
    assert_eq!(
        query::<i64>(dir.path(), "SELECT count(*) FROM custody WHERE action = 'sampled'"),
        3
    );
    is_sound(&store);
}

#[test]
fn every_unflagged_post_has_the_same_chance_and_the_share_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0.25, 0.0);
    fill(&store, "lama", 20, 10, Lane::Offer, now() - SignedDuration::from_hours(8 * 24));
    fill(&store, "iklan", 5, 80, Lane::Offer, now());
    fill(&store, "salam", 20, 10, Lane::Offer, now());
    sql(dir.path(), "UPDATE lot SET key = x'01'");
    let (mut times, turns) = (BTreeMap::<i64, u32>::new(), 1600);
    for _ in 0..turns {
        next(&store, "sari", later(1)).unwrap();
        store.release(&analyst("sari")).unwrap();
        let drawn = "SELECT max(post_id) FROM queue_item WHERE origin = 'sample'";
        if let Some(post) = query::<Option<i64>>(dir.path(), drawn) {
            *times.entry(post).or_default() += 1;
            sql(
                dir.path(),
                "DELETE FROM sample; DELETE FROM item_tag WHERE item_id > 5;
                DELETE FROM queue_item WHERE origin = 'sample'",
            );
        }
    }
    let all: u32 = times.values().sum();
    assert!((340..=460).contains(&all), "a quarter of {turns}: {all}");
    // What is older than a week is not drawn, nor what a rule flags.
    assert_eq!(times.keys().copied().collect::<Vec<_>>(), (26..=45).collect::<Vec<_>>());
    assert!(times.values().all(|times| (6..=36).contains(times)), "about 20 each: {times:?}");
}

#[test]
fn a_person_asking_for_help_does_not_wait_for_a_drawn_post() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 1.0, 0.0);
    fill(&store, "tolong", 2, 80, Lane::Victim, now());
    fill(&store, "salam", 2, 10, Lane::Offer, now());
    for name in ["sari", "budi"] {
        let lease = next(&store, name, later(1)).unwrap();
        assert_eq!(store.view(lease.item, &analyst(name), later(1)).unwrap().lane, Lane::Victim);
    }
    assert!(next(&store, "tono", later(1)).is_none(), "an empty queue stays empty");
}

#[test]
fn other_rules_leave_a_drawn_post_where_it_is_unless_they_flag_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 1.0, 0.0);
    fill(&store, "iklan", 1, 80, Lane::Offer, now());
    fill(&store, "salam", 2, 10, Lane::Offer, now());
    let first = next(&store, "sari", later(1)).unwrap();
    rule(&store, &first, Outcome::Takedown, later(1)).unwrap();
    let second = next(&store, "sari", later(1)).unwrap();
    store.release(&analyst("sari")).unwrap();
    let rescore = |ruleset: &str, score: u8| {
        let mut pass = store.rescore_begin(ruleset, "ambang", later(2)).unwrap();
        while !pass.finished {
            let posts: Vec<Unjudged> = store.rescore_next(&pass, 10).unwrap();
            let judged = posts.into_iter().map(|unjudged| {
                let score = if unjudged.post.text.starts_with("salam") { score } else { 80 };
                let verdict = Verdict { ruleset: ruleset.into(), ..verdict(score, Lane::Offer) };
                (unjudged, verdict)
            });
            pass = store.rescore_write(&pass, judged.collect(), later(2)).unwrap();
        }
        pass.counts
    };
    let counts = rescore("lain", 20);
    assert_eq!((counts.no_longer_flagged, counts.newly_flagged, counts.kept_decided), (0, 0, 1));
    let line = store.list(&ListFilter::default(), later(3)).unwrap();
    let line = line.iter().find(|line| line.id == second.item).unwrap();
    assert_eq!((line.score, line.state, line.severity), (20, ItemState::Open, Some(Grade::S2)));

    // Flagged at last: the open one is an item like any other, the decided one stays what was missed.
    let counts = rescore("tajam", 60);
    assert_eq!((counts.newly_flagged, counts.kept_decided), (1, 1));
    let missed = store.quality(later(4)).unwrap().missed;
    assert_eq!((missed.decided, missed.waiting, missed.gone, missed.misses.len()), (1, 0, 1, 1));
    is_sound(&store);
}

#[test]
fn a_second_opinion_is_blind_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0.0, 1.0);
    fill(&store, "iklan", 1, 80, Lane::Offer, now());
    let first = next(&store, "sari", later(1)).unwrap();
    let item = first.item;
    rule(&store, &first, Outcome::Takedown, later(1)).unwrap();
    assert!(next(&store, "sari", later(2)).is_none(), "not to her who decided");
    // Whoever may be asked is not told what was decided, and so can still be asked.
    let seen = store.view(item, &analyst("budi"), later(2)).unwrap();
    assert_eq!((seen.state, seen.outcome, seen.awaits_second), (ItemState::Decided, None, true));
    assert!(seen.decisions.is_empty());
    join(&store, "wati", Role::Supervisor);
    let seen = store.view(item, &analyst("wati"), later(2)).unwrap();
    assert_eq!((seen.outcome, seen.decisions.len()), (Some(Outcome::Takedown), 1));
    assert!(next(&store, "wati", later(2)).is_none(), "not to her who saw what was decided");

    let second = next(&store, "budi", later(3)).unwrap();
    assert_eq!(second.item, item);
    assert!(next(&store, "tono", later(3)).is_none(), "lent to one");
    // Whatever way it is looked at, it is an open item of hers, also when her time is over.
    for at in [later(3), later(60)] {
        for shown in [
            store.view(item, &analyst("budi"), at).unwrap(),
            store.reveal(item, &analyst("budi"), at).unwrap(),
        ] {
            assert_eq!((shown.state, shown.outcome), (ItemState::Open, None));
            assert!(shown.decisions.is_empty() && shown.leased_by.as_deref() == Some("budi"));
        }
    }
    let stale = rule(&store, &second, Outcome::BukanBerita, later(60));
    assert!(matches!(stale, Err(QueueError::StaleToken(_))));
    let second = store.take(item, &analyst("budi"), later(60)).unwrap().unwrap();
    rule(&store, &second, Outcome::BukanBerita, later(60)).unwrap();
    let twice = rule(&store, &second, Outcome::BukanBerita, later(60));
    assert!(matches!(twice, Err(QueueError::NotOpen { state: ItemState::Decided, .. })));
    assert_eq!(query::<String>(dir.path(), "SELECT outcome FROM queue_item"), "TAKEDOWN");

    // Undone by herself before she saw the first decision, it is hers again; after that it is not.
    let undone = store.undo(item, &analyst("budi"), "salah tekan", later(61)).unwrap();
    assert_eq!((undone.analyst.as_str(), undone.outcome), ("budi", Some(Outcome::BukanBerita)));
    let second = next(&store, "budi", later(61)).unwrap();
    assert_eq!(second.item, item);
    rule(&store, &second, Outcome::RujukPolri, later(61)).unwrap();
    let shown = store.view(item, &analyst("budi"), later(62)).unwrap();
    assert_eq!((shown.second, shown.decisions.len()), (Some(Outcome::RujukPolri), 1));
    store.undo(item, &analyst("budi"), "keliru", later(62)).unwrap();
    assert!(next(&store, "budi", later(63)).is_none());
    let third = next(&store, "tono", later(63)).unwrap();
    rule(&store, &third, Outcome::RujukPolri, later(63)).unwrap();
    let quality = store.quality(later(64)).unwrap();
    assert_eq!((quality.outcomes.cases, quality.outcomes.same), (1, 0));
    assert_eq!((quality.kinds.cases, quality.kinds.same), (1, 1), "both act on it");

    // The first decision taken back, there is nothing left to compare.
    store.undo(item, &analyst("sari"), "keliru", later(65)).unwrap();
    let quality = store.quality(later(65)).unwrap();
    assert_eq!((quality.outcomes.cases, quality.disputes.len(), quality.waiting), (0, 0, 0));
    let again = next(&store, "tono", later(66)).unwrap();
    assert_eq!(again.item, item, "it is open for everybody");
    is_sound(&store);
}

#[test]
fn what_is_decided_together_is_drawn_as_what_is_decided_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0.0, 1.0);
    fill(&store, "iklan", 3, 80, Lane::Offer, now());
    join(&store, "rini", Role::Supervisor);
    let [sari, budi, rini] = ["sari", "budi", "rini"].map(analyst);
    let lines = store.list(&ListFilter::default(), later(1)).unwrap();
    let items =
        lines.iter().map(|line| store.alike(line.id, 1, &sari, later(1)).unwrap().this.picked);
    let together = Together {
        items: items.collect(),
        analyst: sari.clone(),
        outcome: Outcome::BukanBerita,
        reason: "salinan yang sama".into(),
        duplicate_of: None,
    };
    let batch = store.decide_together(together, later(1)).unwrap();
    assert_eq!(store.quality(later(2)).unwrap().waiting, 3);
    let told = |reader| store.batch(batch, reader).unwrap().unwrap().told.is_some();
    assert_eq!((told(&sari), told(&rini), told(&budi)), (true, true, false));

    // All wait for somebody else; taken back, none does any longer.
    assert!(next(&store, "sari", later(2)).is_none());
    let second = next(&store, "budi", later(2)).unwrap();
    rule(&store, &second, Outcome::Takedown, later(2)).unwrap();
    let quality = store.quality(later(2)).unwrap();
    assert_eq!((quality.waiting, quality.disputes.len()), (2, 1));
    store.undo_batch(batch, &sari, "keliru", later(3)).unwrap();
    let quality = store.quality(later(3)).unwrap();
    assert_eq!((quality.waiting, quality.disputes.len()), (0, 0));
    assert!(told(&budi), "nothing waits any more");
    is_sound(&store);
}

#[test]
fn what_is_given_to_a_person_comes_before_anything_drawn() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 1.0, 1.0);
    fill(&store, "iklan", 4, 80, Lane::Offer, now());
    fill(&store, "salam", 20, 10, Lane::Offer, now());
    join(&store, "rini", Role::Supervisor);
    join(&store, "budi", Role::Analyst);
    let [sari, budi, rini] = ["sari", "budi", "rini"].map(analyst);
    let flagged = store.list(&ListFilter::default(), later(1)).unwrap();
    let decided = store.take(flagged[0].id, &sari, later(1)).unwrap().unwrap();
    rule(&store, &decided, Outcome::Takedown, later(1)).unwrap();
    let (given, raised) = (flagged[2].id, flagged[3].id);
    store.assign(given, &budi, &rini, later(1)).unwrap();
    store.escalate(raised, &sari, "ragu", later(1)).unwrap();

    // Each draw would come now, and so would the second opinion.
    assert_eq!(next(&store, "budi", later(1)).unwrap().item, given);
    assert_eq!(next(&store, "rini", later(1)).unwrap().item, raised);
    let review = next(&store, "tono", later(1)).unwrap();
    assert_eq!(review.item, decided.item, "to whom nothing was given, the second opinion");
    let drawn = next(&store, "wati", later(1)).unwrap();
    let line = store.list(&ListFilter::default(), later(1)).unwrap();
    assert_eq!(line.iter().find(|line| line.id == drawn.item).unwrap().score, 10);

    // A second opinion that is being given is not broken off.
    join(&store, "tono", Role::Analyst);
    store.assign(flagged[1].id, &analyst("tono"), &rini, later(2)).unwrap();
    assert_eq!(next(&store, "tono", later(2)).unwrap().item, review.item);
    rule(&store, &review, Outcome::Takedown, later(2)).unwrap();
    assert_eq!(next(&store, "tono", later(2)).unwrap().item, flagged[1].id);
}

#[test]
fn a_more_urgent_item_goes_before_a_second_opinion() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0.0, 1.0);
    fill(&store, "iklan", 2, 80, Lane::Offer, now());
    let first = next(&store, "sari", later(1)).unwrap();
    rule(&store, &first, Outcome::Takedown, later(1)).unwrap();
    fill(&store, "tolong", 1, 80, Lane::Victim, now());
    let plea = next(&store, "budi", later(2)).unwrap();
    assert_eq!(store.view(plea.item, &analyst("budi"), later(2)).unwrap().lane, Lane::Victim);
    assert_eq!(next(&store, "tono", later(2)).unwrap().item, first.item, "before its equals");
}

#[test]
fn a_supervisor_settles_what_two_differ_on_and_can_take_it_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0.0, 1.0);
    fill(&store, "iklan", 1, 80, Lane::Offer, now());
    let item = next(&store, "sari", later(1)).unwrap();
    rule(&store, &item, Outcome::BukanBerita, later(1)).unwrap();
    let item = next(&store, "budi", later(2)).unwrap();
    rule(&store, &item, Outcome::Takedown, later(2)).unwrap();
    let settle = |outcome, at| {
        let settling = Settling {
            review: ReviewId(1),
            by: analyst("rini"),
            outcome,
            reason: "tawaran yang jelas".into(),
            duplicate_of: None,
        };
        store.settle_review(settling, at)
    };
    let outcome = || query::<String>(dir.path(), "SELECT outcome FROM queue_item");
    let disputes = || {
        let quality = store.quality(later(9)).unwrap();
        (quality.disputes.len(), quality.settled.len(), quality.outcomes.cases)
    };
    let dispute = store.quality(later(3)).unwrap().disputes.remove(0);
    assert!(dispute.grave && dispute.settlement.is_none());
    assert_eq!((dispute.first.analyst.as_str(), dispute.second.analyst.as_str()), ("sari", "budi"));
    assert!(matches!(settle(Outcome::Duplikat, later(3)), Err(QueueError::DuplicateOf)));

    // As the second said: the item carries that now, and both opinions are still counted.
    settle(Outcome::Takedown, later(4)).unwrap();
    assert_eq!((outcome().as_str(), disputes()), ("TAKEDOWN", (0, 1, 1)));
    let again = settle(Outcome::Takedown, later(4));
    assert!(matches!(again, Err(QueueError::NothingToSettle(_))), "settled once");
    // Her opinion is settled: an undo of hers does not reach past it.
    assert!(store.undo_second(item.item, &analyst("budi"), "x", later(4)).unwrap().is_none());

    store.undo_settlement(ReviewId(1), &analyst("rini"), "keliru", later(5)).unwrap();
    assert_eq!((outcome().as_str(), disputes()), ("BUKAN_berita", (1, 0, 1)));
    settle(Outcome::BukanBerita, later(6)).unwrap();
    assert_eq!((outcome().as_str(), disputes()), ("BUKAN_berita", (0, 1, 1)));

    // Undone as any decision, it is decided anew, and the settlement can no longer be taken back.
    store.undo(item.item, &analyst("rini"), "lihat lagi", later(7)).unwrap();
    let gone = store.undo_settlement(ReviewId(1), &analyst("rini"), "x", later(8));
    assert!(matches!(gone, Err(QueueError::NothingToSettle(_))));
    is_sound(&store);

    // The rulings are evidence as the decisions are.
    sql(
        dir.path(),
        "DROP TRIGGER review_ruling_is_append_only_update;
         UPDATE review_ruling SET reason = 'lain' WHERE id = 1;",
    );
    let findings = store.verify(None).unwrap().findings;
    assert!(matches!(findings[..], [Finding::RulingAltered { ruling: 1, .. }]), "{findings:?}");
}

#[test]
fn nothing_is_lost_or_doubled_when_analysts_race() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), 0.2, 0.4);
    fill(&store, "iklan", 60, 80, Lane::Offer, now());
    fill(&store, "salam", 300, 10, Lane::Offer, now());
    // Five people, each in a process of her own; every fifth decision is taken back.
    let made: Vec<(String, Vec<(ItemId, Decided)>)> = std::thread::scope(|scope| {
        let work = ["sari", "budi", "tono", "wati", "rini"].map(|name| {
            let path = dir.path();
            scope.spawn(move || {
                let store = open(path, 0.2, 0.4);
                let outcomes = [Outcome::Takedown, Outcome::BukanBerita, Outcome::PantauAkun];
                let (mut made, mut idle) = (Vec::new(), 0);
                while idle < 3 {
                    let Some(lease) = next(&store, name, later(1)) else {
                        idle += 1;
                        continue;
                    };
                    let outcome = outcomes[made.len() % 3];
                    match rule(&store, &lease, outcome, later(1)) {
                        Ok(decided) => made.push((lease.item, decided)),
                        // The decision her opinion was on was taken back meanwhile.
                        Err(QueueError::StaleToken(_) | QueueError::NotOpen { .. }) => continue,
                        Err(error) => panic!("{error}"),
                    }
                    if made.len() % 5 == 0 {
                        // Somebody may have settled, undone or reopened it; then there is nothing to undo.
                        let _ = store.undo(lease.item, &analyst(name), "salah", later(1));
                    }
                }
                (name.to_owned(), made)
            })
        });
        work.map(|thread| thread.join().unwrap()).into_iter().collect()
    });
    is_sound(&store);
    // Every ruling anybody was told of is stored once, with the line she was told.
    let lines: Vec<i64> =
        made.iter().flat_map(|(_, made)| made.iter().map(|(_, decided)| decided.line)).collect();
    assert_eq!(lines.iter().collect::<BTreeSet<_>>().len(), lines.len());
    let stored = "SELECT (SELECT count(*) FROM decision WHERE undoes IS NULL)
        + (SELECT count(*) FROM review_ruling WHERE undoes IS NULL)";
    assert_eq!(query::<usize>(dir.path(), stored), lines.len());
    for (never, statement) in [
        (
            "an item waits while nobody holds it",
            "SELECT count(*) FROM queue_item WHERE state = 'open'",
        ),
        ("a post stands twice", "SELECT count(*) - count(DISTINCT post_id) FROM queue_item"),
        (
            "somebody gave a second opinion on her own decision",
            "SELECT count(*) FROM second_review r JOIN decision d ON d.id = r.decision_id
             JOIN review_ruling g ON g.review_id = r.id WHERE g.analyst = d.analyst",
        ),
        (
            "a review has two opinions in force",
            "SELECT count(*) FROM (SELECT 1 FROM review_ruling g WHERE g.undoes IS NULL
                AND NOT EXISTS (SELECT 1 FROM review_ruling u WHERE u.undoes = g.id)
             GROUP BY g.review_id HAVING count(*) > 1)",
        ),
        (
            "a live review is of a decision that was taken back",
            "SELECT count(*) FROM second_review r JOIN decision u ON u.undoes = r.decision_id
             WHERE r.state IN ('waiting', 'ruled')",
        ),
        (
            "an item has no decision in force or two",
            "SELECT count(*) FROM queue_item q WHERE 1 <> (SELECT count(*) FROM decision d
                WHERE d.item_id = q.id AND d.undoes IS NULL
                AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id))",
        ),
    ] {
        assert_eq!(query::<i64>(dir.path(), statement), 0, "{never}");
    }
    let count = |what: &str| query::<i64>(dir.path(), what);
    assert!(count("SELECT count(*) FROM sample") > 0);
    assert!(count("SELECT count(*) FROM second_review WHERE state = 'ruled'") > 0);
}
