//! Phrases: plain words, `{lists}`, `{a|b}`, `(optional)` words, `(a|b)`, kinds of token such as `<uang>`,
//! and gaps (`…`, `…6`, either order within six words: `~6`). Here they become slots to be matched.

use rustc_hash::FxHashMap;

use crate::text::{SequencesBuilder, VocabularyBuilder, WordId};

/// A set of word sequences a slot accepts: a list, alternatives, or a kind of fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ClassId(pub(super) u32);

impl ClassId {
    /// An amount of money.
    pub(super) const MONEY: Self = Self(0);
    /// A telephone number.
    pub(super) const PHONE: Self = Self(1);
    /// A country of work.
    pub(super) const COUNTRY: Self = Self(2);
    pub(super) const FIRST_LIST: u32 = 3;
}

/// Words a gap without a number may span.
const GAP: u8 = 4;
/// Words a `~` without a number may span.
const REACH: u8 = 6;
/// The widest gap allowed.
const WIDEST: u8 = 12;

/// What a slot accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Accepts {
    Word(WordId),
    Class(ClassId),
}

/// One place of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    pub(super) accepts: Accepts,
    /// How many words may stand between this and the slot before.
    pub(super) gap: u8,
}

/// What is wrong with a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PhraseError {
    Empty,
    UnknownList(String),
    UnknownKind(String),
    /// A kind of fact among the words of a choice, where it would be read as a word.
    KindInChoice(String),
    Unclosed(char),
    GapAtEdge,
    GapTooWide,
}

/// The lists of a rule set, as classes, with their sequences.
#[derive(Debug, Default)]
pub(super) struct Classes {
    ids: FxHashMap<String, ClassId>,
    pub(super) names: Vec<String>,
    pub(super) sizes: Vec<usize>,
    pub(super) sequences: SequencesBuilder,
}

impl Classes {
    pub(super) fn new() -> Self {
        let mut classes = Self::default();
        for kind in ["<uang>", "<telepon>", "<negara>"] {
            classes.class(kind);
        }
        classes
    }

    fn class(&mut self, name: &str) -> ClassId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = ClassId(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.ids.insert(name.to_owned(), id);
        self.names.push(name.to_owned());
        self.sizes.push(0);
        id
    }

    /// Adds a list's entries.
    pub(super) fn list<'a>(
        &mut self,
        name: &str,
        entries: impl IntoIterator<Item = &'a str>,
        words: &mut VocabularyBuilder,
    ) -> ClassId {
        let id = self.class(name);
        for entry in entries {
            let sequence = words.words_of(entry);
            if !sequence.is_empty() {
                self.sequences.insert(&sequence, id.0);
                self.sizes[id.0 as usize] += 1;
            }
        }
        id
    }

    /// Whether a list of this name exists.
    pub(super) fn named(&self, name: &str) -> Option<ClassId> {
        self.ids.get(name).copied()
    }

    /// Reads a phrase into one or more rows of slots: optional words double them, `~` gives both orders.
    pub(super) fn read(
        &mut self,
        phrase: &str,
        words: &mut VocabularyBuilder,
    ) -> Result<Vec<Vec<Slot>>, PhraseError> {
        let mut rows: Vec<Vec<Slot>> = vec![Vec::new()];
        let mut swapped: Option<(Vec<Vec<Slot>>, u8)> = None;
        let mut gap = 0;
        let mut rest = phrase.trim();
        while let Some(first) = rest.chars().next() {
            let (item, after) = item(rest, first)?;
            rest = after.trim_start();
            match item {
                Item::Gap(width) => {
                    if rows[0].is_empty() || rest.is_empty() {
                        return Err(PhraseError::GapAtEdge);
                    }
                    gap = width.unwrap_or(GAP);
                    if gap > WIDEST {
                        return Err(PhraseError::GapTooWide);
                    }
                }
                Item::Either(width) => {
                    let width = width.unwrap_or(REACH);
                    if rows[0].is_empty() || rest.is_empty() || swapped.is_some() {
                        return Err(PhraseError::GapAtEdge);
                    }
                    if width > WIDEST {
                        return Err(PhraseError::GapTooWide);
                    }
                    swapped = Some((std::mem::replace(&mut rows, vec![Vec::new()]), width));
                }
                Item::Optional(inner) => {
                    let braced = format!("{{{inner}}}");
                    let is_choice = inner.contains('|') && !inner.starts_with('{');
                    let slots = self.slots(if is_choice { &braced } else { inner }, words)?;
                    let with: Vec<Vec<Slot>> =
                        rows.iter().map(|row| joined(row, &slots, gap)).collect();
                    rows.extend(with);
                }
                Item::Words(inner) => {
                    let slots = self.slots(inner, words)?;
                    for row in &mut rows {
                        *row = joined(row, &slots, gap);
                    }
                    gap = 0;
                }
            }
        }
        if let Some((left, width)) = swapped {
            let right = rows;
            rows = Vec::new();
            for (first, second) in [(&left, &right), (&right, &left)] {
                for head in first {
                    rows.extend(second.iter().map(|tail| joined(head, tail, width)));
                }
            }
        }
        rows.retain(|row| !row.is_empty());
        if rows.is_empty() { Err(PhraseError::Empty) } else { Ok(rows) }
    }

    /// The slots of one item: plain words, a list, alternatives, a kind.
    fn slots(
        &mut self,
        item: &str,
        words: &mut VocabularyBuilder,
    ) -> Result<Vec<Slot>, PhraseError> {
        let class = |id| vec![Slot { accepts: Accepts::Class(id), gap: 0 }];
        if let Some(inner) = item.strip_prefix('{').and_then(|item| item.strip_suffix('}')) {
            if inner.contains('|') {
                if let Some(kind) = inner.split('|').find(|word| word.trim().starts_with('<')) {
                    return Err(PhraseError::KindInChoice(kind.trim().to_owned()));
                }
                let name = format!("{{{inner}}}");
                if let Some(id) = self.named(&name) {
                    return Ok(class(id));
                }
                return Ok(class(self.list(&name, inner.split('|'), words)));
            }
            let id = self.named(inner).filter(|id| id.0 >= ClassId::FIRST_LIST);
            return id.map(class).ok_or_else(|| PhraseError::UnknownList(inner.to_owned()));
        }
        if item.starts_with('<') {
            let accepts = match item {
                "<uang>" => Accepts::Class(ClassId::MONEY),
                "<telepon>" => Accepts::Class(ClassId::PHONE),
                "<negara>" => Accepts::Class(ClassId::COUNTRY),
                "<angka>" => Accepts::Word(WordId::NUMBER),
                "<tautan>" => Accepts::Word(WordId::LINK),
                "<akun>" => Accepts::Word(WordId::HANDLE),
                _ => return Err(PhraseError::UnknownKind(item.to_owned())),
            };
            return Ok(vec![Slot { accepts, gap: 0 }]);
        }
        Ok(words
            .words_of(item)
            .into_iter()
            .map(|word| Slot { accepts: Accepts::Word(word), gap: 0 })
            .collect())
    }
}

fn joined(head: &[Slot], tail: &[Slot], gap: u8) -> Vec<Slot> {
    let mut row = head.to_vec();
    for (at, slot) in tail.iter().enumerate() {
        let gap = if at == 0 && !head.is_empty() { gap } else { slot.gap };
        row.push(Slot { gap, ..*slot });
    }
    row
}

enum Item<'a> {
    Words(&'a str),
    Optional(&'a str),
    Gap(Option<u8>),
    Either(Option<u8>),
}

fn item(rest: &str, first: char) -> Result<(Item<'_>, &str), PhraseError> {
    let closed = |close: char| -> Result<usize, PhraseError> {
        rest.find(close).map(|at| at + 1).ok_or(PhraseError::Unclosed(first))
    };
    let width = |after: &'_ str| -> (Option<u8>, usize) {
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        (after[..digits].parse().ok(), digits)
    };
    Ok(match first {
        '{' => {
            let end = closed('}')?;
            (Item::Words(&rest[..end]), &rest[end..])
        }
        '<' => {
            let end = closed('>')?;
            (Item::Words(&rest[..end]), &rest[end..])
        }
        '(' => {
            let end = closed(')')?;
            (Item::Optional(&rest[1..end - 1]), &rest[end..])
        }
        '…' | '~' => {
            let after = &rest[first.len_utf8()..];
            let (width, digits) = width(after);
            let item = if first == '~' { Item::Either(width) } else { Item::Gap(width) };
            (item, &after[digits..])
        }
        _ => {
            let end = rest
                .find(|letter: char| {
                    letter.is_whitespace() || matches!(letter, '{' | '<' | '(' | '…' | '~')
                })
                .unwrap_or(rest.len());
            (Item::Words(&rest[..end]), &rest[end..])
        }
    })
}
