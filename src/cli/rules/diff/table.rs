//! The comparison of two rule sets as a person reads it.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::engine::{Band, Lane};
use crate::report::diff::{Change, Kind, Side, Tally};

/// Changes shown of each kind; all of them are in the JSON.
const MOST: usize = 30;
/// Days shown, the latest; all of them are in the JSON.
const DAYS: usize = 14;

/// The first changes of each kind.
#[derive(Default)]
pub(super) struct Shown(BTreeMap<Kind, Vec<Change>>);

impl Shown {
    pub(super) fn keep(&mut self, change: Change) {
        let changes = self.0.entry(change.kind).or_default();
        if changes.len() < MOST {
            changes.push(change);
        }
    }
}

pub(super) fn text(shown: &Shown, tally: &Tally) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = changes(shown, tally, &mut text);
    let _ = queue(tally, &mut text);
    let _ = rules(tally, &mut text);
    let _ = labels(tally, &mut text);
    text
}

fn changes(shown: &Shown, tally: &Tally, text: &mut String) -> std::fmt::Result {
    for (kind, title) in [
        (Kind::Gained, "BARU TERTANGKAP"),
        (Kind::Lost, "HILANG DARI ANTREAN"),
        (Kind::Lane, "PINDAH JALUR"),
        (Kind::Band, "PINDAH PITA"),
    ] {
        let count = tally.changes.get(&kind).copied().unwrap_or(0);
        writeln!(text, "{title}: {count}")?;
        let changes = shown.0.get(&kind).map_or(&[][..], Vec::as_slice);
        for change in changes {
            let label = change.label.map_or_else(String::new, |label| format!(" · label {label}"));
            let (before, after) = (side(change.before), side(change.after));
            writeln!(text, "  {}: {before} → {after}{label}\n      {}", change.id, change.excerpt)?;
            for rule in &change.rules {
                let points = match rule.points {
                    [None, Some(after)] => format!("{after:+} baru"),
                    [Some(before), None] => format!("{before:+} hilang"),
                    [before, after] => {
                        format!("{:+} → {:+}", before.unwrap_or(0), after.unwrap_or(0))
                    }
                };
                let words: Vec<String> = rule.text.iter().map(|it| format!("\"{it}\"")).collect();
                let seen = if words.is_empty() { "" } else { ": " };
                writeln!(text, "      {points}  {}{seen}{}", rule.rule, words.join(", "))?;
            }
        }
        let left = count.saturating_sub(u64::try_from(changes.len()).unwrap_or(u64::MAX));
        if left > 0 {
            writeln!(text, "  … dan {left} lagi; semuanya dengan --json")?;
        }
    }
    Ok(())
}

fn side(side: Side) -> String {
    let lane = side.lane.map_or("tidak ditandai", Lane::as_str);
    let band = side.band.map_or_else(String::new, |band| format!(" {}", band.as_str()));
    format!("{}{band} ({lane})", side.score)
}

fn queue(tally: &Tally, text: &mut String) -> std::fmt::Result {
    writeln!(text, "\nANTREAN ANALIS, dari {} postingan", tally.posts)?;
    for lane in [Lane::Offer, Lane::Victim] {
        let pair = tally.flagged.get(&lane).copied().unwrap_or_default();
        writeln!(text, "  {:<10}{}", lane.as_str(), moved(pair))?;
    }
    for band in [Band::Tinggi, Band::Sedang, Band::Rendah] {
        if let Some(pair) = tally.bands.get(&band) {
            writeln!(text, "  {:<10}{}", band.as_str(), moved(*pair))?;
        }
    }
    writeln!(text, "  {:<10}{}", "semua", moved(tally.all_flagged()))?;
    let days = u64::try_from(tally.days.len()).unwrap_or(u64::MAX);
    if days > 0 {
        let [before, after] =
            [0, 1].map(|side| tenths(tally.days.values().map(|pair| pair[side]).sum(), days));
        let most = tally.days.iter().max_by_key(|(_, pair)| pair[1]);
        let most = most.map_or_else(String::new, |(day, [before, after])| {
            format!("; terbanyak {day}: {before} → {after}")
        });
        writeln!(text, "  {:<10}{before} → {after}, selama {days} hari{most}", "per hari")?;
        for (day, pair) in tally.days.iter().rev().take(DAYS) {
            writeln!(text, "    {day}  {}", moved(*pair))?;
        }
        if tally.days.len() > DAYS {
            writeln!(
                text,
                "    … dan {} hari lagi; semuanya dengan --json",
                tally.days.len() - DAYS
            )?;
        }
    }
    Ok(())
}

/// A quotient to one decimal, as Indonesians write it.
fn tenths(count: u64, of: u64) -> String {
    let tenths = (count * 10 + of / 2) / of;
    format!("{},{}", tenths / 10, tenths % 10)
}

fn moved([before, after]: [u64; 2]) -> String {
    let (sign, by) = if after < before { ("−", before - after) } else { ("+", after - before) };
    if by == 0 { format!("{before}, tetap") } else { format!("{before} → {after} ({sign}{by})") }
}

fn rules(tally: &Tally, text: &mut String) -> std::fmt::Result {
    let mut changed: Vec<_> =
        tally.rules.iter().filter(|(_, [before, after])| before != after).collect();
    changed.sort_by_key(|(_, [before, after])| std::cmp::Reverse(before.abs_diff(*after)));
    writeln!(text, "\nATURAN YANG MENYALA LEBIH ATAU KURANG SERING: {}", changed.len())?;
    for (rule, pair) in changed {
        writeln!(text, "  {:<32} {}", rule.0, moved(*pair))?;
    }
    Ok(())
}

fn labels(tally: &Tally, text: &mut String) -> std::fmt::Result {
    if tally.labelled == 0 {
        return Ok(());
    }
    writeln!(text, "\nDIBANDINGKAN DENGAN {} LABEL", tally.labelled)?;
    let percent = |share: Option<f64>| {
        share.map_or_else(
            || "–".to_owned(),
            |share| format!("{:.1}%", share * 100.0).replace('.', ","),
        )
    };
    for (lane, [before, after]) in &tally.answers {
        writeln!(
            text,
            "  {:<10}presisi {} → {}, daya tangkap {} → {}, salah alarm {} → {}, terlewat {} → {}",
            lane.as_str(),
            percent(before.precision()),
            percent(after.precision()),
            percent(before.recall()),
            percent(after.recall()),
            before.false_alarms,
            after.false_alarms,
            before.missed,
            after.missed,
        )?;
    }
    Ok(())
}
