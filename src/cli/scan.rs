//! `waspada scan`: posts in, verdicts out, in input order, all cores, constant memory. A line that
//! cannot be read gives a line with `error`, and the run ends with exit status 1 after the rest.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Answer, Failure};
use crate::engine::{Adjustment, Band, Engine, Hit, Lane, Scratch, Verdict};
use crate::facts::Facts;

/// Lines scored together: enough to keep all cores busy, few enough to stay small.
pub(super) const BATCH: usize = 4096;
/// The longest line read, in bytes.
const LONGEST_LINE: u64 = 8 << 20;

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
}

/// A verdict as `scan` writes it.
#[derive(Serialize)]
struct Scored<'a> {
    id: &'a str,
    flagged: bool,
    lane: Option<Lane>,
    score: u8,
    band: Option<Band>,
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

/// What a batch of lines became.
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
    for file in files {
        match scan_file(scan, &engine, file, &mut out) {
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

fn scan_file(
    scan: &Arguments,
    engine: &Engine,
    path: &Path,
    out: &mut impl Write,
) -> io::Result<u64> {
    let mut input: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::with_capacity(1 << 16, File::open(path)?))
    };
    let name = path.display().to_string();
    let today = super::today();
    let mut number = 0;
    let mut unreadable = 0;
    let mut batch: Vec<(u64, Vec<u8>)> = Vec::with_capacity(BATCH);
    loop {
        let more = read_line(&mut input, &mut number, &mut batch)?;
        if batch.len() == BATCH || (!more && !batch.is_empty()) {
            let outputs: Vec<Output> = batch
                .par_chunks(64)
                .map_init(
                    || {
                        let mut scratch = engine.scratch();
                        scratch.set_today(today);
                        scratch
                    },
                    |scratch, lines| score_lines(scan, engine, scratch, &name, lines),
                )
                .collect();
            for output in outputs {
                unreadable += output.unreadable;
                out.write_all(&output.bytes)?;
            }
            batch.clear();
        }
        if !more {
            return Ok(unreadable);
        }
    }
}

/// Reads one line into the batch; empty ones are counted and passed over. False at the end.
pub(super) fn read_line(
    mut input: &mut dyn BufRead,
    number: &mut u64,
    batch: &mut Vec<(u64, Vec<u8>)>,
) -> io::Result<bool> {
    let mut line = Vec::new();
    let read = (&mut input).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    if read == 0 {
        return Ok(false);
    }
    *number += 1;
    if read as u64 == LONGEST_LINE && line.last() != Some(&b'\n') {
        line.clear();
        line.extend_from_slice(b"\0");
        skip_line(input)?;
    }
    while line.last().is_some_and(u8::is_ascii_whitespace) {
        line.pop();
    }
    if !line.is_empty() {
        batch.push((*number, line));
    }
    Ok(true)
}

fn skip_line(input: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (len, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(len);
        if ended {
            return Ok(());
        }
    }
}

fn score_lines(
    scan: &Arguments,
    engine: &Engine,
    scratch: &mut Scratch,
    file: &str,
    lines: &[(u64, Vec<u8>)],
) -> Output {
    let mut output = Output { bytes: Vec::new(), unreadable: 0 };
    for (number, line) in lines {
        let written = match parse(scan, *number, line) {
            Ok(post) => score(scan, engine, scratch, &post, &mut output.bytes),
            Err(error) => {
                output.unreadable += 1;
                serde_json::to_writer(&mut output.bytes, &Unreadable { error, file, line: *number })
                    .map(|()| true)
            }
        };
        // Writing to memory fails only where serialising does, which these types cannot.
        if written.is_ok_and(|written| written) {
            output.bytes.push(b'\n');
        }
    }
    output
}

fn parse<'a>(scan: &Arguments, number: u64, line: &'a [u8]) -> Result<Line<'a>, String> {
    if line == b"\0" {
        return Err(format!("the line is longer than {LONGEST_LINE} bytes"));
    }
    if scan.text {
        let text = std::str::from_utf8(line).map_err(|error| format!("not UTF-8: {error}"))?;
        return Ok(Line { id: number.to_string().into(), text: text.into() });
    }
    serde_json::from_slice(line).map_err(|error| error.to_string())
}

fn score(
    scan: &Arguments,
    engine: &Engine,
    scratch: &mut Scratch,
    post: &Line<'_>,
    out: &mut Vec<u8>,
) -> serde_json::Result<bool> {
    let verdict = if scan.all {
        Some(engine.score(scratch, &post.text))
    } else {
        engine.score_flagged(scratch, &post.text)
    };
    let Some(verdict) = verdict else { return Ok(false) };
    let Verdict { flagged, lane, score, band, hits, adjustments, facts, ruleset, .. } = &verdict;
    let scored = Scored {
        id: &post.id,
        flagged: *flagged,
        lane: *lane,
        score: *score,
        band: *band,
        hits,
        adjustments,
        facts,
        ruleset,
    };
    serde_json::to_writer(out, &scored).map(|()| true)
}
