//! How a word reads by itself, whatever stands around it: known, in a variant, in disguise, run
//! together with others, or unknown. What a word was found to be can therefore be remembered.

use super::beginnings::Letters;
use super::clear::{Clearer, Marks};
use super::confusable;
use super::lex::{RawKind, RawToken};
use super::undo::{
    YOUNG, ends_in_letters, has_inner_digit, is_drawn, is_priced, is_separator, repeats, squeeze,
    squeeze_to, style, unleet,
};
use super::vocabulary::{Resolved, Vocabulary, WordId};

impl Clearer {
    /// Reads a word, number or name by itself: the words it stands for are left in `words`. Says how
    /// they were found, and with which letters the next word may make a sensitive one of it.
    pub(super) fn alone(
        &mut self,
        vocabulary: &Vocabulary,
        text: &str,
        token: &RawToken,
    ) -> (Marks, Letters) {
        let found = match token.kind {
            RawKind::Handle => self.handle(vocabulary, text),
            RawKind::Number => self.number(vocabulary, text),
            _ => self.resolve(vocabulary, text, token.unusual),
        };
        self.words.clear();
        if let Some(found) = found {
            self.words.extend_from_slice(found.words);
            return (found.marks, Letters::default());
        }
        let (word, marks, goes_on) = match token.kind {
            RawKind::Handle => (WordId::HANDLE, Marks::default(), Letters::default()),
            RawKind::Number => (WordId::NUMBER, Marks::default(), Letters::default()),
            _ => {
                let goes_on = self.goes_on(vocabulary, text, token.unusual);
                if self.compound(vocabulary, text, token.hashtag) {
                    return (Marks::COMPOUND, goes_on);
                }
                let priced = token.unusual && is_priced(text);
                let word = if priced { WordId::NUMBER } else { WordId::UNKNOWN };
                (word, style(text, token.unusual), goes_on)
            }
        };
        self.words.push(word);
        (marks, goes_on)
    }

    /// `@dm1n`: a word whose first letter is written as a sign.
    fn handle<'v>(&mut self, vocabulary: &'v Vocabulary, text: &str) -> Option<Resolved<'v>> {
        let found = self.leet(vocabulary, &format!("a{}", &text[1..]))?;
        let words = &found.words[..1];
        (vocabulary.is_sensitive(words[0]) || found.words.len() == 1)
            .then(|| Resolved { words, marks: found.marks.and(Marks::LEET) })
    }

    /// A number that hides letters.
    fn number<'v>(&mut self, vocabulary: &'v Vocabulary, text: &str) -> Option<Resolved<'v>> {
        if text.bytes().filter(u8::is_ascii_lowercase).count() < 2 {
            return None;
        }
        let found = self.leet(vocabulary, text)?;
        let hides_letters = vocabulary.is_sensitive(found.words[0])
            || (text.len() >= 4
                && (!ends_in_letters(text) || vocabulary.any(&text[1..]).is_none()));
        hides_letters.then_some(found)
    }

    /// The word a plain or unusual written form stands for.
    fn resolve<'v>(
        &mut self,
        vocabulary: &'v Vocabulary,
        text: &str,
        unusual: bool,
    ) -> Option<Resolved<'v>> {
        if let Some(found) = vocabulary.form(text) {
            return Some(found);
        }
        if unusual {
            return self.unusual(vocabulary, text);
        }
        self.plain_variant(vocabulary, text)
    }

    /// Emphasis, clitics, missing vowels, of a text that is no form itself.
    pub(super) fn plain_variant<'v>(
        &mut self,
        vocabulary: &'v Vocabulary,
        text: &str,
    ) -> Option<Resolved<'v>> {
        let as_mark = |found: Resolved<'v>, mark| Resolved {
            words: found.words,
            marks: found.marks.and(mark),
        };
        let doubled = text.len() > 3 && text.as_bytes().windows(2).any(|pair| pair[0] == pair[1]);
        if doubled && repeats(text) {
            // Two of the letters may belong there: `saaat`, `maaaf`.
            for keep in [1, 2] {
                squeeze_to(text, keep, &mut self.variant);
                let plain = std::mem::take(&mut self.variant);
                let found = vocabulary
                    .form(&plain)
                    .or_else(|| self.plain_variant(vocabulary, &plain))
                    .or_else(|| vocabulary.any(&plain));
                self.variant = plain;
                if let Some(found) = found {
                    return Some(as_mark(found, Marks::SQUEEZED));
                }
            }
        }
        // A word of every day is what it is, whatever else its letters might be a variant of.
        let everyday = vocabulary.is_common(text);
        if doubled && !everyday {
            let runs = squeeze(text, &mut self.variant);
            // A short word is what it is drawn out from one letter only: `nnttt` is not `nt`.
            if (runs == 1 || self.variant.len() > 3)
                && let Some(found) = vocabulary.form(&self.variant)
            {
                return Some(as_mark(found, Marks::SQUEEZED));
            }
        }
        for clitic in clitics(text) {
            if let Some(stem) = text.strip_suffix(clitic)
                && stem.len() >= 4
                && let Some(found) = vocabulary.form(stem)
            {
                return Some(as_mark(found, Marks::SQUEEZED));
            }
        }
        if everyday {
            return None;
        }
        if let Some(word) = vocabulary.without_vowels(text) {
            return Some(Resolved {
                words: vocabulary.form(vocabulary.word(word))?.words,
                marks: Marks::VOWELLESS,
            });
        }
        let letters = Letters::of(text);
        for (first_look, young, plain) in YOUNG {
            if letters.have_all(*first_look) && text.contains(young) {
                self.variant.clear();
                self.variant.push_str(&text.replace(young, plain));
                if let Some(found) = vocabulary.any(&self.variant) {
                    return Some(as_mark(found, Marks::SQUEEZED));
                }
            }
        }
        None
    }

    /// Look-alike letters, a reduplication mark, leet, hidden letters, signs between letters.
    fn unusual<'v>(&mut self, vocabulary: &'v Vocabulary, text: &str) -> Option<Resolved<'v>> {
        let mut marks = Marks::default();
        let mut latin = String::new();
        if text.is_ascii() {
            latin.push_str(text);
        } else {
            latin.extend(text.chars().map(|letter| confusable::latin(letter).unwrap_or(letter)));
            if latin == text {
                return None;
            }
            marks = if is_drawn(text) { Marks::DRAWN } else { Marks::LOOKALIKE };
        }
        let with = |found: Resolved<'v>, more: Marks| Resolved {
            words: found.words,
            marks: found.marks.and(marks).and(more),
        };
        let plain = if marks.is_none() { vocabulary.form(&latin) } else { vocabulary.any(&latin) };
        if let Some(found) = plain {
            return Some(with(found, Marks::default()));
        }
        if let Some(stem) = latin.strip_suffix('2').or_else(|| latin.strip_suffix("²"))
            && stem.len() >= 3
            && let Some(found) = vocabulary.form(stem)
        {
            return Some(with(found, Marks::ALIAS));
        }
        if let Some(word) = vocabulary.unmasked(&latin) {
            let words = vocabulary.form(vocabulary.word(word))?.words;
            return Some(Resolved { words, marks: marks.and(Marks::MASKED) });
        }
        if latin.bytes().any(|byte| !byte.is_ascii_lowercase()) {
            if let Some(found) = self.leet(vocabulary, &latin) {
                return Some(with(found, Marks::default()));
            }
            let bare: String = latin.chars().filter(|letter| !is_separator(*letter)).collect();
            if bare.len() >= 4
                && bare.len() < latin.len()
                && let Some(found) = vocabulary.any(&bare)
            {
                return Some(with(found, Marks::JOINED));
            }
        } else if let Some(found) = self.plain_variant(vocabulary, &latin) {
            return Some(with(found, Marks::default()));
        }
        None
    }

    /// Digits and signs read as letters; each `1`, `!` and `|` is tried as i and as l.
    fn leet<'v>(&mut self, vocabulary: &'v Vocabulary, text: &str) -> Option<Resolved<'v>> {
        if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        let ones = text.chars().filter(|letter| matches!(letter, '1' | '!' | '|')).count();
        let mut everyday = None;
        for choice in 0_u8..1 << ones.min(3) {
            let mut nth = 0;
            let decoded: String = text
                .chars()
                .map(|letter| {
                    let as_l = choice >> nth.min(7) & 1 == 1;
                    nth += u8::from(matches!(letter, '1' | '!' | '|'));
                    unleet(letter, if as_l { 'l' } else { 'i' })
                })
                .collect();
            if decoded == text {
                return None;
            }
            let found =
                vocabulary.form(&decoded).or_else(|| self.plain_variant(vocabulary, &decoded));
            if let Some(found) = found {
                return Some(Resolved { words: found.words, marks: found.marks.and(Marks::LEET) });
            }
            if decoded.len() >= 4 && has_inner_digit(text) {
                everyday = everyday.or_else(|| vocabulary.any(&decoded));
            }
        }
        everyday.map(|found| Resolved { words: found.words, marks: found.marks.and(Marks::LEET) })
    }
}

/// The clitics that may stand at the end of a word.
fn clitics(text: &str) -> &'static [&'static str] {
    match text.as_bytes().last() {
        Some(b'a') => &["nya", "na"],
        Some(b'e') => &["ne", "nye", "e"],
        Some(b'h') => &["lah", "kah"],
        Some(b'n') => &["pun"],
        Some(b'u') => &["ku", "mu"],
        _ => &[],
    }
}
