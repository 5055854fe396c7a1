//! An export as CSV: flat columns, no cell of which a spreadsheet takes for a formula.

use jiff::Timestamp;

use super::super::Failure;
use crate::engine::{Band, Grade, Verdict};
use crate::post::{Account, Post};
use crate::store::{Export, ExportedItem, ItemState, Origin, Outcome};

/// The column that is there only when asked for.
const REVIEWER: &str = "analyst";

type Column = (&'static str, fn(&ExportedItem) -> String);

const COLUMNS: &[Column] = &[
    ("item", |item| item.item.to_string()),
    ("state", |item| state(item.state).to_owned()),
    ("outcome", |item| item.outcome.map_or("", Outcome::code).to_owned()),
    ("reason", |item| item.reason.clone().unwrap_or_default()),
    ("decided_at", |item| time(item.decided_at)),
    (REVIEWER, |item| item.analyst.clone().unwrap_or_default()),
    ("origin", |item| {
        match item.origin {
            Origin::Rules => "rules",
            Origin::Report => "report",
            Origin::Sample => "sample",
        }
        .to_owned()
    }),
    ("lane", |item| item.lane.as_str().to_owned()),
    ("band", |item| item.band.map_or("", Band::as_str).to_owned()),
    ("score", |item| item.score.to_string()),
    ("severity", |item| item.severity.map_or("", Grade::as_str).to_owned()),
    ("source", |item| item.source.clone()),
    ("platform", |item| post(item, |post| Some(post.key.platform.to_string()))),
    ("native_id", |item| post(item, |post| Some(post.key.native_id.clone()))),
    ("url", |item| post(item, |post| post.url.clone())),
    ("author", |item| post(item, |post| post.author.as_ref().and_then(name))),
    ("container", |item| {
        post(item, |post| post.container.as_ref().map(|inside| inside.native_id.clone()))
    }),
    ("created_at", |item| post(item, |post| Some(time(post.created_at)))),
    ("first_seen", |item| time(Some(item.first_seen))),
    ("deleted_at", |item| time(item.deleted_at)),
    ("text", |item| post(item, |post| Some(post.reading().into_owned()))),
    ("rules", |item| {
        list(item, |verdict| verdict.hits.iter().map(|hit| hit.rule.0.clone()).collect())
    }),
    ("destination", |item| list(item, |verdict| verdict.facts.destination.clone())),
    ("phones", |item| list(item, |verdict| verdict.facts.phones.clone())),
    ("handles", |item| list(item, |verdict| verdict.facts.handles.clone())),
    ("links", |item| list(item, |verdict| verdict.facts.links.clone())),
    ("ruleset", |item| {
        item.verdict.as_ref().map_or_else(String::new, |verdict| verdict.ruleset.clone())
    }),
    ("content_hash", |item| item.content_hash.to_string()),
    ("capture", |item| item.capture.map_or_else(String::new, |digest| digest.to_string())),
];

/// The export as CSV with a header.
pub(super) fn csv(export: &Export, with_reviewers: bool) -> Result<Vec<u8>, Failure> {
    let columns: Vec<&Column> =
        COLUMNS.iter().filter(|(name, _)| with_reviewers || *name != REVIEWER).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let unwritable = |error: csv::Error| Failure::Impossible(format!("CSV: {error}"));
    writer.write_record(columns.iter().map(|(name, _)| name)).map_err(unwritable)?;
    for item in &export.items {
        let cells = columns.iter().map(|(_, cell)| guarded(cell(item)));
        writer.write_record(cells).map_err(unwritable)?;
    }
    writer.into_inner().map_err(|error| Failure::Impossible(format!("CSV: {error}")))
}

/// A cell that no spreadsheet takes for a formula, full-width signs among those it may.
fn guarded(cell: String) -> String {
    let risky = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if cell.starts_with(risky) { format!("'{cell}") } else { cell }
}

fn state(state: ItemState) -> &'static str {
    match state {
        ItemState::Open => "open",
        ItemState::Decided => "decided",
        ItemState::DeletedBySource => "deleted_by_source",
        ItemState::Unflagged => "unflagged",
    }
}

fn time(time: Option<Timestamp>) -> String {
    time.map_or_else(String::new, |time| time.to_string())
}

fn post(item: &ExportedItem, field: impl Fn(&Post) -> Option<String>) -> String {
    item.post.as_ref().and_then(field).unwrap_or_default()
}

fn name(account: &Account) -> Option<String> {
    account.handle.clone().or_else(|| account.name.clone())
}

fn list(item: &ExportedItem, values: impl Fn(&Verdict) -> Vec<String>) -> String {
    item.verdict.as_ref().map_or_else(String::new, |verdict| values(verdict).join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (written, shown) in [
            ("=1+1", "'=1+1"),
            ("+6281200001234", "'+6281200001234"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("＝1", "'＝1"),
            ("gaji = 9jt", "gaji = 9jt"),
            ("", ""),
        ] {
            assert_eq!(guarded(written.to_owned()), shown);
        }
    }
}
