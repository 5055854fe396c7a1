//! Takes files a person hands over into the store, by the way the drop folder's files go: page by
//! page, nothing lost, nothing twice. A file that cannot be read does not stop the others.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::sources::folder::{Handed, Wanted};
use crate::sources::{Settings, Ways, shown_path};

use super::files::{self, Came, Known};
use super::report::{Observer, SourceReport};
use super::visit::Tools;
use super::watch::StartError;

/// What is handed over.
#[derive(Debug, Clone)]
pub struct Import {
    /// The name its posts are stored under.
    pub source: String,
    /// The files.
    pub files: Vec<PathBuf>,
    /// In which format.
    pub format: Wanted,
    /// How they are read where they do not say.
    pub ways: Ways,
    /// On what ground messages of a closed group are read.
    pub legal_basis: Option<String>,
}

/// What came of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedFile {
    /// The file as it was named, without the number of a person that a chat is called by.
    pub file: PathBuf,
    /// Rows read, good and bad.
    pub rows: u64,
    /// Rows that could not be read, kept to look at.
    pub set_aside: u64,
    /// The same bytes had been taken in before.
    pub known: bool,
    /// Why nothing of it was taken, if so.
    pub failed: Option<String>,
}

/// What came of an import.
#[derive(Debug, Clone, Serialize)]
pub struct Imported {
    /// All of it together.
    #[serde(flatten)]
    pub report: SourceReport,
    /// Each file, in the order given.
    pub files: Vec<ImportedFile>,
}

/// The settings of the folder of this name in the config, so that a file by hand is read as one
/// that is dropped; `Err` where the name belongs to a source of another kind.
///
/// # Errors
/// The kind of the source that has this name.
pub fn folder_settings<'a>(
    config: &'a Config,
    name: &str,
) -> Result<Option<(&'a crate::sources::folder::Settings, Option<&'a str>)>, String> {
    let Some(source) = config.sources.iter().find(|source| source.name.as_str() == name) else {
        return Ok(None);
    };
    match &source.settings {
        Settings::Folder(settings) => Ok(Some((settings, source.legal_basis.as_deref()))),
        _ => Err(source.kind.clone()),
    }
}

/// Takes the files in. Blocks for as long as it takes; told to stop, it ends after the page in hand
/// and goes on there when the same file is handed over again.
///
/// # Errors
/// The database or the rules cannot be used.
pub fn import(
    config: &Config,
    import: &Import,
    observer: Arc<dyn Observer>,
    stop: &CancellationToken,
) -> Result<Imported, StartError> {
    let tools = Tools::open(config, observer)?;
    let terms = files::terms(&tools.store, import.legal_basis.clone())?;
    let began = std::time::Instant::now();
    let mut report = SourceReport::new(&import.source);
    let mut imported = Vec::new();
    let terms = (&terms, Known::TryFailed);
    let handed = Handed::new(import.format, import.ways.clone());
    for path in &import.files {
        let read = Handed::waiting_file(path).map_err(Into::into).and_then(|file| {
            files::read(&tools, &import.source, &handed, terms, &file, &mut report, stop)
        });
        let file = shown_path(path).into();
        imported.push(match read {
            Ok(Came::Stopped) => break,
            Ok(Came::ToEnd(end)) => {
                let (rows, set_aside) = (end.rows, end.set_aside);
                ImportedFile { file, rows, set_aside, known: false, failed: end.failed }
            }
            Ok(Came::Before(end)) => {
                let (rows, set_aside) = (end.rows, end.set_aside);
                ImportedFile { file, rows, set_aside, known: true, failed: end.failed }
            }
            Err(failure) => {
                report.errors.push(failure.reason.clone());
                let failed = Some(failure.reason);
                ImportedFile { file, rows: 0, set_aside: 0, known: false, failed }
            }
        });
    }
    report.took = began.elapsed();
    tools.observer.ended(&report);
    Ok(Imported { report, files: imported })
}
