//! The small steps by which disguise is undone: digits read as letters, repeats taken off, letters
//! set apart put together, words run together cut. Each is pure; `clear` says when they apply.

use super::beginnings::Letters;
use super::clear::Marks;
use super::confusable;
use super::vocabulary::{Vocabulary, WordId};

/// Letters that the young write for others, and what they stand for; first as a set, for a first look.
pub(super) const YOUNG: &[(Letters, &str, &str)] = &[
    (Letters::of("x"), "x", "nya"),
    (Letters::of("z"), "z", "s"),
    (Letters::of("q"), "q", "ku"),
    (Letters::of("oe"), "oe", "u"),
    (Letters::of("dj"), "dj", "j"),
];

/// Cuts texts into known words, in a buffer used again.
#[derive(Debug, Default)]
pub(super) struct Segmenter {
    /// By place: in how few words the rest is cut, the first of them and its length.
    best: Vec<(usize, WordId, usize)>,
}

impl Segmenter {
    /// Cuts ASCII `text` wholly into known words of at least `shortest` letters, fewest words first:
    /// each word and its length. A text of 128 letters or more is left whole.
    pub(super) fn segment(
        &mut self,
        vocabulary: &Vocabulary,
        text: &str,
        shortest: usize,
    ) -> Option<impl Iterator<Item = (WordId, usize)>> {
        let len = text.len();
        if len >= 128 {
            return None;
        }
        if self.best.len() <= len {
            self.best.resize(len + 1, (0, WordId::UNKNOWN, 0));
        }
        self.best[len] = (0, WordId::UNKNOWN, 0);
        // By place, whether the rest can be cut at all; `best` says how only there.
        let mut ends = 1_u128 << len;
        for start in (0..=len.saturating_sub(shortest)).rev() {
            let lengths = vocabulary.lengths(&text.as_bytes()[start..]).bits();
            let mut lengths = lengths & ends >> start & u128::MAX << shortest;
            let mut fewest = usize::MAX;
            while lengths != 0 {
                let step = lengths.trailing_zeros() as usize;
                lengths &= lengths - 1;
                let rest = self.best[start + step].0;
                if rest + 1 < fewest
                    && let Some(found) = vocabulary.any(&text[start..start + step])
                    && let [word] = found.words
                {
                    fewest = rest + 1;
                    self.best[start] = (fewest, *word, step);
                    ends |= 1 << start;
                }
            }
        }
        let mut at = 0;
        (ends & 1 == 1).then(|| {
            std::iter::from_fn(move || {
                let (_, word, step) = *self.best.get(at).filter(|(words, ..)| *words > 0)?;
                at += step;
                Some((word, step))
            })
        })
    }
}

/// Whether this is digits and then only letters, as a count with its unit is: `20orang`.
pub(super) fn ends_in_letters(text: &str) -> bool {
    let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    text.len() - unit.len() > 1 && unit.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether this is a short prefix and a number, as `rp12.000` or `nt$20.000` are.
pub(super) fn is_priced(text: &str) -> bool {
    let digits =
        text.trim_start_matches(|letter: char| letter.is_ascii_lowercase() || letter == '$');
    text.len() - digits.len() <= 4 && digits.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Leaves `keep` of three equal letters or more; two stay.
pub(super) fn squeeze_to(text: &str, keep: usize, into: &mut String) {
    into.clear();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let mut count = 1;
        while letters.next_if_eq(&letter).is_some() {
            count += 1;
        }
        let kept = if count > 2 && !letter.is_ascii_digit() { keep } else { count };
        into.extend(std::iter::repeat_n(letter, kept));
    }
}

/// Leaves one of equal letters in a row, and says how many such rows there were.
pub(super) fn squeeze(text: &str, into: &mut String) -> usize {
    into.clear();
    let mut runs = 0;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        into.push(letter);
        runs += usize::from(letters.peek() == Some(&letter));
        while letters.next_if_eq(&letter).is_some() {}
    }
    runs
}

pub(super) fn unleet(letter: char, one: char) -> char {
    match letter {
        '0' => 'o',
        '1' | '!' | '|' => one,
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '6' | '9' => 'g',
        '7' | '+' => 't',
        '8' => 'b',
        '2' => 'z',
        '∆' | 'ª' => 'a',
        '®' => 'r',
        '©' | '¢' => 'c',
        '£' => 'l',
        '¥' => 'y',
        'ø' => 'o',
        other => other,
    }
}

/// Whether three equal letters stand in a row.
pub(super) fn repeats(text: &str) -> bool {
    text.as_bytes()
        .windows(3)
        .any(|three| three[0] == three[1] && three[1] == three[2] && three[0].is_ascii_lowercase())
}

/// Whether a digit stands between letters, as it does in leet and hardly elsewhere.
pub(super) fn has_inner_digit(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(2).any(|pair| !pair[0].is_ascii_lowercase() && pair[1].is_ascii_lowercase())
}

/// Whether a sign within a word can be one that was put between its letters.
pub(super) const fn is_separator(letter: char) -> bool {
    matches!(letter, '*' | '|' | '!' | '$' | '@')
}

/// Whether all letters are drawn ones, or those that small capitals borrow from the alphabet.
pub(super) fn is_drawn(text: &str) -> bool {
    text.chars()
        .all(|letter| confusable::is_drawn(letter) || matches!(letter, 's' | 'q' | 'x' | '0'..='9'))
}

/// In what style an unknown word is written; it reads as the plain letters.
pub(super) fn style(text: &str, unusual: bool) -> Marks {
    let mut marks = Marks::default();
    if unusual && !text.is_ascii() {
        let all_latin = text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || confusable::latin(letter).is_some());
        if is_drawn(text) {
            marks = Marks::DRAWN;
        } else if all_latin && text.bytes().any(|byte| byte.is_ascii_lowercase()) {
            marks = Marks::LOOKALIKE;
        }
    }
    if repeats(text) && text.len() > 3 { marks.and(Marks::SQUEEZED) } else { marks }
}

/// How an unknown word in that style reads.
pub(super) fn unstyled(text: &str, marks: Marks) -> String {
    let latin = text.chars().map(|letter| confusable::latin(letter).unwrap_or(letter)).collect();
    if !marks.has(Marks::SQUEEZED) {
        return latin;
    }
    let mut squeezed = String::with_capacity(latin.len());
    squeeze_to(&latin, 1, &mut squeezed);
    squeezed
}
