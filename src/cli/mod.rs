//! The command line: one file a command, no logic of their own. Machine output goes to standard
//! output, everything else to standard error; the exit status says how it ended.

mod batch;
mod config;
mod db;
mod dev;
mod doctor;
mod eval;
mod evidence;
mod import;
mod learn;
mod logging;
mod probe;
mod queue;
mod registry;
mod replay;
mod report;
mod rules;
mod run;
mod scan;
mod source;
mod token;
mod user;

use std::io::Write;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{Parser, Subcommand};

use crate::config::{Config, ConfigError, Oidc};
use crate::engine::{Engine, RuleFiles};
use crate::fetch::Secret;
use crate::registry::{today, wib};
use crate::store::{Store, StoreError};
use crate::synth::Disguiser;

/// Mengawasi postingan publik dan menemukan yang diduga merekrut WNI untuk kerja nonprosedural di luar negeri.
#[derive(Debug, Parser)]
#[command(name = "waspada", version, max_term_width = 100)]
struct Arguments {
    /// Berkas konfigurasi; nilai bawaan bila tidak disebut
    #[arg(long, global = true, value_name = "BERKAS")]
    config: Option<PathBuf>,
    /// Folder berkas aturan; bila tidak disebut, yang di konfigurasi atau aturan bawaan
    #[arg(long, global = true, value_name = "FOLDER")]
    rules: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Penjaga: setiap sumber menurut jadwalnya; dengan --once sekali saja
    Run(run::Arguments),
    /// Menilai postingan dari JSONL (atau baris teks) ke JSONL, tanpa basis data
    Scan(scan::Arguments),
    /// Mengambil berkas ekspor atau tangkapan ke dalam basis data
    Import(import::Arguments),
    /// Ukur pada postingan berlabel: presisi, daya tangkap, tabel setiap ambang
    Eval(eval::Arguments),
    /// Latih pembaca kedua dari postingan berlabel
    Learn(learn::Arguments),
    /// Berkas aturan: periksa, uji, jelaskan
    #[command(subcommand)]
    Rules(rules::Command),
    /// Tabel yang dibawa sendiri: daftar perusahaan berizin
    #[command(subcommand)]
    Registry(registry::Command),
    /// Konfigurasi: tampilkan, periksa
    #[command(subcommand)]
    Config(config::Command),
    /// Sumber posting
    #[command(subcommand)]
    Source(source::Command),
    /// Laporkan tautan atau teks: diperiksa, dinilai, dan ditaruh di antrean telaah
    Report(report::Arguments),
    /// Token bagi program lembaga lain: buat, daftar, cabut
    #[command(subcommand)]
    Token(token::Command),
    /// Akun konsol peninjauan: daftar, undang, peran, tutup, bantu masuk
    #[command(subcommand)]
    User(user::Command),
    /// Antrean telaah: lihat, ambil, putuskan, batalkan, ekspor
    #[command(subcommand)]
    Queue(queue::Command),
    /// Bukti: periksa keutuhannya
    #[command(subcommand)]
    Evidence(evidence::Command),
    /// Basis data: salin, periksa
    #[command(subcommand)]
    Db(db::Command),
    /// Memeriksa seluruh pemasangan: apa yang beres, apa yang rusak, dan apa yang harus dilakukan
    Doctor(doctor::Arguments),
    /// Untuk pengembang: postingan buatan dan penyamaran untuk uji dan demo
    #[command(subcommand)]
    Dev(dev::Command),
}

/// How a command that did its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// Exit status 0.
    Done,
    /// Exit status 1: the answer is "no".
    No,
}

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Exit status 2: usage, config or rules.
    #[error("{0}")]
    Usage(String),
    /// Exit status 3: it could not be done.
    #[error("{0}")]
    Impossible(String),
}

/// Runs the program on the process's arguments.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let status = if error.use_stderr() { 2 } else { 0 };
            // A closed standard output leaves nobody to tell.
            let _ = error.print();
            return ExitCode::from(status);
        }
    };
    let ended = match &arguments.command {
        Command::Run(run) => run::run(run, &arguments),
        Command::Scan(scan) => scan::run(scan, &arguments),
        Command::Import(import) => import::run(import, &arguments),
        Command::Eval(eval) => eval::run(eval, &arguments),
        Command::Learn(learn) => learn::run(learn, &arguments),
        Command::Rules(command) => rules::run(command, &arguments),
        Command::Registry(command) => registry::run(command, &arguments),
        Command::Config(command) => config::run(command, &arguments),
        Command::Source(command) => source::run(command, &arguments),
        Command::Report(report) => report::run(report, &arguments),
        Command::Token(command) => token::run(command, &arguments),
        Command::User(command) => user::run(command, &arguments),
        Command::Queue(command) => queue::run(command, &arguments),
        Command::Evidence(command) => evidence::run(command, &arguments),
        Command::Db(command) => db::run(command, &arguments),
        Command::Doctor(doctor) => doctor::run(doctor, &arguments),
        Command::Dev(command) => dev::run(command, &arguments),
    };
    match ended {
        Ok(Answer::Done) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(failure) => {
            complain(&failure);
            ExitCode::from(match failure {
                Failure::Usage(_) => 2,
                Failure::Impossible(_) => 3,
            })
        }
    }
}

/// The provider people may sign in by, with the secret shared with it; says so where that is not there.
fn provider_secret(config: &Config) -> Option<(&Oidc, Secret)> {
    let oidc = config.oidc.as_ref()?;
    match oidc.secret(&config.folder) {
        Ok(secret) => Some((oidc, secret)),
        Err(error) => {
            complain(&format!("[oidc]: {error}; sampai itu hanya kata sandi yang berlaku"));
            None
        }
    }
}

/// Writes a line for the person at the terminal.
#[expect(clippy::print_stderr, reason = "the one place that speaks to the terminal")]
fn complain(message: &dyn std::fmt::Display) {
    eprintln!("{message}");
}

/// A time as the screen shows it, to the minute.
fn in_wib(time: jiff::Timestamp) -> String {
    format!("{} WIB", time.to_zoned_datetime(wib()).strftime("%Y-%m-%d %H:%M"))
}

/// The runtime of a command that fetches.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Impossible(format!("tokio: {error}")))
}

/// Writes a command's whole answer to standard output, without colour where it is no terminal.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(unwritable),
    }
}

/// A structure as a line of JSON.
fn json_line(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map(|json| json + "\n")
        .map_err(|error| Failure::Impossible(error.to_string()))
}

/// Standard output could not be written to.
fn unwritable(error: std::io::Error) -> Failure {
    Failure::Impossible(format!("standard output: {error}"))
}

/// The config named, or the defaults.
fn config(arguments: &Arguments) -> Result<Config, Failure> {
    let Some(path) = &arguments.config else { return Ok(Config::default()) };
    Config::load(path).map_err(|error| {
        let colour = anstream::AutoStream::choice(&std::io::stderr()) != ColorChoice::Never;
        Failure::Usage(match error {
            ConfigError::Faulty(faults) => format!(
                "{}\n\n{} kesalahan: konfigurasi tidak dapat dipakai",
                faults.render(colour),
                faults.iter().count()
            ),
            unreadable @ ConfigError::Unreadable { .. } => unreadable.to_string(),
        })
    })
}

/// That config, with the rule folder named in the place of its own.
fn with_rules(arguments: &Arguments) -> Result<Config, Failure> {
    let mut config = config(arguments)?;
    if let Some(rules) = &arguments.rules {
        config.rules.path = Some(rules.clone());
    }
    Ok(config)
}

/// The store of that config, which must be there already.
fn store(arguments: &Arguments) -> Result<Store, Failure> {
    let config = config(arguments)?;
    Store::open_existing(&config.store).map_err(|error| {
        let hint = match (&error, &config.path) {
            (StoreError::Missing(_), None) => {
                " (tanpa --config dipakai nilai bawaan; mungkin maksud Anda --config BERKAS)"
            }
            _ => "",
        };
        Failure::Impossible(format!("{error}{hint}"))
    })
}

/// The rule folder named, or the config's.
fn rule_folder<'a>(arguments: &'a Arguments, config: &'a Config) -> Option<&'a Path> {
    arguments.rules.as_deref().or(config.rules.path.as_deref())
}

/// The files of the rule folder named, of the config's, or of the embedded rule set.
fn rule_files(arguments: &Arguments, config: &Config) -> Result<RuleFiles, Failure> {
    match rule_folder(arguments, config) {
        Some(folder) => RuleFiles::read(folder).map_err(|error| Failure::Usage(error.to_string())),
        None => Ok(RuleFiles::embedded()),
    }
}

/// A disguiser of the words of the rules in force.
fn disguiser(arguments: &Arguments, seed: u64) -> Result<Disguiser, Failure> {
    let config = config(arguments)?;
    let files = rule_files(arguments, &config)?;
    Disguiser::new(&files, seed)
        .map_err(|error| Failure::Usage(format!("{}: {}", error.file, error.message)))
}

/// The engine of those files, with the thresholds of the config.
fn engine(arguments: &Arguments) -> Result<Engine, Failure> {
    let config = config(arguments)?;
    Engine::compile(&rule_files(arguments, &config)?, config.thresholds.into())
        .map_err(|error| Failure::Usage(error.to_string()))
}
