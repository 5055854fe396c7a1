//! What a new list changes in the register: who is new, changed, or gone.

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::super::Agency;
use super::{AgencyList, Column};

/// What a list changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Agencies that were not there.
    pub new: Vec<New>,
    /// Agencies of which something else is said.
    pub changed: Vec<Changed>,
    /// Agencies that are no longer there.
    pub gone: Vec<Agency>,
    /// How many stay as they are.
    pub same: usize,
}

/// An agency that was not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct New {
    /// The line of the list.
    pub line: u64,
    /// Who it is.
    pub agency: Agency,
}

/// An agency of which something else is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The line of the list.
    pub line: u64,
    /// Its name now.
    pub name: String,
    /// What is said now, in place of what, in Indonesian.
    pub what: Vec<String>,
}

impl AgencyList {
    /// Compares the list with the register in force. What the list has no column for is taken over
    /// from there, so that numbers and addresses that were added by hand are not lost.
    pub fn changes(&mut self, register: &[Agency]) -> Changes {
        let mut by_licence: FxHashMap<String, usize> = FxHashMap::default();
        let mut by_name: FxHashMap<String, usize> = FxHashMap::default();
        for (place, agency) in register.iter().enumerate() {
            by_name.entry(agency.bare_name()).or_insert(place);
            if let Some(licence) = agency.bare_licence() {
                by_licence.entry(licence).or_insert(place);
            }
        }
        let has: Vec<Column> = self.columns.iter().map(|(column, _)| *column).collect();
        let mut known = vec![false; register.len()];
        let mut changes = Changes::default();
        for (line, agency) in &mut self.rows {
            let by_number = agency.bare_licence().and_then(|licence| by_licence.get(&licence));
            let Some(place) = by_number.or_else(|| by_name.get(&agency.bare_name())).copied()
            else {
                changes.new.push(New { line: *line, agency: agency.clone() });
                continue;
            };
            known[place] = true;
            let before = &register[place];
            take_over(agency, before, &has);
            let what = differences(before, agency);
            if what.is_empty() {
                changes.same += 1;
            } else {
                changes.changed.push(Changed { line: *line, name: agency.name.clone(), what });
            }
        }
        let gone = register.iter().zip(known).filter(|(_, known)| !known);
        changes.gone = gone.map(|(agency, _)| agency.clone()).collect();
        changes
    }
}

fn take_over(agency: &mut Agency, before: &Agency, has: &[Column]) {
    let lacks = |column| !has.contains(&column);
    if lacks(Column::Aliases) && agency.aliases.is_empty() {
        agency.aliases.clone_from(&before.aliases);
    }
    if lacks(Column::Licence) {
        agency.licence.clone_from(&before.licence);
    }
    if lacks(Column::ValidUntil) {
        agency.valid_until = before.valid_until;
    }
    if lacks(Column::Status) {
        agency.status = before.status;
    }
    if lacks(Column::Province) {
        agency.province.clone_from(&before.province);
    }
    if lacks(Column::Phones) {
        agency.phones.clone_from(&before.phones);
    }
    if lacks(Column::Domains) {
        agency.domains.clone_from(&before.domains);
    }
}

fn differences(before: &Agency, now: &Agency) -> Vec<String> {
    let day = |agency: &Agency| agency.valid_until.map(|day| day.to_string());
    let joined = |all: &[String]| (!all.is_empty()).then(|| all.join(", "));
    let status = |agency: &Agency| Some(agency.status.as_str().to_owned());
    let pairs = [
        ("nama", Some(before.name.clone()), Some(now.name.clone())),
        ("nama lain", joined(&before.aliases), joined(&now.aliases)),
        ("izin", before.licence.clone(), now.licence.clone()),
        ("berlaku sampai", day(before), day(now)),
        ("status", status(before), status(now)),
        ("provinsi", before.province.clone(), now.province.clone()),
        ("telepon", joined(&before.phones), joined(&now.phones)),
        ("situs", joined(&before.domains), joined(&now.domains)),
    ];
    let told = |value: Option<String>| value.unwrap_or_else(|| "(kosong)".into());
    pairs
        .into_iter()
        .filter(|(_, before, now)| before != now)
        .map(|(what, before, now)| format!("{what}: {} → {}", told(before), told(now)))
        .collect()
}
