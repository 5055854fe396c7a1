//! Finds where phrases stand in a post. Each phrase is woken by its rarest slot only, passed over where
//! the post lacks the next rarest, and confirmed from its anchor to both sides only when its group is
//! asked: the cost follows the post's length and what is asked, and hardly the number of rules.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::anchors::{Anchors, Chooser};
use super::bits::Bits;
use super::meter::Meter;
use super::phrase::{Accepts, ClassId, Slot};
use super::places::{ANYTHING, Members, NONE, Need, Places, Scan};
use super::woken::{Call, Candidate, Woken};
use crate::text::{ClearToken, Sequences, Vocabulary, WordId};

/// A phrase of a rule: a stretch of all slots, with the one that wakes it.
#[derive(Debug)]
struct Phrase {
    rule: u32,
    group: u32,
    from: u32,
    len: u16,
    anchor: u16,
}

/// A phrase woken by what stands at a place, and what else the post must hold for it.
#[derive(Debug, Clone, Copy)]
struct Wake {
    phrase: u32,
    needs: Need,
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NONE)
}

/// All phrases of a rule set.
#[derive(Debug)]
pub(super) struct Matcher {
    phrases: Box<[Phrase]>,
    slots: Box<[Slot]>,
    members: Members,
    /// What words and classes wake, end to end.
    wakes: Box<[Wake]>,
    /// What words stand for that a woken phrase may need, end to end.
    stands_for: Box<[Need]>,
    /// By word, what it can do.
    powers: Box<[Powers]>,
    /// By class, what it can do.
    classes: Box<[ClassPowers]>,
    /// How many things phrases need.
    needs: usize,
    groups: usize,
}

/// What a word can do; most can do nothing. Small, since every word of a post is looked up here.
#[derive(Debug, Clone, Copy)]
struct Powers {
    /// What it wakes, first by itself, then by the classes that it alone is in: a stretch of all
    /// wakes, which ends where that of the next word begins.
    wakes: u32,
    classes: u32,
    /// What it stands for that a woken phrase may need: a stretch likewise.
    stands: u32,
    /// Whether a list entry of several words begins with it.
    begins: bool,
}

/// What something of a class can do.
#[derive(Debug, Clone)]
struct ClassPowers {
    /// What it wakes: a stretch of all wakes.
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

/// Most places kept for one rule in one post.
const MOST_MATCHES: usize = 8;

impl Matcher {
    /// Builds from rows of `(rule, slots)` and the group of each rule, below `groups`.
    pub(super) fn new(
        rows: Vec<(u32, Vec<Slot>)>,
        lists: Sequences,
        class_sizes: &[usize],
        vocabulary: &Vocabulary,
        group_of: &[u32],
        groups: usize,
    ) -> Self {
        let slots = || rows.iter().map(|(_, slots)| slots.as_slice());
        let chooser = Chooser::new(slots(), class_sizes, vocabulary);
        let mut needs = Needs::default();
        let mut phrases = Vec::with_capacity(rows.len());
        let mut all = Vec::new();
        let mut by_word = vec![Vec::new(); vocabulary.len()];
        let mut by_class = vec![Vec::new(); class_sizes.len()];
        for (rule, slots) in &rows {
            let Anchors { wakes, needs: needed } = chooser.choose(slots);
            let (Some(anchor), Ok(len), Ok(at)) =
                (slots.get(wakes), u16::try_from(slots.len()), u16::try_from(wakes))
            else {
                continue;
            };
            let wake = Wake {
                phrase: number(phrases.len()),
                needs: needed.map_or(ANYTHING, |needed| needs.number(needed)),
            };
            let group = group_of.get(*rule as usize).copied().unwrap_or(0);
            phrases.push(Phrase { rule: *rule, group, from: number(all.len()), len, anchor: at });
            all.extend_from_slice(slots);
            match anchor.accepts {
                Accepts::Word(word) => by_word[word.0 as usize].push(wake),
                Accepts::Class(class) => by_class[class.0 as usize].push(wake),
            }
        }
        let (mut wakes, mut stands_for) = (Vec::new(), Vec::new());
        let mut powers = Vec::with_capacity(vocabulary.len() + 1);
        for (word, woken) in (0..number(vocabulary.len())).map(WordId).zip(by_word) {
            let from = number(wakes.len());
            wakes.extend(woken);
            let classes = lists.single(word);
            powers.push(Powers {
                wakes: from,
                classes: number(wakes.len()),
                stands: number(stands_for.len()),
                begins: lists.begins_longer(word),
            });
            let of_classes = classes.iter().rev().flat_map(|class| &by_class[*class as usize]);
            wakes.extend(of_classes.copied());
            stands_for.extend(needs.known(Accepts::Word(word)));
            let classes = classes.iter().map(|class| Accepts::Class(ClassId(*class)));
            stands_for.extend(classes.filter_map(|class| needs.known(class)));
        }
        let [end, stands] = [wakes.len(), stands_for.len()].map(number);
        powers.push(Powers { wakes: end, classes: end, stands, begins: false });
        let mut classes = Vec::with_capacity(by_class.len());
        for (class, woken) in (0..).map(ClassId).zip(by_class) {
            let from = number(wakes.len());
            wakes.extend(woken);
            let stands = needs.known(Accepts::Class(class));
            classes.push(ClassPowers { wakes: from..number(wakes.len()), stands });
        }
        Self {
            members: Members::new(lists, number(vocabulary.len())),
            phrases: phrases.into_boxed_slice(),
            slots: all.into_boxed_slice(),
            wakes: wakes.into_boxed_slice(),
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
                woken.calls.push(Call { from, to, at: number(at), len });
            }
        };
        for (at, token) in tokens.iter().enumerate() {
            let word = token.word.0 as usize;
            let (Some(powers), Some(next)) = (self.powers.get(word), self.powers.get(word + 1))
            else {
                continue;
            };
            if powers.begins {
                self.members.lists().at(tokens, at, |class, len| {
                    if len > 1 {
                        places.add(ClassId(class), at, at + len);
                    }
                });
            }
            let stands = powers.stands as usize..next.stands as usize;
            self.stands_for[stands].iter().for_each(|need| places.hold(*need));
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
        for Call { from, to, at, len } in &calls {
            for wake in self.wakes.get(*from as usize..*to as usize).unwrap_or_default() {
                if places.holds(wake.needs)
                    && let Some(phrase) = self.phrases.get(wake.phrase as usize)
                {
                    woken.add(phrase.group, wake.phrase, *at, *len);
                }
            }
        }
        woken.calls = calls;
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
        for candidate in woken.of(group) {
            let phrase = &self.phrases[candidate.phrase as usize];
            let rule = phrase.rule as usize;
            if known.has(rule) {
                continue;
            }
            meter.start();
            if self.stands(&scan, phrase, candidate).is_some() {
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
        for candidate in woken.of(group) {
            let phrase = &self.phrases[candidate.phrase as usize];
            if wanted.has(phrase.rule as usize)
                && let Some((from, to)) = self.stands(&scan, phrase, candidate)
            {
                keep(Match { rule: phrase.rule, from: number(from), to: number(to) }, found);
            }
        }
    }

    /// Where a phrase stands, if it does.
    fn stands(
        &self,
        scan: &Scan<'_>,
        phrase: &Phrase,
        Candidate { at, len, .. }: Candidate,
    ) -> Option<(usize, usize)> {
        let from = phrase.from as usize;
        let slots = self.slots.get(from..from + usize::from(phrase.len))?;
        scan.stands(slots, usize::from(phrase.anchor), at as usize, (at + len) as usize)
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
        let next = number(self.count());
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
