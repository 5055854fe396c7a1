//! Evidence to a score. Points add up within a family to its cap, families to a lane's sum; floors
//! lift what speaks for it, holds keep what speaks against it from clearing it; all shown as lines.

mod fire;

use super::bits::Bits;
use super::expression::Expression;
use super::fact_numbers::{self, Kinds};
use super::fired::Fired;
use super::lanes::Lanes;
use super::matcher::Match;
use super::meter::{Meter, Unmetered};
use super::patterns::PatternScratch;
use super::places::Places;
use super::reader::{Opinion, READER_FAMILY, READER_RULE, Standing};
use super::reading::Desk;
use super::woken::Woken;
use super::{
    Adjustment, AdjustmentKind, Engine, FamilyId, Hit, Lane, Points, Rule, RuleId, Status, Verdict,
};
use crate::facts::{Days, Found, Reader};
use crate::text::{Span, Views};
use jiff::civil::Date;

/// Buffers of one worker; scoring allocates nothing after warm-up for posts without hits.
#[derive(Debug)]
pub struct Scratch {
    views: Views,
    found: Found,
    places: Places,
    woken: Woken,
    /// Where patterns match.
    patterned: Vec<Match>,
    /// Where phrases stand, of the rules last asked after.
    located: Vec<Match>,
    fired: Fired,
    /// The groups of rules that may fire.
    open: Bits,
    clear_text: String,
    clear_ends: Vec<usize>,
    patterns: PatternScratch,
    disguised: u64,
    version: String,
    days: Days,
    source: String,
    /// A rule taken as not having fired.
    without: Option<usize>,
    pub(super) desk: Desk,
}

impl Scratch {
    /// Leaves the second reader out of the post last read.
    pub(super) fn forget_opinion(&mut self) {
        self.desk.opinion = None;
    }

    /// Says what day it is, in WIB: rules and exceptions with dates hold only within them. Until
    /// it is said, every dated rule and exception holds.
    pub fn set_today(&mut self, today: Date) {
        self.days.today = Some(today);
    }

    /// Says when the next posts were published, in WIB, where that is known.
    pub fn set_published(&mut self, published: Option<Date>) {
        self.days.published = published;
    }

    pub(super) const fn days(&self) -> Days {
        self.days
    }

    /// Says which source the next posts come from, for exceptions that name one.
    pub fn set_source(&mut self, source: &str) {
        if self.source != source {
            source.clone_into(&mut self.source);
        }
    }

    pub(super) fn in_force(&self, rule: &Rule) -> bool {
        in_force(rule, self.days)
    }

    pub(super) fn found(&self) -> &Found {
        &self.found
    }

    pub(super) fn views(&self) -> &Views {
        &self.views
    }

    /// How many sensitive words the text hides.
    pub(super) const fn disguised(&self) -> u64 {
        self.disguised
    }

    pub(super) fn has_fired(&self, rule: usize) -> bool {
        self.fired.has(rule)
    }

    /// Where phrases and patterns of the rules last asked after were found.
    pub(super) fn matches(&self) -> impl Iterator<Item = &Match> {
        self.located.iter().chain(&self.patterned)
    }

    /// The rules that fired.
    pub(super) const fn fired(&self) -> &Fired {
        &self.fired
    }
}

/// One lane's sum.
#[derive(Debug, Clone, Copy)]
struct Sum {
    score: i32,
    /// What the second reader added or took.
    told: Points,
}

impl Sum {
    fn score(&self) -> u8 {
        u8::try_from(self.score).unwrap_or(0)
    }
}

fn in_force(rule: &Rule, days: Days) -> bool {
    rule.status != Status::Off
        && days.today.is_none_or(|today| {
            rule.from.is_none_or(|from| from <= today)
                && rule.until.is_none_or(|until| today <= until)
        })
}

impl Engine {
    /// Buffers for one worker of this engine.
    pub fn scratch(&self) -> Scratch {
        Scratch {
            views: Views::new(std::sync::Arc::clone(&self.vocabulary)),
            found: Found::default(),
            places: Places::default(),
            woken: Woken::default(),
            patterned: Vec::new(),
            located: Vec::new(),
            fired: Fired::default(),
            open: Bits::default(),
            clear_text: String::new(),
            clear_ends: Vec::new(),
            patterns: PatternScratch::default(),
            disguised: 0,
            version: self.version.clone(),
            days: Days::default(),
            source: String::new(),
            without: None,
            desk: Desk::default(),
        }
    }

    /// Scores a text.
    pub fn score(&self, scratch: &mut Scratch, text: &str) -> Verdict {
        self.read(scratch, text);
        self.consult(scratch, text);
        self.verdict(scratch, text)
    }

    /// Scores a text and builds the verdict only where it is flagged.
    pub fn score_flagged(&self, scratch: &mut Scratch, text: &str) -> Option<Verdict> {
        let speaks = self.begin(scratch, text, &mut Unmetered);
        if !speaks && self.thresholds.flag > 0 {
            return None;
        }
        self.finish(scratch, &mut Unmetered);
        if !self.consult_if_open(scratch, text) {
            return None;
        }
        self.lanes(scratch).decide(self.thresholds.flag)?;
        Some(self.verdict(scratch, text))
    }

    /// Whether a rule fires on a text, scored or not; `false` for a rule that does not exist.
    pub fn fires(&self, scratch: &mut Scratch, id: &RuleId, text: &str) -> bool {
        self.read(scratch, text);
        scratch.fired.rules().iter().any(|rule| self.rules[rule].id == *id)
    }

    /// Reads views and facts, and says which rules fired.
    pub(super) fn read(&self, scratch: &mut Scratch, text: &str) {
        self.read_with(scratch, text, &mut Unmetered);
    }

    /// The same with somebody looking at what single rules cost.
    pub(super) fn read_with(&self, scratch: &mut Scratch, text: &str, meter: &mut impl Meter) {
        self.begin(scratch, text, meter);
        self.finish(scratch, meter);
    }

    /// Reads a text as far as it takes to know whether any rule fires without which nothing is flagged.
    fn begin(&self, scratch: &mut Scratch, text: &str, meter: &mut impl Meter) -> bool {
        self.read_facts(scratch, text);
        self.ask(scratch, meter)
    }

    /// The same of a text whose facts were read.
    pub(super) fn ask(&self, scratch: &mut Scratch, meter: &mut impl Meter) -> bool {
        self.wake(scratch, meter);
        let Scratch { woken, found, patterned, disguised, fired, open, .. } = scratch;
        let nothing =
            woken.groups.is_empty() && patterned.is_empty() && found.is_empty() && *disguised == 0;
        if nothing && !self.fires_on_nothing {
            self.groups.begin(Kinds::default(), fired);
            open.reset(0);
            return false;
        }
        self.fire(scratch, meter)
    }

    /// Asks the rules that only speak against.
    fn finish(&self, scratch: &mut Scratch, meter: &mut impl Meter) {
        self.fire_groups(scratch, self.groups.telling()..self.groups.len(), meter);
    }

    /// Reads views and facts.
    pub(super) fn read_facts(&self, scratch: &mut Scratch, text: &str) {
        if scratch.version != self.version {
            scratch.views.use_vocabulary(&self.vocabulary);
            scratch.patterns.reset();
            scratch.version.clone_from(&self.version);
        }
        scratch.views.read(text);
        let clear = scratch.views.clear();
        scratch.disguised = clear
            .iter()
            .filter(|token| token.marks.is_disguise() && self.vocabulary.is_sensitive(token.word))
            .count() as u64;
        self.facts.read(&scratch.views, text, scratch.days, &mut scratch.found);
    }

    /// Whether the text last scored would be flagged had this rule not fired.
    pub fn flagged_without(&self, scratch: &mut Scratch, id: &RuleId) -> bool {
        scratch.without = self.rules.iter().position(|rule| rule.id == *id);
        self.fire(scratch, &mut Unmetered);
        self.finish(scratch, &mut Unmetered);
        let flagged = self.lanes(scratch).decide(self.thresholds.flag).is_some();
        scratch.without = None;
        self.fire(scratch, &mut Unmetered);
        self.finish(scratch, &mut Unmetered);
        flagged
    }

    /// The rules that fire on a text of which nothing is known.
    pub(super) fn fired_on_nothing(&self) -> Vec<usize> {
        let mut scratch = self.scratch();
        self.fire(&mut scratch, &mut Unmetered);
        self.finish(&mut scratch, &mut Unmetered);
        scratch.fired.rules().iter().collect()
    }

    /// The verdict on the text last read.
    fn verdict(&self, scratch: &mut Scratch, text: &str) -> Verdict {
        self.locate_fired(scratch);
        let scratch = &*scratch;
        let [offer, victim] = [Lane::Offer, Lane::Victim].map(|lane| {
            let mut adjustments = Vec::new();
            let sum = self.sum(lane, scratch, |kind, by, points| {
                adjustments.push(Adjustment { kind, by: by.to_owned(), points: Points(points) });
            });
            (sum, adjustments)
        });
        let leaning = scratch.desk.opinion.map(Opinion::leaning);
        let lanes = Lanes { offer: offer.0.score(), victim: victim.0.score(), leaning };
        let lane = lanes.decide(self.thresholds.flag);
        let shown = lanes.shown(self.thresholds.flag);
        let (sum, adjustments) = if shown == Lane::Victim { victim } else { offer };
        let score = lanes.of(shown);
        let mut facts = self.facts.facts(&scratch.found, &scratch.views, text);
        self.tell_speech(lane, scratch, &mut facts);
        Verdict {
            flagged: lane.is_some(),
            lane,
            score,
            band: self.thresholds.band(score),
            hits: self.hits(shown, sum.told, scratch, text),
            adjustments,
            severity: lane.map(|lane| self.severity(lane, scratch)),
            facts,
            personal: Reader::personal(&scratch.found),
            ruleset: self.version.clone(),
        }
    }

    /// The scores in both lanes of the text last scored.
    pub(super) fn lanes(&self, scratch: &Scratch) -> Lanes {
        let [offer, victim] =
            [Lane::Offer, Lane::Victim].map(|lane| self.sum(lane, scratch, |_, _, _| {}).score());
        Lanes { offer, victim, leaning: scratch.desk.opinion.map(Opinion::leaning) }
    }

    /// The sum of a lane; `adjust` is told every line of it that is not a hit.
    fn sum(
        &self,
        lane: Lane,
        scratch: &Scratch,
        mut adjust: impl FnMut(AdjustmentKind, &str, i32),
    ) -> Sum {
        let mut adjust = |kind, by: &str, points| {
            if points != 0 {
                adjust(kind, by, points);
            }
        };
        let fired = || self.fired(scratch).filter(|rule| self.families[rule.family].lane == lane);
        let (mut positive, mut negative) = (0, 0);
        let mut floor: Option<(i32, &Rule)> = None;
        let mut hold: Option<(i32, &Rule)> = None;
        let mut families = 0_u64;
        for rule in fired() {
            families |= 1 << (rule.family % 64);
            // Of equals the last, as everywhere.
            if rule.floor.is_some_and(|one| floor.is_none_or(|(most, _)| one >= most)) {
                floor = rule.floor.map(|one| (one, rule));
            }
            if rule.hold.is_some_and(|one| hold.is_none_or(|(most, _)| one >= most)) {
                hold = rule.hold.map(|one| (one, rule));
            }
        }
        for (number, family) in self.families.iter().enumerate() {
            if family.lane != lane || families >> (number % 64) & 1 == 0 {
                continue;
            }
            let total: i32 =
                fired().filter(|rule| rule.family == number).map(|rule| rule.points.0).sum();
            let capped = total.clamp(-family.cap.0, family.cap.0);
            adjust(AdjustmentKind::Cap, &family.id.0, capped - total);
            if capped > 0 {
                positive += capped;
            } else {
                negative += capped;
            }
        }
        if let Some((floor, rule)) = floor
            && positive < floor
        {
            adjust(AdjustmentKind::Floor, &rule.id.0, floor - positive);
            positive = floor;
        }
        let mut total = positive + negative;
        let strong = hold.is_some();
        if let Some((hold, rule)) = hold
            && total < hold
        {
            adjust(AdjustmentKind::Camouflage, &rule.id.0, hold - total);
            total = hold;
        }
        let clamped = total.clamp(0, 100);
        adjust(AdjustmentKind::Clamp, "0-100", clamped - total);
        let mut sum = Sum { score: clamped, told: Points(0) };
        if let Some(opinion) = scratch.desk.opinion {
            let standing = Standing {
                total: clamped,
                // Offers, names a live private contact, and holds strong evidence.
                strong,
                flag: i32::from(self.thresholds.flag),
                tinggi: i32::from(self.thresholds.tinggi),
            };
            sum.told = Points(self.reader_settings.points(lane, opinion, standing));
            sum.score += sum.told.0;
        }
        sum
    }

    /// The rules that fired and count.
    pub(super) fn fired<'a>(&'a self, scratch: &'a Scratch) -> impl Iterator<Item = &'a Rule> {
        scratch.fired.rules().common(&self.groups.live).map(|number| &self.rules[number])
    }

    fn hits(&self, lane: Lane, told: Points, scratch: &Scratch, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        if let Some(model) = &self.reader
            && told.0 != 0
        {
            let spans = model.moved_by(scratch.desk.features(), &scratch.views, lane, told);
            hits.push(Hit {
                rule: RuleId(READER_RULE.to_owned()),
                family: FamilyId(READER_FAMILY.to_owned()),
                points: told,
                text: spans.iter().map(|span| span.of(text).to_owned()).collect(),
                spans,
            });
        }
        for number in scratch.fired.rules().common(&self.groups.live) {
            let rule = &self.rules[number];
            if !rule.scored || self.families[rule.family].lane != lane {
                continue;
            }
            let mut spans: Vec<Span> = self.spans(number, scratch);
            spans.sort_unstable();
            spans.dedup();
            hits.push(Hit {
                rule: rule.id.clone(),
                family: self.families[rule.family].id.clone(),
                points: rule.points,
                text: spans.iter().map(|span| span.of(text).to_owned()).collect(),
                spans,
            });
        }
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.points));
        hits
    }

    /// Where a rule fired: its phrases, or for a rule over facts the facts it asks about.
    pub(super) fn spans(&self, number: usize, scratch: &Scratch) -> Vec<Span> {
        let rule = &self.rules[number];
        if rule.has_text {
            return scratch
                .matches()
                .filter(|found| found.rule as usize == number)
                .map(|found| scratch.views.clear_span(found.from as usize, found.to as usize))
                .collect();
        }
        let mut spans = Vec::new();
        if let Some(when) = &rule.when {
            self.fact_spans(when, scratch, &mut spans);
        }
        spans
    }

    fn fact_spans(&self, condition: &Expression<usize>, scratch: &Scratch, spans: &mut Vec<Span>) {
        let Scratch { views, found, .. } = scratch;
        match condition {
            Expression::All(parts) | Expression::Any(parts) | Expression::AtLeast(_, parts) => {
                for part in parts {
                    self.fact_spans(part, scratch, spans);
                }
            }
            Expression::In(set, values) => {
                for destination in &found.destinations {
                    if self.is_among(*set, destination.country, values) {
                        spans.push(views.clear_span(destination.from, destination.to));
                    }
                }
            }
            Expression::Compare(fact, ..) => fact_numbers::spans(*fact, scratch, spans),
            Expression::Rule(_) | Expression::Family(_) | Expression::Not(_) => {}
        }
    }
}
