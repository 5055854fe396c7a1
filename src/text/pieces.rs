//! Words in pieces and words run together: broken by a line's end, a sign or a picture, split into
//! pieces that are no words, or written without a space between them.

use super::clear::{Clearer, Run};
use super::lex::{Before, RawKind};
use super::undo::{segment, unleet};
use super::{Vocabulary, WordId};

impl Clearer {
    /// A known word broken in two or three by a line's end or a sign: one of the pieces is no word
    /// by itself, or the whole is a sensitive one.
    pub(super) fn broken(&mut self, run: &Run<'_>, at: usize) -> Option<(WordId, usize)> {
        let mut end = joint(run, at)?;
        let first = &run.text[run.raw[at].start..run.raw[at].end];
        self.joined.clear();
        self.joined.push_str(first);
        let mut all_words = run.vocabulary.any(first).is_some();
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
            all_words &= run.vocabulary.any(piece).is_some();
            if self.joined.len() >= 4
                && let Some(found) = run.vocabulary.any(&self.joined)
                && let [word] = found.words
                && (!all_words || (self.joined.len() >= 5 && run.vocabulary.is_sensitive(*word)))
            {
                return Some((*word, end + 1));
            }
            end = joint(run, end)?;
        }
        None
    }

    /// Whether `first` may be the first piece of a sensitive word; its letters are left in `joined`.
    pub(super) fn may_be_split(&mut self, vocabulary: &Vocabulary, first: &str) -> bool {
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
    pub(super) fn split(&mut self, run: &Run<'_>, at: usize) -> Option<(WordId, usize)> {
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

    /// Known words run together: any in a hashtag, elsewhere long ones or with a sensitive one.
    pub(super) fn compound(
        &mut self,
        vocabulary: &Vocabulary,
        text: &str,
        hashtag: bool,
    ) -> Vec<WordId> {
        if !text.is_ascii() || text.len() > 40 || text.len() < 6 {
            return Vec::new();
        }
        if let Some(rest) = ["di", "ke", "ka"].iter().find_map(|prefix| text.strip_prefix(prefix))
            && let Some(found) = vocabulary.form(rest)
            && let ([word], Some(place)) = (found.words, vocabulary.any(&text[..2]))
            && rest.len() >= 4
            && vocabulary.is_sensitive(*word)
        {
            return place.words.iter().copied().chain([*word]).collect();
        }
        if !hashtag && text.len() < 9 && !vocabulary.may_hold_sensitive(text) {
            return Vec::new();
        }
        let shortest = if hashtag { 2 } else { 4 };
        if text.len() < 2 * shortest {
            return Vec::new();
        }
        let Some(parts) = segment(vocabulary, text, shortest) else { return Vec::new() };
        let words: Vec<WordId> = parts.into_iter().map(|(word, _)| word).collect();
        // Of longer ones all parts must be known and long, so hardly a word of its own is cut.
        let long = text.len() >= 9;
        if hashtag || long || words.iter().any(|word| vocabulary.is_sensitive(*word)) {
            words
        } else {
            Vec::new()
        }
    }
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
