//! What platforms are searched for: two word lists of the rule set that no rule need use, so that a
//! new word recruiters use is one line in one place, and takes effect on the next visit.

use super::lists::{entries, inclusion, is_list, name_of, place_in};
use super::{Diagnostic, Engine, RuleFiles};

/// The list of words and phrases to search for.
const WORDS: &str = "cari-kata";
/// The list of hashtags to search for, without `#`.
const TAGS: &str = "cari-tagar";

/// What platforms are searched for, the most useful first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchTerms {
    /// Words and phrases.
    pub words: Vec<String>,
    /// Hashtags, without `#` and without spaces.
    pub tags: Vec<String>,
}

impl SearchTerms {
    /// Nothing to search for.
    pub const NONE: &'static Self = &Self { words: Vec::new(), tags: Vec::new() };

    /// Reads both lists; what is wrong with them goes to `faults`. They are kept apart from the
    /// lists of rules: a word known for being searched for must not change how posts are read.
    pub(super) fn read(files: &RuleFiles, faults: &mut Vec<Diagnostic>) -> Self {
        Self {
            words: read(files, WORDS, faults, |word| Some(word.to_owned())),
            tags: read(files, TAGS, faults, hashtag),
        }
    }
}

fn read(
    files: &RuleFiles,
    list: &str,
    faults: &mut Vec<Diagnostic>,
    term: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    for (file, text) in files.select(|file| is_list(file) && name_of(file) == list) {
        for line in entries(text) {
            if inclusion(line).is_some() {
                let place = place_in(text, line);
                let message = "daftar pencarian tidak dapat memuat daftar lain";
                faults.push(
                    Diagnostic::error("E019", file, place..place + line.len(), message)
                        .help("tulis kata yang dicari satu per satu"),
                );
                continue;
            }
            let removed = line.strip_prefix("- ");
            let Some(term) = term(removed.unwrap_or(line)) else { continue };
            let is_same = |other: &String| other.to_lowercase() == term.to_lowercase();
            // A place of its own may repeat what is shipped.
            match (removed, terms.iter().any(is_same)) {
                (Some(_), _) => terms.retain(|other| !is_same(other)),
                (None, false) => terms.push(term),
                (None, true) => {}
            }
        }
    }
    terms
}

/// Whether platforms are searched for what stands in the list of this name.
pub(super) fn is_searched(list: &str) -> bool {
    matches!(list, WORDS | TAGS)
}

/// A hashtag as platforms write it, whatever an operator typed around it.
fn hashtag(written: &str) -> Option<String> {
    let plain: String = written.chars().filter(|letter| !letter.is_whitespace()).collect();
    let tag = plain.trim_start_matches('#').to_lowercase();
    (!tag.is_empty()).then_some(tag)
}

impl Engine {
    /// What platforms are searched for.
    pub fn search_terms(&self) -> &SearchTerms {
        &self.search_terms
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::{RuleFiles, Thresholds};

    use super::*;

    fn terms(files: &[(&str, &str)]) -> SearchTerms {
        let mut set = RuleFiles::embedded();
        set.set("lists/cari-kata.txt", "");
        set.set("lists/cari-tagar.txt", "");
        for (name, text) in files {
            set.set(*name, *text);
        }
        Engine::compile(&set, Thresholds::default()).unwrap().search_terms().clone()
    }

    #[test]
    fn a_place_of_its_own_adds_and_takes_out_terms_in_order() {
        let found = terms(&[
            ("lists/cari-kata.txt", "kerja kamboja\nloker poipet # kota\n"),
            ("local/lists/cari-kata.txt", "loker myawaddy\n- loker poipet\nKerja Kamboja\n"),
            ("lists/cari-tagar.txt", "lokerkamboja\nKerja Kamboja\n"),
        ]);
        assert_eq!(found.words, ["kerja kamboja", "loker myawaddy"]);
        assert_eq!(found.tags, ["lokerkamboja", "kerjakamboja"]);
    }

    #[test]
    fn the_shipped_lists_fit_what_platforms_allow_and_are_not_called_unused() {
        let (engine, found) =
            Engine::check(&RuleFiles::embedded(), Thresholds::default(), None).unwrap();
        let terms = engine.search_terms();
        // Instagram answers for 30 distinct hashtags in seven days.
        assert!((10..=30).contains(&terms.tags.len()), "{} tags", terms.tags.len());
        assert!((30..=100).contains(&terms.words.len()), "{} words", terms.words.len());
        let about: Vec<_> =
            found.iter().filter(|found| found.file.contains("lists/cari-")).collect();
        assert!(about.is_empty(), "{about:?}");
        assert!(terms.tags.iter().all(|tag| tag.chars().all(char::is_alphanumeric)));
    }
}
