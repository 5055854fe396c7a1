//! A visit to a folder: every complete file, page by page. A file is finished only after its last
//! page is stored; one that cannot be read does not stop the others.

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::post::Sha256;
use crate::sources::{
    Cursor, Door, FileEnd, FileError, FilePage, FileSource, Pseudonyms, Terms, WaitingFile,
    shown_path,
};
use crate::store::{CaptureRecord, FileDone, Grounds, Store, StoreError};

use super::report::SourceReport;
use super::visit::{Arrived, Ended, Failure, MANNER, Tools, Watched, store_page};

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::new("io", error)
    }
}

pub(super) async fn visit(
    tools: &Tools,
    watched: &Watched,
    report: &mut SourceReport,
    stop: &CancellationToken,
) -> Result<Ended, Failure> {
    let (tools, watched, stop) = (tools.clone(), watched.clone(), stop.clone());
    let mut so_far = report.clone();
    let visit = tokio::task::spawn_blocking(move || {
        let ended = match &*watched.door {
            Door::Files(source) => walk(&tools, &watched, source.as_ref(), &mut so_far, &stop),
            Door::Web(_) | Door::Stream(_) => Ok(Ended::default()),
        };
        (ended, so_far)
    });
    match visit.await {
        Ok((ended, so_far)) => {
            *report = so_far;
            ended
        }
        Err(panicked) => Err(Failure::new("io", panicked)),
    }
}

fn walk(
    tools: &Tools,
    watched: &Watched,
    source: &dyn FileSource,
    report: &mut SourceReport,
    stop: &CancellationToken,
) -> Result<Ended, Failure> {
    let terms = terms(&tools.store, watched.legal_basis.clone())?;
    let mut failed = None;
    for file in source.waiting()? {
        match read(tools, &watched.name, source, (&terms, Known::Done), &file, report, stop) {
            Ok(Came::ToEnd(_) | Came::Before(_)) => {}
            Ok(Came::Stopped) => return Ok(Ended { unfinished: true, ..Ended::default() }),
            // The database is the same for all files; a file is not.
            Err(failure) if failure.kind == "store" => return Err(failure),
            Err(failure) => {
                if let Some(Failure { reason, .. }) = failed.replace(failure) {
                    report.errors.push(reason);
                }
            }
        }
    }
    failed.map_or(Ok(Ended::default()), Err)
}

/// On what terms the files of a source are read.
pub(super) fn terms(store: &Store, legal_basis: Option<String>) -> Result<Terms, StoreError> {
    let pseudonyms = Pseudonyms::new(store.bystander_key()?);
    let legal_basis = legal_basis.filter(|basis| !basis.trim().is_empty());
    Ok(Terms { pseudonyms, legal_basis })
}

/// How the reading of a file came out.
pub(super) enum Came {
    /// It was read to its end.
    ToEnd(FileEnd),
    /// The same bytes had been read before.
    Before(FileEnd),
    /// Told to stop between two pages.
    Stopped,
}

/// How a file that was read before is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It is done with.
    Done,
    /// One that was of no use as a whole is tried again: the program or the question may be another.
    TryFailed,
}

/// Reads one file to its end, from where an earlier reading was broken off.
pub(super) fn read(
    tools: &Tools,
    name: &str,
    source: &dyn FileSource,
    (terms, known): (&Terms, Known),
    file: &WaitingFile,
    report: &mut SourceReport,
    stop: &CancellationToken,
) -> Result<Came, Failure> {
    let is_done = |done: &FileDone| {
        known == Known::Done || done.failed.is_none() || done.rows > done.set_aside
    };
    if let Some(done) = tools.store.file_known(name, &file.sha256)?.filter(is_done) {
        // Dropped again, or a crash came between the last page and the move.
        let FileDone { rows, set_aside, failed, .. } = done;
        let end = FileEnd { rows, set_aside, failed, refused: false };
        source.finish(file, &end)?;
        return Ok(Came::Before(end));
    }
    let cursor = tools.store.cursor(name)?.map(Cursor);
    let mut ended = FileEnd::default();
    for page in source.pages(file, cursor.as_ref(), terms)? {
        if stop.is_cancelled() {
            return Ok(Came::Stopped);
        }
        let FilePage { page, bytes, manner, address, end } = page?;
        let file_done = end.as_ref().filter(|end| !end.refused).map(|end| FileDone {
            sha256: file.sha256,
            name: file.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            rows: end.rows,
            set_aside: end.set_aside,
            failed: end.failed.clone(),
        });
        let capture = (!bytes.is_empty()).then(|| CaptureRecord {
            url: address.clone(),
            final_url: address,
            status: None,
            fetched_at: Timestamp::now(),
            headers: vec![(MANNER.to_owned(), manner)],
            sha256: Sha256::of(&bytes),
            body: bytes,
            grounds: Grounds { rules: None, legal_basis: terms.legal_basis.clone() },
        });
        let adapter = source.adapter();
        let arrived = Arrived { adapter, page, capture, validators: None, file_done };
        store_page(tools, name, arrived, report)?;
        if let Some(end) = end {
            if let Some(reason) = &end.failed {
                report.errors.push(format!("{}: {reason}", shown_path(&file.path)));
            }
            source.finish(file, &end)?;
            ended = end;
        }
    }
    Ok(Came::ToEnd(ended))
}
