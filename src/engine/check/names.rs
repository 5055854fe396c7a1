//! Spelling against names: a variant of `spelling.txt` that changes what a name of `registry/` means,
//! or makes a name of a word of every day, changes what every post is read as. So does a name that is
//! such a word itself.

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Seen, warning};
use crate::engine::lists::{SPELLING_FILE, place_in, spelling};
use crate::engine::{Diagnostic, RuleFiles};

/// Where words of every day stand.
const COMMON: &str = "common.txt";

pub(super) fn check(seen: &Seen<'_>, found: &mut Vec<Diagnostic>) {
    let variants = variants(seen.files, found);
    let common: FxHashSet<&str> = seen
        .files
        .select(|name| name.ends_with(COMMON))
        .flat_map(|(name, _)| seen.files.entries(name))
        .flat_map(str::split_whitespace)
        .collect();
    let meanings = meanings(seen);
    for meaning in &meanings {
        read_otherwise(meaning, &variants, found);
        if meaning.is_of_places {
            everyday(seen.files, meaning, &common, found);
        }
    }
    makes_names(&meanings, &variants, &common, found);
}

/// A variant as written.
struct Variant<'a> {
    file: &'a str,
    place: Range<usize>,
    /// What it is read as.
    word: &'a str,
}

type Variants<'a> = FxHashMap<&'a str, Variant<'a>>;

/// The variants in force; those that contradict another line are told.
fn variants<'a>(files: &'a RuleFiles, found: &mut Vec<Diagnostic>) -> Variants<'a> {
    let lines: Vec<(&str, &str, &str, Vec<&str>)> = files
        .shipped_then_local(|name| name.ends_with(SPELLING_FILE))
        .flat_map(|(file, text)| {
            spelling(text).map(move |(variants, word)| (file, text, word, variants))
        })
        .collect();
    let heads: FxHashSet<&str> = lines.iter().map(|(_, _, word, _)| *word).collect();
    let mut known: Variants<'a> = FxHashMap::default();
    for (file, text, word, variants) in lines {
        for written in variants {
            let start = place_in(text, written);
            let place = start..start + written.len();
            let mut contradicts = |message: String| {
                found.push(
                    warning("W020", file, place.clone(), message)
                        .help("setiap varian hanya boleh berdiri sekali, dan tidak boleh menjadi kata di sebelah kiri baris lain"),
                );
            };
            if heads.contains(written) && written != word {
                contradicts(format!(
                    "`{written}` dibaca `{word}`, tetapi baris lain menjadikannya kata tersendiri"
                ));
            }
            if let Some(other) = known.get(written).filter(|other| other.word != word) {
                contradicts(format!(
                    "`{written}` dibaca `{word}`, tetapi di baris lain `{}`; hanya yang terakhir berlaku",
                    other.word
                ));
            }
            known.insert(written, Variant { file, place, word });
        }
    }
    known
}

/// What some names of a table stand for.
struct Meaning<'a> {
    /// The table's file, without the folder.
    table: &'static str,
    title: String,
    names: Vec<&'a str>,
    /// Countries and regions: names of their own, not words.
    is_of_places: bool,
    /// Phrases in which the name means something else; a region that is read only when announced
    /// has its own names here.
    guards: Vec<&'a str>,
}

impl<'a> Meaning<'a> {
    fn of_words(
        table: &'static str,
        title: impl Into<String>,
        names: impl IntoIterator<Item = &'a String>,
    ) -> Self {
        let names = names.into_iter().map(String::as_str).collect();
        Self { table, title: title.into(), names, is_of_places: false, guards: Vec::new() }
    }

    fn stands(&self) -> String {
        format!("{} (registry/{})", self.title, self.table)
    }
}

/// Names of the tables by what they mean; words that mean the same are one.
fn meanings<'a>(seen: &Seen<'a>) -> Vec<Meaning<'a>> {
    let registry = seen.registry;
    let mut all: Vec<Meaning<'a>> = Vec::new();
    for country in &registry.countries {
        let words = Meaning::of_words("countries.toml", &country.title, &country.names);
        let guards = country.not.iter().map(String::as_str).collect();
        all.push(Meaning { is_of_places: true, guards, ..words });
    }
    for region in &registry.regions {
        let words = Meaning::of_words("regions.toml", &region.title, &region.names);
        let guards = if region.everyday { words.names.clone() } else { Vec::new() };
        all.push(Meaning { is_of_places: true, guards, ..words });
    }
    for agency in &registry.agencies {
        let names = [&agency.name].into_iter().chain(&agency.aliases);
        // A longer name stays one, however its words are read.
        let single = names.filter(|name| !name.contains(' '));
        all.push(Meaning::of_words("agencies.toml", &agency.name, single));
    }
    for currency in &registry.currencies {
        all.push(Meaning::of_words("currencies.toml", &currency.code, &currency.names));
    }
    for job in &registry.wages.jobs {
        all.push(Meaning::of_words("wages.toml", format!("`{}`", job.class), &job.names));
    }
    let amounts = &registry.amounts;
    for (title, names) in [
        ("pay", &amounts.pay),
        ("fee", &amounts.fee),
        ("advance", &amounts.advance),
        ("debt", &amounts.debt),
        ("thousand", &amounts.thousand),
        ("million", &amounts.million),
        ("range", &amounts.range),
        ("hour", &amounts.hour),
        ("day", &amounts.day),
        ("week", &amounts.week),
        ("month", &amounts.month),
        ("year", &amounts.year),
    ] {
        all.push(Meaning::of_words("amounts.toml", format!("`{title}`"), names));
    }
    let readings = &registry.readings;
    for (title, names) in [
        ("prefix", &readings.agency.prefix),
        ("licence", &readings.agency.licence),
        ("later", &readings.visa.later),
        ("leave", &readings.departure.leave),
        ("origin", &readings.place.origin),
        ("origin-after", &readings.place.origin_after),
        ("workplace", &readings.place.workplace),
        ("crossing", &readings.place.crossing),
        ("place-follows", &readings.place.place_follows),
    ] {
        all.push(Meaning::of_words("readings.toml", format!("`{title}`"), names));
    }
    for class in &readings.visa.class {
        all.push(Meaning::of_words("readings.toml", format!("visa `{}`", class.id), &class.names));
    }
    for months in &readings.departure.months {
        all.push(Meaning::of_words("readings.toml", "nama bulan", months));
    }
    let numbers = amounts.numbers.iter().map(|(word, value)| (word, *value));
    let days = readings.departure.when.iter().map(|(word, days)| (word, u64::from(*days)));
    by_value("amounts.toml", "bilangan", numbers, &mut all);
    by_value("readings.toml", "berangkat dalam hari:", days, &mut all);
    all
}

/// Words of one value mean the same.
fn by_value<'a>(
    table: &'static str,
    title: &str,
    words: impl Iterator<Item = (&'a String, u64)>,
    into: &mut Vec<Meaning<'a>>,
) {
    let mut of: BTreeMap<u64, Vec<&'a String>> = BTreeMap::new();
    words.for_each(|(word, value)| of.entry(value).or_default().push(word));
    into.extend(
        of.into_iter()
            .map(|(value, words)| Meaning::of_words(table, format!("{title} {value}"), words)),
    );
}

/// Names that are read as other words, so that those words become the name.
fn read_otherwise(meaning: &Meaning<'_>, variants: &Variants<'_>, found: &mut Vec<Diagnostic>) {
    let written: FxHashSet<String> = meaning.names.iter().map(|name| name.to_lowercase()).collect();
    for name in meaning.names.iter().map(|name| name.to_lowercase()) {
        let Some((first, variant)) =
            name.split(' ').find_map(|word| Some((word, variants.get(word)?)))
        else {
            continue;
        };
        let words = name.split(' ').map(|word| variants.get(word).map_or(word, |one| one.word));
        let read = words.collect::<Vec<_>>().join(" ");
        if written.contains(&read) {
            continue;
        }
        let name_in = meaning.stands();
        found.push(
            warning(
                "W018",
                variant.file,
                variant.place.clone(),
                format!(
                    "karena `{first}` dibaca `{}`, setiap `{read}` dalam postingan dibaca sebagai {name_in}, yang bernama `{name}`",
                    variant.word
                ),
            )
            .help(format!(
                "hapus varian `{first}` atau nama `{name}`; bila memang itu maksudnya, tambahkan nama `{read}` di registry/{}",
                meaning.table
            )),
        );
    }
}

/// Variants of a name that are words of every day.
fn makes_names(
    meanings: &[Meaning<'_>],
    variants: &Variants<'_>,
    common: &FxHashSet<&str>,
    found: &mut Vec<Diagnostic>,
) {
    let places = meanings.iter().filter(|meaning| meaning.is_of_places);
    let names: FxHashMap<&str, &Meaning<'_>> =
        places.flat_map(|place| place.names.iter().map(move |name| (*name, place))).collect();
    for (written, variant) in variants.iter().filter(|(written, _)| common.contains(*written)) {
        let Some(place) = names.get(variant.word) else { continue };
        found.push(
            warning(
                "W018",
                variant.file,
                variant.place.clone(),
                format!(
                    "`{written}` adalah kata sehari-hari ({COMMON}), tetapi dibaca `{}`, nama {}",
                    variant.word,
                    place.stands()
                ),
            )
            .help(format!(
                "hapus varian `{written}`; bila ia bukan kata sehari-hari, hapus dari {COMMON}"
            )),
        );
    }
}

/// Names that are words of every day, where nothing says when they are not the name.
fn everyday(
    files: &RuleFiles,
    meaning: &Meaning<'_>,
    common: &FxHashSet<&str>,
    found: &mut Vec<Diagnostic>,
) {
    let file = files.registry_file(meaning.table);
    let text = files.text(&file).unwrap_or("");
    for name in meaning.names.iter().filter(|name| common.contains(**name)) {
        if meaning.guards.iter().any(|guard| guard.split(' ').any(|word| word == *name)) {
            continue;
        }
        let start = text.find(&format!("\"{name}\"")).unwrap_or(0);
        let place = start..text.len().min(start + name.len() + 2);
        let guard = if meaning.table == "regions.toml" {
            "beri daerah itu ciri \"everyday\""
        } else {
            "sebutkan di `not` frasa yang bukan negara itu"
        };
        found.push(
            warning(
                "W019",
                &file,
                place,
                format!("`{name}`, nama {}, adalah kata sehari-hari juga ({COMMON})", meaning.title),
            )
            .help(format!(
                "tulis bersama kata lain (\"di {name}\") atau {guard}; bila ia bukan kata sehari-hari, hapus dari {COMMON}"
            )),
        );
    }
}
