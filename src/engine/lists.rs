//! Word lists: an entry a line, `{other}` for all entries of another list, `- entry` to take one
//! out again. Files of one name are one list, those of `local/` last, so that a place of its own
//! adds to and takes from the shipped lists without touching them.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::diagnostic::nearest;
use super::{Diagnostic, RuleFiles, search_terms};
use crate::text::{VocabularyBuilder, WordId};

/// How many lists may include each other in turn.
const DEEPEST: usize = 4;

/// A line of a list, as written and as read.
pub(super) struct ListEntry {
    pub(super) list: String,
    pub(super) file: String,
    pub(super) place: Range<usize>,
    pub(super) text: String,
    pub(super) words: Vec<WordId>,
    /// Whether the line takes the entry out.
    pub(super) removes: bool,
}

/// All lists of a rule set.
pub(super) struct Lists<'a> {
    /// The lines, in order of file; lines that include another list are not among them.
    pub(super) lines: Vec<ListEntry>,
    /// The entries of each list by its name, in order of name.
    pub(super) entries: Vec<(&'a str, Vec<&'a str>)>,
    /// Lists named in another list.
    pub(super) included: FxHashSet<&'a str>,
}

impl<'a> Lists<'a> {
    /// Reads all lists; what is wrong with them goes to `faults`.
    pub(super) fn read(
        files: &'a RuleFiles,
        words: &mut VocabularyBuilder,
        faults: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut by_name: FxHashMap<&'a str, Vec<(&'a str, &'a str)>> = FxHashMap::default();
        let mut lines = Vec::new();
        let mut included = FxHashSet::default();
        let of_rules = |file: &str| is_list(file) && !search_terms::is_searched(name_of(file));
        for (file, text) in files.select(of_rules) {
            let list = name_of(file);
            by_name.entry(list).or_default().push((file, text));
            for line in entries(text) {
                if let Some(other) = inclusion(line) {
                    included.insert(other);
                    continue;
                }
                let entry = line.strip_prefix("- ").map_or(line, str::trim);
                let start = place_in(text, line);
                lines.push(ListEntry {
                    list: list.to_owned(),
                    file: file.to_owned(),
                    place: start..start + line.len(),
                    text: entry.to_owned(),
                    words: words.words_of(entry),
                    removes: line.starts_with("- "),
                });
            }
        }
        let mut names: Vec<&'a str> = by_name.keys().copied().collect();
        names.sort_unstable();
        let mut expander = Expander { by_name: &by_name, words, faults };
        let entries = names.into_iter().map(|name| (name, expander.entries(name, 0))).collect();
        Self { lines, entries, included }
    }
}

struct Expander<'a, 'b> {
    by_name: &'b FxHashMap<&'a str, Vec<(&'a str, &'a str)>>,
    words: &'b mut VocabularyBuilder,
    faults: &'b mut Vec<Diagnostic>,
}

impl<'a> Expander<'a, '_> {
    /// The entries of a list, those it includes among them, without those taken out.
    fn entries(&mut self, list: &str, depth: usize) -> Vec<&'a str> {
        let mut found = Vec::new();
        let mut removed: FxHashSet<Vec<WordId>> = FxHashSet::default();
        for (file, text) in self.by_name.get(list).into_iter().flatten() {
            for line in entries(text) {
                if let Some(entry) = line.strip_prefix("- ") {
                    removed.insert(self.words.words_of(entry));
                } else if let Some(other) = inclusion(line) {
                    found.extend(self.include(file, text, line, other, depth));
                } else {
                    found.push(line);
                }
            }
        }
        if !removed.is_empty() {
            found.retain(|entry| !removed.contains(&self.words.words_of(entry)));
        }
        found
    }

    fn include(
        &mut self,
        file: &str,
        text: &str,
        line: &str,
        other: &str,
        depth: usize,
    ) -> Vec<&'a str> {
        if self.by_name.contains_key(other) && depth < DEEPEST {
            return self.entries(other, depth + 1);
        }
        let start = place_in(text, line);
        let place = start..start + line.len();
        let fault = if depth >= DEEPEST {
            let message = format!("daftar `{other}` pada akhirnya memuat dirinya sendiri");
            Diagnostic::error("E019", file, place, message)
                .help("hapus salah satu baris `{…}` dalam lingkaran itu")
        } else {
            let message = format!("daftar `{other}` tidak ada di lists/");
            let fault = Diagnostic::error("E019", file, place, message);
            match nearest(other, self.by_name.keys().copied()) {
                Some(near) => fault.help(format!("maksud Anda `{{{near}}}`?")),
                None => fault.help(format!("buat berkas lists/{other}.txt, atau hapus baris ini")),
            }
        };
        // The same line is met once more for every list that includes this one.
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
        Vec::new()
    }
}

/// The lines of a list that are neither empty nor comments.
pub(super) fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(|line| {
            let comment = line
                .match_indices('#')
                .find(|(at, _)| *at == 0 || line[..*at].ends_with(char::is_whitespace));
            line[..comment.map_or(line.len(), |(at, _)| at)].trim()
        })
        .filter(|line| !line.is_empty())
}

/// Where other spellings of words stand; one in `local/` adds to it.
pub(super) const SPELLING_FILE: &str = "spelling.txt";

/// Lines of the form `word = variant variant`.
pub(super) fn spelling(text: &str) -> impl Iterator<Item = (Vec<&str>, &str)> {
    entries(text).filter_map(|line| {
        let (word, variants) = line.split_once('=')?;
        Some((variants.split_whitespace().collect(), word.trim()))
    })
}

/// Whether a file of a rule set is a word list.
pub(super) fn is_list(file: &str) -> bool {
    file.contains("lists/")
}

pub(super) fn inclusion(line: &str) -> Option<&str> {
    line.strip_prefix('{')?.strip_suffix('}')
}

/// Where a part of a text begins in it.
pub(super) fn place_in(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

pub(super) fn name_of(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file).trim_end_matches(".txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> (Vec<(String, Vec<String>)>, Vec<String>) {
        let mut set = RuleFiles::default();
        for (name, text) in files {
            set.set(*name, *text);
        }
        let mut faults = Vec::new();
        let mut words = VocabularyBuilder::default();
        let lists = Lists::read(&set, &mut words, &mut faults);
        let owned = |entries: &Vec<&str>| entries.iter().map(|entry| (*entry).to_owned()).collect();
        (
            lists
                .entries
                .iter()
                .map(|(name, entries)| ((*name).to_owned(), owned(entries)))
                .collect(),
            faults.iter().map(|fault| format!("{} {}", fault.file, fault.message)).collect(),
        )
    }

    #[test]
    fn a_place_of_its_own_adds_to_and_takes_from_a_shipped_list() {
        let (lists, faults) = read(&[
            ("lists/kota.txt", "# kota\npoipet\nbavet\t# dekat batas\n"),
            ("lists/semua.txt", "{kota}\njohor"),
            ("local/lists/kota.txt", "sihanoukville\n- Bavet"),
        ]);
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(
            lists,
            [
                ("kota".to_owned(), owned(&["poipet", "sihanoukville"])),
                ("semua".to_owned(), owned(&["poipet", "sihanoukville", "johor"])),
            ]
        );
        assert_eq!(faults, [""; 0]);
    }

    #[test]
    fn a_list_that_includes_itself_or_nothing_is_named() {
        let (_, faults) = read(&[("lists/a.txt", "{b}"), ("lists/b.txt", "{a}\n{c}")]);
        assert!(
            faults.contains(&"lists/b.txt daftar `c` tidak ada di lists/".to_owned()),
            "{faults:?}"
        );
        assert!(faults.iter().any(|fault| fault.contains("memuat dirinya sendiri")), "{faults:?}");
    }
}
