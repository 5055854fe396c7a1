//! A list of licensed agencies as the ministry hands it out: rows below a header, in whatever order
//! and spelling. Every row becomes an agency or a fault with its line; nothing is left out in silence.

mod changes;
mod columns;
mod values;

use std::collections::hash_map::Entry;

use csv::{ReaderBuilder, Trim};
use jiff::civil::Date;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::Agency;
use columns::Layout;

pub use changes::{Changed, Changes, New};
pub use columns::Column;

/// What may stand between two columns.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Cells that say that there is nothing.
const BLANKS: &[&str] = &["-", "--", "–", "—", "n/a", "na", "nihil", "null", "kosong", "#n/a"];

/// A list, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyList {
    /// The agencies, each with the line it stands on.
    pub rows: Vec<(u64, Agency)>,
    /// Rows that were taken, and what should be looked at.
    pub doubts: Vec<Doubt>,
    /// Rows that could not be taken.
    pub faults: Vec<Fault>,
    /// Which columns were read, with their headers.
    pub columns: Vec<(Column, String)>,
    /// Headers of columns that were not.
    pub unused: Vec<String>,
}

/// Something about a row that should be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// The line of the file.
    pub line: u64,
    /// Whose row it is.
    pub name: String,
    /// What was seen, in Indonesian.
    pub message: String,
}

/// A row that could not be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The line of the file.
    pub line: u64,
    /// Why, and what to do, in Indonesian.
    pub message: String,
}

/// A file that is no list of agencies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableList {
    /// No row names the columns.
    #[error(
        "tidak ada baris judul dengan kolom nama perusahaan dan sedikitnya satu kolom lain yang dikenal; yang terbaca: {0}. Sebutkan kolomnya dengan --column, misalnya --column \"nama=Nama Lembaga\"; yang dikenal: {known}",
        known = Column::names()
    )]
    NoHeader(String),
    /// A column said to be there is not.
    #[error("kolom `{0}` tidak ada; yang ada: {1}")]
    NoColumn(String, String),
    /// There is a header and nothing below it.
    #[error("tidak ada satu baris pun di bawah judul kolom")]
    Empty,
}

/// Reads a list. `mapped` says which header a column has where its name does not tell; `taken` is the
/// day the list held.
///
/// # Errors
/// It has no header that can be understood, or nothing below it.
pub fn read_list(
    text: &str,
    mapped: &[(Column, String)],
    source: &str,
    taken: Date,
) -> Result<AgencyList, UnreadableList> {
    // The line a record begins on is told rightly for these ends of lines only.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let ((lines, cells), layout) = DELIMITERS
        .iter()
        .map(|delimiter| records(&text, *delimiter))
        .map(|(lines, cells)| {
            let layout = Layout::find(&cells, mapped);
            ((lines, cells), layout)
        })
        .max_by_key(|((_, cells), layout)| {
            let known = layout.as_ref().map_or(0, |layout| layout.read.len());
            (known, cells.iter().map(Vec::len).max())
        })
        .map_or(Err(UnreadableList::Empty), |(records, layout)| Ok((records, layout?)))?;
    if let Some((_, missing)) =
        mapped.iter().find(|(column, _)| !layout.read.iter().any(|(other, _)| other == column))
    {
        let titles = layout.titles.iter().filter(|title| !title.is_empty());
        let titles: Vec<String> = titles.map(|title| format!("`{title}`")).collect();
        return Err(UnreadableList::NoColumn(missing.clone(), titles.join(", ")));
    }
    let mut list = AgencyList {
        rows: Vec::new(),
        doubts: Vec::new(),
        faults: Vec::new(),
        columns: layout
            .read
            .iter()
            .map(|(column, place)| (*column, layout.title(*place).to_owned()))
            .collect(),
        unused: (0..layout.titles.len())
            .filter(|place| !layout.read.iter().any(|(_, other)| other == place))
            .map(|place| layout.title(place).to_owned())
            .filter(|title| !title.is_empty())
            .collect(),
    };
    for (line, cells) in lines.into_iter().zip(cells).skip(layout.header + 1) {
        let row = Row { line, cells: &cells, layout: &layout };
        if let Some(agency) = row.read(&mut list) {
            let agency = Agency { source: Some(source.to_owned()), taken: Some(taken), ..agency };
            list.rows.push((line, agency));
        }
    }
    if list.rows.is_empty() && list.faults.is_empty() {
        return Err(UnreadableList::Empty);
    }
    list.merge_twins();
    Ok(list)
}

/// The records of a text with the lines they begin on; blank ones are passed over.
fn records(text: &str, delimiter: u8) -> (Vec<u64>, Vec<Vec<String>>) {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let (mut lines, mut cells) = (Vec::new(), Vec::new());
    // A text is valid UTF-8 and rows may differ in width: there is no other fault of CSV.
    for record in reader.records().map_while(Result::ok) {
        if record.iter().any(|cell| !cell.is_empty()) {
            lines.push(record.position().map_or(0, csv::Position::line));
            cells.push(record.iter().map(one_line).collect());
        }
    }
    (lines, cells)
}

/// A cell with its blanks and line breaks as single blanks.
fn one_line(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Row<'a> {
    line: u64,
    cells: &'a [String],
    layout: &'a Layout,
}

impl<'a> Row<'a> {
    /// The cell of a column, when the list has it and something stands in it.
    fn cell(&self, column: Column) -> Option<&'a str> {
        let (_, place) = self.layout.read.iter().find(|(other, _)| *other == column)?;
        let cell = self.cells.get(*place)?.as_str();
        let blank = cell.is_empty() || BLANKS.contains(&cell.to_lowercase().as_str());
        (!blank).then_some(cell)
    }

    /// The agency of this row; what is doubtful or wrong with it goes to the list.
    fn read(&self, list: &mut AgencyList) -> Option<Agency> {
        let read =
            self.layout.read.iter().filter(|(column, _)| self.cell(*column).is_some()).count();
        // Headers are repeated on every page; notes and totals stand below a list.
        let repeats = self.layout.titles.iter().eq(self.cells.iter());
        if repeats || read == 0 {
            return None;
        }
        let mut fault = |message: String| list.faults.push(Fault { line: self.line, message });
        let Some(name) = self.cell(Column::Name) else {
            fault("nama perusahaan kosong: isi, atau hapus baris ini".into());
            return None;
        };
        if !name.contains(char::is_alphabetic) {
            fault(format!("nama perusahaan `{name}` bukan nama: periksa apakah kolomnya bergeser"));
            return None;
        }
        let valid_until = match self.cell(Column::ValidUntil) {
            None => None,
            Some(cell) => {
                let Some(day) = values::date(cell) else {
                    fault(format!(
                        "tanggal `{cell}` tidak terbaca: tulis hari-bulan-tahun, misalnya 31/12/2028 atau 2028-12-31"
                    ));
                    return None;
                };
                Some(day)
            }
        };
        let status = match self.cell(Column::Status) {
            None => super::LicenceStatus::default(),
            Some(cell) => {
                let Some(status) = values::status(cell) else {
                    fault(format!(
                        "status `{cell}` tidak dikenal: tulis aktif, dicabut, skorsing, tunda layan, atau tidak aktif"
                    ));
                    return None;
                };
                status
            }
        };
        let mut doubts = Vec::new();
        if let Some(cell) = self.cell(Column::Status)
            && status != super::LicenceStatus::default()
            && !cell.to_lowercase().contains("cabut")
        {
            doubts.push(format!("status `{cell}` dicatat sebagai dicabut"));
        }
        let (name, former) = without_parentheses(name);
        if let Some(former) = &former {
            doubts.push(format!("yang dalam kurung, `{former}`, dicatat sebagai nama lain"));
        }
        let aliases =
            self.cell(Column::Aliases).into_iter().flat_map(|cell| cell.split([';', ',']));
        let aliases = aliases.map(one_line).filter(|alias| !alias.is_empty());
        let (phones, unread) = self.cell(Column::Phones).map(values::phones).unwrap_or_default();
        doubts.extend(unread.iter().map(|part| format!("nomor telepon `{part}` tidak terbaca")));
        let (domains, unread) = self.cell(Column::Domains).map(values::domains).unwrap_or_default();
        doubts.extend(unread.iter().map(|part| format!("alamat web `{part}` tidak terbaca")));
        list.doubts.extend(doubts.into_iter().map(|message| Doubt {
            line: self.line,
            name: name.clone(),
            message,
        }));
        Some(Agency {
            aliases: former.into_iter().chain(aliases).collect(),
            licence: self.cell(Column::Licence).map(str::to_owned),
            valid_until,
            status,
            province: self.cell(Column::Province).map(str::to_owned),
            phones,
            domains,
            name,
            ..Agency::default()
        })
    }
}

/// A name, and what stands in parentheses behind it: "PT Baru (d/h PT Lama)".
fn without_parentheses(name: &str) -> (String, Option<String>) {
    let Some((before, after)) =
        name.split_once('(').filter(|(before, _)| !before.trim().is_empty())
    else {
        return (name.to_owned(), None);
    };
    let (inside, behind) = after.split_once(')').unwrap_or((after, ""));
    let inside = inside.trim();
    let (first, rest) = inside.split_once([' ', '.', ':']).unwrap_or(("", inside));
    let announces = ["d/h", "dh", "dahulu", "dulu", "eks", "ex", "semula"]
        .contains(&first.to_lowercase().as_str());
    let former = if announces { rest.trim_start_matches(['.', ':', ' ']) } else { inside };
    let alias = Some(former.to_owned()).filter(|former| former.chars().count() > 3);
    (one_line(&format!("{before} {behind}")), alias)
}

impl AgencyList {
    /// Rows of one company, as of its branches, are one; rows that contradict each other are faults.
    fn merge_twins(&mut self) {
        let mut kept: Vec<(u64, Agency)> = Vec::new();
        let mut by_name: FxHashMap<String, usize> = FxHashMap::default();
        let mut by_licence: FxHashMap<String, usize> = FxHashMap::default();
        for (line, agency) in std::mem::take(&mut self.rows) {
            let licence = agency.bare_licence();
            if let Some(other) = licence.as_ref().and_then(|licence| by_licence.get(licence))
                && kept[*other].1.bare_name() != agency.bare_name()
            {
                let (first, of) = &kept[*other];
                self.faults.push(Fault {
                    line,
                    message: format!(
                        "nomor izin `{}` sudah dipakai {} di baris {first}: betulkan salah satunya",
                        agency.licence.as_deref().unwrap_or(""),
                        of.name
                    ),
                });
                continue;
            }
            match by_name.entry(agency.bare_name()) {
                Entry::Vacant(place) => {
                    place.insert(kept.len());
                    if let Some(licence) = licence {
                        by_licence.insert(licence, kept.len());
                    }
                    kept.push((line, agency));
                }
                Entry::Occupied(place) => {
                    let (first, known) = &mut kept[*place.get()];
                    let differs = (agency.bare_licence(), agency.valid_until, agency.status)
                        != (known.bare_licence(), known.valid_until, known.status);
                    if differs {
                        self.faults.push(Fault {
                            line,
                            message: format!(
                                "{} sudah ada di baris {first} dengan izin, masa berlaku, atau status lain: hapus yang tidak berlaku",
                                agency.name
                            ),
                        });
                        continue;
                    }
                    self.doubts.push(Doubt {
                        line,
                        message: format!(
                            "sudah ada di baris {first}; keduanya dicatat sebagai satu"
                        ),
                        name: agency.name,
                    });
                    for (into, from) in
                        [(&mut known.phones, agency.phones), (&mut known.domains, agency.domains)]
                    {
                        into.extend(from);
                        into.sort_unstable();
                        into.dedup();
                    }
                }
            }
        }
        self.rows = kept;
        self.doubts.sort_by_key(|doubt| doubt.line);
        self.faults.sort_by_key(|fault| fault.line);
    }
}

#[cfg(test)]
mod tests;
