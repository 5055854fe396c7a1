//! The shipped rules against their own examples: every `hit` fires its rule, no `miss` does, and
//! every contribution shown sums to the score.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

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
