//! Invented posts from templates: offers, pleas and innocent posts of all sorts, some in regional
//! languages, as many as asked for. For benches and demos only: a reader trained on these would
//! learn the templates.

mod phrases;

use serde::Serialize;

use super::{Disguise, Disguiser};
use phrases::{SLOTS, TEMPLATES};

/// A kind of invented post.
#[derive(Debug)]
struct Template {
    kind: &'static str,
    label: &'static str,
    /// Texts with `{slot}` where one of the slot's fillings goes.
    texts: &'static [&'static str],
}

/// An invented post, labelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invented {
    /// Its name: the same number has the same text for the same seed.
    pub id: String,
    /// What it says.
    pub text: String,
    /// `offer`, `victim` or `pass`.
    pub label: &'static str,
    /// Which sort of offer, plea or innocent post.
    pub kind: &'static str,
    /// The disguise put on, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disguise: Option<&'static str>,
}

/// Invents posts.
#[derive(Debug)]
pub struct Inventor {
    disguiser: Disguiser,
    seed: u64,
    templates: Vec<&'static Template>,
    /// Offers of a thousand that are disguised.
    disguised: u32,
}

impl Inventor {
    /// The kinds of posts there are, with their labels.
    pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
        TEMPLATES.iter().map(|template| (template.kind, template.label))
    }

    /// An inventor of one kind, or of all; `share` of the offers are disguised. `None` for a kind
    /// that does not exist.
    pub fn new(disguiser: Disguiser, seed: u64, kind: Option<&str>, share: f64) -> Option<Self> {
        let templates: Vec<_> =
            TEMPLATES.iter().filter(|one| kind.is_none_or(|kind| one.kind == kind)).collect();
        let steps = (0..1000_u32).filter(|step| f64::from(*step) < share * 1000.0).count();
        let disguised = u32::try_from(steps).unwrap_or(1000);
        (!templates.is_empty()).then_some(Self { disguiser, seed, templates, disguised })
    }

    /// The post of this number.
    pub fn post(&self, number: u64) -> Invented {
        let id = format!("synth-{number}");
        let mut dice = super::dice(self.seed, &id, "synth");
        let template = self.templates[dice.usize(..self.templates.len())];
        let mut text = String::with_capacity(200);
        fill(template.texts[dice.usize(..template.texts.len())], &mut dice, &mut text);
        let hides = template.label == "offer" && dice.u32(..1000) < self.disguised;
        let disguise = hides.then(|| Disguise::ALL[dice.usize(..Disguise::ALL.len())]);
        if let Some(disguise) = disguise {
            text = self.disguiser.put_on(disguise, &id, &text);
        }
        let Template { label, kind, .. } = template;
        Invented { id, text, label, kind, disguise: disguise.map(Disguise::as_str) }
    }
}

/// Writes a text with its slots filled; `#` is a digit.
fn fill(text: &str, dice: &mut fastrand::Rng, into: &mut String) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        digits(before, dice, into);
        let (slot, after) = after.split_once('}').unwrap_or((after, ""));
        rest = after;
        if let Some((_, fillings)) = SLOTS.iter().find(|(name, _)| *name == slot) {
            fill(fillings[dice.usize(..fillings.len())], dice, into);
        }
    }
    digits(rest, dice, into);
}

fn digits(text: &str, dice: &mut fastrand::Rng, into: &mut String) {
    for letter in text.chars() {
        into.push(if letter == '#' { dice.digit(10) } else { letter });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::RuleFiles;

    fn inventor(kind: Option<&str>, share: f64) -> Option<Inventor> {
        Inventor::new(Disguiser::new(&RuleFiles::embedded(), 5).unwrap(), 5, kind, share)
    }

    #[test]
    fn a_number_has_one_post_whatever_came_before() {
        let (one, other) = (inventor(None, 0.5).unwrap(), inventor(None, 0.5).unwrap());
        let forwards: Vec<Invented> = (0..200).map(|number| one.post(number)).collect();
        let backwards: Vec<Invented> = (0..200).rev().map(|number| other.post(number)).collect();
        assert!(forwards.iter().eq(backwards.iter().rev()));
        assert!(forwards.iter().any(|post| post.disguise.is_some()));
    }

    #[test]
    fn every_kind_fills_every_slot() {
        assert!(inventor(Some("none such"), 0.0).is_none());
        for (kind, label) in Inventor::kinds() {
            let inventor = inventor(Some(kind), 0.0).unwrap();
            for number in 0..60 {
                let post = inventor.post(number);
                assert_eq!((post.kind, post.label), (kind, label));
                assert!(!post.text.contains(['{', '}']) && post.text.len() > 20, "{}", post.text);
            }
        }
        let slots = TEMPLATES
            .iter()
            .flat_map(|one| one.texts)
            .chain(SLOTS.iter().flat_map(|(_, fillings)| *fillings));
        for text in slots {
            for slot in text.split('{').skip(1).filter_map(|part| part.split_once('}')) {
                assert!(SLOTS.iter().any(|(name, _)| *name == slot.0), "no slot {}", slot.0);
            }
        }
    }
}
