//! The evidence folder: the bytes of each capture, compressed, in a file named by their SHA-256.
//! A file is whole or not there: it is written aside, flushed to the disk, then renamed.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::post::Sha256;

use super::error::StoreError;

const LEVEL: i32 = 9;

/// The evidence folder.
pub(super) struct Captures {
    folder: PathBuf,
}

impl Captures {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The file of the capture with this digest: two digits of it name a folder.
    pub(super) fn path(&self, sha256: &Sha256) -> PathBuf {
        let name = sha256.to_string();
        self.folder.join(&name[..2]).join(format!("{name}.zst"))
    }

    /// Keeps these bytes. Once this returns, they are on the disk.
    pub(super) fn put(&self, sha256: &Sha256, bytes: &[u8]) -> Result<(), StoreError> {
        let found = Sha256::of(bytes);
        if found != *sha256 {
            return Err(StoreError::CaptureHash { named: *sha256, found });
        }
        let path = self.path(sha256);
        if path.exists() {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).map_err(StoreError::file(folder))?;
        // Two processes may keep the same bytes at once; each writes its own file aside.
        let aside = path.with_extension(format!("{}.part", std::process::id()));
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&aside)?;
            file.write_all(&zstd::encode_all(bytes, LEVEL)?)?;
            file.sync_all()?;
            fs::rename(&aside, &path)?;
            File::open(folder)?.sync_all()
        };
        write().map_err(|source| {
            // The write already failed; a file left aside is found by `evidence verify`.
            let _ = fs::remove_file(&aside);
            StoreError::File { path: path.clone(), source }
        })
    }

    /// The bytes with this digest, checked against it. `limit` bounds what a tampered file may
    /// expand to.
    pub(super) fn get(&self, sha256: &Sha256, limit: u64) -> Result<Vec<u8>, StoreError> {
        let path = self.path(sha256);
        let read = || -> std::io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            let decoder = zstd::Decoder::new(File::open(&path)?)?;
            decoder.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = read().map_err(StoreError::file(&path))?;
        let found = Sha256::of(&bytes);
        if found != *sha256 {
            return Err(StoreError::CaptureHash { named: *sha256, found });
        }
        Ok(bytes)
    }

    /// Removes the file; that it is gone already is no error.
    pub(super) fn remove(&self, sha256: &Sha256) -> Result<(), StoreError> {
        let path = self.path(sha256);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::File { path, source: error })
            }
            _ => Ok(()),
        }
    }

    /// Every file of the folder, with the digest its name promises where it promises one.
    pub(super) fn files(&self) -> Result<Vec<(PathBuf, Option<Sha256>)>, StoreError> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            let entries = match fs::read_dir(&folder) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                entries => entries.map_err(StoreError::file(&folder))?,
            };
            for entry in entries {
                let entry = entry.map_err(StoreError::file(&folder))?;
                let path = entry.path();
                if entry.file_type().map_err(StoreError::file(&path))?.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.file_name().and_then(|name| name.to_str());
                let digest = name.and_then(|name| name.strip_suffix(".zst")?.parse().ok());
                found.push((path, digest));
            }
        }
        found.sort();
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_they_were_and_altered_ones_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let captures = Captures::new(dir.path());
        let bytes = b"halaman".repeat(100);
        let sha256 = Sha256::of(&bytes);
        captures.put(&sha256, &bytes).unwrap();
        captures.put(&sha256, &bytes).unwrap();
        assert_eq!(captures.get(&sha256, 700).unwrap(), bytes);
        assert_eq!(captures.files().unwrap(), [(captures.path(&sha256), Some(sha256))]);

        fs::write(captures.path(&sha256), zstd::encode_all(&b"lain"[..], 1).unwrap()).unwrap();
        assert!(matches!(captures.get(&sha256, 700), Err(StoreError::CaptureHash { .. })));
        assert!(matches!(captures.put(&sha256, b"lain"), Err(StoreError::CaptureHash { .. })));
        captures.remove(&sha256).unwrap();
        captures.remove(&sha256).unwrap();
        assert!(matches!(captures.get(&sha256, 700), Err(StoreError::File { .. })));
    }

    #[test]
    fn a_file_that_would_expand_without_end_is_cut_off() {
        let dir = tempfile::tempdir().unwrap();
        let captures = Captures::new(dir.path());
        let sha256 = Sha256::of(b"kecil");
        captures.put(&sha256, b"kecil").unwrap();
        let bomb = zstd::encode_all(&vec![0_u8; 10 << 20][..], 1).unwrap();
        fs::write(captures.path(&sha256), bomb).unwrap();
        assert!(matches!(captures.get(&sha256, 5), Err(StoreError::CaptureHash { .. })));
    }
}
