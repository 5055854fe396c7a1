//! `waspada rules test`: the examples inside the rule files, and the plain counts at the end.

use std::io::Write;

use super::super::{Answer, Failure, unwritable};
use crate::engine::{Engine, Promise};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(test: &Arguments, engine: &Engine) -> Result<Answer, Failure> {
    let report = engine.run_examples();
    let mut out = std::io::stdout().lock();
    if test.json {
        let json = serde_json::to_string(&report)
            .map_err(|error| Failure::Impossible(error.to_string()))?;
        writeln!(out, "{json}").map_err(unwritable)?;
    } else {
        for failed in &report.failed {
            let what = match failed.promise {
                Promise::Hit => "seharusnya kena, tetapi lolos",
                Promise::Miss => "seharusnya lolos, tetapi kena",
            };
            writeln!(out, "GAGAL {} ({}): {what}\n      {}", failed.rule, failed.file, failed.text)
                .map_err(unwritable)?;
        }
        for (rule, text) in &report.todo_caught {
            writeln!(out, "KINI KENA {rule}: pindahkan dari `todo` ke `hit`\n      {text}")
                .map_err(unwritable)?;
        }
        writeln!(
            out,
            "{} contoh lulus, {} gagal, {} todo belum kena, {} todo kini kena",
            report.passed,
            report.failed.len(),
            report.todo,
            report.todo_caught.len()
        )
        .map_err(unwritable)?;
    }
    Ok(if report.failed.is_empty() { Answer::Done } else { Answer::No })
}
