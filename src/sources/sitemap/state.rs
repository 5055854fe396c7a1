//! What a sitemap's cursor holds: the files still to read, the pages still to fetch, and which page
//! was read in which state. It stays small for any site, since it is written with every page.

use std::collections::{BTreeMap, HashSet, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::file::{Entry, File};
use crate::sources::site::seen::{Mark, Seen};
use crate::sources::site::trail::{Stop, Trail};
use crate::sources::{Cursor, SetAside};

/// Marks kept of all files together; what is older than those kept is known by its date alone.
const MOST_MARKS: usize = 20_000;
/// Marks kept of one file at least.
const LEAST_MARKS: usize = 200;
/// Addresses without a date that are followed in one file.
const MOST_UNDATED: usize = 5_000;
/// Files of an index that are followed: the newest.
const MOST_FILES: usize = 500;

/// Where the reading of a site stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    /// The file this is about: a source may be given another address.
    root: Url,
    /// Whether that file is an index of others.
    #[serde(default)]
    is_index: bool,
    /// What is known of each file.
    #[serde(default)]
    files: BTreeMap<Url, Known>,
    /// Files still to read.
    #[serde(default)]
    todo: VecDeque<Url>,
    /// Pages still to fetch.
    #[serde(default)]
    pub trail: Trail,
    /// The number the next file gets.
    #[serde(default)]
    files_so_far: u32,
}

/// What is known of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Known {
    /// The number by which waiting pages name it.
    number: u32,
    /// When the index says it changed, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    lastmod: Option<String>,
    /// When it was last read, everything that was new in it was put on the trail.
    whole: bool,
    /// Pages up to this date are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<Timestamp>,
    /// Pages known besides.
    seen: Seen,
}

impl Known {
    fn knows(&self, set: &HashSet<&str>, entry: &Entry) -> bool {
        set.contains(std::borrow::Borrow::<str>::borrow(&entry.mark))
            || entry.at.zip(self.floor).is_some_and(|(at, floor)| at <= floor)
    }
}

impl State {
    /// The state a cursor tells of, or the beginning.
    pub fn resume(root: &Url, cursor: Option<&Cursor>) -> Self {
        let stored = cursor.and_then(|cursor| Self::deserialize(&cursor.0).ok());
        stored.filter(|state| state.root == *root).unwrap_or_else(|| Self {
            root: root.clone(),
            is_index: false,
            files: BTreeMap::new(),
            todo: VecDeque::new(),
            trail: Trail::default(),
            files_so_far: 0,
        })
    }

    /// What to store of it.
    pub fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_value(self).unwrap_or_default())
    }

    /// What to fetch next: a page, else a file of the list.
    pub fn next(&self) -> Option<&Url> {
        self.trail.next().map(|stop| &stop.url).or(self.todo.front())
    }

    /// Whether this is a file, not a page.
    pub fn is_file(&self, url: &Url) -> bool {
        *url == self.root || self.files.contains_key(url)
    }

    /// Whether nothing would be missed if this file were as it was when last read.
    pub fn is_settled(&self, file: &Url) -> bool {
        if self.is_index && *file == self.root {
            return true;
        }
        self.files.get(file).is_some_and(|known| known.whole)
    }

    /// Takes a file off the list without having read it.
    pub fn skip(&mut self, file: &Url) {
        self.todo.retain(|waiting| waiting != file);
    }

    /// The index is as it was: only files it says nothing of, or that were left, may be other.
    pub fn same_index(&mut self) {
        if !self.is_index {
            return;
        }
        let open = self.files.iter().filter(|(_, known)| !known.whole || known.lastmod.is_none());
        let open: Vec<Url> = open.map(|(url, _)| url.clone()).collect();
        for url in open {
            if !self.todo.contains(&url) {
                self.todo.push_back(url);
            }
        }
    }

    /// Takes in an index: files that changed are put on the list, oldest first.
    pub fn read_index(&mut self, file: File) -> Vec<SetAside> {
        let File { mut entries, mut set_aside, .. } = file;
        self.is_index = true;
        if entries.len() > MOST_FILES {
            let over = entries.len() - MOST_FILES;
            entries.drain(..over);
            set_aside.push(SetAside {
                place: self.root.to_string(),
                reason: format!("more than {MOST_FILES} files; the {over} oldest were not read"),
                raw: String::new(),
            });
        }
        let listed: HashSet<&Url> = entries.iter().map(|entry| &entry.url).collect();
        self.files.retain(|url, _| listed.contains(url));
        self.todo.retain(|url| listed.contains(url));
        for entry in entries {
            let known = known_of(&mut self.files, &mut self.files_so_far, &entry.url);
            let same = known.lastmod.is_some() && known.lastmod == entry.lastmod && known.whole;
            if !same {
                known.lastmod = entry.lastmod;
                known.whole &= known.lastmod.is_none();
                if !self.todo.contains(&entry.url) {
                    self.todo.push_back(entry.url);
                }
            }
        }
        set_aside
    }

    /// Takes in a list of pages: of those that are new or changed, as many as `most` are put on
    /// the trail; the others are left for the next reading of the file.
    pub fn read_pages(
        &mut self,
        address: &Url,
        file: File,
        wanted: impl Fn(&Entry) -> bool,
        most: usize,
    ) -> Vec<SetAside> {
        let File { mut entries, mut set_aside, .. } = file;
        entries.retain(|entry| wanted(entry));
        let undated = entries.iter().filter(|entry| entry.at.is_none()).count();
        if undated > MOST_UNDATED {
            let mut kept = 0;
            entries.retain(|entry| {
                kept += usize::from(entry.at.is_none());
                entry.at.is_some() || kept <= MOST_UNDATED
            });
            set_aside.push(SetAside {
                place: address.to_string(),
                reason: format!(
                    "{undated} addresses without a date; {} of them were not read",
                    undated - MOST_UNDATED
                ),
                raw: String::new(),
            });
        }
        let share = (MOST_MARKS / self.files.len().max(1)).max(LEAST_MARKS);
        let known = known_of(&mut self.files, &mut self.files_so_far, address);
        let set = known.seen.set();
        let waiting = self.trail.marks();
        let is_new = |entry: &&Entry| !known.knows(&set, entry) && !waiting.contains(&entry.mark);
        let pending: Vec<&Entry> = entries.iter().filter(is_new).collect();
        let oldest_pending = pending.iter().filter_map(|entry| entry.at).min();
        let whole = pending.len() <= most;
        let stops: Vec<Stop> = pending
            .into_iter()
            .take(most)
            .map(|entry| Stop::new(entry.url.clone(), entry.mark.clone(), known.number))
            .collect();
        drop((set, waiting));
        known.whole = whole;
        forget(known, &entries, share, oldest_pending);
        self.trail.add(stops);
        if whole {
            self.skip(address);
        }
        set_aside
    }

    /// Remembers that a page was read, or given up, in this state.
    pub fn note(&mut self, stop: &Stop) {
        let known = self.files.values_mut().find(|known| known.number == stop.from);
        if let Some(known) = known {
            known.seen.add(&stop.mark);
        }
    }
}

fn known_of<'a>(
    files: &'a mut BTreeMap<Url, Known>,
    so_far: &mut u32,
    address: &Url,
) -> &'a mut Known {
    files.entry(address.clone()).or_insert_with(|| {
        *so_far += 1;
        Known { number: *so_far, ..Known::default() }
    })
}

fn mark_of(mark: &Mark) -> &str {
    std::borrow::Borrow::borrow(mark)
}

/// Forgets what the file does not list any more, and where many are left, the marks of the oldest:
/// up to the newest date forgotten every page counts as known, but never one that waits.
fn forget(known: &mut Known, entries: &[Entry], most: usize, oldest_pending: Option<Timestamp>) {
    let listed: HashSet<&str> = entries.iter().map(|entry| mark_of(&entry.mark)).collect();
    known.seen.retain(|mark| listed.contains(mark));
    if known.seen.len() <= most {
        return;
    }
    let set = known.seen.set();
    let mut dates: Vec<Timestamp> = entries
        .iter()
        .filter(|entry| set.contains(mark_of(&entry.mark)))
        .filter_map(|entry| entry.at)
        .filter(|at| oldest_pending.is_none_or(|pending| *at < pending))
        .collect();
    drop(set);
    dates.sort_unstable();
    let over = known.seen.len() - most;
    let Some(floor) = dates.get(over.min(dates.len()).saturating_sub(1)).copied() else { return };
    let kept: HashSet<&str> = entries
        .iter()
        .filter(|entry| entry.at.is_none_or(|at| at > floor))
        .map(|entry| mark_of(&entry.mark))
        .collect();
    known.seen.retain(|mark| kept.contains(mark));
    known.floor = known.floor.max(Some(floor));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(pages: u32) -> File {
        let entry = |number: u32| {
            let lastmod = format!("20{:02}-01-{:02}", number / 500, number % 28 + 1);
            let url: Url = format!("https://situs.example/{number}").parse().unwrap();
            let at = format!("{lastmod}T00:00:00Z").parse().ok();
            let mark = Mark::of(&[url.as_str(), &lastmod]);
            Entry { url, lastmod: Some(lastmod), at, mark }
        };
        let mut entries: Vec<Entry> = (0..pages).map(entry).collect();
        entries.sort_by_key(|entry| entry.at);
        File { is_index: false, entries, set_aside: Vec::new() }
    }

    /// Reads a file of a site as often as it takes; gives back how many pages were fetched.
    fn read_all(state: &mut State, root: &Url, pages: u32) -> usize {
        let mut fetched = 0;
        loop {
            state.read_pages(root, file(pages), |_| true, 4_000);
            if state.trail.next().is_none() {
                return fetched;
            }
            while let Some(stop) = state.trail.step() {
                state.note(&stop);
                fetched += 1;
            }
        }
    }

    #[test]
    fn the_cursor_of_a_large_site_stays_small_and_knows_every_page() {
        let root: Url = "https://situs.example/sitemap.xml".parse().unwrap();
        let mut state = State::resume(&root, None);
        assert_eq!(read_all(&mut state, &root, 45_000), 45_000);
        let size = state.cursor().0.to_string().len();
        assert!(size < 150_000, "{size}");
        assert_eq!(read_all(&mut state, &root, 45_000), 0);
        // What is newer than all is fetched still.
        assert_eq!(read_all(&mut state, &root, 45_010), 10);
    }
}
