//! Puts a finished file away: `done/` or `failed/`, with a list of what was set aside and the
//! reason of a failure beside it. What lies there already is never written over by other bytes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::pages::name;
use super::{FilePages, settle};
use crate::post::Sha256;
use crate::sources::{FileEnd, FileError, WaitingFile};

const DONE: &str = "done";
const FAILED: &str = "failed";

/// Moves the file and writes what belongs beside it. `again` reads the file once more where rows
/// of it were set aside: which ones is too much to remember, and forgotten in a crash.
pub(super) fn put_away(
    folder: &Path,
    file: &WaitingFile,
    end: &FileEnd,
    again: impl FnOnce() -> Result<FilePages, FileError>,
) -> Result<(), FileError> {
    let WaitingFile { path, sha256 } = file;
    let target = folder.join(if end.failed.is_some() { FAILED } else { DONE });
    fs::create_dir_all(&target).map_err(at(&target))?;
    let place = free_place(&target, &name(path), *sha256).map_err(at(&target))?;
    // Written before the move: once the file is gone nobody comes back to write them.
    if end.set_aside > 0 {
        write_beside(&place, "set-aside.txt", |out| {
            for page in again().map_err(io::Error::other)? {
                for item in page.map_err(io::Error::other)?.page.set_aside {
                    writeln!(out, "{}: {}", item.place, item.reason)?;
                }
            }
            Ok(())
        })?;
    }
    if let Some(reason) = &end.failed {
        write_beside(&place, "reason.txt", |out| {
            writeln!(out, "{reason}")?;
            writeln!(out, "baris: {}, disisihkan: {}", end.rows, end.set_aside)?;
            writeln!(out, "sha256: {sha256}")
        })?;
    }
    match fs::rename(path, &place) {
        // Moved before, by us or by a person.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        moved => moved.map_err(at(path)),
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    |source| FileError { path, source }
}

/// Where a file of this name can lie without taking the place of another.
fn free_place(target: &Path, name: &str, sha256: Sha256) -> io::Result<PathBuf> {
    let digits = sha256.to_string();
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let candidates =
        [name.to_owned(), format!("{stem}-{}{ending}", &digits[..8])].map(|name| target.join(name));
    for place in candidates {
        match fs::symlink_metadata(&place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(place),
            Err(error) => return Err(error),
            // The very same bytes may take each other's place.
            Ok(metadata) if metadata.is_file() && settle::digest(&place)?.0 == sha256 => {
                return Ok(place);
            }
            Ok(_) => {}
        }
    }
    Ok(target.join(format!("{stem}-{digits}{ending}")))
}

/// Writes `<name>.<ending>`, whole or not at all.
fn write_beside(
    place: &Path,
    ending: &str,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), FileError> {
    let beside = |prefix: &str, suffix: &str| {
        place.with_file_name(format!("{prefix}{}.{ending}{suffix}", name(place)))
    };
    let (unfinished, finished) = (beside(".", ".tmp"), beside("", ""));
    let write = || -> io::Result<()> {
        let mut out = BufWriter::new(File::create(&unfinished)?);
        write(&mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&unfinished, &finished)
    };
    write().map_err(at(&finished))
}
