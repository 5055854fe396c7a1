//! `waspada rules stats`: what each rule, and each line of the word lists, did on the stored posts,
//! what analysts said of them, and whether to keep, tune or retire it.

use std::io::Write;

use comfy_table::{Table, presets};
use jiff::Timestamp;
use serde::Serialize;

use super::super::{Answer, Failure, unwritable};
use crate::engine::{Engine, ListLines, RuleFiles};
use crate::registry::wib;
use crate::report::statistics::{Card, Record, Statistics};
use crate::store::Store;

/// Overlapping pairs shown; all of them are in the JSON.
const MOST_OVERLAPS: usize = 15;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Juga setiap baris daftar kata yang pernah cocok
    #[arg(long)]
    lines: bool,
    /// Keluaran JSON, satu aturan atau baris daftar sebaris
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<&'a str>,
    #[serde(flatten)]
    record: &'a Record,
    precision: Option<[f64; 3]>,
    /// Mean microseconds a post.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<f64>,
    card: Card,
}

pub(super) fn run(
    stats: &Arguments,
    store: &Store,
    engine: &Engine,
    files: &RuleFiles,
) -> Result<Answer, Failure> {
    let lists = ListLines::of(files).map_err(|error| Failure::Usage(error.to_string()))?;
    let mut counted = Statistics::new(engine, &lists, super::super::today());
    store
        .stored_posts(|post| counted.add(&post))
        .map_err(|error| Failure::Impossible(error.to_string()))?;
    let rows = rows(stats, &counted, &lists);
    let mut out = std::io::stdout().lock();
    if stats.json {
        for row in &rows {
            line(&mut out, row)?;
        }
        for (rare, often, share) in counted.overlaps() {
            line(&mut out, &serde_json::json!({ "rule": rare, "with": often, "together": share }))?;
        }
        let (_, shared) = counted.costs();
        line(
            &mut out,
            &serde_json::json!({
                "posts": counted.posts, "flagged": counted.flagged, "shared_cost": shared,
            }),
        )?;
        return Ok(Answer::Done);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "aturan atau baris",
        "menyala",
        "menentukan",
        "benar",
        "salah",
        "presisi (95%)",
        "sendirian",
        "terakhir",
        "µs",
        "kartu",
    ]);
    for row in &rows {
        let name = match (row.rule, &row.line, row.entry) {
            (Some(rule), ..) => rule.to_owned(),
            (None, Some(line), Some(entry)) => format!("  {entry} ({line})"),
            _ => String::new(),
        };
        table.add_row([
            name,
            row.record.fired.to_string(),
            row.record.decided.to_string(),
            row.record.confirmed.to_string(),
            row.record.rejected.to_string(),
            row.precision.map_or_else(|| "–".to_owned(), percent),
            row.record.alone.to_string(),
            row.record.last.map_or_else(|| "–".to_owned(), day),
            row.cost.map_or_else(|| "–".to_owned(), micros),
            card(row.card).to_owned(),
        ]);
    }
    writeln!(out, "{table}").map_err(unwritable)?;
    for (rare, often, share) in counted.overlaps().into_iter().take(MOST_OVERLAPS) {
        writeln!(
            out,
            "tumpang tindih: `{rare}` menyala {} kali, {} di antaranya bersama `{often}`",
            share.of, share.count
        )
        .map_err(unwritable)?;
    }
    let (by_rule, shared) = counted.costs();
    writeln!(
        out,
        "biaya rata-rata sebuah postingan: {} µs membaca teks dan mencari, {} µs semua aturan",
        micros(shared),
        micros(by_rule.iter().sum())
    )
    .map_err(unwritable)?;
    writeln!(out, "{} postingan, {} ditandai", counted.posts, counted.flagged)
        .map_err(unwritable)?;
    Ok(Answer::Done)
}

fn line(out: &mut impl Write, value: &impl Serialize) -> Result<(), Failure> {
    let json =
        serde_json::to_string(value).map_err(|error| Failure::Impossible(error.to_string()))?;
    writeln!(out, "{json}").map_err(unwritable)
}

fn rows<'a>(stats: &Arguments, counted: &'a Statistics<'_>, lists: &'a ListLines) -> Vec<Row<'a>> {
    let row = |rule, line, entry, cost, record: &'a Record| Row {
        rule,
        line,
        entry,
        record,
        cost,
        precision: record.precision().and_then(|share| Some([share.value?, share.low, share.high])),
        card: record.card(counted.posts),
    };
    let (costs, _) = counted.costs();
    let rules = counted
        .rules
        .iter()
        .zip(costs)
        .map(|((id, record), cost)| row(Some(&id.0), None, None, Some(cost), record));
    let lines = lists
        .all()
        .iter()
        .zip(&counted.lines)
        .filter(|(_, record)| stats.lines && record.fired > 0)
        .map(|(line, record)| {
            let place = format!("{}:{}", line.file, line.line);
            row(None, Some(place), Some(&line.entry), None, record)
        });
    let mut rows: Vec<Row<'a>> = rules.chain(lines).collect();
    rows.sort_by_key(|row| (row.line.is_some(), std::cmp::Reverse(row.record.fired)));
    rows
}

fn percent([value, low, high]: [f64; 3]) -> String {
    format!("{:.0}% ({:.0}–{:.0})", value * 100.0, low * 100.0, high * 100.0)
}

/// Microseconds as Indonesians write them.
fn micros(micros: f64) -> String {
    format!("{micros:.3}").replace('.', ",")
}

fn day(at: Timestamp) -> String {
    at.to_zoned_datetime(wib()).date().to_string()
}

fn card(card: Card) -> &'static str {
    match card {
        Card::Keep => "pertahankan",
        Card::Tune => "perbaiki",
        Card::Retire => "pensiunkan",
    }
}
