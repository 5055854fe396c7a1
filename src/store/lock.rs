//! The lock that keeps two daemons from sharing one database. The system frees it when the
//! process ends, however it ends, so a stale lock file locks nobody out.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::PathBuf;

use super::Settings;
use super::error::StoreError;

/// Held for as long as the daemon lives.
#[derive(Debug)]
pub struct DaemonLock {
    // Closing the file frees the lock.
    _file: File,
}

impl DaemonLock {
    /// Takes the lock `<database>.lock` and writes this process's number into it.
    ///
    /// # Errors
    /// [`StoreError::Locked`] names the file and the process that holds it.
    pub fn acquire(settings: &Settings) -> Result<Self, StoreError> {
        super::create_parent(&settings.path)?;
        let mut path = settings.path.clone().into_os_string();
        path.push(".lock");
        let path = PathBuf::from(path);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(StoreError::file(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // What it says is a help to the operator, not needed to know that it is held.
                let read = (&file).take(32).read_to_string(&mut text);
                let holder = match text.trim().parse::<u32>() {
                    Ok(pid) if read.is_ok() => format!("process {pid}"),
                    _ => "another process".to_owned(),
                };
                return Err(StoreError::Locked { path, holder });
            }
            Err(TryLockError::Error(source)) => return Err(StoreError::File { path, source }),
        }
        let write = || -> std::io::Result<()> {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{}", std::process::id())?;
            file.flush()
        };
        let mut write = write;
        write().map_err(StoreError::file(&path))?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_daemon_is_told_who_holds_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let settings = Settings { path: dir.path().join("a/waspada.db"), ..Settings::default() };
        let held = DaemonLock::acquire(&settings).unwrap();
        let error = DaemonLock::acquire(&settings).unwrap_err().to_string();
        assert!(error.contains("waspada.db.lock"), "{error}");
        assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
        drop(held);
        DaemonLock::acquire(&settings).unwrap();
    }
}
