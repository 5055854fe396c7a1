//! Which files of the folder are complete, and what their digests are. A file is complete when its
//! name is not that of an unfinished one and it has stayed as it is for a while; a file that was
//! hashed once is hashed again only after it changed.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use sha2::Digest;

use crate::post::Sha256;

/// Endings of names that programs give to files they are still writing.
const UNFINISHED: [&str; 4] = [".part", ".tmp", ".crdownload", "~"];
/// How much is read at once to be hashed, in bytes.
const CHUNK: usize = 1 << 16;

/// What changes whenever a file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// Whether a name is that of a file still being written, or hidden.
pub(super) fn is_unfinished(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with('.') || UNFINISHED.iter().any(|ending| name.ends_with(ending))
}

/// A file as it was at the last looks.
#[derive(Debug)]
struct Seen {
    stamp: Stamp,
    since: Instant,
    digest: Option<Sha256>,
    /// It could not be read, which has been said.
    unreadable: bool,
}

/// The files seen so far.
#[derive(Debug, Default)]
pub(super) struct Looks(HashMap<PathBuf, Seen>);

/// A plain file and its state.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) metadata: Metadata,
}

/// The plain files of a folder whose names are finished: no folders, no links.
pub(super) fn plain_files(folder: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if is_unfinished(&entry.file_name().to_string_lossy()) {
            continue;
        }
        // This does not follow links. A file that is gone again is no fault.
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_file() {
            found.push(Found { path: entry.path(), metadata });
        }
    }
    Ok(found)
}

impl Looks {
    /// Forgets files that are gone.
    pub(super) fn keep_only(&mut self, found: &[Found]) {
        let there: HashSet<&PathBuf> = found.iter().map(|file| &file.path).collect();
        self.0.retain(|path, _| there.contains(path));
    }

    /// Whether the file has stayed as it is for as long as `settle`.
    pub(super) fn is_settled(&mut self, file: &Found, settle: Duration) -> bool {
        let stamp = Stamp::of(&file.metadata);
        let since = self.seen(&file.path, stamp).since;
        let age = file
            .metadata
            .modified()
            .ok()
            .and_then(|modified| SystemTime::now().duration_since(modified).ok());
        // By its own time an old file is taken at the first look; by ours one from the future is
        // taken too.
        age.is_some_and(|age| age >= settle) || since.elapsed() >= settle
    }

    /// The digest of a file of this stamp, if it is known.
    pub(super) fn known(&self, path: &Path, stamp: Stamp) -> Option<Sha256> {
        self.0.get(path).filter(|seen| seen.stamp == stamp)?.digest
    }

    pub(super) fn remember(&mut self, path: &Path, stamp: Stamp, digest: Sha256) {
        self.seen(path, stamp).digest = Some(digest);
    }

    /// Notes that the file cannot be read; true the first time.
    pub(super) fn is_newly_unreadable(&mut self, path: &Path, stamp: Stamp) -> bool {
        !std::mem::replace(&mut self.seen(path, stamp).unreadable, true)
    }

    fn seen(&mut self, path: &Path, stamp: Stamp) -> &mut Seen {
        let fresh = || Seen { stamp, since: Instant::now(), digest: None, unreadable: false };
        let seen = self.0.entry(path.to_owned()).or_insert_with(fresh);
        if seen.stamp != stamp {
            *seen = fresh();
        }
        seen
    }
}

/// Opens a plain file, not following a link that may have taken its place.
pub(super) fn open(path: &Path) -> io::Result<(File, Stamp)> {
    let named = fs::symlink_metadata(path)?;
    if !named.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "bukan berkas biasa"));
    }
    let file = File::open(path)?;
    let stamp = Stamp::of(&file.metadata()?);
    if Stamp::of(&named) != stamp {
        return Err(changed());
    }
    Ok((file, stamp))
}

/// The error of a file that is not what it was.
pub(super) fn changed() -> io::Error {
    io::Error::other("berkas berubah sejak dilihat; akan dilihat lagi nanti")
}

/// The digest of a file's bytes; fails if the file changes meanwhile.
pub(super) fn digest(path: &Path) -> io::Result<(Sha256, Stamp)> {
    let (mut file, stamp) = open(path)?;
    let mut hasher = sha2::Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&chunk[..read]);
    }
    if Stamp::of(&file.metadata()?) != stamp {
        return Err(changed());
    }
    Ok((Sha256::from_bytes(hasher.finalize().into()), stamp))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_unfinished_files() {
        for (name, unfinished) in [
            ("batch.jsonl", false),
            ("batch.part.csv", false),
            (".batch.jsonl.Xy12", true),
            ("batch.jsonl.part", true),
            ("batch.csv.TMP", true),
            ("batch.csv.crdownload", true),
            ("batch.csv~", true),
        ] {
            assert_eq!(is_unfinished(name), unfinished, "{name}");
        }
    }

    #[test]
    fn a_digest_is_known_until_the_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "halo").unwrap();
        let (found, stamp) = digest(&path).unwrap();
        assert_eq!(found, Sha256::of(b"halo"));
        let mut looks = Looks::default();
        looks.remember(&path, stamp, found);
        assert_eq!(looks.known(&path, stamp), Some(found));
        fs::write(&path, "halo lagi").unwrap();
        let (_, stamp) = open(&path).unwrap();
        assert_eq!(looks.known(&path, stamp), None);
    }
}
