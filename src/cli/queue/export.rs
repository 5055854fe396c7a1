//! `waspada queue export`: items handed over, with contacts in the clear. Standard output is items
//! and nothing else; the custody log's head goes to standard error and beside the file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::Timestamp;
use serde::Serialize;

use super::{Answer, Failure, LaneName, StateName, Who, sheet};
use crate::post::Sha256;
use crate::store::{Export, Head, ListFilter};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Semua butir, juga yang belum diputuskan
    #[arg(long, conflicts_with = "state")]
    all: bool,
    /// Hanya butir dengan keadaan ini
    #[arg(long, value_enum, default_value = "decided", value_name = "KEADAAN")]
    state: StateName,
    /// Hanya jalur ini
    #[arg(long, value_enum, value_name = "JALUR")]
    lane: Option<LaneName>,
    /// Hanya sumber ini
    #[arg(long, value_name = "NAMA")]
    source: Option<String>,
    /// Bentuk keluaran
    #[arg(long, value_enum, default_value = "jsonl", value_name = "BENTUK")]
    format: Format,
    /// Sertakan nama analis yang memutuskan
    #[arg(long)]
    with_reviewers: bool,
    /// Tulis ke berkas baru; di sebelahnya ditulis BERKAS.custody.json
    #[arg(long, value_name = "BERKAS")]
    output: Option<PathBuf>,
    #[command(flatten)]
    who: Who,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Satu objek JSON sebaris
    Jsonl,
    /// Kolom datar untuk lembar kerja
    Csv,
}

/// What stands beside an exported file, so that the two can be checked together later.
#[derive(Serialize)]
struct Accompanying<'a> {
    file: String,
    sha256: Sha256,
    items: usize,
    exported_at: Timestamp,
    custody: &'a Head,
}

pub(super) fn run(
    wanted: &Arguments,
    arguments: &super::super::Arguments,
) -> Result<Answer, Failure> {
    let store = super::super::store(arguments)?;
    let analyst = wanted.who.analyst()?;
    let filter = ListFilter {
        state: (!wanted.all).then(|| wanted.state.into()),
        lane: wanted.lane.map(Into::into),
        source: wanted.source.clone(),
        limit: None,
        ..ListFilter::default()
    };
    // Before the export is logged: one that could not be written was none.
    let files = wanted.output.as_deref().map(Files::create).transpose()?;
    let now = Timestamp::now();
    let export = match store.export(&filter, &analyst, wanted.with_reviewers, now) {
        Ok(export) => export,
        Err(error) => {
            files.as_ref().map(Files::discard);
            return super::refused(error);
        }
    };
    let bytes = match wanted.format {
        Format::Jsonl => jsonl(&export)?,
        Format::Csv => sheet::csv(&export, wanted.with_reviewers)?,
    };
    match files {
        Some(files) => files.write(&bytes, &export, now)?,
        // A hand-over that breaks off is no hand-over: here a closed pipe is a failure.
        None => io::stdout().lock().write_all(&bytes).map_err(super::super::unwritable)?,
    }
    let Export { custody, items } = &export;
    super::complain(&format!(
        "{} butir diekspor oleh {analyst}, kontak tidak disamarkan; ujung log kustodi {}:{}",
        items.len(),
        custody.seq,
        custody.hash
    ));
    Ok(Answer::Done)
}

/// The two files of an export, both new.
struct Files {
    path: PathBuf,
    items: File,
    custody_path: PathBuf,
    custody: File,
}

impl Files {
    fn create(path: &Path) -> Result<Self, Failure> {
        let mut custody_path = path.as_os_str().to_owned();
        custody_path.push(".custody.json");
        let custody_path = PathBuf::from(custody_path);
        let items = new_file(path).map_err(unwritable_file(path))?;
        let custody = new_file(&custody_path).map_err(|error| {
            // Ours, and empty.
            let _ = std::fs::remove_file(path);
            unwritable_file(&custody_path)(error)
        })?;
        Ok(Self { path: path.to_owned(), items, custody_path, custody })
    }

    /// Takes back what [`Files::create`] made.
    fn discard(&self) {
        for path in [&self.path, &self.custody_path] {
            let _ = std::fs::remove_file(path);
        }
    }

    fn write(mut self, bytes: &[u8], export: &Export, at: Timestamp) -> Result<(), Failure> {
        let name = self.path.file_name().unwrap_or_default();
        let beside = super::super::json_line(&Accompanying {
            file: name.to_string_lossy().into_owned(),
            sha256: Sha256::of(bytes),
            items: export.items.len(),
            exported_at: at,
            custody: &export.custody,
        })?;
        let write = |file: &mut File, bytes: &[u8]| -> io::Result<()> {
            file.write_all(bytes)?;
            file.sync_all()
        };
        write(&mut self.items, bytes).map_err(unwritable_file(&self.path))?;
        write(&mut self.custody, beside.as_bytes()).map_err(unwritable_file(&self.custody_path))
    }
}

/// A file that was not there before, for its owner alone: it holds personal data.
fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn unwritable_file(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let path = path.display().to_string();
    move |error| {
        Failure::Impossible(match error.kind() {
            io::ErrorKind::AlreadyExists => format!("{path} sudah ada; pilih nama lain"),
            _ => format!("{path}: {error}"),
        })
    }
}

fn jsonl(export: &Export) -> Result<Vec<u8>, Failure> {
    let lines: String =
        export.items.iter().map(super::super::json_line).collect::<Result<_, _>>()?;
    Ok(lines.into_bytes())
}
