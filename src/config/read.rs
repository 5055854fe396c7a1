//! Reads a TOML table into settings and names every fault in it, not only the first: whatever part
//! serde refuses is explained, cut out, and the rest is read again.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, ValueDeserializer};

use super::explain::explain;
use super::fault::Fault;

/// A table of the file with the place of each of its parts.
pub(super) type Table<'i> = Spanned<DeTable<'i>>;

/// The document as a tree with places, or every fault of its syntax.
pub(super) fn parse(text: &str) -> Result<Table<'_>, Vec<Fault>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(table);
    }
    let syntax = |error: &toml::de::Error| Fault {
        span: error.span().unwrap_or(0..0),
        title: "ini bukan TOML yang sah".into(),
        label: error.message().to_owned(),
        also: None,
        help: Some("bandingkan dengan config.example.toml".into()),
    };
    Err(errors.iter().map(syntax).collect())
}

/// Reads `table` as a `T`. Everything wrong with it is added to `faults`; what comes back is then
/// the part that could be read, with defaults for the rest, or nothing when too little was left.
/// `beside` are keys that stand in the same table of the file but were read by another: they may be
/// what a misspelt key was meant to be.
pub(super) fn read<T: DeserializeOwned>(
    table: Table<'_>,
    beside: &[&str],
    faults: &mut Vec<Fault>,
) -> Option<T> {
    let span = table.span();
    let mut node = Spanned::new(span, DeValue::Table(table.into_inner()));
    let mut cut_out: Vec<String> = Vec::new();
    loop {
        let error = match T::deserialize(ValueDeserializer::from(node.clone())) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let missing = error.message().strip_prefix("missing field ");
        if missing.is_some_and(|name| cut_out.iter().any(|cut| name.trim_matches('`') == cut)) {
            return None;
        }
        let cut = error.span().and_then(|span| cut(&mut node, &span));
        faults.push(explain(&error, cut.as_deref(), beside));
        cut_out.push(cut?);
    }
}

/// Removes the innermost entry or element inside `node` that holds `span`; returns its key, or for
/// an element the key of its array. The span of a table is that of its header alone, so that its
/// entries are looked at one by one.
fn cut(node: &mut Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<String> {
    let holds = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
    match node.get_mut() {
        DeValue::Table(table) => {
            let mut whole = None;
            for (key, value) in table.iter_mut() {
                if let Some(inner) = cut(value, span) {
                    // An element of an array has no name of its own.
                    return Some(if inner.is_empty() { key.get_ref().to_string() } else { inner });
                }
                if holds(key.span()) || holds(value.span()) {
                    whole = Some(key.get_ref().to_string());
                    break;
                }
            }
            let key = whole?;
            table.remove(key.as_str());
            Some(key)
        }
        DeValue::Array(array) => {
            let mut whole = None;
            for (index, element) in array.iter_mut().enumerate() {
                if let Some(inner) = cut(element, span) {
                    return Some(inner);
                }
                if holds(element.span()) {
                    whole = Some(index);
                    break;
                }
            }
            let at = whole?;
            let elements = std::mem::replace(array, DeArray::new());
            let keep = elements.into_iter().enumerate().filter(|(index, _)| *index != at);
            *array = keep.map(|(_, element)| element).collect();
            Some(String::new())
        }
        _ => None,
    }
}

/// The place of the value at a path of keys such as `["fetch", "pace"]`.
pub(super) fn span_of(table: &DeTable<'_>, path: &[&str]) -> Option<Range<usize>> {
    let (last, tables) = path.split_last()?;
    let mut table = table;
    for key in tables {
        match table.get(*key)?.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => return None,
        }
    }
    table.get(*last).map(Spanned::span)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Outer {
        inner: Inner,
        list: Vec<u8>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Inner {
        many: u8,
        name: String,
    }

    fn faults_of(text: &str) -> (Option<Outer>, Vec<(String, String)>) {
        let mut faults = Vec::new();
        let value = read(parse(text).unwrap(), &[], &mut faults);
        let shown = faults.iter().map(|f| (text[f.span.clone()].to_owned(), f.title.clone()));
        (value, shown.collect())
    }

    #[test]
    fn every_fault_is_named_and_the_rest_is_read() {
        let (value, faults) =
            faults_of("list = [1, 'dua', 3]\nlsit = 1\n[inner]\nmany = -1\nname = 'ada'\nnmae = 2");
        let mut faults: Vec<_> =
            faults.iter().map(|(place, title)| (place.as_str(), title.as_str())).collect();
        faults.sort_unstable();
        assert_eq!(
            faults,
            [
                ("'dua'", "nilai `list` salah jenis"),
                ("-1", "nilai `many` tidak sah"),
                ("lsit", "kunci `lsit` tidak dikenal"),
                ("nmae", "kunci `nmae` tidak dikenal"),
            ]
        );
        let inner = Inner { many: 0, name: "ada".into() };
        assert_eq!(value, Some(Outer { inner, list: vec![1, 3] }));
    }

    #[test]
    fn a_wrong_value_is_not_also_called_missing() {
        #[derive(Debug, Deserialize)]
        struct Strict {
            #[serde(rename = "name")]
            _name: String,
        }
        let mut faults = Vec::new();
        assert!(read::<Strict>(parse("name = 3").unwrap(), &[], &mut faults).is_none());
        assert_eq!(faults.len(), 1, "{faults:?}");
        faults.clear();
        assert!(read::<Strict>(parse("").unwrap(), &[], &mut faults).is_none());
        assert_eq!(faults[0].title, "kunci `name` belum ada");
    }

    #[test]
    fn every_fault_of_syntax_is_named() {
        let text = "a = \nb = 1\nb = 2\nc = [1,\n";
        let faults = parse(text).unwrap_err();
        assert!(faults.len() >= 2, "{faults:?}");
    }

    #[test]
    fn a_value_is_found_by_its_path() {
        let text = "[fetch]\npace = '2s'";
        let table = parse(text).unwrap();
        let span = span_of(table.get_ref(), &["fetch", "pace"]).unwrap();
        assert_eq!(&text[span], "'2s'");
        assert_eq!(span_of(table.get_ref(), &["fetch", "x"]), None);
        assert_eq!(span_of(table.get_ref(), &["x", "pace"]), None);
    }
}
