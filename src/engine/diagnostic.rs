//! Faults of a rule set: a stable code, the file, the place, and what would be right.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::RuleFiles;

/// How bad a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The rule set works, but somebody should look.
    Warning,
    /// The rule set is refused.
    Error,
}

/// A fault with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// `E0xx` or `W0xx`, never given another meaning.
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// The file within the rule set.
    pub file: String,
    /// The bytes of the file at fault.
    pub span: Range<usize>,
    /// What is wrong, in Indonesian.
    pub message: String,
    /// What would be right, in Indonesian.
    pub help: Option<String>,
    /// Whether the entry at `span` can go and the rule set still says the same.
    pub removable: bool,
}

impl Diagnostic {
    /// An error.
    pub fn error(
        code: &'static str,
        file: &str,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        let (file, message) = (file.to_owned(), message.into());
        Self { code, severity: Severity::Error, file, span, message, help: None, removable: false }
    }

    /// The same with a line of help.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same for an entry that says nothing new.
    pub(super) fn removable(mut self) -> Self {
        self.removable = true;
        self
    }

    /// The fault as a person reads it, the line underlined.
    pub fn render(&self, files: &RuleFiles, colour: bool) -> String {
        let source = files.text(&self.file).unwrap_or("");
        let start = source.floor_char_boundary(self.span.start);
        let end = source.floor_char_boundary(self.span.end).max(start);
        // Of a value over many lines the first is enough to find it by.
        let span = start..source[start..end].find('\n').map_or(end, |newline| start + newline);
        let level = match self.severity {
            Severity::Warning => Level::WARNING.with_name("peringatan"),
            Severity::Error => Level::ERROR.with_name("galat"),
        };
        let mut group = level.primary_title(&self.message).id(self.code).element(
            Snippet::source(source).path(&self.file).annotation(AnnotationKind::Primary.span(span)),
        );
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.with_name("saran").message(help));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }
}

/// A rule set that cannot be compiled: every error found.
#[derive(Debug, Clone)]
pub struct RuleSetError {
    /// The faults, errors first.
    pub diagnostics: Vec<Diagnostic>,
    /// The faults as a person reads them.
    pub rendered: String,
}

impl RuleSetError {
    pub(super) fn new(diagnostics: Vec<Diagnostic>, files: &RuleFiles) -> Self {
        let rendered = diagnostics
            .iter()
            .map(|diagnostic| diagnostic.render(files, false))
            .collect::<Vec<_>>()
            .join("\n\n");
        Self { diagnostics, rendered }
    }
}

impl fmt::Display for RuleSetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rendered)
    }
}

impl std::error::Error for RuleSetError {}

/// The known name nearest to a mistyped one, when near enough to suggest.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (distance(typed, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .min()
        .map(|(_, name)| name)
}

/// The number of single-letter edits between two names.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, letter) in left.chars().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (at, other) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(letter != *other);
            diagonal = row[at + 1];
            row[at + 1] = substituted.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[right.len()]
}
