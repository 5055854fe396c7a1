//! SQLite: posts, verdicts, queue, decisions, evidence, custody log, cursors.
