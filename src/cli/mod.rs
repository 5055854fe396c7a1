//! The command line: one file a command, no logic of their own. Machine output goes to standard
//! output, everything else to standard error; the exit status says how it ended.

mod config;
mod eval;
mod learn;
mod logging;
mod rules;
mod run;
mod scan;
mod source;

use std::path::PathBuf;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{Parser, Subcommand};

use crate::config::{Config, ConfigError};
use crate::engine::{Engine, RuleFiles};
use crate::registry::today;

/// Mengawasi postingan publik dan menemukan yang diduga merekrut WNI untuk kerja nonprosedural di luar negeri.
#[derive(Debug, Parser)]
#[command(name = "waspada", version, about, max_term_width = 100)]
struct Arguments {
    /// Berkas konfigurasi; nilai bawaan bila tidak disebut
    #[arg(long, global = true, value_name = "BERKAS")]
    config: Option<PathBuf>,
    /// Folder of rule files; those of the config when absent, or else the embedded rule set
    #[arg(long, global = true, value_name = "FOLDER")]
    rules: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Penjaga: setiap sumber menurut jadwalnya; dengan --once sekali saja
    Run(run::Arguments),
    /// Score posts from JSONL (or plain lines) to JSONL, without a database
    Scan(scan::Arguments),
    /// Ukur pada postingan berlabel: presisi, daya tangkap, tabel setiap ambang
    Eval(eval::Arguments),
    /// Latih pembaca kedua dari postingan berlabel
    Learn(learn::Arguments),
    /// Berkas aturan: periksa, uji, jelaskan
    #[command(subcommand)]
    Rules(rules::Command),
    /// Konfigurasi: tampilkan, periksa
    #[command(subcommand)]
    Config(config::Command),
    /// Sumber posting
    #[command(subcommand)]
    Source(source::Command),
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
        Command::Eval(eval) => eval::run(eval, &arguments),
        Command::Learn(learn) => learn::run(learn, &arguments),
        Command::Rules(command) => rules::run(command, &arguments),
        Command::Config(command) => config::run(command, &arguments),
        Command::Source(command) => source::run(command, &arguments),
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

/// Writes a line for the person at the terminal.
#[expect(clippy::print_stderr, reason = "the one place that speaks to the terminal")]
fn complain(message: &dyn std::fmt::Display) {
    eprintln!("{message}");
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
            ConfigError::Faulty(faults) => faults.render(colour),
            unreadable @ ConfigError::Unreadable { .. } => unreadable.to_string(),
        })
    })
}

/// The files of the rule folder named, of the config's, or of the embedded rule set.
fn rule_files(arguments: &Arguments, config: &Config) -> Result<RuleFiles, Failure> {
    match arguments.rules.as_ref().or(config.rules.path.as_ref()) {
        Some(folder) => RuleFiles::read(folder).map_err(|error| Failure::Usage(error.to_string())),
        None => Ok(RuleFiles::embedded()),
    }
}

/// The engine of those files, with the thresholds of the config.
fn engine(arguments: &Arguments) -> Result<Engine, Failure> {
    let config = config(arguments)?;
    Engine::compile(&rule_files(arguments, &config)?, config.thresholds.into())
        .map_err(|error| Failure::Usage(error.to_string()))
}
