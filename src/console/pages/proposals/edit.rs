//! A rule file as it is typed into the page of a proposal: a name that can only stand in `local/`, a
//! text, and the digest that says what exactly was tried.

use jiff::civil::Date;

use crate::post::{Hasher, Sha256};

/// The longest name of a file.
const LONGEST: usize = 60;

/// A rule file to be.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub(super) slug: String,
    pub(super) text: String,
}

impl Edit {
    /// As browsers send it: with their line ends.
    pub(super) fn typed(slug: &str, text: &str) -> Self {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        Self { slug: slug.trim().to_owned(), text: format!("{}\n", text.trim_end()) }
    }

    /// The message that tells what is wrong with its name or text before any rule is read.
    pub(super) fn refused(&self) -> Option<&'static str> {
        let letters = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        let first = self.slug.bytes().next().is_some_and(letters);
        let rest = self.slug.bytes().all(|letter| letters(letter) || letter == b'-');
        // `local/severity.toml` is no rule file but a table that takes the place of the shipped one.
        if !first || !rest || self.slug.len() > LONGEST || self.slug == "severity" {
            return Some("proposal-slug-wrong");
        }
        self.text.trim().is_empty().then_some("proposal-text-empty")
    }

    /// The file's name within the rule folder.
    pub(super) fn name(&self) -> String {
        format!("local/{}.toml", self.slug)
    }

    /// What is tried: this text under this name, beside the rules of this version.
    pub(super) fn digest(&self, base: &str) -> Sha256 {
        let mut hasher = Hasher::new();
        for part in [&self.slug, &self.text, base] {
            hasher.field(part.as_bytes());
        }
        hasher.finish()
    }

    /// The examples in it; none when it cannot be read.
    pub(super) fn examples(&self) -> Vec<String> {
        let file: toml::Table = self.text.parse().unwrap_or_default();
        let tables = ["rule", "exception"].into_iter().filter_map(|key| file.get(key)?.as_array());
        let texts = tables.flatten().flat_map(|table| {
            ["hit", "miss", "todo"].into_iter().filter_map(|key| table.get(key)?.as_array())
        });
        texts.flatten().filter_map(|text| Some(text.as_str()?.to_owned())).collect()
    }

    /// The text as it is written, with where it comes from.
    pub(super) fn stamped(&self, proposal: i64, by: &str, day: Date) -> String {
        format!("# Usulan {proposal} dari konsol, diterima {day} oleh {by}.\n{}", self.text)
    }
}

/// A name for a file made from words; the number keeps it its own.
pub(super) fn slug(words: &str, number: i64) -> String {
    let words: Vec<String> = words
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut slug = words.join("-");
    slug.truncate(LONGEST - 24);
    format!("usulan-{}-{number}", slug.trim_matches('-')).replace("--", "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        for slug in [
            "",
            ".",
            "..",
            "../visa",
            "a/b",
            "a\\b",
            "/etc",
            "a.toml",
            "A",
            "a b",
            "-a",
            "%2e%2e",
            "a\0",
            "severity",
            "é",
            &"a".repeat(61),
        ] {
            assert!(Edit::typed(slug, "x = 1").refused().is_some(), "{slug:?}");
        }
        for slug in ["a", "paspor-pisang-7", " a "] {
            assert_eq!(Edit::typed(slug, "x = 1").refused(), None, "{slug:?}");
        }
    }

    #[test]
    fn every_made_name_is_one() {
        for words in ["paspor pisang", "…", "../../x", &"panjang ".repeat(30), "Ümläut Ö"] {
            let slug = slug(words, 12);
            assert_eq!(Edit::typed(&slug, "x").refused(), None, "{slug}");
        }
    }

    #[test]
    fn the_digest_is_of_name_text_and_rules() {
        let digest = |slug, text, base| Edit::typed(slug, text).digest(base);
        assert_eq!(digest("a", "x\r\ny", "1"), digest("a", "x\ny\n\n", "1"));
        for other in [digest("b", "x\ny", "1"), digest("a", "x\nz", "1"), digest("a", "x\ny", "2")]
        {
            assert_ne!(digest("a", "x\ny", "1"), other);
        }
    }
}
