//! `waspada dev endure`: recall on labelled posts in every disguise, beside the posts as they are.

use std::path::PathBuf;

use comfy_table::{Table, presets};

use super::super::{Answer, Failure, print};
use crate::report::endurance::{Endured, endure};
use crate::report::{Share, labelled};
use crate::synth::Disguise;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Berkas JSONL berlabel
    #[arg(required = true, value_name = "BERKAS")]
    files: Vec<PathBuf>,
    /// Benih acak penyamaran
    #[arg(long, value_name = "ANGKA", default_value_t = 1)]
    seed: u64,
    /// Tanpa pembaca kedua: hanya aturan
    #[arg(long)]
    without_model: bool,
    /// Sebutkan id postingan yang hilang dan yang baru ditandai
    #[arg(long)]
    ids: bool,
}

pub(super) fn run(
    arguments: &Arguments,
    general: &super::super::Arguments,
) -> Result<Answer, Failure> {
    let mut engine = super::super::engine(general)?;
    if arguments.without_model {
        engine.set_reader(None);
    }
    let disguiser = super::super::disguiser(general, arguments.seed)?;
    let posts =
        labelled(&arguments.files).map_err(|error| Failure::Impossible(error.to_string()))?;
    let today = super::super::today();
    let rows = endure(&engine, &disguiser, today, &posts, &Disguise::ALL);
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "cara",
        "offer R",
        "turun",
        "victim R",
        "turun",
        "hilang",
        "pass baru ditandai",
    ]);
    for row in &rows {
        table.add_row([
            name(row).to_owned(),
            points(row.offer),
            fall(rows[0].offer, row.offer),
            points(row.victim),
            fall(rows[0].victim, row.victim),
            row.lost.len().to_string(),
            row.new_flags.len().to_string(),
        ]);
    }
    print(&format!("{table}\n"))?;
    for row in rows.iter().filter(|_| arguments.ids) {
        for (what, ids) in [("hilang", &row.lost), ("baru", &row.new_flags)] {
            for id in ids {
                print(&format!("{} {what} {id}\n", name(row)))?;
            }
        }
    }
    Ok(Answer::Done)
}

fn name(row: &Endured) -> &'static str {
    row.disguise.map_or("(apa adanya)", Disguise::as_str)
}

fn points(share: Share) -> String {
    format!("{:.1}", share.value.unwrap_or(0.0) * 100.0)
}

fn fall(plain: Share, hidden: Share) -> String {
    let value = |share: Share| share.value.unwrap_or(0.0);
    format!("{:+.1}", (value(hidden) - value(plain)) * 100.0)
}
