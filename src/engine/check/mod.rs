//! What is suspicious in a rule set that compiles: rules that never fire or always do, phrases that
//! repeat or swallow each other, list entries that are read as nothing, spellings that change what a
//! name means, missing tests and legal bases. Warnings only: they never stop a rule set from being
//! loaded.

mod names;
mod rules;
mod words;

use std::ops::Range;

use jiff::civil::Date;
use rustc_hash::FxHashSet;

use super::compile::{Entry, Row};
use super::diagnostic::Severity;
use super::lists::Lists;
use super::{Diagnostic, Family, Rule, RuleFiles};
use crate::registry::Registry;
use crate::text::WordId;

/// What the compiler saw of a rule set.
pub(super) struct Seen<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) rules: &'a [Rule],
    pub(super) families: &'a [Family],
    pub(super) rows: &'a [Row],
    pub(super) files: &'a RuleFiles,
    pub(super) registry: &'a Registry,
    pub(super) lists: &'a Lists<'a>,
    /// Names of the lists that phrases or other lists use.
    pub(super) used_lists: &'a FxHashSet<&'a str>,
    /// Patterns that no literal wakes: rule and place.
    pub(super) slow_patterns: &'a [(usize, Range<usize>)],
    /// Rules that fire on a text of which nothing is known.
    pub(super) on_nothing: &'a [usize],
    /// How a text is read: its words, and the same for a person.
    pub(super) reading: &'a dyn Fn(&str) -> (Vec<WordId>, String),
    /// The day by which rules are expired or not.
    pub(super) today: Option<Date>,
}

/// Everything suspicious, in order of file and place.
pub(super) fn warnings(seen: &Seen<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    rules::check(seen, &mut found);
    words::check(seen, &mut found);
    names::check(seen, &mut found);
    found.sort_by(|left, right| {
        (&left.file, left.span.start, left.code).cmp(&(&right.file, right.span.start, right.code))
    });
    found
}

fn warning(
    code: &'static str,
    file: &str,
    span: Range<usize>,
    message: impl Into<String>,
) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, file, span, message) }
}
