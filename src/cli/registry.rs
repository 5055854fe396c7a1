//! `waspada registry …`: tables that operations staff bring themselves. So far the register of
//! licensed agencies, from the list the ministry hands out; it is written whole or not at all.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::rules::writable;
use super::{Answer, Failure, json_line, print};
use crate::engine::{RuleFiles, Thresholds};
use crate::fetch::decode;
use crate::pipeline::{examine, put_rule_file};
use crate::registry::{
    AgencyList, AgencyTable, Changes, Column, Doubt, Fault, New, UnreadableList, read_list, today,
};

/// Where the register stands in a rule folder; an update of the shipped rules does not touch it.
const PLACE: &str = "local/registry/agencies.toml";
/// When more than one in so many agencies would go, the list is rather cut off than new.
const MANY_GONE: usize = 5;
/// How a spreadsheet's own file begins.
const ZIP: &[u8] = b"PK\x03\x04";
/// How an old one does.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0";

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Mengambil daftar perusahaan berizin (P3MI) dari CSV ke dalam folder aturan
    Import(Import),
}

#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// Daftar sebagai CSV: koma, titik koma, atau tab; kolomnya dikenali dari judulnya
    #[arg(value_name = "BERKAS")]
    file: PathBuf,
    /// Tanggal daftar itu berlaku, misalnya 2026-11-01
    #[arg(long, value_name = "TANGGAL")]
    as_of: Date,
    /// Tunjukkan saja apa yang akan berubah, tanpa menulis
    #[arg(long)]
    dry_run: bool,
    /// Judul kolom yang tidak dikenali, misalnya "nama=Nama Lembaga"; boleh berulang
    #[arg(long = "column", value_name = "ISI=JUDUL", value_parser = column)]
    columns: Vec<(Column, String)>,
    /// Dari mana daftar itu; bila tidak disebut, nama berkasnya
    #[arg(long, value_name = "TEKS")]
    source: Option<String>,
    /// Tinggalkan baris yang salah dan ambil yang lain
    #[arg(long)]
    skip_faulty: bool,
    /// Terima daftar yang lebih lama dari yang ada, atau yang kehilangan banyak perusahaan
    #[arg(long)]
    force: bool,
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
}

/// What came of an import, for a program.
#[derive(serde::Serialize)]
struct Imported<'a> {
    as_of: Date,
    agencies: usize,
    columns: Vec<(&'static str, &'a str)>,
    unused_columns: &'a [String],
    changes: &'a Changes,
    doubts: &'a [Doubt],
    faults: &'a [Fault],
    written: bool,
    refused: Option<&'a str>,
}

fn column(text: &str) -> Result<(Column, String), String> {
    let known =
        |(name, title): (&str, &str)| Some((Column::named(name.trim())?, title.trim().to_owned()));
    text.split_once('=').and_then(known).ok_or_else(|| {
        format!("tulis ISI=JUDUL, misalnya \"nama=Nama Lembaga\"; ISI adalah {}", Column::names())
    })
}

pub(super) fn run(command: &Command, arguments: &super::Arguments) -> Result<Answer, Failure> {
    match command {
        Command::Import(import) => import.run(arguments),
    }
}

impl Import {
    fn run(&self, arguments: &super::Arguments) -> Result<Answer, Failure> {
        let config = super::config(arguments)?;
        let folder = writable(super::rule_folder(arguments, &config))?;
        let mut files = super::rule_files(arguments, &config)?;
        if self.as_of > today() {
            return Err(Failure::Usage(format!(
                "--as-of {}: tanggal daftar belum tiba; sebutkan tanggal daftar itu dibuat",
                self.as_of
            )));
        }
        let before = register(&files)?;
        let mut list = self.list()?;
        let changes = list.changes(before.as_ref().map_or(&[][..], |table| &table.agency));
        let refused = self.refused(&list, &changes, before.as_ref());
        let written = match &refused {
            Some(_) => false,
            None => self.write(folder, &mut files, &list, config.thresholds.into())?,
        };
        let imported = Imported {
            as_of: self.as_of,
            agencies: list.rows.len(),
            columns: list.columns.iter().map(|(one, title)| (one.as_str(), &**title)).collect(),
            unused_columns: &list.unused,
            changes: &changes,
            doubts: &list.doubts,
            faults: &list.faults,
            written,
            refused: refused.as_deref(),
        };
        print(&if self.json { json_line(&imported)? } else { imported.told(&self.file) })?;
        Ok(if refused.is_some() { Answer::No } else { Answer::Done })
    }

    /// Brings the list into force, unless this is a dry run.
    fn write(
        &self,
        folder: &Path,
        files: &mut RuleFiles,
        list: &AgencyList,
        thresholds: Thresholds,
    ) -> Result<bool, Failure> {
        let text = self.table(list)?;
        files.set(PLACE, &text);
        // What the daemon would refuse is not written.
        examine(files, thresholds).map_err(|error| {
            Failure::Usage(format!(
                "aturan di folder itu tidak dapat dipakai bersama daftar ini (lihat `waspada rules check` dan `waspada rules test`); tidak ada yang ditulis\n{error}"
            ))
        })?;
        if self.dry_run {
            return Ok(false);
        }
        put_rule_file(folder, PLACE, &text).map_err(|error| {
            Failure::Impossible(format!(
                "{}: tidak dapat ditulis: {error}; daftar yang lama tidak berubah",
                folder.join(PLACE).display()
            ))
        })?;
        Ok(true)
    }

    fn list(&self) -> Result<AgencyList, Failure> {
        let path = self.file.display();
        let bytes = std::fs::read(&self.file)
            .map_err(|error| Failure::Impossible(format!("{path}: tidak dapat dibaca: {error}")))?;
        if bytes.starts_with(ZIP) || bytes.starts_with(OLE) {
            return Err(Failure::Usage(format!(
                "{path}: ini berkas lembar kerja, bukan CSV. Buka di Excel atau LibreOffice, lalu simpan sebagai \"CSV UTF-8\""
            )));
        }
        let source = self.source.clone().unwrap_or_else(|| {
            self.file.file_name().unwrap_or_default().to_string_lossy().into_owned()
        });
        read_list(&decode(&bytes, None).text, &self.columns, &source, self.as_of)
            .map_err(|error: UnreadableList| Failure::Usage(format!("{path}: {error}")))
    }

    /// Why the list does not come into force, if it does not.
    fn refused(
        &self,
        list: &AgencyList,
        changes: &Changes,
        before: Option<&AgencyTable>,
    ) -> Option<String> {
        if !list.faults.is_empty() && !self.skip_faulty {
            return Some(format!(
                "{} baris salah. Betulkan di berkasnya, atau tinggalkan baris itu dengan --skip-faulty",
                list.faults.len()
            ));
        }
        if list.rows.is_empty() {
            return Some("tidak ada satu baris pun yang dapat diambil".into());
        }
        let before = before?;
        if self.force {
            return None;
        }
        if before.as_of > self.as_of && !before.agency.is_empty() {
            return Some(format!(
                "daftar yang ada bertanggal {}, lebih baru. Bila memang ini yang benar, tambahkan --force",
                before.as_of
            ));
        }
        (changes.gone.len() * MANY_GONE > before.agency.len()).then(|| {
            format!(
                "{} dari {} perusahaan akan hilang; mungkin berkasnya terpotong. Bila memang begitu, tambahkan --force",
                changes.gone.len(),
                before.agency.len()
            )
        })
    }

    fn table(&self, list: &AgencyList) -> Result<String, Failure> {
        let table = AgencyTable {
            as_of: self.as_of,
            source: self.source.clone(),
            agency: list.rows.iter().map(|(_, agency)| agency.clone()).collect(),
        };
        let head = "Ditulis oleh `waspada registry import`; impor berikutnya menggantinya. Nama lain, telepon,\ndan situs yang ditambahkan di sini tetap ada bila daftar berikutnya tidak punya kolomnya.";
        table.to_toml(head).map_err(|error| Failure::Impossible(error.to_string()))
    }
}

/// The register in force; none where the rule set has no table of its own yet.
fn register(files: &RuleFiles) -> Result<Option<AgencyTable>, Failure> {
    let Some(text) = files.text(PLACE).or_else(|| files.text("registry/agencies.toml")) else {
        return Ok(None);
    };
    toml::from_str(text).map(Some).map_err(|error| {
        Failure::Usage(format!(
            "daftar yang ada di {PLACE} rusak: {}; lihat letaknya dengan `waspada rules check`, atau singkirkan berkas itu",
            error.message()
        ))
    })
}

impl Imported<'_> {
    /// For a person: what the list holds, what it changes, and what came of it.
    fn told(&self, file: &Path) -> String {
        let file = file.display();
        let mut text = format!("{file}: {} perusahaan, daftar per {}\n", self.agencies, self.as_of);
        // Writing to a string cannot fail.
        let columns = self.columns.iter().map(|(column, title)| format!("{column} = `{title}`"));
        let _ = writeln!(text, "  kolom: {}", columns.collect::<Vec<_>>().join(", "));
        if !self.unused_columns.is_empty() {
            let unused = self.unused_columns.iter().map(|title| format!("`{title}`"));
            let _ = writeln!(text, "  tidak dipakai: {}", unused.collect::<Vec<_>>().join(", "));
        }
        let Changes { new, changed, gone, same } = self.changes;
        section(
            &mut text,
            "BARU",
            new.iter().map(|New { line, agency }| {
                let licence = agency.licence.as_ref().map(|one| format!(" ({one})"));
                format!("baris {line}: {}{}", agency.name, licence.unwrap_or_default())
            }),
        );
        section(
            &mut text,
            "BERUBAH",
            changed
                .iter()
                .map(|one| format!("baris {}: {}; {}", one.line, one.name, one.what.join("; "))),
        );
        section(&mut text, "HILANG", gone.iter().map(|agency| agency.name.clone()));
        section(
            &mut text,
            "MERAGUKAN",
            self.doubts
                .iter()
                .map(|one| format!("baris {}: {}: {}", one.line, one.name, one.message)),
        );
        section(
            &mut text,
            "SALAH",
            self.faults.iter().map(|one| format!("baris {}: {}", one.line, one.message)),
        );
        let _ = writeln!(text, "TETAP: {same}\n");
        let _ = match (self.refused, self.written) {
            (Some(reason), _) => writeln!(text, "Tidak ada yang ditulis: {reason}"),
            (None, false) => writeln!(
                text,
                "Ini baru percobaan: tidak ada yang ditulis. Jalankan lagi tanpa --dry-run."
            ),
            (None, true) => writeln!(
                text,
                "Ditulis ke {PLACE} di folder aturan. Penjaga yang berjalan memakainya dalam beberapa saat;\nuntuk postingan yang tersimpan: waspada rules rescore."
            ),
        };
        text
    }
}

fn section(text: &mut String, title: &str, lines: impl ExactSizeIterator<Item = String>) {
    let _ = writeln!(text, "{title}: {}", lines.len());
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}
