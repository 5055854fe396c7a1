//! The matcher finds what the naive design finds: one automaton over all words, every expression on
//! every text, each character through NFKC by itself.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, dead_code, reason = "a test")]

#[path = "../benches/speed/naive.rs"]
mod naive;

use naive::{Lists, Naive, Wanted};
use proptest::prelude::*;
use waspada::engine::{Engine, RuleFiles, Thresholds};

const WORDS: &[&str] = &[
    "kerja", "gaji", "visa", "turis", "ladang", "kapal", "terbang", "besok", "tiket", "hari",
    "minum", "kopi", "pagi", "hujan", "rumah", "kucing", "tidur", "makan", "jalan", "malam",
];
/// A number is no word: only patterns see which one it is.
const NUMBERS: &[&str] = &["12", "30"];
/// The same words as people dress them up.
const DRESSED: &[(&str, &str)] = &[
    ("kerja", "ＫＥＲＪＡ"),
    ("gaji", "𝗚𝗮𝗷𝗶"),
    ("visa", "Vísa"),
    ("turis", "TURIS"),
    ("tiket", "ｔｉｋｅｔ"),
    ("hari", "𝘩𝘢𝘳𝘪"),
];
const BETWEEN: &[&str] = &[" ", ", ", ". ", "! ", "/", " - ", " (", ") ", ": ", "? "];
const PATTERNS: &[&str] = &[
    r"\bvisa [0-9]+ hari\b",
    r"\b(kerja|gaji) (ladang|kapal)\b",
    r"\btiket ([a-z]+ ){0,2}besok\b",
    r"\b[0-9]+ ?hari\b",
    r"erban",
];

fn phrase() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS), 1..4).prop_map(|words| words.join(" "))
}

fn rule() -> impl Strategy<Value = Wanted> {
    let phrases = prop::collection::vec(phrase(), 1..4);
    let patterns = prop::collection::vec(prop::sample::select(PATTERNS), 0..2);
    (phrases, patterns).prop_map(|(phrases, patterns)| Wanted {
        phrases,
        patterns: patterns.into_iter().map(str::to_owned).collect(),
    })
}

fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => prop::sample::select(WORDS).prop_map(str::to_owned),
        1 => prop::sample::select(NUMBERS).prop_map(str::to_owned),
        1 => prop::sample::select(DRESSED).prop_map(|(_, dressed)| dressed.to_owned()),
    ];
    let piece = (word, prop::sample::select(BETWEEN));
    prop::collection::vec(piece, 0..24).prop_map(|pieces| {
        pieces.into_iter().map(|(word, between)| format!("{word}{between}")).collect()
    })
}

fn engine(rules: &[Wanted]) -> Engine {
    let mut files = RuleFiles::default();
    for (name, table) in RuleFiles::embedded().select(|name| name.starts_with("registry/")) {
        files.set(name, table);
    }
    let mut text = String::from("[family]\nid = \"uji\"\ntitle = \"uji\"\n");
    for (number, Wanted { phrases, patterns }) in rules.iter().enumerate() {
        let patterns: Vec<String> = patterns.iter().map(|one| format!("'{one}'")).collect();
        text.push_str(&format!(
            "[[rule]]\nid = \"uji-{number}\"\ntitle = \"uji\"\nphrases = {phrases:?}\npatterns = [{}]\n",
            patterns.join(", ")
        ));
    }
    files.set("uji.toml", text);
    Engine::compile(&files, Thresholds::default()).unwrap_or_else(|fault| panic!("{fault}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_same_hits_as_the_naive_design(
        rules in prop::collection::vec(rule(), 1..12),
        texts in prop::collection::vec(text(), 1..24),
    ) {
        let engine = engine(&rules);
        let mut scratch = engine.scratch();
        let naive = Naive::new(&rules, &Lists::new()).unwrap();
        for text in texts {
            let judged = engine.judge(&mut scratch, &text);
            prop_assert_eq!(judged.fired, naive.hits(&text), "{}", text);
        }
    }
}
