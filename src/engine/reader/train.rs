//! Learning: logistic regression with L2, solved in the dual by coordinate descent (Yu, Huang and
//! Lin 2011). Deterministic; calibrated on scores of posts that the scoring model had not seen.

use rayon::prelude::*;

use super::super::Lane;
use super::features::BITS;
use super::{LANES, Model, Trained};

/// How closely the model follows its lessons; larger follows closer.
const COST: f64 = 16.0;
/// Passes over the lessons; more change nothing that matters.
const MOST_PASSES: usize = 15;
/// A pass that moves no weight of a lesson by more than this share of its bound is the last.
const ENOUGH: f64 = 0.02;
/// Steps of Newton's method for one lesson.
const MOST_STEPS: usize = 20;

/// Into how many parts the groups are put for the calibration.
const FOLDS: usize = 5;

/// The features of a post, as learned from.
#[derive(Debug, Clone)]
pub struct Example(pub(in crate::engine) Box<[(u32, f32)]>);

impl Example {
    /// Of buckets and values; a bucket that comes again adds up.
    pub(in crate::engine) fn of(values: impl Iterator<Item = (u32, f32)>) -> Self {
        let mut features: Vec<(u32, f32)> = values.collect();
        features.sort_unstable_by_key(|(bucket, _)| *bucket);
        features.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.1 += later.1;
            }
            same
        });
        Self(features.into_boxed_slice())
    }
}

/// A post to learn from.
#[derive(Debug, Clone, Copy)]
pub struct Lesson<'a> {
    /// Its features.
    pub example: &'a Example,
    /// Where it belongs; `None` for an innocent post.
    pub lane: Option<Lane>,
    /// Who wrote it, or which template it follows: never on both sides of a split.
    pub group: usize,
    /// How much it counts.
    pub weight: f32,
    /// Whether it takes part in the calibration; posts that merely stand for the great mass of
    /// innocent ones do not.
    pub calibrates: bool,
}

/// A linear model of one lane, as learned.
struct Line {
    weights: Vec<f32>,
    bias: f32,
}

/// Learns to tell offers and pleas from the rest.
pub fn learn(lessons: &[Lesson<'_>]) -> Model {
    let mut groups: Vec<usize> =
        lessons.iter().filter(|one| one.calibrates).map(|one| one.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let folds = groups.len().min(FOLDS);
    let fold = |lesson: &Lesson<'_>| {
        let place = groups.binary_search(&lesson.group).ok().filter(|_| lesson.calibrates)?;
        Some(place % folds)
    };
    // For each lane, a model without each fold, and last the one of all.
    let tasks: Vec<(Lane, Option<usize>)> = LANES
        .into_iter()
        .flat_map(|lane| (0..folds).map(Some).chain([None]).map(move |fold| (lane, fold)))
        .collect();
    let lines: Vec<(Line, Vec<(f64, bool)>)> = tasks
        .into_par_iter()
        .map(|(lane, left_out)| {
            let seen: Vec<&Lesson<'_>> =
                lessons.iter().filter(|one| left_out.is_none() || fold(one) != left_out).collect();
            let line = solve(&seen, lane);
            let scores = lessons
                .iter()
                .filter(|one| left_out.is_some() && fold(one) == left_out)
                .map(|one| (line.score(one.example), one.lane == Some(lane)))
                .collect();
            (line, scores)
        })
        .collect();
    let per_lane = folds + 1;
    let [offer, victim] = [0, 1].map(|lane| {
        let lines = &lines[lane * per_lane..(lane + 1) * per_lane];
        let scores: Vec<(f64, bool)> =
            lines.iter().flat_map(|(_, scores)| scores.iter().copied()).collect();
        let (slope, shift) = calibrate(&scores);
        (&lines[per_lane - 1].0, slope, shift)
    });
    let count = |lane: Option<Lane>, calibrates| {
        let counted =
            lessons.iter().filter(|one| one.lane == lane && one.calibrates == calibrates).count();
        u32::try_from(counted).unwrap_or(u32::MAX)
    };
    let trained = Trained {
        offers: count(Some(Lane::Offer), true),
        victims: count(Some(Lane::Victim), true),
        passes: count(None, true),
        innocents: count(None, false),
    };
    let lines = [offer, victim].map(|(line, slope, shift)| {
        (line.weights.as_slice(), slope, f64::from(line.bias).mul_add(slope, shift))
    });
    Model::of(lines, trained)
}

impl Line {
    fn score(&self, example: &Example) -> f64 {
        f64::from(dot(&self.weights, &example.0) + self.bias)
    }
}

fn dot(weights: &[f32], features: &[(u32, f32)]) -> f32 {
    features.iter().map(|(bucket, value)| weights[*bucket as usize] * value).sum()
}

/// Logistic regression by dual coordinate descent. The bias is a feature that is always there.
fn solve(lessons: &[&Lesson<'_>], lane: Lane) -> Line {
    let mut line = Line { weights: vec![0.0; 1 << BITS], bias: 0.0 };
    let sign: Vec<f64> =
        lessons.iter().map(|one| if one.lane == Some(lane) { 1.0 } else { -1.0 }).collect();
    let bound: Vec<f64> = lessons.iter().map(|one| COST * f64::from(one.weight)).collect();
    let square: Vec<f64> = lessons.iter().map(|one| square(one.example)).collect();
    let mut alpha: Vec<[f64; 2]> =
        bound.iter().map(|c| [(0.001 * c).min(1e-8), c - (0.001 * c).min(1e-8)]).collect();
    for (at, one) in lessons.iter().enumerate() {
        line.step(one.example, sign[at] * alpha[at][0]);
    }
    let mut order: Vec<usize> = (0..lessons.len()).collect();
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..MOST_PASSES {
        random.shuffle(&mut order);
        let mut moved = 0.0_f64;
        for at in &order {
            let (at, c) = (*at, bound[*at]);
            let one = lessons[at];
            let a = square[at];
            let b = sign[at] * line.score(one.example);
            let [first, second] = alpha[at];
            let (side, turn) =
                if 0.5 * a * (second - first) + b < 0.0 { (1, -1.0) } else { (0, 1.0) };
            let old = alpha[at][side];
            let new = minimum(a, turn * b, old, c);
            if (new - old).abs() > 0.0 {
                alpha[at][side] = new;
                alpha[at][1 - side] = c - new;
                line.step(one.example, turn * (new - old) * sign[at]);
                moved = moved.max((new - old).abs() / c);
            }
        }
        if moved < ENOUGH {
            break;
        }
    }
    line
}

/// The minimum of z·ln z + (c−z)·ln(c−z) + a/2·(z−old)² + b·(z−old) over 0 < z < c.
fn minimum(a: f64, b: f64, old: f64, c: f64) -> f64 {
    let mut z = if c - old < 0.5 * c { 0.1 * old } else { old };
    let slope = |z: f64| a.mul_add(z - old, b) + (z / (c - z)).ln();
    let mut now = slope(z);
    for _ in 0..MOST_STEPS {
        if now.abs() < 1e-6 {
            break;
        }
        let next = z - now / (a + c / (c - z) / z);
        z = if next <= 0.0 { 0.1 * z } else { next.min(c * (1.0 - 1e-12)) };
        now = slope(z);
    }
    z
}

impl Line {
    fn step(&mut self, example: &Example, by: f64) {
        let by = single(by);
        for (bucket, value) in &example.0 {
            self.weights[*bucket as usize] += by * value;
        }
        self.bias += by;
    }
}

/// The squared length of the features, the bias among them.
fn square(example: &Example) -> f64 {
    1.0 + example.0.iter().map(|(_, value)| f64::from(*value) * f64::from(*value)).sum::<f64>()
}

/// Slope and shift that turn scores into log-odds (Platt, with his guard against certainty).
fn calibrate(scores: &[(f64, bool)]) -> (f64, f64) {
    let right = scores.iter().filter(|(_, right)| *right).count();
    let real = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
    let (right, wrong) = (real(right), real(scores.len() - right));
    if right == 0.0 || wrong == 0.0 {
        return (1.0, 0.0);
    }
    let high = (right + 1.0) / (right + 2.0);
    let low = 1.0 / (wrong + 2.0);
    let (mut slope, mut shift) = (1.0_f64, ((right + 1.0) / (wrong + 1.0)).ln());
    for _ in 0..100 {
        let (mut g, mut h) = ([0.0; 2], [[1e-9, 0.0], [0.0, 1e-9]]);
        for (score, is_right) in scores {
            let p = logistic(slope.mul_add(*score, shift));
            let off = p - if *is_right { high } else { low };
            let spread = p * (1.0 - p);
            g[0] += off * score;
            g[1] += off;
            h[0][0] += spread * score * score;
            h[0][1] += spread * score;
            h[1][1] += spread;
        }
        let area = h[0][0] * h[1][1] - h[0][1] * h[0][1];
        if area.abs() < 1e-12 {
            break;
        }
        let step =
            [(h[1][1] * g[0] - h[0][1] * g[1]) / area, (h[0][0] * g[1] - h[0][1] * g[0]) / area];
        slope -= step[0].clamp(-1.0, 1.0);
        shift -= step[1].clamp(-1.0, 1.0);
        if step[0].abs().max(step[1].abs()) < 1e-9 {
            break;
        }
    }
    // Better scores never speak against.
    (slope.max(0.05), shift)
}

fn logistic(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

/// The nearest single-precision number.
#[expect(clippy::cast_possible_truncation, reason = "rounding is what is wanted")]
pub(super) const fn single(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calibration_recovers_the_odds() {
        // Right in a share of cases that follows the score: log-odds 2 s - 1.
        let mut scores = Vec::new();
        for step in 0..400_u32 {
            let score = f64::from(step % 40) / 10.0 - 2.0;
            let p = logistic(2.0 * score - 1.0);
            scores.push((score, f64::from(step / 40) / 10.0 + 0.05 < p));
        }
        let (slope, shift) = calibrate(&scores);
        assert!((slope - 2.0).abs() < 0.4 && (shift + 1.0).abs() < 0.4, "{slope} {shift}");
    }
}
