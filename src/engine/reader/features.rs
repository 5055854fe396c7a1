//! What the second reader sees of a post: hashed word and character n-grams of the clear view, with
//! numbers, phones, amounts, links and countries as classes, and the signals of rules and facts.

use std::ops::Range;

use super::super::expression::FactNumber;
use super::signals;
use crate::facts::{ContactKind, Found};
use crate::text::{ClearToken, Views, WordId};

/// Buckets that features are hashed into, as a power of two.
pub(in crate::engine) const BITS: u32 = 18;
/// Lengths of character n-grams.
const SHORTEST: u32 = 3;
const LONGEST: usize = 5;
/// Tokens of a post looked at: what is said is said by then.
const MOST_TOKENS: usize = 400;

/// The blocks of features; each counts as a whole, however many features it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Block {
    Words,
    Letters,
    Signals,
    /// Two signals of one post: an amount says one thing of an offer and another of a warning.
    Pairs,
}

impl Block {
    const ALL: [Self; 4] = [Self::Words, Self::Letters, Self::Signals, Self::Pairs];

    /// The value of each feature of a block that has `count` of them: all blocks weigh the same.
    pub(super) fn value(count: usize) -> f32 {
        let count = u16::try_from(count.max(1)).unwrap_or(u16::MAX);
        f32::from(count).sqrt().recip()
    }
}

/// One feature: its bucket and the clear tokens it was read from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Feature {
    pub(super) bucket: u32,
    pub(super) from: u32,
    pub(super) to: u32,
}

impl Feature {
    const fn of_no_word(bucket: u32) -> Self {
        Self { bucket, from: 0, to: 0 }
    }
}

/// What the features of one post are made of; buffers of one worker.
#[derive(Debug, Default)]
pub(in crate::engine) struct Features {
    signals: Vec<u32>,
    /// Of the post last spelt; see [`Features::spell`].
    letters: Vec<u8>,
    /// The place of the first letter of each clear token; one that adds none shares the next one's.
    starts: Vec<u32>,
    /// The hash of each token.
    words: Vec<u64>,
    classes: Vec<u8>,
}

/// How many weights are asked for at once.
const AT_ONCE: usize = 48;

/// A sum of weights. Most of them lie far from the processor: buckets are gathered first, so that many
/// weights are waited for at the same time.
struct Sum<'a> {
    weights: &'a [[i16; 2]],
    gathered: [u32; AT_ONCE],
    waiting: usize,
    count: usize,
    sums: [i32; 2],
}

impl<'a> Sum<'a> {
    const fn of(weights: &'a [[i16; 2]]) -> Self {
        Self { weights, gathered: [0; AT_ONCE], waiting: 0, count: 0, sums: [0; 2] }
    }

    #[inline(always)]
    fn add(&mut self, bucket: u32) {
        self.gathered[self.waiting] = bucket;
        self.waiting += 1;
        if self.waiting == AT_ONCE {
            self.look_up();
        }
    }

    fn look_up(&mut self) {
        for bucket in &self.gathered[..self.waiting] {
            let [offer, victim] = self.weights[*bucket as usize];
            self.sums[0] += i32::from(offer);
            self.sums[1] += i32::from(victim);
        }
        self.count += self.waiting;
        self.waiting = 0;
    }

    /// The sum of each lane, and of how many weights.
    fn close(mut self) -> ([i32; 2], usize) {
        self.look_up();
        (self.sums, self.count)
    }
}

/// Class of a token; what is 0 is read as written.
const MONEY: u8 = 1;
const PHONE: u8 = 2;
const COUNTRY: u8 = 3;
const LINK: u8 = 4;
const HANDLE: u8 = 5;
const NUMBER: u8 = 6;

/// What the features are read from.
pub(in crate::engine) struct Reading<'a> {
    /// The post as written.
    pub(in crate::engine) text: &'a str,
    pub(in crate::engine) views: &'a Views,
    pub(in crate::engine) found: &'a Found,
    /// The hash of each word of the vocabulary, as [`word_hash`] has it.
    pub(in crate::engine) words: &'a [u64],
    /// Buckets of the signals of rules and destinations.
    pub(in crate::engine) signals: &'a [u32],
    /// Facts as numbers.
    pub(in crate::engine) number: &'a dyn Fn(FactNumber) -> u64,
}

impl Features {
    /// Reads a post without its letters; what was read before is gone.
    pub(in crate::engine) fn read(&mut self, reading: &Reading<'_>) {
        self.signals.clear();
        self.letters.clear();
        self.starts.clear();
        self.words.clear();
        self.classify(reading);
        self.hash_words(reading);
        self.signals.extend_from_slice(reading.signals);
        let mut add = |bucket| self.signals.push(bucket);
        signals::facts(reading, &mut add);
        signals::shape(reading, &mut add);
    }

    /// Calls `each` for every feature of a block, and says how many there are.
    pub(super) fn each(&self, block: Block, mut each: impl FnMut(Feature)) -> usize {
        let mut count = 0;
        let counted = |feature| {
            count += 1;
            each(feature);
        };
        match block {
            Block::Words => self.word_grams(counted),
            Block::Letters => self.letter_grams(counted),
            Block::Signals => {
                self.signals.iter().copied().map(Feature::of_no_word).for_each(counted);
            }
            Block::Pairs => self.pairs().map(Feature::of_no_word).for_each(counted),
        }
        count
    }

    /// Adds up the weights of the features of a block, one sum a lane, and says how many there are.
    pub(super) fn sum(&self, block: Block, weights: &[[i16; 2]]) -> ([i32; 2], usize) {
        let mut sum = Sum::of(weights);
        if block != Block::Letters {
            self.each(block, |feature| sum.add(feature.bucket));
            return sum.close();
        }
        // Nearly all features of a post are letters: these are one straight line.
        for letters in self.letters.array_windows::<LONGEST>() {
            let three = letters[..3].iter().fold(SEED, |gram, letter| step(gram, *letter));
            let four = step(three, letters[3]);
            let five = step(four, letters[4]);
            for gram in [three, four, five] {
                sum.add(bucket(mix(gram)));
            }
        }
        self.last_grams(|feature| sum.add(feature.bucket));
        sum.close()
    }

    /// Bucket and value of every feature.
    pub(in crate::engine) fn values(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        Block::ALL.into_iter().flat_map(|block| {
            let mut buckets = Vec::new();
            let value = Block::value(self.each(block, |feature| buckets.push(feature.bucket)));
            buckets.into_iter().map(move |bucket| (bucket, value))
        })
    }

    fn classify(&mut self, reading: &Reading<'_>) {
        let Reading { views, found, .. } = reading;
        let tokens = views.clear();
        let count = tokens.len().min(MOST_TOKENS);
        self.classes.clear();
        self.classes.resize(count, 0);
        for (class, token) in self.classes.iter_mut().zip(tokens) {
            *class = match token.word {
                WordId::NUMBER => NUMBER,
                WordId::LINK | WordId::EMAIL => LINK,
                WordId::HANDLE => HANDLE,
                _ => 0,
            };
        }
        let mut mark = |from: usize, to: usize, class: u8| {
            if let Some(marked) = self.classes.get_mut(from..to.min(count)) {
                marked.fill(class);
            }
        };
        for amount in &found.amounts {
            mark(amount.from, amount.to, MONEY);
        }
        for destination in &found.destinations {
            mark(destination.from, destination.to, COUNTRY);
        }
        for contact in found
            .contacts
            .iter()
            .filter(|contact| matches!(contact.kind, ContactKind::Phone | ContactKind::Official))
        {
            let from =
                tokens.partition_point(|token| (token.raw_start as usize) < contact.raw_from);
            let to = tokens.partition_point(|token| (token.raw_end as usize) <= contact.raw_to);
            mark(from, to.max(from), PHONE);
        }
    }

    /// What each token counts as; a stretch of one class is one word.
    fn hash_words(&mut self, reading: &Reading<'_>) {
        let Reading { views, words, .. } = reading;
        let tokens = || self.classes.iter().zip(views.clear());
        // Looked up all at once, before any is waited for.
        let known = |token: &ClearToken| words.get(token.word.0 as usize).copied().unwrap_or(0);
        self.words.extend(tokens().map(|(_, token)| known(token)));
        let mut last = 0;
        for ((class, token), word) in tokens().zip(&mut self.words) {
            let joined = is_joined(last, *class);
            last = *class;
            *word = match *class {
                _ if joined => 0,
                0 | COUNTRY if *word != 0 => continue,
                0 | COUNTRY => {
                    let mut word = WORD;
                    views.clear_pieces(token, |text| word = steps(word, text.as_bytes()));
                    closed(word)
                }
                NUMBER => closed(steps(WORD, &number(views, token))),
                class => closed(step(WORD, class)),
            };
        }
    }

    /// Writes the words of the post last read as letters; a stretch of one class is one sign. Another
    /// spelling or a word of a regional language stands here as written, and among the words as what
    /// it stands for. Letters are most of the work, and many posts are settled without them.
    pub(in crate::engine) fn spell(&mut self, views: &Views) {
        let mut last = 0;
        for (class, token) in self.classes.iter().zip(views.clear()) {
            let joined = is_joined(last, *class);
            last = *class;
            self.starts.push(crate::text::offset(self.letters.len()));
            if joined {
                continue;
            }
            self.letters.push(b' ');
            let write = |text: &str| self.letters.extend_from_slice(text.as_bytes());
            match *class {
                0 | COUNTRY if token.marks.is_written_so() => views.written_pieces(token, write),
                0 | COUNTRY => views.clear_pieces(token, write),
                NUMBER => self.letters.extend_from_slice(&number(views, token)),
                class => self.letters.push(class),
            }
        }
        self.letters.push(b' ');
    }

    /// The buckets of all pairs of signals; which of two came first says nothing.
    fn pairs(&self) -> impl Iterator<Item = u32> + '_ {
        self.signals.iter().enumerate().flat_map(|(at, one)| {
            let others = self.signals[at + 1..].iter().filter(move |other| *other != one);
            others.map(|other| {
                let [low, high] = [u64::from(*one.min(other)), u64::from(*one.max(other))];
                bucket(mix(SEED ^ (low << BITS | high)))
            })
        })
    }

    fn word_grams(&self, mut each: impl FnMut(Feature)) {
        let mut before: Option<(u64, u32)> = None;
        for (at, (word, class)) in self.words.iter().zip(&self.classes).enumerate() {
            // A token that went on with the class of the one before it.
            if *word == 0 {
                continue;
            }
            let at32 = crate::text::offset(at);
            each(Feature { bucket: bucket(*word), from: at32, to: at32 + 1 });
            if let Some((other, from)) = before {
                let pair = mix(other.rotate_left(17) ^ *word);
                each(Feature { bucket: bucket(pair), from, to: at32 + 1 });
            }
            if *class == COUNTRY {
                let word = mix(u64::from(COUNTRY));
                each(Feature { bucket: bucket(word), from: at32, to: at32 + 1 });
            }
            before = Some((*word, at32));
        }
    }

    /// `from` and `to` of these are places among the letters: see [`Features::tokens`].
    fn letter_grams(&self, mut each: impl FnMut(Feature)) {
        // Whole stretches first: their length is known, which makes this a straight line.
        for (start, letters) in (0..).zip(self.letters.array_windows::<LONGEST>()) {
            grams(letters, start, &mut each);
        }
        self.last_grams(each);
    }

    /// The n-grams that begin too late for the longest.
    fn last_grams(&self, mut each: impl FnMut(Feature)) {
        for at in self.letters.len().saturating_sub(LONGEST - 1)..self.letters.len() {
            grams(&self.letters[at..], crate::text::offset(at), &mut each);
        }
    }

    /// The clear tokens a feature of a block was read from.
    pub(super) fn tokens(&self, block: Block, feature: Feature) -> Range<usize> {
        // The space at the very end belongs to the word before it.
        let last = crate::text::offset(self.letters.len().saturating_sub(2));
        let owner = |letter: u32| {
            self.starts.partition_point(|start| *start <= letter.min(last)).saturating_sub(1)
        };
        match block {
            Block::Letters => owner(feature.from)..owner(feature.to - 1) + 1,
            Block::Words | Block::Signals | Block::Pairs => {
                feature.from as usize..feature.to as usize
            }
        }
    }
}

/// Whether a token goes on with what the one before it began.
const fn is_joined(last: u8, class: u8) -> bool {
    class == last && matches!(class, MONEY | PHONE)
}

/// A number by its length.
fn number(views: &Views, token: &ClearToken) -> [u8; 2] {
    let mut digits = 0_u8;
    views.clear_pieces(token, |text| {
        let count = text.bytes().filter(|byte| byte.is_ascii_digit()).count();
        digits = digits.saturating_add(u8::try_from(count).unwrap_or(u8::MAX));
    });
    [b'0', b'0' + digits.min(9)]
}

/// The hash of a word that stands for itself; never 0.
pub(in crate::engine) const fn word_hash(word: &str) -> u64 {
    closed(steps(WORD, word.as_bytes()))
}

#[inline(always)]
fn grams(letters: &[u8], from: u32, each: &mut impl FnMut(Feature)) {
    let mut gram = SEED;
    for (len, letter) in (1..).zip(letters) {
        gram = step(gram, *letter);
        if len >= SHORTEST {
            each(Feature { bucket: bucket(mix(gram)), from, to: from + len });
        }
    }
}

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0x0100_0000_01b3;

const fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(FACTOR)
}

const fn mix(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 32)
}

/// A hash that is the same on every machine and in every version: the model file depends on it.
pub(super) const fn hash(kind: &[u8], bytes: &[u8]) -> u64 {
    closed(steps(steps(SEED, kind), bytes))
}

/// What every word begins with.
const WORD: u64 = step(SEED, b'w');

const fn closed(hash: u64) -> u64 {
    let hash = mix(hash);
    if hash == 0 { 1 } else { hash }
}

const fn steps(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    while at < bytes.len() {
        hash = step(hash, bytes[at]);
        at += 1;
    }
    hash
}

pub(super) const fn bucket(hash: u64) -> u32 {
    (hash >> (64 - BITS)) as u32
}
