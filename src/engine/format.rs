//! The one canonical layout of a rule file and of a word list, text to text. Comments stay with
//! what they speak about, and what the file says stays as it was; laid out twice is laid out once.

use toml_edit::{Array, Decor, DocumentMut, Item, Table, Value};

use super::severity;

/// The widest line an array may take before it gets a line for each entry.
const WIDEST: usize = 100;

/// The keys of each kind of table, in the order in which a person reads them.
const FAMILY: &[&str] = &["id", "title", "cap", "lane"];
const RULE: &[&str] = &[
    "id", "title", "points", "status", "speech", "speaker", "requires", "unless", "when",
    "phrases", "patterns", "floor", "hold", "from", "until", "legal", "owner", "was", "hit",
    "miss", "todo",
];
const EXCEPTION: &[&str] = &["rule", "sources", "phrases", "owner", "reason", "until", "miss"];

/// Why a file is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// It is not TOML: `rules check` shows where.
    #[error("berkas ini tidak dapat dibaca; jalankan `waspada rules check` untuk melihat letaknya")]
    Unreadable,
    /// It holds what a rule file does not.
    #[error("`{0}` bukan bagian berkas aturan; jalankan `waspada rules check`")]
    Foreign(String),
    /// The layout would change what the file says. It never should; the file is kept.
    #[error("isi berkas ini akan berubah bila dirapikan; berkas dibiarkan")]
    WouldChange,
}

/// The file in its canonical layout. Tables of the registry and the settings of the second reader
/// are laid out by hand and stay.
///
/// # Errors
/// When the file cannot be read, or would not say the same afterwards.
pub fn format(name: &str, text: &str) -> Result<String, FormatError> {
    let is_table = |part: &str| matches!(part, "registry" | "model" | severity::FILE);
    if name.split('/').any(is_table) {
        Ok(text.to_owned())
    } else if name.ends_with(".txt") {
        Ok(list(text))
    } else {
        rules(text)
    }
}

/// Lines trimmed, blanks within a line and blank lines made one, none at either end.
fn list(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for line in text.trim_start_matches('\u{feff}').lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.is_empty() {
            blank = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut blank) {
            out.push('\n');
        }
        out.push_str(&words.join(" "));
        out.push('\n');
    }
    out
}

fn rules(text: &str) -> Result<String, FormatError> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let document: DocumentMut = text.parse().map_err(|_| FormatError::Unreadable)?;
    let mut tables: Vec<(&str, &Table)> = Vec::new();
    for (name, item) in document.iter() {
        match (name, item) {
            ("family", Item::Table(table)) => tables.push((name, table)),
            ("rule" | "exception", Item::ArrayOfTables(many)) => {
                tables.extend(many.iter().map(|table| (name, table)));
            }
            _ => return Err(FormatError::Foreign(name.to_owned())),
        }
    }
    tables.sort_by_key(|(_, table)| table.position());
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for (name, table) in tables {
        if !out.is_empty() {
            out.push('\n');
        }
        paragraphs(raw(table.decor().prefix()), &mut out);
        let (header, order) = match name {
            "family" => ("[family]", FAMILY),
            "rule" => ("[[rule]]", RULE),
            _ => ("[[exception]]", EXCEPTION),
        };
        out.push_str(header);
        end_of_line(&comments(raw(table.decor().suffix())), &mut out);
        keys(table, order, &mut out)?;
    }
    let mut trailing = String::new();
    paragraphs(document.trailing().as_str().unwrap_or(""), &mut trailing);
    if !trailing.is_empty() {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(trailing.trim_end());
        out.push('\n');
    }
    let says = |text: &str| text.parse::<toml::Table>().ok();
    if says(&text) == says(&out) { Ok(out) } else { Err(FormatError::WouldChange) }
}

fn keys(table: &Table, order: &[&str], out: &mut String) -> Result<(), FormatError> {
    let mut entries: Vec<(&str, &Item)> = table.iter().collect();
    let place = |key: &str| order.iter().position(|known| *known == key).unwrap_or(order.len());
    entries.sort_by_key(|(key, _)| place(key));
    for (key, item) in entries {
        let Item::Value(value) = item else {
            return Err(FormatError::Foreign(key.to_owned()));
        };
        let Some(written) = table.key(key) else { continue };
        for comment in comments(raw(written.leaf_decor().prefix())) {
            out.push_str(comment);
            out.push('\n');
        }
        let start = out.len();
        out.push_str(&written.display_repr());
        out.push_str(" = ");
        match value {
            Value::Array(array) => entries_of(array, start, out),
            _ => out.push_str(&scalar(value)),
        }
        end_of_line(&comments(raw(value.decor().suffix())), out);
    }
    Ok(())
}

/// An array on the line begun at `start` when it fits, or else an entry a line.
fn entries_of(array: &Array, start: usize, out: &mut String) {
    let commented = array.iter().any(|value| has_comment(value.decor()))
        || array.trailing().as_str().is_some_and(|text| text.contains('#'));
    let entries: Vec<String> = array.iter().map(scalar).collect();
    if !commented {
        let line = format!("[{}]", entries.join(", "));
        if entries.is_empty() || out[start..].chars().count() + line.chars().count() <= WIDEST {
            out.push_str(&line);
            return;
        }
    }
    out.push('[');
    // A comment after the comma stands before the next entry in the file's grammar.
    let mut below: Vec<&str> = Vec::new();
    for (value, entry) in array.iter().zip(&entries) {
        between(&mut below, raw(value.decor().prefix()), out);
        out.push_str(&format!("  {entry},"));
        let (beside, after) = split(raw(value.decor().suffix()));
        beside.iter().for_each(|comment| out.push_str(&format!(" {comment}")));
        below = after;
    }
    between(&mut below, array.trailing().as_str().unwrap_or(""), out);
    out.push(']');
}

/// Ends the line before with the comments beside it, then those on lines of their own.
fn between<'a>(below: &mut Vec<&'a str>, text: &'a str, out: &mut String) {
    let (beside, above) = split(text);
    end_of_line(&beside, out);
    for comment in below.drain(..).chain(above) {
        out.push_str(&format!("  {comment}\n"));
    }
}

fn end_of_line(comments: &[&str], out: &mut String) {
    for comment in comments {
        out.push(' ');
        out.push_str(comment);
    }
    out.push('\n');
}

/// A value without the space around it; a string in the plainest quotes that can hold it.
fn scalar(value: &Value) -> String {
    let mut bare = value.clone();
    bare.decor_mut().clear();
    let written = bare.to_string();
    let many_lines = written.starts_with("\"\"\"") || written.starts_with("'''");
    match value.as_str() {
        Some(text) if !many_lines && !text.chars().any(char::is_control) => {
            if !text.contains(['"', '\\']) {
                format!("\"{text}\"")
            } else if !text.contains('\'') {
                format!("'{text}'")
            } else {
                written
            }
        }
        _ => written,
    }
}

fn raw(part: Option<&toml_edit::RawString>) -> &str {
    part.and_then(toml_edit::RawString::as_str).unwrap_or("")
}

fn has_comment(decor: &Decor) -> bool {
    raw(decor.prefix()).contains('#') || raw(decor.suffix()).contains('#')
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| line.starts_with('#')).collect()
}

/// Comments on the line that goes on here, and those on lines of their own.
fn split(text: &str) -> (Vec<&str>, Vec<&str>) {
    let (beside, above) = text.split_once('\n').unwrap_or((text, ""));
    (comments(beside), comments(above))
}

/// Comments on lines of their own; what a blank line parted stays parted.
fn paragraphs(text: &str, out: &mut String) {
    let mut begun = false;
    let mut blank = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            blank = begun;
            continue;
        }
        if std::mem::take(&mut blank) {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        begun = true;
    }
    if blank {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, RuleFiles, Thresholds};

    #[test]
    fn keys_arrays_and_comments_take_their_places() {
        let written = "\u{feff}# Berkas ini\r\n\r\n\r\n[family] # keluarga\r\ntitle='Visa'\r\nid = 'visa'\r\n\r\n\r\n# aturan pertama\r\n[[rule]]\r\nmiss = []\r\n# syarat\r\nrequires=[ 'a' , 'b', ]\r\nphrases = [\"satu\", # beside\r\n # above\r\n \"dua\"\r\n # end\r\n]\r\npatterns = ['\\bchop\\b']\r\npoints = 5 # lima\r\nid = \"x\"\r\n\r\n# akhir\r\n";
        assert_eq!(
            format("visa.toml", written).unwrap(),
            r#"# Berkas ini

[family] # keluarga
id = "visa"
title = "Visa"

# aturan pertama
[[rule]]
id = "x"
points = 5 # lima
# syarat
requires = ["a", "b"]
phrases = [
  "satu", # beside
  # above
  "dua",
  # end
]
patterns = ['\bchop\b']
miss = []

# akhir
"#
        );
    }

    #[test]
    fn a_long_array_gets_a_line_for_each_entry() {
        let words: Vec<String> = (0..12).map(|number| format!("'kata-{number}'")).collect();
        let text = format!("[[rule]]\nid = 'x'\nphrases = [{}]\n", words.join(","));
        let laid_out = format("x.toml", &text).unwrap();
        assert!(laid_out.contains("phrases = [\n  \"kata-0\",\n  \"kata-1\",\n"), "{laid_out}");
    }

    #[test]
    fn lists_are_trimmed_and_keep_their_order() {
        assert_eq!(
            format("lists/a.txt", "\n\n  b   c\t# x\r\n\n\n# d\n a \n\n").unwrap(),
            "b c # x\n\n# d\na\n"
        );
        assert_eq!(format("lists/a.txt", "").unwrap(), "");
    }

    #[test]
    fn what_is_no_rule_file_is_left_alone() {
        assert_eq!(format("a.toml", "[family"), Err(FormatError::Unreadable));
        assert_eq!(format("a.toml", "x = 1"), Err(FormatError::Foreign("x".into())));
        assert_eq!(format("registry/legal.toml", "a   = 1").unwrap(), "a   = 1");
        assert_eq!(format("model/pembaca.toml", "a   = 1").unwrap(), "a   = 1");
    }

    #[test]
    fn the_shipped_rules_say_the_same_and_need_laying_out_only_once() {
        let shipped = RuleFiles::embedded();
        let mut laid_out = RuleFiles::default();
        for (name, text) in shipped.select(|_| true) {
            let once = format(name, text).unwrap();
            assert_eq!(format(name, &once).unwrap(), once, "{name}");
            let comments = |text: &str| text.matches('#').count();
            assert_eq!(comments(&once), comments(text), "{name}");
            laid_out.set(name, once);
        }
        let engines = [&shipped, &laid_out]
            .map(|files| Engine::compile(files, Thresholds::default()).unwrap());
        let [before, after] = engines.each_ref().map(|engine| {
            let rules = engine.rules().iter();
            rules.map(|rule| format!("{rule:?}")).collect::<Vec<_>>()
        });
        assert_eq!(before, after);
        let [before, after] = engines.each_ref().map(Engine::run_examples);
        assert_eq!(before, after);
    }
}
