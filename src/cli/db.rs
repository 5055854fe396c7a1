//! `waspada db …`: a copy of the database while it runs, and a look at its soundness.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{Answer, Failure};
use crate::store::{Store, StoreError};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Menyalin basis data ke berkas baru, juga selagi dipakai
    Backup {
        /// Berkas baru
        #[arg(value_name = "BERKAS")]
        to: PathBuf,
    },
    /// Memeriksa keutuhan berkas basis data
    Check,
}

pub(super) fn run(command: &Command, arguments: &super::Arguments) -> Result<Answer, Failure> {
    let store = super::store(arguments)?;
    match command {
        Command::Backup { to } => {
            store.backup(to, Timestamp::now()).map_err(impossible)?;
            let evidence = super::config(arguments)?.store.evidence;
            super::print(&format!(
                "Disalin ke {}. Folder bukti {} tidak ikut: salin juga.\n",
                to.display(),
                evidence.display()
            ))?;
            Ok(Answer::Done)
        }
        Command::Check => check(&store),
    }
}

fn check(store: &Store) -> Result<Answer, Failure> {
    let checked = store.check().map_err(impossible)?;
    if checked.faults.is_empty() {
        super::print(&format!("{} halaman, tanpa kesalahan.\n", checked.pages))?;
        return Ok(Answer::Done);
    }
    let faults: String = checked.faults.iter().map(|fault| format!("  {fault}\n")).collect();
    super::print(&format!(
        "{} halaman, {} kesalahan; pulihkan dari salinan:\n{faults}",
        checked.pages,
        checked.faults.len()
    ))?;
    Ok(Answer::No)
}

fn impossible(error: StoreError) -> Failure {
    Failure::Impossible(error.to_string())
}
