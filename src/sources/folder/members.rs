//! What a handed-in file holds: itself, or the files of an archive, each taken out into a file
//! without a name that is gone when it has been read.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::archive::Archive;

/// The files to read, in order.
pub(super) enum Members {
    /// The file itself.
    Alone { file: File, name: PathBuf },
    /// Those of an archive.
    Archive(Archive),
}

impl Members {
    /// What the file holds; the inner error says why an archive is refused.
    pub(super) fn of(file: File, path: &Path) -> io::Result<Result<Self, String>> {
        if Archive::is_one(&file)? {
            return Ok(Archive::open(file)?.map(Self::Archive));
        }
        let name = PathBuf::from(path.file_name().unwrap_or_default());
        Ok(Ok(Self::Alone { file, name }))
    }

    pub(super) fn count(&self) -> usize {
        match self {
            Self::Alone { .. } => 1,
            Self::Archive(archive) => archive.count(),
        }
    }

    pub(super) fn is_archive(&self) -> bool {
        matches!(self, Self::Archive(_))
    }

    /// The name of a member, within its archive if it is in one.
    pub(super) fn name(&self, at: usize) -> &Path {
        match self {
            Self::Alone { name, .. } => name,
            Self::Archive(archive) => archive.name(at),
        }
    }

    /// Why the member opened last is not whole, if so.
    pub(super) fn fault(&self) -> Option<&str> {
        match self {
            Self::Alone { .. } => None,
            Self::Archive(archive) => archive.fault(),
        }
    }

    /// A member to read; the inner error says why it cannot be taken out.
    pub(super) fn open(&mut self, at: usize) -> io::Result<Result<File, String>> {
        match self {
            Self::Alone { file, .. } => file.try_clone().map(Ok),
            Self::Archive(archive) => archive.take_out(at),
        }
    }
}
