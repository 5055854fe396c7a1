//! Which lines of the word lists stand in a text: every line is compiled as a rule of its own, so
//! that it is found by the same code, and the same reading, as in production.

use std::fmt::Write;

use rustc_hash::{FxHashMap, FxHashSet};

use super::lists::{entries, inclusion, is_list, name_of, place_in};
use super::{Engine, RuleFiles, RuleSetError, Scratch, Thresholds};

/// A line of a word list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListLine {
    /// The list.
    pub list: String,
    /// The file within the rule set.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The entry as written.
    pub entry: String,
}

/// The lines of all word lists of a rule set.
#[derive(Debug)]
pub struct ListLines {
    engine: Engine,
    lines: Vec<ListLine>,
    /// For each list, those it includes, directly or not, itself among them.
    within: FxHashMap<String, FxHashSet<String>>,
}

impl ListLines {
    /// Reads the lines of a rule set that compiles.
    ///
    /// # Errors
    /// The tables the lists are read with do not compile.
    pub fn of(files: &RuleFiles) -> Result<Self, RuleSetError> {
        let mut set = RuleFiles::default();
        let tables = |name: &str| {
            name.contains("registry/")
                || name.ends_with("spelling.txt")
                || name.ends_with("sensitive.txt")
        };
        for (name, text) in files.select(tables) {
            set.set(name, text);
        }
        let mut lines = Vec::new();
        let mut includes: FxHashMap<String, FxHashSet<String>> = FxHashMap::default();
        let mut rules = String::from("[family]\nid = \"lists\"\ntitle = \"lists\"\n");
        for (file, text) in files.select(is_list) {
            let list = name_of(file).to_owned();
            let included = includes.entry(list.clone()).or_default();
            for entry in entries(text) {
                if let Some(other) = inclusion(entry) {
                    included.insert(other.to_owned());
                } else if !entry.starts_with("- ") && entry.contains(char::is_alphanumeric) {
                    // Writing to a string cannot fail.
                    let _ = write!(rules, "{}", rule(lines.len(), entry));
                    let line = text[..place_in(text, entry)].matches('\n').count() + 1;
                    let (list, file) = (list.clone(), file.to_owned());
                    lines.push(ListLine { list, file, line, entry: entry.to_owned() });
                }
            }
        }
        set.set("lines.toml", rules);
        let engine = Engine::compile(&set, Thresholds::default())?;
        let within =
            includes.keys().map(|list| (list.clone(), reachable(list, &includes))).collect();
        Ok(Self { engine, lines, within })
    }

    /// All lines, in order of file.
    pub fn all(&self) -> &[ListLine] {
        &self.lines
    }

    /// Buffers for [`ListLines::find`].
    pub fn scratch(&self) -> Scratch {
        self.engine.scratch()
    }

    /// The lines of these lists, or of lists they include, that stand in a text, as indices.
    pub fn find(&self, scratch: &mut Scratch, lists: &[String], text: &str) -> Vec<usize> {
        self.engine.read(scratch, text);
        (0..self.lines.len())
            .filter(|line| scratch.has_fired(*line))
            .filter(|line| {
                lists.iter().any(|list| {
                    self.within.get(list).is_some_and(|all| all.contains(&self.lines[*line].list))
                })
            })
            .collect()
    }
}

/// A rule that fires where an entry stands; signs that a phrase would take for more are left out.
fn rule(number: usize, entry: &str) -> String {
    let plain = entry.replace(['{', '}', '(', ')', '<', '>', '…', '~', '\'', '"', '\\'], " ");
    format!(
        "[[rule]]\nid = \"line-{number}\"\ntitle = \"line\"\nphrases = [\"{}\"]\n",
        plain.trim()
    )
}

fn reachable(list: &str, includes: &FxHashMap<String, FxHashSet<String>>) -> FxHashSet<String> {
    let mut found = FxHashSet::default();
    let mut open = vec![list.to_owned()];
    while let Some(list) = open.pop() {
        if let Some(others) = includes.get(&list).filter(|_| !found.contains(&list)) {
            open.extend(others.iter().cloned());
        }
        found.insert(list);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_line_is_found_in_its_own_entry() {
        let lines = ListLines::of(&RuleFiles::embedded()).unwrap();
        let mut scratch = lines.scratch();
        assert!(lines.all().len() > 500);
        for (number, line) in lines.all().iter().enumerate() {
            let lists = [line.list.clone()];
            let found = lines.find(&mut scratch, &lists, &line.entry);
            assert!(found.contains(&number), "{}:{} {}", line.file, line.line, line.entry);
            assert!(found.iter().all(|other| lines.all()[*other].list == line.list));
        }
    }
}
