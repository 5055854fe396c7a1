//! `waspada import`: takes exported or captured files into the store and tells what came of each.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::logging::{self, Screen};
use super::run::stop_on_signals;
use super::{Answer, Failure, json_line, print};
use crate::config::{Config, SourceName};
use crate::pipeline::{self, Import, Imported, Observer, Unobserved};
use crate::post::Platform;
use crate::sources::folder::{Wanted, columns};
use crate::sources::{Ways, Zone};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Berkas ekspor atau tangkapan, boleh ZIP; dibaca di tempatnya dan tidak diubah
    #[arg(required = true, value_name = "BERKAS")]
    files: Vec<PathBuf>,
    /// Format berkas; auto mengenalinya dari isinya
    #[arg(long = "as", value_name = "FORMAT", default_value = "auto", help = as_help())]
    format: Wanted,
    /// Nama sumber tempat postingannya disimpan; bila ada di konfigurasi, pengaturannya dipakai
    #[arg(long, value_name = "NAMA", default_value = "impor")]
    source: String,
    /// Kolom CSV atau kunci JSONL yang bernama lain, misalnya text=isi; boleh berulang
    #[arg(long = "column", value_name = "ISI=KOLOM", value_parser = pair)]
    columns: Vec<(String, String)>,
    /// Platform baris yang tidak menyebutnya
    #[arg(long, value_name = "PLATFORM")]
    platform: Option<String>,
    /// Zona waktu percakapan yang tidak menyebutnya; bawaan Asia/Jakarta
    #[arg(long, value_name = "ZONA", value_parser = zone)]
    zone: Option<Zone>,
    /// Dasar hukum membaca percakapan grup tertutup (WhatsApp); tanpa ini berkasnya ditolak
    #[arg(long, value_name = "DASAR")]
    legal_basis: Option<String>,
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
}

fn as_help() -> String {
    format!("Format berkas; auto mengenalinya dari isinya [{}]", Wanted::names())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, column)) => Ok((field.trim().to_owned(), column.trim().to_owned())),
        None => Err("tulis ISI=KOLOM, misalnya text=isi".into()),
    }
}

fn zone(name: &str) -> Result<Zone, String> {
    Zone::try_from(name.to_owned()).map_err(|error| error.to_string())
}

pub(super) fn run(import: &Arguments, arguments: &super::Arguments) -> Result<Answer, Failure> {
    let config = super::with_rules(arguments)?;
    let import = (import.handed_over(&config)?, import.json);
    let screen = std::io::stderr().is_terminal().then(Screen::new);
    logging::start(&config.log, screen.as_ref());
    let observer: Arc<dyn Observer> = match &screen {
        Some(screen) => Arc::new(screen.clone()),
        None => Arc::new(Unobserved),
    };
    let runtime = super::runtime()?;
    let stop = runtime.block_on(async { stop_on_signals() })?;
    let imported = pipeline::import(&config, &import.0, observer, &stop)?;
    if let Some(screen) = screen {
        screen.clear();
    }
    print(&if import.1 { json_line(&imported)? } else { summary(&imported) })?;
    let failed = imported.files.iter().filter(|file| file.failed.is_some()).count();
    if failed > 0 || !imported.report.errors.is_empty() {
        return Err(Failure::Impossible(format!(
            "{failed} dari {} berkas tidak dapat diambil; yang lain selesai",
            import.0.files.len()
        )));
    }
    if imported.files.len() < import.0.files.len() {
        return Err(Failure::Impossible(
            "dihentikan; jalankan lagi perintah yang sama untuk melanjutkan".into(),
        ));
    }
    Ok(Answer::Done)
}

impl Arguments {
    /// What is handed over, with the settings of the folder source of that name where there is one.
    fn handed_over(&self, config: &Config) -> Result<Import, Failure> {
        let source = SourceName::try_from(self.source.clone())
            .map_err(|error| Failure::Usage(format!("--source: {error}")))?
            .to_string();
        let configured = pipeline::folder_settings(config, &source).map_err(|kind| {
            Failure::Usage(format!(
                "--source: `{source}` adalah sumber jenis `{kind}` di konfigurasi; beri nama lain"
            ))
        })?;
        let (mut ways, basis) = match configured {
            Some((settings, basis)) => (settings.ways(), basis),
            None => (Ways::default(), None),
        };
        if let Some(platform) = &self.platform {
            ways.platform = Platform::from(platform.as_str());
        }
        if let Some(zone) = &self.zone {
            ways.zone = zone.clone();
        }
        ways.columns.extend(self.columns.iter().cloned());
        columns(&ways.columns).map_err(|reason| Failure::Usage(format!("--column: {reason}")))?;
        Ok(Import {
            source,
            files: self.files.clone(),
            format: self.format,
            ways,
            legal_basis: self.legal_basis.clone().or_else(|| basis.map(str::to_owned)),
        })
    }
}

fn summary(imported: &Imported) -> String {
    let mut text = String::new();
    for file in &imported.files {
        let name = file.file.display();
        let line = match &file.failed {
            Some(reason) => format!("! {name}: {reason}"),
            None if file.known => format!("= {name}: sudah pernah diambil, tidak ada yang baru"),
            None => {
                format!("✓ {name}: {} baris, {} disisihkan", file.rows, file.set_aside)
            }
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    }
    let report = &imported.report;
    let _ = writeln!(
        text,
        "Sumber `{}`: {} posting baru, {} berubah, {} sudah ada, {} diduga, {} disisihkan ({:.1} dtk).",
        report.source,
        report.new,
        report.edited,
        report.unchanged,
        report.flagged,
        report.set_aside,
        report.took.as_secs_f64()
    );
    text
}
