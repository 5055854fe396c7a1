//! The files of a rule set, read all at once: those compiled into the program, or a folder's.
//! Nothing is interpreted here; the version is the hash over names and texts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::lists::entries;
use crate::post::Sha256;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// The files of a rule set by their path within it, `/` between folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleFiles {
    texts: BTreeMap<String, String>,
    /// The model of the second reader, the one file that is not text.
    model: Option<Vec<u8>>,
}

/// Where the model of the second reader stands.
pub const MODEL_FILE: &str = "model/pembaca.bin";

/// A rule folder that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the rule files at {path} cannot be read: {source}")]
pub struct ReadError {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    pub source: std::io::Error,
}

impl RuleFiles {
    /// The rule set compiled into the program.
    pub fn embedded() -> Self {
        fn walk(dir: &Dir<'_>, into: &mut BTreeMap<String, String>) {
            for file in dir.files().filter(|file| is_rule_file(file.path())) {
                if let Some(text) = file.contents_utf8() {
                    into.insert(name_of(file.path()), text.to_owned());
                }
            }
            dir.dirs().for_each(|dir| walk(dir, into));
        }
        let mut files = BTreeMap::new();
        walk(&EMBEDDED, &mut files);
        let model = EMBEDDED.get_file(MODEL_FILE).map(|file| file.contents().to_vec());
        Self { texts: files, model }
    }

    /// Reads every `.toml` and `.txt` file below a folder, and the model if there is one.
    pub fn read(folder: &Path) -> Result<Self, ReadError> {
        fn walk(
            root: &Path,
            dir: &Path,
            into: &mut BTreeMap<String, String>,
        ) -> Result<(), ReadError> {
            let fail = |path: &Path| {
                let path = path.to_owned();
                move |source| ReadError { path, source }
            };
            for entry in std::fs::read_dir(dir).map_err(fail(dir))? {
                let path = entry.map_err(fail(dir))?.path();
                if path.is_dir() {
                    walk(root, &path, into)?;
                } else if is_rule_file(&path) {
                    let text = std::fs::read_to_string(&path).map_err(fail(&path))?;
                    into.insert(name_of(path.strip_prefix(root).unwrap_or(&path)), text);
                }
            }
            Ok(())
        }
        let mut files = BTreeMap::new();
        walk(folder, folder, &mut files)?;
        let path = folder.join(MODEL_FILE);
        let model = match std::fs::read(&path) {
            Ok(model) => Some(model),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(source) => return Err(ReadError { path, source }),
        };
        Ok(Self { texts: files, model })
    }

    /// Puts a file in, or in place of the one of this name.
    pub fn set(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.texts.insert(name.into(), text.into());
    }

    /// Whether one of the files has not a single byte.
    pub fn holds_an_empty_file(&self) -> bool {
        self.texts.values().any(String::is_empty)
    }

    /// The text of a file.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// The lines of a word file that are neither empty nor comments.
    pub fn entries(&self, name: &str) -> impl Iterator<Item = &str> {
        self.text(name).into_iter().flat_map(entries)
    }

    /// Name and text of the files whose name passes, in order of name.
    pub fn select(&self, passes: impl Fn(&str) -> bool) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .filter(move |(name, _)| passes(name))
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// As [`Self::select`], but with the files of `local/` last, so that what they say holds.
    pub(super) fn shipped_then_local(
        &self,
        passes: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = (&str, &str)> {
        let (shipped, local): (Vec<_>, Vec<_>) =
            self.select(passes).partition(|(name, _)| !name.starts_with("local/"));
        shipped.into_iter().chain(local)
    }

    /// Where a table of `registry/` is read from: `local/` has its own, or the shipped one holds.
    pub(super) fn registry_file(&self, table: &str) -> String {
        let local = format!("local/registry/{table}");
        self.text(&local).map_or_else(|| format!("registry/{table}"), |_| local)
    }

    /// The model of the second reader, if there is one.
    pub fn model(&self) -> Option<&[u8]> {
        self.model.as_deref()
    }

    /// Puts a model in, or takes it away.
    pub fn set_model(&mut self, model: Option<Vec<u8>>) {
        self.model = model;
    }

    /// 12 hexadecimal digits of the SHA-256 over all names and contents.
    pub fn version(&self) -> String {
        let mut all = Vec::new();
        let texts = self.texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes()));
        for (name, contents) in texts.chain(self.model().map(|model| (MODEL_FILE, model))) {
            for part in [name.as_bytes(), contents] {
                all.extend_from_slice(&(part.len() as u64).to_le_bytes());
                all.extend_from_slice(part);
            }
        }
        Sha256::of(&all).to_string()[..12].to_owned()
    }
}

fn is_rule_file(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    !hidden && path.extension().is_some_and(|ending| ending == "toml" || ending == "txt")
}

fn name_of(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
