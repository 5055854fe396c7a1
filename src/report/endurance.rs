//! What is left of the engine's finds when posts put on a disguise: the fall of recall for each way
//! to hide, and the innocent posts that only their dress gets flagged.

use rayon::prelude::*;

use super::evaluation::judge;
use super::share::Share;
use super::{Label, Labelled};
use crate::engine::{Engine, Lane, Verdict};
use crate::synth::{Disguise, Disguiser};

/// What one disguise does.
#[derive(Debug, Clone)]
pub struct Endured {
    /// The way posts were hidden; `None` for the posts as they are.
    pub disguise: Option<Disguise>,
    /// Offers in the lane of offers.
    pub offer: Share,
    /// Pleas in the lane of victims.
    pub victim: Share,
    /// Posts found as they are and lost in disguise, by id.
    pub lost: Vec<String>,
    /// Innocent posts flagged in disguise but not as they are, by id.
    pub new_flags: Vec<String>,
}

/// Judges posts as they are and in each of these disguises. The first row is the posts as they are.
pub fn endure(
    engine: &Engine,
    disguiser: &Disguiser,
    today: jiff::civil::Date,
    posts: &[Labelled],
    disguises: &[Disguise],
) -> Vec<Endured> {
    let lanes = |posts: &[Labelled]| -> Vec<Option<Lane>> {
        judge(engine, today, posts).iter().map(|one| lane(&one.judgement.verdict)).collect()
    };
    let plain = lanes(posts);
    let mut rows = vec![row(None, posts, &plain, &plain)];
    for disguise in disguises {
        let hidden: Vec<Labelled> = posts
            .par_iter()
            .map(|post| Labelled {
                text: disguiser.put_on(*disguise, &post.id, &post.text),
                ..post.clone()
            })
            .collect();
        rows.push(row(Some(*disguise), posts, &plain, &lanes(&hidden)));
    }
    rows
}

fn lane(verdict: &Verdict) -> Option<Lane> {
    verdict.lane.filter(|_| verdict.flagged)
}

const fn wanted(label: Label) -> Option<Lane> {
    match label {
        Label::Offer => Some(Lane::Offer),
        Label::Victim => Some(Lane::Victim),
        Label::Pass => None,
    }
}

fn row(
    disguise: Option<Disguise>,
    posts: &[Labelled],
    plain: &[Option<Lane>],
    hidden: &[Option<Lane>],
) -> Endured {
    let recall = |label: Label| {
        let of: Vec<_> = posts.iter().zip(hidden).filter(|(post, _)| post.label == label).collect();
        Share::new(of.iter().filter(|(_, lane)| **lane == wanted(label)).count(), of.len())
    };
    let ids = |changed: &dyn Fn(Label, Option<Lane>, Option<Lane>) -> bool| {
        posts
            .iter()
            .zip(plain.iter().zip(hidden))
            .filter(|(post, (before, after))| changed(post.label, **before, **after))
            .map(|(post, _)| post.id.clone())
            .collect()
    };
    Endured {
        disguise,
        offer: recall(Label::Offer),
        victim: recall(Label::Victim),
        lost: ids(&|label, before, after| {
            let wanted = wanted(label);
            wanted.is_some() && before == wanted && after != wanted
        }),
        new_flags: ids(&|label, before, after| {
            label == Label::Pass && before.is_none() && after.is_some()
        }),
    }
}
