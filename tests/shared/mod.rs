//! The folder of real answers and labelled posts that the project measures itself on, and must do
//! without: `WASPADA_SHARED`, or `../shared` beside the checkout.
#![allow(clippy::print_stderr, reason = "a test that skips says so")]

use std::path::{Path, PathBuf};

/// A file or folder in it; where it is absent, that is said.
pub fn shared(below: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("WASPADA_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = folder.join(below);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent (set WASPADA_SHARED)", path.display());
    None
}
