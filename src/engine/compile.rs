//! Rule files to an [`Engine`]: everything is read and checked first, all errors are told together,
//! and only a set without errors becomes an engine.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};
use toml::Spanned;

use super::check;
use super::commonness::Commonness;
use super::diagnostic::nearest;
use super::expression::{self, Expression, FactSet};
use super::groups::Groups;
use super::lists::{Lists, SPELLING_FILE, entries, spelling};
use super::matcher::Matcher;
use super::patterns::{PatternError, PatternsBuilder, Wake};
use super::phrase::{Classes, PhraseError, Slot};
use super::reader::Settings;
use super::reading::Signals;
use super::rule_file::{Exception, Rule as RuleEntry, RuleFile};
use super::search_terms::SearchTerms;
use super::severity;
use super::wording::{pattern_fault, toml_fault};
use super::{
    Diagnostic, Engine, Family, FamilyId, MODEL_FILE, Model, Points, Rule, RuleFiles, RuleId,
    RuleSetError, Thresholds,
};
use crate::facts;
use crate::registry::Registry;
use crate::text::{Views, VocabularyBuilder};

/// How much the second reader may say.
const SETTINGS_FILE: &str = "model/pembaca.toml";
/// The cap of a family that names none: the whole scale.
const NO_CAP: i32 = 100;

/// A rule as written, with the file it stands in.
pub(super) struct Entry {
    pub(super) file: String,
    family: usize,
    /// Whether it was made from an exception.
    pub(super) is_exception: bool,
    pub(super) rule: RuleEntry,
}

/// One reading of a phrase, with the place of the phrase in its file.
pub(super) struct Row {
    pub(super) rule: u32,
    pub(super) slots: Vec<Slot>,
    pub(super) place: Range<usize>,
    /// `berkas:baris` of the phrase.
    pub(super) line: String,
}

struct Compiler<'a> {
    files: &'a RuleFiles,
    diagnostics: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    families: Vec<Family>,
    entries: Vec<Entry>,
    index: FxHashMap<String, usize>,
    /// Rules made from exceptions, each with the rule it is an exception to.
    exceptions: Vec<(usize, usize)>,
    today: Option<Date>,
}

/// Compiles a rule set and says what is suspicious in it.
///
/// # Errors
/// Every fault that was found, with its place.
pub(super) fn compile(
    files: &RuleFiles,
    thresholds: Thresholds,
    today: Option<Date>,
) -> Result<(Engine, Vec<Diagnostic>), RuleSetError> {
    let mut compiler = Compiler {
        files,
        diagnostics: Vec::new(),
        warnings: Vec::new(),
        families: Vec::new(),
        entries: Vec::new(),
        index: FxHashMap::default(),
        exceptions: Vec::new(),
        today,
    };
    let engine = compiler.run(thresholds);
    match engine {
        Some(engine) if compiler.diagnostics.is_empty() => Ok((engine, compiler.warnings)),
        _ => Err(RuleSetError::new(compiler.diagnostics, files)),
    }
}

impl<'a> Compiler<'a> {
    fn error(
        &mut self,
        code: &'static str,
        file: &str,
        span: Range<usize>,
        message: String,
        help: Option<String>,
    ) {
        let mut diagnostic = Diagnostic::error(code, file, span, message);
        diagnostic.help = help;
        self.diagnostics.push(diagnostic);
    }

    fn run(&mut self, thresholds: Thresholds) -> Option<Engine> {
        let files = self.files;
        let registry = match Registry::read(|name| files.text(&files.registry_file(name))) {
            Ok(registry) => registry,
            Err(fault) => {
                let file = files.registry_file(&fault.file);
                self.error("E001", &file, fault.span.unwrap_or(0..0), fault.message, None);
                return None;
            }
        };
        let mut words = VocabularyBuilder::default();
        for (_, text) in files.shipped_then_local(|name| name.ends_with(SPELLING_FILE)) {
            for (variants, word) in spelling(text) {
                variants.iter().for_each(|variant| words.alias(variant, word));
            }
        }
        for (_, text) in self.files.select(|name| name.ends_with("sensitive.txt")) {
            entries(text).for_each(|word| words.sensitive(word));
        }
        for (_, text) in self.files.select(|name| name.ends_with("common.txt")) {
            entries(text).for_each(|line| words.common(line));
        }
        let mut classes = Classes::new();
        let lists = Lists::read(self.files, &mut words, &mut self.diagnostics);
        for (name, entries) in &lists.entries {
            classes.list(name, entries.iter().copied(), &mut words);
        }
        let search_terms = SearchTerms::read(self.files, &mut self.diagnostics);
        let exceptions = self.read_rule_files();
        if !self.diagnostics.is_empty() {
            // Half of the rules are not known: what the rest asks of them would read as faults.
            return None;
        }
        self.except(exceptions);
        let prepared = facts::Reader::prepare(&registry, &mut words);
        let mut rows = Vec::new();
        let mut patterns = PatternsBuilder::default();
        let mut slow_patterns = Vec::new();
        let entries = std::mem::take(&mut self.entries);
        let mut rules = Vec::with_capacity(entries.len());
        for (number, entry) in entries.iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            self.phrases(entry, number, &mut classes, &mut words, &mut rows);
            self.patterns(entry, number, &mut patterns, &mut slow_patterns);
            let rule = self.rule(entry, &registry);
            rules.push(rule);
        }
        for (exception, excepted) in &self.exceptions {
            rules[*excepted].unless.push(*exception);
        }
        let order = self.order(&rules, &entries);
        let levels = self.levels(&registry);
        let (reader, reader_settings) = self.reader();
        if !self.diagnostics.is_empty() {
            return None;
        }
        let slots = rows.iter().map(|row| (row.rule, row.slots.clone())).collect();
        let sizes = classes.sizes.clone();
        patterns.pieces().for_each(|piece| words.piece(piece));
        let mut vocabulary = words.build();
        let facts = prepared.build(&mut vocabulary);
        let sequences = classes.sequences.build(vocabulary.len());
        let groups = Groups::new(&rules, &order);
        let (of, count) = (groups.of(), groups.len());
        let examples = rules.iter().flat_map(|rule| rule.hit.iter().chain(&rule.miss));
        let commonness = Commonness::of_texts(
            examples.map(String::as_str),
            &vocabulary,
            &sequences,
            sizes.len(),
        );
        let matcher =
            Matcher::new(slots, sequences, &sizes, &mut vocabulary, &commonness, of, count);
        let vocabulary = Arc::new(vocabulary);
        let mut engine = Engine {
            facts,
            country_groups: registry
                .countries
                .iter()
                .map(|country| (country.code.clone(), country.groups.clone()))
                .collect(),
            matcher,
            patterns: patterns.build(),
            signals: Signals::of(&rules, &registry.countries, &vocabulary),
            vocabulary,
            families: std::mem::take(&mut self.families),
            groups,
            thresholds,
            levels,
            version: self.files.version(),
            fires_on_nothing: true,
            reader,
            reader_settings,
            search_terms,
            registry,
            rules,
        };
        let on_nothing = engine.fired_on_nothing();
        engine.fires_on_nothing = !on_nothing.is_empty();
        let views = RefCell::new(Views::new(Arc::clone(&engine.vocabulary)));
        let reading = |text: &str| {
            let mut views = views.borrow_mut();
            views.read(text);
            (views.clear().iter().map(|token| token.word).collect(), views.clear_text())
        };
        self.warnings = check::warnings(&check::Seen {
            entries: &entries,
            rules: &engine.rules,
            rows: &rows,
            files,
            registry: &engine.registry,
            lists: &lists,
            used_lists: &Self::used_lists(&lists, &entries),
            families: &engine.families,
            slow_patterns: &slow_patterns,
            on_nothing: &on_nothing,
            reading: &reading,
            today: self.today,
        });
        Some(engine)
    }

    /// Lists named in a phrase or in another list.
    fn used_lists<'b>(lists: &Lists<'b>, rules: &'b [Entry]) -> FxHashSet<&'b str> {
        let phrases = rules.iter().flat_map(|entry| &entry.rule.phrases);
        let named = phrases.flat_map(|phrase| lists_named(phrase.get_ref()));
        lists.included.iter().copied().chain(named).collect()
    }

    fn read_rule_files(&mut self) -> Vec<(String, Exception)> {
        let mut exceptions = Vec::new();
        let files = self.files;
        let is_rules = |name: &str| {
            let other = [SETTINGS_FILE, severity::FILE, severity::LOCAL_FILE];
            name.ends_with(".toml") && !name.contains("registry/") && !other.contains(&name)
        };
        // A rule of `local/` replaces the shipped one of the same name.
        for (name, text) in files.shipped_then_local(is_rules) {
            let parsed: RuleFile = match toml::from_str(text) {
                Ok(parsed) => parsed,
                Err(fault) => {
                    self.diagnostics.push(toml_fault(name, text, &fault));
                    continue;
                }
            };
            exceptions.extend(parsed.exceptions.into_iter().map(|one| (name.to_owned(), one)));
            let Some(written) = parsed.family else {
                if let Some(rule) = parsed.rules.first() {
                    let message = "aturan ini tidak punya keluarga: berkasnya tidak dimulai dengan `[family]`";
                    let help = "mulai berkas dengan [family], `id`, dan `title`";
                    self.error("E004", name, rule.id.span(), message.into(), Some(help.into()));
                }
                continue;
            };
            let id = FamilyId(written.id.get_ref().clone());
            let family = match self.families.iter().position(|family| family.id == id) {
                Some(family) => {
                    if let (true, Some(cap)) = (name.starts_with("local/"), written.cap) {
                        self.families[family].cap = Points(cap.abs());
                    }
                    family
                }
                None => {
                    self.families.push(Family {
                        id,
                        title: written.title,
                        cap: Points(written.cap.unwrap_or(NO_CAP).abs()),
                        lane: written.lane,
                    });
                    self.families.len() - 1
                }
            };
            for rule in parsed.rules {
                let entry = Entry { file: name.to_owned(), family, is_exception: false, rule };
                self.file_entry(entry);
            }
        }
        exceptions
    }

    /// Makes a helper rule of every exception; the rule it names will not fire where it fires.
    fn except(&mut self, exceptions: Vec<(String, Exception)>) {
        for (number, (file, exception)) in exceptions.into_iter().enumerate() {
            let Some(excepted) = self.index.get(exception.rule.get_ref()).copied() else {
                let help = nearest(exception.rule.get_ref(), self.index.keys().map(String::as_str))
                    .map(|near| format!("maksud Anda `{near}`?"));
                let message = format!("aturan `{}` tidak ada", exception.rule.get_ref());
                self.error("E012", &file, exception.rule.span(), message, help);
                continue;
            };
            if exception.sources.is_empty() && exception.phrases.is_empty() {
                let message = "pengecualian ini akan berlaku untuk semua postingan";
                let help = "sebutkan `sources = [\"…\"]` atau `phrases = [\"…\"]`";
                self.error("E005", &file, exception.rule.span(), message.into(), Some(help.into()));
                continue;
            }
            let family = self.exception_family();
            self.exceptions.push((self.entries.len(), excepted));
            let id = format!("pengecualian-{}", number + 1);
            self.index.insert(id.clone(), self.entries.len());
            let rule = RuleEntry::exception(id, exception);
            self.entries.push(Entry { file, family, is_exception: true, rule });
        }
    }

    fn exception_family(&mut self) -> usize {
        let id = FamilyId("pengecualian".into());
        self.families.iter().position(|family| family.id == id).unwrap_or_else(|| {
            self.families.push(Family {
                id,
                title: "Pengecualian".into(),
                cap: Points(0),
                lane: super::Lane::Offer,
            });
            self.families.len() - 1
        })
    }

    /// A day written as `YYYY-MM-DD`.
    fn day(&mut self, entry: &Entry, written: Option<&Spanned<String>>) -> Option<Date> {
        let written = written?;
        let day = written.get_ref().parse().ok();
        if day.is_none() {
            let message = format!("`{}` bukan tanggal", written.get_ref());
            let help = Some("tulis tahun-bulan-hari, misalnya \"2026-12-31\"".into());
            self.error("E018", &entry.file, written.span(), message, help);
        }
        day
    }

    fn file_entry(&mut self, entry: Entry) {
        let id = entry.rule.id.get_ref().clone();
        match self.index.get(&id) {
            Some(known) if entry.file.starts_with("local/") => self.entries[*known] = entry,
            Some(known) => {
                let other = self.entries[*known].file.clone();
                let span = entry.rule.id.span();
                let message = if self.entries[*known].rule.id.get_ref() == &id {
                    format!("aturan `{id}` sudah ada di {other}")
                } else {
                    format!("`{id}` adalah nama lama (`was`) sebuah aturan di {other}")
                };
                let help = Some(
                    "beri nama lain; untuk mengganti aturan bawaan, taruh di folder local/".into(),
                );
                self.error("E003", &entry.file, span, message, help);
            }
            None => {
                // A name the rule had before still means it: what was written for it locally holds.
                for name in [&id].into_iter().chain(&entry.rule.was) {
                    self.index.entry(name.clone()).or_insert(self.entries.len());
                }
                self.entries.push(entry);
            }
        }
    }

    /// The second reader's model, if there is one, and how much it may say.
    fn reader(&mut self) -> (Option<Model>, Settings) {
        let model = self.files.model().map(Model::parse).transpose().unwrap_or_else(|fault| {
            self.error("E020", MODEL_FILE, 0..0, fault.to_string(), None);
            None
        });
        let text = self.files.text(SETTINGS_FILE).unwrap_or("");
        let settings = toml::from_str(text).unwrap_or_else(|fault| {
            self.diagnostics.push(toml_fault(SETTINGS_FILE, text, &fault));
            Settings::default()
        });
        (model, settings)
    }

    /// The table of severity; a set without one has none.
    fn levels(&mut self, registry: &Registry) -> Vec<severity::Level> {
        let files = self.files;
        let named = |file| files.text(file).map(|text| (file, text));
        let Some((file, text)) = named(severity::LOCAL_FILE).or_else(|| named(severity::FILE))
        else {
            return Vec::new();
        };
        let table: severity::Table = toml::from_str(text).unwrap_or_else(|fault| {
            self.diagnostics.push(toml_fault(file, text, &fault));
            severity::Table::default()
        });
        let level = |one: severity::Written| severity::Level {
            severity: one.severity,
            lane: one.lane,
            when: one.when.and_then(|when| self.condition(file, &when, registry)),
            title: one.title,
        };
        table.level.into_iter().map(level).collect()
    }

    fn phrases(
        &mut self,
        entry: &Entry,
        number: u32,
        classes: &mut Classes,
        words: &mut VocabularyBuilder,
        rows: &mut Vec<Row>,
    ) {
        let file = self.files.text(&entry.file).unwrap_or("");
        // Phrases stand in order: what was counted for one need not be counted for the next.
        let (mut counted, mut line) = (0, 1);
        for phrase in &entry.rule.phrases {
            match classes.read(phrase.get_ref(), words) {
                Ok(found) => {
                    let place = phrase.span();
                    let between = file.as_bytes().get(counted..place.start).unwrap_or_default();
                    line += between.iter().filter(|byte| **byte == b'\n').count();
                    counted = place.start.max(counted);
                    rows.extend(found.into_iter().map(|slots| Row {
                        rule: number,
                        slots,
                        place: place.clone(),
                        line: format!("{}:{line}", entry.file),
                    }));
                }
                Err(fault) => {
                    let known = classes.names.iter().map(String::as_str);
                    let (message, help) = phrase_fault(&fault, known);
                    self.error("E010", &entry.file, phrase.span(), message, help);
                }
            }
        }
    }

    fn patterns(
        &mut self,
        entry: &Entry,
        number: u32,
        patterns: &mut PatternsBuilder,
        slow: &mut Vec<(usize, Range<usize>)>,
    ) {
        for pattern in &entry.rule.patterns {
            match patterns.add(number, pattern.get_ref()) {
                Ok(Wake::ByLiteral) => {}
                Ok(Wake::Always) => slow.push((number as usize, pattern.span())),
                Err(fault) => {
                    let message = match fault {
                        PatternError::Syntax(reason) => pattern_fault(&reason),
                        PatternError::MatchesEmpty => {
                            "pola ini cocok dengan teks kosong, jadi dengan postingan apa pun"
                                .into()
                        }
                        PatternError::TooLarge => "pola ini terlalu besar".into(),
                    };
                    let help = "untuk hampir semua hal cukup `phrases`: \"visa {turis|kunjungan}\"";
                    self.error("E011", &entry.file, pattern.span(), message, Some(help.into()));
                }
            }
        }
    }

    fn rule(&mut self, entry: &Entry, registry: &Registry) -> Rule {
        let written = &entry.rule;
        let mut named = |name: &Spanned<String>| -> Option<usize> {
            let found = self.index.get(name.get_ref()).copied();
            if found.is_none() {
                let help = nearest(name.get_ref(), self.index.keys().map(String::as_str));
                let help = help.map_or_else(
                    || "lihat nama semua aturan dengan `waspada rules list`".to_owned(),
                    |near| format!("maksud Anda `{near}`?"),
                );
                let message = format!("aturan `{}` tidak ada", name.get_ref());
                let mut fault = Diagnostic::error("E012", &entry.file, name.span(), message);
                fault.help = Some(help);
                self.diagnostics.push(fault);
            }
            found
        };
        let requires = written.requires.iter().filter_map(&mut named).collect();
        let unless = written.unless.iter().filter_map(&mut named).collect();
        let when =
            written.when.as_ref().and_then(|when| self.condition(&entry.file, when, registry));
        let from = self.day(entry, written.from.as_ref());
        let until = self.day(entry, written.until.as_ref());
        if let (Some(first), Some(last), Some(place)) = (from, until, written.until.as_ref())
            && first > last
        {
            let message = format!("aturan ini berakhir ({last}) sebelum mulai ({first})");
            let help = "`until` adalah hari terakhir aturan berlaku";
            self.error("E018", &entry.file, place.span(), message, Some(help.into()));
        }
        for basis in &written.legal {
            if registry.legal_basis(basis.get_ref()).is_none() {
                let help =
                    nearest(basis.get_ref(), registry.legal.iter().map(|basis| basis.id.as_str()))
                        .map(|near| format!("maksud Anda `{near}`?"));
                let message =
                    format!("dasar hukum `{}` tidak ada di registry/legal.toml", basis.get_ref());
                self.error("E013", &entry.file, basis.span(), message, help);
            }
        }
        let has_text = !written.phrases.is_empty() || !written.patterns.is_empty();
        if !has_text && written.when.is_none() && written.requires.is_empty() {
            let message = "aturan ini tidak punya phrases, patterns, when, atau requires: ia akan selalu menyala".to_owned();
            let help = "tambahkan yang harus ada di postingan, misalnya phrases = [\"…\"]";
            self.error("E014", &entry.file, written.id.span(), message, Some(help.into()));
        }
        Rule {
            id: RuleId(written.id.get_ref().clone()),
            title: written.title.clone(),
            family: entry.family,
            points: Points(written.points.unwrap_or(0)),
            floor: written.floor.as_ref().map(|floor| i32::from(*floor.get_ref())),
            hold: written.hold.as_ref().map(|hold| i32::from(*hold.get_ref())),
            scored: written.points.is_some(),
            requires,
            unless,
            when,
            has_text,
            lists: written
                .phrases
                .iter()
                .flat_map(|phrase| lists_named(phrase.get_ref()))
                .map(str::to_owned)
                .collect(),
            status: written.status,
            speech: written.speech,
            speaker: written.speaker,
            legal: written.legal.iter().map(|basis| basis.get_ref().clone()).collect(),
            owner: written.owner.clone(),
            from,
            until,
            was: written.was.clone(),
            hit: texts(&written.hit),
            miss: texts(&written.miss),
            todo: texts(&written.todo),
            file: entry.file.clone(),
        }
    }

    fn condition(
        &mut self,
        file: &str,
        when: &Spanned<String>,
        registry: &Registry,
    ) -> Option<Expression<usize>> {
        let parsed = match expression::parse(when.get_ref()) {
            Ok(parsed) => parsed,
            Err(fault) => {
                let place = self.inside(file, when, &fault.span);
                self.error("E015", file, place, fault.message, fault.help);
                return None;
            }
        };
        parsed.values(&mut |set, value| {
            let countries = &registry.countries;
            let known: Vec<&str> = match set {
                FactSet::Destination => countries.iter().map(|one| one.code.as_str()).collect(),
                FactSet::DestinationGroup => {
                    countries.iter().flat_map(|one| &one.groups).map(String::as_str).collect()
                }
                FactSet::Source => return,
            };
            if !known.contains(&value) {
                let at = when.get_ref().find(value).unwrap_or(0);
                let place = self.inside(file, when, &(at..at + value.len()));
                let message = format!("`{value}` tidak ada di registry/countries.toml");
                let help = nearest(value, known).map(|near| format!("maksud Anda `{near}`?"));
                self.error("E017", file, place, message, help);
            }
        });
        let index = &self.index;
        let families = &self.families;
        let resolved = parsed
            .resolve(&mut |name| index.get(&name).copied().ok_or((name, false)), &mut |name| {
                families.iter().position(|family| family.id.0 == name).ok_or((name, true))
            });
        match resolved {
            Ok(condition) => Some(condition),
            Err((name, is_family)) => {
                let what = if is_family { "keluarga" } else { "aturan" };
                let help = if is_family {
                    nearest(&name, self.families.iter().map(|family| family.id.0.as_str()))
                } else {
                    nearest(&name, self.index.keys().map(String::as_str))
                };
                let help = help.map(|near| format!("maksud Anda `{near}`?"));
                let at = when.get_ref().find(&name).unwrap_or(0);
                let place = self.inside(file, when, &(at..at + name.len()));
                self.error("E012", file, place, format!("{what} `{name}` tidak ada"), help);
                None
            }
        }
    }

    /// The place in the file of a place in a quoted value, where the value stands there as written.
    fn inside(&self, file: &str, value: &Spanned<String>, part: &Range<usize>) -> Range<usize> {
        let whole = value.span();
        let written = self.files.text(file).and_then(|text| text.get(whole.clone())).unwrap_or("");
        match written.find(value.get_ref().as_str()) {
            Some(at) => whole.start + at + part.start..whole.start + at + part.end,
            None => whole,
        }
    }

    /// The rules in an order in which each comes after those it asks about.
    fn order(&mut self, rules: &[Rule], entries: &[Entry]) -> Vec<usize> {
        let mut order = Vec::with_capacity(rules.len());
        let mut state = vec![State::New; rules.len()];
        for rule in 0..rules.len() {
            if let Err(cycle) = visit(rules, rule, &mut state, &mut order) {
                let entry = &entries[cycle];
                let message = format!(
                    "aturan `{}` pada akhirnya mensyaratkan dirinya sendiri",
                    rules[cycle].id
                );
                let asked: Vec<String> = rules[cycle]
                    .asks(rules)
                    .iter()
                    .map(|other| format!("`{}`", rules[*other].id))
                    .collect();
                let help = format!(
                    "ia menyebut {}, yang menyebutnya kembali: hapus salah satu syarat itu",
                    asked.join(", ")
                );
                self.error("E016", &entry.file, entry.rule.id.span(), message, Some(help));
                return order;
            }
        }
        order
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

fn visit(
    rules: &[Rule],
    rule: usize,
    state: &mut [State],
    order: &mut Vec<usize>,
) -> Result<(), usize> {
    match state[rule] {
        State::Done => return Ok(()),
        State::Open => return Err(rule),
        State::New => state[rule] = State::Open,
    }
    for other in rules[rule].asks(rules) {
        visit(rules, other, state, order)?;
    }
    state[rule] = State::Done;
    order.push(rule);
    Ok(())
}

fn texts(examples: &[Spanned<String>]) -> Vec<String> {
    examples.iter().map(|example| example.get_ref().clone()).collect()
}

/// The lists a phrase names; alternatives written in it are among them and name none.
fn lists_named(phrase: &str) -> impl Iterator<Item = &str> {
    phrase.split('{').skip(1).map(|part| part.split('}').next().unwrap_or(""))
}

fn phrase_fault<'a>(
    fault: &PhraseError,
    lists: impl Iterator<Item = &'a str>,
) -> (String, Option<String>) {
    match fault {
        PhraseError::Empty => ("frasa ini tidak berisi kata".into(), None),
        PhraseError::UnknownList(name) => (
            format!("daftar `{{{name}}}` tidak ada di lists/"),
            nearest(name, lists).map(|near| format!("maksud Anda `{{{near}}}`?")),
        ),
        PhraseError::UnknownKind(kind) => (
            format!("jenis `{kind}` tidak dikenal"),
            Some("yang ada: <uang>, <angka>, <telepon>, <negara>, <tautan>, <akun>".into()),
        ),
        PhraseError::KindInChoice(kind) => (
            format!("jenis `{kind}` tidak dapat berada di antara pilihan {{…|…}}"),
            Some(format!("tulis sebagai frasa sendiri, dengan {kind} di luar kurung kurawal")),
        ),
        PhraseError::Unclosed(sign) => (
            format!("tanda `{sign}` dalam frasa ini tidak ditutup"),
            Some("tulis {daftar}, {satu|dua}, (boleh ada), atau <uang>".into()),
        ),
        PhraseError::GapAtEdge => (
            "sela `…` atau `~` harus berada di antara dua kata".into(),
            Some("hapus tanda itu dari awal atau akhir frasa".into()),
        ),
        PhraseError::GapTooWide => (
            "sela dalam frasa ini terlalu lebar".into(),
            Some("paling banyak …12: dua belas kata di antaranya".into()),
        ),
    }
}
