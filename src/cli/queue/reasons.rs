//! Why a post is suspected: each hit with its title and legal basis, the caps and floors, and the
//! sum, which is the score. Titles and laws are those of the rule set in force.

use std::fmt::Write as _;

use serde::Serialize;

use super::marks::{AGAINST, FAINT, HEADING, style_of, styled};
use super::{harmless_line, typed};
use crate::engine::{
    AdjustmentKind, Band, Engine, Hit, READER_RULE, READER_TITLE, Rule, RuleId, Verdict,
};
use crate::registry::{Checked, LegalBasis};

/// The rule set in force beside a verdict that may be older.
pub(in crate::cli) struct Reasons<'a> {
    verdict: &'a Verdict,
    /// `None` when the rule files cannot be used: then ids must do.
    engine: Option<&'a Engine>,
}

/// A hit's rule as the rule set in force has it.
#[derive(Serialize)]
pub(super) struct KnownRule<'a> {
    rule: &'a str,
    title: &'a str,
    legal: Vec<KnownBasis<'a>>,
}

#[derive(Serialize)]
struct KnownBasis<'a> {
    id: &'a str,
    title: &'a str,
    says: &'a str,
}

impl<'a> Reasons<'a> {
    pub(in crate::cli) fn new(verdict: &'a Verdict, engine: Option<&'a Engine>) -> Self {
        Self { verdict, engine }
    }

    /// The rules of the hits that the rule set in force knows.
    pub(super) fn known(&self) -> Vec<KnownRule<'a>> {
        let known = self.verdict.hits.iter().filter_map(|hit| self.rule(hit));
        known
            .map(|rule| KnownRule {
                rule: &rule.id.0,
                title: &rule.title,
                legal: self
                    .bases(rule)
                    .map(|LegalBasis { id, title, says, .. }| KnownBasis { id, title, says })
                    .collect(),
            })
            .collect()
    }

    /// The hit's rule, by its name or by one it had before.
    fn rule(&self, hit: &Hit) -> Option<&'a Rule> {
        self.engine?.rule_once_named(&hit.rule)
    }

    fn bases(&self, rule: &'a Rule) -> impl Iterator<Item = &'a LegalBasis> {
        let registry = self.engine.map(Engine::registry);
        rule.legal.iter().filter_map(move |id| registry?.legal_basis(id))
    }

    /// The reasons, then what the laws named in them say.
    pub(in crate::cli) fn text(&self, arguments: &super::super::Arguments) -> String {
        let heading = if self.verdict.flagged { "ALASAN DIDUGA" } else { "YANG DILIHAT ATURAN" };
        let mut text = styled(HEADING, heading) + "\n";
        let mut laws: Vec<&LegalBasis> = Vec::new();
        for (index, hit) in self.verdict.hits.iter().enumerate() {
            self.hit(index + 1, hit, &mut text);
            let Some(rule) = self.rule(hit) else { continue };
            for basis in self.bases(rule) {
                if !laws.iter().any(|known| known.id == basis.id) {
                    laws.push(basis);
                }
            }
        }
        self.sum(&mut text);
        if let Some(engine) = self.engine
            && engine.version() != self.verdict.ruleset
        {
            let note = format!(
                "  Dinilai dengan aturan versi {}; judul dan dasar hukum dari versi {} yang berlaku kini.\n",
                self.verdict.ruleset,
                engine.version()
            );
            text.push_str(&styled(FAINT, &note));
        }
        if self.engine.is_none() {
            let check = typed(arguments, "rules check");
            let note =
                format!("  Judul dan dasar hukum tidak ada: aturan rusak; lihat `{check}`.\n");
            text.push_str(&styled(FAINT, &note));
        }
        if !laws.is_empty() {
            let _ = writeln!(
                text,
                "\n{}",
                styled(HEADING, "DASAR HUKUM (terkait dugaan, bukan putusan)")
            );
        }
        for basis in laws {
            let unchecked = match basis.checked {
                Checked::Naskah | Checked::Sumber => "",
                Checked::Ingatan => " (belum dicek ke naskah: jangan dikutip dalam surat)",
            };
            let _ = writeln!(text, "  {}: {}{unchecked}", basis.title, basis.says);
        }
        text
    }

    fn hit(&self, number: usize, hit: &Hit, text: &mut String) {
        let mark = format!("[{number}]");
        let points = styled(style_of(hit.points.0), &format!("{:>5}", hit.points));
        let rule = self.rule(hit);
        let title = match rule {
            Some(rule) => rule.title.as_str(),
            None if hit.rule.0 == READER_RULE => READER_TITLE,
            None if self.engine.is_none() => "",
            None => "(aturan ini tidak ada lagi)",
        };
        let id = styled(FAINT, &format!("{}/{}", hit.family, hit.rule));
        let _ = writeln!(text, "{mark:>5} {points}  {title}  {id}");
        let mut seen: Vec<String> = Vec::new();
        for words in hit.text.iter().map(|words| harmless_line(words)) {
            if !seen.contains(&words) {
                seen.push(words);
            }
        }
        if seen.is_empty() {
            let _ = writeln!(text, "{:13}dari postingan sebagai keseluruhan", "");
        } else {
            let _ = writeln!(text, "{:13}“{}”", "", seen.join("”, “"));
        }
        if let Some(rule) = rule {
            let titles: Vec<&str> = self.bases(rule).map(|basis| basis.title.as_str()).collect();
            if !titles.is_empty() {
                let _ = writeln!(text, "{:13}{}", "", titles.join("; "));
            }
        }
    }

    fn named_rule(&self, id: &str) -> String {
        let rule = self.engine.and_then(|engine| engine.rule(&RuleId(id.to_owned())));
        named(id, rule.map(|rule| rule.title.as_str()))
    }

    fn named_family(&self, id: &str) -> String {
        let title = self.engine.and_then(|engine| {
            let mut families = engine.rules().iter().map(|rule| engine.family(rule));
            families.find(|family| family.id.0 == id).map(|family| family.title.as_str())
        });
        named(id, title)
    }

    /// Caps, floors and the clamp, and what all lines add up to.
    fn sum(&self, text: &mut String) {
        let adjustments = &self.verdict.adjustments;
        for line in adjustments {
            let what = match line.kind {
                AdjustmentKind::Cap => format!("batas keluarga: {}", self.named_family(&line.by)),
                AdjustmentKind::Floor => format!("lantai dari: {}", self.named_rule(&line.by)),
                AdjustmentKind::Camouflage => {
                    format!("klausul kamuflase dari: {}", self.named_rule(&line.by))
                }
                AdjustmentKind::Clamp => "dibulatkan ke 0–100".to_owned(),
            };
            let points = styled(style_of(line.points.0), &format!("{:>5}", line.points));
            let _ = writeln!(text, "{:5} {points}  {what}", "");
        }
        let hits: i32 = self.verdict.hits.iter().map(|hit| hit.points.0).sum();
        let sum = hits + adjustments.iter().map(|line| line.points.0).sum::<i32>();
        let band = self.verdict.band.map_or("di bawah semua pita", Band::as_str);
        let _ = writeln!(text, "{:5} {}", "", styled(FAINT, "─────"));
        let _ = writeln!(text, "{:5} {}  SKOR ({band})", "", styled(AGAINST, &format!("{sum:>5}")));
    }
}

/// A title where one is known, and the id.
fn named(id: &str, title: Option<&str>) -> String {
    let faint = styled(FAINT, id);
    title.map_or(faint.clone(), |title| format!("{title}  {faint}"))
}
