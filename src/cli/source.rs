//! `waspada source …`: the sources of the config.

use std::io::Write;

use comfy_table::{Table, presets};
use serde::Serialize;

use super::{Answer, Failure, unwritable};
use crate::config::Config;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Sumber yang ada di konfigurasi
    List(List),
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Keluaran JSON, satu sumber sebaris
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    enabled: bool,
    legal_basis: Option<&'a str>,
}

pub(super) fn run(command: &Command, arguments: &super::Arguments) -> Result<Answer, Failure> {
    match command {
        Command::List(list) => list.run(&super::config(arguments)?),
    }
}

impl List {
    fn run(&self, config: &Config) -> Result<Answer, Failure> {
        let rows = config.sources.iter().map(|source| Row {
            name: source.name.as_str(),
            kind: &source.kind,
            enabled: source.enabled,
            legal_basis: source.legal_basis.as_deref(),
        });
        let mut out = std::io::stdout().lock();
        if self.json {
            for row in rows {
                let json = serde_json::to_string(&row)
                    .map_err(|error| Failure::Impossible(error.to_string()))?;
                writeln!(out, "{json}").map_err(unwritable)?;
            }
            return Ok(Answer::Done);
        }
        if config.sources.is_empty() {
            super::complain(&"belum ada sumber; tulis [[source]] di berkas konfigurasi");
            return Ok(Answer::Done);
        }
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["sumber", "jenis", "menyala", "dasar hukum"]);
        for row in rows {
            let enabled = if row.enabled { "ya" } else { "tidak" };
            table.add_row([row.name, row.kind, enabled, row.legal_basis.unwrap_or("-")]);
        }
        writeln!(out, "{table}").map_err(unwritable)?;
        Ok(Answer::Done)
    }
}
