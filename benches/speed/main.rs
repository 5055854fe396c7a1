//! How fast it is, on real posts where there are any, one core: each stage, the whole of `scan`, ten
//! and a hundred times the rules, beside the naive design and beside Hyperscan. `docs/performance.md`
//! says what the figures mean and how to run this.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a bench")]

mod hyperscan;
mod naive;
mod posts;
mod rules;

use std::error::Error;
use std::hint::black_box;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use posts::Posts;
use waspada::engine::{Engine, RuleFiles, Scratch, Thresholds};
use waspada::post::from_json_line;

type Outcome = Result<(), Box<dyn Error>>;

/// Rounds of each measurement; the best one counts, since others may want the core meanwhile.
const ROUNDS: usize = 9;

#[derive(serde::Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
}

fn main() -> Outcome {
    if !std::env::args().any(|argument| argument == "--bench") {
        return sets_compile();
    }
    let posts = posts::load()?;
    let bytes: usize = posts.texts.iter().map(String::len).sum();
    println!(
        "{} {} posts, {:.0} bytes of text each",
        posts.texts.len(),
        if posts.real { "real" } else { "INVENTED" },
        bytes as f64 / posts.texts.len() as f64
    );
    let frequent = rules::frequent(&posts.texts);
    // Named sections alone, or all.
    let named: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |section: &str| named.is_empty() || named.iter().any(|name| name == section);
    if wanted("stages") {
        stages(&posts, bytes)?;
    }
    if wanted("naive") {
        against_naive(&posts)?;
    }
    if wanted("growth") {
        growth(&posts, &frequent)?;
    }
    if wanted("hyperscan") {
        against_hyperscan(&posts, &frequent)?;
    }
    if wanted("program") {
        program(&posts)?;
    }
    Ok(())
}

/// What `cargo test --bench speed` wants to know: that the rule sets to measure with still compile.
fn sets_compile() -> Outcome {
    let frequent = rules::frequent(&posts::load()?.texts);
    engine(&rules::more_rules(2, rules::Wording::AsCommon, &frequent))?;
    engine(&rules::more_rules(2, rules::Wording::OfTheirOwn, &frequent))?;
    engine(&rules::more_keywords(2 * rules::keywords(), &frequent))?;
    engine(&rules::keywords_and_patterns(200, 30, &frequent).0)?;
    let (wanted, lists) = rules::shipped();
    naive::Naive::new(&wanted, &lists)?;
    Ok(())
}

/// What this thread has had of its core, so that a busy machine does not count; where the system
/// does not tell, the time of day.
fn now() -> Duration {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// The shortest of several rounds.
fn best(mut round: impl FnMut()) -> Duration {
    let timed = || {
        let start = now();
        round();
        now().saturating_sub(start)
    };
    std::iter::repeat_with(timed).take(ROUNDS).min().unwrap_or_default()
}

fn engine(files: &RuleFiles) -> Result<Engine, Box<dyn Error>> {
    Ok(Engine::compile(files, Thresholds::default())?)
}

fn shown(name: &str, took: Duration, posts: usize) -> f64 {
    let each = took.as_secs_f64() / posts as f64;
    println!("{name:<44} {:>8.2} µs a post {:>10.0} posts/s", each * 1e6, 1.0 / each);
    each
}

/// Scores lines of JSON as `scan` does: read, scored, what is flagged written.
fn scan(engine: &Engine, scratch: &mut Scratch, lines: &[Vec<u8>], out: &mut Vec<u8>) {
    out.clear();
    for line in lines {
        let Ok(line) = from_json_line::<Line<'_>>(line) else { continue };
        if let Some(verdict) = engine.score_flagged(scratch, &line.text) {
            let _ = serde_json::to_writer(&mut *out, &verdict);
        }
    }
}

fn stages(posts: &Posts, bytes: usize) -> Outcome {
    let files = RuleFiles::embedded();
    let built = best(|| drop(black_box(engine(&files))));
    println!("the shipped rules build in {:.0} ms", built.as_secs_f64() * 1e3);
    let engine = engine(&files)?;
    let mut scratch = engine.scratch();
    let count = posts.texts.len();
    let parsed = best(|| {
        for line in &posts.lines {
            let _ = black_box(from_json_line::<Line<'_>>(line));
        }
    });
    shown("JSON", parsed, count);
    let mut views = engine.views();
    let normalised = best(|| posts.texts.iter().for_each(|text| views.read(text)));
    shown("normalise: both views with their maps", normalised, count);
    println!("{:<44} {:>8.0} MB/s", "", bytes as f64 / normalised.as_secs_f64() / 1e6);
    let facts = best(|| {
        posts.texts.iter().for_each(|text| engine.stage_facts(&mut scratch, text));
    });
    shown("normalise and facts", facts, count);
    let matched = best(|| {
        for text in &posts.texts {
            engine.stage_facts(&mut scratch, text);
            black_box(engine.stage_match(&mut scratch));
        }
    });
    shown("match: every phrase, asked after or not", matched.saturating_sub(facts), count);
    let fired = best(|| {
        for text in &posts.texts {
            engine.stage_facts(&mut scratch, text);
            engine.stage_rules(&mut scratch);
        }
    });
    shown("rules: what they ask, phrases where it holds", fired.saturating_sub(facts), count);
    let scored = best(|| {
        for text in &posts.texts {
            black_box(engine.score_flagged(&mut scratch, text));
        }
    });
    shown("score: views, facts, rules, second reader", scored, count);
    let mut out = Vec::new();
    let all = best(|| scan(&engine, &mut scratch, &posts.lines, &mut out));
    shown("scan: JSON in, JSON out", all, count);
    let invented = posts::invented(20_000);
    let took = best(|| scan(&engine, &mut scratch, &invented, &mut out));
    shown("scan of invented small talk", took, invented.len());
    // Often enough to be told by a coarse clock.
    let ads: Vec<Vec<u8>> = engine
        .rules()
        .iter()
        .flat_map(|rule| &rule.hit)
        .map(|text| {
            format!("{{\"text\": {}}}", serde_json::Value::from(text.as_str())).into_bytes()
        })
        .cycle()
        .take(20_000)
        .collect();
    let took = best(|| scan(&engine, &mut scratch, &ads, &mut out));
    shown("scan of the rules' own examples: all hits", took, ads.len());
    Ok(())
}

fn against_naive(posts: &Posts) -> Outcome {
    let engine = engine(&RuleFiles::embedded())?;
    let mut scratch = engine.scratch();
    let (wanted, lists) = rules::shipped();
    let naive = naive::Naive::new(&wanted, &lists)?;
    let step = posts.lines.len().div_ceil(1000);
    let lines: Vec<Vec<u8>> = posts.lines.iter().step_by(step).cloned().collect();
    let mut out = Vec::new();
    let (mut slow, mut fast) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let start = now();
        for line in &lines {
            let line: Line<'_> = from_json_line(line)?;
            black_box(naive.hits(&line.text));
        }
        let between = now();
        scan(&engine, &mut scratch, &posts.lines, &mut out);
        slow = slow.min(between.saturating_sub(start));
        fast = fast.min(now().saturating_sub(between));
    }
    let slow = shown(&format!("naive scan, {} expressions", naive.regexes()), slow, lines.len());
    shown("scan in the same rounds", fast, posts.lines.len());
    println!(
        "scan is {:.0} times the naive design",
        slow * posts.lines.len() as f64 / fast.as_secs_f64()
    );
    Ok(())
}

fn growth(posts: &Posts, frequent: &[String]) -> Outcome {
    let keywords = rules::keywords();
    let sets = [
        ("the shipped rules".to_owned(), RuleFiles::embedded()),
        (
            "10 times the rules, in words of their own".to_owned(),
            rules::more_rules(10, rules::Wording::OfTheirOwn, frequent),
        ),
        (
            "10 times the rules, in words as common".to_owned(),
            rules::more_rules(10, rules::Wording::AsCommon, frequent),
        ),
        (
            format!("100 times the keywords ({})", 100 * keywords),
            rules::more_keywords(100 * keywords, frequent),
        ),
    ];
    let texts = &posts.texts;
    let mut built = Vec::new();
    for (name, files) in sets {
        let start = now();
        let engine = engine(&files)?;
        println!(
            "{name}: {} rules, built in {:.2} s",
            engine.rules().len(),
            now().saturating_sub(start).as_secs_f64()
        );
        let scratch = engine.scratch();
        built.push((name, engine, scratch, [Duration::MAX; 3]));
    }
    // In turns, so that what others do on the machine meanwhile meets all sets alike.
    for _ in 0..ROUNDS {
        for (_, engine, scratch, [read, fired, scored]) in &mut built {
            let timed = |least: &mut Duration, mut round: Box<dyn FnMut(&str) + '_>| {
                let start = now();
                texts.iter().for_each(|text| round(text));
                *least = (*least).min(now().saturating_sub(start));
            };
            timed(read, Box::new(|text| engine.stage_facts(scratch, text)));
            timed(
                fired,
                Box::new(|text| {
                    engine.stage_facts(scratch, text);
                    engine.stage_rules(scratch);
                }),
            );
            timed(
                scored,
                Box::new(|text| {
                    black_box(engine.score_flagged(scratch, text));
                }),
            );
        }
    }
    let mut first = None;
    for (name, engine, scratch, [read, fired, scored]) in &mut built {
        let each = shown(name, *scored, texts.len());
        let first = *first.get_or_insert(each);
        shown("  of it views and facts", *read, texts.len());
        shown("  of it rules", fired.saturating_sub(*read), texts.len());
        shown("  of it second reader and verdict", scored.saturating_sub(*fired), texts.len());
        let mut hits = 0;
        for text in texts {
            engine.stage_facts(scratch, text);
            engine.stage_match(scratch);
            let mut rules: Vec<usize> = engine.matched(scratch).collect();
            rules.sort_unstable();
            rules.dedup();
            hits += rules.len();
        }
        println!(
            "{:<44} {:>8.2} times; rules that find something: {:.1} a post",
            "",
            each / first,
            hits as f64 / texts.len() as f64
        );
    }
    Ok(())
}

fn against_hyperscan(posts: &Posts, frequent: &[String]) -> Outcome {
    let folder = tempfile::tempdir()?;
    let Some(program) = hyperscan::build(folder.path()) else {
        println!(
            "Hyperscan is not here (libhyperscan-dev or libvectorscan-dev): comparison left out"
        );
        return Ok(());
    };
    let (files, keywords, patterns) = rules::keywords_and_patterns(2000, 300, frequent);
    let engine = engine(&files)?;
    let mut scratch = engine.scratch();
    let mut views = engine.views();
    let texts: Vec<String> = posts
        .texts
        .iter()
        .map(|text| {
            views.read(text);
            views.clear_text()
        })
        .collect();
    // The clock costs as much as a match: what reading takes is measured and taken off instead.
    let reading = best(|| {
        posts.texts.iter().for_each(|text| engine.stage_facts(&mut scratch, text));
    });
    let both = best(|| {
        for text in &posts.texts {
            engine.stage_facts(&mut scratch, text);
            black_box(engine.stage_match(&mut scratch));
        }
    });
    let ours = both.saturating_sub(reading);
    shown("match: 2,000 keywords, 300 patterns", ours, texts.len());
    let hits: Vec<Vec<usize>> = posts
        .texts
        .iter()
        .map(|text| {
            engine.stage_facts(&mut scratch, text);
            engine.stage_match(&mut scratch);
            let mut rules: Vec<usize> = engine.matched(&scratch).collect();
            rules.sort_unstable();
            rules.dedup();
            rules
        })
        .collect();
    let with = |keyword: &dyn Fn(&String) -> String| -> Vec<String> {
        keywords.iter().map(keyword).chain(patterns.iter().cloned()).collect()
    };
    let exact = with(&|word| format!("(^|[ \\n]){word}([ \\n]|$)"));
    let quick = with(&|word| format!("\\b{word}\\b"));
    let exact = hyperscan::run(&program, folder.path(), &exact, &texts)?;
    let quick = hyperscan::run(&program, folder.path(), &quick, &texts)?;
    let differing = hits.iter().zip(&exact.hits).filter(|(one, other)| one != other).count();
    for (name, run) in [("whole words", &exact), ("\\b", &quick)] {
        let took = Duration::from_secs_f64(run.nanoseconds / 1e9);
        shown(&format!("Hyperscan, block mode, {name}"), took, texts.len());
        println!("{:<44} {:>8.2} times ours", "", took.as_secs_f64() / ours.as_secs_f64());
    }
    println!(
        "{} hits in all; posts with other hits than Hyperscan's: {differing}",
        hits.iter().map(Vec::len).sum::<usize>()
    );
    if differing > 0 {
        return Err("the hits differ".into());
    }
    Ok(())
}

/// The program itself, one thread: its time over the real files, its memory over a million posts.
fn program(posts: &Posts) -> Outcome {
    let binary = env!("CARGO_BIN_EXE_waspada");
    let run = |files: &[std::path::PathBuf]| -> Result<Duration, Box<dyn Error>> {
        let start = Instant::now();
        let status = Command::new(binary)
            .arg("scan")
            .args(files)
            .env("RAYON_NUM_THREADS", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()?;
        if !status.success() {
            return Err("scan failed".into());
        }
        Ok(start.elapsed())
    };
    if posts.real {
        let mut took = Duration::MAX;
        for _ in 0..ROUNDS {
            took = took.min(run(&posts.files)?);
        }
        shown("waspada scan, the program, start included", took, posts.lines.len());
    }
    let mut child = Command::new(binary)
        .args(["scan", "-"])
        .env("RAYON_NUM_THREADS", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let peak = || {
        let text = std::fs::read_to_string(&status).ok()?;
        let line = text.lines().find(|line| line.starts_with("VmHWM"))?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kilobytes| kilobytes / 1024.0)
    };
    let Some(mut input) = child.stdin.take() else { return Ok(()) };
    let mut peaks = Vec::new();
    for number in 0..1_000_000 {
        let line = &posts.lines[number % posts.lines.len()];
        input.write_all(line)?;
        input.write_all(b"\n")?;
        if number % 250_000 == 249_999 {
            peaks.extend(peak());
        }
    }
    drop(input);
    child.wait()?;
    let peaks: Vec<String> = peaks.iter().map(|peak| format!("{peak:.1}")).collect();
    println!("memory of scan after each quarter of a million posts, MB: {}", peaks.join(" "));
    Ok(())
}
