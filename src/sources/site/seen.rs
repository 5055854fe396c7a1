//! What a source remembers of the pages it has read: a short fingerprint of each, in a text small
//! enough for a cursor that is written with every page. Two pages share one by chance once in four
//! million million.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::post::Sha256;

/// Letters of a fingerprint: 42 bits, six a letter.
const WIDTH: usize = 7;
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A page, or a page in a certain state.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::sources) struct Mark(String);

impl Mark {
    /// The mark of these parts together.
    pub fn of(parts: &[&str]) -> Self {
        let digest = Sha256::of(parts.join("\n").as_bytes()).to_string();
        let bits = u64::from_str_radix(digest.get(..12).unwrap_or(""), 16).unwrap_or_default();
        let letter = |at: usize| {
            let index = usize::try_from(bits >> (6 * at) & 63).unwrap_or_default();
            char::from(LETTERS[index])
        };
        Self((0..WIDTH).map(letter).collect())
    }
}

/// Marks in the order they were noted, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::sources) struct Seen(String);

impl Seen {
    /// The marks as a set, to ask for many.
    pub fn set(&self) -> HashSet<&str> {
        (0..self.len()).filter_map(|at| self.0.get(at * WIDTH..(at + 1) * WIDTH)).collect()
    }

    /// Whether this one was noted.
    pub fn has(&self, mark: &Mark) -> bool {
        self.place(mark).is_some()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len() / WIDTH
    }

    /// Notes a mark that is not among them.
    pub fn add(&mut self, mark: &Mark) {
        self.0.push_str(&mark.0);
    }

    /// Notes a mark, anew if it is among them; of more than `most` the oldest are forgotten.
    pub fn note(&mut self, mark: &Mark, most: usize) {
        self.forget(mark);
        self.add(mark);
        let over = self.len().saturating_sub(most) * WIDTH;
        self.0.drain(..over);
    }

    /// Keeps only those that `keep` says.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        let kept: String = (0..self.len())
            .filter_map(|at| self.0.get(at * WIDTH..(at + 1) * WIDTH))
            .filter(|mark| keep(mark))
            .collect();
        self.0 = kept;
    }

    fn forget(&mut self, mark: &Mark) {
        if let Some(at) = self.place(mark) {
            self.0.drain(at..at + WIDTH);
        }
    }

    /// Where it stands in the text.
    fn place(&self, mark: &Mark) -> Option<usize> {
        let mut starts = (0..self.len()).map(|at| at * WIDTH);
        starts.find(|at| self.0.get(*at..at + WIDTH) == Some(mark.0.as_str()))
    }
}

impl std::borrow::Borrow<str> for Mark {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_known_and_the_oldest_go_first() {
        let mark = |number: usize| Mark::of(&["https://x.example/", &number.to_string()]);
        let mut seen = Seen::default();
        for number in 0..5 {
            seen.note(&mark(number), 4);
        }
        let known = |seen: &Seen| (0..6).filter(|it| seen.has(&mark(*it))).collect::<Vec<_>>();
        assert_eq!(known(&seen), [1, 2, 3, 4]);
        seen.note(&mark(1), 4);
        seen.note(&mark(5), 4);
        assert_eq!(known(&seen), [1, 3, 4, 5], "noted again is new again");
        let text = serde_json::to_string(&seen).unwrap();
        assert_eq!(serde_json::from_str::<Seen>(&text).unwrap(), seen);
        seen.retain(|it| it != mark(3).0);
        assert_eq!(known(&seen), [1, 4, 5]);
        assert_ne!(mark(1), Mark::of(&["https://x.example/1"]));
    }
}
