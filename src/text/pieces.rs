//! Words in pieces and words run together: broken by a line's end, a sign or a picture, split into
//! pieces that are no words, or written without a space between them.

use super::beginnings::Letters;
use super::clear::{Clearer, Run};
use super::lex::{Before, RawKind};
use super::undo::unleet;
use super::{Vocabulary, WordId};

/// Letters of the longest word that is taken for the first piece of another.
const LONGEST_FIRST: usize = 10;

impl Clearer {
    /// A known word broken in two or three by a line's end or a sign: one of the pieces is no word
    /// by itself, or the whole is a sensitive one.
    pub(super) fn broken(&mut self, run: &Run<'_>, at: usize) -> Option<(WordId, usize)> {
        let mut end = joint(run, at)?;
        let first = &run.text[run.raw[at].start..run.raw[at].end];
        let is_word = |text: &str| run.vocabulary.any(text).is_some();
        self.joined.clear();
        self.joined.push_str(first);
        for _ in 0..2 {
            let token = &run.raw[end];
            let piece = &run.text[token.start..token.end];
            if token.kind != RawKind::Word || token.hashtag || piece.len() < 2 || first.len() < 2 {
                return None;
            }
            self.joined.push_str(piece);
            if self.joined.len() > run.vocabulary.longest() {
                return None;
            }
            if self.joined.len() >= 4
                && let Some(found) = run.vocabulary.any(&self.joined)
                && let [word] = found.words
                && ((self.joined.len() >= 5 && run.vocabulary.is_sensitive(*word))
                    || !pieces_from(run, at, end).all(is_word))
            {
                return Some((*word, end + 1));
            }
            end = joint(run, end)?;
        }
        None
    }

    /// Where `first` may be the first piece of a sensitive word, the letters with which it goes on.
    pub(super) fn goes_on(
        &mut self,
        vocabulary: &Vocabulary,
        first: &str,
        unusual: bool,
    ) -> Letters {
        let goes_on = if first.len() > LONGEST_FIRST {
            None
        } else if unusual {
            self.joined.clear();
            push_unleet(first, &mut self.joined);
            vocabulary.goes_on(&self.joined)
        } else {
            vocabulary.goes_on(first)
        };
        goes_on.unwrap_or_default()
    }

    /// A sensitive word written in two to four pieces from `at` on, the first of which may be one.
    pub(super) fn split(&mut self, run: &Run<'_>, at: usize) -> Option<(WordId, usize)> {
        self.joined.clear();
        push_unleet(run.text_of(&run.raw[at]), &mut self.joined);
        let mut glued = true;
        for (index, token) in run.raw.iter().enumerate().skip(at + 1).take(4) {
            if !matches!(token.kind, RawKind::Word | RawKind::Number) || token.before > Before::Line
            {
                return None;
            }
            glued &= token.before == Before::Glue;
            let piece = &run.text[token.start..token.end];
            push_unleet(piece, &mut self.joined);
            let long_enough = self.joined.len() >= if glued { 4 } else { 5 };
            if long_enough
                && let Some(found) = run.vocabulary.form(&self.joined)
                && let [word] = found.words
                && run.vocabulary.is_sensitive(*word)
            {
                return Some((*word, index + 1));
            }
            run.vocabulary.goes_on(&self.joined)?;
        }
        None
    }

    /// Known words run together: any in a hashtag, elsewhere long ones or with a sensitive one. They
    /// are left in `words`, which has to be empty and stays so where there are none.
    pub(super) fn compound(&mut self, vocabulary: &Vocabulary, text: &str, hashtag: bool) -> bool {
        if !text.is_ascii() || text.len() > 40 || text.len() < 6 {
            return false;
        }
        if let Some(rest) = ["di", "ke", "ka"].iter().find_map(|prefix| text.strip_prefix(prefix))
            && let Some(found) = vocabulary.form(rest)
            && let ([word], Some(place)) = (found.words, vocabulary.any(&text[..2]))
            && rest.len() >= 4
            && vocabulary.is_sensitive(*word)
        {
            self.words.extend_from_slice(place.words);
            self.words.push(*word);
            return true;
        }
        // Of longer ones all parts must be known and long, so hardly a word of its own is cut.
        let long = text.len() >= 9;
        if !hashtag && !long && !vocabulary.may_hold_sensitive(text) {
            return false;
        }
        let shortest = if hashtag { 2 } else { 4 };
        if text.len() < 2 * shortest {
            return false;
        }
        let Some(parts) = self.segmenter.segment(vocabulary, text, shortest) else { return false };
        self.words.extend(parts.map(|(word, _)| word));
        let shown = hashtag || long || self.words.iter().any(|word| vocabulary.is_sensitive(*word));
        if !shown {
            self.words.clear();
        }
        shown
    }
}

/// Adds a text to another, digits and signs read as letters.
fn push_unleet(text: &str, into: &mut String) {
    if text.bytes().all(|byte| byte.is_ascii_lowercase()) {
        into.push_str(text);
    } else {
        into.extend(text.chars().map(|letter| unleet(letter, 'i')));
    }
}

/// The words `at..=end` of which a broken one may be made, pictures between them passed over.
fn pieces_from<'a>(run: &'a Run<'_>, at: usize, end: usize) -> impl Iterator<Item = &'a str> {
    let words = run.raw[at..=end].iter().filter(|token| token.kind != RawKind::Emoji);
    words.map(|token| run.text_of(token))
}

/// The token after `at` when only a line's end, a sign or a picture parts them.
pub(super) fn joint(run: &Run<'_>, at: usize) -> Option<usize> {
    let mut end = run.raw[at].end;
    let mut next = at + 1;
    while let Some(token) = run.raw.get(next) {
        if token.kind != RawKind::Emoji {
            let parted = matches!(token.before, Before::Glue | Before::Line)
                || (token.start == end && token.before == Before::Space);
            return (parted && next <= at + 2).then_some(next);
        }
        if token.start != end {
            return None;
        }
        end = token.end;
        next += 1;
    }
    None
}
