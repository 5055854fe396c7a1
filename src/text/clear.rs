//! The clear view: raw tokens read as the words they stand for. Disguise is undone only where the
//! result is a word of the vocabulary; a token remembers by which means it was found.

use std::cmp::Ordering;

use super::beginnings::Letters;
use super::lex::{Before, RawKind, RawToken};
use super::memo::{Key, Memo, Reading, Sought};
use super::pieces::joint;
use super::undo::{Segmenter, unleet};
use super::vocabulary::{Vocabulary, WordId};
use super::{Tags, confusable, offset};

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
    /// What others want to know of it.
    pub tags: Tags,
}

impl ClearToken {
    /// Whether it may hold one of the vocabulary's pieces; if not, it holds none.
    pub const fn holds_piece(&self) -> bool {
        self.tags.has(Tags::PIECE)
    }
}

/// Marks that are a style where neighbours have them too.
const STYLES: Marks = Marks(Marks::DRAWN.0 | Marks::APART.0);
/// Buffers of one worker, so that reading allocates nothing after warm-up.
#[derive(Debug, Default)]
pub(super) struct Clearer {
    pub(super) joined: String,
    pub(super) variant: String,
    /// The words that the word at hand stands for.
    pub(super) words: Vec<WordId>,
    pub(super) segmenter: Segmenter,
    /// How words read by themselves.
    memo: Memo,
    /// The raw tokens as they were looked for there.
    sought: Vec<Sought>,
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
        self.memo.look_for(raw.iter().map(|token| run.key(token)), &mut self.sought);
        let mut at = 0;
        self.styled = false;
        while let Some(token) = raw.get(at) {
            if let Some(Sought { key, kept: true, .. }) = self.sought.get(at)
                && run.stands_alone(token, at)
                && let Some(reading) = self.memo.recall(*key)
                && reading.goes_on.are_none()
            {
                let reading = *reading;
                self.recalled(&run, at, reading, clear);
                at += 1;
                continue;
            }
            at = match token.kind {
                RawKind::Word | RawKind::Number | RawKind::Handle => self.word(&run, at, clear),
                RawKind::Emoji => self.picture(&run, at, clear),
                RawKind::Link | RawKind::Email => {
                    let link = token.kind == RawKind::Link;
                    run.push(clear, if link { WordId::LINK } else { WordId::EMAIL }, at);
                    at + 1
                }
            };
        }
        if self.styled {
            single_out(clear);
        }
    }

    /// Reads the word, number or name at `at` and says where to go on. What it is by itself is
    /// recalled where it can be; what stands around it is looked at each time.
    fn word(&mut self, run: &Run<'_>, at: usize, clear: &mut Vec<ClearToken>) -> usize {
        let token = &run.raw[at];
        if token.is_single(run.text)
            && let Some(end) = self.spaced(run, at, clear)
        {
            self.styled = true;
            return end;
        }
        if token.kind == RawKind::Word
            && let Some((word, end)) = self.broken(run, at)
        {
            run.push_all(clear, &[word], Marks::JOINED, at, end);
            return end;
        }
        let Sought { key, kept, .. } = self.sought[at];
        if kept
            && let Some(reading) = self.memo.recall(key)
            && reading.goes_on.are_none()
        {
            let reading = *reading;
            self.recalled(run, at, reading, clear);
            return at + 1;
        }
        self.searched(run, at, key, clear)
    }

    /// Adds a word as it was read, now or before.
    #[inline]
    fn recalled(
        &mut self,
        run: &Run<'_>,
        at: usize,
        reading: Reading,
        clear: &mut Vec<ClearToken>,
    ) {
        let Reading { word, marks, tags, .. } = reading;
        self.styled |= marks.has(STYLES);
        let (raw_start, raw_end) = (offset(at), offset(at + 1));
        let before = run.before(clear, at);
        clear.push(ClearToken { word, marks, raw_start, raw_end, before, tags });
        if let Some(second) = reading.second() {
            run.push_all(clear, &[second], marks, at, at + 1);
        }
    }

    /// As [`Self::word`], of a word that is not recalled or may be the first piece of another.
    fn searched(
        &mut self,
        run: &Run<'_>,
        at: usize,
        key: Key,
        clear: &mut Vec<ClearToken>,
    ) -> usize {
        let token = &run.raw[at];
        let recalled = self.memo.recall(key).copied();
        let (reading, marks, goes_on) = match recalled {
            Some(reading) => (recalled, reading.marks, reading.goes_on),
            None => {
                let (marks, goes_on) = self.alone(run.vocabulary, run.text_of(token), token);
                let reading = self.words.first().and_then(|first| {
                    Reading::of(&self.words, marks, run.tags(*first, marks, at), goes_on)
                });
                reading.into_iter().for_each(|reading| self.memo.keep(key, reading));
                (reading, marks, goes_on)
            }
        };
        if may_go_on(run, at, goes_on)
            && let Some((word, end)) = self.split(run, at)
        {
            run.push_all(clear, &[word], Marks::JOINED, at, end);
            return end;
        }
        if let Some(reading) = reading {
            self.recalled(run, at, reading, clear);
        } else {
            // Of more words than are kept.
            self.styled |= marks.has(STYLES);
            run.push_all(clear, &self.words, marks, at, at + 1);
        }
        at + 1
    }

    /// Reads the picture at `at` and says where to go on. Most pictures adorn: what stands on both
    /// sides of them belongs together.
    fn picture(&mut self, run: &Run<'_>, at: usize, clear: &mut Vec<ClearToken>) -> usize {
        let text = run.text_of(&run.raw[at]);
        if text.chars().all(confusable::is_regional)
            && let Some(end) = self.regional_letters(run, at, clear)
        {
            return end;
        }
        if let Some(found) = run.vocabulary.form(text) {
            let word = &found.words[..1];
            if found.marks.is_none() {
                run.push_all(clear, word, Marks::default(), at, at + 1);
            } else if stands_for_a_word(run, at) {
                run.push_all(clear, word, Marks::PICTURE, at, at + 1);
            }
        }
        at + 1
    }
}

impl Run<'_> {
    pub(super) fn text_of(&self, token: &RawToken) -> &str {
        &self.text[token.start..token.end]
    }

    /// By what a token is remembered: a hashtag is cut into words where the same letters elsewhere are
    /// not.
    #[inline]
    fn key(&self, token: &RawToken) -> Key {
        if token.hashtag { Key::NONE } else { Key::of(self.text, token.start, token.end) }
    }

    /// Whether nothing beside a token can make another word of it: it is no single letter, and not
    /// joined to what follows. Of most words.
    #[inline]
    fn stands_alone(&self, token: &RawToken, at: usize) -> bool {
        token.end - token.start > 1 && !token.unusual && joint(self, at).is_none()
    }

    /// Adds the words that the raw tokens `from..to` stand for.
    pub(super) fn push_all(
        &self,
        clear: &mut Vec<ClearToken>,
        words: &[WordId],
        marks: Marks,
        from: usize,
        to: usize,
    ) {
        let (raw_start, raw_end) = (offset(from), offset(to));
        for word in words.iter().copied() {
            let before = self.before(clear, from);
            // What is put together of pieces is not looked at as it is written.
            let tags = if to == from + 1 {
                self.tags(word, marks, from)
            } else {
                self.vocabulary.tags(word, None)
            };
            clear.push(ClearToken { word, marks, raw_start, raw_end, before, tags });
        }
    }

    /// Adds what the raw token `at` is as it is written.
    fn push(&self, clear: &mut Vec<ClearToken>, word: WordId, at: usize) {
        self.push_all(clear, &[word], Marks::default(), at, at + 1);
    }

    /// The tags of the raw token `at`, read as this word. As it is written it is looked at where no
    /// style was taken off.
    fn tags(&self, word: WordId, marks: Marks, at: usize) -> Tags {
        let written = marks.is_none().then(|| self.text_of(&self.raw[at]));
        self.vocabulary.tags(word, written)
    }

    /// What stood before a word of which `from` is the first raw token.
    fn before(&self, clear: &[ClearToken], from: usize) -> Before {
        let last = clear.last().map_or(0, |last| last.raw_end as usize);
        match last.cmp(&from) {
            Ordering::Equal => self.raw[from].before,
            Ordering::Greater => Before::Glue,
            Ordering::Less => before(self.raw, last, from),
        }
    }
}

/// Whether the word at `at` may go on in the next one with one of these letters.
fn may_go_on(run: &Run<'_>, at: usize, letters: Letters) -> bool {
    !letters.are_none()
        && run.raw.get(at + 1).is_some_and(|next| {
            let first = run.text_of(next).chars().next();
            first.is_some_and(|first| letters.has(unleet(first, 'i')))
        })
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
