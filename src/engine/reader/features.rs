//! What the second reader sees of a post: hashed word and character n-grams of the clear view, with
//! numbers, phones, amounts, links and countries as classes, and the signals of rules and facts.

use super::super::expression::FactNumber;
use crate::facts::{ContactKind, Found};
use crate::text::{Before, Marks, RawKind, RawToken, Views, WordId};

/// Buckets that features are hashed into, as a power of two.
pub(in crate::engine) const BITS: u32 = 18;
/// Lengths of character n-grams.
const SHORTEST: usize = 3;
const LONGEST: usize = 5;
/// Tokens of a post looked at: what is said is said by then.
const MOST_TOKENS: usize = 400;

/// The blocks of features; each counts as a whole, however many features it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Block {
    Words,
    Letters,
    Signals,
}

impl Block {
    pub(super) const ALL: [Self; 3] = [Self::Words, Self::Letters, Self::Signals];

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

/// The features of one post; buffers of one worker.
#[derive(Debug, Default)]
pub(in crate::engine) struct Features {
    pub(super) blocks: [Vec<Feature>; 3],
    letters: Vec<u8>,
    /// The word that one token stands for.
    spelt: Vec<u8>,
    /// The clear token each letter belongs to.
    owners: Vec<u32>,
    /// The hash of each token.
    words: Vec<u64>,
    classes: Vec<u8>,
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
    /// Buckets of the signals of rules and destinations.
    pub(in crate::engine) signals: &'a [u32],
    /// Facts as numbers.
    pub(in crate::engine) number: &'a dyn Fn(FactNumber) -> u64,
}

impl Features {
    /// Reads a post; what was read before is gone.
    pub(in crate::engine) fn read(&mut self, reading: &Reading<'_>) {
        self.blocks.iter_mut().for_each(Vec::clear);
        self.letters.clear();
        self.owners.clear();
        self.words.clear();
        self.classify(reading);
        self.spell(reading.views);
        self.word_grams();
        self.letter_grams();
        let signals = &mut self.blocks[Block::Signals as usize];
        let mut add = |bucket| signals.push(Feature { bucket, from: 0, to: 0 });
        reading.signals.iter().copied().for_each(&mut add);
        facts(reading, &mut add);
        shape(reading, &mut add);
    }

    /// Bucket and value of every feature.
    pub(in crate::engine) fn values(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        Block::ALL.into_iter().flat_map(|block| {
            let features = &self.blocks[block as usize];
            let value = Block::value(features.len());
            features.iter().map(move |feature| (feature.bucket, value))
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

    /// Writes the words as letters; a stretch of one class is one sign. Another spelling or a word
    /// of a regional language stands in the letters as written, in the words as what it stands for.
    fn spell(&mut self, views: &Views) {
        let mut last = 0;
        for (at, token) in views.clear().iter().take(self.classes.len()).enumerate() {
            let class = self.classes[at];
            let owner = crate::text::offset(at);
            let joined = class == last && matches!(class, MONEY | PHONE);
            last = class;
            if joined {
                self.words.push(0);
                continue;
            }
            self.letters.push(b' ');
            self.owners.push(owner);
            let start = self.letters.len();
            match class {
                0 | COUNTRY if token.marks.is_only(Marks::ALIAS) => {
                    views.clear_pieces(token, |text| {
                        self.spelt.extend_from_slice(text.as_bytes());
                    });
                    views.written_pieces(token, |text| {
                        self.letters.extend_from_slice(text.as_bytes());
                    });
                    self.owners.resize(self.letters.len(), owner);
                    self.words.push(hash(b"w", &self.spelt));
                    self.spelt.clear();
                    continue;
                }
                0 | COUNTRY => {
                    views.clear_pieces(token, |text| {
                        self.letters.extend_from_slice(text.as_bytes())
                    });
                }
                NUMBER => {
                    let mut digits = 0_u8;
                    views.clear_pieces(token, |text| {
                        let count = text.bytes().filter(|byte| byte.is_ascii_digit()).count();
                        digits = digits.saturating_add(u8::try_from(count).unwrap_or(u8::MAX));
                    });
                    self.letters.extend_from_slice(&[b'0', b'0' + digits.min(9)]);
                }
                class => self.letters.push(class),
            }
            self.owners.resize(self.letters.len(), owner);
            self.words.push(hash(b"w", &self.letters[start..]));
        }
        self.letters.push(b' ');
        let last = self.owners.last().copied().unwrap_or(0);
        self.owners.push(last);
    }

    fn word_grams(&mut self) {
        let features = &mut self.blocks[Block::Words as usize];
        let mut before: Option<(u64, u32)> = None;
        for (at, word) in self.words.iter().enumerate() {
            // A token that went on with the class of the one before it.
            if *word == 0 {
                continue;
            }
            let at32 = crate::text::offset(at);
            features.push(Feature { bucket: bucket(*word), from: at32, to: at32 + 1 });
            if let Some((other, from)) = before {
                let pair = mix(other.rotate_left(17) ^ *word);
                features.push(Feature { bucket: bucket(pair), from, to: at32 + 1 });
            }
            if self.classes[at] == COUNTRY {
                let word = mix(u64::from(COUNTRY));
                features.push(Feature { bucket: bucket(word), from: at32, to: at32 + 1 });
            }
            before = Some((*word, at32));
        }
    }

    fn letter_grams(&mut self) {
        let features = &mut self.blocks[Block::Letters as usize];
        for start in 0..self.letters.len() {
            let end = (start + LONGEST).min(self.letters.len());
            let mut gram = SEED;
            for at in start..end {
                gram = step(gram, self.letters[at]);
                if at + 1 - start >= SHORTEST {
                    features.push(Feature {
                        bucket: bucket(mix(gram)),
                        from: self.owners[start],
                        to: self.owners[at] + 1,
                    });
                }
            }
        }
    }
}

/// How the post is built: questions, quotations, lists, pictures. Who quotes, asks or tells does not
/// write as who offers does.
fn shape(reading: &Reading<'_>, add: &mut impl FnMut(u32)) {
    let Reading { text, views, .. } = reading;
    let count = |wanted: &dyn Fn(char) -> bool| text.chars().filter(|one| wanted(*one)).count();
    let any_of = |signs: &str| count(&|one| signs.contains(one));
    let raw =
        |wanted: &dyn Fn(&RawToken) -> bool| views.raw().iter().filter(|one| wanted(one)).count();
    let quoted = text.split_whitespace().filter(|word| word.starts_with(['\'', '‘'])).count();
    let ended = views.clear().iter().filter(|token| token.before >= Before::Sentence).count();
    let letters = count(&char::is_alphabetic).max(1);
    let shapes = [
        ("question", any_of("?")),
        ("quote", any_of("\"“”«»")),
        ("single", quoted),
        ("shout", any_of("!")),
        ("colon", any_of(":")),
        ("slash", any_of("/")),
        ("dash", any_of("-–—")),
        ("bracket", any_of("[(")),
        ("lines", any_of("\n")),
        ("sentences", ended),
        ("emoji", raw(&|one| one.kind == RawKind::Emoji)),
        ("hashtags", raw(&|one| one.hashtag)),
        ("capitals", count(&char::is_uppercase) * 10 / letters),
    ];
    for (name, count) in shapes {
        for (least, step) in [(1, "1"), (2, "2"), (4, "4"), (7, "7")] {
            if count >= least {
                add(signal(name, step));
            }
        }
    }
}

/// The bucket of a signal, by its name.
pub(in crate::engine) fn signal(kind: &str, name: &str) -> u32 {
    bucket(hash(kind.as_bytes(), name.as_bytes()))
}

/// Facts as signals: present or not, and sizes by rough classes.
fn facts(reading: &Reading<'_>, add: &mut impl FnMut(u32)) {
    use FactNumber::{
        AdvanceCount, ContactCount, DebtCount, DestinationCount, DisguiseCount, FeeCount,
        HandlesCount, LinksCount, OfficialCount, PayCount, PayIdrMonth, PhonesCount,
        PhonesDisguised, PhonesForeign, Words,
    };
    for (name, fact) in [
        ("pay", PayCount),
        ("fee", FeeCount),
        ("advance", AdvanceCount),
        ("debt", DebtCount),
        ("phones", PhonesCount),
        ("foreign", PhonesForeign),
        ("hidden-phone", PhonesDisguised),
        ("handles", HandlesCount),
        ("links", LinksCount),
        ("contacts", ContactCount),
        ("official", OfficialCount),
        ("destinations", DestinationCount),
        ("disguise", DisguiseCount),
    ] {
        match (reading.number)(fact) {
            0 => {}
            1 => add(signal("one", name)),
            _ => {
                add(signal("one", name));
                add(signal("more", name));
            }
        }
    }
    let steps = |value: u64, steps: &[u64]| steps.iter().filter(|step| value >= **step).count();
    let million = 1_000_000;
    let pay = (reading.number)(PayIdrMonth);
    let names = ["0", "1", "2", "3", "4", "5"];
    let wage = steps(pay, &[1, 4 * million, 7 * million, 12 * million, 20 * million]);
    add(signal("wage", names[wage]));
    let length = steps((reading.number)(Words), &[8, 20, 40, 70, 120]);
    add(signal("length", names[length]));
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
fn hash(kind: &[u8], bytes: &[u8]) -> u64 {
    let hash = kind.iter().chain(bytes).fold(SEED, |hash, byte| step(hash, *byte));
    mix(hash).max(1)
}

fn bucket(hash: u64) -> u32 {
    u32::try_from(hash >> (64 - BITS)).unwrap_or(0)
}
