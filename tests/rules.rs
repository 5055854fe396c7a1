//! The shipped rules against their own examples: every `hit` fires its rule, no `miss` does, and
//! every contribution shown sums to the score.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use proptest::prelude::*;
use waspada::engine::{Engine, RuleFiles, Thresholds};

fn shipped() -> Engine {
    Engine::compile(&RuleFiles::embedded(), Thresholds::default())
        .unwrap_or_else(|fault| panic!("{}", fault.rendered))
}

#[test]
fn every_example_of_the_shipped_rules_holds() {
    let report = shipped().run_examples();
    assert!(report.failed.is_empty(), "{:#?}", report.failed);
    assert!(report.passed > 100, "{report:?}");
}

#[test]
fn every_rule_that_scores_has_examples_of_both_kinds() {
    for rule in shipped().rules().iter().filter(|rule| rule.scored) {
        assert!(!rule.hit.is_empty() && !rule.miss.is_empty(), "{} lacks examples", rule.id);
    }
}

#[test]
fn contributions_sum_to_the_score_on_every_example() {
    let engine = shipped();
    let mut scratch = engine.scratch();
    for rule in engine.rules() {
        for text in rule.hit.iter().chain(&rule.miss) {
            let verdict = engine.score(&mut scratch, text);
            let hits: i32 = verdict.hits.iter().map(|hit| hit.points.0).sum();
            let lines: i32 = verdict.adjustments.iter().map(|line| line.points.0).sum();
            assert_eq!(hits + lines, i32::from(verdict.score), "{text}");
        }
    }
}

/// Pieces of posts: the examples of every rule, and what stands between such things in the wild.
fn pieces() -> Vec<String> {
    let mut pieces: Vec<String> = shipped()
        .rules()
        .iter()
        .flat_map(|rule| rule.hit.iter().chain(&rule.miss).chain(&rule.todo))
        .cloned()
        .collect();
    pieces.extend(
        [
            "",
            " ",
            "\n\n",
            "🇰🇭✈️💰",
            "K4MB0J4",
            "g@ji 12 jt",
            "𝗟𝗢𝗪𝗢𝗡𝗚𝗔𝗡",
            "v!s4 t.u.r.i.s",
            "tolong",
            "WA 0840-0000-0001",
            "AWAS PENIPUAN",
            "kata polisi",
            "hahaha",
            "RM 1.800",
            "paket umrah",
            "di Bekasi",
            "k a m b o j a",
            "\u{200b}",
            "é́",
            "#loker",
        ]
        .map(str::to_owned),
    );
    pieces
}

/// A post put together from pieces, cut anywhere.
fn posts() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(pieces());
    let gap = prop::sample::select(vec![" ", "\n", ". ", ", ", "", " … ", "\u{a0}"]);
    (prop::collection::vec((piece, gap), 0..8), any::<prop::sample::Index>()).prop_map(
        |(parts, cut)| {
            let text: String =
                parts.iter().flat_map(|(piece, gap)| [piece.as_str(), gap]).collect();
            let letters = text.chars().count();
            let kept = if letters == 0 { 0 } else { cut.index(letters * 4).min(letters) };
            text.chars().take(kept).collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// An explanation is the production verdict, line by line, whatever was scored before it.
    #[test]
    fn an_explanation_never_tells_another_story_than_production(
        before in posts(),
        text in posts(),
    ) {
        static ENGINE: std::sync::LazyLock<Engine> = std::sync::LazyLock::new(shipped);
        let engine = &*ENGINE;
        let production = engine.score(&mut engine.scratch(), &text);
        let mut used = engine.scratch();
        engine.score(&mut used, &before);
        let explained = engine.explain(&mut used, &text);
        prop_assert_eq!(&explained.verdict, &production);

        let hits: i32 = explained.verdict.hits.iter().map(|hit| hit.points.0).sum();
        let lines: i32 = explained.verdict.adjustments.iter().map(|line| line.points.0).sum();
        prop_assert_eq!(hits + lines, i32::from(production.score));

        let flagged = engine.score_flagged(&mut used, &text);
        prop_assert_eq!(flagged.is_some(), production.flagged);
        if let Some(flagged) = flagged {
            prop_assert_eq!(&flagged, &production);
        }

        for hit in production.hits.iter().filter(|hit| engine.rule(&hit.rule).is_some()) {
            let why = engine.why(&mut used, &hit.rule, &text).unwrap();
            prop_assert!(why.fired, "{} fired in production", hit.rule);
            prop_assert!(why.conditions.iter().all(|condition| condition.holds));
        }
        for rule in engine.rules().iter().step_by(7) {
            let fired = engine.fires(&mut used, &rule.id, &text);
            let why = engine.why(&mut used, &rule.id, &text).unwrap();
            prop_assert_eq!(why.fired, fired);
        }
        for (span, words) in production.hits.iter().flat_map(|hit| hit.spans.iter().zip(&hit.text)) {
            prop_assert_eq!(span.of(&text), words.as_str());
        }
    }
}
