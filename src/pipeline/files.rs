//! A visit to a folder: every complete file, page by page. A file is finished only after its last
//! page is stored; one that cannot be read does not stop the others.

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::post::Sha256;
use crate::sources::{Cursor, Door, FileEnd, FileError, FilePage, FileSource, WaitingFile};
use crate::store::{CaptureRecord, FileDone, Grounds};

use super::report::SourceReport;
use super::visit::{Arrived, Ended, Failure, Tools, Watched, store_page};

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
    let mut failed = None;
    for file in source.waiting()? {
        match read(tools, watched, source, &file, report, stop) {
            Ok(true) => {}
            Ok(false) => return Ok(Ended { unfinished: true, ..Ended::default() }),
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

/// Reads one file to its end; false when told to stop before.
fn read(
    tools: &Tools,
    watched: &Watched,
    source: &dyn FileSource,
    file: &WaitingFile,
    report: &mut SourceReport,
    stop: &CancellationToken,
) -> Result<bool, Failure> {
    let name = &*watched.name;
    if let Some(done) = tools.store.file_known(name, &file.sha256)? {
        // Dropped again, or a crash came between the last page and the move.
        let end = FileEnd { rows: done.rows, set_aside: done.set_aside, failed: done.failed };
        source.finish(file, &end)?;
        return Ok(true);
    }
    let cursor = tools.store.cursor(name)?.map(Cursor);
    for page in source.pages(file, cursor.as_ref())? {
        if stop.is_cancelled() {
            return Ok(false);
        }
        let FilePage { page, bytes, address, end } = page?;
        let file_done = end.as_ref().map(|end| FileDone {
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
            headers: Vec::new(),
            sha256: Sha256::of(&bytes),
            body: bytes,
            grounds: Grounds { rules: None, legal_basis: watched.legal_basis.clone() },
        });
        let adapter = source.adapter();
        let arrived = Arrived { adapter, page, capture, validators: None, file_done };
        store_page(tools, name, arrived, report)?;
        if let Some(end) = end {
            if let Some(reason) = &end.failed {
                report.errors.push(format!("{}: {reason}", file.path.display()));
            }
            source.finish(file, &end)?;
        }
    }
    Ok(true)
}
