//! Rule files, checked and compiled into an [`Engine`] that turns a text into a [`Verdict`].
//! Pure: no database, no network, no clock. `Send + Sync`; exchanged whole on reload.

mod anchors;
mod bits;
mod check;
mod commonness;
mod compile;
mod diagnostic;
mod examples;
mod explain;
mod expression;
mod fact_numbers;
mod files;
mod fired;
mod fix;
mod format;
mod gates;
mod groups;
mod lanes;
mod lines;
mod lists;
mod marks;
mod matcher;
mod meter;
mod patterns;
mod phrase;
mod places;
mod reader;
mod reading;
mod rule_file;
mod score;
mod search_terms;
mod severity;
mod speech;
mod stages;
mod verdict;
mod waking;
mod woken;
mod wording;
mod words;

use std::sync::Arc;

use crate::facts;
use crate::registry::Registry;
use crate::text::Vocabulary;

pub use diagnostic::{Diagnostic, RuleSetError, Severity, nearest};
pub use examples::{ExampleReport, FailedExample, Promise};
pub use explain::{Condition, Disguised, Explanation, Helper, Why};
pub use files::{MODEL_FILE, ReadError, RuleFiles};
pub use fix::{Fixed, Removed, fix};
pub use format::{FormatError, format};
pub use lanes::{Judgement, Lanes};
pub use lines::{ListLine, ListLines};
pub use marks::{Mark, marks};
pub use meter::Costs;
pub use reader::{
    Example, Lesson, Model, READER_FAMILY, READER_RULE, READER_TITLE, Trained, UnreadableModel,
    learn,
};
pub use rule_file::Status;
pub use score::Scratch;
pub use search_terms::SearchTerms;
pub use severity::{Grade, Harm};
pub use verdict::{Adjustment, AdjustmentKind, Band, FamilyId, Hit, Lane, Points, RuleId, Verdict};
pub use words::Word;

/// From which score a post is flagged, and where the bands begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// Flagged from here on.
    pub flag: u8,
    /// The strongest band.
    pub tinggi: u8,
    /// The middle band.
    pub sedang: u8,
    /// The weakest band.
    pub rendah: u8,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { flag: 40, tinggi: 70, sedang: 40, rendah: 20 }
    }
}

impl Thresholds {
    /// The band a score falls into.
    pub const fn band(self, score: u8) -> Option<Band> {
        if score >= self.tinggi {
            Some(Band::Tinggi)
        } else if score >= self.sedang {
            Some(Band::Sedang)
        } else if score >= self.rendah {
            Some(Band::Rendah)
        } else {
            None
        }
    }
}

/// Rules about the same thing, whose points are capped together.
#[derive(Debug, Clone)]
pub struct Family {
    /// Its name in the rule files.
    pub id: FamilyId,
    /// Its title, in Indonesian.
    pub title: String,
    /// The most it may add to, or take from, a score.
    pub cap: Points,
    /// The lane it speaks about.
    pub lane: Lane,
}

/// A rule as compiled.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name in the rule files.
    pub id: RuleId,
    /// Its title, in Indonesian.
    pub title: String,
    /// Its family, as an index.
    family: usize,
    /// Evidence for or against.
    pub points: Points,
    floor: Option<i32>,
    hold: Option<i32>,
    /// Whether it has points of its own; a helper has none.
    pub scored: bool,
    requires: Vec<usize>,
    unless: Vec<usize>,
    when: Option<expression::Expression<usize>>,
    has_text: bool,
    /// Word lists its phrases name.
    pub lists: Vec<String>,
    /// Whether it counts.
    pub status: Status,
    /// What a post does in which it fires.
    pub speech: Option<facts::SpeechAct>,
    /// Who speaks where it fires.
    pub speaker: Option<facts::Speaker>,
    /// Ids of legal bases.
    pub legal: Vec<String>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// First day in force.
    pub from: Option<jiff::civil::Date>,
    /// Last day in force.
    pub until: Option<jiff::civil::Date>,
    /// Names it had before.
    pub was: Vec<String>,
    /// Texts on which it must fire.
    pub hit: Vec<String>,
    /// Texts on which it must not fire.
    pub miss: Vec<String>,
    /// Texts on which it should fire one day.
    pub todo: Vec<String>,
    /// The file it stands in.
    pub file: String,
}

impl Rule {
    /// The rules whose firing this one asks about.
    fn asks(&self, rules: &[Self]) -> Vec<usize> {
        let mut asked: Vec<usize> = self.requires.iter().chain(&self.unless).copied().collect();
        if let Some(when) = &self.when {
            when.names(&mut |number, is_family| {
                if is_family {
                    asked.extend((0..rules.len()).filter(|other| rules[*other].family == *number));
                } else {
                    asked.push(*number);
                }
            });
        }
        asked
    }
}

/// A compiled rule set.
#[derive(Debug)]
pub struct Engine {
    registry: Registry,
    vocabulary: Arc<Vocabulary>,
    facts: facts::Reader,
    /// Code and groups of each country, by its index in the registry.
    country_groups: Vec<(String, Vec<String>)>,
    matcher: matcher::Matcher,
    patterns: patterns::Patterns,
    families: Vec<Family>,
    rules: Vec<Rule>,
    groups: groups::Groups,
    thresholds: Thresholds,
    /// The table of severity, in order.
    levels: Vec<severity::Level>,
    version: String,
    fires_on_nothing: bool,
    reader: Option<Model>,
    reader_settings: reader::Settings,
    /// Buckets of the reader's signals: of each rule, and of each country with its groups.
    signals: reading::Signals,
    search_terms: SearchTerms,
}

impl Engine {
    /// Checks and compiles a rule set.
    ///
    /// # Errors
    /// Every fault found, each with its file, line and what would be right.
    pub fn compile(files: &RuleFiles, thresholds: Thresholds) -> Result<Self, RuleSetError> {
        compile::compile(files, thresholds, None).map(|(engine, _)| engine)
    }

    /// Compiles a rule set and says what is suspicious in it, in order of file and place; with
    /// a day, also what has expired by then.
    ///
    /// # Errors
    /// As [`Engine::compile`].
    pub fn check(
        files: &RuleFiles,
        thresholds: Thresholds,
        today: Option<jiff::civil::Date>,
    ) -> Result<(Self, Vec<Diagnostic>), RuleSetError> {
        compile::compile(files, thresholds, today)
    }

    /// 12 hexadecimal digits of the hash over the rule files.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The rules, in order of file.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with this name.
    pub fn rule(&self, id: &RuleId) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == *id)
    }

    /// The rule with this name, or the one that had it before it was renamed.
    pub fn rule_once_named(&self, id: &RuleId) -> Option<&Rule> {
        self.rule(id).or_else(|| self.rules.iter().find(|rule| rule.was.contains(&id.0)))
    }

    /// The family a rule belongs to.
    pub fn family(&self, rule: &Rule) -> &Family {
        &self.families[rule.family]
    }

    /// From which score a post is flagged, and where the bands begin.
    pub const fn thresholds(&self) -> Thresholds {
        self.thresholds
    }

    /// The model of the second reader, if there is one.
    pub const fn reader(&self) -> Option<&Model> {
        self.reader.as_ref()
    }

    /// Gives the second reader another model, or none.
    pub fn set_reader(&mut self, model: Option<Model>) {
        self.reader = model;
    }

    /// The dated tables in force.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule set over the shipped tables with these rule files.
    fn engine(files: &[(&str, &str)]) -> Result<Engine, RuleSetError> {
        let mut set = RuleFiles::default();
        for (name, text) in RuleFiles::embedded().select(|name| name.starts_with("registry/")) {
            set.set(name, text);
        }
        for (name, text) in files {
            set.set(*name, *text);
        }
        Engine::compile(&set, Thresholds::default())
    }

    const RULES: &str = r#"
        [family]
        id = "visa"
        title = "Visa"
        cap = 60
        [[rule]]
        id = "tawaran"
        title = "Ada tawaran"
        phrases = ["dibutuhkan", "{loker}"]
        [[rule]]
        id = "visa-turis"
        title = "Visa turis"
        points = 50
        requires = ["tawaran"]
        unless = ["umrah"]
        phrases = ["visa {turis}", "masuk … dulu"]
        [[rule]]
        id = "gaji-besar"
        title = "Gaji besar"
        points = 30
        when = "pay.idr_month >= 10_000_000 and tawaran"
        [[rule]]
        id = "umrah"
        title = "Paket umrah"
        phrases = ["paket umrah"]
        [[rule]]
        id = "dekat"
        title = "Dekat"
        points = 5
        phrases = ["janda ~3 boleh"]
    "#;

    const LISTS: &[(&str, &str)] = &[
        ("lists/turis.txt", "turis\nkunjungan\non arrival # kedatangan\n"),
        ("lists/loker.txt", "loker\nlowongan kerja\n"),
    ];

    fn with_lists(rules: &str) -> Vec<(&str, &str)> {
        [("visa.toml", rules)].into_iter().chain(LISTS.iter().copied()).collect()
    }

    fn fired(text: &str) -> Vec<(String, Vec<String>)> {
        let engine = engine(&with_lists(RULES)).unwrap();
        let verdict = engine.score(&mut engine.scratch(), text);
        verdict.hits.into_iter().map(|hit| (hit.rule.0, hit.text)).collect()
    }

    #[test]
    fn rules_fire_by_phrases_lists_gaps_and_conditions() {
        let hit = |rule: &str, text: &str| (rule.to_owned(), vec![text.to_owned()]);
        for (text, expected) in [
            ("Dibutuhkan: VISA turis ok", vec![hit("visa-turis", "VISA turis")]),
            ("lowongan kerja visa on arrival", vec![hit("visa-turis", "visa on arrival")]),
            (
                "loker masuk pelancong saja dulu",
                vec![hit("visa-turis", "masuk pelancong saja dulu")],
            ),
            ("loker masuk. Nanti dulu", vec![]),
            ("visa turis tanpa tawaran", vec![]),
            ("loker paket umrah visa turis", vec![]),
            ("loker gaji 12jt", vec![hit("gaji-besar", "12jt")]),
            ("boleh juga janda ya", vec![hit("dekat", "boleh juga janda")]),
        ] {
            assert_eq!(fired(text), expected, "{text}");
        }
    }

    #[test]
    fn contributions_sum_to_the_score() {
        let engine = engine(&with_lists(RULES)).unwrap();
        let verdict =
            engine.score(&mut engine.scratch(), "loker visa turis gaji 20 juta janda boleh");
        let hits: i32 = verdict.hits.iter().map(|hit| hit.points.0).sum();
        let adjustments: i32 = verdict.adjustments.iter().map(|line| line.points.0).sum();
        assert_eq!((hits, adjustments, verdict.score), (85, -25, 60));
        assert_eq!((verdict.flagged, verdict.band), (true, Some(Band::Sedang)));
    }

    #[test]
    fn rules_and_exceptions_end_by_themselves() {
        let rules = format!(
            "{RULES}\n[[rule]]\nid = \"darurat\"\ntitle = \"Darurat\"\npoints = 9\nfrom = \"2026-03-01\"\nuntil = \"2026-03-31\"\nphrases = [\"kata baru\"]"
        );
        let exceptions = "[[exception]]\nrule = \"visa-turis\"\nsources = [\"kedutaan\"]\nowner = \"ops\"\nreason = \"kanal resmi\"\nuntil = \"2026-06-30\"\n[[exception]]\nrule = \"visa-turis\"\nphrases = [\"visa turis tiongkok\"]\nowner = \"ops\"\nreason = \"iklan biro wisata\"\nuntil = \"2026-06-30\"\n";
        let mut files = with_lists(&rules);
        files.push(("local/pengecualian.toml", exceptions));
        let engine = engine(&files).unwrap();
        let fired = |source: &str, day: &str, text: &str| {
            let mut scratch = engine.scratch();
            scratch.set_source(source);
            scratch.set_today(day.parse().unwrap());
            engine
                .score(&mut scratch, text)
                .hits
                .into_iter()
                .map(|hit| hit.rule.0)
                .collect::<Vec<_>>()
        };
        for (source, day, text, expected) in [
            ("a", "2026-02-28", "kata baru", &[][..]),
            ("a", "2026-03-01", "kata baru", &["darurat"]),
            ("a", "2026-03-31", "kata baru", &["darurat"]),
            ("a", "2026-04-01", "kata baru", &[]),
            ("a", "2026-04-01", "loker visa turis", &["visa-turis"]),
            ("kedutaan", "2026-04-01", "loker visa turis", &[]),
            ("kedutaan", "2026-07-01", "loker visa turis", &["visa-turis"]),
            ("a", "2026-04-01", "loker visa turis Tiongkok", &[]),
        ] {
            assert_eq!(fired(source, day, text), expected, "{source} {day} {text}");
        }
    }

    #[test]
    fn a_fault_names_file_line_and_what_would_be_right() {
        for (from, to, code, says) in [
            ("visa {turis}", "visa {turus}", "E010", "maksud Anda `{turis}`?"),
            (
                "requires = [\"tawaran\"]",
                "requires = [\"tawaren\"]",
                "E012",
                "maksud Anda `tawaran`?",
            ),
            ("and tawaran", "and", "E015", "visa.toml:21"),
            ("points = 50", "point = 50", "E002", "maksud Anda `points`?"),
            ("cap = 60", "cap = 60\nlane = \"ofer\"", "E002", "offer"),
            ("points = 50", "points = 50\nuntil = \"2026-13-01\"", "E018", "bukan tanggal"),
            (
                "and tawaran",
                "and destination in ['KX']",
                "E017",
                "`KX` tidak ada di registry/countries.toml",
            ),
            (
                "id = \"umrah\"",
                "id = \"umrah\"\nrequires = [\"visa-turis\"]",
                "E016",
                "mensyaratkan dirinya sendiri",
            ),
        ] {
            let fault = engine(&with_lists(&RULES.replace(from, to))).unwrap_err();
            assert!(
                fault.rendered.contains(says) && fault.diagnostics[0].code == code,
                "{}",
                fault.rendered
            );
        }
    }
}
