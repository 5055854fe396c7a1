//! Finds where phrases stand in a post. Each phrase is woken by its rarest slot only, passed over where
//! the post lacks what it needs besides, and confirmed from its anchor to both sides only when its group is
//! asked: the cost follows the post's length and what is asked, and hardly the number of rules.

use std::cmp::Reverse;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::anchors::{Anchors, Chooser};
use super::bits::Bits;
use super::commonness::Commonness;
use super::meter::Meter;
use super::phrase::{Accepts, ClassId, Slot};
use super::places::{ANYTHING, Members, Need, Places, Scan};
use super::woken::{Call, Candidate, Woken};
use crate::text::{ClearToken, Sequences, Vocabulary, WordId, offset};

/// A phrase of a rule: a stretch of all slots, with the one that wakes it and the one from which its
/// places are told.
#[derive(Debug)]
struct Phrase {
    rule: u32,
    from: u32,
    len: u16,
    wakes: u16,
    tells: u16,
}

/// A phrase woken by what stands at a place, its group, and what else the post must hold for it.
#[derive(Debug, Clone, Copy)]
struct Wake {
    needs: [Need; 2],
    phrase: u32,
    group: u32,
}

/// Phrases that are woken, end to end: in stretches of those that need the same first, which are asked
/// for it once.
#[derive(Debug, Default)]
struct Wakes {
    stretches: Vec<Stretch>,
    phrases: Vec<Wake>,
}

/// Phrases that need the same first; it ends where the next one begins.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    needs: Need,
    from: u32,
}

impl Wakes {
    /// Adds what one thing wakes: the stretches `from..to` of these.
    fn add(&mut self, mut wakes: Vec<Wake>) -> Range<u32> {
        let first = offset(self.stretches.len());
        wakes.sort_by_key(|wake| wake.needs);
        let same = |one: &Wake, other: &Wake| one.needs[0] == other.needs[0];
        for stretch in wakes.chunk_by(same) {
            let from = offset(self.phrases.len());
            self.stretches
                .extend(stretch.first().map(|wake| Stretch { needs: wake.needs[0], from }));
            self.phrases.extend_from_slice(stretch);
        }
        first..offset(self.stretches.len())
    }

    fn close(&mut self) {
        self.stretches.push(Stretch { needs: ANYTHING, from: offset(self.phrases.len()) });
    }
}

/// All phrases of a rule set.
#[derive(Debug)]
pub(super) struct Matcher {
    phrases: Box<[Phrase]>,
    slots: Box<[Slot]>,
    members: Members,
    /// What words and classes wake.
    wakes: Wakes,
    /// What words stand for that a woken phrase may need, end to end.
    stands_for: Box<[Need]>,
    /// By word, whether it can do anything, or begins a list entry of several words. A byte each, since
    /// every word of a post is looked up here, and most can do nothing.
    does: Box<[Does]>,
    /// By word, what it can do.
    powers: Box<[Powers]>,
    /// By class, what it can do.
    classes: Box<[ClassPowers]>,
    /// How many things phrases need.
    needs: usize,
    groups: usize,
}

/// Whether a word can do anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Nothing,
    Something,
    /// A list entry of several words begins with it; it may do more.
    Begins,
}

/// What a word can do.
#[derive(Debug, Clone, Copy)]
struct Powers {
    /// What it wakes, first by itself, then by the classes that it alone is in: some of all
    /// stretches, which end where those of the next word begin.
    wakes: u32,
    classes: u32,
    /// What it stands for that a woken phrase may need: a part of all, likewise.
    stands: u32,
}

/// What something of a class can do.
#[derive(Debug, Clone)]
struct ClassPowers {
    /// What it wakes: some of all stretches.
    wakes: Range<u32>,
    /// What it stands for, where a woken phrase may need that.
    stands: Option<Need>,
}

/// A phrase found: the clear tokens `from..to` belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) rule: u32,
    pub(super) from: u32,
    pub(super) to: u32,
}

/// A place at which a phrase stands, with what its order among the others hangs on.
struct Told {
    at: u32,
    by: Precedence,
    phrase: u32,
    found: Match,
}

/// What is told first of what begins at the same word: single words, then entries of lists, the
/// longest and the last list first, then facts.
type Precedence = (u8, Reverse<u32>, Reverse<u32>);

fn precedence(accepts: Accepts, len: u32) -> Precedence {
    match accepts {
        Accepts::Word(_) => (0, Reverse(len), Reverse(0)),
        Accepts::Class(class) if class.0 >= ClassId::FIRST_LIST => {
            (1, Reverse(len), Reverse(class.0))
        }
        Accepts::Class(class) => (2, Reverse(len), Reverse(class.0)),
    }
}

/// Most places kept for one rule in one post.
const MOST_MATCHES: usize = 8;

impl Matcher {
    /// Builds from rows of `(rule, slots)` and the group of each rule, below `groups`.
    pub(super) fn new(
        rows: Vec<(u32, Vec<Slot>)>,
        lists: Sequences,
        class_sizes: &[usize],
        vocabulary: &Vocabulary,
        commonness: &Commonness,
        group_of: &[u32],
        groups: usize,
    ) -> Self {
        let slots = || rows.iter().map(|(_, slots)| slots.as_slice());
        let chooser = Chooser::new(slots(), class_sizes, vocabulary, commonness);
        let mut needs = Needs::default();
        let mut phrases = Vec::with_capacity(rows.len());
        let mut all = Vec::new();
        let mut by_word = vec![Vec::new(); vocabulary.len()];
        let mut by_class = vec![Vec::new(); class_sizes.len()];
        for (rule, slots) in &rows {
            let Anchors { wakes, needs: needed, tells } = chooser.choose(slots);
            let Some(anchor) = slots.get(wakes) else { continue };
            let (Ok(len), Ok(wakes), Ok(tells)) =
                (slots.len().try_into(), wakes.try_into(), tells.try_into())
            else {
                continue;
            };
            let wake = Wake {
                phrase: offset(phrases.len()),
                group: group_of.get(*rule as usize).copied().unwrap_or(0),
                needs: needed.map(|one| one.map_or(ANYTHING, |needed| needs.number(needed))),
            };
            let from = offset(all.len());
            phrases.push(Phrase { rule: *rule, from, len, wakes, tells });
            all.extend_from_slice(slots);
            match anchor.accepts {
                Accepts::Word(word) => by_word[word.0 as usize].push(wake),
                Accepts::Class(class) => by_class[class.0 as usize].push(wake),
            }
        }
        let (mut wakes, mut stands_for) = (Wakes::default(), Vec::new());
        let mut powers: Vec<Powers> = Vec::with_capacity(vocabulary.len() + 1);
        let mut does = Vec::with_capacity(vocabulary.len());
        for (word, woken) in (0..offset(vocabulary.len())).map(WordId).zip(by_word) {
            let classes = lists.single(word);
            let alone = wakes.add(woken);
            powers.push(Powers {
                wakes: alone.start,
                classes: alone.end,
                stands: offset(stands_for.len()),
            });
            let of_classes = classes.iter().flat_map(|class| &by_class[*class as usize]);
            wakes.add(of_classes.copied().collect());
            stands_for.extend(needs.known(Accepts::Word(word)));
            let classes = classes.iter().map(|class| Accepts::Class(ClassId(*class)));
            stands_for.extend(classes.filter_map(|class| needs.known(class)));
            let last = powers.last().map(|last| (last.wakes as usize, last.stands as usize));
            does.push(if lists.begins_longer(word) {
                Does::Begins
            } else if last == Some((wakes.stretches.len(), stands_for.len())) {
                Does::Nothing
            } else {
                Does::Something
            });
        }
        let [end, stands] = [wakes.stretches.len(), stands_for.len()].map(offset);
        powers.push(Powers { wakes: end, classes: end, stands });
        let mut classes = Vec::with_capacity(by_class.len());
        for (class, woken) in (0..).map(ClassId).zip(by_class) {
            let stands = needs.known(Accepts::Class(class));
            classes.push(ClassPowers { wakes: wakes.add(woken), stands });
        }
        wakes.close();
        Self {
            members: Members::new(lists, offset(vocabulary.len())),
            phrases: phrases.into_boxed_slice(),
            slots: all.into_boxed_slice(),
            wakes,
            does: does.into_boxed_slice(),
            stands_for: stands_for.into_boxed_slice(),
            powers: powers.into_boxed_slice(),
            classes: classes.into_boxed_slice(),
            needs: needs.count(),
            groups,
        }
    }

    /// Files the longer list entries of the post, and wakes what may stand in it. `places` already
    /// holds the facts; which classes a word alone is in need not be filed.
    pub(super) fn wake(&self, tokens: &[ClearToken], places: &mut Places, woken: &mut Woken) {
        woken.reset(self.groups);
        places.facts_end();
        places.hold_nothing(self.needs);
        let mut call = |Range { start: from, end: to }: Range<u32>, at, len| {
            if from < to {
                woken.calls.push(Call { from, to, at: offset(at), len });
            }
        };
        for (at, token) in tokens.iter().enumerate() {
            let word = token.word.0 as usize;
            let does = self.does.get(word).copied().unwrap_or(Does::Nothing);
            if does == Does::Nothing && places.is_empty_at(at) {
                continue;
            }
            let (Some(powers), Some(next)) = (self.powers.get(word), self.powers.get(word + 1))
            else {
                continue;
            };
            if does == Does::Begins {
                self.members.lists().at(tokens, at, |class, len| {
                    if len > 1 {
                        places.add(ClassId(class), at, at + len);
                    }
                });
            }
            let stands = powers.stands as usize..next.stands as usize;
            places.hold_all(&self.stands_for[stands]);
            // Longer entries were filed last and come first, then single words, then facts.
            if places.is_empty_at(at) {
                call(powers.wakes..next.wakes, at, 1);
                continue;
            }
            call(powers.wakes..powers.classes, at, 1);
            for seen in places.entries_at(at) {
                call(self.woken_by(seen.class), at, seen.len);
            }
            call(powers.classes..next.wakes, at, 1);
            for seen in places.facts_at(at) {
                call(self.woken_by(seen.class), at, seen.len);
            }
        }
        places.hold_filed(|class| self.classes.get(class.0 as usize)?.stands);
        self.call(places, woken);
    }

    /// Adds the phrases called of which the post holds what they need.
    fn call(&self, places: &Places, woken: &mut Woken) {
        let calls = std::mem::take(&mut woken.calls);
        let mut passing = std::mem::take(&mut woken.passing);
        let held = places.held();
        for Call { from, to, at, len } in &calls {
            let (from, to) = (*from as usize, *to as usize);
            let stretches = self.wakes.stretches.get(from..=to).unwrap_or_default();
            if passing.len() < stretches.len() {
                passing.resize(stretches.len(), (0, 0));
            }
            // Written whether it passes or not: which ones do is nothing to be foreseen.
            let mut count = 0;
            for [stretch, next] in stretches.array_windows() {
                passing[count] = (stretch.from, next.from);
                count += usize::from(held.has(stretch.needs));
            }
            for (from, to) in &passing[..count] {
                let wakes = self.wakes.phrases.get(*from as usize..*to as usize);
                for wake in wakes.unwrap_or_default() {
                    if held.has(wake.needs[1]) {
                        woken.add(wake.group, wake.phrase, *at, *len);
                    }
                }
            }
        }
        (woken.calls, woken.passing) = (calls, passing);
    }

    fn woken_by(&self, class: ClassId) -> Range<u32> {
        self.classes.get(class.0 as usize).map_or(0..0, |class| class.wakes.clone())
    }

    /// Calls `found` once for each rule of a group of which a phrase stands in the post.
    pub(super) fn stand(
        &self,
        group: usize,
        tokens: &[ClearToken],
        places: &Places,
        woken: &mut Woken,
        meter: &mut impl Meter,
        mut found: impl FnMut(usize),
    ) {
        let scan = Scan { tokens, places, members: &self.members };
        let mut known = std::mem::take(&mut woken.found);
        for Candidate { phrase, at, len, .. } in woken.of(group) {
            let phrase = &self.phrases[phrase as usize];
            let rule = phrase.rule as usize;
            if known.has(rule) {
                continue;
            }
            meter.start();
            if self.stands(&scan, phrase, phrase.wakes, at, len).is_some() {
                known.add(rule);
                found(rule);
            }
            meter.stop(rule);
        }
        woken.found = known;
    }

    /// Adds to `found` where the phrases of the wanted rules of a group stand.
    pub(super) fn find(
        &self,
        group: usize,
        tokens: &[ClearToken],
        places: &Places,
        woken: &Woken,
        wanted: &Bits,
        found: &mut Vec<Match>,
    ) {
        let scan = Scan { tokens, places, members: &self.members };
        let mut seen: Vec<Told> = Vec::new();
        let mut elsewhere: Vec<u32> = Vec::new();
        let mut tell = |number: u32, at, len| {
            let phrase = &self.phrases[number as usize];
            let told = self.slots_of(phrase).get(usize::from(phrase.tells));
            let (Some(slot), Some((from, to))) =
                (told, self.stands(&scan, phrase, phrase.tells, at, len))
            else {
                return;
            };
            let found = Match { rule: phrase.rule, from: offset(from), to: offset(to) };
            seen.push(Told { at, by: precedence(slot.accepts, len), phrase: number, found });
        };
        for Candidate { phrase: number, at, len, .. } in woken.of(group) {
            let phrase = &self.phrases[number as usize];
            if !wanted.has(phrase.rule as usize) {
                continue;
            }
            if phrase.wakes == phrase.tells {
                tell(number, at, len);
            } else if !elsewhere.contains(&number) {
                elsewhere.push(number);
            }
        }
        for number in elsewhere {
            let phrase = &self.phrases[number as usize];
            let Some(slot) = self.slots_of(phrase).get(usize::from(phrase.tells)) else { continue };
            for at in 0..tokens.len() {
                for len in scan.lengths(slot.accepts, at) {
                    tell(number, offset(at), offset(len));
                }
            }
        }
        seen.sort_by_key(|told| (told.at, told.by, told.phrase));
        seen.into_iter().for_each(|told| keep(told.found, found));
    }

    fn slots_of(&self, phrase: &Phrase) -> &[Slot] {
        let from = phrase.from as usize;
        self.slots.get(from..from + usize::from(phrase.len)).unwrap_or_default()
    }

    /// Where a phrase stands of which the slot `anchor` stands at `at`, over `len` words.
    fn stands(
        &self,
        scan: &Scan<'_>,
        phrase: &Phrase,
        anchor: u16,
        at: u32,
        len: u32,
    ) -> Option<(usize, usize)> {
        let slots = self.slots_of(phrase);
        scan.stands(slots, usize::from(anchor), at as usize, (at + len) as usize)
    }
}

/// Numbers what phrases need, so that what a post holds of it is a few bits.
#[derive(Debug, Default)]
struct Needs(FxHashMap<Accepts, Need>);

impl Needs {
    fn count(&self) -> usize {
        self.0.len() + ANYTHING as usize + 1
    }

    fn number(&mut self, accepts: Accepts) -> Need {
        let next = offset(self.count());
        *self.0.entry(accepts).or_insert(next)
    }

    /// The number of what some phrase needs.
    fn known(&self, accepts: Accepts) -> Option<Need> {
        self.0.get(&accepts).copied()
    }
}

/// Keeps a place unless its rule has enough, or one around it.
fn keep(one: Match, found: &mut Vec<Match>) {
    let mut same_rule = 0;
    for other in found.iter().filter(|other| other.rule == one.rule) {
        same_rule += 1;
        if same_rule == MOST_MATCHES || (other.from <= one.from && one.to <= other.to) {
            return;
        }
    }
    found.push(one);
}
