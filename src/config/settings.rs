//! The tables of the config that belong to no other room: rules, thresholds, the service's own
//! address, logs.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tracing_subscriber::filter::{LevelFilter, Targets};

use super::tls::TlsFiles;
use crate::engine;

/// The `[rules]` table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// The folder of the rule files; the set built into the program when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
}

/// The `[thresholds]` table: the lowest score of each band, and of what enters the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Strong evidence, from here up to 100.
    pub tinggi: u8,
    /// Middling evidence.
    pub sedang: u8,
    /// Weak evidence.
    pub rendah: u8,
    /// What an analyst gets to see.
    pub flag: u8,
}

impl Default for Thresholds {
    fn default() -> Self {
        let engine::Thresholds { tinggi, sedang, rendah, flag } = engine::Thresholds::default();
        Self { tinggi, sedang, rendah, flag }
    }
}

impl From<Thresholds> for engine::Thresholds {
    fn from(set: Thresholds) -> Self {
        Self { flag: set.flag, tinggi: set.tinggi, sedang: set.sedang, rendah: set.rendah }
    }
}

/// The `[http]` table: where the daemon answers, and whether by HTTPS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Address and port.
    pub listen: SocketAddr,
    /// The operator wants other machines to reach that address.
    pub public: bool,
    /// The chain of certificates that makes it speak HTTPS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// The key of that certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
}

impl Http {
    /// The files that make it speak HTTPS, if it does.
    pub fn tls(&self) -> Option<TlsFiles> {
        let (certificate, key) = self.certificate.clone().zip(self.key.clone())?;
        Some(TlsFiles { certificate, key })
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9464)),
            public: false,
            certificate: None,
            key: None,
        }
    }
}

/// The `[console]` table: how people work in the review console.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Console {
    /// Whether a second factor is a person's choice.
    pub totp: TotpPolicy,
}

/// Whether a second factor is a person's choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TotpPolicy {
    /// It is.
    #[default]
    Optional,
    /// Nobody works without one.
    Required,
}

/// The `[log]` table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// Which lines are written.
    pub level: LogLevel,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For a person.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Which log lines are written: a level (`info`), or levels by part of the program
/// (`info,waspada::fetch=debug`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogLevel {
    written: String,
    targets: Targets,
}

impl LogLevel {
    /// The filter these levels stand for.
    pub fn targets(&self) -> Targets {
        self.targets.clone()
    }
}

impl Default for LogLevel {
    fn default() -> Self {
        Self { written: "info".into(), targets: Targets::new().with_default(LevelFilter::INFO) }
    }
}

/// A part of a log level that is neither a level nor `part=level`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` bukan tingkat log; tulis off, error, warn, info, debug, atau trace, \
     bila perlu per bagian: \"info,waspada::fetch=debug\""
)]
pub struct LogLevelError(String);

impl FromStr for LogLevel {
    type Err = LogLevelError;

    fn from_str(written: &str) -> Result<Self, Self::Err> {
        let mut targets = Targets::new();
        for part in written.split(',').map(str::trim) {
            let refused = || LogLevelError(part.to_owned());
            let (target, level) = match part.split_once('=') {
                Some((target, level)) => (Some(target), level),
                None => (None, part),
            };
            // `LevelFilter` alone would take a number or nothing at all for a level.
            if !level.chars().all(char::is_alphabetic) || level.is_empty() {
                return Err(refused());
            }
            let level: LevelFilter = level.parse().map_err(|_| refused())?;
            targets = match target {
                Some("") => return Err(refused()),
                Some(target) => targets.with_target(target, level),
                None => targets.with_default(level),
            };
        }
        Ok(Self { written: written.to_owned(), targets })
    }
}

impl TryFrom<String> for LogLevel {
    type Error = LogLevelError;

    fn try_from(written: String) -> Result<Self, Self::Error> {
        written.parse()
    }
}

impl From<LogLevel> for String {
    fn from(level: LogLevel) -> Self {
        level.written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_and_misspelt_ones_refused() {
        use tracing_subscriber::filter::LevelFilter as L;
        let level: LogLevel = "info, waspada::fetch=debug".parse().unwrap();
        assert!(level.targets().would_enable("waspada::fetch", &tracing::Level::DEBUG));
        assert!(!level.targets().would_enable("waspada::store", &tracing::Level::DEBUG));
        assert_eq!("warn".parse::<LogLevel>().unwrap().targets().default_level(), Some(L::WARN));
        for wrong in ["", "inof", "info,", "=info", "waspada=", "3", "waspada"] {
            assert!(wrong.parse::<LogLevel>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_default_level_is_what_it_says() {
        assert_eq!("info".parse::<LogLevel>().unwrap(), LogLevel::default());
    }
}
