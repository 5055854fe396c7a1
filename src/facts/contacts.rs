//! Ways to reach the poster: telephone numbers in all their disguises, handles, links, addresses.
//! Numbers and accounts of authorities are recognised and are not a recruiter's contact.

use rustc_hash::{FxHashMap, FxHashSet};

use super::links::Lead;
use crate::registry::Registry;
use crate::text::{Before, RawKind, RawToken, Span, Views, Vocabulary, VocabularyBuilder, WordId};

/// A way to reach somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// What kind.
    pub kind: ContactKind,
    /// E.164 for a phone, `platform:name` for a handle, folded text for a link or address.
    pub value: String,
    /// Where in the original.
    pub span: Span,
    /// First raw token.
    pub raw_from: usize,
    /// One past the last raw token.
    pub raw_to: usize,
    /// The digits or letters were disguised beyond ordinary grouping.
    pub disguised: bool,
}

/// The kinds of contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactKind {
    /// A telephone number.
    Phone,
    /// An account's name.
    Handle,
    /// A web address.
    Link,
    /// A mail address.
    Email,
    /// A number or account of an authority.
    Official,
}

impl ContactKind {
    /// Whether it may belong to a private person.
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::Phone | Self::Handle | Self::Email)
    }
}

/// Fewest and most digits of an Indonesian mobile number after the leading 0.
const MOBILE_DIGITS: std::ops::RangeInclusive<usize> = 9..=12;
/// Digits of a number written backwards.
const BACKWARDS_DIGITS: std::ops::RangeInclusive<usize> = 10..=14;
/// Most digits of any number (ITU-T E.164).
const MOST_DIGITS: usize = 15;

#[derive(Debug)]
pub(super) struct Reader {
    /// Number words and their digit.
    digits: FxHashMap<WordId, char>,
    /// By first byte, the lengths (as bits) of the words a number can begin with.
    beginnings: Box<[u32; 256]>,
    hotlines: FxHashSet<String>,
    calling_codes: Vec<String>,
    /// Words that name a platform before a handle.
    platforms: FxHashMap<WordId, &'static str>,
    /// Words that say a number is written backwards.
    backwards: FxHashSet<WordId>,
}

/// Whether only a dot stands between two raw tokens, white space on both sides.
fn dotted(views: &Views, end: usize, next: usize) -> bool {
    let raw = views.raw();
    let from = raw[end.saturating_sub(1)].end;
    let between = &views.folded()[from..raw[next].start];
    between.starts_with(' ') && between.trim_matches(' ') == "."
}

/// What the raw token at a place adds to a number.
struct Piece {
    digits: String,
    disguised: bool,
}

impl Reader {
    pub(super) fn new(registry: &Registry, words: &mut VocabularyBuilder) -> Self {
        let mut digits = FxHashMap::default();
        for (word, value) in &registry.amounts.numbers {
            if let ([id], Some(digit)) = (
                words.words_of(word).as_slice(),
                u32::try_from(*value).ok().and_then(|value| char::from_digit(value, 10)),
            ) {
                digits.insert(*id, digit);
            }
        }
        let mut platforms = FxHashMap::default();
        for (word, platform) in [
            ("telegram", "telegram"),
            ("tele", "telegram"),
            ("tg", "telegram"),
            ("instagram", "instagram"),
            ("ig", "instagram"),
            ("line", "line"),
            ("wechat", "wechat"),
            ("tiktok", "tiktok"),
            ("fb", "facebook"),
            ("facebook", "facebook"),
        ] {
            for id in words.words_of(word) {
                platforms.insert(id, platform);
            }
        }
        Self {
            digits,
            beginnings: Box::new([0; 256]),
            hotlines: registry.hotlines.iter().map(|line| line.contact.clone()).collect(),
            calling_codes: registry.calling_codes.iter().map(|code| code.code.clone()).collect(),
            platforms,
            backwards: ["belakang", "dibalik", "terbalik", "balik"]
                .iter()
                .flat_map(|word| words.words_of(word))
                .collect(),
        }
    }

    /// Completes the reader once the vocabulary is closed.
    pub(super) fn build(mut self, vocabulary: &Vocabulary) -> Self {
        for (form, words) in vocabulary.forms() {
            if let [word] = words
                && matches!(self.digits.get(word), Some('0' | '6'))
                && let Some(first) = form.bytes().next()
            {
                self.beginnings[usize::from(first)] |= length_bit(form.len());
            }
        }
        self
    }

    /// Whether a number can begin with this token; nearly no word passes.
    fn may_begin(&self, token: &RawToken, text: &[u8]) -> bool {
        let Some(first) = text.get(token.start) else { return false };
        let len = token.end - token.start;
        let is_number_word = self.beginnings[usize::from(*first)] & length_bit(len) != 0;
        if is_number_word || (token.start > 0 && text[token.start - 1] == b'+') {
            return true;
        }
        let plain_word = token.kind == RawKind::Word && !token.unusual;
        !plain_word
            && (matches!(first, b'0' | b'o' | b'q' | b'6' | b'+')
                || (token.kind == RawKind::Number && BACKWARDS_DIGITS.contains(&len)))
    }

    pub(super) fn read(&self, views: &Views, found: &mut Vec<Contact>) {
        let raw = views.raw();
        let mut at = 0;
        let mut clear_at = 0;
        let mut platform = None;
        let folded = views.folded().as_bytes();
        while let Some(token) = raw.get(at) {
            if matches!(token.kind, RawKind::Emoji)
                || (matches!(token.kind, RawKind::Word | RawKind::Number)
                    && !self.may_begin(token, folded))
            {
                at += 1;
                continue;
            }
            let text = views.raw_text(token);
            let contact = match token.kind {
                RawKind::Link => Some(self.link(text)),
                RawKind::Email => Some((ContactKind::Email, text.to_owned())),
                RawKind::Handle => {
                    while let Some(token) = views.clear().get(clear_at)
                        && token.raw_start as usize <= at
                    {
                        platform = self.platforms.get(&token.word).copied().or(platform);
                        clear_at += 1;
                    }
                    let name = text.trim_start_matches('@');
                    (name.len() >= 3).then(|| {
                        (ContactKind::Handle, format!("{}:{name}", platform.unwrap_or("akun")))
                    })
                }
                RawKind::Word | RawKind::Number => {
                    let backwards = || Some((self.backwards(views, at)?, at + 1, true));
                    if let Some((value, to, disguised)) = self.phone(views, at).or_else(backwards) {
                        let kind = self.phone_kind(&value);
                        let span = views.raw_span(at, to);
                        found.push(Contact {
                            kind,
                            value,
                            span,
                            raw_from: at,
                            raw_to: to,
                            disguised,
                        });
                        at = to;
                        continue;
                    }
                    None
                }
                RawKind::Emoji => None,
            };
            if let Some((kind, value)) = contact {
                let span = views.raw_span(at, at + 1);
                found.push(Contact {
                    kind,
                    value,
                    span,
                    raw_from: at,
                    raw_to: at + 1,
                    disguised: false,
                });
            }
            at += 1;
        }
    }

    fn phone_kind(&self, value: &str) -> ContactKind {
        let national = value.strip_prefix("+62").map(|rest| format!("0{rest}")).unwrap_or_default();
        if self.hotlines.contains(&national) { ContactKind::Official } else { ContactKind::Phone }
    }

    /// A link, or the number or account it leads to.
    fn link(&self, text: &str) -> (ContactKind, String) {
        match Lead::of(text) {
            Some(Lead::Phone(number)) => return (self.phone_kind(&number), number),
            Some(lead @ (Lead::Telegram(_) | Lead::TelegramPost { .. })) => {
                return (ContactKind::Handle, lead.contact());
            }
            _ => {}
        }
        let bare = text
            .trim_start_matches("https://")
            .trim_start_matches("http://")
            .trim_start_matches("www.");
        let host = bare.split('/').next().unwrap_or(bare);
        if host.ends_with(".go.id") || host.ends_with(".gov") || self.hotlines.contains(host) {
            return (ContactKind::Official, text.to_owned());
        }
        (ContactKind::Link, text.to_owned())
    }

    /// The digits a raw token adds: digits, digits with look-alike letters, or a number word.
    fn piece(&self, views: &Views, at: usize, within: bool) -> Option<Piece> {
        let token = views.raw().get(at)?;
        if !matches!(token.kind, RawKind::Word | RawKind::Number) {
            return None;
        }
        let text = views.raw_text(token);
        let plain = text.trim_start_matches('+');
        let mut digits = String::new();
        let mut swapped = 0;
        let mut real = 0;
        for letter in plain.chars() {
            match letter {
                '0'..='9' => {
                    real += 1;
                    digits.push(letter);
                }
                '.' | ',' | '*' => {}
                'o' | 'q' => {
                    swapped += 1;
                    digits.push('0');
                }
                'i' | 'l' | '|' | '!' => {
                    swapped += 1;
                    digits.push('1');
                }
                'z' => {
                    swapped += 1;
                    digits.push('2');
                }
                's' | '$' => {
                    swapped += 1;
                    digits.push('5');
                }
                'b' => {
                    swapped += 1;
                    digits.push('8');
                }
                _ => return self.word_piece(views, at),
            }
        }
        // Letters alone are digits only in the middle of a number and when they can hardly be a word.
        let letters_ok = (real > 0 && (within || real >= swapped))
            || (real >= 2 && digits.len() >= 10)
            || (within && swapped > 0 && plain.chars().all(|letter| letter == 'o'));
        if digits.is_empty() || (swapped > 0 && !letters_ok) {
            return self.word_piece(views, at);
        }
        Some(Piece { digits, disguised: swapped > 0 })
    }

    fn word_piece(&self, views: &Views, at: usize) -> Option<Piece> {
        let clear = views.clear();
        let after = clear.partition_point(|token| token.raw_start as usize <= at);
        let token = clear[..after].last().filter(|token| token.raw_end as usize == at + 1)?;
        let digit = self.digits.get(&token.word)?;
        Some(Piece { digits: digit.to_string(), disguised: true })
    }

    /// A telephone number that starts at the raw token `at`: its E.164 form and where it ends.
    fn phone(&self, views: &Views, at: usize) -> Option<(String, usize, bool)> {
        let raw = views.raw();
        let first = self.piece(views, at, false)?;
        let text = views.raw_text(&raw[at]);
        let before = &views.folded()[..raw[at].start];
        let international = text.starts_with('+') || before.ends_with('+');
        let starts_well = international
            || first.digits.starts_with("08")
            || first.digits.starts_with("628")
            || matches!(first.digits.as_str(), "0" | "62" | "6" | "00");
        if !starts_well || text.contains(',') {
            return None;
        }
        let mut digits = first.digits;
        let mut disguised = first.disguised;
        let mut single = digits.len() == 1;
        let mut singles = usize::from(single);
        let mut end = at + 1;
        let mut best = None;
        loop {
            if let Some(value) = self.e164(&digits, international) {
                best = Some((value, end, disguised || singles >= 5));
            }
            let mut next = end;
            while raw.get(next).is_some_and(|token| token.kind == RawKind::Emoji) && next < end + 4
            {
                next += 1;
            }
            let Some(token) = raw.get(next) else { break };
            if token.before > Before::Line && !dotted(views, end, next) {
                break;
            }
            let Some(piece) = self.piece(views, next, true) else { break };
            let long_enough = digits.len() >= 11;
            let is_single = piece.digits.len() == 1;
            // A complete number is followed by another number ("… 2 orang") more often than by its rest.
            if best.is_some()
                && token.before > Before::Glue
                && next == end
                && !dotted(views, end, next)
                && !(single && is_single)
                && (piece.digits.len() < 2
                    || (long_enough && piece.digits.len() < 3)
                    || digits.len() >= 12
                    || views.raw_text(token).starts_with("08"))
            {
                break;
            }
            if digits.len() + piece.digits.len() > MOST_DIGITS {
                break;
            }
            single = is_single;
            singles += usize::from(is_single);
            disguised |= piece.disguised;
            digits.push_str(&piece.digits);
            end = next + 1;
        }
        best
    }

    /// A number written backwards, which the post says of it.
    fn backwards(&self, views: &Views, at: usize) -> Option<String> {
        let text = views.raw_text(&views.raw()[at]);
        if !BACKWARDS_DIGITS.contains(&text.len())
            || !text.bytes().all(|byte| byte.is_ascii_digit())
        {
            return None;
        }
        let said = views.clear().iter().any(|token| self.backwards.contains(&token.word));
        let digits: String = text.chars().rev().collect();
        self.e164(&digits, false).filter(|_| said)
    }

    /// The E.164 form of a run of digits, when it is one of a mobile number or has a calling code.
    fn e164(&self, digits: &str, international: bool) -> Option<String> {
        if international {
            let known = self.calling_codes.iter().any(|code| digits.starts_with(code.as_str()));
            return (known && (9..=MOST_DIGITS).contains(&digits.len()))
                .then(|| format!("+{digits}"));
        }
        let national = digits.strip_prefix('0').or_else(|| digits.strip_prefix("62"))?;
        (national.starts_with('8') && MOBILE_DIGITS.contains(&national.len()) && digits.len() >= 9)
            .then(|| format!("+62{national}"))
            .filter(|_| national.len() >= 9 || self.hotlines.contains(digits))
    }
}

/// A length as a bit; all that are longer share the last.
fn length_bit(len: usize) -> u32 {
    1 << len.min(31)
}
