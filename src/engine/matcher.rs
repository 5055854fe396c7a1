//! Finds where phrases stand in a post. Each phrase is woken by its rarest slot only, passed over where
//! the post lacks what it needs besides, and confirmed from its anchor to both sides only when its group is
//! asked: the cost follows the post's length and what is asked, and hardly the number of rules.

use std::cmp::Reverse;

use super::anchors::{Anchors, Chooser};
use super::bits::Bits;
use super::commonness::Commonness;
use super::meter::Meter;
use super::phrase::{Accepts, ClassId, Slot};
use super::places::{Members, Places, Scan};
use super::waking::{Waking, WakingBuilder};
use super::woken::{Candidate, Woken};
use crate::text::{ClearToken, Sequences, Vocabulary, offset};

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

/// All phrases of a rule set.
#[derive(Debug)]
pub(super) struct Matcher {
    phrases: Box<[Phrase]>,
    slots: Box<[Slot]>,
    members: Members,
    waking: Waking,
    groups: usize,
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
    /// Builds from rows of `(rule, slots)` and the group of each rule, below `groups`, and tags the
    /// words with what they do.
    pub(super) fn new(
        rows: Vec<(u32, Vec<Slot>)>,
        lists: Sequences,
        class_sizes: &[usize],
        vocabulary: &mut Vocabulary,
        commonness: &Commonness,
        group_of: &[u32],
        groups: usize,
    ) -> Self {
        let slots = || rows.iter().map(|(_, slots)| slots.as_slice());
        let chooser = Chooser::new(slots(), class_sizes, vocabulary, commonness);
        let mut phrases = Vec::with_capacity(rows.len());
        let mut all = Vec::new();
        let mut waking = WakingBuilder::new(vocabulary.len(), class_sizes.len());
        for (rule, slots) in &rows {
            let Anchors { wakes, needs, tells } = chooser.choose(slots);
            let Some(anchor) = slots.get(wakes) else { continue };
            let (Ok(len), Ok(wakes), Ok(tells)) =
                (slots.len().try_into(), wakes.try_into(), tells.try_into())
            else {
                continue;
            };
            let group = group_of.get(*rule as usize).copied().unwrap_or(0);
            waking.add(anchor.accepts, needs, offset(phrases.len()), group);
            let from = offset(all.len());
            phrases.push(Phrase { rule: *rule, from, len, wakes, tells });
            all.extend_from_slice(slots);
        }
        Self {
            waking: waking.build(&lists, vocabulary, commonness),
            members: Members::new(lists, offset(vocabulary.len())),
            phrases: phrases.into_boxed_slice(),
            slots: all.into_boxed_slice(),
            groups,
        }
    }

    /// Files the longer list entries of the post, and wakes what may stand in it. `places` already
    /// holds the facts; which classes a word alone is in need not be filed.
    pub(super) fn wake(&self, tokens: &[ClearToken], places: &mut Places, woken: &mut Woken) {
        woken.reset(self.groups);
        self.waking.wake(self.members.lists(), tokens, places, woken);
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
