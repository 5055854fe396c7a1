//! Mends what can be mended without a person deciding: entries that say what another entry already
//! says. Text to text; that the rule set still does the same is for the caller to check.

use std::ops::Range;

use super::{Diagnostic, RuleFiles};

/// A file without its idle entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The file within the rule set.
    pub file: String,
    /// Its text now.
    pub text: String,
    /// What was taken out, as it was written, with its line and why.
    pub removed: Vec<Removed>,
}

/// An entry that was taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The entry as written.
    pub entry: String,
    /// The line it stood in, counted from 1.
    pub line: usize,
    /// The code of the warning.
    pub code: &'static str,
}

/// The files that change when every removable entry among the warnings goes.
pub fn fix(files: &RuleFiles, warnings: &[Diagnostic]) -> Vec<Fixed> {
    let mut fixed: Vec<Fixed> = Vec::new();
    let mut removable: Vec<&Diagnostic> = warnings.iter().filter(|it| it.removable).collect();
    // From the end of each file, so that the places before stay true.
    removable.sort_by(|left, right| {
        left.file.cmp(&right.file).then(right.span.start.cmp(&left.span.start))
    });
    for warning in removable {
        let Some(original) = files.text(&warning.file) else { continue };
        let Some(entry) = original.get(warning.span.clone()) else { continue };
        let removed = Removed {
            entry: entry.to_owned(),
            line: original[..warning.span.start].matches('\n').count() + 1,
            code: warning.code,
        };
        if fixed.last().is_none_or(|last| last.file != warning.file) {
            let (file, text) = (warning.file.clone(), original.to_owned());
            fixed.push(Fixed { file, text, removed: Vec::new() });
        }
        let Some(last) = fixed.last_mut() else { continue };
        let cut = if warning.file.ends_with(".txt") {
            line(&last.text, &warning.span)
        } else {
            element(&last.text, &warning.span)
        };
        last.text.replace_range(cut, "");
        last.removed.insert(0, removed);
    }
    fixed
}

/// The whole line of an entry of a list.
fn line(text: &str, entry: &Range<usize>) -> Range<usize> {
    let start = text[..entry.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[entry.end..].find('\n').map_or(text.len(), |newline| entry.end + newline + 1);
    start..end
}

/// An element of an array with the comma that goes with it, and its line when nothing else is on it.
fn element(text: &str, value: &Range<usize>) -> Range<usize> {
    let after = text[value.end..].trim_start();
    let (mut start, mut end) = (value.start, value.end);
    if after.starts_with(',') {
        end = text.len() - after.len() + 1;
    } else {
        let before = text[..start].trim_end();
        if before.ends_with(',') {
            start = before.len() - 1;
        }
    }
    let blank = |letter: char| letter == ' ' || letter == '\t';
    let head = text[..start].trim_end_matches(blank);
    let tail = text[end..].trim_start_matches(blank);
    if head.ends_with('\n') && tail.starts_with('\n') {
        head.len()..text.len() - tail.len() + 1
    } else if tail.starts_with(['\n', ']']) {
        head.len()..end
    } else {
        start..text.len() - tail.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_goes_with_its_comma_and_its_line() {
        for (text, left) in [
            ("p = [\"a\", \"X\", \"b\"]", "p = [\"a\", \"b\"]"),
            ("p = [\"a\", \"X\"]", "p = [\"a\"]"),
            ("p = [\"X\", \"a\"]", "p = [\"a\"]"),
            ("p = [\"X\"]", "p = []"),
            ("p = [\n  \"a\",\n  \"X\",\n  \"b\",\n]", "p = [\n  \"a\",\n  \"b\",\n]"),
            ("p = [\n  \"a\",\n  \"X\",\n]", "p = [\n  \"a\",\n]"),
            ("p = [\n  \"a\",\n  \"X\"\n]", "p = [\n  \"a\"\n]"),
            ("p = [\n  \"X\", # mengapa\n  \"a\",\n]", "p = [\n  # mengapa\n  \"a\",\n]"),
        ] {
            let start = text.find("\"X\"").unwrap();
            let mut cut = text.to_owned();
            cut.replace_range(element(text, &(start..start + 3)), "");
            assert_eq!(cut, left);
            assert!(cut.parse::<toml::Table>().is_ok(), "{cut}");
        }
    }

    #[test]
    fn a_list_loses_the_whole_line() {
        let mut files = RuleFiles::default();
        files.set("lists/a.txt", "satu\n  dua # catatan\ntiga");
        let at = |word: &str| {
            let start = files.text("lists/a.txt").unwrap().find(word).unwrap();
            Diagnostic::error("W007", "lists/a.txt", start..start + word.len(), "").removable()
        };
        let fixed = fix(&files, &[at("dua"), at("tiga")]);
        assert_eq!(fixed.len(), 1);
        assert_eq!(fixed[0].text, "satu\n");
        let removed: Vec<_> =
            fixed[0].removed.iter().map(|it| (it.entry.as_str(), it.line)).collect();
        assert_eq!(removed, [("dua", 2), ("tiga", 3)]);
    }
}
