//! `waspada rules fmt`: every rule file and list in the one canonical layout, comments kept. With
//! `--check` nothing is written and the exit status says whether all is laid out.

use std::io::Write;
use std::path::Path;

use super::super::{Answer, Failure, unwritable};
use super::write::write;
use crate::engine::{RuleFiles, format};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Hanya memeriksa: tidak ada yang ditulis, status keluar 1 bila ada yang belum rapi
    #[arg(long)]
    check: bool,
}

pub(super) fn run(
    fmt: &Arguments,
    files: &RuleFiles,
    folder: Option<&Path>,
) -> Result<Answer, Failure> {
    let mut out = std::io::stdout().lock();
    let (mut changed, mut kept, mut refused) = (0, 0, 0);
    for (name, text) in files.select(|_| true) {
        match format(name, text) {
            Ok(formatted) if formatted == text => kept += 1,
            Ok(formatted) => {
                changed += 1;
                if fmt.check {
                    let line = first_difference(text, &formatted);
                    writeln!(out, "belum rapi: {name}:{line}").map_err(unwritable)?;
                } else {
                    write(super::writable(folder)?, name, &formatted)?;
                    writeln!(out, "dirapikan: {name}").map_err(unwritable)?;
                }
            }
            Err(error) => {
                refused += 1;
                writeln!(out, "dibiarkan: {name}: {error}").map_err(unwritable)?;
            }
        }
    }
    let word = if fmt.check { "belum rapi" } else { "dirapikan" };
    writeln!(out, "{changed} {word}, {kept} sudah rapi, {refused} dibiarkan")
        .map_err(unwritable)?;
    Ok(if refused > 0 || (fmt.check && changed > 0) { Answer::No } else { Answer::Done })
}

/// The first line, counted from 1, in which two texts differ.
fn first_difference(left: &str, right: &str) -> usize {
    let same = left.lines().zip(right.lines()).take_while(|(left, right)| left == right).count();
    same + 1
}
