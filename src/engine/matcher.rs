//! Finds where phrases stand in a post. Each phrase is woken by its rarest slot only, and confirmed
//! from there to both sides, so that the cost follows the post's length and hardly the number of rules.

use rustc_hash::FxHashMap;

use super::phrase::{Accepts, ClassId, Slot};
use crate::text::{Before, ClearToken, Sequences, Vocabulary};

/// A phrase of a rule, with the slot that wakes it.
#[derive(Debug)]
struct Phrase {
    rule: u32,
    slots: Box<[Slot]>,
    anchor: usize,
}

/// All phrases of a rule set.
#[derive(Debug)]
pub(super) struct Matcher {
    phrases: Vec<Phrase>,
    lists: Sequences,
    /// Phrases woken by a word, by word.
    by_word: Vec<Box<[u32]>>,
    /// Phrases woken by a class, by class.
    by_class: Vec<Box<[u32]>>,
}

/// A class seen at a place: `len` words from the word at which it is filed.
#[derive(Debug, Clone, Copy)]
struct Seen {
    class: ClassId,
    len: u32,
    next: u32,
}

/// A phrase found: the clear tokens `from..to` belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) rule: u32,
    pub(super) from: u32,
    pub(super) to: u32,
}

/// Buffers of one worker.
#[derive(Debug, Default)]
pub(super) struct Places {
    heads: Vec<u32>,
    seen: Vec<Seen>,
}

const NONE: u32 = u32::MAX;
/// The longest list entry looked back over, in words.
const LONGEST_ENTRY: usize = 8;
/// Most places kept for one rule in one post.
const MOST_MATCHES: usize = 8;

impl Places {
    pub(super) fn reset(&mut self, tokens: usize) {
        self.heads.clear();
        self.heads.resize(tokens, NONE);
        self.seen.clear();
    }

    /// Files a class as seen at the tokens `from..to`.
    pub(super) fn add(&mut self, class: ClassId, from: usize, to: usize) {
        let Some(head) = self.heads.get_mut(from) else { return };
        let (Ok(len), Ok(index)) = (u32::try_from(to - from), u32::try_from(self.seen.len()))
        else {
            return;
        };
        self.seen.push(Seen { class, len, next: *head });
        *head = index;
    }

    fn at(&self, at: usize) -> impl Iterator<Item = Seen> + '_ {
        let mut index = self.heads.get(at).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let seen = *self.seen.get(index as usize)?;
            index = seen.next;
            Some(seen)
        })
    }
}

impl Matcher {
    /// Builds from rows of `(rule, slots)`.
    pub(super) fn new(
        rows: Vec<(u32, Vec<Slot>)>,
        lists: Sequences,
        class_sizes: &[usize],
        vocabulary: &Vocabulary,
    ) -> Self {
        // A slot that many phrases share is a poor anchor: it would wake them all.
        let mut shared: FxHashMap<(bool, u32), usize> = FxHashMap::default();
        let key = |slot: &Slot| match slot.accepts {
            Accepts::Word(word) => (false, word.0),
            Accepts::Class(class) => (true, class.0),
        };
        for (_, slots) in &rows {
            for slot in slots {
                *shared.entry(key(slot)).or_default() += 1;
            }
        }
        let cost = |slot: &Slot| {
            let sharing = shared.get(&key(slot)).copied().unwrap_or(1);
            match slot.accepts {
                Accepts::Word(word) => sharing * (30 / vocabulary.word(word).len().max(1) + 1),
                Accepts::Class(class) if class.0 < ClassId::FIRST_LIST => sharing * 20,
                Accepts::Class(class) => {
                    sharing * (10 + class_sizes.get(class.0 as usize).copied().unwrap_or(0))
                }
            }
        };
        let phrases: Vec<Phrase> = rows
            .into_iter()
            .map(|(rule, slots)| {
                let anchor = (0..slots.len()).min_by_key(|at| cost(&slots[*at])).unwrap_or(0);
                Phrase { rule, slots: slots.into_boxed_slice(), anchor }
            })
            .collect();
        let mut by_word = vec![Vec::new(); vocabulary.len()];
        let mut by_class = vec![Vec::new(); class_sizes.len()];
        for (index, phrase) in phrases.iter().enumerate() {
            let index = u32::try_from(index).unwrap_or(NONE);
            match phrase.slots[phrase.anchor].accepts {
                Accepts::Word(word) => by_word[word.0 as usize].push(index),
                Accepts::Class(class) => by_class[class.0 as usize].push(index),
            }
        }
        let boxed = |lists: Vec<Vec<u32>>| lists.into_iter().map(Vec::into_boxed_slice).collect();
        Self { phrases, lists, by_word: boxed(by_word), by_class: boxed(by_class) }
    }

    /// Files every list entry of the post, then finds the phrases. `places` already holds the facts.
    pub(super) fn find(&self, tokens: &[ClearToken], places: &mut Places, found: &mut Vec<Match>) {
        found.clear();
        for at in 0..tokens.len() {
            self.lists.at(tokens, at, |class, len| places.add(ClassId(class), at, at + len));
        }
        let scan = Scan { tokens, places };
        for (at, token) in tokens.iter().enumerate() {
            for phrase in &*self.by_word[token.word.0 as usize] {
                self.confirm(&scan, *phrase, at, at + 1, found);
            }
            for seen in places.at(at) {
                for phrase in &*self.by_class[seen.class.0 as usize] {
                    self.confirm(&scan, *phrase, at, at + seen.len as usize, found);
                }
            }
        }
    }

    fn confirm(
        &self,
        scan: &Scan<'_>,
        phrase: u32,
        from: usize,
        to: usize,
        found: &mut Vec<Match>,
    ) {
        let phrase = &self.phrases[phrase as usize];
        let Some(end) = scan.forward(&phrase.slots[phrase.anchor + 1..], to) else { return };
        let Some(start) = scan.backward(&phrase.slots[..=phrase.anchor], from) else { return };
        let (Ok(from), Ok(to)) = (u32::try_from(start), u32::try_from(end)) else { return };
        let found_match = Match { rule: phrase.rule, from, to };
        let same_rule = found.iter().filter(|other| other.rule == phrase.rule);
        if same_rule.clone().count() < MOST_MATCHES
            && !same_rule.clone().any(|other| other.from <= from && to <= other.to)
        {
            found.push(found_match);
        }
    }
}

struct Scan<'a> {
    tokens: &'a [ClearToken],
    places: &'a Places,
}

impl Scan<'_> {
    /// Matches `slots` from the word at `at` on; the end of the last.
    fn forward(&self, slots: &[Slot], at: usize) -> Option<usize> {
        let Some((slot, rest)) = slots.split_first() else { return Some(at) };
        for start in at..=at + slot.gap as usize {
            let token = self.tokens.get(start)?;
            if token.before == Before::Sentence {
                return None;
            }
            match slot.accepts {
                Accepts::Word(word) => {
                    if token.word == word
                        && let Some(end) = self.forward(rest, start + 1)
                    {
                        return Some(end);
                    }
                }
                Accepts::Class(class) => {
                    for seen in self.places.at(start).filter(|seen| seen.class == class) {
                        if let Some(end) = self.forward(rest, start + seen.len as usize) {
                            return Some(end);
                        }
                    }
                }
            }
        }
        None
    }

    /// With the last of `slots` starting at `at`, matches those before it; the start of the first.
    fn backward(&self, slots: &[Slot], at: usize) -> Option<usize> {
        let Some((last, before)) = slots.split_last() else { return Some(at) };
        let Some(slot) = before.last() else { return Some(at) };
        let mut end = at;
        for _ in 0..=last.gap {
            if end == 0 || self.tokens[end].before == Before::Sentence {
                return None;
            }
            match slot.accepts {
                Accepts::Word(word) => {
                    if self.tokens[end - 1].word == word
                        && let Some(start) = self.backward(before, end - 1)
                    {
                        return Some(start);
                    }
                }
                Accepts::Class(class) => {
                    for start in (end.saturating_sub(LONGEST_ENTRY)..end).rev() {
                        let fits = self
                            .places
                            .at(start)
                            .any(|seen| seen.class == class && start + seen.len as usize == end);
                        if fits && let Some(first) = self.backward(before, start) {
                            return Some(first);
                        }
                    }
                }
            }
            end -= 1;
        }
        None
    }
}
