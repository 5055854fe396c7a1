//! `waspada rules …`: what operations staff do with rule files. Each command is a file.

mod check;
mod diff;
mod draft;
mod explain;
mod fmt;
mod list;
mod rescore;
mod stats;
mod test;
mod write;

use std::path::Path;

use super::{Answer, Failure};
use crate::engine::RuleFiles;
use crate::pipeline::Standing;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Memeriksa berkas aturan: salah ketik, aturan yang tak pernah menyala, uji yang belum ada
    Check(check::Arguments),
    /// Menjalankan contoh `hit`, `miss`, dan `todo` di dalam berkas aturan
    Test(test::Arguments),
    /// Membandingkan dua set aturan pada postingan: apa yang tertangkap, apa yang hilang
    Diff(diff::Arguments),
    /// Mengusulkan frasa dari postingan yang dibenarkan dan tidak tertangkap aturan
    Draft(draft::Arguments),
    /// Menjelaskan vonis sebuah teks, dan mengapa suatu aturan tidak menyala
    Explain(explain::Arguments),
    /// Merapikan berkas aturan ke satu tata letak; komentar tetap
    Fmt(fmt::Arguments),
    /// Apa yang dilakukan setiap aturan pada postingan tersimpan, dan kata analis tentangnya
    Stats(stats::Arguments),
    /// Menerapkan aturan pada postingan tersimpan: yang terlewat masuk antrean
    Rescore(rescore::Arguments),
    /// Daftar aturan dengan keluarga, poin, dan dasar hukumnya
    List(list::Arguments),
}

pub(super) fn run(command: &Command, arguments: &super::Arguments) -> Result<Answer, Failure> {
    match command {
        Command::Check(check) => {
            let config = super::config(arguments)?;
            let files = super::rule_files(arguments, &config)?;
            let folder = super::rule_folder(arguments, &config);
            check::run(check, files, folder, config.thresholds.into())
        }
        Command::Test(test) => test::run(test, &super::engine(arguments)?),
        Command::Diff(diff) => diff::run(diff, arguments),
        Command::Draft(draft) => {
            let config = super::config(arguments)?;
            let files = super::rule_files(arguments, &config)?;
            draft::run(draft, arguments, &files, config.thresholds.into())
        }
        Command::Explain(explain) => explain::run(explain, &super::engine(arguments)?),
        Command::Fmt(fmt) => {
            let config = super::config(arguments)?;
            let files = super::rule_files(arguments, &config)?;
            fmt::run(fmt, &files, super::rule_folder(arguments, &config))
        }
        Command::Stats(stats) => {
            let store = super::store(arguments)?;
            let config = super::config(arguments)?;
            let files = super::rule_files(arguments, &config)?;
            stats::run(stats, &store, &super::engine(arguments)?, &files)
        }
        Command::Rescore(rescore) => {
            let store = super::store(arguments)?;
            let config = super::config(arguments)?;
            let standing = Standing {
                folder: super::rule_folder(arguments, &config).map(Path::to_owned),
                thresholds: config.thresholds.into(),
            };
            rescore::run(rescore, &store, &standing)
        }
        Command::List(list) => list::run(list, &super::engine(arguments)?),
    }
}

/// The folder to write to; the rule set inside the program cannot be written.
pub(super) fn writable(folder: Option<&Path>) -> Result<&Path, Failure> {
    folder.ok_or_else(|| {
        Failure::Usage(
            "aturan bawaan program tidak dapat ditulis: sebutkan foldernya dengan --rules FOLDER, atau `rules.path` dalam konfigurasi".into(),
        )
    })
}

/// Where warnings and errors of a rule set are rendered from.
fn rendered(diagnostics: &[crate::engine::Diagnostic], files: &RuleFiles, colour: bool) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&diagnostic.render(files, colour));
        text.push_str("\n\n");
    }
    text
}
