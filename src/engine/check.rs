//! What is suspicious in a rule set that compiles: rules that never fire or always do, phrases that
//! repeat or swallow each other, list entries that are read as nothing, missing tests and legal
//! bases. Warnings only: they never stop a rule set from being loaded.

use std::ops::Range;

use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};

use super::compile::{Entry, ListEntry, Row};
use super::diagnostic::Severity;
use super::phrase::Slot;
use super::{Diagnostic, Rule, Status};
use crate::text::WordId;

/// From this many points on, a rule should name the law it rests on.
const POINTS_THAT_NEED_A_BASIS: i32 = 30;

/// What the compiler saw of a rule set.
pub(super) struct Seen<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) rules: &'a [Rule],
    pub(super) rows: &'a [Row],
    pub(super) lists: &'a [ListEntry],
    /// Names of the lists that phrases or other lists use.
    pub(super) used_lists: &'a FxHashSet<String>,
    /// Patterns that no literal wakes: rule and place.
    pub(super) slow_patterns: &'a [(usize, Range<usize>)],
    /// The day by which rules are expired or not.
    pub(super) today: Option<Date>,
}

/// Everything suspicious, in order of file and place.
pub(super) fn warnings(seen: &Seen<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    rules(seen, &mut found);
    phrases(seen, &mut found);
    lists(seen, &mut found);
    for (rule, span) in seen.slow_patterns {
        found.push(
            warning(
                "W008",
                &seen.entries[*rule].file,
                span.clone(),
                "pola ini tidak punya potongan huruf yang pasti ada: ia dijalankan pada setiap postingan dan lambat".into(),
            )
            .help("beri pola ini satu kata tetap sepanjang 3 huruf atau lebih, atau tulis sebagai frasa"),
        );
    }
    found.sort_by(|left, right| {
        (&left.file, left.span.start, left.code).cmp(&(&right.file, right.span.start, right.code))
    });
    found
}

fn warning(code: &'static str, file: &str, span: Range<usize>, message: String) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, file, span, message) }
}

fn rules(seen: &Seen<'_>, found: &mut Vec<Diagnostic>) {
    let mut asked: FxHashSet<usize> = FxHashSet::default();
    for rule in seen.rules {
        asked.extend(rule.asks(seen.rules));
    }
    for (number, (rule, entry)) in seen.rules.iter().zip(seen.entries).enumerate() {
        let id = &rule.id;
        let at = entry.rule.id.span();
        let mut warn = |code, message: String, help: &str| {
            found.push(warning(code, &entry.file, at.clone(), message).help(help));
        };
        if rule.status == Status::Off {
            continue;
        }
        if let (Some(today), Some(until)) = (seen.today, rule.until)
            && until < today
        {
            warn(
                "W010",
                format!("`{id}` sudah berakhir pada {until}"),
                "perpanjang `until`, atau hapus entri ini",
            );
        }
        if rule.scored && (rule.hit.is_empty() || rule.miss.is_empty()) {
            let lacking = if rule.hit.is_empty() { "hit" } else { "miss" };
            warn(
                "W001",
                format!("aturan `{id}` tidak punya contoh `{lacking}`"),
                "tulis satu kalimat yang harus kena (hit) dan satu yang tidak boleh kena (miss)",
            );
        }
        if rule.points.0 >= POINTS_THAT_NEED_A_BASIS && rule.legal.is_empty() {
            warn(
                "W002",
                format!("aturan `{id}` bernilai {} tanpa dasar hukum", rule.points),
                "tambahkan `legal = [\"…\"]` dengan id dari registry/legal.toml",
            );
        }
        if let Some(other) = rule.requires.iter().find(|other| rule.unless.contains(other)) {
            warn(
                "W009",
                format!(
                    "aturan `{id}` tidak akan pernah menyala: ia mensyaratkan sekaligus mengecualikan `{}`",
                    seen.rules[*other].id
                ),
                "hapus salah satu dari `requires` atau `unless`",
            );
        } else if let Some(other) =
            rule.requires.iter().find(|other| seen.rules[**other].status == Status::Off)
        {
            warn(
                "W009",
                format!(
                    "aturan `{id}` tidak akan pernah menyala: `{}` yang disyaratkannya mati",
                    seen.rules[*other].id
                ),
                "hidupkan aturan itu, atau hapus syaratnya",
            );
        }
        if rule.points.0 > 0
            && rule.requires.is_empty()
            && rule.when.is_none()
            && seen.rows.iter().any(|row| row.rule as usize == number && row.slots.len() == 1)
        {
            warn(
                "W011",
                format!("satu kata saja sudah memberi poin pada aturan `{id}`"),
                "satu kata tidak boleh menandai postingan: tambahkan `requires`, misalnya [\"tawaran\", \"di-luar-negeri\"]",
            );
        }
        if !rule.scored
            && !asked.contains(&number)
            && entry.rule.floor.is_none()
            && entry.rule.hold.is_none()
        {
            warn(
                "W012",
                format!("aturan bantu `{id}` tidak dipakai aturan mana pun"),
                "hapus, atau beri `points`",
            );
        }
    }
}

fn phrases(seen: &Seen<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: FxHashMap<(u32, &[Slot]), Range<usize>> = FxHashMap::default();
    let mut by_rule: FxHashMap<u32, Vec<&Row>> = FxHashMap::default();
    for row in seen.rows {
        by_rule.entry(row.rule).or_default().push(row);
        let file = &seen.entries[row.rule as usize].file;
        match first.get(&(row.rule, row.slots.as_slice())) {
            Some(place) if *place != row.place => found.push(
                warning(
                    "W004",
                    file,
                    row.place.clone(),
                    format!(
                        "frasa ini dibaca sama dengan frasa lain di aturan `{}`",
                        seen.rules[row.rule as usize].id
                    ),
                )
                .help("hapus salah satunya"),
            ),
            Some(_) => {}
            None => {
                first.insert((row.rule, row.slots.as_slice()), row.place.clone());
            }
        }
    }
    for (rule, rows) in by_rule {
        let file = &seen.entries[rule as usize].file;
        let mut reported: FxHashSet<usize> = FxHashSet::default();
        for long in &rows {
            let shadow = rows.iter().find(|short| {
                short.place != long.place
                    && short.slots.len() < long.slots.len()
                    && contains(&long.slots, &short.slots)
            });
            if let Some(short) = shadow
                && rows.iter().filter(|row| row.place == long.place).count() == 1
                && reported.insert(long.place.start)
            {
                found.push(
                    warning(
                        "W005",
                        file,
                        long.place.clone(),
                        format!("frasa ini tidak menambah apa pun: frasa lain yang lebih pendek di aturan `{}` sudah mencakupnya", seen.rules[rule as usize].id),
                    )
                    .help(format!("frasa yang lebih pendek ada di {}", short.line)),
                );
            }
        }
    }
}

/// Whether the slots of `short` stand next to each other in `long`, with the same gaps.
fn contains(long: &[Slot], short: &[Slot]) -> bool {
    long.windows(short.len())
        .any(|window| window[0].accepts == short[0].accepts && window[1..] == short[1..])
}

fn lists(seen: &Seen<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: FxHashMap<(&str, &[WordId]), &ListEntry> = FxHashMap::default();
    let mut named: FxHashSet<&str> = FxHashSet::default();
    for entry in seen.lists {
        if named.insert(&entry.list) && !seen.used_lists.contains(&entry.list) {
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
        if entry.words.is_empty() {
            found.push(
                warning(
                    "W006",
                    &entry.file,
                    entry.place.clone(),
                    "baris ini tidak dibaca sebagai kata apa pun".into(),
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
                .help("hapus salah satunya; ejaan lain sudah disamakan oleh spelling.txt"),
            ),
            None => {
                first.insert((entry.list.as_str(), entry.words.as_slice()), entry);
            }
        }
    }
}
