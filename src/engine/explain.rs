//! Why a post got its verdict, and why a rule did not fire, condition by condition. It reads the
//! same buffers that production scoring fills, so it cannot tell another story.

use serde::Serialize;

use super::expression::{Comparison, Expression, FactNumber, FactSet, SETS, numbers};
use super::{Engine, Points, READER_RULE, READER_TITLE, Rule, RuleId, Scratch, Status, Verdict};
use crate::facts::grouped;
use crate::text::Span;

/// A text, how it was read, and what the engine says of it.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The folded words.
    pub light: String,
    /// The words with disguise undone and spelling joined.
    pub clear: String,
    /// Sensitive words that were hidden: what stands in the text, and what it was read as.
    pub disguised: Vec<Disguised>,
    /// The verdict of production.
    pub verdict: Verdict,
    /// Titles of the rules that fired and of the families capped, by id.
    pub titles: Vec<(String, String)>,
    /// Rules without points that fired, in order of file: the gates and other helpers.
    pub helpers: Vec<Helper>,
}

/// A hidden word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disguised {
    /// As it stands in the text.
    pub written: String,
    /// As it was read.
    pub read: String,
}

/// A helper rule that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Helper {
    /// The rule.
    pub rule: RuleId,
    /// Its title.
    pub title: String,
    /// What it saw.
    pub text: Vec<String>,
}

/// Why a rule fired or not.
#[derive(Debug, Clone, Serialize)]
pub struct Why {
    /// The rule.
    pub rule: RuleId,
    /// Its title.
    pub title: String,
    /// Its points, if it has any.
    pub points: Option<Points>,
    /// Whether it fired.
    pub fired: bool,
    /// Its status.
    pub status: Status,
    /// Each condition; the rule fires when all hold.
    pub conditions: Vec<Condition>,
}

/// One condition of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// The condition in words, in Indonesian.
    pub what: String,
    /// What the post has.
    pub found: String,
    /// Whether it holds.
    pub holds: bool,
    /// The parts of an `and`, `or`, `n of`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Self>,
}

impl Condition {
    fn new(what: impl Into<String>, found: impl Into<String>, holds: bool) -> Self {
        Self { what: what.into(), found: found.into(), holds, parts: Vec::new() }
    }
}

impl Engine {
    /// Scores a text and tells how.
    pub fn explain(&self, scratch: &mut Scratch, text: &str) -> Explanation {
        let verdict = self.score(scratch, text);
        self.locate_fired(scratch);
        let views = scratch.views();
        let disguised = views
            .clear()
            .iter()
            .enumerate()
            .filter(|(_, token)| {
                token.marks.is_disguise() && self.vocabulary.is_sensitive(token.word)
            })
            .map(|(at, token)| Disguised {
                written: views.clear_span(at, at + 1).of(text).to_owned(),
                read: self.vocabulary.word(token.word).to_owned(),
            })
            .collect();
        let titles = self
            .rules
            .iter()
            .map(|rule| (rule.id.0.clone(), rule.title.clone()))
            .chain(self.families.iter().map(|family| (family.id.0.clone(), family.title.clone())))
            .chain([(READER_RULE.to_owned(), READER_TITLE.to_owned())])
            .filter(|(id, _)| {
                verdict.hits.iter().any(|hit| hit.rule.0 == *id)
                    || verdict.adjustments.iter().any(|line| line.by == *id)
            })
            .collect();
        let helpers = self
            .rules
            .iter()
            .enumerate()
            .filter(|(number, rule)| {
                scratch.has_fired(*number) && !rule.scored && rule.status == Status::Live
            })
            .map(|(number, rule)| Helper {
                rule: rule.id.clone(),
                title: rule.title.clone(),
                text: texts(&self.spans(number, scratch), text),
            })
            .collect();
        Explanation {
            light: views.light_text(),
            clear: views.clear_text(),
            disguised,
            verdict,
            titles,
            helpers,
        }
    }

    /// The rules that fired on the text last scored, helpers and shadow rules among them.
    pub fn last_fired<'a>(&'a self, scratch: &'a Scratch) -> impl Iterator<Item = &'a Rule> {
        self.rules
            .iter()
            .enumerate()
            .filter(|(number, _)| scratch.has_fired(*number))
            .map(|(_, rule)| rule)
    }

    /// Why a rule fired or did not fire on a text; `None` when there is no such rule.
    pub fn why(&self, scratch: &mut Scratch, id: &RuleId, text: &str) -> Option<Why> {
        self.why_quoting(scratch, id, text, text)
    }

    /// The same, quoting from `shown`: the text with some of its bytes masked and none moved.
    pub fn why_quoting(
        &self,
        scratch: &mut Scratch,
        id: &RuleId,
        text: &str,
        shown: &str,
    ) -> Option<Why> {
        let number = self.rules.iter().position(|rule| rule.id == *id)?;
        let rule = &self.rules[number];
        self.read(scratch, text);
        self.locate_all(scratch);
        let mut conditions = Vec::new();
        if rule.status == Status::Off {
            conditions.push(Condition::new("aturan dihidupkan", "status = off", false));
        } else if rule.from.is_some() || rule.until.is_some() {
            let day = |day: Option<jiff::civil::Date>| {
                day.map_or_else(|| "…".to_owned(), |day| day.to_string())
            };
            let found = format!("{} sampai {}", day(rule.from), day(rule.until));
            conditions.push(Condition::new("tanggal berlaku", found, scratch.in_force(rule)));
        }
        if rule.has_text {
            let seen = texts(&self.spans(number, scratch), shown);
            let found = if seen.is_empty() {
                "tidak ada frasa atau pola yang cocok".to_owned()
            } else {
                format!("cocok: {}", quoted(&seen))
            };
            conditions.push(Condition::new("salah satu frasa atau pola", found, !seen.is_empty()));
        }
        for other in &rule.requires {
            conditions.push(self.names(*other, scratch, shown));
        }
        for other in &rule.unless {
            let mut inner = self.names(*other, scratch, shown);
            inner.what = format!("bukan {}", inner.what);
            inner.holds = !inner.holds;
            conditions.push(inner);
        }
        if let Some(when) = &rule.when {
            conditions.push(self.condition(when, scratch, shown));
        }
        Some(Why {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            points: rule.scored.then_some(rule.points),
            fired: scratch.has_fired(number),
            status: rule.status,
            conditions,
        })
    }

    fn names(&self, number: usize, scratch: &Scratch, text: &str) -> Condition {
        let rule = &self.rules[number];
        let fired = scratch.has_fired(number);
        let seen = texts(&self.spans(number, scratch), text);
        let found = match (fired, seen.is_empty()) {
            (true, false) => format!("menyala: {}", quoted(&seen)),
            (true, true) => "menyala".to_owned(),
            (false, _) => "tidak menyala".to_owned(),
        };
        Condition::new(format!("`{}` ({})", rule.id, rule.title), found, fired)
    }

    fn condition(&self, condition: &Expression<usize>, scratch: &Scratch, text: &str) -> Condition {
        let holds = self.holds(condition, scratch);
        let list = |what: &str, parts: &[Expression<usize>]| {
            let parts: Vec<Condition> =
                parts.iter().map(|part| self.condition(part, scratch, text)).collect();
            let held = parts.iter().filter(|part| part.holds).count();
            Condition {
                what: what.to_owned(),
                found: format!("{held} dari {} terpenuhi", parts.len()),
                holds,
                parts,
            }
        };
        match condition {
            Expression::All(parts) => list("semua dari", parts),
            Expression::Any(parts) => list("salah satu dari", parts),
            Expression::AtLeast(count, parts) => {
                list(&format!("paling sedikit {count} dari"), parts)
            }
            Expression::Not(part) => {
                let inner = self.condition(part, scratch, text);
                Condition { what: format!("bukan: {}", inner.what), holds, ..inner }
            }
            Expression::Rule(rule) => self.names(*rule, scratch, text),
            Expression::Family(family) => Condition::new(
                format!("keluarga `{}`", self.families[*family].id),
                if holds { "ada yang menyala" } else { "tidak ada yang menyala" },
                holds,
            ),
            Expression::Compare(fact, comparison, value) => {
                let found = self.fact_number(*fact, scratch);
                Condition::new(
                    format!("{} {} {}", fact_name(*fact), sign(*comparison), grouped(*value)),
                    format!("{} = {}", fact_name(*fact), grouped(found)),
                    holds,
                )
            }
            Expression::In(set, values) => {
                let has = self.set_values(*set, scratch);
                let found = if has.is_empty() { "tidak ada".to_owned() } else { has.join(", ") };
                Condition::new(
                    format!("{} in [{}]", set_name(*set), values.join(", ")),
                    found,
                    holds,
                )
            }
        }
    }
}

fn texts(spans: &[Span], text: &str) -> Vec<String> {
    let mut spans = spans.to_vec();
    spans.sort_unstable();
    spans.dedup();
    spans.iter().map(|span| span.of(text).to_owned()).collect()
}

fn quoted(texts: &[String]) -> String {
    texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ")
}

fn fact_name(fact: FactNumber) -> &'static str {
    numbers().find(|(_, known)| *known == fact).map_or("", |(name, _)| name)
}

fn set_name(set: FactSet) -> &'static str {
    SETS.iter().find(|(_, known)| *known == set).map_or("", |(name, _)| name)
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::AtLeast => ">=",
        Comparison::AtMost => "<=",
        Comparison::More => ">",
        Comparison::Less => "<",
        Comparison::Equal => "==",
        Comparison::Unequal => "!=",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{RuleFiles, Thresholds};

    fn why(rule: &str, text: &str) -> Why {
        let engine = Engine::compile(&RuleFiles::embedded(), Thresholds::default()).unwrap();
        engine.why(&mut engine.scratch(), &RuleId(rule.into()), text).unwrap()
    }

    #[test]
    fn a_rule_that_did_not_fire_names_the_condition_that_failed() {
        let answer =
            why("gaji-tak-wajar", "dibutuhkan pekerja ladang di Malaysia gaji 9 juta, inbox");
        assert!(!answer.fired);
        let failed: Vec<&Condition> =
            answer.conditions.iter().filter(|condition| !condition.holds).collect();
        assert_eq!(failed.len(), 1, "{failed:#?}");
        let shown = format!("{failed:?}");
        assert!(shown.contains("pay.idr_month >= 15.000.000"), "{shown}");
        assert!(shown.contains("pay.idr_month = 9.000.000"), "{shown}");
    }

    #[test]
    fn a_rule_fires_exactly_when_all_its_conditions_hold() {
        let engine = Engine::compile(&RuleFiles::embedded(), Thresholds::default()).unwrap();
        let mut scratch = engine.scratch();
        for rule in engine.rules() {
            for text in rule.hit.iter().chain(&rule.miss) {
                for other in engine.rules() {
                    let why = engine.why(&mut scratch, &other.id, text).unwrap();
                    let all = why.conditions.iter().all(|condition| condition.holds);
                    assert_eq!(why.fired, all, "{} on {text}: {why:#?}", other.id);
                }
            }
        }
    }

    #[test]
    fn an_explanation_holds_the_verdict_of_production() {
        let engine = Engine::compile(&RuleFiles::embedded(), Thresholds::default()).unwrap();
        let text = "K4MB0J4 butuh admin gaji 12jt japri 0840-0000-0001";
        let explained = engine.explain(&mut engine.scratch(), text);
        assert_eq!(explained.verdict, engine.score(&mut engine.scratch(), text));
        let read = Disguised { written: "K4MB0J4".into(), read: "kamboja".into() };
        assert_eq!(explained.disguised, [read]);
    }
}
