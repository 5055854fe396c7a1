//! Writing a rule file, and saying what went wrong.

use std::path::Path;

use super::super::Failure;
use crate::pipeline::replace_rule_file;

/// Puts `text` in place of the file `name` of the rule folder.
pub(super) fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let written = folder.join(name);
    replace_rule_file(&written, text).map_err(|error| {
        Failure::Impossible(format!(
            "{}: tidak dapat ditulis: {error}; berkas lama tidak berubah",
            written.display()
        ))
    })
}
