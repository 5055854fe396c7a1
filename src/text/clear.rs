//! The clear view: raw tokens read as the words they stand for. Disguise is undone only where the
//! result is a word of the vocabulary; a token remembers by which means it was found.

use super::lex::{Before, RawKind, RawToken};
use super::memo::Memo;
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

    /// Both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any of `other` is set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether `other` and nothing else is set.
    pub const fn is_only(self, other: Self) -> bool {
        self.0 == other.0
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
}

/// Buffers of one worker, so that reading allocates nothing after warm-up.
#[derive(Debug, Default)]
pub(super) struct Clearer {
    joined: String,
    variant: String,
    /// What words were read as whose reading depends on nothing around them.
    memo: Memo,
}

struct Run<'a> {
    text: &'a str,
    raw: &'a [RawToken],
    vocabulary: &'a Vocabulary,
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
        while let Some(token) = raw.get(at) {
            if token.kind == RawKind::Word
                && !token.hashtag
                && let Some((word, marks)) = self.memo.recall(text, token.start, token.end)
            {
                let (raw_start, raw_end) = (offset(at), offset(at + 1));
                clear.push(ClearToken { word, marks, raw_start, raw_end, before: token.before });
                at += 1;
            } else {
                at = self.token(&run, at, clear);
            }
        }
    }

    /// Reads the token at `at` and says where to go on.
    fn token(&mut self, run: &Run<'_>, at: usize, clear: &mut Vec<ClearToken>) -> usize {
        let token = run.raw[at];
        let text = &run.text[token.start..token.end];
        let mut push = |word, marks, from: usize, to: usize| {
            let same = clear.last().is_some_and(|last| last.raw_end as usize > from);
            let before = if same { Before::Glue } else { run.raw[from].before };
            clear.push(ClearToken {
                word,
                marks,
                raw_start: offset(from),
                raw_end: offset(to),
                before,
            });
        };
        let single =
            token.end - token.start == 1 || (token.unusual && text.chars().nth(1).is_none());
        if single
            && token.kind != RawKind::Emoji
            && let Some(end) = self.spaced(run, at, &mut push)
        {
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
                let word = run.vocabulary.form(text).map_or(WordId::EMOJI, |found| found.words[0]);
                push(word, Marks::default(), at, at + 1);
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
                            || (text.len() >= 4 && !ends_in_letters(text)) =>
                    {
                        for word in found.words {
                            push(*word, found.marks, at, at + 1);
                        }
                    }
                    _ => push(WordId::NUMBER, Marks::default(), at, at + 1),
                }
            }
            RawKind::Word => {
                // A single letter may begin a word set apart: what it is depends on what follows.
                let stands_alone = !single && !token.hashtag;
                let found = self.resolve(run.vocabulary, text, token.unusual);
                if let Some(found) = found {
                    if let [word] = found.words
                        && stands_alone
                    {
                        self.memo.keep(run.text, token.start, token.end, (*word, found.marks));
                    }
                    for word in found.words {
                        push(*word, found.marks, at, at + 1);
                    }
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
                    if stands_alone && !may_be_split {
                        let read = (word, Marks::default());
                        self.memo.keep(run.text, token.start, token.end, read);
                    }
                    push(word, Marks::default(), at, at + 1);
                }
                for word in parts {
                    push(word, Marks::COMPOUND, at, at + 1);
                }
            }
        }
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
    fn plain_variant<'v>(
        &mut self,
        vocabulary: &'v Vocabulary,
        text: &str,
    ) -> Option<Resolved<'v>> {
        let as_mark = |found: Resolved<'v>, mark| Resolved {
            words: found.words,
            marks: found.marks.and(mark),
        };
        if text.as_bytes().windows(2).any(|pair| pair[0] == pair[1]) {
            for keep in [2, 1] {
                squeeze(text, keep, &mut self.variant);
                if self.variant != text
                    && let Some(found) = vocabulary.form(&self.variant)
                {
                    return Some(as_mark(found, Marks::SQUEEZED));
                }
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
        let word = vocabulary.without_vowels(text)?;
        Some(Resolved {
            words: vocabulary.form(vocabulary.word(word))?.words,
            marks: Marks::VOWELLESS,
        })
    }

    /// Look-alike letters, a reduplication mark, leet, hidden letters.
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
            marks = Marks::LOOKALIKE;
        }
        let with = |found: Resolved<'v>, more: Marks| Resolved {
            words: found.words,
            marks: found.marks.and(marks).and(more),
        };
        if let Some(found) = vocabulary.form(&latin) {
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
            if let Some(found) = vocabulary.form(&decoded) {
                return Some(Resolved { words: found.words, marks: found.marks.and(Marks::LEET) });
            }
            if let Some(found) = self.plain_variant(vocabulary, &decoded) {
                return Some(Resolved { words: found.words, marks: found.marks.and(Marks::LEET) });
            }
        }
        None
    }

    /// Letters set apart, from `at` on: three or more tokens of one letter, pictures between them
    /// passed over. Where they spell known words these are pushed, and the end is returned.
    fn spaced(
        &mut self,
        run: &Run<'_>,
        at: usize,
        push: &mut impl FnMut(WordId, Marks, usize, usize),
    ) -> Option<usize> {
        self.joined.clear();
        let mut places = Vec::new();
        let mut end = at;
        for (index, token) in run.raw.iter().enumerate().skip(at) {
            if token.kind == RawKind::Emoji {
                continue;
            }
            let text = &run.text[token.start..token.end];
            let mut letters = text.chars();
            let (Some(letter), None) = (letters.next(), letters.next()) else { break };
            if index > at && token.before > Before::Line {
                break;
            }
            self.joined.push(unleet(confusable::latin(letter).unwrap_or(letter), 'i'));
            places.push(index);
            end = index + 1;
        }
        if places.len() < 3 || !self.joined.is_ascii() {
            return None;
        }
        let joined = std::mem::take(&mut self.joined);
        let read = spell(run, &joined, &places);
        self.joined = joined;
        for (word, from, len) in read? {
            push(word, Marks::JOINED, places[from], places[from + len - 1] + 1);
        }
        Some(end)
    }

    /// Flags whose letters spell a sensitive word.
    fn regional_letters(
        &mut self,
        run: &Run<'_>,
        at: usize,
        push: &mut impl FnMut(WordId, Marks, usize, usize),
    ) -> Option<usize> {
        self.joined.clear();
        let mut end = at;
        for token in &run.raw[at..] {
            let text = &run.text[token.start..token.end];
            if !text.chars().all(confusable::is_regional)
                || (end > at && token.before > Before::Glue)
            {
                break;
            }
            self.joined.extend(text.chars().filter_map(confusable::latin));
            end += 1;
        }
        let found = run.vocabulary.form(&self.joined)?;
        if self.joined.len() < 4
            || !found.words.iter().any(|word| run.vocabulary.is_sensitive(*word))
        {
            return None;
        }
        for word in found.words {
            push(*word, Marks::LOOKALIKE, at, end);
        }
        Some(end)
    }

    /// Whether `first` may be the first piece of a sensitive word; its letters are left in `joined`.
    fn may_be_split(&mut self, vocabulary: &Vocabulary, first: &str) -> bool {
        self.joined.clear();
        if first.len() > 10 {
            return false;
        }
        if first.bytes().all(|byte| byte.is_ascii_lowercase()) {
            self.joined.push_str(first);
        } else {
            self.joined.extend(first.chars().map(|letter| unleet(letter, 'i')));
        }
        vocabulary.is_prefix_of_sensitive(&self.joined)
    }

    /// A sensitive word written in two to four pieces from `at` on, the first of which is in `joined`.
    fn split(&mut self, run: &Run<'_>, at: usize) -> Option<(WordId, usize)> {
        let mut glued = true;
        for (index, token) in run.raw.iter().enumerate().skip(at + 1).take(4) {
            if !matches!(token.kind, RawKind::Word | RawKind::Number) || token.before > Before::Line
            {
                return None;
            }
            glued &= token.before == Before::Glue;
            let piece = &run.text[token.start..token.end];
            self.joined.extend(piece.chars().map(|letter| unleet(letter, 'i')));
            let long_enough = self.joined.len() >= if glued { 4 } else { 5 };
            if long_enough
                && let Some(found) = run.vocabulary.form(&self.joined)
                && let [word] = found.words
                && run.vocabulary.is_sensitive(*word)
            {
                return Some((*word, index + 1));
            }
            if !run.vocabulary.is_prefix_of_sensitive(&self.joined) {
                return None;
            }
        }
        None
    }

    /// Known words run together: any in a hashtag, elsewhere only with a sensitive one among them.
    fn compound(&mut self, vocabulary: &Vocabulary, text: &str, hashtag: bool) -> Vec<WordId> {
        if !text.is_ascii() || text.len() > 40 || (!hashtag && text.len() < 9) || text.len() < 6 {
            return Vec::new();
        }
        if !hashtag && !vocabulary.may_hold_sensitive(text) {
            return Vec::new();
        }
        let shortest = if hashtag { 2 } else { 4 };
        let Some(parts) = segment(vocabulary, text, shortest) else { return Vec::new() };
        let words: Vec<WordId> = parts.into_iter().map(|(word, _)| word).collect();
        if hashtag || words.iter().any(|word| vocabulary.is_sensitive(*word)) {
            words
        } else {
            Vec::new()
        }
    }
}

/// The words that letters set apart spell, each with its first letter and its length. A gap wider
/// than the others ends a word; where there is none, the letters are cut into known words. At least
/// half of the letters must stand in known words.
fn spell(run: &Run<'_>, joined: &str, places: &[usize]) -> Option<Vec<(WordId, usize, usize)>> {
    let gap = |at: usize| run.raw[places[at]].start - run.raw[places[at - 1]].end;
    let narrowest = (1..places.len()).map(gap).min().unwrap_or(0);
    let mut starts = vec![0];
    starts.extend((1..places.len()).filter(|at| gap(*at) > narrowest));
    starts.push(places.len());
    let mut words = Vec::new();
    let mut known = 0;
    for pair in starts.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let text = &joined[from..to];
        let whole = run.vocabulary.form(text).filter(|found| found.words.len() == 1);
        if let Some(found) = whole {
            known += to - from;
            words.push((found.words[0], from, to - from));
        } else if let Some(parts) = segment(run.vocabulary, text, 2) {
            known += to - from;
            let mut at = from;
            for (word, len) in parts {
                words.push((word, at, len));
                at += len;
            }
        } else {
            words.push((WordId::UNKNOWN, from, to - from));
        }
    }
    (known * 2 >= joined.len()).then_some(words)
}

/// Cuts ASCII `text` wholly into known words of at least `shortest` letters, fewest words first.
fn segment(vocabulary: &Vocabulary, text: &str, shortest: usize) -> Option<Vec<(WordId, usize)>> {
    let len = text.len();
    let mut best: Vec<Option<(usize, WordId, usize)>> = vec![None; len + 1];
    best[len] = Some((0, WordId::UNKNOWN, 0));
    for start in (0..len).rev() {
        let longest = (start + vocabulary.longest()).min(len);
        let lengths = vocabulary.lengths(&text[start..]);
        for end in (start + shortest).min(len + 1)..=longest {
            let Some((rest, ..)) = best[end] else { continue };
            if !lengths.may_be(end - start) {
                continue;
            }
            let Some(found) = vocabulary.form(&text[start..end]) else { continue };
            let [word] = found.words else { continue };
            if best[start].is_none_or(|(count, ..)| rest + 1 < count) {
                best[start] = Some((rest + 1, *word, end - start));
            }
        }
    }
    let mut words = Vec::new();
    let mut at = 0;
    while at < len {
        let (_, word, step) = best[at]?;
        words.push((word, step));
        at += step;
    }
    Some(words)
}

/// Whether this is digits and then only letters, as a count with its unit is: `20orang`.
fn ends_in_letters(text: &str) -> bool {
    let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    text.len() - unit.len() > 1 && unit.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether this is a short prefix and a number, as `rp12.000` or `nt$20.000` are.
fn is_priced(text: &str) -> bool {
    let digits =
        text.trim_start_matches(|letter: char| letter.is_ascii_lowercase() || letter == '$');
    text.len() - digits.len() <= 4 && digits.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Leaves at most `keep` equal letters in a row.
fn squeeze(text: &str, keep: usize, into: &mut String) {
    into.clear();
    let mut last = None;
    let mut count = 0;
    for letter in text.chars() {
        count = if last == Some(letter) { count + 1 } else { 1 };
        last = Some(letter);
        let limit = if count > 2 { 1 } else { keep };
        if count <= limit {
            into.push(letter);
        }
    }
}

fn unleet(letter: char, one: char) -> char {
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
