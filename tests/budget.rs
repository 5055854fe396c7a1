//! Budgets are never exceeded: not across restarts, not by two sources at once, not by a process
//! killed between booking and settling, not when the clock steps back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use waspada::budget::{Budget, MARGIN, Spend, Unit, Window};
use waspada::store::{Booking, Settings, Store};

const A_DAY: Window = Window::Rolling(SignedDuration::from_hours(24));

fn settings(dir: &Path) -> Settings {
    Settings { path: dir.join("waspada.db"), evidence: dir.join("evidence"), ..Settings::default() }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn noon() -> Timestamp {
    at("2026-11-28T12:00:00Z")
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

fn budget(limit: u64, window: Window, unit: Unit) -> Budget {
    Budget { name: "jatah@UJI".into(), limit, window, unit }
}

fn spend(amount: u64) -> Spend {
    Spend::new("jatah@UJI", amount)
}

fn item(name: &str) -> Spend {
    Spend::item("jatah@UJI", name)
}

fn spent(store: &Store, budget: &Budget, now: Timestamp) -> u64 {
    store.left(std::slice::from_ref(budget), now).unwrap()[0].spent
}

fn book(store: &Store, budget: &Budget, spend: Spend, now: Timestamp) -> Result<(), Timestamp> {
    match store.book(std::slice::from_ref(budget), &[spend], now).unwrap() {
        Booking::Booked(_) => Ok(()),
        Booking::UsedUp { opens, .. } => Err(opens),
    }
}

#[test]
fn what_is_booked_survives_a_restart_and_opens_when_its_window_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Store::open(&settings(dir.path())).unwrap();
    let calls = budget(3, A_DAY, Unit::Calls);
    for hour in 0..3 {
        assert_eq!(book(&open(), &calls, spend(1), noon() + hours(hour)), Ok(()));
    }
    let opens = noon() + hours(24) + MARGIN + SignedDuration::from_micros(1);
    assert_eq!(book(&open(), &calls, spend(1), noon() + hours(4)), Err(opens));
    assert_eq!(book(&open(), &calls, spend(1), opens - SignedDuration::from_micros(1)), Err(opens));
    assert_eq!(book(&open(), &calls, spend(1), opens), Ok(()));
    let left = &open().left(&[calls], opens).unwrap()[0];
    assert_eq!((left.left(), left.opens), (0, Some(opens + hours(1))));
}

#[test]
fn a_day_ends_at_midnight_where_the_service_is() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(dir.path())).unwrap();
    let units = budget(100, Window::PacificDay, Unit::Units);
    assert_eq!(book(&store, &units, spend(100), at("2026-11-28T20:00:00Z")), Ok(()));
    let opens = at("2026-11-29T08:05:00.000001Z");
    assert_eq!(book(&store, &units, spend(1), at("2026-11-29T07:59:00Z")), Err(opens));
    assert_eq!(book(&store, &units, spend(1), opens), Ok(()));
}

#[test]
fn a_thing_asked_about_again_costs_nothing_and_all_or_nothing_is_booked() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(dir.path())).unwrap();
    let tags = budget(2, Window::Rolling(hours(7 * 24)), Unit::Items);
    for tag in ["a", "b", "a", "a", "b"] {
        assert_eq!(book(&store, &tags, item(tag), noon()), Ok(()), "{tag}");
    }
    assert!(book(&store, &tags, item("c"), noon()).is_err());
    assert_eq!(spent(&store, &tags, noon()), 2);

    let calls = Budget { name: "panggilan@UJI".into(), ..budget(9, A_DAY, Unit::Calls) };
    let both = [Spend::new("panggilan@UJI", 1), item("c")];
    let booking = store.book(&[tags.clone(), calls.clone()], &both, noon()).unwrap();
    assert!(matches!(&booking, Booking::UsedUp { budget, .. } if *budget == tags.name));
    assert_eq!(spent(&store, &calls, noon()), 0, "nothing of a refused booking stays");
    assert!(store.book(&[tags], &[Spend::new("lain", 1)], noon()).is_err());
}

#[test]
fn the_real_cost_is_settled_and_what_the_service_calls_used_up_is() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(dir.path())).unwrap();
    let money = budget(1_000, Window::UtcDay, Unit::MicroDollars);
    let Booking::Booked(booked) =
        store.book(std::slice::from_ref(&money), &[spend(900)], noon()).unwrap()
    else {
        panic!("a fresh budget is open");
    };
    assert!(book(&store, &money, spend(101), noon()).is_err(), "booked is spent until settled");
    store.settle(booked, &[("jatah@UJI".to_owned(), 150)], noon()).unwrap();
    assert_eq!(spent(&store, &money, noon()), 150);
    store.use_up(&money, noon()).unwrap();
    assert_eq!(book(&store, &money, spend(1), noon()), Err(at("2026-11-29T00:05:00.000001Z")));
    assert_eq!(book(&store, &money, spend(1), noon() + hours(13)), Ok(()));
}

#[test]
fn a_request_that_waited_long_counts_from_when_it_ended() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(dir.path())).unwrap();
    let calls = budget(1, A_DAY, Unit::Calls);
    let booking = store.book(std::slice::from_ref(&calls), &[spend(1)], noon()).unwrap();
    let Booking::Booked(booked) = booking else { panic!("a fresh budget is open") };
    store.settle(booked, &[], noon() + hours(2)).unwrap();
    assert!(book(&store, &calls, spend(1), noon() + hours(25)).is_err());
    assert_eq!(book(&store, &calls, spend(1), noon() + hours(27)), Ok(()));
}

#[test]
fn sources_that_spend_at_once_from_several_processes_share_one_budget() {
    let dir = tempfile::tempdir().unwrap();
    let stores: Vec<_> =
        (0..4).map(|_| Arc::new(Store::open(&settings(dir.path())).unwrap())).collect();
    let calls = budget(50, A_DAY, Unit::Calls);
    let granted: usize = std::thread::scope(|scope| {
        let spenders: Vec<_> = stores
            .iter()
            .map(|store| {
                let calls = &calls;
                scope.spawn(move || {
                    (0..40).filter(|_| book(store, calls, spend(1), noon()).is_ok()).count()
                })
            })
            .collect();
        spenders.into_iter().map(|spender| spender.join().unwrap()).sum()
    });
    assert_eq!(granted, 50);
}

#[test]
fn a_clock_that_was_once_far_ahead_does_not_shut_a_budget_for_a_year() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(dir.path())).unwrap();
    let calls = budget(2, A_DAY, Unit::Calls);
    assert_eq!(book(&store, &calls, spend(2), noon() + hours(365 * 24)), Ok(()));
    let opens = noon() + hours(24) + MARGIN + SignedDuration::from_micros(1);
    assert_eq!(book(&store, &calls, spend(1), noon()), Err(opens), "spent as of now");
    assert_eq!(book(&store, &calls, spend(1), opens), Ok(()));
}

/// A step of the world: time passes, the clock is wrong by so much, the process may restart, and
/// this much is asked for.
type Step = (i64, i64, bool, u64);

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Told apart by what a service sees: the time of a grant is the latest the clock has shown.
    #[test]
    fn no_window_ever_holds_more_than_the_limit(
        limit in 1_u64..12,
        window in prop_oneof![
            Just(A_DAY), Just(Window::Rolling(hours(1))), Just(Window::UtcDay),
            Just(Window::PacificDay)
        ],
        steps in prop::collection::vec((0_i64..200, 0_i64..40, any::<bool>(), 1_u64..5), 1..60),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let open = || Store::open(&settings(dir.path())).unwrap();
        let calls = budget(limit, window, Unit::Calls);
        let (mut store, mut time, mut latest) = (open(), noon(), Timestamp::MIN);
        let mut granted: Vec<(Timestamp, u64)> = Vec::new();
        let steps: Vec<Step> = steps;
        for (minutes, back, restarts, amount) in steps {
            time += SignedDuration::from_mins(minutes);
            if restarts {
                drop(store);
                store = open();
            }
            let clock = time - hours(if back > 30 { back } else { 0 });
            latest = latest.max(clock);
            if book(&store, &calls, spend(amount), clock).is_ok() {
                granted.push((latest, amount));
            }
            let in_window: u64 = granted
                .iter()
                .filter(|(at, _)| *at >= window.start(latest))
                .map(|(_, amount)| amount)
                .sum();
            prop_assert!(in_window <= limit, "{in_window} of {limit}: {granted:?}");
        }
    }
}
