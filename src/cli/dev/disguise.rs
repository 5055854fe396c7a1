//! `waspada dev disguise`: posts from JSONL with their texts disguised, everything else kept.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::super::{Answer, Failure, unwritable};
use crate::synth::Disguise;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Berkas JSONL dengan "id" dan "text"
    #[arg(required_unless_present = "list", value_name = "BERKAS")]
    files: Vec<PathBuf>,
    /// Cara menyamarkan; --list menyebut semuanya
    #[arg(long = "as", value_name = "CARA", value_parser = disguise, required_unless_present = "list")]
    way: Option<Disguise>,
    /// Benih acak: benih yang sama memberi hasil yang sama
    #[arg(long, value_name = "ANGKA", default_value_t = 1)]
    seed: u64,
    /// Sebutkan semua cara menyamarkan
    #[arg(long)]
    list: bool,
}

fn disguise(name: &str) -> Result<Disguise, String> {
    Disguise::named(name).ok_or_else(|| format!("yang dikenal: {}", names().join(", ")))
}

fn names() -> [&'static str; Disguise::ALL.len()] {
    Disguise::ALL.map(Disguise::as_str)
}

pub(super) fn run(
    disguise: &Arguments,
    arguments: &super::super::Arguments,
) -> Result<Answer, Failure> {
    let Some(way) = disguise.way.filter(|_| !disguise.list) else {
        super::super::print(&(names().join("\n") + "\n"))?;
        return Ok(Answer::Done);
    };
    let disguiser = super::super::disguiser(arguments, disguise.seed)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for path in &disguise.files {
        let fail =
            |why: &dyn std::fmt::Display| Failure::Impossible(format!("{}: {why}", path.display()));
        let file = File::open(path).map_err(|error| fail(&error))?;
        for (number, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(|error| fail(&error))?;
            if line.trim().is_empty() {
                continue;
            }
            let fault = |why: &dyn std::fmt::Display| fail(&format!("baris {}: {why}", number + 1));
            let mut post: Map<String, Value> =
                serde_json::from_str(&line).map_err(|error| fault(&error))?;
            let text_of = |key: &str| post.get(key).and_then(Value::as_str);
            let (Some(id), Some(text)) = (text_of("id"), text_of("text")) else {
                return Err(fault(&r#"perlu "id" dan "text""#));
            };
            let hidden = disguiser.put_on(way, id, text);
            post.insert("text".to_owned(), Value::String(hidden));
            serde_json::to_writer(&mut out, &post).map_err(|error| fail(&error))?;
            writeln!(out).map_err(unwritable)?;
        }
    }
    out.flush().map_err(unwritable)?;
    Ok(Answer::Done)
}
