//! `waspada rules explain TEKS`: how a text was read, what each rule saw, how the score adds up, and
//! for a named rule why it did not fire. The same code path as production.

use std::io::{Read, Write};

use super::super::{Answer, Failure, unwritable};
use crate::engine::{AdjustmentKind, Condition, Engine, Explanation, RuleId, Why, nearest};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Teks postingan; `-` atau tanpa teks berarti masukan baku
    text: Vec<String>,
    /// Jelaskan mengapa aturan ini menyala atau tidak
    #[arg(long, value_name = "ATURAN")]
    why: Option<String>,
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(explain: &Arguments, engine: &Engine) -> Result<Answer, Failure> {
    let text = text(explain)?;
    let mut scratch = engine.scratch();
    let explanation = engine.explain(&mut scratch, &text);
    let why = match &explain.why {
        Some(name) => Some(why(engine, name, &text)?),
        None => None,
    };
    let mut out = std::io::stdout().lock();
    if explain.json {
        let json = serde_json::json!({ "explanation": explanation, "why": why });
        writeln!(out, "{json}").map_err(unwritable)?;
    } else {
        let shown = match &why {
            Some(why) => show_why(why),
            None => show(&explanation),
        };
        out.write_all(shown.as_bytes()).map_err(unwritable)?;
    }
    Ok(Answer::Done)
}

fn text(explain: &Arguments) -> Result<String, Failure> {
    let written = explain.text.join(" ");
    if !written.is_empty() && written != "-" {
        return Ok(written);
    }
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(1 << 20)
        .read_to_string(&mut text)
        .map_err(|error| Failure::Impossible(format!("masukan baku: {error}")))?;
    Ok(text.trim_end().to_owned())
}

fn why(engine: &Engine, name: &str, text: &str) -> Result<Why, Failure> {
    let mut scratch = engine.scratch();
    engine.why(&mut scratch, &RuleId(name.to_owned()), text).ok_or_else(|| {
        let known = engine.rules().iter().map(|rule| rule.id.0.as_str());
        let hint =
            nearest(name, known).map_or_else(String::new, |near| format!(" Maksud Anda `{near}`?"));
        Failure::Usage(format!("aturan `{name}` tidak ada.{hint}"))
    })
}

fn show(explanation: &Explanation) -> String {
    let Explanation { clear, disguised, verdict, titles, helpers, .. } = explanation;
    let title = |id: &str| {
        titles.iter().find(|(known, _)| known == id).map_or("", |(_, title)| title.as_str())
    };
    let mut lines = vec!["DIBACA".to_owned(), format!("  {}", clear.replace('\n', "\n  "))];
    for word in disguised {
        lines.push(format!("  tersamar: \"{}\" dibaca \"{}\"", word.written, word.read));
    }
    lines.push("FAKTA".to_owned());
    let facts = serde_json::to_value(&verdict.facts).unwrap_or_default();
    match facts.as_object() {
        Some(facts) if !facts.is_empty() => {
            lines.extend(facts.iter().map(|(name, value)| format!("  {name}: {value}")));
        }
        _ => lines.push("  tidak ada".to_owned()),
    }
    lines.push("GERBANG DAN ATURAN BANTU".to_owned());
    for helper in helpers {
        let seen = quoted(&helper.text);
        lines.push(format!("  {} ({}){seen}", helper.rule, helper.title));
    }
    lines.push("POIN".to_owned());
    for hit in &verdict.hits {
        let seen = quoted(&hit.text);
        lines.push(format!("  {:>5}  {} · {}{seen}", hit.points, hit.rule, title(&hit.rule.0)));
    }
    for line in &verdict.adjustments {
        let what = match line.kind {
            AdjustmentKind::Cap => format!("batas keluarga {}", line.by),
            AdjustmentKind::Floor => format!("lantai dari {}", line.by),
            AdjustmentKind::Camouflage => format!("klausul kamuflase dari {}", line.by),
            AdjustmentKind::Clamp => "dibulatkan ke 0–100".to_owned(),
        };
        lines.push(format!("  {:>5}  {what}", line.points));
    }
    let band = verdict.band.map_or("di bawah semua pita", |band| band.as_str());
    let lane = match verdict.lane {
        Some(lane) => format!("diduga, jalur {}", lane.as_str()),
        None => "tidak ditandai".to_owned(),
    };
    lines.push(format!("  {:>5}  SKOR ({band}; {lane})", verdict.score));
    if let Some(severity) = &verdict.severity {
        lines.push(format!("  {:>5}  KEPARAHAN: {}", severity.grade.as_str(), severity.why));
    }
    lines.join("\n") + "\n"
}

fn quoted(texts: &[String]) -> String {
    if texts.is_empty() {
        return String::new();
    }
    format!(": {}", texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", "))
}

fn show_why(why: &Why) -> String {
    let answer = if why.fired { "MENYALA" } else { "TIDAK MENYALA" };
    let points = why.points.map_or_else(|| "aturan bantu".to_owned(), |points| points.to_string());
    let mut text = format!("{} · {} ({points}): {answer}\n", why.rule, why.title);
    for condition in &why.conditions {
        show_condition(condition, 1, &mut text);
    }
    text
}

fn show_condition(condition: &Condition, depth: usize, text: &mut String) {
    let mark = if condition.holds { "ya   " } else { "TIDAK" };
    let indent = "  ".repeat(depth);
    text.push_str(&format!("{indent}{mark} {} — {}\n", condition.what, condition.found));
    for part in &condition.parts {
        show_condition(part, depth + 1, text);
    }
}
