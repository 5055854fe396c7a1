//! The first text of a proposal's rule file, for whoever tends the rules to go on from: an exception
//! for a wrong word, a rule beside the one meant for a missing phrase. Examples are put in only where
//! they hold.

use jiff::ToSpan as _;
use jiff::civil::Date;
use toml_edit::{DocumentMut, Table, Value};

use super::edit::{self, Edit};
use super::example::examples;
use crate::engine::{Engine, Rule, RuleFiles, RuleId, Thresholds, format};
use crate::store::{Proposal, ProposalKind};
use crate::text::Span;

/// Gates that a rule without an example to follow asks for, where the rule set has them.
const GATES: [&str; 2] = ["tawaran", "luar-negeri"];
/// What such a rule is worth.
const POINTS: i32 = 10;

/// What a draft is made from.
pub(super) struct Ground<'a> {
    pub(super) proposal: &'a Proposal,
    pub(super) files: &'a RuleFiles,
    pub(super) engine: &'a Engine,
    pub(super) thresholds: Thresholds,
    /// Who will own the rule.
    pub(super) owner: &'a str,
    pub(super) today: Date,
    /// The item's text, contacts masked, and where they stand; none when the post is gone.
    pub(super) text: Option<(&'a str, &'a [Span])>,
}

pub(super) fn draft(ground: &Ground<'_>) -> Edit {
    let slug = edit::slug(&ground.proposal.words, ground.proposal.id);
    let bare = ground.written(&slug, None);
    let texts = ground
        .text
        .map_or_else(Vec::new, |(text, personal)| examples(text, personal, &ground.proposal.words));
    let holding = texts.into_iter().find_map(|text| {
        let edit = Edit { slug: slug.clone(), text: ground.written(&slug, Some(&text)) };
        ground.holds(&edit, &text).then_some(edit.text)
    });
    let edit = Edit { slug, text: holding.unwrap_or(bare) };
    // Laid out as `rules fmt` would; what that cannot read is for `rules check` to tell.
    let text = format(&edit.name(), &edit.text).unwrap_or(edit.text);
    Edit { text, ..edit }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Words as a phrase: signs of the rule language lose their meaning.
fn phrase(words: &str) -> String {
    let plain = words.replace(['{', '}', '(', ')', '<', '>', '~', '|', '"'], " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Ground<'_> {
    fn rule(&self) -> Option<&Rule> {
        let id = RuleId(self.proposal.rule.clone()?);
        self.engine.rule_once_named(&id)
    }

    fn written(&self, slug: &str, example: Option<&str>) -> String {
        match (self.proposal.kind, self.rule()) {
            (ProposalKind::WrongWord, Some(rule)) => self.exception(rule, example),
            // A rule that serves others is asked for by its name: another one beside it would be of
            // no use to them. One without phrases would ask for this one on top of all else.
            (ProposalKind::MissingPhrase, Some(rule)) if !rule.scored => {
                self.longer(rule, example).unwrap_or_else(|| self.beside(slug, Some(rule), example))
            }
            (_, rule) => self.beside(slug, rule, example),
        }
    }

    fn exception(&self, rule: &Rule, example: Option<&str>) -> String {
        let until = self.today.checked_add(1.year()).unwrap_or(self.today);
        let reason = match self.proposal.note.as_str() {
            "" => format!("Usulan {}", self.proposal.id),
            note => note.to_owned(),
        };
        let mut text = format!(
            "# Aturan ini tidak menyala pada postingan yang memuat frasa di bawah. Persempit dengan kata\n\
             # di sekitarnya bila frasa itu juga dipakai perekrut.\n\
             [[exception]]\nrule = {}\nphrases = [{}]\nowner = {}\nreason = {}\nuntil = \"{until}\"\n",
            quoted(&rule.id.0),
            quoted(&phrase(&self.proposal.words)),
            quoted(self.owner),
            quoted(&reason),
        );
        if let Some(example) = example {
            text += &format!("miss = [{}]\n", quoted(example));
        }
        text
    }

    /// The family a new rule belongs to: of the rule, or the one named.
    fn head(&self, rule: Option<&Rule>) -> String {
        let named = self.proposal.family.as_deref();
        let family = rule.map(|rule| self.engine.family(rule)).or_else(|| {
            let mut families = self.engine.rules().iter().map(|rule| self.engine.family(rule));
            families.find(|family| Some(family.id.0.as_str()) == named)
        });
        let (id, title) = family.map_or(("usulan", "Usulan dari konsol"), |family| {
            (family.id.0.as_str(), family.title.as_str())
        });
        format!("[family]\nid = {}\ntitle = {}\n", quoted(id), quoted(title))
    }

    /// A new rule of the same family that asks for what the one meant asks for.
    fn beside(&self, slug: &str, rule: Option<&Rule>, example: Option<&str>) -> String {
        let phrase = phrase(&self.proposal.words);
        let mut text = format!(
            "{}\n[[rule]]\nid = {}\ntitle = {}\npoints = {}\n",
            self.head(rule),
            quoted(slug),
            quoted(&format!("Menyebut \"{phrase}\"").replace('"', "'")),
            rule.filter(|rule| rule.scored).map_or(POINTS, |rule| rule.points.0),
        );
        let model = rule.and_then(|rule| self.table(rule));
        let mut asks = false;
        if let Some(helper) = rule.filter(|rule| !rule.scored) {
            asks = true;
            text += &format!("requires = [{}]\n", quoted(&helper.id.0));
        }
        let model = model.filter(|_| !asks);
        for key in ["requires", "unless", "when", "legal"] {
            if let Some(value) = model.as_ref().and_then(|table| table.get(key)?.as_value()) {
                text += &format!("{key} = {}\n", value.to_string().trim());
                asks |= key == "requires";
            }
        }
        if rule.is_none() {
            let rules = self.engine.rules();
            let known = GATES.iter().filter(|gate| rules.iter().any(|rule| rule.id.0 == **gate));
            let gates: Vec<String> = known.map(|gate| quoted(gate)).collect();
            asks = !gates.is_empty();
            if asks {
                text += &format!("requires = [{}]\n", gates.join(", "));
            }
        }
        text += &format!("phrases = [{}]\nowner = {}\n", quoted(&phrase), quoted(self.owner));
        if let Some(example) = example {
            text += &format!("hit = [{}]\n", quoted(example));
            // The words alone are no offer.
            if asks {
                text += &format!("miss = [{}]\n", quoted(&phrase));
            }
        }
        text
    }

    /// The rule itself with the phrase among its own; it takes the place of the one it was.
    fn longer(&self, rule: &Rule, example: Option<&str>) -> Option<String> {
        let mut table = self.table(rule)?;
        table.get("phrases").or(table.get("patterns"))?;
        let mut push = |key: &str, text: &str| {
            let array =
                table.entry(key).or_insert(toml_edit::Array::new().into()).as_array_mut()?;
            array.push(text);
            Some(())
        };
        push("phrases", &phrase(&self.proposal.words))?;
        if let Some(example) = example {
            push("hit", example)?;
        }
        table.insert("owner", self.owner.into());
        table.decor_mut().clear();
        let mut rules = toml_edit::ArrayOfTables::new();
        rules.push(table);
        let mut document = DocumentMut::new();
        document.insert("rule", rules.into());
        let note = "# Salinan aturan bawaan dengan satu frasa lagi: ia menggantikan aturan bawaannya, dan\n\
                    # perubahan aturan bawaan itu kelak tidak ikut.\n";
        Some(format!("{note}{}\n{}", self.head(Some(rule)), document.to_string().trim_start()))
    }

    /// A rule as it is written in its file.
    fn table(&self, rule: &Rule) -> Option<Table> {
        let document: DocumentMut = self.files.text(&rule.file)?.parse().ok()?;
        let rules = document.get("rule")?.as_array_of_tables()?;
        let is_it = |table: &&Table| table.get("id").and_then(|id| id.as_str()) == Some(&rule.id.0);
        rules.iter().find(is_it).cloned()
    }

    /// Whether the rule file does what it says on its example.
    fn holds(&self, edit: &Edit, text: &str) -> bool {
        let mut files = self.files.clone();
        files.set(edit.name(), edit.text.as_str());
        let Ok(new) = Engine::compile(&files, self.thresholds) else { return false };
        let fires = |engine: &Engine, id: &str| {
            engine.fires(&mut engine.scratch(), &RuleId(id.to_owned()), text)
        };
        let failed = new.run_examples().failed;
        let kept = failed.iter().all(|failed| failed.file != edit.name());
        match (self.proposal.kind, self.rule()) {
            (ProposalKind::WrongWord, Some(rule)) => {
                kept && fires(self.engine, &rule.id.0) && !fires(&new, &rule.id.0)
            }
            _ => kept,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ItemId, ProposalState};

    fn drafted(kind: ProposalKind, rule: Option<&str>, words: &str, text: &str) -> String {
        let files = RuleFiles::embedded();
        let engine = Engine::compile(&files, Thresholds::default()).unwrap();
        let proposal = Proposal {
            id: 7,
            item: ItemId(1),
            kind,
            rule: rule.map(str::to_owned),
            family: None,
            words: words.into(),
            note: String::new(),
            analyst: "sari".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
            state: ProposalState::Open,
            slug: None,
            edit: None,
            tried: None,
            closed_by: None,
            closed_at: None,
            reason: None,
            ruleset: None,
        };
        let edit = draft(&Ground {
            proposal: &proposal,
            files: &files,
            engine: &engine,
            thresholds: Thresholds::default(),
            owner: "rini",
            today: "2026-11-28".parse().unwrap(),
            text: Some((text, &[])),
        });
        assert_eq!(edit.refused(), None);
        let mut changed = files.clone();
        changed.set(edit.name(), edit.text.as_str());
        let new = Engine::compile(&changed, Thresholds::default())
            .unwrap_or_else(|fault| panic!("{}\n{}", edit.text, fault.rendered));
        let failed = new.run_examples().failed;
        assert!(failed.is_empty(), "{}\n{failed:?}", edit.text);
        edit.text
    }

    #[test]
    fn a_missing_phrase_becomes_a_rule_beside_the_one_meant() {
        let text = "Dibutuhkan pekerja kilang Johor, paspor pisang saja, WA 0812-9876-5432";
        let rule = Some("visa-kunjungan-untuk-kerja");
        let edit = drafted(ProposalKind::MissingPhrase, rule, "paspor {pisang}", text);
        for part in [
            "id = \"visa\"",
            "phrases = [\"paspor pisang\"]",
            "owner = \"rini\"",
            "requires = [",
            "hit = [\"Dibutuhkan pekerja kilang Johor, paspor pisang saja, WA 0840-0000-0000\"]",
        ] {
            assert!(edit.contains(part), "{part}: {edit}");
        }
        let edit = drafted(ProposalKind::MissingPhrase, None, "paspor pisang", "gone");
        assert!(edit.contains("requires = [\"tawaran\", \"luar-negeri\"]"), "{edit}");
        assert!(
            !edit.contains("hit ="),
            "an example that does not hold is worse than none: {edit}"
        );
    }

    #[test]
    fn a_missing_phrase_of_a_rule_that_serves_others_goes_among_its_own() {
        let text = "siap gaspol ke Johor kerja kilang";
        let edit = drafted(ProposalKind::MissingPhrase, Some("ajakan"), "siap gaspol", text);
        assert!(edit.contains("id = \"ajakan\"") && edit.contains("\"siap gaspol\""), "{edit}");
        // A rule that only combines others stays as it is.
        let edit = drafted(ProposalKind::MissingPhrase, Some("tawaran"), "siap gaspol", text);
        assert!(edit.contains("phrases = [\"siap gaspol\"]"), "{edit}");
        assert!(edit.contains("requires = [\"tawaran\"]"), "{edit}");
    }

    #[test]
    fn a_wrong_word_becomes_an_exception_that_ends() {
        let text = "Kerja kilang Johor, inbox. Masuk pelancong dulu, kata berita";
        let rule = Some("visa-kunjungan-untuk-kerja");
        let edit = drafted(ProposalKind::WrongWord, rule, "pelancong dulu kata berita", text);
        assert!(
            edit.contains("[[exception]]") && edit.contains("until = \"2027-11-28\""),
            "{edit}"
        );
        assert!(edit.contains("miss = ["), "{edit}");
    }
}
