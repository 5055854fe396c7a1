//! Proposals for new phrases, from confirmed posts that no rule caught: each with what it would
//! wrongly hit first, then what it would catch, and an entry ready for a rule file. What a proposal
//! hits is found by the engine itself, with the proposal compiled into the present rule set.

mod grams;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use serde::Serialize;

use super::diff::excerpt;
use crate::engine::{Engine, Lane, Rule, RuleFiles, RuleSetError, Thresholds, Word};
use crate::store::masked;
use crate::text::Span;

/// Excerpts shown of what a proposal hits.
const EXCERPTS: usize = 3;
/// Rules that say that a post offers, and that the work is abroad.
const GATES: [&str; 2] = ["tawaran", "luar-negeri"];
/// Points proposed: not enough to flag by themselves.
const POINTS: i32 = 20;
/// The file proposals are compiled as.
const FILE: &str = "local/usulan.toml";

/// A post to draft from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its name.
    pub id: String,
    /// What it says.
    pub text: String,
}

/// How much is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The lane the confirmed posts belong to.
    pub lane: Lane,
    /// Confirmed posts that must share a phrase.
    pub least: usize,
    /// Proposals.
    pub most: usize,
}

/// Posts hit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Hits {
    /// How many.
    pub count: usize,
    /// Some of them, contacts masked.
    pub excerpts: Vec<String>,
}

/// A proposed phrase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// As in a rule file.
    pub phrase: String,
    /// Innocent posts the rule would hit.
    pub false_alarms: Hits,
    /// Confirmed posts, caught by no rule so far, that it would hit.
    pub catches: Hits,
    /// How clearly it belongs to the confirmed posts: the lower end of the log-odds.
    pub score: f64,
    /// Gates that hold in all of those posts.
    pub requires: Vec<String>,
    /// The rule as an entry of a rule file.
    pub entry: String,
}

/// What came of drafting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Draft {
    /// Confirmed posts looked at.
    pub confirmed: usize,
    /// Of these, caught by no rule, each text once.
    pub uncaught: usize,
    /// Innocent posts compared with.
    pub innocent: usize,
    /// The head of the rule file the entries belong in.
    pub head: String,
    /// Best first.
    pub proposals: Vec<Proposal>,
}

/// Proposes phrases.
///
/// # Errors
/// The rule set does not compile.
pub fn draft(
    files: &RuleFiles,
    thresholds: Thresholds,
    wanted: Wanted,
    confirmed: &[Text],
    innocent: &[Text],
) -> Result<Draft, RuleSetError> {
    let engine = Engine::compile(files, thresholds)?;
    let uncaught = uncaught(&engine, confirmed);
    let words = |texts: &[&Text]| -> Vec<Vec<Word>> {
        texts
            .par_iter()
            .map_init(|| engine.scratch(), |scratch, post| engine.words(scratch, &post.text))
            .collect()
    };
    let innocents: Vec<&Text> = innocent.iter().collect();
    let (numbers, candidates) =
        grams::candidates(&words(&uncaught), &words(&innocents), wanted.least, wanted.most);
    let gates = gates(&engine, &uncaught);
    let mut proposals: Vec<Proposal> = candidates
        .iter()
        .map(|candidate| {
            let hold =
                |gate: &&(String, Vec<bool>)| candidate.holders.iter().all(|post| gate.1[*post]);
            Proposal {
                phrase: numbers.phrase(candidate.gram),
                false_alarms: Hits::default(),
                catches: Hits::default(),
                score: candidate.score,
                requires: match wanted.lane {
                    Lane::Offer => gates.iter().filter(hold).map(|gate| gate.0.clone()).collect(),
                    Lane::Victim => Vec::new(),
                },
                entry: String::new(),
            }
        })
        .collect();
    let head = head(wanted.lane);
    for (number, proposal) in proposals.iter_mut().enumerate() {
        proposal.entry = entry(number, proposal, &[], &[]);
    }
    let compile = |proposals: &[Proposal]| {
        let mut files = files.clone();
        let entries: Vec<&str> = proposals.iter().map(|it| it.entry.as_str()).collect();
        files.set(FILE, head.clone() + &entries.concat());
        Engine::compile(&files, thresholds)
    };
    let with_all = compile(&proposals)?;
    for (hits, texts) in [(true, &uncaught), (false, &innocents)] {
        for (proposal, found) in hits_of(&with_all, texts, proposals.len()).into_iter().enumerate()
        {
            let shown = Hits {
                count: found.len(),
                excerpts: found
                    .iter()
                    .take(EXCERPTS)
                    .map(|(post, span)| {
                        excerpt(&masked_text(&engine, &texts[*post].text), span.first().copied())
                    })
                    .collect(),
            };
            let one = &mut proposals[proposal];
            if hits {
                // The shortest says most plainly what is meant.
                let example =
                    found.iter().map(|(post, _)| &texts[*post].text).min_by_key(|it| it.len());
                let example = example.map(|text| masked_text(&engine, text));
                let hit: Vec<String> = example.into_iter().collect();
                let miss = if one.requires.is_empty() {
                    vec![]
                } else {
                    vec![one.phrase.replace('…', "itu")]
                };
                one.entry = entry(proposal, one, &hit, &miss);
                one.catches = shown;
            } else {
                one.false_alarms = shown;
            }
        }
    }
    // An example that does not hold, once masked or without its gates, is worse than none.
    for failed in
        compile(&proposals)?.run_examples().failed.into_iter().filter(|it| it.file == FILE)
    {
        let number = (0..proposals.len())
            .find(|number| failed.rule.0 == id(*number, &proposals[*number].phrase));
        if let Some(number) = number {
            proposals[number].entry = entry(number, &proposals[number], &[], &[]);
        }
    }
    // Held by word sequence and not by the engine: a rule sees the words otherwise.
    proposals.retain(|proposal| proposal.catches.count > 0);
    Ok(Draft {
        confirmed: confirmed.len(),
        uncaught: uncaught.len(),
        innocent: innocent.len(),
        head,
        proposals,
    })
}

/// The posts that no rule flags; of those that say the same the first. What only the second reader
/// flags is among them.
fn uncaught<'a>(engine: &Engine, confirmed: &'a [Text]) -> Vec<&'a Text> {
    let flag = engine.thresholds().flag;
    let missed: Vec<&Text> = confirmed
        .par_iter()
        .map_init(
            || engine.scratch(),
            |scratch, post| {
                let judged = engine.judge(scratch, &post.text);
                judged.rules_alone.decide(flag).is_none().then_some(post)
            },
        )
        .flatten()
        .collect();
    let mut scratch = engine.scratch();
    let mut known = FxHashSet::default();
    missed
        .into_iter()
        .filter(|post| {
            let words = engine.words(&mut scratch, &post.text);
            known.insert(words.into_iter().map(|word| word.text).collect::<Vec<_>>())
        })
        .collect()
}

/// Each gate of the rule set with whether it fires on each post.
fn gates(engine: &Engine, posts: &[&Text]) -> Vec<(String, Vec<bool>)> {
    let mut scratch = engine.scratch();
    GATES
        .iter()
        .filter(|gate| engine.rules().iter().any(|rule| rule.id.0 == **gate))
        .map(|gate| {
            let fires = |rule: &Rule| rule.id.0 == *gate;
            let fired = posts
                .iter()
                .map(|post| !engine.seen_by(&mut scratch, &post.text, fires).is_empty())
                .collect();
            ((*gate).to_owned(), fired)
        })
        .collect()
}

/// For each proposal the posts its rule fires on, with where.
fn hits_of(engine: &Engine, posts: &[&Text], proposals: usize) -> Vec<Vec<(usize, Vec<Span>)>> {
    let first = engine.rules().iter().position(|rule| rule.file == FILE).unwrap_or(0);
    let found: Vec<Vec<(usize, Vec<Span>)>> = posts
        .par_iter()
        .map_init(
            || engine.scratch(),
            |scratch, post| engine.seen_by(scratch, &post.text, |rule| rule.file == FILE),
        )
        .collect();
    let mut by_proposal = vec![Vec::new(); proposals];
    for (post, hits) in found.into_iter().enumerate() {
        for (rule, spans) in hits {
            by_proposal[rule - first].push((post, spans));
        }
    }
    by_proposal
}

fn masked_text(engine: &Engine, text: &str) -> String {
    masked(text, &engine.score(&mut engine.scratch(), text).personal)
}

fn head(lane: Lane) -> String {
    let (id, lane) = match lane {
        Lane::Offer => ("usulan", "offer"),
        Lane::Victim => ("usulan-korban", "victim"),
    };
    format!(
        "[family]\nid = \"{id}\"\ntitle = \"Usulan dari postingan yang dibenarkan\"\ncap = 40\nlane = \"{lane}\"\n"
    )
}

/// A rule's name made from its phrase; the number keeps apart what letters do not.
fn id(number: usize, phrase: &str) -> String {
    let words: Vec<String> = phrase
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    format!("usulan-{}-{}", number + 1, words.join("-"))
}

fn entry(number: usize, proposal: &Proposal, hit: &[String], miss: &[String]) -> String {
    let quoted = |text: &str| toml_edit::Value::from(text).to_string();
    let list = |texts: &[String]| {
        let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        format!("[{}]", texts.join(", "))
    };
    let mut entry = format!(
        "\n[[rule]]\nid = \"{}\"\ntitle = {}\npoints = {POINTS}\n",
        id(number, &proposal.phrase),
        quoted(&format!("Usulan: {}", proposal.phrase)),
    );
    let mut line = |key: &str, texts: &[String]| {
        if !texts.is_empty() {
            entry.push_str(&format!("{key} = {}\n", list(texts)));
        }
    };
    line("requires", &proposal.requires);
    line("phrases", std::slice::from_ref(&proposal.phrase));
    line("hit", hit);
    line("miss", miss);
    // Counted first; whoever takes it over makes it live.
    entry.push_str("status = \"shadow\"\nowner = \"ops\"\n");
    entry
}
