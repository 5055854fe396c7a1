//! What a word, a list entry or a fact wakes of all phrases, and what else the post must hold for
//! that. Passes over a post once, and nearly without a branch: what its words do is not to be foreseen.

use std::cmp::Reverse;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::commonness::Commonness;
use super::phrase::{Accepts, ClassId};
use super::places::{ANYTHING, Held, Need, Places};
use super::woken::{Call, Passing, Powers, STEP, Wake, Woken};
use crate::facts::TAGS;
use crate::text::{ClearToken, Sequences, Tags, Vocabulary, WordId, offset};

/// What a phrase needs besides what wakes it.
type NeedsOf<T> = [T; 2];

/// Phrases that need the same first; it ends where the next one begins.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    needs: Need,
    from: u32,
}

/// Phrases that are woken, end to end: in stretches of those that need the same first, which are asked
/// for it once.
#[derive(Debug, Default)]
struct Wakes {
    /// A step more than there are, so that each step can be looked at as a whole.
    stretches: Vec<Stretch>,
    /// With what each needs besides.
    phrases: Vec<(Need, Wake)>,
}

impl Wakes {
    /// Adds what one thing wakes: the stretches `from..to` of these.
    fn add(&mut self, mut wakes: Vec<(NeedsOf<Need>, Wake)>) -> Range<u32> {
        let first = offset(self.stretches.len());
        wakes.sort_by_key(|(needs, _)| *needs);
        for stretch in wakes.chunk_by(|(one, _), (other, _)| one[0] == other[0]) {
            let from = offset(self.phrases.len());
            self.stretches
                .extend(stretch.first().map(|(needs, _)| Stretch { needs: needs[0], from }));
            self.phrases.extend(stretch.iter().map(|(needs, wake)| (needs[1], *wake)));
        }
        first..offset(self.stretches.len())
    }

    fn close(&mut self) {
        let end = Stretch { needs: ANYTHING, from: offset(self.phrases.len()) };
        self.stretches.extend([end; STEP + 1]);
    }
}

/// A word wakes phrases, or stands for what some need.
const ACTS: Tags = Tags::nth(TAGS);
/// A list entry of several words begins with it.
const BEGINS: Tags = Tags::nth(TAGS + 1);
/// A list entry of several words goes on with it.
const GOES_ON: Tags = Tags::nth(TAGS + 2);

/// What something of a class can do.
#[derive(Debug, Clone)]
struct ClassPowers {
    /// What it wakes: some of all stretches.
    wakes: Range<u32>,
    /// What it stands for, where a woken phrase may need that.
    stands: Option<Need>,
}

/// What words and classes wake.
#[derive(Debug)]
pub(super) struct Waking {
    wakes: Wakes,
    /// What words stand for beyond the first step, end to end.
    stands_for: Box<[[Need; STEP]]>,
    /// By word.
    powers: Box<[Powers]>,
    /// By class.
    classes: Box<[ClassPowers]>,
}

/// Collects what wakes phrases, then closes into [`Waking`].
#[derive(Debug)]
pub(super) struct WakingBuilder {
    by_word: Vec<Vec<(NeedsOf<Option<Accepts>>, Wake)>>,
    by_class: Vec<Vec<(NeedsOf<Option<Accepts>>, Wake)>>,
}

impl WakingBuilder {
    /// Of so many words and classes.
    pub(super) fn new(words: usize, classes: usize) -> Self {
        Self { by_word: vec![Vec::new(); words], by_class: vec![Vec::new(); classes] }
    }

    /// Says what wakes a phrase of a group, and what the post must hold besides.
    pub(super) fn add(
        &mut self,
        anchor: Accepts,
        needs: NeedsOf<Option<Accepts>>,
        phrase: u32,
        group: u32,
    ) {
        let woken = match anchor {
            Accepts::Word(word) => self.by_word.get_mut(word.0 as usize),
            Accepts::Class(class) => self.by_class.get_mut(class.0 as usize),
        };
        woken.into_iter().for_each(|woken| woken.push((needs, Wake { phrase, group })));
    }

    /// Closes it, and tags the words; `lists` says which classes a word is in.
    pub(super) fn build(
        self,
        lists: &Sequences,
        vocabulary: &mut Vocabulary,
        commonness: &Commonness,
    ) -> Waking {
        let Self { by_word, by_class } = self;
        let all = by_word.iter().chain(&by_class).flatten();
        let needs = Needs::of(all.flat_map(|(needs, _)| needs).copied().flatten(), commonness);
        let numbered = |(those, wake): &(NeedsOf<Option<Accepts>>, Wake)| {
            (those.map(|one| one.and_then(|one| needs.known(one)).unwrap_or(ANYTHING)), *wake)
        };
        let mut wakes = Wakes::default();
        let mut stands_for: Vec<[Need; STEP]> = Vec::new();
        let mut powers = Vec::with_capacity(by_word.len());
        for (word, woken) in (0..).map(WordId).zip(&by_word) {
            let classes = lists.single(word);
            let alone = wakes.add(woken.iter().map(numbered).collect());
            let of_classes = classes.iter().flat_map(|class| &by_class[*class as usize]);
            let of_classes = wakes.add(of_classes.map(numbered).collect());
            let classes = classes.iter().map(|class| Accepts::Class(ClassId(*class)));
            let all = [Accepts::Word(word)].into_iter().chain(classes);
            let known: Vec<Need> = all.filter_map(|accepts| needs.known(accepts)).collect();
            let mut steps = known.chunks(STEP).map(|chunk| {
                let mut step = [ANYTHING; STEP];
                step[..chunk.len()].copy_from_slice(chunk);
                step
            });
            let stands = steps.next().unwrap_or_default();
            let more = offset(stands_for.len());
            stands_for.extend(steps);
            powers.push(Powers {
                wakes: alone.start,
                classes: alone.end,
                end: of_classes.end,
                stands,
                more,
                most: offset(stands_for.len()),
            });
            let tags = [
                (alone.start < of_classes.end || !known.is_empty(), ACTS),
                (lists.begins_longer(word), BEGINS),
                (lists.follows(word), GOES_ON),
            ];
            for (_, tag) in tags.into_iter().filter(|(does, _)| *does) {
                vocabulary.tag(word, tag);
            }
        }
        let mut classes = Vec::with_capacity(by_class.len());
        for (class, woken) in (0..).map(ClassId).zip(&by_class) {
            let stands = needs.known(Accepts::Class(class));
            let wakes = wakes.add(woken.iter().map(numbered).collect());
            classes.push(ClassPowers { wakes, stands });
        }
        wakes.close();
        Waking {
            wakes,
            stands_for: stands_for.into_boxed_slice(),
            powers: powers.into_boxed_slice(),
            classes: classes.into_boxed_slice(),
        }
    }
}

impl Waking {
    /// Files the longer list entries of the post, and wakes what may stand in it. `places` already
    /// holds the facts; which classes a word alone is in need not be filed.
    pub(super) fn wake(
        &self,
        lists: &Sequences,
        tokens: &[ClearToken],
        places: &mut Places,
        woken: &mut Woken,
    ) {
        places.facts_end();
        places.held().reset();
        look_at(tokens, places, woken);
        for at in woken.begins.kept() {
            let at = *at as usize;
            lists.longer_at(tokens, at, |class, len| places.add(ClassId(class), at, at + len));
        }
        self.look_up(tokens, woken);
        self.call(places, woken);
        places.hold_filed(|class| self.classes.get(class.0 as usize)?.stands);
        self.pass(places.held(), woken);
    }

    /// Looks up what the words can do. This alone, so that all lines of the table are asked for before
    /// one is waited for.
    fn look_up(&self, tokens: &[ClearToken], woken: &mut Woken) {
        let Woken { active, acting, .. } = woken;
        acting.clear();
        acting.extend(active.kept().iter().map(|at| {
            let word = tokens.get(*at as usize).map_or(WordId::UNKNOWN, |token| token.word);
            (*at, self.powers.get(word.0 as usize).copied().unwrap_or_default())
        }));
    }

    /// Notes what the words stand for, and calls what they wake.
    fn call(&self, places: &mut Places, woken: &mut Woken) {
        let Woken { acting, calls, .. } = woken;
        let held = places.held();
        for (_, powers) in acting.iter() {
            powers.stands.into_iter().for_each(|need| held.hold(need));
            let more = self.stands_for.get(powers.more as usize..powers.most as usize);
            more.unwrap_or_default().as_flattened().iter().for_each(|need| held.hold(*need));
        }
        calls.clear();
        for (at, powers) in acting.iter() {
            let (at, index) = (*at, *at as usize);
            let mut call = |wakes: Range<u32>, len| {
                calls.put(Call { from: wakes.start, to: wakes.end, at, len }, !wakes.is_empty());
            };
            // Longer entries were filed last and come first, then single words, then facts.
            if places.is_empty_at(index) {
                call(powers.wakes..powers.end, 1);
                continue;
            }
            call(powers.wakes..powers.classes, 1);
            for seen in places.entries_at(index) {
                call(self.woken_by(seen.class), seen.len);
            }
            call(powers.classes..powers.end, 1);
            for seen in places.facts_at(index) {
                call(self.woken_by(seen.class), seen.len);
            }
        }
    }

    fn woken_by(&self, class: ClassId) -> Range<u32> {
        self.classes.get(class.0 as usize).map_or(0..0, |class| class.wakes.clone())
    }

    /// Adds the phrases called of which the post holds what they need.
    fn pass(&self, held: &Held, woken: &mut Woken) {
        let Woken { calls, passing, phrases, .. } = woken;
        let Wakes { stretches, phrases: all } = &self.wakes;
        passing.clear();
        for (call, Call { from, to, .. }) in (0..).zip(calls.kept()) {
            let (mut from, to) = (*from as usize, *to as usize);
            while from < to
                && let Some(step) =
                    stretches.get(from..).and_then(<[_]>::first_chunk::<{ STEP + 1 }>)
            {
                passing.put_all(std::array::from_fn::<_, STEP, _>(|nth| {
                    let [stretch, next] = [&step[nth], &step[nth + 1]];
                    let passes = held.has(stretch.needs) & (from + nth < to);
                    (Passing { from: stretch.from, to: next.from, call }, passes)
                }));
                from += STEP;
            }
        }
        phrases.clear();
        for Passing { from, to, call } in passing.kept() {
            let all = all.get(*from as usize..*to as usize).unwrap_or_default();
            all.iter().for_each(|(needs, wake)| phrases.put((*wake, *call), held.has(*needs)));
        }
        woken.add_all();
    }
}

/// Tells the words that do something, or at which something is filed, from the others.
fn look_at(tokens: &[ClearToken], places: &Places, woken: &mut Woken) {
    let Woken { active, begins, .. } = woken;
    active.clear();
    begins.clear();
    for at in 0..tokens.len() {
        let next = tokens.get(at + 1).map_or_else(Tags::default, |token| token.tags);
        let begin = tokens[at].tags.has(BEGINS) & next.has(GOES_ON);
        let filed = !places.is_empty_at(at);
        begins.put(offset(at), begin);
        active.put(offset(at), tokens[at].tags.has(ACTS) | begin | filed);
    }
}

/// Numbers what phrases need, so that what a post holds of it is a few bytes: what many posts hold
/// first, so that these stand side by side. What there is no number left for is not asked for.
#[derive(Debug)]
struct Needs(FxHashMap<Accepts, Need>);

impl Needs {
    fn of(all: impl Iterator<Item = Accepts>, commonness: &Commonness) -> Self {
        let mut all: Vec<Accepts> = all.collect();
        all.sort_unstable();
        all.dedup();
        all.sort_by_key(|one| Reverse(commonness.of(*one)));
        Self(all.into_iter().zip(ANYTHING + 1..=Need::MAX).collect())
    }

    /// The number of what some phrase needs.
    fn known(&self, accepts: Accepts) -> Option<Need> {
        self.0.get(&accepts).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{SequencesBuilder, VocabularyBuilder};

    #[test]
    fn more_needs_than_numbers_are_not_asked_for() {
        let vocabulary = VocabularyBuilder::default().build();
        let lists = SequencesBuilder::default().build(vocabulary.len());
        let commonness = Commonness::of_texts(std::iter::empty(), &vocabulary, &lists, 0);
        let word = |number| Accepts::Word(WordId(number));
        let needs = Needs::of((0..70_000).map(word), &commonness);
        let mut numbers: Vec<Need> =
            (0..70_000).filter_map(|number| needs.known(word(number))).collect();
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(ANYTHING + 1..=Need::MAX));
    }
}
