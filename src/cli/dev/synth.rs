//! `waspada dev synth`: invented posts as labelled JSONL, one at a time.

use std::io::Write;

use super::super::{Answer, Failure, unwritable};
use crate::synth::Inventor;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Berapa postingan
    #[arg(long, value_name = "JUMLAH", default_value_t = 1000)]
    count: u64,
    /// Benih acak: benih yang sama memberi hasil yang sama
    #[arg(long, value_name = "ANGKA", default_value_t = 1)]
    seed: u64,
    /// Hanya satu jenis
    #[arg(long, value_name = "JENIS", value_parser = kind)]
    kind: Option<String>,
    /// Bagian tawaran yang disamarkan, 0 sampai 1
    #[arg(long, value_name = "BAGIAN", default_value_t = 0.25)]
    disguise: f64,
}

fn kind(name: &str) -> Result<String, String> {
    if Inventor::kinds().any(|(kind, _)| kind == name) {
        return Ok(name.to_owned());
    }
    let known: Vec<&str> = Inventor::kinds().map(|(kind, _)| kind).collect();
    Err(format!("yang dikenal: {}", known.join(", ")))
}

pub(super) fn run(
    arguments: &Arguments,
    general: &super::super::Arguments,
) -> Result<Answer, Failure> {
    if !(0.0..=1.0).contains(&arguments.disguise) {
        return Err(Failure::Usage(format!(
            "--disguise {}: sebutkan bagian antara 0 dan 1, misalnya 0.25",
            arguments.disguise
        )));
    }
    let disguiser = super::super::disguiser(general, arguments.seed)?;
    let kind = arguments.kind.as_deref();
    let Some(inventor) = Inventor::new(disguiser, arguments.seed, kind, arguments.disguise) else {
        return Err(Failure::Usage("jenis tidak dikenal".into()));
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for number in 0..arguments.count {
        let line = super::super::json_line(&inventor.post(number))?;
        match out.write_all(line.as_bytes()) {
            // Whoever read our output has seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                return Ok(Answer::Done);
            }
            written => written.map_err(unwritable)?,
        }
    }
    out.flush().map_err(unwritable)?;
    Ok(Answer::Done)
}
