//! How well the engine judges labelled posts: precision, recall and F1 of each lane, what is
//! confused with what, what every threshold would give, which rules fire on what, and the errors.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::share::{Share, real};
use super::{Label, Labelled};
use crate::engine::{
    Adjustment, Engine, Hit, Judgement, Lane, Lanes, Model, Points, Trained, Verdict,
};

/// Every fifth threshold is in the table, and those in force.
const STEP: usize = 5;

/// A labelled post as the engine judged it.
#[derive(Debug, Clone)]
pub struct Judged<'a> {
    /// The post.
    pub post: &'a Labelled,
    /// What the engine said.
    pub judgement: Judgement,
}

/// Judges posts on all cores, in order.
pub fn judge<'a>(
    engine: &Engine,
    today: jiff::civil::Date,
    posts: &'a [Labelled],
) -> Vec<Judged<'a>> {
    posts
        .par_iter()
        .map_init(
            || {
                let mut scratch = engine.scratch();
                scratch.set_today(today);
                scratch
            },
            |scratch, post| Judged { post, judgement: engine.judge(scratch, &post.text) },
        )
        .collect()
}

/// How well one question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measure {
    /// Of those flagged, how many rightly.
    pub precision: Share,
    /// Of those that should be flagged, how many are.
    pub recall: Share,
    /// The harmonic mean of both.
    pub f1: Option<f64>,
}

impl Measure {
    fn new(found: usize, wanted: usize, false_alarms: usize) -> Self {
        let both = 2 * found + (wanted - found) + false_alarms;
        Self {
            precision: Share::new(found, found + false_alarms),
            recall: Share::new(found, wanted),
            f1: (both > 0).then(|| real(2 * found) / real(both)),
        }
    }
}

/// How the posts were judged from one threshold on. A false alarm is an innocent post; a plea in
/// the lane of offers, or the reverse, is a confusion of lanes and counted as that.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    /// Offers in the lane of offers.
    pub offer: Measure,
    /// Pleas in the lane of victims.
    pub victim: Measure,
    /// Offers and pleas in whichever lane.
    pub any: Measure,
    /// Pleas in the lane of offers.
    pub victim_as_offer: Share,
    /// Offers in the lane of victims.
    pub offer_as_victim: Share,
    /// Innocent posts in the lane of offers.
    pub pass_as_offer: Share,
    /// Innocent posts in the lane of victims.
    pub pass_as_victim: Share,
}

impl Figures {
    /// Of the lanes each label was put in.
    fn of(judged: impl Iterator<Item = (Label, Option<Lane>)>) -> Self {
        // By label, then: not flagged, offer, victim.
        let mut counts = [[0_usize; 3]; 3];
        for (label, lane) in judged {
            let column = lane.map_or(0, |lane| if lane == Lane::Offer { 1 } else { 2 });
            counts[label as usize][column] += 1;
        }
        let [offers, victims, passes] = counts;
        let all = |row: [usize; 3]| row.iter().sum::<usize>();
        let flagged = |row: [usize; 3]| row[1] + row[2];
        Self {
            offer: Measure::new(offers[1], all(offers), passes[1]),
            victim: Measure::new(victims[2], all(victims), passes[2]),
            any: Measure::new(
                flagged(offers) + flagged(victims),
                all(offers) + all(victims),
                flagged(passes),
            ),
            victim_as_offer: Share::new(victims[1], all(victims)),
            offer_as_victim: Share::new(offers[2], all(offers)),
            pass_as_offer: Share::new(passes[1], all(passes)),
            pass_as_victim: Share::new(passes[2], all(passes)),
        }
    }

    /// A figure by the name floors are set by; `None` for a name that is not one, and 0 where
    /// nothing could be measured.
    pub fn named(&self, name: &str) -> Option<f64> {
        let share = |share: Share| share.value.unwrap_or(0.0);
        Some(match name {
            "offer-precision" => share(self.offer.precision),
            "offer-recall" => share(self.offer.recall),
            "offer-f1" => self.offer.f1.unwrap_or(0.0),
            "victim-precision" => share(self.victim.precision),
            "victim-recall" => share(self.victim.recall),
            "victim-f1" => self.victim.f1.unwrap_or(0.0),
            "any-precision" => share(self.any.precision),
            "any-recall" => share(self.any.recall),
            "any-f1" => self.any.f1.unwrap_or(0.0),
            "victim-not-offer" => 1.0 - share(self.victim_as_offer),
            "pass-not-victim" => 1.0 - share(self.pass_as_victim),
            _ => return None,
        })
    }

    /// The names floors are set by.
    pub const NAMES: [&str; 11] = [
        "offer-precision",
        "offer-recall",
        "offer-f1",
        "victim-precision",
        "victim-recall",
        "victim-f1",
        "any-precision",
        "any-recall",
        "any-f1",
        "victim-not-offer",
        "pass-not-victim",
    ];
}

/// The figures if posts were flagged from another score on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AtThreshold {
    /// The score.
    pub threshold: u8,
    /// What makes it special: the thresholds in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'static str>,
    /// The figures.
    pub figures: Figures,
    /// Real posts flagged, where there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub innocents: Option<Flagged>,
}

/// Posts that share something, and how they were judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// What they share.
    pub name: String,
    /// How many there are.
    pub posts: usize,
    /// The label of all of them; `None` for a mixture.
    pub label: Option<Label>,
    /// Judged as labelled: offers and pleas found in their lane, innocent posts left alone.
    pub right: Share,
    /// The figures over them.
    pub figures: Figures,
}

/// What a rule fired on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// The rule.
    pub rule: String,
    /// Its points; `None` for a helper.
    pub points: Option<Points>,
    /// Offers.
    pub offer: usize,
    /// Pleas.
    pub victim: usize,
    /// Innocent posts.
    pub pass: usize,
}

/// Real posts flagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Flagged {
    /// Posts looked at.
    pub posts: usize,
    /// In the lane of offers.
    pub offer: usize,
    /// In the lane of victims.
    pub victim: usize,
}

/// A post judged wrongly.
#[derive(Debug, Clone, Serialize)]
pub struct Mistake {
    /// The post.
    pub id: String,
    /// Its kind.
    pub kind: Option<String>,
    /// The note of whoever labelled it.
    pub note: Option<String>,
    /// Its minimal pair.
    pub pair: Option<String>,
    /// What it is.
    pub label: Label,
    /// The lane it was put in.
    pub lane: Option<Lane>,
    /// Its scores.
    pub offer: u8,
    /// As a plea.
    pub victim: u8,
    /// What it says.
    pub text: String,
    /// What fired.
    pub hits: Vec<Hit>,
    /// What else the sum holds.
    pub adjustments: Vec<Adjustment>,
}

/// The whole measurement.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// The rule set.
    pub ruleset: String,
    /// What the second reader was trained on; `None` without one.
    pub reader: Option<Trained>,
    /// The score from which posts are flagged.
    pub flag: u8,
    /// The figures of the rules alone, where a second reader was heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules_alone: Option<Figures>,
    /// How many posts of each label.
    pub posts: BTreeMap<&'static str, usize>,
    /// The figures at that score.
    pub figures: Figures,
    /// Every threshold.
    pub thresholds: Vec<AtThreshold>,
    /// By kind.
    pub kinds: Vec<Group>,
    /// By file.
    pub files: Vec<Group>,
    /// By difficulty, where given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub difficulties: Vec<Group>,
    /// By rule, those that fire most first.
    pub rules: Vec<RuleCount>,
    /// Judged wrongly, worst first.
    pub mistakes: Vec<Mistake>,
    /// Real posts flagged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub innocents: Option<Flagged>,
}

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// The engine that judged.
    pub engine: &'a Engine,
    /// Names of the files the posts came from.
    pub files: &'a [String],
    /// The labelled posts.
    pub judged: &'a [Judged<'a>],
    /// Real posts, known to be innocent.
    pub innocents: &'a [Judged<'a>],
}

impl Measured<'_> {
    /// The figures of all labelled posts, flagged from `flag` on.
    pub fn figures(&self, flag: u8) -> Figures {
        Figures::of(self.judged.iter().map(|one| (one.post.label, lanes(one).decide(flag))))
    }

    /// The whole measurement, with at most `worst` mistakes.
    pub fn evaluate(&self, worst: usize) -> Evaluation {
        let flag = self.engine.thresholds().flag;
        let posts = Label::ALL.map(|label| {
            (label.as_str(), self.judged.iter().filter(|one| one.post.label == label).count())
        });
        let written = |value: &serde_json::Value| {
            value.as_str().map_or_else(|| value.to_string(), str::to_owned)
        };
        Evaluation {
            ruleset: self.engine.version().to_owned(),
            reader: self.engine.reader().map(Model::trained),
            flag,
            rules_alone: self.engine.reader().map(|_| {
                Figures::of(
                    self.judged
                        .iter()
                        .map(|one| (one.post.label, one.judgement.rules_alone.decide(flag))),
                )
            }),
            posts: posts.into_iter().collect(),
            figures: self.figures(flag),
            thresholds: self.thresholds(),
            kinds: self.groups(flag, |one| Some(one.kind.clone().unwrap_or_else(|| "-".into()))),
            files: self.groups(flag, |one| self.files.get(one.file).cloned()),
            difficulties: self.groups(flag, |one| one.difficulty.as_ref().map(written)),
            rules: self.rules(),
            mistakes: self.mistakes(flag, worst),
            innocents: self.flagged(flag),
        }
    }

    /// Real posts flagged from `flag` on, where there are any.
    pub fn flagged(&self, flag: u8) -> Option<Flagged> {
        let in_lane = |lane| {
            self.innocents.iter().filter(|one| lanes(one).decide(flag) == Some(lane)).count()
        };
        (!self.innocents.is_empty()).then(|| Flagged {
            posts: self.innocents.len(),
            offer: in_lane(Lane::Offer),
            victim: in_lane(Lane::Victim),
        })
    }

    /// Every threshold.
    pub fn thresholds(&self) -> Vec<AtThreshold> {
        let set = self.engine.thresholds();
        let names = [
            (set.flag, "ditandai"),
            (set.tinggi, "tinggi"),
            (set.sedang, "sedang"),
            (set.rendah, "rendah"),
        ];
        let named = |at: u8| names.iter().find(|(value, _)| *value == at).map(|(_, name)| *name);
        (1..=100_u8)
            .filter(|at| usize::from(*at).is_multiple_of(STEP) || named(*at).is_some())
            .map(|threshold| AtThreshold {
                threshold,
                name: named(threshold),
                figures: self.figures(threshold),
                innocents: self.flagged(threshold),
            })
            .collect()
    }

    fn groups(&self, flag: u8, name: impl Fn(&Labelled) -> Option<String>) -> Vec<Group> {
        let mut groups: BTreeMap<String, Vec<&Judged<'_>>> = BTreeMap::new();
        for one in self.judged {
            if let Some(name) = name(one.post) {
                groups.entry(name).or_default().push(one);
            }
        }
        groups
            .into_iter()
            .map(|(name, group)| {
                let label = group[0].post.label;
                let right = group.iter().filter(|one| is_right(one, flag)).count();
                Group {
                    name,
                    posts: group.len(),
                    label: group.iter().all(|one| one.post.label == label).then_some(label),
                    right: Share::new(right, group.len()),
                    figures: Figures::of(
                        group.iter().map(|one| (one.post.label, lanes(one).decide(flag))),
                    ),
                }
            })
            .collect()
    }

    fn rules(&self) -> Vec<RuleCount> {
        let rules = self.engine.rules();
        let mut counts = vec![[0_usize; 3]; rules.len()];
        for one in self.judged {
            for rule in &one.judgement.fired {
                counts[*rule][one.post.label as usize] += 1;
            }
        }
        let mut found: Vec<RuleCount> = rules
            .iter()
            .zip(counts)
            .map(|(rule, [offer, victim, pass])| RuleCount {
                rule: rule.id.0.clone(),
                points: rule.scored.then_some(rule.points),
                offer,
                victim,
                pass,
            })
            .collect();
        found.sort_by_key(|one| std::cmp::Reverse(one.offer + one.victim + one.pass));
        found
    }

    fn mistakes(&self, flag: u8, worst: usize) -> Vec<Mistake> {
        let mut wrong: Vec<&Judged<'_>> =
            self.judged.iter().filter(|one| !is_right(one, flag)).collect();
        // A wrong lane is the worst; then by how far the score is from where it should be.
        wrong.sort_by_key(|one| {
            let lanes = lanes(one);
            let off = match (one.post.label, lanes.decide(flag)) {
                (Label::Offer, Some(_)) | (Label::Victim, Some(_)) => 200,
                (Label::Pass, Some(lane)) => lanes.of(lane),
                (Label::Offer, None) => 100 - lanes.offer,
                (_, None) => 100 - lanes.victim,
            };
            std::cmp::Reverse(off)
        });
        wrong.into_iter().take(worst).map(Mistake::new).collect()
    }
}

impl Mistake {
    /// What is shown of a post judged wrongly.
    pub fn new(one: &Judged<'_>) -> Self {
        let Labelled { id, text, label, kind, note, pair, .. } = one.post;
        let Verdict { hits, adjustments, .. } = &one.judgement.verdict;
        let Lanes { offer, victim, .. } = lanes(one);
        Self {
            id: id.clone(),
            kind: kind.clone(),
            note: note.clone(),
            pair: pair.clone(),
            label: *label,
            lane: one.judgement.verdict.lane,
            offer,
            victim,
            text: text.clone(),
            hits: hits.clone(),
            adjustments: adjustments.clone(),
        }
    }
}

fn lanes(one: &Judged<'_>) -> Lanes {
    one.judgement.lanes
}

fn is_right(one: &Judged<'_>, flag: u8) -> bool {
    let lane = lanes(one).decide(flag);
    match one.post.label {
        Label::Offer => lane == Some(Lane::Offer),
        Label::Victim => lane == Some(Lane::Victim),
        Label::Pass => lane.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_count_what_they_say() {
        let offer = Some(Lane::Offer);
        let victim = Some(Lane::Victim);
        let judged = [
            (Label::Offer, offer),
            (Label::Offer, offer),
            (Label::Offer, victim),
            (Label::Offer, None),
            (Label::Victim, victim),
            (Label::Victim, offer),
            (Label::Pass, offer),
            (Label::Pass, None),
            (Label::Pass, None),
            (Label::Pass, victim),
        ];
        let figures = Figures::of(judged.into_iter());
        let pair = |share: Share| (share.count, share.of);
        assert_eq!(pair(figures.offer.precision), (2, 3));
        assert_eq!(pair(figures.offer.recall), (2, 4));
        assert_eq!(figures.offer.f1, Some(4.0 / 7.0));
        assert_eq!(pair(figures.victim.precision), (1, 2));
        assert_eq!(pair(figures.victim.recall), (1, 2));
        assert_eq!(pair(figures.any.precision), (5, 7));
        assert_eq!(pair(figures.any.recall), (5, 6));
        assert_eq!(pair(figures.victim_as_offer), (1, 2));
        assert_eq!(pair(figures.offer_as_victim), (1, 4));
        assert_eq!(pair(figures.pass_as_victim), (1, 4));
        assert_eq!(figures.named("victim-not-offer"), Some(0.5));
        assert!(Figures::NAMES.iter().all(|name| figures.named(name).is_some()));
        assert_eq!(figures.named("offer"), None);
    }

    #[test]
    fn nothing_measured_is_no_success() {
        let figures = Figures::of(std::iter::empty());
        assert_eq!((figures.offer.f1, figures.offer.precision.value), (None, None));
        assert_eq!(figures.named("offer-recall"), Some(0.0));
    }
}
