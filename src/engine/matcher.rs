//! Finds where phrases stand in a post. Each phrase is woken by its rarest slot only, and confirmed
//! from there to both sides, so that the cost follows the post's length and hardly the number of rules.

use rustc_hash::FxHashMap;

use super::meter::Meter;
use super::phrase::{Accepts, ClassId, Slot};
use crate::text::{Before, ClearToken, Sequences, Vocabulary, WordId};

/// A phrase of a rule: a stretch of all slots, with the slot that wakes it.
#[derive(Debug)]
struct Phrase {
    rule: u32,
    from: u32,
    to: u32,
    anchor: u32,
}

/// A phrase woken by what stands at a place, and what else the post must hold for it.
#[derive(Debug, Clone, Copy)]
struct Wake {
    phrase: u32,
    /// The rarest of the other slots; of a phrase of one slot that slot.
    needs: Key,
}

/// Lists, one for each number, end to end.
#[derive(Debug)]
struct Lists<T> {
    ends: Box<[u32]>,
    all: Box<[T]>,
}

impl<T> Lists<T> {
    fn new(lists: Vec<Vec<T>>) -> Self {
        let mut ends = vec![0];
        let mut all = Vec::new();
        for list in lists {
            all.extend(list);
            ends.push(u32::try_from(all.len()).unwrap_or(NONE));
        }
        Self { ends: ends.into_boxed_slice(), all: all.into_boxed_slice() }
    }

    fn of(&self, number: u32) -> &[T] {
        let number = number as usize;
        match (self.ends.get(number), self.ends.get(number + 1)) {
            (Some(from), Some(to)) => &self.all[*from as usize..*to as usize],
            _ => &[],
        }
    }
}

/// A word or a class as one number: classes follow the words.
type Key = u32;

/// All phrases of a rule set.
#[derive(Debug)]
pub(super) struct Matcher {
    phrases: Box<[Phrase]>,
    slots: Box<[Slot]>,
    lists: Sequences,
    /// Phrases woken by a word, by word.
    by_word: Lists<Wake>,
    /// Phrases woken by a class that the word alone is in, by word.
    by_word_class: Lists<Wake>,
    /// Phrases woken by a class, by class.
    by_class: Lists<Wake>,
    /// What a word stands for that a woken phrase may need, by word.
    stands_for: Lists<Key>,
    /// By word, what it can do.
    powers: Box<[Powers]>,
    /// How many words there are, and with the classes how many keys.
    words: u32,
    keys: usize,
}

/// What a word can do; most can do nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Powers {
    /// Wake a phrase, by itself or by a class.
    wakes: bool,
    /// Begin a list entry of several words.
    begins: bool,
    /// Be needed by a woken phrase, by itself or by a class it is in.
    stands: bool,
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
    /// By key, the last post that held it.
    held: Vec<u32>,
    post: u32,
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

    /// What was filed at a word, each with its number, the last first.
    fn at(&self, at: usize) -> impl Iterator<Item = (usize, Seen)> + '_ {
        let mut next = self.heads.get(at).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let index = next as usize;
            let seen = *self.seen.get(index)?;
            next = seen.next;
            Some((index, seen))
        })
    }

    fn is_empty_at(&self, at: usize) -> bool {
        self.heads.get(at).is_none_or(|head| *head == NONE)
    }

    fn holds(&self, key: Key) -> bool {
        self.held.get(key as usize) == Some(&self.post)
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
        let words = u32::try_from(vocabulary.len()).unwrap_or(NONE);
        let number = |slot: &Slot| match slot.accepts {
            Accepts::Word(word) => word.0,
            Accepts::Class(class) => words + class.0,
        };
        let mut phrases = Vec::with_capacity(rows.len());
        let mut all = Vec::new();
        let mut by_word = vec![Vec::new(); vocabulary.len()];
        let mut by_class = vec![Vec::new(); class_sizes.len()];
        for (rule, slots) in &rows {
            let cheapest = |but: Option<usize>| {
                let others = (0..slots.len()).filter(|at| Some(*at) != but);
                others.min_by_key(|at| cost(&slots[*at]))
            };
            let anchor = cheapest(None).unwrap_or(0);
            let needs = number(&slots[cheapest(Some(anchor)).unwrap_or(anchor)]);
            let [phrase, from, anchor_at] = [phrases.len(), all.len(), anchor]
                .map(|number| u32::try_from(number).unwrap_or(NONE));
            let to = from + u32::try_from(slots.len()).unwrap_or(0);
            phrases.push(Phrase { rule: *rule, from, to, anchor: anchor_at });
            all.extend_from_slice(slots);
            let wake = Wake { phrase, needs };
            match slots[anchor].accepts {
                Accepts::Word(word) => by_word[word.0 as usize].push(wake),
                Accepts::Class(class) => by_class[class.0 as usize].push(wake),
            }
        }
        let by_word_class = (0..words)
            .map(|word| {
                let classes = lists.single(WordId(word)).iter().rev();
                classes.flat_map(|class| by_class[*class as usize].iter().copied()).collect()
            })
            .collect();
        let mut needed = vec![false; vocabulary.len() + class_sizes.len()];
        for wake in by_word.iter().chain(&by_class).flatten() {
            if let Some(needed) = needed.get_mut(wake.needs as usize) {
                *needed = true;
            }
        }
        let stands_for = (0..words)
            .map(|word| {
                let classes = lists.single(WordId(word)).iter().map(|class| words + class);
                let all = [word].into_iter().chain(classes);
                all.filter(|key| needed.get(*key as usize) == Some(&true)).collect()
            })
            .collect();
        let [by_word, by_word_class, by_class] = [by_word, by_word_class, by_class].map(Lists::new);
        let stands_for = Lists::new(stands_for);
        let powers = (0..words).map(|word| Powers {
            wakes: !by_word.of(word).is_empty() || !by_word_class.of(word).is_empty(),
            begins: lists.begins_longer(WordId(word)),
            stands: !stands_for.of(word).is_empty(),
        });
        Self {
            powers: powers.collect(),
            stands_for,
            by_word_class,
            phrases: phrases.into_boxed_slice(),
            slots: all.into_boxed_slice(),
            lists,
            by_word,
            by_class,
            words,
            keys: vocabulary.len() + class_sizes.len(),
        }
    }

    /// Files the longer list entries of the post, then finds the phrases. `places` already holds
    /// the facts; which classes a word alone is in need not be filed.
    pub(super) fn find(
        &self,
        tokens: &[ClearToken],
        places: &mut Places,
        found: &mut Vec<Match>,
        meter: &mut impl Meter,
    ) {
        found.clear();
        let facts = places.seen.len();
        for (at, token) in tokens.iter().enumerate() {
            if self.powers(token.word).begins {
                self.lists.at(tokens, at, |class, len| {
                    if len > 1 {
                        places.add(ClassId(class), at, at + len);
                    }
                });
            }
        }
        self.hold(tokens, places);
        let scan = Scan { tokens, places, lists: &self.lists };
        for (at, token) in tokens.iter().enumerate() {
            if !self.powers(token.word).wakes && places.is_empty_at(at) {
                continue;
            }
            let mut wake = |wakes: &[Wake], len: u32| {
                for wake in wakes {
                    if places.holds(wake.needs) {
                        let phrase = &self.phrases[wake.phrase as usize];
                        meter.start();
                        self.confirm(&scan, phrase, at, at + len as usize, found);
                        meter.stop(phrase.rule as usize);
                    }
                }
            };
            wake(self.by_word.of(token.word.0), 1);
            // Longer entries were filed last and come first, then single words, then facts.
            for (_, seen) in places.at(at).filter(|(index, _)| *index >= facts) {
                wake(self.by_class.of(seen.class.0), seen.len);
            }
            wake(self.by_word_class.of(token.word.0), 1);
            for (_, seen) in places.at(at).filter(|(index, _)| *index < facts) {
                wake(self.by_class.of(seen.class.0), seen.len);
            }
        }
    }

    fn powers(&self, word: WordId) -> Powers {
        self.powers.get(word.0 as usize).copied().unwrap_or_default()
    }

    /// Notes which words and classes the post holds.
    fn hold(&self, tokens: &[ClearToken], places: &mut Places) {
        let Places { seen, held, post, .. } = places;
        *post = post.wrapping_add(1);
        if held.len() != self.keys || *post == 0 {
            held.clear();
            held.resize(self.keys, 0);
            *post = 1;
        }
        let mut hold = |key: u32| {
            if let Some(last) = held.get_mut(key as usize) {
                *last = *post;
            }
        };
        for token in tokens {
            if self.powers(token.word).stands {
                self.stands_for.of(token.word.0).iter().for_each(|key| hold(*key));
            }
        }
        seen.iter().for_each(|seen| hold(self.words + seen.class.0));
    }

    fn confirm(
        &self,
        scan: &Scan<'_>,
        phrase: &Phrase,
        from: usize,
        to: usize,
        found: &mut Vec<Match>,
    ) {
        let slots = &self.slots[phrase.from as usize..phrase.to as usize];
        let anchor = phrase.anchor as usize;
        let Some(end) = scan.forward(&slots[anchor + 1..], to) else { return };
        let Some(start) = scan.backward(&slots[..=anchor], from) else { return };
        let (Ok(from), Ok(to)) = (u32::try_from(start), u32::try_from(end)) else { return };
        let found_match = Match { rule: phrase.rule, from, to };
        let mut same_rule = 0;
        for other in found.iter().filter(|other| other.rule == phrase.rule) {
            same_rule += 1;
            if same_rule == MOST_MATCHES || (other.from <= from && to <= other.to) {
                return;
            }
        }
        found.push(found_match);
    }
}

struct Scan<'a> {
    tokens: &'a [ClearToken],
    places: &'a Places,
    lists: &'a Sequences,
}

impl Scan<'_> {
    /// The lengths at which a class stands at a word, the longest first.
    fn lengths(&self, class: ClassId, at: usize) -> impl Iterator<Item = usize> + '_ {
        let filed = self.places.at(at).filter(move |(_, seen)| seen.class == class);
        let alone = self
            .tokens
            .get(at)
            .is_some_and(|token| self.lists.single(token.word).contains(&class.0));
        filed.map(|(_, seen)| seen.len as usize).chain(alone.then_some(1))
    }

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
                    for len in self.lengths(class, start) {
                        if let Some(end) = self.forward(rest, start + len) {
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
                        let fits = self.lengths(class, start).any(|len| start + len == end);
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
