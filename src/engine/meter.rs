//! What each rule costs: time is taken around the confirming of its phrases, the running of its
//! patterns and the evaluating of its conditions, on the code path of production, which is compiled
//! a second time for it and so pays nothing.

use std::time::{Duration, Instant};

use super::{Engine, Scratch};

/// Sees the work done for single rules.
pub(super) trait Meter {
    /// Work for a rule begins.
    fn start(&mut self);
    /// It was for this rule, and ends.
    fn stop(&mut self, rule: usize);
}

/// Production: nobody looks.
pub(super) struct Unmetered;

impl Meter for Unmetered {
    #[inline]
    fn start(&mut self) {}
    #[inline]
    fn stop(&mut self, _rule: usize) {}
}

/// Time spent on posts, as a whole and by rule.
#[derive(Debug)]
pub struct Costs {
    rules: Vec<Duration>,
    whole: Duration,
    posts: u32,
    began: Instant,
    /// What taking the time takes.
    overhead: Duration,
    taken: u32,
}

impl Costs {
    /// Nothing measured yet.
    pub fn new(engine: &Engine) -> Self {
        let began = Instant::now();
        let overhead = (0..1_000).map(|_| Instant::now().elapsed()).min().unwrap_or(Duration::ZERO);
        let rules = vec![Duration::ZERO; engine.rules.len()];
        Self { rules, whole: Duration::ZERO, posts: 0, began, overhead, taken: 0 }
    }

    /// Mean microseconds a post spends on each of [`Engine::rules`].
    pub fn by_rule(&self) -> Vec<f64> {
        self.rules.iter().map(|rule| self.mean(*rule)).collect()
    }

    /// Mean microseconds of what no single rule causes: reading the text, facts, lists, and finding
    /// which rules to look at.
    pub fn shared(&self) -> f64 {
        let rules: Duration = self.rules.iter().sum();
        // Each time taken costs once inside, which is taken off there, and about once outside.
        let clock = self.overhead * 2 * self.taken;
        self.mean(self.whole.saturating_sub(rules + clock))
    }

    fn mean(&self, all: Duration) -> f64 {
        all.as_secs_f64() * 1e6 / f64::from(self.posts.max(1))
    }
}

impl Meter for Costs {
    fn start(&mut self) {
        self.began = Instant::now();
    }

    fn stop(&mut self, rule: usize) {
        let took = self.began.elapsed().saturating_sub(self.overhead);
        self.taken = self.taken.saturating_add(1);
        if let Some(sum) = self.rules.get_mut(rule) {
            *sum += took;
        }
    }
}

impl Engine {
    /// Reads a text as scoring does, and adds what each rule cost. The second reader, who looks only
    /// where a rule fired, is not measured.
    pub fn measure(&self, scratch: &mut Scratch, text: &str, costs: &mut Costs) {
        let began = Instant::now();
        self.read_with(scratch, text, costs);
        costs.whole += began.elapsed();
        costs.posts = costs.posts.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{RuleFiles, Thresholds};

    #[test]
    fn time_goes_to_the_rules_that_are_looked_at_and_nothing_else_changes() {
        let engine = Engine::compile(&RuleFiles::embedded(), Thresholds::default()).unwrap();
        let mut scratch = engine.scratch();
        let mut costs = Costs::new(&engine);
        let text = "Dicari admin di Poipet, masuk pelancong dulu, gaji 9jt. WA 0840-0000-0001";
        for _ in 0..50 {
            engine.measure(&mut scratch, text, &mut costs);
        }
        let fired = |scratch: &Scratch| {
            (0..engine.rules.len()).filter(|rule| scratch.has_fired(*rule)).collect::<Vec<_>>()
        };
        let metered = fired(&scratch);
        engine.score(&mut scratch, text);
        assert_eq!(metered, fired(&scratch));
        let by_rule = costs.by_rule();
        let of = |id: &str| by_rule[engine.rules.iter().position(|rule| rule.id.0 == id).unwrap()];
        assert!(of("visa-kunjungan-untuk-kerja") > 0.0);
        assert!(costs.shared() > 0.0);
        // No word of it stands in the text.
        let asleep = engine.rules.iter().position(|rule| rule.id.0 == "paket-perjalanan").unwrap();
        assert!(by_rule[asleep] < of("visa-kunjungan-untuk-kerja"));
    }
}
