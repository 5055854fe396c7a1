//! The examples inside the rule files, run: `hit` must fire the rule, `miss` must not, `todo` does
//! not yet. A rule set whose own examples fail is not fit to be loaded.

use serde::Serialize;

use super::{Engine, RuleId, Status};

/// What an example promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Promise {
    /// The rule fires.
    Hit,
    /// The rule does not fire.
    Miss,
}

/// An example that is not as it promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedExample {
    /// The rule.
    pub rule: RuleId,
    /// The file it stands in.
    pub file: String,
    /// What was promised.
    pub promise: Promise,
    /// The example.
    pub text: String,
}

/// How the examples of a rule set did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExampleReport {
    /// Examples that kept their promise.
    pub passed: usize,
    /// Those that did not.
    pub failed: Vec<FailedExample>,
    /// `todo` examples that are still not caught.
    pub todo: usize,
    /// `todo` examples that are caught now, with their rule: time to make them `hit`.
    pub todo_caught: Vec<(RuleId, String)>,
}

impl Engine {
    /// Runs every example; rules that are off are left out.
    pub fn run_examples(&self) -> ExampleReport {
        let mut scratch = self.scratch();
        let mut report = ExampleReport::default();
        for rule in self.rules.iter().filter(|rule| rule.status != Status::Off) {
            for (promise, texts) in [(Promise::Hit, &rule.hit), (Promise::Miss, &rule.miss)] {
                for text in texts {
                    if self.fires(&mut scratch, &rule.id, text) == (promise == Promise::Hit) {
                        report.passed += 1;
                    } else {
                        report.failed.push(FailedExample {
                            rule: rule.id.clone(),
                            file: rule.file.clone(),
                            promise,
                            text: text.clone(),
                        });
                    }
                }
            }
            for text in &rule.todo {
                if self.fires(&mut scratch, &rule.id, text) {
                    report.todo_caught.push((rule.id.clone(), text.clone()));
                } else {
                    report.todo += 1;
                }
            }
        }
        report
    }
}
