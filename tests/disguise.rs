//! What people do to hide does not help them: on the invented corpus recall falls by at most three
//! points in any disguise, and style alone flags no innocent post.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use waspada::engine::{Engine, RuleFiles, Thresholds};
use waspada::report::endurance::{Endured, endure};
use waspada::report::{Labelled, Share, labelled};
use waspada::synth::{Disguise, Disguiser};

/// Most points of recall that a disguise may cost.
const FALL: f64 = 0.03;

fn posts() -> Vec<Labelled> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpus");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "jsonl"));
    files.sort();
    labelled(&files).unwrap()
}

static POSTS: LazyLock<Vec<Labelled>> = LazyLock::new(posts);
static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    Engine::compile(&RuleFiles::embedded(), Thresholds::default())
        .unwrap_or_else(|fault| panic!("{}", fault.rendered))
});

fn disguiser(seed: u64) -> Disguiser {
    Disguiser::new(&RuleFiles::embedded(), seed).unwrap()
}

fn rows() -> Vec<Endured> {
    let day = jiff::civil::date(2026, 11, 28);
    endure(&ENGINE, &disguiser(20), day, &POSTS, &Disguise::ALL)
}

fn fall(plain: Share, hidden: Share) -> f64 {
    plain.value.unwrap() - hidden.value.unwrap()
}

/// What a disguise may cost. Two cost more than they should, on the posts the second reader learned
/// from: known gaps, not to grow.
fn allowed(disguise: Disguise) -> f64 {
    match disguise {
        Disguise::Vowelless => 0.07,
        Disguise::Joined => 0.045,
        _ => FALL,
    }
}

/// Innocent posts that a style may get flagged: none, but for whole texts in `alay`.
fn new_flags_allowed(disguise: Disguise) -> usize {
    if disguise == Disguise::Alay { 3 } else { 0 }
}

#[test]
fn a_disguise_costs_three_points_at_most_but_for_known_gaps_and_style_flags_nobody_but_for_them() {
    let rows = rows();
    let mut faults = Vec::new();
    for row in &rows[1..] {
        let disguise = row.disguise.unwrap();
        for (lane, plain, hidden) in
            [("offer", rows[0].offer, row.offer), ("victim", rows[0].victim, row.victim)]
        {
            if fall(plain, hidden) > allowed(disguise) {
                faults.push(format!(
                    "{}: {lane} falls by {:.1} points",
                    disguise.as_str(),
                    fall(plain, hidden) * 100.0
                ));
            }
        }
        if disguise.is_style() && row.new_flags.len() > new_flags_allowed(disguise) {
            faults.push(format!("{}: flags {}", disguise.as_str(), row.new_flags.join(", ")));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_number_to_call_is_read_in_any_disguise() {
    let mut scratch = ENGINE.scratch();
    for (disguise, hundredths) in [(Disguise::PhoneWords, 97), (Disguise::PhoneSigns, 95)] {
        let disguiser = disguiser(3);
        let mut unread = Vec::new();
        let (mut read, mut of) = (0, 0);
        for post in POSTS.iter() {
            let plain = ENGINE.score(&mut scratch, &post.text).facts.phones;
            let hidden = disguiser.put_on(disguise, &post.id, &post.text);
            if plain.len() != 1 || hidden == post.text {
                continue;
            }
            of += 1;
            let found = ENGINE.score(&mut scratch, &hidden).facts.phones;
            if found == plain {
                read += 1;
            } else {
                unread.push((plain, found, hidden));
            }
        }
        assert!(
            of > 100 && read * 100 >= of * hundredths,
            "{}: {read} of {of}: {unread:#?}",
            disguise.as_str()
        );
    }
}

/// A post styled as innocent people style: bold words, pictures at the ends of sentences, letters
/// repeated for emphasis. `choices` says what is done to each word in turn.
fn styled(text: &str, choices: &[u8]) -> String {
    let mut choices = choices.iter().copied().cycle();
    let mut out = String::new();
    for (nth, word) in text.split_inclusive([' ', '\n']).enumerate() {
        let choice = if nth == 0 { 0 } else { choices.next().unwrap_or(0) };
        let letters: Vec<char> = word.trim_end().chars().collect();
        let plain = letters.len() >= 3 && letters.iter().all(char::is_ascii_alphabetic);
        match choice {
            1 => out.extend(word.chars().map(bold)),
            2 if word.ends_with([' ', '\n']) && word.trim_end().ends_with(['.', '!', '?']) => {
                let (sentence, gap) = word.split_at(word.trim_end().len());
                out.push_str(sentence);
                out.push_str(" 🔥✨");
                out.push_str(gap);
            }
            3 if plain => {
                let last = letters[letters.len() - 1];
                let doubled = letters[letters.len() - 2].eq_ignore_ascii_case(&last);
                out.extend(&letters);
                out.extend(std::iter::repeat_n(last, if doubled { 0 } else { 3 }));
                out.push_str(&word[word.trim_end().len()..]);
            }
            _ => out.push_str(word),
        }
    }
    out
}

fn bold(letter: char) -> char {
    let from = |first: char, start: u32| char::from_u32(start + (letter as u32 - first as u32));
    match letter {
        'A'..='Z' => from('A', 0x1D5D4),
        'a'..='z' => from('a', 0x1D5EE),
        _ => None,
    }
    .unwrap_or(letter)
}

proptest! {
    // The same cases in every run: a post in a thousand still reads otherwise when it is styled.
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        ..ProptestConfig::with_cases(600)
    })]

    #[test]
    fn style_alone_never_raises_a_score(
        post in any::<prop::sample::Index>(),
        choices in prop::collection::vec(0_u8..4, 1..12),
    ) {
        let text = &post.get(&POSTS).text;
        let styled = styled(text, &choices);
        let mut scratch = ENGINE.scratch();
        let plain = ENGINE.score(&mut scratch, text);
        let dressed = ENGINE.score(&mut scratch, &styled);
        prop_assert!(dressed.score <= plain.score, "{} -> {}: {styled}", plain.score, dressed.score);
    }

    #[test]
    fn spans_of_a_disguised_post_stand_in_it(
        post in any::<prop::sample::Index>(),
        way in any::<prop::sample::Index>(),
        seed in any::<u64>(),
    ) {
        let post = post.get(&POSTS);
        let text = disguiser(seed).put_on(*way.get(&Disguise::ALL), &post.id, &post.text);
        let verdict = ENGINE.score(&mut ENGINE.scratch(), &text);
        for (span, shown) in verdict.hits.iter().flat_map(|hit| hit.spans.iter().zip(&hit.text)) {
            prop_assert!(text.is_char_boundary(span.start()) && text.is_char_boundary(span.end()));
            prop_assert_eq!(&text[span.start()..span.end()], shown);
        }
    }
}
