//! What the item page shows of a verdict: the text cut at its marks, each hit with title and law,
//! the sum as lines and as a bar that adds up to the score, the text as it was read, facts in words.

use crate::console::locale::Locale;
use crate::engine::{
    AdjustmentKind, Disguised, Engine, Hit, READER_RULE, READER_TITLE, Verdict, marks,
};
use crate::facts::{AgencyClaim, Idr, Period, PlaceRole, Standing};
use crate::registry::LegalBasis;

/// A stretch of the text, marked or not.
pub(super) struct Piece {
    pub(super) text: String,
    /// Numbers of the hits that saw it, from 1; none where nothing did.
    pub(super) hits: Vec<usize>,
    /// What is shown when it is pointed at, a rule each.
    pub(super) tips: Vec<Tip>,
    /// Which of the colours its first hit's family has.
    pub(super) colour: usize,
    pub(super) innocent: bool,
}

/// A rule that saw a stretch.
pub(super) struct Tip {
    pub(super) points: i32,
    pub(super) title: String,
    /// The legal bases it names.
    pub(super) laws: Vec<String>,
}

/// One line of the sum.
pub(super) struct Line {
    pub(super) number: Option<usize>,
    pub(super) points: i32,
    pub(super) title: String,
    /// The rule or family.
    pub(super) id: String,
    pub(super) colour: usize,
    /// What of the text it saw.
    pub(super) words: Vec<String>,
    /// The legal bases, each with what it says.
    pub(super) laws: Vec<(String, String)>,
    /// A cap, floor or clamp: its kind.
    pub(super) adjustment: Option<&'static str>,
}

/// A part of the bar: where it begins and how wide it is, in hundredths of its width.
pub(super) struct Bar {
    pub(super) x: i32,
    pub(super) width: i32,
    pub(super) colour: usize,
    pub(super) against: bool,
    pub(super) label: String,
}

const COLOURS: usize = 8;

/// A family keeps its colour wherever it is shown.
fn colour(family: &str) -> usize {
    family.bytes().fold(7_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 9973) % COLOURS
}

fn title(engine: &Engine, hit: &Hit) -> String {
    match engine.rule_once_named(&hit.rule) {
        Some(rule) => rule.title.clone(),
        None if hit.rule.0 == READER_RULE => READER_TITLE.to_owned(),
        None => hit.rule.to_string(),
    }
}

/// The legal bases that a hit's rule names.
fn laws<'a>(engine: &'a Engine, hit: &Hit) -> impl Iterator<Item = &'a LegalBasis> {
    let named = engine.rule_once_named(&hit.rule).map_or(&[][..], |rule| &rule.legal);
    named.iter().filter_map(|id| engine.registry().legal_basis(id))
}

pub(super) fn pieces(text: &str, verdict: &Verdict, engine: &Engine) -> Vec<Piece> {
    let plain = |text: &str| Piece {
        text: text.to_owned(),
        hits: Vec::new(),
        tips: Vec::new(),
        colour: 0,
        innocent: false,
    };
    let mut pieces = Vec::new();
    let mut done = 0;
    for mark in marks(text, &verdict.hits) {
        pieces.push(plain(&text[done..mark.start]));
        done = mark.end;
        let hits = mark.hits.iter().filter_map(|number| verdict.hits.get(number - 1));
        let tips = hits.map(|hit| Tip {
            points: hit.points.0,
            title: title(engine, hit),
            laws: laws(engine, hit).map(|law| law.title.clone()).collect(),
        });
        let first = mark.hits.first().and_then(|number| verdict.hits.get(number - 1));
        pieces.push(Piece {
            text: text[mark.start..mark.end].to_owned(),
            tips: tips.collect(),
            colour: first.map_or(0, |hit| colour(&hit.family.0)),
            innocent: mark.points.0 < 0,
            hits: mark.hits,
        });
    }
    pieces.push(plain(&text[done..]));
    pieces
}

pub(super) fn lines(verdict: &Verdict, engine: &Engine) -> Vec<Line> {
    let hits = verdict.hits.iter().enumerate().map(|(index, hit)| {
        let mut words: Vec<String> = Vec::new();
        for seen in hit.text.iter().map(|seen| seen.split_whitespace().collect::<Vec<_>>()) {
            let seen = seen.join(" ");
            if !seen.is_empty() && !words.contains(&seen) {
                words.push(seen);
            }
        }
        Line {
            number: Some(index + 1),
            points: hit.points.0,
            title: title(engine, hit),
            id: hit.rule.to_string(),
            colour: colour(&hit.family.0),
            words,
            laws: laws(engine, hit).map(|law| (law.title.clone(), law.says.clone())).collect(),
            adjustment: None,
        }
    });
    let adjustments = verdict.adjustments.iter().map(|adjustment| Line {
        number: None,
        points: adjustment.points.0,
        title: adjustment.by.clone(),
        id: String::new(),
        colour: 0,
        words: Vec::new(),
        laws: Vec::new(),
        adjustment: Some(match adjustment.kind {
            AdjustmentKind::Cap => "sum-cap",
            AdjustmentKind::Floor => "sum-floor",
            AdjustmentKind::Camouflage => "sum-camouflage",
            AdjustmentKind::Clamp => "sum-clamp",
        }),
    });
    hits.chain(adjustments).collect()
}

/// The lines side by side, what speaks for suspicion first, then what is taken off it again from the
/// right: the bar ends where the score is.
pub(super) fn bar(lines: &[Line]) -> Vec<Bar> {
    let up: i32 = lines.iter().map(|line| line.points.max(0)).sum();
    let scale = |points: i32| points * 1000 / up.max(100);
    let (mut right, mut left) = (0, up);
    let part = |x: i32, points: i32, line: &Line| Bar {
        x: scale(x),
        width: scale(points).max(2),
        colour: line.colour,
        against: line.points > 0,
        label: format!("{:+} {}", line.points, line.title),
    };
    let mut bars = Vec::new();
    for line in lines.iter().filter(|line| line.points > 0) {
        bars.push(part(right, line.points, line));
        right += line.points;
    }
    for line in lines.iter().filter(|line| line.points < 0) {
        left += line.points;
        bars.push(part(left.max(0), -line.points, line));
    }
    bars
}

/// The text as rules read it, where that is not as it was written.
pub(super) struct Reading {
    /// Its words, disguise undone.
    pub(super) clear: String,
    /// Sensitive words that were hidden.
    pub(super) disguised: Vec<Disguised>,
}

/// How the text, masked or not, is read today.
pub(super) fn reading(text: &str, engine: &Engine) -> Option<Reading> {
    let explained = engine.explain(&mut engine.scratch(), text);
    (explained.clear != explained.light)
        .then_some(Reading { clear: explained.clear, disguised: explained.disguised })
}

/// What the register says of an agency, and how old the entry is that says so.
fn agency(claim: &AgencyClaim, engine: &Engine, l: &Locale) -> String {
    let standing = l.t(match claim.register {
        Standing::Matches => "fact-register-matches",
        Standing::Unlisted => "fact-register-unlisted",
        Standing::Revoked => "fact-register-revoked",
        Standing::Expired => "fact-register-expired",
        Standing::ContactDiffers => "fact-register-contact",
        Standing::NumberDiffers => "fact-register-number",
    });
    let registered = claim.registered_as.as_ref();
    let entry = registered
        .and_then(|name| engine.registry().agencies.iter().find(|agency| agency.name == *name));
    let until = entry
        .and_then(|entry| entry.valid_until)
        .map(|day| l.with("fact-register-until", &l.day(day)));
    let taken =
        entry.and_then(|entry| entry.taken).map(|day| l.with("fact-register-taken", &l.day(day)));
    let named = [claim.name.as_ref(), claim.licence.as_ref()];
    let named: Vec<&str> = named.into_iter().flatten().map(String::as_str).collect();
    let told: Vec<String> = [Some(standing), until, taken].into_iter().flatten().collect();
    format!("{}: {}", named.join(" "), told.join(", "))
}

/// A fact as a chip: what it is and what was read.
pub(super) struct Chip {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// Facts that name nobody; contacts are shown apart.
pub(super) fn chips(verdict: &Verdict, engine: &Engine, l: &Locale) -> Vec<Chip> {
    let facts = &verdict.facts;
    let mut chips = Vec::new();
    let mut add = |name, value: String| {
        if !value.is_empty() {
            chips.push(Chip { name, value });
        }
    };
    let country = |code: &String| {
        let known = engine.registry().country(code);
        known.map_or_else(|| code.clone(), |country| l.country(country).to_owned())
    };
    add("fact-destination", facts.destination.iter().map(country).collect::<Vec<_>>().join(", "));
    for pay in &facts.pay {
        let period = l.t(match pay.period {
            Period::Hour => "period-hour",
            Period::Day => "period-day",
            Period::Week => "period-week",
            Period::Month => "period-month",
            Period::Year => "period-year",
        });
        let worth = pay.worth().map(|Idr(idr)| l.with("pay-worth", &l.number(idr)));
        let usual = pay.vs_usual.map(|times| {
            let digits = usize::from(times.fract() != 0.0);
            l.with("pay-usual", &l.decimal(times, digits))
        });
        let range = pay.range_in(|amount| l.number(amount));
        let told = [Some(format!("{} {range} {period}", pay.currency)), worth, usual];
        add("fact-pay", told.into_iter().flatten().collect::<Vec<_>>().join(", "));
    }
    for Idr(fee) in &facts.fees {
        add("fact-fee", format!("Rp{}", l.number(*fee)));
    }
    for claim in &facts.agency {
        add("fact-agency", agency(claim, engine, l));
    }
    for claim in &facts.visa {
        let later = if claim.later { l.t("fact-visa-later") } else { String::new() };
        add("fact-visa", format!("{} {later}", claim.class).trim_end().to_owned());
    }
    for claim in &facts.origin {
        let role = l.t(match claim.role {
            PlaceRole::Origin => "fact-place-origin",
            PlaceRole::Workplace => "fact-place-workplace",
            PlaceRole::Transit => "fact-place-transit",
            PlaceRole::Mentioned => "fact-place-mentioned",
        });
        add("fact-region", format!("{} ({role})", claim.name));
    }
    for way in &facts.route {
        add("fact-route", way.text.clone());
    }
    for departure in &facts.departure {
        add("fact-departure", departure.text.clone());
    }
    chips
}
