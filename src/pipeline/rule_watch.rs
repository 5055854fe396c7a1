//! Notices that rule files or a certificate were changed. Half-written files never load: a change
//! counts once they have stayed as they are for a settle time.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often the folder is looked at; a change that is still there at the next look has settled.
pub(super) const SETTLE: Duration = Duration::from_secs(2);

/// Names, sizes and times of the files in a folder.
type Look = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// What was loaded, and what was seen last.
#[derive(Debug, Default)]
struct Settling {
    loaded: Option<Look>,
    seen: Option<Look>,
}

impl Settling {
    fn loaded(&mut self, now: Option<Look>) {
        self.loaded = now;
        self.seen.clone_from(&self.loaded);
    }

    /// Whether this is another look than what was loaded, and the same as last time.
    fn has_settled(&mut self, now: Option<Look>) -> bool {
        let settled = now != self.loaded && now == self.seen;
        self.seen = now;
        if settled {
            self.loaded.clone_from(&self.seen);
        }
        settled
    }
}

/// Watches one rule folder.
#[derive(Debug, Default)]
pub(super) struct RuleWatch(Settling);

impl RuleWatch {
    /// Takes what stands in the folder now as loaded.
    pub(super) fn loaded(&mut self, folder: Option<&Path>) {
        self.0.loaded(folder.map(look));
    }

    /// Whether the folder has changed since it was loaded, and not since the last look.
    pub(super) fn has_settled(&mut self, folder: Option<&Path>) -> bool {
        self.0.has_settled(folder.map(look))
    }
}

/// Watches a few files.
#[derive(Debug, Default)]
pub(super) struct FileWatch(Settling);

impl FileWatch {
    /// Takes the files as they are now as loaded.
    pub(super) fn loaded(&mut self, files: &[&Path]) {
        self.0.loaded(Some(files.iter().filter_map(|file| seen(file)).collect()));
    }

    /// Whether they have changed since they were loaded, and not since the last look.
    pub(super) fn have_settled(&mut self, files: &[&Path]) -> bool {
        self.0.has_settled(Some(files.iter().filter_map(|file| seen(file)).collect()))
    }
}

fn seen(file: &Path) -> Option<(PathBuf, u64, Option<SystemTime>)> {
    // Links are followed: a renewal often changes where one leads.
    let metadata = std::fs::metadata(file).ok()?;
    Some((file.to_owned(), metadata.len(), metadata.modified().ok()))
}

/// What stands in a folder; what cannot be read is left out, and is a change when it can be.
fn look(folder: &Path) -> Look {
    let mut found = Look::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => folders.push(path),
                Ok(metadata) => found.push((path, metadata.len(), metadata.modified().ok())),
                Err(_) => {}
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_once_and_only_when_it_has_settled() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Some(dir.path());
        std::fs::write(dir.path().join("a.toml"), "1").unwrap();
        let mut watch = RuleWatch::default();
        watch.loaded(folder);
        assert!(!watch.has_settled(folder), "nothing changed");
        std::fs::write(dir.path().join("a.toml"), "12").unwrap();
        assert!(!watch.has_settled(folder), "just seen");
        std::fs::write(dir.path().join("a.toml"), "123").unwrap();
        assert!(!watch.has_settled(folder), "still being written");
        assert!(watch.has_settled(folder), "as it was at the last look");
        assert!(!watch.has_settled(folder), "once");
        std::fs::remove_file(dir.path().join("a.toml")).unwrap();
        assert!(!watch.has_settled(folder));
        assert!(watch.has_settled(folder), "a file that went is a change");
    }
}
