//! The dashboard: counts that are right against a small queue, for every role, in both languages,
//! with nothing to count, and plots that say what their tables say.
#![allow(clippy::unwrap_used, reason = "a test")]

mod console_client;
mod desk;

use std::collections::BTreeSet;

use console_client::{Console, location};
use desk::{Desk, POSTS};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use waspada::engine::Grade;
use waspada::store::{Analyst, ItemId, Outcome, Ruling, Store, Tally};

/// Three posts that are flagged, two of them offers, and one that is not.
const MARKET: (&str, &str) = ("loker_contoh/20", "Harga cabai di pasar naik lagi minggu ini.");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The open item of a post, by its number in [`POSTS`].
fn item(store: &Store, words: &str) -> ItemId {
    let filter = waspada::store::ListFilter { words: Some(words.into()), ..Default::default() };
    store.list(&filter, Timestamp::now()).unwrap()[0].id
}

fn decide(store: &Store, item: ItemId, outcome: Outcome, now: Timestamp) {
    let analyst: Analyst = "sari".parse().unwrap();
    let token = store.take(item, &analyst, now).unwrap().unwrap().token;
    let reason = "jelas sekali".to_owned();
    let ruling = Ruling { item, analyst, token, outcome, reason, duplicate_of: None };
    store.decide(ruling, now).unwrap();
}

/// Items flagged, and those decided by `outcome`.
fn counts(tally: &Tally, outcome: Outcome) -> (u64, u64) {
    let decided = tally.outcomes().find(|(one, _)| *one == outcome).unwrap().1;
    (tally.flagged, decided)
}

#[test]
fn the_store_counts_what_came_was_decided_and_waits() {
    let desk = Desk::bare();
    let store = desk.store();
    let market = "Harga beras turun di pasar.";
    // The day in WIB begins at 17:00 UTC of the day before.
    desk.add_at(&store, at("2026-11-25T16:59:59Z"), "telegram", &[POSTS[0], MARKET]);
    desk.add_at(&store, at("2026-11-25T17:00:00Z"), "telegram", &POSTS[1..3]);
    let hidden = "Kerja di Poipet, visa turis, gaji $900/bulan, asal Indramayu dan Cirebon. \
                  WA 0840-0000-0005";
    desk.add_at(&store, at("2026-11-27T03:00:00Z"), "facebook", &[("9", hidden), ("10", market)]);
    let first = item(&store, "tanpa pengalaman");
    decide(&store, first, Outcome::Takedown, at("2026-11-26T16:59:59Z"));
    let plea = item(&store, "disekap");
    decide(&store, plea, Outcome::KorbanDibantu, at("2026-11-26T17:00:00Z"));
    store
        .undo(plea, &"sari".parse::<Analyst>().unwrap(), "keliru", at("2026-11-26T18:00:00Z"))
        .unwrap();

    let load = store.load(date(2026, 11, 28), 4).unwrap();
    let told: Vec<_> =
        load.days.iter().map(|day| (day.day.day(), day.incoming, day.decided, day.open)).collect();
    assert_eq!(told, [(25, 1, 0, 1), (26, 2, 1, 2), (27, 1, 0, 3), (28, 0, 0, 3)]);
    assert_eq!(load.open(), 3);
    let gravest = load.waiting[0];
    assert_eq!(
        (gravest.severity, gravest.open, gravest.oldest),
        (Some(Grade::S1), 1, at("2026-11-25T17:00:00Z"))
    );

    let named = |rule: &str| Some((rule.to_owned(), Some("satu".to_owned())));
    let tallies = store.tallies(date(2026, 11, 25), named).unwrap();
    assert_eq!(counts(&tallies.all, Outcome::Takedown), (4, 1));
    assert_eq!(counts(&tallies.platforms["telegram"], Outcome::Takedown), (3, 1));
    assert_eq!(counts(&tallies.platforms["facebook"], Outcome::Takedown), (1, 0));
    assert_eq!(counts(&tallies.destinations["KH"], Outcome::Takedown), (3, 1));
    assert_eq!(counts(&tallies.provinces["32"], Outcome::Takedown), (1, 0), "two towns, one item");
    assert_eq!(counts(&tallies.families["satu"], Outcome::Takedown), (4, 1), "many rules, once");
    let visa = tallies.rules.values().filter(|tally| tally.flagged == 3).count();
    assert!(visa > 0, "{:?}", tallies.rules);

    // Only what came during the period, and no rule that is not known.
    let later = store.tallies(date(2026, 11, 26), |_| None).unwrap();
    assert_eq!((later.all.flagged, later.rules.len()), (3, 0));
    let none = store.tallies(date(2026, 11, 28), named).unwrap();
    assert_eq!((none.all.flagged, none.platforms.len(), none.rules.len()), (0, 0, 0));

    let scores = store.scores(date(2026, 11, 25)).unwrap();
    assert_eq!((scores.posts(0, 100), scores.posts(40, 100), scores.posts(0, 4)), (6, 4, 2));
    assert_eq!((scores.queue_from(40), scores.queue_from(0), scores.queue_from(101)), (3, 5, 0));
    let later = store.scores(date(2026, 11, 27)).unwrap();
    assert_eq!((later.posts(0, 100), later.queue_from(40), later.queue_from(0)), (2, 3, 4));
}

/// What stands between two marks, each time.
fn all_between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
}

/// The rows of every table, each as its cells without markup.
fn rows(page: &str) -> Vec<Vec<String>> {
    let plain = |cell: &str| {
        let texts = cell.split('<').filter_map(|part| part.split('>').next_back());
        texts.collect::<String>().trim().to_owned()
    };
    let cells = |row: &str| {
        let row = row.replace("<th", "<td");
        row.split("<td").skip(1).map(|cell| plain(&format!("<td{cell}"))).collect()
    };
    all_between(page, "<tr", "</tr>").into_iter().map(cells).collect()
}

#[tokio::test]
async fn a_supervisors_morning_for_every_role_and_in_both_languages() {
    let desk = Desk::bare();
    {
        let store = desk.store();
        let now = Timestamp::now();
        let ago = |hours| now.checked_sub(SignedDuration::from_hours(hours)).unwrap();
        desk.add_at(&store, ago(40 * 24), "telegram", &[("1/1", POSTS[0].1)]);
        desk.add_at(&store, ago(3 * 24), "telegram", &POSTS[..4]);
        desk.add_at(&store, ago(1), "<b>\"x&", &[POSTS[1]]);
        let words = ["anggrek", "bakung", "cempaka", "dahlia", "kenanga", "melati"];
        let more: Vec<(String, String)> = words
            .iter()
            .map(|word| {
                let text = format!("{} Tanyakan {word}.", POSTS[1].1);
                (format!("lain/{word}"), text)
            })
            .collect();
        let more: Vec<(&str, &str)> =
            more.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
        desk.add_at(&store, ago(2), "facebook", &more);
        for word in words {
            let outcome = if word == "melati" { Outcome::BukanBerita } else { Outcome::Takedown };
            decide(&store, item(&store, word), outcome, ago(1));
        }
    }
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    let stranger = console.open("/dashboard", "").await;
    assert_eq!(location(&stranger), "/login");

    for role in ["viewer", "ops", "analyst", "supervisor"] {
        let cookie = console.invited(&admin, role, role).await;
        let page = console.get("/dashboard", &cookie).await;
        assert!(page.contains("<h1>Ringkasan</h1>"), "{role}");
        let queue = console.get("/queue", &cookie).await;
        assert!(queue.contains("href=\"/dashboard\" data-key=\"g\""), "{role}");
    }

    let cell = |page: &str, name: &str| -> Vec<Vec<String>> {
        let found = rows(page).into_iter().filter(|row| row[0] == name);
        found.map(|row| row[1..].to_vec()).collect()
    };
    let page = console.get("/dashboard", &admin).await;
    assert_eq!(cell(&page, "7 hari terakhir"), [["10", "6", "5"]]);
    assert_eq!(cell(&page, "telegram"), [["3", "0", "0"]]);
    assert_eq!(cell(&page, "facebook"), [["6", "6", "5"]]);
    assert!(page.contains("<b>10</b> diduga · <b>6</b> diputuskan · <b>5</b> terbukti"), "{page}");
    assert_eq!(cell(&page, "S1")[0][0], "1");
    assert_eq!(cell(&page, "40 berlaku sekarang"), [["sedang", "5"]]);
    assert_eq!(cell(&page, "sumber-facebook")[0][0], "baik");
    assert_eq!(
        console.get("/dashboard?days=30", &admin).await.matches("aria-current=\"true\"").count(),
        2
    );
    for nonsense in ["", "8", "-1", "99999999999999999999", "x%00"] {
        let page = console.get(&format!("/dashboard?days={nonsense}"), &admin).await;
        assert_eq!(cell(&page, "telegram"), [["3", "0", "0"]], "{nonsense}");
    }
    let longer = console.get("/dashboard?days=90", &admin).await;
    assert_eq!(cell(&longer, "telegram"), [["4", "0", "0"]]);
    assert_eq!(cell(&longer, "7 hari terakhir"), [["10", "6", "5"]], "the load is another matter");

    // Six decisions, five of them right, with Wilson's interval of it.
    assert!(
        page.contains("<td>83,3%</td>\n<td>43,6%–97,0%</td>")
            || page.contains("<td>83,3%</td><td>43,6%–97,0%</td>"),
        "{page}"
    );
    assert!(page.contains("keputusan terlalu sedikit"), "{page}");

    // What came from outside is shown as text, in plots and in tables.
    assert!(!page.contains("<b>\"x") && page.contains("&#60;b&#62;&#34;x&#38;"), "{page}");
    // The policy forbids styles in the page.
    assert!(!page.contains("style="));

    console.post("/language", &admin, &[("language", "en")]).await;
    let english = console.get("/dashboard", &admin).await;
    assert!(english.contains("<h1>Dashboard</h1>") && english.contains("<td>83.3%</td>"));
    assert!(!english.contains("dashboard-"), "every message is there");
    for word in ["diputuskan", "menunggu", "terbukti", "Sumber"] {
        assert!(!english.contains(word), "{word}");
    }
    assert_eq!(cell(&english, "facebook"), [["6", "6", "5"]]);

    // Each number drawn stands in a row of a table that begins with what it is drawn for.
    for page in [&page, &english, &longer] {
        let rows = rows(page);
        let drawn: Vec<&str> = all_between(page, "<title>", "</title>").split_off(1);
        assert!(drawn.len() > 14 * 3 + 20, "{}", drawn.len());
        for title in drawn {
            let (name, numbers) = title.rsplit_once(": ").unwrap();
            let numbers: BTreeSet<&str> = numbers
                .split([' ', '(', ')', '–'])
                .map(|part| part.trim_end_matches(','))
                .filter(|part| part.starts_with(|first: char| first.is_ascii_digit()))
                .collect();
            let is_told = rows.iter().any(|row| {
                let cells: BTreeSet<&str> =
                    row[1..].iter().flat_map(|cell| cell.split('–')).collect();
                row[0].starts_with(name) && numbers.is_subset(&cells)
            });
            assert!(is_told, "{title}");
        }
    }
}

#[tokio::test]
async fn nothing_to_count_is_told_as_such() {
    let desk = Desk::bare();
    let console = Console::start(&desk);
    let admin = console.join(&console.daemon.link, "sari").await;
    for (language, sentences) in [
        (
            "id",
            ["Tidak ada yang menunggu.", "Belum ada sumber", "<b>0</b> diduga", "Belum ada aturan"],
        ),
        ("en", ["Nothing is waiting.", "No source was", "<b>0</b> flagged", "No rule has enough"]),
    ] {
        console.post("/language", &admin, &[("language", language)]).await;
        let page = console.get("/dashboard", &admin).await;
        for sentence in sentences {
            assert!(page.contains(sentence), "{sentence}: {page}");
        }
        assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
    }
}
