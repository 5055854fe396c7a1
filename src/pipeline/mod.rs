//! From a source to the store: visits on a schedule, scored by the rule set in force, stored page
//! by page. A source that fails fails alone; a page is stored whole or not at all.

mod daemon;
mod files;
mod health;
mod import;
mod once;
mod probe;
mod replay;
mod report;
mod reports;
mod rescore;
mod rule_watch;
mod rule_write;
mod rules;
mod schedule;
mod scorer;
mod spending;
mod stream;
mod tls;
mod visit;
mod watch;
mod web;

pub use daemon::{Daemon, DaemonError};
pub use health::{Health, ask_health};
pub use import::{Import, Imported, ImportedFile, folder_settings, import};
pub use once::once;
pub use probe::{Probe, ProbeError, probe, probe_source};
pub use replay::{ReplayError, Replayed, replay};
pub use report::{Observer, SourceReport, Unobserved};
pub use reports::{HandedIn, Intake, ReportError, Reported, hand_in, is_link};
pub use rescore::rescore;
pub use rule_write::{NewRuleFile, put_rule_file, replace_rule_file};
pub use rules::{RulesError, Standing, examine, load, read, reload};
pub use scorer::Scorer;
pub use watch::{StartError, Watch};
