//! Whose turn it is among the terms a platform is searched for. Every term gets its turn, however few
//! a visit has room for, and a term added to the list or taken out costs no other its turn.

use serde::{Deserialize, Serialize};

/// A term's turn; kept in a source's cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The term.
    pub term: String,
    /// Where it stood in the list.
    at: usize,
}

impl Turn {
    /// Whose turn it is after this one, the first's after the last; nobody's without terms.
    pub fn after(last: Option<&Self>, terms: &[String]) -> Option<Self> {
        let next = match last {
            None => 0,
            Some(last) => match terms.iter().position(|term| *term == last.term) {
                Some(at) => at + 1,
                // Taken out of the list: whoever stands there now is next.
                None => last.at,
            },
        };
        let at = if next < terms.len() { next } else { 0 };
        terms.get(at).map(|term| Self { term: term.clone(), at })
    }

    /// Whether a round through the list is complete with this turn.
    pub fn ends_round(&self, terms: &[String]) -> bool {
        match terms.iter().position(|term| *term == self.term) {
            Some(at) => at + 1 == terms.len(),
            None => self.at >= terms.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(words: &str) -> Vec<String> {
        words.split_whitespace().map(str::to_owned).collect()
    }

    fn after(last: Option<(&str, usize)>, words: &str) -> Option<String> {
        let last = last.map(|(term, at)| Turn { term: term.to_owned(), at });
        Turn::after(last.as_ref(), &terms(words)).map(|turn| turn.term)
    }

    #[test]
    fn every_term_gets_its_turn_whatever_happens_to_the_list() {
        for (last, words, next) in [
            (None, "a b c", Some("a")),
            (Some(("a", 0)), "a b c", Some("b")),
            (Some(("c", 2)), "a b c", Some("a")),
            (Some(("b", 1)), "x y b c", Some("c")),
            (Some(("b", 1)), "a c", Some("c")),
            (Some(("c", 2)), "a b", Some("a")),
            (Some(("a", 0)), "", None),
            (None, "", None),
        ] {
            assert_eq!(after(last, words).as_deref(), next, "{last:?} {words}");
        }
        let (mut turn, list, mut seen) = (None, terms("a b c d e"), Vec::new());
        for _ in 0..10 {
            turn = Turn::after(turn.as_ref(), &list);
            seen.extend(turn.clone().map(|turn| (turn.term.clone(), turn.ends_round(&list))));
        }
        let names: String = seen.iter().map(|(term, _)| term.as_str()).collect();
        assert_eq!(names, "abcdeabcde");
        assert_eq!(seen.iter().filter(|(_, ends)| *ends).count(), 2);
    }
}
