//! Finds where phrases stand in a post. Each phrase is woken by its rarest slot only, together with
//! the others of its group of rules, and confirmed from there to both sides only when the group is
//! asked: the cost follows the post's length and what is asked, and hardly the number of rules.

use std::ops::Range;

use super::anchors::{Anchors, Chooser};
use super::bits::Bits;
use super::meter::Meter;
use super::phrase::{Accepts, ClassId, Slot};
use super::places::{ANYTHING, Key, Members, NONE, Places, Scan};
use crate::text::{ClearToken, Sequences, Vocabulary, WordId};

/// A phrase of a rule: a stretch of all slots, with the one that wakes it and the one from which its
/// places are told.
#[derive(Debug)]
struct Phrase {
    rule: u32,
    from: u32,
    to: u32,
    wakes: u32,
    tells: u32,
}

/// A phrase woken by what stands at a place, and what else the post must hold for it.
#[derive(Debug, Clone, Copy)]
struct Wake {
    phrase: u32,
    needs: Key,
}

/// The phrases of one group of rules that a word or a class wakes: a stretch of all wakes.
#[derive(Debug, Clone, Copy)]
struct Bundle {
    group: u32,
    from: u32,
    to: u32,
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
    wakes: Box<[Wake]>,
    /// What words and classes wake, end to end.
    bundles: Box<[Bundle]>,
    /// What each class wakes, by class.
    by_class: Box<[Range<u32>]>,
    /// What words stand for that a woken phrase may need, end to end.
    stands_for: Box<[Key]>,
    /// By word, what it can do.
    powers: Box<[Powers]>,
    /// How many words there are, with the classes how many keys, and how many groups.
    words: u32,
    keys: usize,
    groups: usize,
}

/// What a word can do; most can do nothing. Small, since every word of a post is looked up here.
#[derive(Debug, Clone, Copy)]
struct Powers {
    /// What it wakes, first by itself, then by the classes that it alone is in: a stretch of all
    /// bundles, which ends where that of the next word begins.
    bundles: u32,
    classes: u32,
    /// What it stands for that a woken phrase may need: a stretch likewise.
    stands: u32,
    /// Whether a list entry of several words begins with it.
    begins: bool,
}

/// A phrase found: the clear tokens `from..to` belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) rule: u32,
    pub(super) from: u32,
    pub(super) to: u32,
}

/// A bundle woken at a place.
#[derive(Debug, Clone, Copy)]
struct Call {
    from: u32,
    to: u32,
    /// The first token of what woke it, and how many there are.
    at: u32,
    len: u32,
    /// The next of the same group.
    next: u32,
}

/// What a post woke; buffers of one worker.
#[derive(Debug, Default)]
pub(super) struct Woken {
    calls: Vec<Call>,
    /// By group, the first and the last of its calls; of a group that was not woken they mean nothing.
    of_group: Vec<(u32, u32)>,
    /// The groups that were woken.
    pub(super) groups: Bits,
    /// The rules of which a phrase was found.
    found: Bits,
}

impl Woken {
    fn reset(&mut self, groups: usize) {
        self.of_group.resize(groups, (NONE, NONE));
        self.groups.reset(groups);
        self.calls.clear();
    }

    /// Forgets which of so many rules were found: they are to be asked again.
    pub(super) fn ask_again(&mut self, rules: usize) {
        self.found.reset(rules);
    }

    fn call(&mut self, bundles: &[Bundle], at: usize, len: u32) {
        for Bundle { group, from, to } in bundles {
            let call = number(self.calls.len());
            self.calls.push(Call { from: *from, to: *to, at: number(at), len, next: NONE });
            let group = *group as usize;
            let Some((first, last)) = self.of_group.get_mut(group) else { continue };
            if self.groups.has(group) {
                if let Some(last) = self.calls.get_mut(*last as usize) {
                    last.next = call;
                }
            } else {
                self.groups.add(group);
                *first = call;
            }
            *last = call;
        }
    }

    /// What woke a group, in order.
    fn of(&self, group: usize) -> impl Iterator<Item = Call> + '_ {
        let woken = self.groups.has(group).then(|| self.of_group.get(group)).flatten();
        let mut next = woken.map_or(NONE, |(first, _)| *first);
        std::iter::from_fn(move || {
            let call = *self.calls.get(next as usize)?;
            next = call.next;
            Some(call)
        })
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
        group_of: &[u32],
        groups: usize,
    ) -> Self {
        let slots = || rows.iter().map(|(_, slots)| slots.as_slice());
        let chooser = Chooser::new(slots(), &lists, class_sizes, vocabulary);
        let words = number(vocabulary.len());
        let key = |accepts| match accepts {
            Accepts::Word(word) => word.0,
            Accepts::Class(class) => words + class.0,
        };
        let mut phrases = Vec::with_capacity(rows.len());
        let mut all = Vec::new();
        let mut by_word = vec![Vec::new(); vocabulary.len()];
        let mut by_class = vec![Vec::new(); class_sizes.len()];
        for (rule, slots) in &rows {
            let Anchors { wakes, needs, tells } = chooser.choose(slots);
            let Some(anchor) = slots.get(wakes) else { continue };
            let [phrase, from, wakes, tells] = [phrases.len(), all.len(), wakes, tells].map(number);
            all.extend_from_slice(slots);
            phrases.push(Phrase { rule: *rule, from, to: number(all.len()), wakes, tells });
            let wake = Wake { phrase, needs: needs.map_or(ANYTHING, key) };
            match anchor.accepts {
                Accepts::Word(word) => by_word[word.0 as usize].push(wake),
                Accepts::Class(class) => by_class[class.0 as usize].push(wake),
            }
        }
        let mut needed = vec![false; vocabulary.len() + class_sizes.len()];
        for wake in by_word.iter().chain(&by_class).flatten() {
            needed[wake.needs as usize] = wake.needs != ANYTHING;
        }
        let (mut bundles, mut wakes) = (Vec::new(), Vec::new());
        let mut bundle = |mut woken: Vec<Wake>| {
            let group = |wake: &Wake| {
                let rule = phrases.get(wake.phrase as usize).map_or(0, |phrase| phrase.rule);
                group_of.get(rule as usize).copied().unwrap_or(0)
            };
            let start = number(bundles.len());
            // Within a group they stay in order.
            woken.sort_by_key(group);
            for part in woken.chunk_by(|one, other| group(one) == group(other)) {
                let from = number(wakes.len());
                wakes.extend_from_slice(part);
                let group = part.first().map_or(0, group);
                bundles.push(Bundle { group, from, to: number(wakes.len()) });
            }
            start..number(bundles.len())
        };
        let mut stands_for: Vec<Key> = Vec::new();
        let mut powers = Vec::with_capacity(vocabulary.len() + 1);
        for (word, woken) in (0..words).zip(by_word) {
            let classes = lists.single(WordId(word));
            let of_classes = classes.iter().rev().flat_map(|class| &by_class[*class as usize]);
            powers.push(Powers {
                bundles: bundle(woken).start,
                classes: bundle(of_classes.copied().collect()).start,
                stands: number(stands_for.len()),
                begins: lists.begins_longer(WordId(word)),
            });
            let stands = [word].into_iter().chain(classes.iter().map(|class| words + class));
            stands_for.extend(stands.filter(|key| needed.get(*key as usize) == Some(&true)));
        }
        let end = bundle(Vec::new()).start;
        let stands = number(stands_for.len());
        powers.push(Powers { bundles: end, classes: end, stands, begins: false });
        let by_class = by_class.into_iter().map(&mut bundle).collect();
        Self {
            powers: powers.into_boxed_slice(),
            members: Members::new(lists, words),
            wakes: wakes.into_boxed_slice(),
            bundles: bundles.into_boxed_slice(),
            stands_for: stands_for.into_boxed_slice(),
            phrases: phrases.into_boxed_slice(),
            slots: all.into_boxed_slice(),
            by_class,
            words,
            keys: vocabulary.len() + class_sizes.len(),
            groups,
        }
    }

    /// Files the longer list entries of the post, and wakes what may stand in it. `places` already
    /// holds the facts; which classes a word alone is in need not be filed.
    pub(super) fn wake(&self, tokens: &[ClearToken], places: &mut Places, woken: &mut Woken) {
        woken.reset(self.groups);
        places.facts_end();
        places.hold_nothing(self.keys);
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
            self.stands_for[stands].iter().for_each(|key| places.hold(*key));
            // Longer entries were filed last and come first, then single words, then facts.
            if places.is_empty_at(at) {
                woken.call(self.bundles(powers.bundles..next.bundles), at, 1);
                continue;
            }
            woken.call(self.bundles(powers.bundles..powers.classes), at, 1);
            for seen in places.entries_at(at) {
                woken.call(self.woken_by(seen.class), at, seen.len);
            }
            woken.call(self.bundles(powers.classes..next.bundles), at, 1);
            for seen in places.facts_at(at) {
                woken.call(self.woken_by(seen.class), at, seen.len);
            }
        }
        places.hold_filed(self.words);
    }

    fn bundles(&self, which: Range<u32>) -> &[Bundle] {
        self.bundles.get(which.start as usize..which.end as usize).unwrap_or_default()
    }

    fn woken_by(&self, class: ClassId) -> &[Bundle] {
        self.by_class.get(class.0 as usize).map_or(&[], |which| self.bundles(which.clone()))
    }

    /// The phrases of a group that a post woke, each with where: the first token and how many.
    fn woken<'a>(
        &'a self,
        group: usize,
        woken: &'a Woken,
    ) -> impl Iterator<Item = (&'a Wake, u32, u32)> + 'a {
        woken.of(group).flat_map(move |Call { from, to, at, len, .. }| {
            let wakes = self.wakes.get(from as usize..to as usize).unwrap_or_default();
            wakes.iter().map(move |wake| (wake, at, len))
        })
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
        for (wake, at, len) in self.woken(group, woken) {
            if !places.holds(wake.needs) {
                continue;
            }
            let phrase = &self.phrases[wake.phrase as usize];
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
        let mut seen: Vec<(u32, u32, (usize, usize))> = Vec::new();
        let mut elsewhere: Vec<u32> = Vec::new();
        for (wake, at, len) in self.woken(group, woken) {
            let phrase = &self.phrases[wake.phrase as usize];
            if wanted.has(phrase.rule as usize)
                && places.holds(wake.needs)
                && let Some(place) = self.stands(&scan, phrase, phrase.wakes, at, len)
            {
                if phrase.wakes == phrase.tells {
                    seen.push((at, wake.phrase, place));
                } else if !elsewhere.contains(&wake.phrase) {
                    elsewhere.push(wake.phrase);
                }
            }
        }
        for number in elsewhere {
            let phrase = &self.phrases[number as usize];
            let Some(slot) = self.slots.get((phrase.from + phrase.tells) as usize) else { continue };
            for at in 0..crate::text::offset(tokens.len()) {
                let lengths = scan.lengths(slot.accepts, at as usize);
                seen.extend(lengths.filter_map(|len| {
                    let place = self.stands(&scan, phrase, phrase.tells, at, crate::text::offset(len))?;
                    Some((at, number, place))
                }));
            }
        }
        seen.sort_by_key(|(at, phrase, _)| (*at, *phrase));
        for (_, phrase, (from, to)) in seen {
            let rule = self.phrases[phrase as usize].rule;
            keep(Match { rule, from: number(from), to: number(to) }, found);
        }
    }

    /// Where a phrase stands of which the slot `anchor` stands at `at`, over `len` words.
    fn stands(
        &self,
        scan: &Scan<'_>,
        phrase: &Phrase,
        anchor: u32,
        at: u32,
        len: u32,
    ) -> Option<(usize, usize)> {
        let slots = self.slots.get(phrase.from as usize..phrase.to as usize)?;
        let (from, to) = (at as usize, (at + len) as usize);
        scan.stands(slots, anchor as usize, from, to)
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
