//! `waspada rules check`: every error and warning of a rule set with file, line and what would be
//! right. Exit status 2 on an error, 1 on a warning under `--strict`.

use std::io::{IsTerminal, Write};

use super::super::{Answer, Failure};
use crate::engine::{Engine, RuleFiles, Thresholds};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Peringatan juga menggagalkan pemeriksaan
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(
    check: &Arguments,
    files: &RuleFiles,
    thresholds: Thresholds,
) -> Result<Answer, Failure> {
    let mut out = std::io::stdout().lock();
    let colour = out.is_terminal();
    let (engine, warnings) = match Engine::check(files, thresholds, Some(super::super::today())) {
        Ok(checked) => checked,
        Err(error) => {
            let text = super::rendered(&error.diagnostics, files, colour);
            let count = error.diagnostics.len();
            return Err(Failure::Usage(format!(
                "{text}{count} kesalahan: aturan tidak dapat dipakai"
            )));
        }
    };
    let text = super::rendered(&warnings, files, colour);
    let summary = format!(
        "{} aturan, {} peringatan, tanpa kesalahan (versi {})",
        engine.rules().len(),
        warnings.len(),
        engine.version()
    );
    writeln!(out, "{text}{summary}").map_err(super::super::unwritable)?;
    Ok(if check.strict && !warnings.is_empty() { Answer::No } else { Answer::Done })
}
