//! `waspada scan`: posts in, verdicts out, in input order, all cores, constant memory. A line that
//! cannot be read gives a line with `error`, and the run ends with exit status 1 after the rest.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::batch::{self, Batch, LONGEST_LINE};
use super::{Answer, Failure};
use crate::engine::{Adjustment, Band, Engine, Grade, Hit, Lane, Scratch, Verdict};
use crate::facts::Facts;
use crate::post::from_json_line;
use crate::registry::day_of;

/// Lines a worker takes at a time.
const SHARE: usize = 64;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Berkas JSONL; `-` atau kosong: masukan baku
    files: Vec<PathBuf>,
    /// Tulis juga yang tidak ditandai
    #[arg(long)]
    all: bool,
    /// Tiap baris sebuah teks, bukan JSON; nomor barisnya menjadi id
    #[arg(long)]
    text: bool,
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    id: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
    /// When it was published; what is no such time is taken as not told.
    #[serde(default, borrow)]
    created_at: Option<&'a serde_json::value::RawValue>,
}

/// A verdict as `scan` writes it.
#[derive(Serialize)]
struct Scored<'a> {
    id: &'a str,
    flagged: bool,
    lane: Option<Lane>,
    score: u8,
    band: Option<Band>,
    severity: Option<Grade>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity_why: Option<&'a str>,
    hits: &'a [Hit],
    #[serde(skip_serializing_if = "<[Adjustment]>::is_empty")]
    adjustments: &'a [Adjustment],
    facts: &'a Facts,
    ruleset: &'a str,
}

#[derive(Serialize)]
struct Unreadable<'a> {
    error: String,
    file: &'a str,
    line: u64,
}

/// What a share of lines became.
#[derive(Default)]
struct Output {
    bytes: Vec<u8>,
    unreadable: u64,
}

pub(super) fn run(scan: &Arguments, arguments: &super::Arguments) -> Result<Answer, Failure> {
    let engine = super::engine(arguments)?;
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let standard_input = [PathBuf::from("-")];
    let files = if scan.files.is_empty() { &standard_input[..] } else { &scan.files };
    let mut unreadable = 0;
    let mut workers = Workers::new(&engine);
    for file in files {
        match scan_file(scan, &mut workers, file, &mut out) {
            Ok(count) => unreadable += count,
            // Whoever read our output has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Answer::Done),
            Err(error) => return Err(Failure::Impossible(format!("{}: {error}", file.display()))),
        }
    }
    match out.flush() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Impossible(error.to_string()))
        }
        _ => Ok(if unreadable == 0 { Answer::Done } else { Answer::No }),
    }
}

/// One set of buffers a core, kept from batch to batch: what they remember of words stays warm.
struct Workers<'a> {
    engine: &'a Engine,
    scratches: Vec<Scratch>,
    outputs: Vec<Mutex<Output>>,
}

impl<'a> Workers<'a> {
    fn new(engine: &'a Engine) -> Self {
        let today = super::today();
        let scratch = || {
            let mut scratch = engine.scratch();
            scratch.set_today(today);
            scratch
        };
        let scratches = std::iter::repeat_with(scratch).take(rayon::current_num_threads());
        Self { engine, scratches: scratches.collect(), outputs: Vec::new() }
    }

    /// Scores a batch; the outputs are in the order of the lines.
    fn score(&mut self, scan: &Arguments, file: &str, batch: &Batch) -> &mut [Mutex<Output>] {
        let Self { engine, scratches, outputs } = self;
        let shares = batch.len().div_ceil(SHARE);
        if outputs.len() < shares {
            outputs.resize_with(shares, Mutex::default);
        }
        let outputs = &mut outputs[..shares];
        let next = AtomicUsize::new(0);
        scratches.par_iter_mut().with_max_len(1).for_each(|scratch| {
            loop {
                let share = next.fetch_add(1, Ordering::Relaxed);
                let Some(output) = outputs.get(share) else { return };
                let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
                let lines = batch.lines(share * SHARE..(share + 1) * SHARE);
                score_lines(scan, engine, scratch, file, lines, &mut output);
            }
        });
        outputs
    }
}

fn scan_file(
    scan: &Arguments,
    workers: &mut Workers<'_>,
    path: &Path,
    out: &mut impl Write,
) -> io::Result<u64> {
    let mut input: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::with_capacity(1 << 16, File::open(path)?))
    };
    let name = path.display().to_string();
    let mut unreadable = 0;
    let mut batch = Batch::default();
    loop {
        let more = batch.read(&mut input)?;
        for output in workers.score(scan, &name, &batch) {
            let output = output.get_mut().unwrap_or_else(PoisonError::into_inner);
            unreadable += output.unreadable;
            out.write_all(&output.bytes)?;
        }
        if !more {
            return Ok(unreadable);
        }
    }
}

fn score_lines<'a>(
    scan: &Arguments,
    engine: &Engine,
    scratch: &mut Scratch,
    file: &str,
    lines: impl Iterator<Item = batch::Line<'a>>,
    output: &mut Output,
) {
    output.bytes.clear();
    output.unreadable = 0;
    for line in lines {
        let written = match parse(scan, line) {
            Ok(post) => score(scan, engine, scratch, &post, &mut output.bytes),
            Err(error) => {
                output.unreadable += 1;
                let unreadable = Unreadable { error, file, line: line.number };
                serde_json::to_writer(&mut output.bytes, &unreadable).map(|()| true)
            }
        };
        // Writing to memory fails only where serialising does, which these types cannot.
        if written.is_ok_and(|written| written) {
            output.bytes.push(b'\n');
        }
    }
}

fn parse<'a>(scan: &Arguments, line: batch::Line<'a>) -> Result<Line<'a>, String> {
    let Some(bytes) = line.bytes else {
        return Err(format!("the line is longer than {LONGEST_LINE} bytes"));
    };
    if scan.text {
        let text = std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8: {error}"))?;
        return Ok(Line {
            id: line.number.to_string().into(),
            text: text.into(),
            created_at: None,
        });
    }
    from_json_line(bytes).map_err(|error| error.to_string())
}

/// The day in WIB of a time as it stands in JSON.
fn published(written: &str) -> Option<jiff::civil::Date> {
    let at: jiff::Timestamp = serde_json::from_str(written).ok()?;
    Some(day_of(at))
}

fn score(
    scan: &Arguments,
    engine: &Engine,
    scratch: &mut Scratch,
    post: &Line<'_>,
    out: &mut Vec<u8>,
) -> serde_json::Result<bool> {
    scratch.set_published(post.created_at.and_then(|at| published(at.get())));
    let verdict = if scan.all {
        Some(engine.score(scratch, &post.text))
    } else {
        engine.score_flagged(scratch, &post.text)
    };
    let Some(verdict) = verdict else { return Ok(false) };
    let Verdict { flagged, lane, score, band, severity, hits, adjustments, facts, ruleset, .. } =
        &verdict;
    let scored = Scored {
        id: &post.id,
        flagged: *flagged,
        lane: *lane,
        score: *score,
        band: *band,
        severity: severity.as_ref().map(|one| one.grade),
        severity_why: severity.as_ref().map(|one| one.why.as_str()),
        hits,
        adjustments,
        facts,
        ruleset,
    };
    serde_json::to_writer(out, &scored).map(|()| true)
}
