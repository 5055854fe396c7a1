//! Brings rule sets into force. A set that does not compile, or fails its own examples, never
//! replaces a good one.

use std::path::PathBuf;

use crate::engine::{Engine, RuleFiles, Thresholds};
use crate::registry::today;
use crate::telemetry::{Event as _, RulesLoaded, RulesRefused};

use super::scorer::Scorer;

/// Where the rules come from and how they are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The folder of the rule files; the set built into the program when absent.
    pub folder: Option<PathBuf>,
    /// The bands, and what is flagged.
    pub thresholds: Thresholds,
}

/// A rule set that cannot be used: where the fault is and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RulesError(pub String);

/// Reads, checks and compiles a rule set, and runs its examples.
///
/// # Errors
/// It cannot be read, does not compile, or does not keep what its examples promise.
pub fn load(standing: &Standing) -> Result<Engine, RulesError> {
    let files = match &standing.folder {
        Some(folder) => RuleFiles::read(folder).map_err(|error| RulesError(error.to_string()))?,
        None => RuleFiles::embedded(),
    };
    let (engine, _) = Engine::check(&files, standing.thresholds, Some(today()))
        .map_err(|error| RulesError(error.to_string()))?;
    let failed = engine.run_examples().failed;
    match failed.first() {
        None => Ok(engine),
        Some(first) => Err(RulesError(format!(
            "{} contoh tidak dipenuhi; yang pertama: aturan `{}` dalam {}: \"{}\"; lihat `waspada rules test`",
            failed.len(),
            first.rule,
            first.file,
            first.text
        ))),
    }
}

/// Puts what stands in the files now into force, or keeps the set in force and says why.
pub(super) fn reload(scorer: &Scorer, standing: &Standing) -> Result<(), RulesError> {
    match load(standing) {
        Ok(engine) => {
            RulesLoaded { ruleset: engine.version(), rules: engine.rules().len() }.emit();
            scorer.replace(engine);
            Ok(())
        }
        Err(error) => {
            RulesRefused { reason: &error.0 }.emit();
            Err(error)
        }
    }
}
