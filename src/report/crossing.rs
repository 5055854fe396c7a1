//! How well the second reader reads writers it never saw: each file is left out in turn, with every
//! post elsewhere that follows one of its templates, and judged by a model trained on the rest.

use rayon::prelude::*;
use serde::Serialize;

use super::evaluation::{Figures, Flagged, Judged, Measured, judge};
use super::{Label, Labelled};
use crate::engine::{Engine, Example, Lane, Lesson, Model, learn};
use crate::synth::{Disguise, Disguiser};

/// From which share of common words on two posts follow one template.
const ALIKE: f64 = 0.6;
/// How much a post of the great mass of innocent ones counts against one that a person labelled.
const INNOCENT_WEIGHT: f32 = 1.0;
/// How much the twin of a labelled post counts, which says the same in disguise.
const TWIN_WEIGHT: f32 = 0.5;

/// Posts with what the second reader sees of them.
#[derive(Debug)]
pub struct Lessons<'a> {
    posts: &'a [Labelled],
    examples: Vec<Option<Example>>,
    /// Each labelled post once more, every way to hide in turn.
    twins: Vec<Option<Example>>,
    innocents: &'a [Labelled],
    innocent_examples: Vec<Option<Example>>,
    /// The distinct words of each labelled post, sorted.
    words: Vec<Vec<u64>>,
}

/// A file left out, judged by a model that never saw its writer.
#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    /// The file.
    pub file: String,
    /// How many of its posts each label has.
    pub posts: usize,
    /// Posts of other files left out of training because they follow its templates.
    pub alike: usize,
    /// By the rules alone.
    pub rules: Figures,
    /// With the second reader.
    pub with_reader: Figures,
}

/// The whole cross-validation.
#[derive(Debug, Clone, Serialize)]
pub struct Crossing {
    /// Each file.
    pub files: Vec<LeftOut>,
    /// All files together, each judged while left out.
    pub rules: Figures,
    /// With the second reader.
    pub with_reader: Figures,
    /// Every threshold, all files together.
    pub thresholds: Vec<super::evaluation::AtThreshold>,
    /// Real posts flagged by the rules alone.
    pub innocents_rules: Option<Flagged>,
    /// Real posts flagged, each half by a model trained with the other.
    pub innocents_with_reader: Option<Flagged>,
}

/// Reads what the second reader sees of posts.
pub fn lessons<'a>(
    engine: &Engine,
    disguiser: &Disguiser,
    posts: &'a [Labelled],
    innocents: &'a [Labelled],
) -> Lessons<'a> {
    let examples = |posts: &[Labelled]| -> Vec<Option<Example>> {
        posts
            .par_iter()
            .map_init(|| engine.scratch(), |scratch, post| engine.example(scratch, &post.text))
            .collect()
    };
    let twins = posts
        .par_iter()
        .enumerate()
        .map_init(
            || engine.scratch(),
            |scratch, (number, post)| {
                let way = Disguise::ALL[number % Disguise::ALL.len()];
                engine.example(scratch, &disguiser.put_on(way, &post.id, &post.text))
            },
        )
        .collect();
    Lessons {
        posts,
        examples: examples(posts),
        twins,
        innocents,
        innocent_examples: examples(innocents),
        words: posts.par_iter().map(|post| words(&post.text)).collect(),
    }
}

impl Lessons<'_> {
    /// A model trained on all of them.
    pub fn learn(&self) -> Model {
        self.learn_from(|_| true, |_| true)
    }

    fn learn_from(&self, post: impl Fn(usize) -> bool, innocent: impl Fn(usize) -> bool) -> Model {
        let lane = |label| match label {
            Label::Offer => Some(Lane::Offer),
            Label::Victim => Some(Lane::Victim),
            Label::Pass => None,
        };
        let mut lessons = Vec::new();
        for (examples, weight, calibrates) in
            [(&self.examples, 1.0, true), (&self.twins, TWIN_WEIGHT, false)]
        {
            for (number, (one, example)) in self.posts.iter().zip(examples).enumerate() {
                if let Some(example) = example
                    && post(number)
                {
                    let (lane, group) = (lane(one.label), Some(one.file));
                    lessons.push(Lesson { example, lane, group, weight, calibrates });
                }
            }
        }
        lessons.extend(self.innocent_examples.iter().enumerate().filter_map(
            |(number, example)| {
                let example = example.as_ref().filter(|_| innocent(number))?;
                Some(Lesson {
                    example,
                    lane: None,
                    group: None,
                    weight: INNOCENT_WEIGHT,
                    calibrates: false,
                })
            },
        ));
        learn(&lessons)
    }

    /// How many of the posts the second reader gets to see, and of the real ones.
    pub fn seen(&self) -> [(usize, usize); 2] {
        [&self.examples, &self.innocent_examples]
            .map(|all| (all.iter().flatten().count(), all.len()))
    }

    /// Leaves each file out in turn.
    pub fn cross(
        &self,
        engine: &mut Engine,
        today: jiff::civil::Date,
        files: &[String],
    ) -> Crossing {
        let shipped = engine.reader().cloned();
        engine.set_reader(None);
        let alone = judge(engine, today, self.posts);
        let alone_innocents = judge(engine, today, self.innocents);
        let mut heard: Vec<Judged<'_>> = Vec::new();
        let mut of_files = Vec::new();
        for (number, file) in files.iter().enumerate() {
            let alike = self.alike(number);
            let model = self.learn_from(|post| !alike[post], |innocent| innocent % 2 == number % 2);
            engine.set_reader(Some(model));
            let posts: Vec<&Labelled> =
                self.posts.iter().filter(|post| post.file == number).collect();
            let from = heard.len();
            for post in &posts {
                heard.extend(judge(engine, today, std::slice::from_ref(*post)));
            }
            let figures = |judged: &[Judged<'_>]| {
                let measured = Measured { engine, files, judged, innocents: &[] };
                measured.figures(engine.thresholds().flag)
            };
            let own: Vec<Judged<'_>> =
                alone.iter().filter(|one| one.post.file == number).map(Judged::clone).collect();
            of_files.push(LeftOut {
                file: file.clone(),
                posts: posts.len(),
                alike: alike.iter().filter(|one| **one).count() - posts.len(),
                rules: figures(&own),
                with_reader: figures(&heard[from..]),
            });
        }
        let mut innocents = Vec::new();
        for half in [0, 1] {
            let model = self.learn_from(|_| true, |innocent| innocent % 2 == half);
            engine.set_reader(Some(model));
            let others: Vec<&Labelled> = self
                .innocents
                .iter()
                .enumerate()
                .filter(|(number, _)| number % 2 != half)
                .map(|(_, post)| post)
                .collect();
            for post in others.chunks(4096) {
                let judged: Vec<Judged<'_>> = post
                    .par_iter()
                    .map_init(
                        || engine.scratch(),
                        |scratch, post| Judged {
                            post,
                            judgement: engine.judge(scratch, &post.text),
                        },
                    )
                    .collect();
                innocents.extend(judged);
            }
        }
        engine.set_reader(shipped);
        let flag = engine.thresholds().flag;
        let measured = |judged, innocents| Measured { engine, files, judged, innocents };
        let rules = measured(&alone, &alone_innocents);
        let with_reader = measured(&heard, &innocents);
        Crossing {
            files: of_files,
            rules: rules.figures(flag),
            with_reader: with_reader.figures(flag),
            thresholds: with_reader.thresholds(),
            innocents_rules: rules.flagged(flag),
            innocents_with_reader: with_reader.flagged(flag),
        }
    }

    /// Which posts a file's writer wrote, or follow one of its templates.
    fn alike(&self, file: usize) -> Vec<bool> {
        let own: Vec<&Vec<u64>> = self
            .posts
            .iter()
            .zip(&self.words)
            .filter(|(post, _)| post.file == file)
            .map(|(_, words)| words)
            .collect();
        self.posts
            .par_iter()
            .zip(&self.words)
            .map(|(post, words)| {
                post.file == file || own.iter().any(|other| common(words, other) >= ALIKE)
            })
            .collect()
    }
}

/// The distinct words of a text, as hashes, sorted.
fn words(text: &str) -> Vec<u64> {
    use std::hash::BuildHasher as _;
    let lower = text.to_lowercase();
    let mut words: Vec<u64> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| rustc_hash::FxBuildHasher.hash_one(word))
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The share of words that two posts have in common.
fn common(one: &[u64], other: &[u64]) -> f64 {
    let both = one.iter().filter(|word| other.binary_search(word).is_ok()).count();
    let all = one.len() + other.len() - both;
    if all == 0 { 1.0 } else { super::share::real(both) / super::share::real(all) }
}
