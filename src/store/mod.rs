//! SQLite: posts, verdicts, queue, decisions, evidence, custody log, cursors.

mod record;
mod settings;

pub use record::{
    CaptureRecord, CoverageRecord, FileDone, PageCommit, PageResult, ScoredPost, SetAsideRecord,
    ValidatorRecord, VisitEnd,
};
pub use settings::Settings;
