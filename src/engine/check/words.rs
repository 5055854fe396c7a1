//! Words: phrases and patterns that repeat or swallow each other, and lists with entries that are
//! read as nothing, twice, or by nobody.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Seen, warning};
use crate::engine::Diagnostic;
use crate::engine::compile::Row;
use crate::engine::lists::ListEntry;
use crate::engine::phrase::{Accepts, Slot};
use crate::text::WordId;

pub(super) fn check(seen: &Seen<'_>, found: &mut Vec<Diagnostic>) {
    phrases(seen, found);
    patterns(seen, found);
    lists(seen, found);
    unreachable(seen, found);
}

/// A phrase as written, with all its readings.
struct Phrase<'a> {
    place: Range<usize>,
    line: &'a str,
    readings: Vec<&'a [Slot]>,
}

fn phrases(seen: &Seen<'_>, found: &mut Vec<Diagnostic>) {
    let mut by_rule: FxHashMap<u32, Vec<Phrase<'_>>> = FxHashMap::default();
    for Row { rule, slots, place, line } in seen.rows {
        let phrases = by_rule.entry(*rule).or_default();
        match phrases.last_mut() {
            Some(phrase) if phrase.place == *place => {
                if !phrase.readings.contains(&slots.as_slice()) {
                    phrase.readings.push(slots);
                }
            }
            _ => phrases.push(Phrase { place: place.clone(), line, readings: vec![slots] }),
        }
    }
    for (rule, phrases) in by_rule {
        let file = &seen.entries[rule as usize].file;
        let id = &seen.rules[rule as usize].id;
        let mut times: FxHashMap<&[Slot], usize> = FxHashMap::default();
        for reading in phrases.iter().flat_map(|phrase| &phrase.readings) {
            *times.entry(reading).or_default() += 1;
        }
        let mut first: FxHashMap<Vec<Slot>, usize> = FxHashMap::default();
        for (number, phrase) in phrases.iter().enumerate() {
            for reading in &phrase.readings {
                first.entry(anywhere(reading)).or_insert(number);
            }
        }
        // From the end, so that of two equal phrases the first stays.
        for phrase in phrases.iter().rev() {
            if phrase.readings.iter().all(|reading| times.get(reading).is_some_and(|n| *n > 1)) {
                for reading in &phrase.readings {
                    times.entry(reading).and_modify(|n| *n -= 1);
                }
                found.push(
                    warning(
                        "W004",
                        file,
                        phrase.place.clone(),
                        format!("frasa ini dibaca sama dengan frasa lain di aturan `{id}`"),
                    )
                    .help("hapus salah satunya")
                    .removable(),
                );
            } else if let [only] = phrase.readings[..]
                && let Some(short) = parts(only).filter_map(|part| first.get(&part)).min()
                && let Some(short) = phrases.get(*short)
            {
                found.push(
                    warning(
                        "W005",
                        file,
                        phrase.place.clone(),
                        format!("frasa ini tidak menambah apa pun: frasa lain yang lebih pendek di aturan `{id}` sudah mencakupnya"),
                    )
                    .help(format!("frasa yang lebih pendek ada di {}", short.line)),
                );
            }
        }
    }
}

/// The slots without what stands before the first: as they are found within other slots.
fn anywhere(slots: &[Slot]) -> Vec<Slot> {
    let mut slots = slots.to_vec();
    if let Some(first) = slots.first_mut() {
        first.gap = 0;
    }
    slots
}

/// Every stretch of neighbours among the slots but the whole.
fn parts(slots: &[Slot]) -> impl Iterator<Item = Vec<Slot>> + '_ {
    (1..slots.len()).flat_map(|len| slots.windows(len)).map(anywhere)
}

fn patterns(seen: &Seen<'_>, found: &mut Vec<Diagnostic>) {
    for (rule, span) in seen.slow_patterns {
        found.push(
            warning(
                "W008",
                &seen.entries[*rule].file,
                span.clone(),
                "pola ini tidak punya potongan huruf yang pasti ada: ia dijalankan pada setiap postingan dan lambat",
            )
            .help("beri pola ini satu kata tetap sepanjang 3 huruf atau lebih, atau tulis sebagai frasa"),
        );
    }
    for entry in seen.entries {
        let mut first: FxHashSet<&str> = FxHashSet::default();
        for pattern in &entry.rule.patterns {
            if !first.insert(pattern.get_ref()) {
                let message = format!("pola ini sudah ada di aturan `{}`", entry.rule.id.get_ref());
                found.push(
                    warning("W004", &entry.file, pattern.span(), message)
                        .help("hapus salah satunya")
                        .removable(),
                );
            }
        }
    }
}

fn lists(seen: &Seen<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: FxHashMap<(&str, &[WordId]), &ListEntry> = FxHashMap::default();
    let mut named: FxHashSet<&str> = FxHashSet::default();
    for entry in &seen.lists.lines {
        if named.insert(&entry.list) && !seen.used_lists.contains(entry.list.as_str()) {
            found.push(
                warning(
                    "W013",
                    &entry.file,
                    entry.place.clone(),
                    format!("daftar `{}` tidak dipakai frasa mana pun", entry.list),
                )
                .help(format!(
                    "pakai sebagai {{{}}} dalam sebuah frasa, atau hapus berkasnya",
                    entry.list
                )),
            );
        }
        if entry.removes {
            let known = |other: &&ListEntry| {
                !other.removes && other.list == entry.list && other.words == entry.words
            };
            if seen.lists.lines.iter().find(known).is_none() {
                found.push(
                    warning(
                        "W016",
                        &entry.file,
                        entry.place.clone(),
                        format!("`{}` tidak ada di daftar `{}`", entry.text, entry.list),
                    )
                    .help(
                        "baris `- kata` mengeluarkan kata dari daftar; hapus bila tidak perlu lagi",
                    ),
                );
            }
            continue;
        }
        if entry.words.is_empty() {
            found.push(
                warning(
                    "W006",
                    &entry.file,
                    entry.place.clone(),
                    "baris ini tidak dibaca sebagai kata apa pun",
                )
                .help("tanda baca saja tidak dapat dicocokkan; tulis kata"),
            );
            continue;
        }
        match first.get(&(entry.list.as_str(), entry.words.as_slice())) {
            Some(other) => found.push(
                warning(
                    "W007",
                    &entry.file,
                    entry.place.clone(),
                    format!("`{}` dibaca sama dengan `{}` di daftar ini", entry.text, other.text),
                )
                .help("hapus salah satunya; ejaan lain sudah disamakan oleh spelling.txt")
                .removable(),
            ),
            None => {
                first.insert((entry.list.as_str(), entry.words.as_slice()), entry);
            }
        }
    }
    for (list, _) in seen.lists.entries.iter().filter(|(_, entries)| entries.is_empty()) {
        let phrases = seen
            .entries
            .iter()
            .flat_map(|entry| entry.rule.phrases.iter().map(move |phrase| (&entry.file, phrase)));
        let name = format!("{{{list}}}");
        for (file, phrase) in phrases.filter(|(_, phrase)| phrase.get_ref().contains(&name)) {
            found.push(
                warning(
                    "W014",
                    file,
                    phrase.span(),
                    format!("frasa ini tidak akan pernah cocok: daftar `{list}` kosong"),
                )
                .help(format!("isi lists/{list}.txt, satu kata atau frasa sebaris")),
            );
        }
    }
}

/// Words that, written in a post, are read as other words: joined letters, undone disguise.
fn unreachable(seen: &Seen<'_>, found: &mut Vec<Diagnostic>) {
    let mut check = |file: &str, place: &Range<usize>, text: &str, words: &[WordId]| {
        let (read, shown) = (seen.reading)(text);
        if words.is_empty() || read.windows(words.len()).any(|window| window == words) {
            return;
        }
        let message =
            format!("`{text}` tidak akan pernah cocok: dalam postingan ia dibaca `{shown}`");
        found.push(
            warning("W017", file, place.clone(), message)
                .help(format!("tulis `{shown}`, atau hapus entri ini")),
        );
    };
    for entry in seen.lists.lines.iter().filter(|entry| !entry.removes) {
        check(&entry.file, &entry.place, &entry.text, &entry.words);
    }
    let mut found_numbers = Vec::new();
    let rows = seen.rows.iter().map(|row| ((row.rule, row.place.start), row));
    let rows: FxHashMap<(u32, usize), &Row> = rows.collect();
    for (rule, entry) in seen.entries.iter().enumerate() {
        let signs = ['{', '(', '<', '…', '~'];
        for phrase in &entry.rule.phrases {
            if let Some(number) = number_in(phrase.get_ref()) {
                let message = format!(
                    "angka `{number}` dalam frasa tidak akan pernah cocok: setiap angka dibaca `<angka>`"
                );
                found_numbers.push(warning("W017", &entry.file, phrase.span(), message).help(
                    format!(
                        "tulis <angka>, atau pakai pola, misalnya patterns = ['\\b{number}\\b']"
                    ),
                ));
                continue;
            }
            if phrase.get_ref().contains(signs) {
                continue;
            }
            let key = (u32::try_from(rule).unwrap_or(u32::MAX), phrase.span().start);
            let words: Option<Vec<WordId>> = rows.get(&key).and_then(|row| {
                let words = row.slots.iter().map(|slot| match slot.accepts {
                    Accepts::Word(word) => Some(word),
                    Accepts::Class(_) => None,
                });
                words.collect()
            });
            if let Some(words) = words {
                check(&entry.file, &phrase.span(), phrase.get_ref(), &words);
            }
        }
    }
    found.append(&mut found_numbers);
}

/// A number that a phrase names as a word; the width of a gap is none.
fn number_in(phrase: &str) -> Option<&str> {
    let sign = |letter: char| !letter.is_alphanumeric() && !matches!(letter, '…' | '~' | '-');
    let is_number =
        |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    phrase.split(sign).find(is_number)
}
