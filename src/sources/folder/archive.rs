//! A ZIP of exports. What it claims is bounded: the number of its files, their size, alone and
//! together. What each file really holds is bounded too, and how far it expands. No links, no
//! paths outside, no archive within an archive; nothing of it is written under a name.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::sources::exports::titles;

/// Files an archive may hold.
const MOST_FILES: usize = 2_000;
/// Bytes one file of it may expand to.
const LARGEST: u64 = 4 << 30;
/// Bytes all of it may claim to expand to.
const MOST_BYTES: u64 = 8 << 30;
/// How many times larger than its compressed bytes a file may be, from [`SMALL`] bytes on.
const RATIO: u64 = 200;
/// A file up to this size may be as repetitive as it likes.
const SMALL: u64 = 1 << 20;
/// How a ZIP begins, with files or without.
const BEGINNINGS: [&[u8; 4]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// What the record at the end of a ZIP begins with, its older form and the larger one.
const END: &[u8; 4] = b"PK\x05\x06";
const LARGER_END: &[u8; 4] = b"PK\x06\x06";
/// How far from its end that record can begin: two records and the longest comment.
const END_WITHIN: u64 = (1 << 16) + 256;

/// An archive within the limits, as far as it says.
pub(super) struct Archive {
    zip: ZipArchive<File>,
    files: Vec<Entry>,
    /// Why the file taken out last is not whole, if so.
    fault: Option<String>,
}

struct Entry {
    index: usize,
    name: PathBuf,
}

impl Archive {
    pub(super) fn is_one(file: &File) -> io::Result<bool> {
        let mut head = Vec::new();
        let mut from_start = file.try_clone()?;
        from_start.rewind()?;
        from_start.take(4).read_to_end(&mut head)?;
        Ok(BEGINNINGS.iter().any(|beginning| head == beginning.as_slice()))
    }

    /// Reads what the archive says it holds; the inner error says why it is refused.
    pub(super) fn open(file: File) -> io::Result<Result<Self, String>> {
        // Before anything is read into memory for each of them.
        let claimed = claimed_files(&file)?;
        if claimed > MOST_FILES {
            return Ok(Err(format!("arsip berisi {claimed} berkas; paling banyak {MOST_FILES}")));
        }
        let mut zip = match ZipArchive::new(file) {
            Ok(zip) => zip,
            Err(ZipError::Io(error)) if error.kind() != io::ErrorKind::UnexpectedEof => {
                return Err(error);
            }
            Err(error) => return Ok(Err(damaged(&error))),
        };
        let mut files = Vec::new();
        let mut total = 0_u64;
        for index in 0..zip.len() {
            let entry = match zip.by_index_raw(index) {
                Ok(entry) => entry,
                Err(ZipError::Io(error)) if error.kind() != io::ErrorKind::UnexpectedEof => {
                    return Err(error);
                }
                Err(error) => return Ok(Err(damaged(&error))),
            };
            let shown = titles::shown(Path::new(&*String::from_utf8_lossy(entry.name_raw())));
            let Some(name) = entry.enclosed_name() else {
                return Ok(Err(format!("`{shown}` di dalam arsip menunjuk ke luar arsip")));
            };
            if entry.is_symlink() {
                return Ok(Err(format!("`{shown}` di dalam arsip adalah tautan")));
            }
            if entry.is_dir() {
                continue;
            }
            if entry.encrypted() {
                return Ok(Err(format!("`{shown}` di dalam arsip bersandi; buka dulu sandinya")));
            }
            let (size, compressed) = (entry.size(), entry.compressed_size());
            total = total.saturating_add(size);
            if let Err(reason) = within_limits(size, compressed, total) {
                return Ok(Err(format!("`{shown}` di dalam arsip {reason}")));
            }
            files.push(Entry { index, name });
        }
        Ok(Ok(Self { zip, files, fault: None }))
    }

    pub(super) fn count(&self) -> usize {
        self.files.len()
    }

    pub(super) fn name(&self, at: usize) -> &Path {
        self.files.get(at).map_or(Path::new(""), |entry| &entry.name)
    }

    /// Why the file taken out last is not whole, if so.
    pub(super) fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Takes a file out; what it says of its size is not believed.
    pub(super) fn take_out(&mut self, at: usize) -> io::Result<Result<File, String>> {
        self.fault = None;
        let Some(entry) = self.files.get(at) else { return Ok(Err("tidak ada di arsip".into())) };
        let mut entry = match self.zip.by_index(entry.index) {
            Ok(entry) => entry,
            Err(error) => return Ok(Err(damaged(&error))),
        };
        let most = LARGEST.min(SMALL.max(entry.compressed_size().saturating_mul(RATIO)));
        let mut out = tempfile::tempfile()?;
        let mut chunk = vec![0; 1 << 16];
        let mut taken = 0_u64;
        loop {
            let read = match entry.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // What stands before the fault is whole and worth reading.
                Err(error) if taken > 0 => {
                    self.fault =
                        Some(format!("rusak di dalam arsip setelah {taken} byte: {error}"));
                    break;
                }
                Err(error) => return Ok(Err(format!("rusak di dalam arsip: {error}"))),
            };
            taken += read as u64;
            if taken > most {
                return Ok(Err(format!("mengembang melebihi {most} byte; ditolak")));
            }
            out.write_all(&chunk[..read])?;
        }
        out.rewind()?;
        if Self::is_one(&out)? {
            return Ok(Err("arsip di dalam arsip; buka dulu, lalu serahkan isinya".into()));
        }
        Ok(Ok(out))
    }
}

/// How many files the archive says it holds, whichever of its records says most.
fn claimed_files(file: &File) -> io::Result<usize> {
    let mut file = file.try_clone()?;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(END_WITHIN)))?;
    let mut tail = Vec::new();
    file.take(END_WITHIN).read_to_end(&mut tail)?;
    let claims = (0..tail.len()).filter_map(|at| {
        let record = tail.get(at..)?;
        if record.starts_with(END) {
            // 0xffff says that the larger record tells.
            let claim = u16::from_le_bytes(record.get(10..12)?.try_into().ok()?);
            (claim < u16::MAX).then(|| usize::from(claim))
        } else if record.starts_with(LARGER_END) {
            let claim = u64::from_le_bytes(record.get(32..40)?.try_into().ok()?);
            Some(usize::try_from(claim).unwrap_or(usize::MAX))
        } else {
            None
        }
    });
    Ok(claims.max().unwrap_or(0))
}

fn within_limits(size: u64, compressed: u64, total: u64) -> Result<(), String> {
    if size > LARGEST {
        return Err(format!("sebesar {size} byte; paling besar {LARGEST} byte"));
    }
    if total > MOST_BYTES {
        return Err(format!("membuat isi arsip melebihi {MOST_BYTES} byte"));
    }
    if size > SMALL && size / RATIO > compressed {
        return Err(format!("mengembang lebih dari {RATIO} kali; ditolak sebagai bom arsip"));
    }
    Ok(())
}

fn damaged(error: &ZipError) -> String {
    format!("arsip rusak atau tidak didukung: {error}")
}
