//! A record of CSV: the header says which column is what.

use csv::{ReaderBuilder, StringRecord, Terminator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Names, Reading, is_same};
use crate::sources::exports::{Ways, fourcat};

/// The header of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Header {
    /// What stands between two columns.
    pub(in super::super) delimiter: u8,
    /// The columns' names, in lower case.
    names: Vec<String>,
    /// The offset of the first row.
    pub(in super::super) rows_from: u64,
}

impl Header {
    pub(in super::super) fn new(record: &str, delimiter: u8, rows_from: u64) -> Self {
        let names = fields(record, delimiter).unwrap_or_default();
        let names = names.iter().map(|name| name.trim().to_lowercase()).collect();
        Self { delimiter, names, rows_from }
    }

    /// How many columns a row has.
    pub(in super::super) fn width(&self) -> usize {
        self.names.len()
    }

    /// How many of the columns are known.
    pub(in super::super) fn known(&self, names: &Names<'_>) -> usize {
        self.names.iter().filter(|name| names.is_known(name)).count()
    }

    pub(in super::super) fn has_text(&self, names: &Names<'_>) -> bool {
        self.names.iter().any(|name| names.is_text(name))
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|column| is_same(name, column))
    }

    /// The columns' names, for messages.
    pub(in super::super) fn columns(&self) -> String {
        let names: Vec<String> = self.names.iter().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    }
}

/// The fields of one record; `None` when there is none.
fn fields(record: &str, delimiter: u8) -> Option<StringRecord> {
    let record = record.strip_suffix('\n').unwrap_or(record);
    let record = record.strip_suffix('\r').unwrap_or(record);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .terminator(Terminator::Any(b'\n'))
        .from_reader(record.as_bytes());
    reader.records().next()?.ok()
}

pub(in super::super) fn read(record: &str, header: &Header, ways: &Ways) -> Reading {
    let Some(fields) = fields(record, header.delimiter) else { return Reading::Nothing };
    let width = header.width();
    // A delimiter at the end of a line opens a column that holds nothing.
    let extra = fields.iter().skip(width).any(|field| !field.trim().is_empty());
    if extra || fields.len() < width {
        return Reading::Bad(format!("{} kolom, seharusnya {width} kolom", fields.len()));
    }
    let values: Vec<Value> = fields.iter().map(|field| Value::String(field.to_owned())).collect();
    let mut reading = super::read(|name| values.get(header.position(name)?), ways);
    if let Reading::Post(post) = &mut reading
        && fourcat::has_columns(|name| header.position(name).is_some())
    {
        fourcat::complete(post, |name| fields.get(header.position(name)?));
    }
    reading
}
