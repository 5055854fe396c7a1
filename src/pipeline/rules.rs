//! Brings rule sets into force. A set that does not compile, or fails its own examples, never
//! replaces a good one.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::engine::{Diagnostic, Engine, RuleFiles, Thresholds};
use crate::registry::today;
use crate::telemetry::{Event as _, RulesLoaded, RulesRefused};

use super::scorer::Scorer;

/// Two readings this far apart that agree are of files nobody is writing.
const STEADY: Duration = Duration::from_millis(100);
/// How long a file without a byte may be one that was opened for writing and not written yet.
const OPENED: Duration = Duration::from_secs(1);
/// How long to wait for files to be steady.
const PATIENCE: Duration = Duration::from_secs(5);

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
    examine(&read(standing)?, standing.thresholds).map(|(engine, _)| engine)
}

/// Reads the files of a rule set as they stand when nobody writes to them.
///
/// # Errors
/// They cannot be read.
pub fn read(standing: &Standing) -> Result<RuleFiles, RulesError> {
    match &standing.folder {
        Some(folder) => steady(folder),
        None => Ok(RuleFiles::embedded()),
    }
}

/// Checks and compiles a rule set, runs its examples, and says what is suspicious in it.
///
/// # Errors
/// It does not compile, or does not keep what its examples promise.
pub fn examine(
    files: &RuleFiles,
    thresholds: Thresholds,
) -> Result<(Engine, Vec<Diagnostic>), RulesError> {
    let (engine, warnings) = Engine::check(files, thresholds, Some(today()))
        .map_err(|error| RulesError(error.to_string()))?;
    let failed = engine.run_examples().failed;
    match failed.first() {
        None => Ok((engine, warnings)),
        Some(first) => Err(RulesError(format!(
            "{} contoh tidak dipenuhi; yang pertama: aturan `{}` dalam {}: \"{}\"; lihat `waspada rules test`",
            failed.len(),
            first.rule,
            first.file,
            first.text
        ))),
    }
}

/// The files of a folder as they stand when nobody writes to it: half of one set with half of
/// another may well compile, and would be a third that nobody wrote.
fn steady(folder: &Path) -> Result<RuleFiles, RulesError> {
    let began = Instant::now();
    let mut before = RuleFiles::read(folder);
    loop {
        std::thread::sleep(STEADY);
        let now = RuleFiles::read(folder);
        match (before, now) {
            (Ok(before), Ok(now))
                if before == now && (!now.holds_an_empty_file() || began.elapsed() > OPENED) =>
            {
                return Ok(now);
            }
            // A folder that is not there stays so; a file that was just taken away does not.
            (Err(_), Err(error)) if !folder.is_dir() => return Err(RulesError(error.to_string())),
            (_, Err(error)) if began.elapsed() > PATIENCE => {
                return Err(RulesError(error.to_string()));
            }
            _ if began.elapsed() > PATIENCE => {
                return Err(RulesError(format!(
                    "{}: berkas aturan terus berubah; coba lagi setelah selesai ditulis",
                    folder.display()
                )));
            }
            (_, now) => before = now,
        }
    }
}

/// Puts what stands in the files now into force, or keeps the set in force and says why.
///
/// # Errors
/// As [`load`]; the set in force stays.
pub fn reload(scorer: &Scorer, standing: &Standing) -> Result<(), RulesError> {
    scorer.stands_on(standing.clone());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_waited_for_and_then_taken_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("kata.txt"), "").unwrap();
        let began = Instant::now();
        assert_eq!(steady(dir.path()).unwrap().text("kata.txt"), Some(""));
        assert!(began.elapsed() > OPENED, "it may have been opened a moment ago");
    }
}
