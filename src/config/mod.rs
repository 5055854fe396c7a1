//! What an operator sets. One TOML file, every key checked: all that is wrong with it is said at
//! once, each with its line underlined and what would be right. A config that loads can be run.

mod check;
mod check_sources;
mod explain;
mod fault;
mod oidc;
mod read;
mod settings;
mod source;
mod tls;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::de::DeTable;

use crate::{fetch, store};

pub use fault::{Fault, Faults, Place};
pub use oidc::Oidc;
pub use settings::{
    Console, Http, Log, LogFormat, LogLevel, LogLevelError, Rules, Thresholds, TotpPolicy,
};
pub use source::{SourceConfig, SourceName, SourceNameError};
pub use tls::{Term, TlsFiles, TlsFilesError};

/// Everything an operator may set, with defaults for what the file leaves out. Serialised it is a
/// config file again.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Config {
    /// The file it was read from; `None` for the defaults.
    #[serde(skip)]
    pub path: Option<PathBuf>,
    /// Where relative paths start from: the folder of that file.
    #[serde(skip)]
    pub folder: PathBuf,
    /// How pages are fetched.
    pub fetch: fetch::Settings,
    /// Where everything is kept; its paths start from `folder` already.
    pub store: store::Settings,
    /// Which rules are used; the path starts from `folder` already.
    pub rules: Rules,
    /// The bands, and what is flagged.
    pub thresholds: Thresholds,
    /// What is looked at a second time; the store has it too.
    pub quality: store::QualitySettings,
    /// Where the daemon answers.
    pub http: Http,
    /// How people work in the console.
    pub console: Console,
    /// Whose people may sign in there beside those with a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc: Option<Oidc>,
    /// What is logged and how.
    pub log: Log,
    /// Where posts come from, in the order of the file.
    #[serde(rename = "source")]
    pub sources: Vec<SourceConfig>,
}

/// A config that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read at all.
    #[error("{}: berkas konfigurasi tidak dapat dibaca: {source}; periksa nama dan izinnya", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What stands in it cannot be used.
    #[error("{0}")]
    Faulty(Box<Faults>),
}

/// The tables of the file. Sources are read one by one afterwards, each by its own kind.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Tables {
    fetch: fetch::Settings,
    store: store::Settings,
    rules: Rules,
    thresholds: Thresholds,
    quality: store::QualitySettings,
    http: Http,
    console: Console,
    oidc: Option<Oidc>,
    log: Log,
    #[serde(rename = "source")]
    _sources: Vec<toml::Table>,
}

impl Config {
    /// Reads and checks a config file.
    ///
    /// # Errors
    /// The file cannot be read, or what is wrong in it.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Self::parse(&text, path).map_err(|faults| ConfigError::Faulty(Box::new(faults)))
    }

    /// Reads and checks the text of the config file `path`, which itself is not opened; the files
    /// and folders it names must be there.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Faults> {
        let refused = |faults| Faults::new(path.to_owned(), text.to_owned(), faults);
        let document = read::parse(text).map_err(refused)?;
        let mut faults = Vec::new();
        let tables: Tables = read::read(document.clone(), &[], &mut faults).unwrap_or_default();
        let sources = source::read_all(document.get_ref(), &mut faults);

        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let mut config = Self {
            path: Some(path.to_owned()),
            fetch: tables.fetch,
            store: tables.store,
            rules: tables.rules,
            thresholds: tables.thresholds,
            quality: tables.quality,
            http: tables.http,
            console: tables.console,
            oidc: tables.oidc,
            log: tables.log,
            sources: Vec::new(),
            folder,
        };
        config.store.quality = config.quality;
        config.store.path = config.folder.join(&config.store.path);
        config.store.evidence = config.folder.join(&config.store.evidence);
        for file in [&mut config.http.certificate, &mut config.http.key] {
            *file = file.take().map(|file| config.folder.join(file));
        }
        config.rules.path = config.rules.path.map(|rules| config.folder.join(rules));

        let mut found = check::check(&config, document.get_ref());
        found.extend(check_sources::check(&config, &sources, document.get_ref()));
        add_new(&mut faults, found);
        config.sources = sources.into_iter().filter_map(|source| source.config).collect();
        if faults.is_empty() { Ok(config) } else { Err(refused(faults)) }
    }
}

/// Adds the faults that do not follow from one already known: a value that could not be read was
/// replaced by its default, and a judgement on that default would mislead.
fn add_new(faults: &mut Vec<Fault>, found: Vec<Fault>) {
    let known: Vec<_> = faults.iter().map(|fault| fault.span.clone()).collect();
    let overlaps = |span: &std::ops::Range<usize>| {
        known.iter().any(|known| known.start < span.end && span.start < known.end)
    };
    faults.extend(found.into_iter().filter(|fault| {
        !overlaps(&fault.span) && !fault.also.as_ref().is_some_and(|(span, _)| overlaps(span))
    }));
}

/// The place of the value at `path`, or where that is not written, of the nearest table around it.
fn place_of(document: &DeTable<'_>, path: &[&str]) -> std::ops::Range<usize> {
    (1..=path.len())
        .rev()
        .find_map(|length| read::span_of(document, path.get(..length)?))
        .unwrap_or(0..0)
}
