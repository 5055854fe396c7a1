//! The rules of one item: why a chosen rule fires on it or does not, condition by condition, and the
//! forms that propose a change.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{Html, Redirect};
use jiff::Timestamp;
use serde::Deserialize;

use super::super::html;
use super::{call, example, proposes};
use crate::console::desk::{Desk, Frame, Signed};
use crate::console::fault::Fault;
use crate::engine::{Condition, Engine, RuleId, Status, Why};
use crate::registry::{day_of, today};
use crate::store::{Item, ItemId, NewProposal, ProposalKind};

/// The longest words, in characters.
const LONGEST_WORDS: usize = 120;
/// The longest note, in characters.
const LONGEST_NOTE: usize = 500;

/// What stands in the address: the rule asked about, and what the forms begin with.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    rule: String,
    words: String,
    phrase: String,
    made: String,
}

/// A rule to choose.
struct Choice {
    id: String,
    title: String,
}

/// The rules of one family to choose from.
struct Group {
    id: String,
    title: String,
    rules: Vec<Choice>,
}

/// A condition with how deep it stands among others.
struct Line {
    holds: bool,
    what: String,
    found: String,
    depth: usize,
}

#[derive(askama::Template)]
#[template(path = "item_rules.html", config = "src/console/askama.toml")]
struct Page<'a> {
    frame: Frame<'a>,
    item: &'a Item,
    asked: Asked,
    groups: Vec<Group>,
    /// Rules that fired, each with what it saw, masked.
    hits: Vec<(Choice, String)>,
    why: Option<(Why, Vec<Line>)>,
    /// There is no such rule.
    unknown: bool,
}

fn groups(engine: &Engine) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for rule in engine.rules().iter().filter(|rule| rule.status != Status::Off) {
        let family = engine.family(rule);
        let choice = Choice { id: rule.id.0.clone(), title: rule.title.clone() };
        match groups.iter_mut().find(|group| group.id == family.id.0) {
            Some(group) => group.rules.push(choice),
            None => groups.push(Group {
                id: family.id.0.clone(),
                title: family.title.clone(),
                rules: vec![choice],
            }),
        }
    }
    groups
}

fn lines(conditions: &[Condition], depth: usize, into: &mut Vec<Line>) {
    for condition in conditions {
        let Condition { what, found, holds, parts } = condition;
        into.push(Line { holds: *holds, what: what.clone(), found: found.clone(), depth });
        lines(parts, depth + 1, into);
    }
}

/// Why the rule fires on the text as it is written, told of the text as it is shown.
fn why(engine: &Engine, item: &Item, written: &str, rule: &str) -> Option<Why> {
    let mut scratch = engine.scratch();
    scratch.set_today(today());
    scratch.set_source(&item.source);
    let published = item.post.as_ref().and_then(|post| post.created_at);
    scratch.set_published(published.map(day_of));
    let shown = item.text.as_deref().filter(|shown| shown.len() == written.len())?;
    let id = engine.rule_once_named(&RuleId(rule.to_owned()))?.id.clone();
    engine.why_quoting(&mut scratch, &id, written, shown)
}

pub(super) async fn show(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<ItemId>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let by = session.account.name.clone();
    let scorer = std::sync::Arc::clone(&desk.scorer);
    let rule = asked.rule.clone();
    let (item, groups, hits, why) = desk
        .queue(move |store| {
            let (item, written) = store.view_and_text(id, &by, Timestamp::now())?;
            Ok(scorer.with_engine(|engine| {
                let hits = item.verdict.iter().flat_map(|verdict| &verdict.hits);
                let hits = hits.filter_map(|hit| {
                    let rule = engine.rule_once_named(&hit.rule)?;
                    let choice = Choice { id: rule.id.0.clone(), title: rule.title.clone() };
                    let words = hit.text.first().map_or("", String::as_str);
                    Some((choice, words.split_whitespace().collect::<Vec<_>>().join(" ")))
                });
                let hits = hits.collect();
                let why = written.as_deref().and_then(|text| why(engine, &item, text, &rule));
                (item, groups(engine), hits, why)
            }))
        })
        .await?;
    let unknown = !asked.rule.is_empty() && why.is_none();
    let why = why.map(|why| {
        let mut told = Vec::new();
        lines(&why.conditions, 0, &mut told);
        (why, told)
    });
    html(Page {
        frame: Frame::new(&desk, &session, "item"),
        item: &item,
        asked,
        groups,
        hits,
        why,
        unknown,
    })
}

/// What the forms of a proposal hold.
#[derive(Deserialize)]
pub(super) struct Proposed {
    kind: ProposalKind,
    #[serde(default)]
    words: String,
    /// `rule:ID` or `family:ID`.
    #[serde(default)]
    of: String,
    #[serde(default)]
    note: String,
}

impl Proposed {
    /// The proposal, or the message that tells what is wrong with it.
    fn read(self, item: ItemId, engine: &Engine) -> Result<NewProposal, &'static str> {
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (words, note) = (line(&self.words), line(&self.note));
        if !words.chars().any(char::is_alphanumeric) || words.chars().count() > LONGEST_WORDS {
            return Err("proposal-words-wrong");
        }
        if note.chars().count() > LONGEST_NOTE {
            return Err("proposal-note-long");
        }
        if example::names_somebody(&words) || example::names_somebody(&note) {
            return Err("proposal-names-somebody");
        }
        let (rule, family) = match self.of.split_once(':') {
            Some(("rule", id)) => (engine.rule_once_named(&RuleId(id.to_owned())), None),
            Some(("family", id)) => {
                let mut families = engine.rules().iter().map(|rule| &engine.family(rule).id.0);
                (None, families.find(|family| *family == id).cloned())
            }
            _ => (None, None),
        };
        let wants_rule = self.kind == ProposalKind::WrongWord;
        if rule.is_none() && (wants_rule || (!self.of.is_empty() && family.is_none())) {
            return Err("proposal-rule-unknown");
        }
        let rule = rule.map(|rule| rule.id.0.clone());
        Ok(NewProposal { item, kind: self.kind, rule, family, words, note })
    }
}

pub(super) async fn propose(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<ItemId>,
    Form(proposed): Form<Proposed>,
) -> Result<Redirect, Fault> {
    if !proposes(&session.account) {
        return Err(Fault::Forbidden);
    }
    let l = desk.locales.of(session.account.language);
    let new = desk
        .scorer
        .with_engine(|engine| proposed.read(id, engine))
        .map_err(|message| Fault::Bad(l.t(message)))?;
    let by = session.account.name.clone();
    let made = call(&desk, move |store| store.propose(new, &by, Timestamp::now())).await?;
    Ok(Redirect::to(&format!("/items/{id}/rules?made={made}")))
}
