//! `waspada rules check`: every error and warning of a rule set with file, line and what would be
//! right. With `--fix` entries that say nothing new are taken out. Exit status 2 on an error, 1 on
//! a warning under `--strict`.

use std::io::{IsTerminal, Write};
use std::path::Path;

use super::super::{Answer, Failure, unwritable};
use super::write::write;
use crate::engine::{Diagnostic, Engine, Fixed, RuleFiles, RuleSetError, Thresholds, fix};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Peringatan juga menggagalkan pemeriksaan
    #[arg(long)]
    strict: bool,
    /// Membuang frasa dan baris daftar yang sudah tercakup entri lain, lalu memeriksa lagi
    #[arg(long)]
    fix: bool,
}

pub(super) fn run(
    check: &Arguments,
    mut files: RuleFiles,
    folder: Option<&Path>,
    thresholds: Thresholds,
) -> Result<Answer, Failure> {
    let mut out = std::io::stdout().lock();
    let colour = out.is_terminal();
    let today = super::super::today();
    let examine = |files: &RuleFiles| {
        Engine::check(files, thresholds, Some(today)).map_err(|error| faulty(&error, files, colour))
    };
    let (mut engine, mut warnings) = examine(&files)?;
    if check.fix {
        let folder = super::writable(folder)?;
        let fixed = mended(&mut files, &warnings);
        if !fixed.is_empty() {
            // Nothing is written before the mended set is known to be whole.
            (engine, warnings) = examine(&files)?;
        }
        for Fixed { file, text, removed } in &fixed {
            write(folder, file, text)?;
            for entry in removed {
                writeln!(out, "dibuang [{}]: {file}:{}: {}", entry.code, entry.line, entry.entry)
                    .map_err(unwritable)?;
            }
        }
        let count: usize = fixed.iter().map(|fixed| fixed.removed.len()).sum();
        writeln!(out, "{count} entri dibuang dari {} berkas\n", fixed.len()).map_err(unwritable)?;
    }
    let text = super::rendered(&warnings, &files, colour);
    let mendable = warnings.iter().filter(|warning| warning.removable).count();
    let hint = if mendable > 0 {
        format!("\n{mendable} di antaranya dapat dibereskan sendiri: waspada rules check --fix")
    } else {
        String::new()
    };
    let summary = format!(
        "{} aturan, {} peringatan, tanpa kesalahan (versi {}){hint}",
        engine.rules().len(),
        warnings.len(),
        engine.version()
    );
    writeln!(out, "{text}{summary}").map_err(unwritable)?;
    Ok(if check.strict && !warnings.is_empty() { Answer::No } else { Answer::Done })
}

/// Puts the mended texts among the files.
fn mended(files: &mut RuleFiles, warnings: &[Diagnostic]) -> Vec<Fixed> {
    let fixed = fix(files, warnings);
    for Fixed { file, text, .. } in &fixed {
        files.set(file, text);
    }
    fixed
}

fn faulty(error: &RuleSetError, files: &RuleFiles, colour: bool) -> Failure {
    let text = super::rendered(&error.diagnostics, files, colour);
    let count = error.diagnostics.len();
    Failure::Usage(format!("{text}{count} kesalahan: aturan tidak dapat dipakai"))
}
