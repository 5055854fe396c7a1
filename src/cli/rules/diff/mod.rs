//! `waspada rules diff LAMA BARU`: what a change of the rules would do, before it is live, on the
//! stored posts or on those of files. All cores, constant memory; with `--json` a line for each
//! change and the counts at the end.

mod stored;
mod table;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use rayon::prelude::*;
use serde::Deserialize;

use super::super::batch::{self, Batch};
use super::super::{Answer, Failure, unwritable};
use crate::engine::{Engine, Lane, RuleFiles, Thresholds};
use crate::post::from_json_line;
use crate::registry::wib;
use crate::report::diff::{Change, Compare, Comparison, Tally};

/// Lines a worker takes at a time.
const SHARE: usize = 64;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Folder aturan sebelum diubah; `embedded` berarti aturan bawaan program
    #[arg(value_name = "LAMA")]
    old: PathBuf,
    /// Folder aturan sesudah diubah; `embedded` berarti aturan bawaan program
    #[arg(value_name = "BARU")]
    new: PathBuf,
    /// Postingan untuk dibandingkan, JSONL seperti untuk `scan`; boleh berulang. Bila tidak disebut:
    /// postingan tersimpan, menurut basis data di konfigurasi
    #[arg(long, value_name = "BERKAS")]
    posts: Vec<PathBuf>,
    /// Keluaran JSON: satu perubahan sebaris, lalu ringkasannya
    #[arg(long)]
    json: bool,
    /// Status keluar 1 bila ada postingan yang hilang dari antrean (label `pass` tidak dihitung)
    #[arg(long)]
    fail_on_loss: bool,
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow, default)]
    label: Option<Cow<'a, str>>,
    #[serde(default)]
    created_at: Option<Timestamp>,
}

/// What a part of a batch came to.
#[derive(Default)]
struct Part {
    changes: Vec<Change>,
    tally: Tally,
    unreadable: Vec<(u64, String)>,
}

pub(super) fn run(
    diff: &Arguments,
    arguments: &super::super::Arguments,
) -> Result<Answer, Failure> {
    let thresholds = super::super::config(arguments)?.thresholds.into();
    let store = match diff.posts.first() {
        None => Some(super::super::store(arguments)?),
        Some(_) => None,
    };
    let old = engine(&diff.old, thresholds)?;
    let new = engine(&diff.new, thresholds)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut shown = table::Shown::default();
    let mut tally = Tally::default();
    let mut unreadable = 0;
    let mut take = |path: &Path, part: Part| -> io::Result<()> {
        tally.merge(&part.tally);
        for (line, reason) in part.unreadable {
            unreadable += 1;
            super::super::complain(&format!("{}:{line}: {reason}", path.display()));
        }
        for change in part.changes {
            if diff.json {
                serde_json::to_writer(&mut out, &change)?;
                out.write_all(b"\n")?;
            } else {
                shown.keep(change);
            }
        }
        Ok(())
    };
    if let Some(store) = &store {
        stored::compare(store, &old, &new, &mut |part| take(Path::new(""), part))?;
    }
    for path in &diff.posts {
        compare_file(&old, &new, path, &mut |part| take(path, part))
            .map_err(|error| Failure::Impossible(format!("{}: {error}", path.display())))?;
    }
    if diff.json {
        let summary = serde_json::json!({
            "summary": {
                "old": old.version(), "new": new.version(), "unreadable": unreadable,
                "queue": tally.all_flagged(), "counts": tally,
            }
        });
        writeln!(out, "{summary}").map_err(unwritable)?;
    } else {
        out.write_all(table::text(&shown, &tally).as_bytes()).map_err(unwritable)?;
    }
    out.flush().map_err(unwritable)?;
    let refused = unreadable > 0 || (diff.fail_on_loss && tally.losses > 0);
    Ok(if refused { Answer::No } else { Answer::Done })
}

fn engine(folder: &Path, thresholds: Thresholds) -> Result<Engine, Failure> {
    let files = if folder == Path::new("embedded") {
        RuleFiles::embedded()
    } else {
        RuleFiles::read(folder).map_err(|error| Failure::Usage(error.to_string()))?
    };
    Engine::compile(&files, thresholds)
        .map_err(|error| Failure::Usage(format!("{}:\n{error}", folder.display())))
}

fn compare_file(
    old: &Engine,
    new: &Engine,
    path: &Path,
    take: &mut impl FnMut(Part) -> io::Result<()>,
) -> io::Result<()> {
    let file = File::open(path)?;
    let bar = bar(file.metadata()?.len(), "{bar:40} {bytes}/{total_bytes} {eta}");
    let mut input: Box<dyn BufRead> =
        Box::new(BufReader::with_capacity(1 << 16, bar.wrap_read(file)));
    let today = super::super::today();
    let mut batch = Batch::default();
    loop {
        let more = batch.read(&mut input)?;
        let shares = (0..batch.len().div_ceil(SHARE)).into_par_iter();
        let parts: Vec<Part> = shares
            .map_init(
                || Comparison::new(old, new, today),
                |comparison, share| {
                    compare_lines(comparison, batch.lines(share * SHARE..(share + 1) * SHARE))
                },
            )
            .collect();
        parts.into_iter().try_for_each(&mut *take)?;
        if !more {
            bar.finish_and_clear();
            return Ok(());
        }
    }
}

fn compare_lines<'a>(
    comparison: &mut Comparison<'_>,
    lines: impl Iterator<Item = batch::Line<'a>>,
) -> Part {
    let mut part = Part::default();
    for batch::Line { number, bytes } in lines {
        let line: Line<'_> = match from_json_line(bytes.unwrap_or_default()) {
            Ok(line) => line,
            Err(error) => {
                part.unreadable.push((number, error.to_string()));
                continue;
            }
        };
        let label = match line.label.as_deref() {
            None => None,
            Some("offer") => Some(Some(Lane::Offer)),
            Some("victim") => Some(Some(Lane::Victim)),
            Some("pass") => Some(None),
            Some(other) => {
                let reason = format!("label `{other}` tidak dikenal: offer, victim, atau pass");
                part.unreadable.push((number, reason));
                continue;
            }
        };
        let post = Compare {
            id: &line.id,
            text: &line.text,
            label,
            day: line.created_at.map(|at| at.to_zoned_datetime(wib()).date()),
            source: "",
        };
        part.changes.extend(comparison.post(&post, &mut part.tally));
    }
    part
}

/// A bar over what there is to compare; invisible where nobody looks.
fn bar(length: u64, style: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    match ProgressStyle::with_template(style) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
