//! Cuts the folded text into raw tokens: words, numbers, links, handles, emoji. Nothing is undone
//! here; a token remembers what stood before it, so that later stages know glue from a new sentence.

use super::confusable;

/// What stood between a token and the one before, from the weakest separation up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Before {
    /// Nothing, or punctuation without white space (`w.a`, `admin/cs`).
    Glue,
    /// White space, with or without punctuation.
    Space,
    /// A new line.
    Line,
    /// The end of a sentence.
    Sentence,
}

/// The kind of a raw token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawKind {
    /// Letters, possibly with digits or leet symbols among them.
    Word,
    /// Starts with a digit, a currency sign or a `+` and a digit.
    Number,
    /// A web address, with or without scheme.
    Link,
    /// A mail address.
    Email,
    /// `@` and a name.
    Handle,
    /// One emoji or flag.
    Emoji,
}

/// A piece of the folded text.
#[derive(Debug, Clone, Copy)]
pub struct RawToken {
    /// What it is.
    pub kind: RawKind,
    /// First byte in the folded text.
    pub start: usize,
    /// One past the last byte in the folded text.
    pub end: usize,
    /// What stood before it.
    pub before: Before,
    /// It holds something other than the letters a–z.
    pub unusual: bool,
    /// A `#` stood right before it.
    pub hashtag: bool,
}

impl RawToken {
    /// Whether it is one letter, digit or sign of `text`.
    #[inline]
    pub(super) fn is_single(&self, text: &str) -> bool {
        self.end - self.start == 1
            || (self.unusual && text[self.start..self.end].chars().nth(1).is_none())
    }
}

/// Endings of web addresses that make `word.ending` a link by themselves.
const ENDINGS: &[&str] = &["com", "id", "net", "org", "ly", "ee", "gg", "io", "gov"];
/// Endings that are words too: a link only when a path follows.
const ENDINGS_WITH_PATH: &[&str] =
    &["me", "co", "info", "link", "page", "site", "online", "app", "xyz", "cc", "tv", "my", "to"];

/// Characters that end a word of letters whatever follows, one bit each.
const ENDS_A_WORD: u64 = {
    let ending = b"\t\n\r \"#%&'()+,-/;<=>";
    let mut bits = 0;
    let mut at = 0;
    while at < ending.len() {
        bits |= 1 << ending[at];
        at += 1;
    }
    bits
};

/// Cuts `text` (folded) into `tokens`, which is cleared first.
pub(super) fn lex(text: &str, tokens: &mut Vec<RawToken>) {
    tokens.clear();
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0, before: Before::Sentence };
    while let Some(byte) = lexer.bytes.get(lexer.at) {
        match byte {
            b' ' => lexer.separate(Before::Space),
            b'a'..=b'z' if lexer.plain_word(tokens) => {}
            _ => lexer.step(tokens),
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    before: Before,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(b' ')
    }

    fn separate(&mut self, by: Before) {
        self.before = self.before.max(by);
        self.at += 1;
    }

    /// Takes a word of letters alone with nothing at its end that could belong to it: most words.
    fn plain_word(&mut self, tokens: &mut Vec<RawToken>) -> bool {
        let start = self.at;
        let end = start + letters(&self.bytes[start..]);
        let ends = match self.bytes.get(end) {
            None => true,
            // Most dots end a sentence; `www.` does not.
            Some(b'.' | b'!') => {
                self.bytes[start] != b'w'
                    && self.bytes.get(end + 1).is_none_or(u8::is_ascii_whitespace)
            }
            Some(after) => ENDS_A_WORD >> (*after).min(63) & 1 == 1,
        };
        if !ends {
            return false;
        }
        self.at = end;
        self.emit(tokens, RawKind::Word, start, false);
        // What most words are followed by, without a turn of its own.
        if self.bytes.get(end) == Some(&b' ') {
            self.before = Before::Space;
            self.at += 1;
        }
        true
    }

    fn step(&mut self, tokens: &mut Vec<RawToken>) {
        let byte = self.bytes[self.at];
        match byte {
            b'a'..=b'z' => self.word(tokens, false),
            b' ' | b'\t' => self.separate(Before::Space),
            b'\n' | b'\r' => self.separate(Before::Line),
            b'.' | b'!' | b'?' if self.peek(1).is_ascii_whitespace() => {
                self.separate(Before::Sentence);
            }
            b'0'..=b'9' => self.word(tokens, false),
            b'+' | b'$' if self.peek(1).is_ascii_digit() => self.word(tokens, false),
            b'$' | b'!' if self.peek(1).is_ascii_lowercase() && self.before > Before::Glue => {
                self.word(tokens, false);
            }
            b'@' if self.peek(1).is_ascii_alphanumeric() => self.handle(tokens),
            b'#' => {
                self.at += 1;
                if self
                    .bytes
                    .get(self.at)
                    .is_some_and(|next| next.is_ascii_alphanumeric() || *next >= 0x80)
                {
                    let count = tokens.len();
                    self.step(tokens);
                    if tokens.len() == count + 1 {
                        tokens[count].hashtag = true;
                    }
                }
            }
            _ if byte.is_ascii() => self.separate(Before::Glue),
            _ => self.beyond_ascii(tokens),
        }
    }

    fn emit(&mut self, tokens: &mut Vec<RawToken>, kind: RawKind, start: usize, unusual: bool) {
        tokens.push(RawToken {
            kind,
            start,
            end: self.at,
            before: self.before,
            unusual,
            hashtag: false,
        });
        self.before = Before::Glue;
    }

    fn beyond_ascii(&mut self, tokens: &mut Vec<RawToken>) {
        let Some(letter) = self.text[self.at..].chars().next() else {
            self.at = self.bytes.len();
            return;
        };
        if letter.is_alphanumeric() {
            self.word(tokens, true);
        } else if confusable::is_regional(letter) {
            self.regional(tokens);
        } else if letter.is_whitespace() {
            self.before = self.before.max(Before::Space);
            self.at += letter.len_utf8();
        } else if is_emoji(letter) {
            let start = self.at;
            self.at += letter.len_utf8();
            self.emit(tokens, RawKind::Emoji, start, true);
            self.before = Before::Space;
        } else {
            self.at += letter.len_utf8();
        }
    }

    /// Regional-indicator letters: an even run of pairs is flags, one token a pair; else one word.
    fn regional(&mut self, tokens: &mut Vec<RawToken>) {
        let start = self.at;
        let run: usize = self.text[start..]
            .chars()
            .take_while(|letter| confusable::is_regional(*letter))
            .map(char::len_utf8)
            .sum();
        if run == 8 || run == 16 {
            while self.at < start + run {
                let flag = self.at;
                self.at += 8;
                self.emit(tokens, RawKind::Emoji, flag, true);
            }
            self.before = Before::Space;
        } else {
            self.at += run;
            self.emit(tokens, RawKind::Word, start, true);
        }
    }

    fn word(&mut self, tokens: &mut Vec<RawToken>, mut unusual: bool) {
        let start = self.at;
        let first = self.bytes[start];
        if matches!(first, b'h' | b'w')
            && ["http://", "https://", "www."]
                .iter()
                .any(|head| self.bytes[start..].starts_with(head.as_bytes()))
        {
            return self.link(tokens, start);
        }
        if !first.is_ascii_alphanumeric() && first.is_ascii() {
            unusual = true;
            self.at += 1;
        }
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            match byte {
                b'a'..=b'z' => self.at += letters(&self.bytes[self.at..]),
                b'0'..=b'9' => {
                    unusual = true;
                    self.at += 1;
                }
                b'.' | b',' if self.between_digits() => self.at += 1,
                b'*' | b'$' | b'!' | b'|' | b'@' if self.between_word_characters() => {
                    if byte == b'@' && self.email(tokens, start) {
                        return;
                    }
                    unusual = true;
                    self.at += 1;
                }
                b'.' if self.at > start && self.link_ahead(start) => {
                    return self.link(tokens, start);
                }
                _ if byte.is_ascii() => break,
                _ => {
                    let Some(letter) = self.text[self.at..].chars().next() else { break };
                    let stands_in = "€∆®©¢£¥ª".contains(letter)
                        && self.text[..self.at].ends_with(|before: char| before.is_alphanumeric())
                        && self.text[self.at + letter.len_utf8()..]
                            .starts_with(|after: char| after.is_ascii_alphanumeric());
                    if !letter.is_alphanumeric() && !stands_in {
                        break;
                    }
                    unusual = true;
                    self.at += letter.len_utf8();
                }
            }
        }
        let numeric = first.is_ascii_digit()
            || (matches!(first, b'+' | b'$')
                && self.bytes.get(start + 1).is_some_and(u8::is_ascii_digit));
        let kind = if numeric { RawKind::Number } else { RawKind::Word };
        self.emit(tokens, kind, start, unusual);
    }

    fn between_digits(&self) -> bool {
        self.at > 0 && self.bytes[self.at - 1].is_ascii_digit() && self.peek(1).is_ascii_digit()
    }

    fn between_word_characters(&self) -> bool {
        self.at > 0
            && (self.bytes[self.at - 1].is_ascii_alphanumeric() || self.bytes[self.at - 1] == b'*')
            && (self.peek(1).is_ascii_alphanumeric() || self.peek(1) == b'*')
    }

    /// Whether the word from `start`, at a dot now, is the host of a link.
    fn link_ahead(&self, start: usize) -> bool {
        // Most dots end a sentence.
        if !(self.peek(1).is_ascii_alphanumeric() || matches!(self.peek(1), b'.' | b'-')) {
            return false;
        }
        let rest = &self.text[start..];
        let host_len = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            .count();
        let host = rest[..host_len].trim_end_matches(['.', '-']);
        let Some((name, ending)) = host.rsplit_once('.') else { return false };
        let path = rest[host.len()..].starts_with('/');
        name.bytes().any(|byte| byte.is_ascii_lowercase())
            && (ENDINGS.contains(&ending) || (path && ENDINGS_WITH_PATH.contains(&ending)))
    }

    fn link(&mut self, tokens: &mut Vec<RawToken>, start: usize) {
        let rest = &self.text[start..];
        let len = rest
            .find(|letter: char| letter.is_whitespace() || is_emoji(letter))
            .unwrap_or(rest.len());
        let trimmed = rest[..len]
            .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '"', '\'', '*']);
        self.at = start + trimmed.len().max(1);
        self.emit(tokens, RawKind::Link, start, true);
    }

    /// At an `@` inside a word: takes the whole mail address if it is one.
    fn email(&mut self, tokens: &mut Vec<RawToken>, start: usize) -> bool {
        let rest = &self.text[self.at + 1..];
        let len = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            .count();
        let host = rest[..len].trim_end_matches(['.', '-']);
        if !host.contains('.') {
            return false;
        }
        self.at += 1 + host.len();
        self.emit(tokens, RawKind::Email, start, true);
        true
    }

    fn handle(&mut self, tokens: &mut Vec<RawToken>) {
        let start = self.at;
        self.at += 1;
        while self.at < self.bytes.len()
            && (self.bytes[self.at].is_ascii_alphanumeric()
                || self.bytes[self.at] == b'_'
                || (self.bytes[self.at] == b'.' && self.peek(1).is_ascii_alphanumeric()))
        {
            self.at += 1;
        }
        self.emit(tokens, RawKind::Handle, start, true);
    }
}

/// How many letters a–z stand at the start; looked at eight at a time.
fn letters(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGH: u64 = ONES * 0x80;
    let (eights, _) = bytes.as_chunks::<8>();
    let mut at = 0;
    for eight in eights {
        let eight = u64::from_le_bytes(*eight);
        let low = eight & !HIGH;
        let from_a = low + ONES * (0x80 - b'a' as u64);
        let beyond_z = low + ONES * (0x7F - b'z' as u64);
        let others = !(from_a & !beyond_z & !eight) & HIGH;
        if others != 0 {
            return at + others.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = &bytes[at..];
    at + rest.iter().position(|byte| !byte.is_ascii_lowercase()).unwrap_or(rest.len())
}

/// Whether a character is a picture: an emoji or a like symbol, which stands as a token of its own.
pub(super) fn is_emoji(letter: char) -> bool {
    matches!(letter, '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{2460}'..='\u{27BF}'
        | '\u{2900}'..='\u{297F}' | '\u{2B00}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(RawKind, &str)> {
        let mut tokens = Vec::new();
        lex(text, &mut tokens);
        tokens.iter().map(|token| (token.kind, &text[token.start..token.end])).collect()
    }

    #[test]
    fn cuts_what_people_write() {
        use RawKind::{Email, Emoji, Handle, Link, Number, Word};
        for (text, expected) in [
            ("gaji 12.000.000/bln", vec![(Word, "gaji"), (Number, "12.000.000"), (Word, "bln")]),
            ("9-14jt", vec![(Number, "9"), (Number, "14jt")]),
            ("wa.me/628000 ya", vec![(Link, "wa.me/628000"), (Word, "ya")]),
            (
                "kerja.saya di luar.info",
                vec![(Word, "kerja"), (Word, "saya"), (Word, "di"), (Word, "luar"), (Word, "info")],
            ),
            ("@contoh_hr, k4mb0j4", vec![(Handle, "@contoh_hr"), (Word, "k4mb0j4")]),
            (
                "s*wit j!ka x@contoh.co.id",
                vec![(Word, "s*wit"), (Word, "j!ka"), (Email, "x@contoh.co.id")],
            ),
            ("🇰🇭🔥siap", vec![(Emoji, "🇰🇭"), (Emoji, "🔥"), (Word, "siap")]),
            ("+855 00 1", vec![(Number, "+855"), (Number, "00"), (Number, "1")]),
            ("nt$20.000 $1000", vec![(Word, "nt$20.000"), (Number, "$1000")]),
            ("siskop2mi.bp2mi.go.id.", vec![(Link, "siskop2mi.bp2mi.go.id")]),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn knows_a_new_sentence_from_glue() {
        let mut tokens = Vec::new();
        lex("w.a saya\nbaru. Lagi", &mut tokens);
        let before: Vec<Before> = tokens.iter().map(|token| token.before).collect();
        assert_eq!(
            before,
            [Before::Sentence, Before::Glue, Before::Space, Before::Line, Before::Sentence]
        );
    }
}
