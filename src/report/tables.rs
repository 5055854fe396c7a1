//! A measurement as tables for a terminal, in Indonesian.

use std::fmt::Write as _;

use comfy_table::{Table, presets};

use super::crossing::Crossing;
use super::evaluation::{AtThreshold, Evaluation, Figures, Group, Measure, Mistake};
use super::share::Share;
use crate::engine::{Lane, Trained};

/// Rules shown: those that fire most.
const MOST_RULES: usize = 60;

/// The whole measurement.
pub fn tables(evaluation: &Evaluation) -> String {
    let mut text = String::new();
    section(&mut text, &headline(evaluation), &figures(&evaluation.figures));
    if let Some(alone) = &evaluation.rules_alone {
        section(&mut text, "ATURAN SAJA", &figures(alone));
    }
    section(&mut text, "JALUR", &confusion(&evaluation.figures));
    section(&mut text, "SETIAP AMBANG", &thresholds(&evaluation.thresholds));
    section(&mut text, "PER BERKAS", &groups(&evaluation.files));
    if !evaluation.difficulties.is_empty() {
        section(&mut text, "PER TINGKAT KESULITAN", &groups(&evaluation.difficulties));
    }
    section(&mut text, "PER JENIS", &groups(&evaluation.kinds));
    section(&mut text, "PER ATURAN (menyala pada)", &rules(evaluation));
    if !evaluation.mistakes.is_empty() {
        text.push_str("KESALAHAN TERBERAT\n");
        evaluation.mistakes.iter().for_each(|one| mistake(one, &mut text));
    }
    text
}

/// A cross-validation: rules alone and with the second reader, side by side.
pub fn crossing_tables(crossing: &Crossing) -> String {
    let mut text = String::new();
    let mut files = table(&[
        "tidak dipelajari",
        "postingan",
        "serupa",
        "",
        "offer P",
        "R",
        "F1",
        "victim P",
        "R",
        "F1",
        "korban→offer",
        "pass→victim",
    ]);
    let mut row = |name: &str, posts: &str, alike: &str, by: &str, figures: &Figures| {
        let Figures { offer, victim, .. } = figures;
        files.add_row([
            name.to_owned(),
            posts.to_owned(),
            alike.to_owned(),
            by.to_owned(),
            percent(offer.precision.value),
            percent(offer.recall.value),
            percent(offer.f1),
            percent(victim.precision.value),
            percent(victim.recall.value),
            percent(victim.f1),
            percent(figures.victim_as_offer.value),
            percent(figures.pass_as_victim.value),
        ]);
    };
    for file in &crossing.files {
        let posts = file.posts.to_string();
        row(&file.file, &posts, &file.alike.to_string(), "aturan", &file.rules);
        row("", "", "", "+ pembaca", &file.with_reader);
    }
    row("semua", "", "", "aturan", &crossing.rules);
    row("", "", "", "+ pembaca", &crossing.with_reader);
    section(&mut text, "UJI SILANG: penulis yang belum pernah dipelajari", &files);
    if let (Some(alone), Some(heard)) = (crossing.innocents_rules, crossing.innocents_with_reader) {
        let _ = writeln!(
            text,
            "Postingan nyata ditandai (offer/victim dari {}): aturan {}/{}, + pembaca {}/{}\n",
            alone.posts, alone.offer, alone.victim, heard.offer, heard.victim
        );
    }
    section(&mut text, "SETIAP AMBANG, + PEMBACA", &thresholds(&crossing.thresholds));
    text
}

fn section(text: &mut String, title: &str, table: &Table) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{title}\n{table}\n");
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.to_vec());
    table
}

fn headline(evaluation: &Evaluation) -> String {
    let posts: Vec<String> =
        evaluation.posts.iter().map(|(label, count)| format!("{count} {label}")).collect();
    let mut line = format!(
        "Aturan {}, ditandai mulai skor {}: {}",
        evaluation.ruleset,
        evaluation.flag,
        posts.join(", ")
    );
    line.push_str(&reader_line(evaluation.reader));
    if let Some(real) = evaluation.innocents {
        let _ = write!(
            line,
            "\nPostingan nyata: {} dari {} ditandai offer, {} ditandai victim",
            real.offer, real.posts, real.victim
        );
    }
    line
}

/// What the second reader learned from, or that there is none.
pub(super) fn reader_line(reader: Option<Trained>) -> String {
    match reader {
        Some(Trained { offers, victims, passes, innocents }) => format!(
            "\nPembaca kedua: belajar dari {offers} tawaran, {victims} permintaan tolong, {passes} tak bersalah, {innocents} postingan nyata"
        ),
        None => "\nPembaca kedua: tidak ada (model/pembaca.bin); aturan saja".to_owned(),
    }
}

/// A ratio as a percentage; `–` of nothing.
pub(super) fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{:.1}", value * 100.0))
}

fn with_interval(share: Share) -> String {
    format!(
        "{} ({:.1}–{:.1}) {}/{}",
        percent(share.value),
        share.low * 100.0,
        share.high * 100.0,
        share.count,
        share.of
    )
}

fn figures(figures: &Figures) -> Table {
    let mut table = table(&["jalur", "presisi (95 %)", "daya tangkap (95 %)", "F1"]);
    for (name, Measure { precision, recall, f1 }) in
        [("offer", figures.offer), ("victim", figures.victim), ("salah satu", figures.any)]
    {
        table.add_row([
            name.to_owned(),
            with_interval(precision),
            with_interval(recall),
            percent(f1),
        ]);
    }
    table
}

fn confusion(figures: &Figures) -> Table {
    let mut table = table(&["tertukar", "bagian (95 %)"]);
    for (name, share) in [
        ("korban di jalur offer", figures.victim_as_offer),
        ("tawaran di jalur victim", figures.offer_as_victim),
        ("tak bersalah di jalur offer", figures.pass_as_offer),
        ("tak bersalah di jalur victim", figures.pass_as_victim),
    ] {
        table.add_row([name.to_owned(), with_interval(share)]);
    }
    table
}

/// The head of the table of thresholds.
pub(super) const THRESHOLDS: [&str; 12] = [
    "mulai",
    "",
    "offer P",
    "R",
    "F1",
    "victim P",
    "R",
    "F1",
    "korban→offer",
    "pass→offer",
    "pass→victim",
    "nyata o/v",
];

/// A row of that table.
pub(super) fn threshold_row(at: &AtThreshold) -> [String; 12] {
    let Figures { offer, victim, victim_as_offer, pass_as_offer, pass_as_victim, .. } = at.figures;
    [
        at.threshold.to_string(),
        at.name.unwrap_or_default().to_owned(),
        percent(offer.precision.value),
        percent(offer.recall.value),
        percent(offer.f1),
        percent(victim.precision.value),
        percent(victim.recall.value),
        percent(victim.f1),
        victim_as_offer.count.to_string(),
        pass_as_offer.count.to_string(),
        pass_as_victim.count.to_string(),
        at.innocents.map_or_else(String::new, |real| format!("{}/{}", real.offer, real.victim)),
    ]
}

fn thresholds(thresholds: &[AtThreshold]) -> Table {
    let mut table = table(&THRESHOLDS);
    for at in thresholds {
        table.add_row(threshold_row(at));
    }
    table
}

fn groups(groups: &[Group]) -> Table {
    let mut table = table(&["", "label", "postingan", "benar", "offer P", "R", "victim P", "R"]);
    for group in groups {
        let Figures { offer, victim, .. } = group.figures;
        table.add_row([
            group.name.clone(),
            group.label.map_or("campuran", |label| label.as_str()).to_owned(),
            group.posts.to_string(),
            percent(group.right.value),
            percent(offer.precision.value),
            percent(offer.recall.value),
            percent(victim.precision.value),
            percent(victim.recall.value),
        ]);
    }
    table
}

fn rules(evaluation: &Evaluation) -> Table {
    let mut table = table(&["aturan", "poin", "offer", "victim", "pass"]);
    let fired = |rule: &&super::evaluation::RuleCount| rule.offer + rule.victim + rule.pass > 0;
    for rule in evaluation.rules.iter().filter(fired).take(MOST_RULES) {
        table.add_row([
            rule.rule.clone(),
            rule.points.map_or_else(|| "bantu".to_owned(), |points| points.to_string()),
            rule.offer.to_string(),
            rule.victim.to_string(),
            rule.pass.to_string(),
        ]);
    }
    table
}

/// What a post was, what it was taken for, and why.
fn mistake(one: &Mistake, text: &mut String) {
    let _ = writeln!(
        text,
        "{} · {} {} → {} · skor offer {} victim {}{}{}",
        one.id,
        one.label.as_str(),
        one.kind.as_deref().unwrap_or(""),
        one.lane.map_or("tidak ditandai", Lane::as_str),
        one.offer,
        one.victim,
        one.pair.as_ref().map_or_else(String::new, |pair| format!(" · pasangan {pair}")),
        one.note.as_ref().map_or_else(String::new, |note| format!(" · {note}")),
    );
    let _ = writeln!(text, "  {}", one.text.replace('\n', " ⏎ "));
    for hit in &one.hits {
        let quoted: Vec<String> = hit.text.iter().map(|part| format!("\"{part}\"")).collect();
        let _ = writeln!(text, "  {:>5}  {}: {}", hit.points, hit.rule, quoted.join(", "));
    }
    for line in &one.adjustments {
        let _ = writeln!(text, "  {:>5}  ({})", line.points, line.by);
    }
}
