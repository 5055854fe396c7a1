//! Writing a rule file whole or not at all, so that neither a crash nor a daemon that looks at the
//! folder in the same moment ever sees half a file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::super::Failure;

/// Puts `text` in place of the file `name` of the rule folder.
pub(super) fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let written = folder.join(name);
    replace(&written, text).map_err(|error| {
        Failure::Impossible(format!(
            "{}: tidak dapat ditulis: {error}; berkas lama tidak berubah",
            written.display()
        ))
    })
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    // A link stays a link: what it points at is written.
    let path = fs::canonicalize(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // The reader of rule folders passes over names that begin with a dot.
    let aside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let write = || -> io::Result<()> {
        let mut file = File::create(&aside)?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(fs::metadata(&path)?.permissions())?;
        file.sync_all()?;
        fs::rename(&aside, &path)
    };
    write().inspect_err(|_| {
        // The write already failed; what was left aside is never read as a rule file.
        let _ = fs::remove_file(&aside);
    })
}
