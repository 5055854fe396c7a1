//! `waspada rules list`: every rule with its family, points, status and legal basis.

use std::io::Write;

use comfy_table::{Table, presets};
use serde::Serialize;

use super::super::{Answer, Failure, unwritable};
use crate::engine::{Engine, Points, READER_TITLE, Status};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Keluaran JSON, satu aturan sebaris
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    family: &'a str,
    title: &'a str,
    points: Option<Points>,
    status: Status,
    legal: &'a [String],
    owner: Option<&'a str>,
    file: &'a str,
}

pub(super) fn run(list: &Arguments, engine: &Engine) -> Result<Answer, Failure> {
    let rows = engine.rules().iter().map(|rule| Row {
        id: &rule.id.0,
        family: &engine.family(rule).id.0,
        title: &rule.title,
        points: rule.scored.then_some(rule.points),
        status: rule.status,
        legal: &rule.legal,
        owner: rule.owner.as_deref(),
        file: &rule.file,
    });
    let mut out = std::io::stdout().lock();
    if list.json {
        for row in rows {
            let json = serde_json::to_string(&row)
                .map_err(|error| Failure::Impossible(error.to_string()))?;
            writeln!(out, "{json}").map_err(unwritable)?;
        }
        return Ok(Answer::Done);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["aturan", "keluarga", "poin", "judul", "dasar hukum", "berkas"]);
    for row in rows {
        let points = row.points.map_or_else(|| "bantu".to_owned(), |points| points.to_string());
        table.add_row([row.id, row.family, &points, row.title, &row.legal.join(", "), row.file]);
    }
    let reader = match engine.reader() {
        Some(_) => READER_TITLE,
        None => "Pembaca kedua: tidak ada (model/pembaca.bin); aturan saja",
    };
    writeln!(out, "{table}\n\n{reader}").map_err(unwritable)?;
    Ok(Answer::Done)
}
