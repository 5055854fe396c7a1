//! Rules exchanged under full load: the folder is rewritten every 200 ms, every fifth time with a
//! broken file, while pages are scored and stored on all cores. No post is skipped, none is scored
//! twice, none by a half set. Eight seconds; a minute with WASPADA_LONG=1, as CI runs it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use waspada::engine::{RuleFiles, Thresholds, Verdict};
use waspada::pipeline::{Scorer, Standing, load, reload};
use waspada::post::{Platform, Post};
use waspada::registry::today;
use waspada::store::{PageCommit, Settings, Store};

const SHORT: Duration = Duration::from_secs(8);
const LONG: Duration = Duration::from_secs(60);
const BETWEEN: Duration = Duration::from_millis(200);
/// Every so many rewritings the file is broken.
const BROKEN: usize = 5;
/// A word for each good set: one file names the rule, another the word.
const WORDS: [&str; 4] = ["mangga", "rambutan", "durian", "salak"];
const PAGE: usize = 100;
const SOURCES: usize = 2;

fn rule(number: usize) -> String {
    let word = WORDS[number];
    format!(
        "[family]\nid = \"uji\"\ntitle = \"Uji\"\ncap = 90\n[[rule]]\nid = \"uji-{word}\"\n\
         title = \"Uji\"\npoints = 80\nphrases = [\"{{uji}} segar\"]\nhit = [\"{word} segar\"]\n"
    )
}

fn write_set(folder: &Path, number: usize) {
    // Not at once, as an editor or a copy does not either.
    std::fs::write(folder.join("uji.toml"), rule(number)).unwrap();
    std::thread::sleep(Duration::from_millis(2));
    std::fs::write(folder.join("lists/uji.txt"), format!("{}\n", WORDS[number])).unwrap();
}

fn page(source: &str, posts: Vec<waspada::store::ScoredPost>) -> PageCommit {
    PageCommit {
        source: source.to_owned(),
        adapter: "folder",
        adapter_version: 1,
        capture: None,
        posts,
        deleted: Vec::new(),
        set_aside: Vec::new(),
        ignored: 0,
        cursor: None,
        validators: None,
        coverage: None,
        file_done: None,
        at: Timestamp::now(),
    }
}

/// Ends the other threads however its own ends: a failure must not hang.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn no_post_is_skipped_none_scored_twice_none_by_a_half_set() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("aturan");
    for name in ["registry", "lists"] {
        std::fs::create_dir_all(folder.join(name)).unwrap();
    }
    for (name, text) in RuleFiles::embedded().select(|name| name.starts_with("registry/")) {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let good: BTreeMap<String, &str> = (0..WORDS.len())
        .map(|number| {
            write_set(&folder, number);
            (RuleFiles::read(&folder).unwrap().version(), WORDS[number])
        })
        .collect();
    assert_eq!(good.len(), WORDS.len());

    let standing = Standing { folder: Some(folder.clone()), thresholds: Thresholds::default() };
    let scorer = Scorer::new(load(&standing).unwrap());
    let settings = Settings {
        path: dir.path().join("w.db"),
        evidence: dir.path().join("bukti"),
        ..Settings::default()
    };
    let store = Store::open(&settings).unwrap();
    let lasts =
        if std::env::var_os("WASPADA_LONG").is_some_and(|set| set == "1") { LONG } else { SHORT };
    let over = AtomicBool::new(false);
    let (taken, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let text = WORDS.map(|word| format!("{word} segar")).join(", ");
    let stored: Vec<usize> = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let ended = if reload(&scorer, &standing).is_ok() { &taken } else { &refused };
                ended.fetch_add(1, Ordering::Relaxed);
            }
        });
        scope.spawn(|| {
            for round in 0.. {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                if round % BROKEN == BROKEN - 1 {
                    let broken = rule(round % WORDS.len()).replace("points", "point");
                    std::fs::write(folder.join("uji.toml"), broken).unwrap();
                } else {
                    write_set(&folder, round % WORDS.len());
                }
                std::thread::sleep(BETWEEN);
            }
        });
        let sources: Vec<_> = (0..SOURCES)
            .map(|number| {
                let (scorer, store, text, over) = (&scorer, &store, &text, &over);
                scope.spawn(move || {
                    let _ends = Ends(over);
                    let source = format!("sumber-{number}");
                    let began = Instant::now();
                    let mut count = 0;
                    while began.elapsed() < lasts {
                        let posts = (count..count + PAGE)
                            .map(|post| Post::new(Platform::Web, format!("{number}/{post}"), text))
                            .collect();
                        let scored = scorer.score(&source, today(), posts);
                        // A page is of one set from its first post to its last.
                        let sets: BTreeSet<&str> =
                            scored.iter().map(|it| it.verdict.ruleset.as_str()).collect();
                        assert_eq!((scored.len(), sets.len()), (PAGE, 1));
                        let result = store.commit_page(page(&source, scored)).unwrap();
                        assert_eq!((result.new, result.queued), (PAGE as u64, PAGE as u64));
                        count += PAGE;
                    }
                    count
                })
            })
            .collect();
        sources.into_iter().map(|source| source.join().unwrap()).collect()
    });
    let expected: usize = stored.iter().sum();
    assert!(taken.into_inner() > 5 && refused.into_inner() > 0, "rules were exchanged and refused");

    let connection = rusqlite::Connection::open(&settings.path).unwrap();
    let count = |sql: &str| -> usize { connection.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(count("SELECT count(*) FROM post"), expected, "no post is skipped");
    assert_eq!(count("SELECT count(*) FROM verdict"), expected, "none is scored twice");
    assert_eq!(count("SELECT count(DISTINCT version_id) FROM verdict"), expected);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut statement = connection.prepare("SELECT body FROM verdict").unwrap();
    let bodies = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    for body in bodies {
        let verdict: Verdict = serde_json::from_str(&body.unwrap()).unwrap();
        let word = good.get(&verdict.ruleset).unwrap_or_else(|| {
            panic!("{} is none of the sets that were written whole", verdict.ruleset)
        });
        let hits: Vec<(&str, &[String])> =
            verdict.hits.iter().map(|hit| (hit.rule.0.as_str(), hit.text.as_slice())).collect();
        assert_eq!(hits, [(format!("uji-{word}").as_str(), &[format!("{word} segar")][..])]);
        *seen.entry(word).or_default() += 1;
    }
    assert!(seen.len() > 1, "under load only one set was ever in force: {seen:?}");
}
