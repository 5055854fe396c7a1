//! What another rule set would change: posts gained and lost, bands that moved, what that does to
//! the queue, which rules fire more or less, and on labelled posts precision and recall. Pure: it is
//! given posts and counts; reading and printing are the caller's.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::statistics::is_confirmed;
use crate::engine::{Adjustment, Band, Engine, Hit, Lane, RuleId, Scratch, Verdict};
use crate::registry::wib;
use crate::store::{Outcome, StoredPost, masked};
use crate::text::Span;

/// How much of a post is shown around what a rule saw, in characters to either side.
const AROUND: usize = 60;

/// A post to compare on.
#[derive(Debug, Clone, Copy)]
pub struct Compare<'a> {
    /// Its name.
    pub id: &'a str,
    /// What it says.
    pub text: &'a str,
    /// What a person said it is: the lane, or with `Some(None)` neither. `None`: nobody said.
    pub label: Option<Option<Lane>>,
    /// The day it is from.
    pub day: Option<Date>,
    /// The source it came from, for exceptions that name one; empty when not known.
    pub source: &'a str,
}

/// What changed for a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It was not flagged and is now.
    Gained,
    /// It was flagged and is no longer.
    Lost,
    /// It moves to the other lane.
    Lane,
    /// It is flagged in another band.
    Band,
}

/// What one rule set says of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The lane, when flagged.
    pub lane: Option<Lane>,
    /// 0–100.
    pub score: u8,
    /// The band.
    pub band: Option<Band>,
}

/// A rule that speaks for only one of the two, with what it saw.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The rule.
    pub rule: RuleId,
    /// Its points under the old and the new rule set; `None` where it did not fire.
    pub points: [Option<i32>; 2],
    /// Where in the text, by the rule set under which it fired.
    pub spans: Vec<Span>,
    /// The words there.
    pub text: Vec<String>,
}

/// A post of which the two rule sets think differently.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The post.
    pub id: String,
    /// What changed.
    pub kind: Kind,
    /// What a person said it is, when somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<&'static str>,
    /// Under the old rule set.
    pub before: Side,
    /// Under the new one.
    pub after: Side,
    /// The rules that make the difference.
    pub rules: Vec<Difference>,
    /// The part of the text around the first of what they saw.
    pub excerpt: String,
}

impl Change {
    /// Whether something worth an analyst's time no longer reaches one.
    pub fn is_loss(&self) -> bool {
        self.kind == Kind::Lost && self.label != Some(NEITHER)
    }
}

/// The name of the label of posts that nobody should see.
const NEITHER: &str = "pass";

/// Right and wrong answers for one lane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Answers {
    /// Flagged in the lane, rightly.
    pub found: u64,
    /// Flagged in the lane, wrongly.
    pub false_alarms: u64,
    /// Of the lane, and not flagged in it.
    pub missed: u64,
}

impl Answers {
    /// Of those flagged, the share flagged rightly.
    pub fn precision(self) -> Option<f64> {
        share(self.found, self.found + self.false_alarms)
    }

    /// Of those that should be flagged, the share that is.
    pub fn recall(self) -> Option<f64> {
        share(self.found, self.found + self.missed)
    }
}

fn share(part: u64, of: u64) -> Option<f64> {
    let real = |count: u64| u32::try_from(count).map_or(f64::MAX, f64::from);
    (of > 0).then(|| real(part) / real(of))
}

/// Counts over all posts; in every pair the old rule set stands first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Posts compared.
    pub posts: u64,
    /// Flagged, by lane.
    pub flagged: BTreeMap<Lane, [u64; 2]>,
    /// Flagged, by band.
    pub bands: BTreeMap<Band, [u64; 2]>,
    /// Flagged, by day of the post.
    pub days: BTreeMap<Date, [u64; 2]>,
    /// Posts by what changed.
    pub changes: BTreeMap<Kind, u64>,
    /// Posts lost that somebody should have seen.
    pub losses: u64,
    /// How often each rule fired, helpers and shadow rules among them.
    pub rules: BTreeMap<RuleId, [u64; 2]>,
    /// Posts with a label.
    pub labelled: u64,
    /// Answers on them, by lane.
    pub answers: BTreeMap<Lane, [Answers; 2]>,
}

impl Tally {
    /// Posts flagged under the old and the new rule set.
    pub fn all_flagged(&self) -> [u64; 2] {
        [0, 1].map(|side| self.flagged.values().map(|pair| pair[side]).sum())
    }

    /// Adds the counts of other posts.
    pub fn merge(&mut self, other: &Self) {
        self.posts += other.posts;
        self.losses += other.losses;
        self.labelled += other.labelled;
        pairs(&mut self.flagged, &other.flagged);
        pairs(&mut self.bands, &other.bands);
        pairs(&mut self.days, &other.days);
        pairs(&mut self.rules, &other.rules);
        for (kind, count) in &other.changes {
            *self.changes.entry(*kind).or_default() += count;
        }
        for (lane, answers) in &other.answers {
            for (mine, theirs) in self.answers.entry(*lane).or_default().iter_mut().zip(answers) {
                mine.found += theirs.found;
                mine.false_alarms += theirs.false_alarms;
                mine.missed += theirs.missed;
            }
        }
    }

    fn count(&mut self, side: usize, post: &Compare<'_>, verdict: &Verdict) {
        if let Some(lane) = verdict.lane {
            self.flagged.entry(lane).or_default()[side] += 1;
            if let Some(band) = verdict.band {
                self.bands.entry(band).or_default()[side] += 1;
            }
            if let Some(day) = post.day {
                self.days.entry(day).or_default()[side] += 1;
            }
        } else if let Some(day) = post.day {
            // A day on which nothing is flagged is a day of the queue too.
            self.days.entry(day).or_default();
        }
        let Some(label) = post.label else { return };
        for lane in [Lane::Offer, Lane::Victim] {
            let answers = &mut self.answers.entry(lane).or_default()[side];
            match (verdict.lane == Some(lane), label == Some(lane)) {
                (true, true) => answers.found += 1,
                (true, false) => answers.false_alarms += 1,
                (false, true) => answers.missed += 1,
                (false, false) => {}
            }
        }
    }
}

fn pairs<K: Ord + Clone>(mine: &mut BTreeMap<K, [u64; 2]>, theirs: &BTreeMap<K, [u64; 2]>) {
    for (key, [before, after]) in theirs {
        let pair = mine.entry(key.clone()).or_default();
        pair[0] += before;
        pair[1] += after;
    }
}

/// Two rule sets side by side, with the buffers of one worker.
#[derive(Debug)]
pub struct Comparison<'a> {
    engines: [&'a Engine; 2],
    scratches: [Scratch; 2],
    masks: bool,
}

impl<'a> Comparison<'a> {
    /// Compares `old` with `new` as of a day.
    pub fn new(old: &'a Engine, new: &'a Engine, today: Date) -> Self {
        let engines = [old, new];
        let mut scratches = engines.map(Engine::scratch);
        scratches.iter_mut().for_each(|scratch| scratch.set_today(today));
        Self { engines, scratches, masks: false }
    }

    /// Contacts are masked in what it shows of a post.
    pub fn masking(self) -> Self {
        Self { masks: true, ..self }
    }

    /// Counts a stored post, under this name, on the day it reached the analysts; their decision is
    /// the label.
    pub fn stored(&mut self, id: &str, stored: &StoredPost, tally: &mut Tally) -> Option<Change> {
        let post = Compare {
            id,
            text: &stored.post.reading(),
            label: stored.outcome.and_then(label),
            day: Some(stored.first_seen.to_zoned_datetime(wib()).date()),
            source: &stored.source,
        };
        self.post(&post, tally)
    }

    /// Counts a post, and tells what changed for it.
    pub fn post(&mut self, post: &Compare<'_>, tally: &mut Tally) -> Option<Change> {
        tally.posts += 1;
        tally.labelled += u64::from(post.label.is_some());
        let mut side = |side: usize| {
            let (engine, scratch) = (self.engines[side], &mut self.scratches[side]);
            scratch.set_source(post.source);
            let verdict = engine.score(scratch, post.text);
            for rule in engine.last_fired(scratch) {
                match tally.rules.get_mut(&rule.id) {
                    Some(pair) => pair[side] += 1,
                    None => tally.rules.entry(rule.id.clone()).or_default()[side] += 1,
                }
            }
            tally.count(side, post, &verdict);
            verdict
        };
        let verdicts = [side(0), side(1)];
        let change = change(post, &verdicts, self.masks)?;
        *tally.changes.entry(change.kind).or_default() += 1;
        tally.losses += u64::from(change.is_loss());
        Some(change)
    }
}

/// What an analyst's decision says the post is; `None` where it says neither.
fn label(outcome: Outcome) -> Option<Option<Lane>> {
    match (is_confirmed(outcome)?, outcome) {
        (false, _) => Some(None),
        (true, Outcome::KorbanDibantu) => Some(Some(Lane::Victim)),
        (true, _) => Some(Some(Lane::Offer)),
    }
}

fn change(post: &Compare<'_>, [before, after]: &[Verdict; 2], masks: bool) -> Option<Change> {
    let kind = match (before.lane, after.lane) {
        (None, Some(_)) => Kind::Gained,
        (Some(_), None) => Kind::Lost,
        (None, None) => return None,
        (old, new) if old != new => Kind::Lane,
        _ if before.band != after.band => Kind::Band,
        _ => return None,
    };
    let mut rules = differences(&before.hits, &after.hits);
    if rules.is_empty() {
        rules = adjusted(&before.adjustments, &after.adjustments);
    }
    let mut shown = Cow::Borrowed(post.text);
    if masks {
        shown = Cow::Owned(masked(&masked(post.text, &before.personal), &after.personal));
        for rule in &mut rules {
            rule.text = rule.spans.iter().map(|span| span.of(&shown).to_owned()).collect();
        }
    }
    let place = rules.iter().find_map(|difference| difference.spans.first());
    let side =
        |verdict: &Verdict| Side { lane: verdict.lane, score: verdict.score, band: verdict.band };
    Some(Change {
        id: post.id.to_owned(),
        kind,
        label: post.label.map(|label| label.map_or(NEITHER, Lane::as_str)),
        before: side(before),
        after: side(after),
        excerpt: excerpt(&shown, place.copied()),
        rules,
    })
}

/// The rules that fired on one side only, or with other points.
fn differences(before: &[Hit], after: &[Hit]) -> Vec<Difference> {
    let points = |hits: &[Hit], rule: &RuleId| {
        hits.iter().find(|hit| hit.rule == *rule).map(|hit| hit.points.0)
    };
    let gone = before.iter().filter(|hit| points(after, &hit.rule).is_none());
    after
        .iter()
        .chain(gone)
        .map(|hit| Difference {
            rule: hit.rule.clone(),
            points: [points(before, &hit.rule), points(after, &hit.rule)],
            spans: hit.spans.clone(),
            text: hit.text.clone(),
        })
        .filter(|difference| difference.points[0] != difference.points[1])
        .collect()
}

/// Where the rules agree: the families capped and the rules that set a floor on one side only.
fn adjusted(before: &[Adjustment], after: &[Adjustment]) -> Vec<Difference> {
    let points = |lines: &[Adjustment], by: &str| {
        lines.iter().find(|line| line.by == by).map(|line| line.points.0)
    };
    let gone = before.iter().filter(|line| points(after, &line.by).is_none());
    after
        .iter()
        .chain(gone)
        .map(|line| Difference {
            rule: RuleId(line.by.clone()),
            points: [points(before, &line.by), points(after, &line.by)],
            spans: Vec::new(),
            text: Vec::new(),
        })
        .filter(|difference| difference.points[0] != difference.points[1])
        .collect()
}

/// The text around a place, on one line.
pub(super) fn excerpt(text: &str, place: Option<Span>) -> String {
    let (start, end) = place.map_or((0, 0), |span| (span.start(), span.end()));
    let from = text[..start].char_indices().rev().nth(AROUND - 1).map_or(0, |(at, _)| at);
    let to = text[end..].char_indices().nth(AROUND).map_or(text.len(), |(at, _)| end + at);
    let line = text[from..to].split_whitespace().collect::<Vec<_>>().join(" ");
    let (head, tail) = (if from > 0 { "…" } else { "" }, if to < text.len() { "…" } else { "" });
    format!("{head}{line}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{RuleFiles, Thresholds};

    const OFFER: &str = "Dicari admin di Poipet, masuk pelancong dulu, gaji 9jt. WA 0840-0000-0001";

    /// The shipped rules with one file changed, and no second reader to say otherwise.
    fn engine(file: &str, from: &str, to: &str) -> Engine {
        let mut files = RuleFiles::embedded();
        files.set_model(None);
        let text = files.text(file).unwrap().replace(from, to);
        files.set(file, text);
        Engine::compile(&files, Thresholds::default()).unwrap()
    }

    fn compare(old: &Engine, new: &Engine, posts: &[Compare<'_>]) -> (Tally, Vec<Change>) {
        let mut tally = Tally::default();
        let mut comparison = Comparison::new(old, new, "2026-11-24".parse().unwrap());
        let changes = posts.iter().filter_map(|post| comparison.post(post, &mut tally)).collect();
        (tally, changes)
    }

    fn post<'a>(text: &'a str, label: Option<Option<Lane>>) -> Compare<'a> {
        let day = Some("2026-11-20".parse().unwrap());
        Compare { id: "a", text, label, day, source: "" }
    }

    #[test]
    fn a_rule_set_differs_from_itself_in_nothing() {
        let engine = engine("visa.toml", "", "");
        let (tally, changes) = compare(&engine, &engine, &[post(OFFER, None)]);
        assert_eq!(changes, []);
        assert_eq!(tally.all_flagged(), [1, 1]);
        assert!(tally.rules.values().all(|[before, after]| before == after));
    }

    #[test]
    fn a_post_lost_is_shown_with_the_words_and_counted() {
        let old = engine("visa.toml", "", "");
        // Without the gate nothing is an offer.
        let new = engine("gerbang.toml", "id = \"ajakan\"", "id = \"ajakan\"\nstatus = \"off\"");
        let text = "Siapa yang mau kerja di Tawau, paspor tidak usah, tekong siap jemput malam";
        let posts = [post(text, Some(Some(Lane::Offer))), post("halo", Some(None))];
        let (tally, changes) = compare(&old, &new, &posts);
        assert_eq!((tally.posts, tally.labelled, tally.losses), (2, 2, 1));
        assert_eq!(tally.all_flagged(), [1, 0]);
        let [before, after] = tally.answers[&Lane::Offer];
        assert_eq!((before.precision(), before.recall()), (Some(1.0), Some(1.0)));
        assert_eq!((after.precision(), after.recall()), (None, Some(0.0)));
        assert_eq!(changes[0].kind, Kind::Lost);
        assert!(changes[0].is_loss());
        let seen: Vec<&str> =
            changes[0].rules.iter().flat_map(|rule| &rule.text).map(String::as_str).collect();
        assert!(seen.iter().any(|words| words.contains("tekong")), "{changes:#?}");
        for rule in &changes[0].rules {
            for (span, words) in rule.spans.iter().zip(&rule.text) {
                assert_eq!(span.of(text), words);
            }
        }
        assert_eq!(tally.rules[&RuleId("ajakan".into())], [1, 0]);
    }

    #[test]
    fn a_false_alarm_that_goes_is_no_loss() {
        let old = engine("visa.toml", "", "");
        let new = engine("gerbang.toml", "id = \"ajakan\"", "id = \"ajakan\"\nstatus = \"off\"");
        let text = "Siapa yang mau kerja di Tawau, paspor tidak usah, tekong siap jemput malam";
        let (tally, changes) = compare(&old, &new, &[post(text, Some(None))]);
        assert_eq!((tally.losses, changes[0].kind), (0, Kind::Lost));
    }

    #[test]
    fn counts_of_workers_add_up() {
        let old = engine("visa.toml", "", "");
        let new = engine("tujuan.toml", "points = 35", "points = 1");
        let posts = [post(OFFER, Some(Some(Lane::Offer))), post("halo", None), post(OFFER, None)];
        let whole = compare(&old, &new, &posts).0;
        let mut summed = Tally::default();
        for one in &posts {
            summed.merge(&compare(&old, &new, &[*one]).0);
        }
        assert_eq!(whole, summed);
    }

    #[test]
    fn an_excerpt_is_cut_between_letters() {
        let text = "é".repeat(200) + "tekong" + &"é".repeat(200);
        let shown = excerpt(&text, Some(Span::new(400, 406)));
        assert_eq!(shown, format!("…{0}tekong{0}…", "é".repeat(AROUND)));
        assert_eq!(excerpt("pendek", None), "pendek");
    }
}
