//! `waspada eval`: measures the engine on labelled posts, as tables, JSON or a page; exit status 1
//! when a floor is not met.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Answer, Failure, unwritable};
use crate::report::evaluation::{Figures, Measured, judge};
use crate::report::{innocents, labelled, page, tables};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Berkas JSONL berlabel: "id", "text", "label" (offer, victim, pass), "kind"
    #[arg(required = true, value_name = "BERKAS")]
    files: Vec<PathBuf>,
    /// Postingan nyata yang tak bersalah (JSONL): dihitung berapa yang ditandai
    #[arg(long, value_name = "BERKAS", num_args = 1..)]
    innocent: Vec<PathBuf>,
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
    /// Tulis laporan HTML dengan grafik ke berkas ini
    #[arg(long, value_name = "BERKAS")]
    html: Option<PathBuf>,
    /// Sebanyak ini kesalahan terberat ditunjukkan
    #[arg(long, value_name = "JUMLAH", default_value_t = 10)]
    worst: usize,
    /// Tanpa pembaca kedua: hanya aturan
    #[arg(long)]
    without_model: bool,
    /// Batas bawah, misalnya offer-precision=0.9; bila tak tercapai, status keluar 1
    #[arg(long = "floor", value_name = "ANGKA=NILAI", value_parser = floor, num_args = 1..)]
    floors: Vec<Floor>,
}

/// A figure that has to reach a value.
#[derive(Debug, Clone)]
struct Floor {
    name: String,
    value: f64,
}

fn floor(written: &str) -> Result<Floor, String> {
    let known = || format!("yang dikenal: {}", Figures::NAMES.join(", "));
    let (name, value) =
        written.split_once('=').ok_or_else(|| format!("tulis ANGKA=NILAI; {}", known()))?;
    if !Figures::NAMES.contains(&name) {
        return Err(format!("`{name}` tidak dikenal; {}", known()));
    }
    match value.parse() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(Floor { name: name.to_owned(), value }),
        _ => Err(format!("`{value}` bukan angka antara 0 dan 1")),
    }
}

pub(super) fn run(eval: &Arguments, arguments: &super::Arguments) -> Result<Answer, Failure> {
    let mut engine = super::engine(arguments)?;
    if eval.without_model {
        engine.set_reader(None);
    }
    let read = |error: crate::report::UnreadablePosts| Failure::Impossible(error.to_string());
    let posts = labelled(&eval.files).map_err(read)?;
    let real = innocents(&eval.innocent).map_err(read)?;
    let today = super::today();
    let files: Vec<String> = eval.files.iter().map(|file| name(file)).collect();
    let measured = Measured {
        engine: &engine,
        files: &files,
        judged: &judge(&engine, today, &posts),
        innocents: &judge(&engine, today, &real),
    };
    let evaluation = measured.evaluate(eval.worst);
    if let Some(file) = &eval.html {
        std::fs::write(file, page(&evaluation))
            .map_err(|error| Failure::Impossible(format!("{}: {error}", file.display())))?;
    }
    let mut out = std::io::stdout().lock();
    if eval.json {
        let json = serde_json::to_string(&evaluation)
            .map_err(|error| Failure::Impossible(error.to_string()))?;
        writeln!(out, "{json}").map_err(unwritable)?;
    } else {
        out.write_all(tables(&evaluation).as_bytes()).map_err(unwritable)?;
    }
    let mut answer = Answer::Done;
    for Floor { name, value } in &eval.floors {
        let reached = evaluation.figures.named(name).unwrap_or(0.0);
        if reached < *value {
            super::complain(&format!("{name} {reached:.4} di bawah batas {value}"));
            answer = Answer::No;
        }
    }
    Ok(answer)
}

pub(super) fn name(file: &Path) -> String {
    file.file_stem()
        .map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into())
}
