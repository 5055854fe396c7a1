//! The clear view: raw tokens read as the words they stand for. Disguise is undone only where the
//! result is a word of the vocabulary; a token remembers by which means it was found.

use super::lex::{Before, RawKind, RawToken};
use super::memo::Memo;
use super::pieces::joint;
use super::undo::{
    YOUNG, ends_in_letters, has_inner_digit, is_drawn, is_priced, is_separator, repeats, squeeze,
    squeeze_to, style, unleet,
};
use super::vocabulary::{Resolved, Vocabulary, WordId};
use super::{confusable, offset};

/// By which means a token was found to be its word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks(u16);

impl Marks {
    /// A known short or slang form.
    pub const ALIAS: Self = Self(1);
    /// Letters repeated for emphasis, or a clitic, taken off.
    pub const SQUEEZED: Self = Self(2);
    /// Digits or signs in place of letters.
    pub const LEET: Self = Self(4);
    /// Letters of another script, or drawn ones, in place of Latin letters.
    pub const LOOKALIKE: Self = Self(8);
    /// Written in pieces.
    pub const JOINED: Self = Self(16);
    /// Written backwards.
    pub const REVERSED: Self = Self(32);
    /// Letters hidden behind `*`.
    pub const MASKED: Self = Self(64);
    /// Vowels left out.
    pub const VOWELLESS: Self = Self(128);
    /// Words run together.
    pub const COMPOUND: Self = Self(256);
    /// Letters drawn as small capitals.
    pub const DRAWN: Self = Self(512);
    /// Letters set apart.
    pub const APART: Self = Self(1024);
    /// A picture in place of a word.
    pub const PICTURE: Self = Self(2048);

    /// Both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any of `other` is set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the word is written in another of its spellings, with emphasis or without.
    pub const fn is_written_so(self) -> bool {
        self.has(Self::ALIAS) && self.0 & !(Self::ALIAS.0 | Self::SQUEEZED.0) == 0
    }

    /// Whether none is set.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Whether a reader who looks for the plain word would not have found it. Short forms,
    /// emphasis and hashtags are how people write, not how they hide.
    pub const fn is_disguise(self) -> bool {
        self.has(Self(
            Self::LEET.0
                | Self::LOOKALIKE.0
                | Self::JOINED.0
                | Self::REVERSED.0
                | Self::MASKED.0
                | Self::VOWELLESS.0,
        ))
    }
}

/// One word of the clear view, made of the raw tokens `raw_start..raw_end`.
#[derive(Debug, Clone, Copy)]
pub struct ClearToken {
    /// The word it stands for.
    pub word: WordId,
    /// How that was found.
    pub marks: Marks,
    /// First raw token.
    pub raw_start: u32,
    /// One past the last raw token.
    pub raw_end: u32,
    /// What stood before it.
    pub before: Before,
    /// It may hold one of the vocabulary's pieces; if not, it holds none.
    pub holds_piece: bool,
}

/// Marks that are a style where neighbours have them too.
const STYLES: Marks = Marks(Marks::DRAWN.0 | Marks::APART.0);
/// Buffers of one worker, so that reading allocates nothing after warm-up.
#[derive(Debug, Default)]
pub(super) struct Clearer {
    pub(super) joined: String,
    variant: String,
    /// What words were read as whose reading depends on nothing around them.
    memo: Memo,
    /// A token of this text has a mark that is a style where its neighbours have it too.
    styled: bool,
}

/// What one text is read from.
pub(super) struct Run<'a> {
    pub(super) text: &'a str,
    pub(super) raw: &'a [RawToken],
    pub(super) vocabulary: &'a Vocabulary,
}

impl Clearer {
    /// Forgets how words were read: to be called when the vocabulary changes.
    pub(super) fn forget(&mut self) {
        self.memo.forget();
    }

    /// Reads the raw tokens of `text` into `clear`, which is emptied first.
    pub(super) fn clear(
        &mut self,
        text: &str,
        raw: &[RawToken],
        vocabulary: &Vocabulary,
        clear: &mut Vec<ClearToken>,
    ) {
        clear.clear();
        let run = Run { text, raw, vocabulary };
        let mut at = 0;
        self.styled = false;
        while let Some(token) = raw.get(at) {
            if token.kind == RawKind::Word
                && !token.hashtag
                && joint(&run, at).is_none()
                && let Some((word, marks, holds_piece)) =
                    self.memo.recall(text, token.start, token.end)
            {
                let last = clear.last().map_or(0, |last| last.raw_end as usize);
                let before = before(raw, last, at);
                let (raw_start, raw_end) = (offset(at), offset(at + 1));
                clear.push(ClearToken { word, marks, raw_start, raw_end, before, holds_piece });
                self.styled |= marks.has(STYLES);
                at += 1;
            } else {
                at = self.token(&run, at, clear);
            }
        }
        if self.styled {
            single_out(clear);
        }
    }

    /// Reads the token at `at` and says where to go on.
    fn token(&mut self, run: &Run<'_>, at: usize, clear: &mut Vec<ClearToken>) -> usize {
        let token = run.raw[at];
        let text = &run.text[token.start..token.end];
        let follows_apart = clear
            .iter()
            .rev()
            .find(|last| last.word != WordId::NUMBER)
            .is_some_and(|last| last.marks.has(Marks::APART));
        let mut styled = false;
        let mut push = |word, marks: Marks, from: usize, to: usize| {
            let last = clear.last().map_or(0, |last| last.raw_end as usize);
            let before = if last > from { Before::Glue } else { before(run.raw, last, from) };
            styled |= marks.has(STYLES);
            // As it is written where no style is taken off and no pieces are put together.
            let written = (marks.is_none() && to == from + 1).then_some(text);
            clear.push(ClearToken {
                word,
                marks,
                raw_start: offset(from),
                raw_end: offset(to),
                before,
                holds_piece: run.vocabulary.holds_piece(word, written),
            });
        };
        let single =
            token.end - token.start == 1 || (token.unusual && text.chars().nth(1).is_none());
        if single
            && token.kind != RawKind::Emoji
            && let Some(end) = self.spaced(run, at, follows_apart, &mut push)
        {
            self.styled = true;
            return end;
        }
        match token.kind {
            RawKind::Link => push(WordId::LINK, Marks::default(), at, at + 1),
            RawKind::Email => push(WordId::EMAIL, Marks::default(), at, at + 1),
            RawKind::Emoji => {
                if text.chars().all(confusable::is_regional)
                    && let Some(end) = self.regional_letters(run, at, &mut push)
                {
                    return end;
                }
                // Other pictures adorn: what stands on both sides of them belongs together.
                if let Some(found) = run.vocabulary.form(text) {
                    if found.marks.is_none() {
                        push(found.words[0], Marks::default(), at, at + 1);
                    } else if stands_for_a_word(run, at) {
                        push(found.words[0], Marks::PICTURE, at, at + 1);
                    }
                }
            }
            RawKind::Handle => match self.leet(run.vocabulary, &format!("a{}", &text[1..])) {
                Some(found)
                    if run.vocabulary.is_sensitive(found.words[0]) || found.words.len() == 1 =>
                {
                    push(found.words[0], found.marks.and(Marks::LEET), at, at + 1);
                }
                _ => push(WordId::HANDLE, Marks::default(), at, at + 1),
            },
            RawKind::Number => {
                let hides_letters = text.bytes().filter(u8::is_ascii_lowercase).count() >= 2;
                match hides_letters.then(|| self.leet(run.vocabulary, text)).flatten() {
                    Some(found)
                        if run.vocabulary.is_sensitive(found.words[0])
                            || (text.len() >= 4
                                && (!ends_in_letters(text)
                                    || run.vocabulary.any(&text[1..]).is_none())) =>
                    {
                        for word in found.words {
                            push(*word, found.marks, at, at + 1);
                        }
                    }
                    _ => push(WordId::NUMBER, Marks::default(), at, at + 1),
                }
            }
            RawKind::Word => {
                if let Some((word, end)) = self.broken(run, at) {
                    push(word, Marks::JOINED, at, end);
                    return end;
                }
                // A single letter may begin a word set apart: what it is depends on what follows.
                let stands_alone = !single && !token.hashtag;
                if stands_alone
                    && let Some((word, marks, _)) =
                        self.memo.recall(run.text, token.start, token.end)
                {
                    push(word, marks, at, at + 1);
                    self.styled |= styled;
                    return at + 1;
                }
                let found = self.resolve(run.vocabulary, text, token.unusual);
                if let Some(found) = found {
                    if let [word] = found.words
                        && stands_alone
                    {
                        let holds_piece = run.vocabulary.holds_piece(*word, None);
                        let read = (*word, found.marks, holds_piece);
                        self.memo.keep(run.text, token.start, token.end, read);
                    }
                    for word in found.words {
                        push(*word, found.marks, at, at + 1);
                    }
                    self.styled |= styled;
                    return at + 1;
                }
                let may_be_split = self.may_be_split(run.vocabulary, text);
                if may_be_split && let Some((word, end)) = self.split(run, at) {
                    push(word, Marks::JOINED, at, end);
                    return end;
                }
                let parts = self.compound(run.vocabulary, text, token.hashtag);
                if parts.is_empty() {
                    let word = if is_priced(text) { WordId::NUMBER } else { WordId::UNKNOWN };
                    let marks = style(text, token.unusual);
                    if stands_alone && !may_be_split {
                        let written = marks.is_none().then_some(text);
                        let read = (word, marks, run.vocabulary.holds_piece(word, written));
                        self.memo.keep(run.text, token.start, token.end, read);
                    }
                    push(word, marks, at, at + 1);
                }
                for word in parts {
                    push(word, Marks::COMPOUND, at, at + 1);
                }
            }
        }
        self.styled |= styled;
        at + 1
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

    /// Emphasis, clitics, missing vowels.
    pub(super) fn plain_variant<'v>(
        &mut self,
        vocabulary: &'v Vocabulary,
        text: &str,
    ) -> Option<Resolved<'v>> {
        let as_mark = |found: Resolved<'v>, mark| Resolved {
            words: found.words,
            marks: found.marks.and(mark),
        };
        if text.len() > 3 && repeats(text) {
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
        let everyday = vocabulary.any(text).is_some();
        if !everyday && text.len() > 3 && text.as_bytes().windows(2).any(|pair| pair[0] == pair[1])
        {
            let runs = squeeze(text, &mut self.variant);
            // A short word is what it is drawn out from one letter only: `nnttt` is not `nt`.
            if (runs == 1 || self.variant.len() > 3)
                && let Some(found) = vocabulary.form(&self.variant)
            {
                return Some(as_mark(found, Marks::SQUEEZED));
            }
        }
        for clitic in ["nya", "lah", "kah", "pun", "ku", "mu", "ne", "na", "nye", "e"] {
            if text.bytes().last() == clitic.bytes().last()
                && let Some(stem) = text.strip_suffix(clitic)
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
        for (young, plain) in YOUNG {
            if text.contains(young) {
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

/// What stood before the raw token `from`, pictures between it and the token `last` passed over.
pub(super) fn before(raw: &[RawToken], last: usize, from: usize) -> Before {
    raw[last.min(from)..=from].iter().map(|token| token.before).max().unwrap_or(Before::Glue)
}

/// Whether a picture stands in a sentence where a word would, and is not one of a row.
fn stands_for_a_word(run: &Run<'_>, at: usize) -> bool {
    let word = |token: Option<&RawToken>| token.is_some_and(|token| token.kind != RawKind::Emoji);
    let goes_on = |at: usize| run.raw.get(at).is_some_and(|token| token.before <= Before::Space);
    word(at.checked_sub(1).and_then(|at| run.raw.get(at)))
        && word(run.raw.get(at + 1))
        && goes_on(at)
        && goes_on(at + 1)
}

/// Says of drawn letters and letters set apart that they hide a word, where only one or two words
/// in a row are so; more are a heading, which hides nothing.
fn single_out(clear: &mut [ClearToken]) {
    let mut from = 0;
    while from < clear.len() {
        let run = clear[from..]
            .iter()
            .take_while(|token| token.marks.has(STYLES) || token.word == WordId::NUMBER)
            .count();
        if run <= 2 {
            for token in &mut clear[from..from + run] {
                if token.marks.has(Marks::DRAWN) {
                    token.marks = token.marks.and(Marks::LOOKALIKE);
                }
                if token.marks.has(Marks::APART) {
                    token.marks = token.marks.and(Marks::JOINED);
                }
            }
        }
        from += run.max(1);
    }
}
