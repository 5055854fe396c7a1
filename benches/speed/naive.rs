//! The naive design, as a reference: every character through NFKC, one automaton over all plain
//! phrases, then every regular expression on every text. Its hits are compared with the engine's on
//! generated rules (`tests/naive.rs`), its time on the shipped ones.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What a rule looks for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub phrases: Vec<String>,
    pub patterns: Vec<String>,
}

/// The word lists of a rule set.
pub type Lists = BTreeMap<String, Vec<String>>;

pub struct Naive {
    words: AhoCorasick,
    /// The rule of each pattern of the automaton.
    owners: Vec<usize>,
    regexes: Vec<(usize, Regex)>,
}

impl Naive {
    pub fn new(rules: &[Wanted], lists: &Lists) -> Result<Self, Box<dyn std::error::Error>> {
        let mut words = Vec::new();
        let mut owners = Vec::new();
        let mut regexes = Vec::new();
        for (rule, wanted) in rules.iter().enumerate() {
            for phrase in &wanted.phrases {
                if phrase.contains(['{', '(', '<', '…', '~']) {
                    regexes.push((rule, Regex::new(&expression(phrase, lists))?));
                } else {
                    words.push(normal(phrase).trim().to_owned());
                    owners.push(rule);
                }
            }
            for pattern in &wanted.patterns {
                regexes.push((rule, Regex::new(pattern)?));
            }
        }
        let words = AhoCorasick::builder().match_kind(MatchKind::Standard).build(words)?;
        Ok(Self { words, owners, regexes })
    }

    pub fn regexes(&self) -> usize {
        self.regexes.len()
    }

    /// The rules that a text holds something of, in order.
    pub fn hits(&self, text: &str) -> Vec<usize> {
        let text = normal(text);
        let bytes = text.as_bytes();
        let is_edge = |at: Option<&u8>| at.is_none_or(|byte| matches!(byte, b' ' | b'\n'));
        let mut hits: Vec<usize> = self
            .words
            .find_overlapping_iter(&text)
            .filter(|found| {
                is_edge(found.start().checked_sub(1).and_then(|at| bytes.get(at)))
                    && is_edge(bytes.get(found.end()))
            })
            .map(|found| self.owners[found.pattern().as_usize()])
            .collect();
        for (rule, regex) in &self.regexes {
            if regex.is_match(&text) {
                hits.push(*rule);
            }
        }
        hits.sort_unstable();
        hits.dedup();
        hits
    }
}

/// A text in lower case without marks: one space between words, a new line between sentences.
pub fn normal(text: &str) -> String {
    let mut normal = String::new();
    let mut between = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        for part in letter.nfkc().flat_map(char::to_lowercase).nfd() {
            if part.is_alphanumeric() {
                if let Some(sign) = between.take()
                    && !normal.is_empty()
                {
                    normal.push(sign);
                }
                normal.push(part);
            } else if !is_combining_mark(part) {
                let ends = matches!(part, '.' | '!' | '?')
                    && letters.peek().is_some_and(|next| next.is_whitespace());
                between = Some(if ends || between == Some('\n') { '\n' } else { ' ' });
            }
        }
    }
    normal
}

/// A phrase as a regular expression.
fn expression(phrase: &str, lists: &Lists) -> String {
    if let Some((left, right)) = phrase.split_once('~') {
        let digits = right.bytes().take_while(u8::is_ascii_digit).count();
        let reach: usize = right[..digits].parse().unwrap_or(6);
        let [left, right] =
            [left, &right[digits..]].map(|part| format!("(?:{})", expression(part, lists)));
        let gap = format!(" (?:[^ \n]+ ){{0,{reach}}}");
        return format!("{left}{gap}{right}|{right}{gap}{left}");
    }
    let mut found = String::from(r"\b");
    let mut before = "";
    let mut rest = phrase.trim();
    let mut gap = String::new();
    while let Some(first) = rest.chars().next() {
        let close = |sign: char| rest.find(sign).map_or(rest.len(), |at| at + 1);
        let end = match first {
            '{' => close('}'),
            '(' => close(')'),
            '<' => close('>'),
            '…' => {
                let digits = rest['…'.len_utf8()..].bytes().take_while(u8::is_ascii_digit).count();
                '…'.len_utf8() + digits
            }
            _ => rest
                .find(|letter: char| {
                    letter.is_whitespace() || matches!(letter, '{' | '(' | '<' | '…')
                })
                .unwrap_or(rest.len()),
        };
        let item = &rest[..end];
        rest = rest[end..].trim_start();
        if first == '…' {
            let width: usize = item['…'.len_utf8()..].parse().unwrap_or(4);
            gap = format!("(?:[^ \n]+ ){{0,{width}}}");
            continue;
        }
        let inner = item.trim_matches(['{', '}', '(', ')']);
        let one = match first {
            '{' => alternatives(inner, lists),
            '<' => kind(item).to_owned(),
            '(' => format!("(?:{}{before})?", alternatives(inner, lists)),
            _ => regex::escape(&normal(item)),
        };
        if first == '(' {
            found.push_str(before);
            found.push_str(&one);
            continue;
        }
        found.push_str(before);
        found.push_str(&gap);
        found.push_str(&one);
        gap.clear();
        before = " ";
    }
    found.push_str(r"\b");
    found
}

fn alternatives(inner: &str, lists: &Lists) -> String {
    let words: Vec<&str> = match lists.get(inner) {
        Some(list) => list.iter().map(String::as_str).collect(),
        None => inner.split('|').collect(),
    };
    let words: Vec<String> = words.into_iter().map(|word| regex::escape(&normal(word))).collect();
    format!("(?:{})", words.join("|"))
}

fn kind(name: &str) -> &'static str {
    match name {
        "<uang>" => r"(?:rp ?)?[0-9]+ ?(?:juta|jt|ribu|rb|k)?",
        "<telepon>" => r"(?:08|628)[0-9]{7,11}",
        "<negara>" => r"(?:malaysia|kamboja|taiwan|hongkong|arab saudi|jepang|korea|singapura)",
        "<angka>" => r"[0-9]+",
        _ => r"[^ \n]+",
    }
}
