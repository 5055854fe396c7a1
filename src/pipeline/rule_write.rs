//! Writing a rule file whole or not at all, so that neither a crash nor a daemon that looks at the
//! folder in the same moment ever sees half a file.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Puts `text` in place of a file that is there; a link stays a link: what it points at is written.
///
/// # Errors
/// It cannot be written; the file is as it was.
pub fn replace_rule_file(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let written = Aside::write(&path, text, Some(fs::metadata(&path)?.permissions()))?;
    fs::rename(&written.0, &path)
}

/// Puts `text` in place of the file `name` of a rule folder, or makes it.
///
/// # Errors
/// It cannot be written; what was there is as it was.
pub fn put_rule_file(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let path = folder.join(name);
    match fs::symlink_metadata(&path) {
        Ok(_) => replace_rule_file(&path, text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            NewRuleFile::write(folder, name, text)?.place()
        }
        Err(error) => Err(error),
    }
}

/// A file beside the one it is to become. The reader of rule folders passes over names that begin
/// with a dot; what never became a rule file goes again.
#[derive(Debug)]
struct Aside(PathBuf);

impl Aside {
    fn write(path: &Path, text: &str, permissions: Option<Permissions>) -> io::Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let aside = Self(path.with_file_name(format!(".{name}.{}.tmp", std::process::id())));
        let mut file = File::create(&aside.0)?;
        file.write_all(text.as_bytes())?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.sync_all()?;
        Ok(aside)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // After a rename there is nothing to remove.
        let _ = fs::remove_file(&self.0);
    }
}

/// A new rule file, written aside and not yet among the rules.
#[derive(Debug)]
pub struct NewRuleFile {
    aside: Aside,
    path: PathBuf,
}

impl NewRuleFile {
    /// Writes it aside, making the folder it is to stand in.
    ///
    /// # Errors
    /// It cannot be written, or there is a file of this name: nothing is overwritten.
    pub fn write(folder: &Path, name: &str, text: &str) -> io::Result<Self> {
        let path = folder.join(name);
        if let Some(parent) = path.parent().filter(|_| folder.is_dir()) {
            // That a file stands in the folder's place is not that the rule file is there.
            fs::create_dir_all(parent).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => io::ErrorKind::NotADirectory.into(),
                _ => error,
            })?;
        }
        not_there(&path)?;
        Ok(Self { aside: Aside::write(&path, text, None)?, path })
    }

    /// Puts it among the rules.
    ///
    /// # Errors
    /// It cannot be, or somebody put a file of this name there meanwhile.
    pub fn place(&self) -> io::Result<()> {
        not_there(&self.path)?;
        fs::rename(&self.aside.0, &self.path)
    }

    /// Takes it out again, when what was to be written with it was not.
    pub fn take_back(&self) {
        // It may never have been placed; then what stands there, if anything, is somebody else's.
        if !self.aside.0.exists() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn not_there(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_file_is_placed_whole_or_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let local = dir.path().join("local");
        drop(NewRuleFile::write(dir.path(), "local/a.toml", "x").unwrap());
        assert_eq!(names(&local), [""; 0], "never placed");

        let file = NewRuleFile::write(dir.path(), "local/a.toml", "x").unwrap();
        file.place().unwrap();
        assert_eq!(fs::read_to_string(local.join("a.toml")).unwrap(), "x");
        file.take_back();
        drop(file);
        assert_eq!(names(&local), [""; 0], "taken back");

        let file = NewRuleFile::write(dir.path(), "local/a.toml", "x").unwrap();
        fs::write(local.join("a.toml"), "mine").unwrap();
        assert_eq!(file.place().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        file.take_back();
        drop(file);
        assert!(NewRuleFile::write(dir.path(), "local/a.toml", "x").is_err());
        assert_eq!(names(&local), ["a.toml"]);
        assert_eq!(fs::read_to_string(local.join("a.toml")).unwrap(), "mine");
    }

    #[test]
    fn a_folder_that_is_not_there_is_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("aturan");
        assert!(NewRuleFile::write(&folder, "local/a.toml", "x").is_err());
        assert!(!folder.exists());
    }
}
