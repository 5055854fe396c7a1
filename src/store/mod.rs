//! SQLite: posts, verdicts, queue, decisions, evidence, custody log, cursors.

mod settings;

pub use settings::Settings;
