//! What is wrong with a config file, said so that an operator can mend it: the file, the line, the
//! column, the line itself with the fault underlined, and what would be right.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// One thing that is wrong, at a place of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The bytes of the file that are wrong.
    pub span: Range<usize>,
    /// What is wrong, in one line.
    pub title: String,
    /// What stands under the underlined place.
    pub label: String,
    /// A second place that explains the first, with its label.
    pub also: Option<(Range<usize>, String)>,
    /// What would be right.
    pub help: Option<String>,
}

/// A place for a person: lines and columns are counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// All that is wrong with one file, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    /// The file, as the operator named it.
    pub file: PathBuf,
    text: String,
    faults: Vec<Fault>,
}

impl Faults {
    /// The faults of `file`, whose content is `text`.
    pub(super) fn new(file: PathBuf, text: String, mut faults: Vec<Fault>) -> Self {
        faults.sort_by_key(|fault| (fault.span.start, fault.span.end));
        Self { file, text, faults }
    }

    /// Each fault with its place.
    pub fn iter(&self) -> impl Iterator<Item = (Place, &Fault)> {
        self.faults.iter().map(|fault| (place(&self.text, fault.span.start), fault))
    }

    /// The faults as a person reads them, with ANSI colours when `colour` is set.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let path = self.file.display().to_string();
        let rendered: Vec<String> = self
            .faults
            .iter()
            .map(|fault| {
                let mut snippet = Snippet::source(&self.text).path(&path).annotation(
                    AnnotationKind::Primary
                        .span(within(&self.text, &fault.span))
                        .label(&fault.label),
                );
                if let Some((span, label)) = &fault.also {
                    snippet = snippet.annotation(
                        AnnotationKind::Context.span(within(&self.text, span)).label(label),
                    );
                }
                let mut group =
                    Level::ERROR.with_name("galat").primary_title(&fault.title).element(snippet);
                if let Some(help) = &fault.help {
                    group = group.element(Level::HELP.with_name("saran").message(help));
                }
                renderer.render(&[group])
            })
            .collect();
        rendered.join("\n\n")
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

/// The line and column of a byte of `text`.
pub(super) fn place(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// A span that the renderer can draw: inside the text, and on one line only, so that a fault of a
/// whole table underlines its header and not all of it.
fn within(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start);
    let end = text.ceil_char_boundary(span.end.max(start));
    let end = text[start..end].find('\n').map_or(end, |newline| start + newline);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_from_one() {
        let text = "a\nséri = 1\n";
        assert_eq!(place(text, 0), Place { line: 1, column: 1 });
        assert_eq!(place(text, text.find('=').unwrap()), Place { line: 2, column: 6 });
        assert_eq!(place(text, text.len()), Place { line: 3, column: 1 });
        assert_eq!(place(text, 999), Place { line: 3, column: 1 });
    }

    #[test]
    fn faults_stand_in_the_order_of_the_file_with_their_places() {
        let fault = |span: Range<usize>, title: &str| Fault {
            span,
            title: title.into(),
            label: "di sini".into(),
            also: None,
            help: None,
        };
        let faults = Faults::new(
            "w.toml".into(),
            "a = 1\nb = 2\n".into(),
            vec![fault(6..7, "kedua"), fault(0..1, "pertama")],
        );
        let seen: Vec<_> =
            faults.iter().map(|(place, fault)| (place.line, fault.title.as_str())).collect();
        assert_eq!(seen, [(1, "pertama"), (2, "kedua")]);
        assert!(faults.to_string().contains("--> w.toml:2:1"), "{faults}");
        assert!(!faults.to_string().contains('\u{1b}'));
        assert!(faults.render(true).contains('\u{1b}'));
    }
}
