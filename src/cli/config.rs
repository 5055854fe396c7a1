//! `waspada config …`: the config as it takes effect, and whether it can be used at all.

use std::io::Write;

use super::{Answer, Failure, unwritable};
use crate::config::{Config, TlsFiles};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Konfigurasi yang berlaku, termasuk nilai bawaan, sebagai TOML
    Show,
    /// Memeriksa berkas konfigurasi: setiap kesalahan dengan baris dan sarannya
    Check,
}

pub(super) fn run(command: &Command, arguments: &super::Arguments) -> Result<Answer, Failure> {
    match command {
        Command::Show => show(&super::config(arguments)?),
        Command::Check if arguments.config.is_none() => {
            Err(Failure::Usage("sebutkan berkasnya: waspada config check --config BERKAS".into()))
        }
        Command::Check => check(&super::config(arguments)?),
    }
}

fn show(config: &Config) -> Result<Answer, Failure> {
    let from = config.path.as_ref().map_or_else(
        || "nilai bawaan; tidak ada berkas yang dibaca".to_owned(),
        |path| format!("dari {} dan nilai bawaan", path.display()),
    );
    let text = toml::to_string(config).map_err(|error| Failure::Impossible(error.to_string()))?;
    write!(std::io::stdout().lock(), "# {from}\n{text}").map_err(unwritable)?;
    Ok(Answer::Done)
}

fn check(config: &Config) -> Result<Answer, Failure> {
    let tls = config.http.tls();
    if let Some(files) = &tls {
        // Only here and at the start: other commands are run by people who may not read the key.
        files.read().map_err(|error| Failure::Usage(error.to_string()))?;
    }
    let path = config.path.as_deref().unwrap_or(&config.folder);
    let enabled = config.sources.iter().filter(|source| source.enabled).count();
    writeln!(
        std::io::stdout().lock(),
        "{}: tanpa kesalahan; {} sumber, {enabled} menyala",
        path.display(),
        config.sources.len(),
    )
    .map_err(unwritable)?;
    super::provider_secret(config);
    if let Some(open) = tls.as_ref().and_then(TlsFiles::key_is_open) {
        super::complain(&open);
    }
    for source in &config.sources {
        if let Some(error) = source.missing_secret(config) {
            super::complain(&format!("sumber `{}` tetap mati: {error}", source.name));
        }
    }
    Ok(Answer::Done)
}
