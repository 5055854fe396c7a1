//! Rule sets to measure with: the shipped one taken apart, and generated ones of any size.

use std::collections::HashMap;
use std::fmt::Write as _;

use fastrand::Rng;
use waspada::engine::RuleFiles;

use crate::naive::{Lists, Wanted};
use crate::posts::word;

/// What each shipped rule looks for, and the word lists.
pub fn shipped() -> (Vec<Wanted>, Lists) {
    let files = RuleFiles::embedded();
    let mut rules = Vec::new();
    for (_, text) in files.select(is_rules) {
        let Ok(file) = text.parse::<toml::Table>() else { continue };
        let entries = file.get("rule").and_then(toml::Value::as_array);
        for entry in entries.into_iter().flatten() {
            let texts = |key: &str| -> Vec<String> {
                let values = entry.get(key).and_then(toml::Value::as_array);
                values
                    .into_iter()
                    .flatten()
                    .filter_map(|one| one.as_str())
                    .map(str::to_owned)
                    .collect()
            };
            rules.push(Wanted { phrases: texts("phrases"), patterns: texts("patterns") });
        }
    }
    let mut lists = Lists::new();
    for (name, text) in files.select(|name| name.starts_with("lists/")) {
        let entries = text.lines().map(|line| line.split('#').next().unwrap_or("").trim());
        let entries = entries.filter(|line| !line.is_empty() && !line.starts_with(['{', '-']));
        let name = name.trim_start_matches("lists/").trim_end_matches(".txt");
        lists.insert(name.to_owned(), entries.map(str::to_owned).collect());
    }
    (rules, lists)
}

/// The words of the posts, the most frequent first.
pub fn frequent(texts: &[String]) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for text in texts {
        for word in text.split(|letter: char| !letter.is_ascii_alphabetic()) {
            if word.len() >= 4 {
                *counts.entry(word.to_ascii_lowercase()).or_default() += 1;
            }
        }
    }
    let mut words: Vec<(String, usize)> = counts.into_iter().collect();
    words.sort_unstable_by(|one, other| (other.1, &one.0).cmp(&(one.1, &other.0)));
    words.into_iter().map(|(word, _)| word).collect()
}

/// Of which words the generated rules are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wording {
    /// As common ones as those of the shipped rules: with the rules grows what they find.
    AsCommon,
    /// The same, and behind them in each phrase one that nobody uses, or in one of thirty a rare word
    /// of the posts: the words to which recruiters switch are such.
    OfTheirOwn,
}

/// The shipped set and `times - 1` as many generated rules: the shipped ones that score, with their
/// points, families and conditions, in other words. Helpers are not copied: more rules stand behind
/// the same gates.
pub fn more_rules(times: usize, wording: Wording, frequent: &[String]) -> RuleFiles {
    let ranks: HashMap<&str, usize> =
        frequent.iter().enumerate().map(|(rank, word)| (word.as_str(), rank)).collect();
    let words = Words { frequent, ranks, wording };
    let mut random = Rng::with_seed(10);
    let mut files = RuleFiles::embedded();
    let shipped: Vec<(String, toml::Table)> = files
        .select(is_rules)
        .filter_map(|(name, text)| Some((name.to_owned(), text.parse().ok()?)))
        .collect();
    let entries = |file: &toml::Table| {
        file.get("rule").and_then(toml::Value::as_array).cloned().unwrap_or_default()
    };
    let mut missing =
        shipped.iter().map(|(_, file)| entries(file).len()).sum::<usize>() * (times - 1);
    let mut texts: Vec<String> = shipped
        .iter()
        .map(|(_, file)| {
            let id = file.get("family").and_then(|family| family.get("id"));
            format!(
                "[family]\nid = {}\ntitle = \"b\"\n",
                id.map_or_else(String::new, ToString::to_string)
            )
        })
        .collect();
    for copy in 1.. {
        if missing == 0 || copy > 100 * times {
            break;
        }
        for ((_, file), text) in shipped.iter().zip(&mut texts) {
            for (number, entry) in entries(file).into_iter().enumerate() {
                let toml::Value::Table(mut rule) = entry else { continue };
                let Some(phrases) = rule.get("phrases").and_then(toml::Value::as_array) else {
                    continue;
                };
                if missing == 0 || !rule.contains_key("points") {
                    continue;
                }
                let phrases: Vec<toml::Value> = phrases
                    .iter()
                    .filter_map(toml::Value::as_str)
                    .map(|phrase| words.reworded(phrase, &mut random).into())
                    .collect();
                rule.retain(|key, _| {
                    matches!(
                        key,
                        "title" | "points" | "requires" | "unless" | "when" | "floor" | "hold"
                    )
                });
                let id = rule_id(file, copy, number);
                rule.insert("id".to_owned(), id.into());
                rule.insert("phrases".to_owned(), phrases.into());
                // Writing to a string cannot fail.
                let _ = write!(text, "[[rule]]\n{rule}\n");
                missing -= 1;
            }
        }
    }
    for ((name, _), text) in shipped.iter().zip(texts) {
        files.set(format!("bangkitan-{name}"), text);
    }
    files
}

fn rule_id(file: &toml::Table, copy: usize, number: usize) -> String {
    let family =
        file.get("family").and_then(|family| family.get("id")).and_then(toml::Value::as_str);
    format!("b-{}-{copy}-{number}", family.unwrap_or("x"))
}

/// Whether a file of a rule set holds rules.
fn is_rules(name: &str) -> bool {
    let is_table = name.contains("registry/") || name.contains("model/") || name == "severity.toml";
    name.ends_with(".toml") && !is_table
}

/// Words of the posts, the most frequent first, and the place of each among them.
struct Words<'a> {
    frequent: &'a [String],
    ranks: HashMap<&'a str, usize>,
    wording: Wording,
}

/// The ranks of words that about one real post in a thousand holds, or fewer, but some at all.
const RARE: std::ops::Range<usize> = 3_000..20_000;

impl Words<'_> {
    /// A word about as rare as this one, or up to twice; for one that no post holds one that nobody
    /// uses.
    fn like(&self, original: &str, random: &mut Rng) -> String {
        let rank = self.ranks.get(original.to_lowercase().as_str());
        let near = rank.and_then(|rank| self.frequent.get(random.usize(rank + 1..rank * 2 + 6)));
        near.cloned().unwrap_or_else(|| word(random))
    }

    /// A phrase with its words exchanged and its gaps, choices and lists left; one of lists alone
    /// gets a word, or it would match as often as the shipped one.
    fn reworded(&self, phrase: &str, random: &mut Rng) -> String {
        let mut out = String::new();
        let mut changed = false;
        let mut rest = phrase;
        while let Some(first) = rest.chars().next() {
            let braced = first == '{' || first == '<';
            let end = if braced {
                rest.find(['}', '>']).map_or(rest.len(), |at| at + 1)
            } else if first.is_alphanumeric() {
                rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            let item = &rest[..end];
            rest = &rest[end..];
            let is_width =
                out.ends_with(['…', '~']) && item.bytes().all(|byte| byte.is_ascii_digit());
            if first == '{' && item.contains('|') {
                let choices = item.trim_matches(['{', '}']).split('|').map(|choice| {
                    let words = choice.split_whitespace().map(|one| self.like(one, random));
                    words.collect::<Vec<_>>().join(" ")
                });
                let choices: Vec<String> = choices.collect();
                let _ = write!(out, "{{{}}}", choices.join("|"));
                changed = true;
            } else if braced || is_width || !first.is_alphanumeric() {
                out.push_str(item);
            } else {
                out.push_str(&self.like(item, random));
                changed = true;
            }
        }
        if !changed {
            let middle = self.frequent.get(random.usize(200..5000)).cloned();
            let _ = write!(out, " {}", middle.unwrap_or_else(|| word(random)));
        }
        if self.wording == Wording::OfTheirOwn {
            let rare = self.frequent.get(random.usize(RARE)).filter(|_| random.usize(..30) == 0);
            let _ = write!(out, " {}", rare.cloned().unwrap_or_else(|| word(random)));
        }
        out
    }
}

/// The shipped set and a rule of so many single words, one in thirty a rare word of the posts.
pub fn more_keywords(count: usize, frequent: &[String]) -> RuleFiles {
    let mut random = Rng::with_seed(11);
    let rare = frequent.get(5000..).unwrap_or(&[]);
    let words: Vec<String> = (0..count)
        .map(|at| {
            if at % 30 == 0 && !rare.is_empty() {
                rare[random.usize(..rare.len())].clone()
            } else {
                word(&mut random)
            }
        })
        .collect();
    let mut files = RuleFiles::embedded();
    files.set(
        "bangkitan.toml",
        format!(
            "[family]\nid = \"bangkitan\"\ntitle = \"bangkitan\"\n[[rule]]\nid = \"kata\"\n\
             title = \"kata\"\npoints = 1\nphrases = {words:?}\n"
        ),
    );
    files
}

/// How many single words the shipped rules and lists hold.
pub fn keywords() -> usize {
    let (rules, lists) = shipped();
    let phrases = rules.iter().flat_map(|rule| &rule.phrases);
    phrases
        .chain(lists.values().flatten())
        .filter(|phrase| !phrase.contains([' ', '{', '(']))
        .count()
}

/// So many keywords and patterns out of the words of the posts, each a rule of its own.
pub fn keywords_and_patterns(
    keywords: usize,
    patterns: usize,
    frequent: &[String],
) -> (RuleFiles, Vec<String>, Vec<String>) {
    let mut random = Rng::with_seed(12);
    // The commonest words are nobody's keywords.
    let pool: Vec<&String> = frequent.iter().skip(200).take(12_000).collect();
    let mut words: Vec<String> = (0..keywords * 2)
        .map(|_| {
            if pool.is_empty() {
                word(&mut random)
            } else {
                pool[random.usize(..pool.len())].clone()
            }
        })
        .collect();
    words.sort_unstable();
    words.dedup();
    random.shuffle(&mut words);
    words.truncate(keywords);
    let mut pick = || {
        if pool.is_empty() { word(&mut random) } else { pool[random.usize(..pool.len())].clone() }
    };
    let patterns: Vec<String> = (0..patterns)
        .map(|at| {
            let (one, two, three) = (pick(), pick(), pick());
            match at % 5 {
                0 => format!(r"\b{one} [0-9]+ {two}\b"),
                1 => format!(r"\b{one} ([a-z0-9]+ ){{0,2}}{two}\b"),
                2 => format!(r"\b({one}|{two}) {three}\b"),
                3 => format!(r"\b{one}(kan|nya|an)? {two}\b"),
                _ => format!(r"\b[0-9]+ ?{one} {two}\b"),
            }
        })
        .collect();
    let mut text = String::from("[family]\nid = \"bangkitan\"\ntitle = \"bangkitan\"\n");
    for (number, word) in words.iter().enumerate() {
        let _ =
            write!(text, "[[rule]]\nid = \"k-{number}\"\ntitle = \"k\"\nphrases = [\"{word}\"]\n");
    }
    for (number, pattern) in patterns.iter().enumerate() {
        let _ = write!(
            text,
            "[[rule]]\nid = \"p-{number}\"\ntitle = \"p\"\npatterns = ['{pattern}']\n"
        );
    }
    let mut files = RuleFiles::default();
    for (name, table) in RuleFiles::embedded().select(|name| name.starts_with("registry/")) {
        files.set(name, table);
    }
    files.set("bangkitan.toml", text);
    (files, words, patterns)
}
