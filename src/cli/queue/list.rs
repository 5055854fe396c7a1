//! `waspada queue list`: what waits, most urgent first, as a table that fits the terminal.

use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, Width, presets,
};
use jiff::Timestamp;

use super::{Answer, Failure, LaneName, StateName, harmless_line, standing};
use crate::engine::{Band, Grade};
use crate::store::{ItemLine, ItemState, ListFilter, Origin, QueueCounts};

/// From this width of the terminal on, all columns but the excerpt stand on one line.
const WIDE: u16 = 120;
/// How wide the columns before the excerpt may be on a terminal that is not: what is longer goes on
/// in the next line.
const WIDEST: &[u16] = &[6, 4, 7, 7, 15, 11, 13];
/// Rows of a table when no other number is asked for.
const ROWS: u32 = 50;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Semua butir, juga yang sudah diputuskan
    #[arg(long, conflicts_with = "state")]
    all: bool,
    /// Hanya butir dengan keadaan ini
    #[arg(long, value_enum, default_value = "open", value_name = "KEADAAN")]
    state: StateName,
    /// Hanya jalur ini
    #[arg(long, value_enum, value_name = "JALUR")]
    lane: Option<LaneName>,
    /// Hanya sumber ini
    #[arg(long, value_name = "NAMA")]
    source: Option<String>,
    /// Paling banyak sekian butir; bila tidak disebut, tabel 50 dan JSON semua
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Keluaran JSON, satu butir sebaris
    #[arg(long)]
    json: bool,
}

pub(super) fn run(
    list: &Arguments,
    arguments: &super::super::Arguments,
) -> Result<Answer, Failure> {
    let store = super::super::store(arguments)?;
    let limit = if list.json { list.limit } else { Some(list.limit.unwrap_or(ROWS)) };
    let filter = ListFilter {
        state: (!list.all).then(|| list.state.into()),
        lane: list.lane.map(Into::into),
        source: list.source.clone(),
        reader: super::named(),
        // One more, to tell whether there is more.
        limit: limit.map(|limit| limit.saturating_add(1)),
        ..ListFilter::default()
    };
    let mut lines = match store.list(&filter, Timestamp::now()) {
        Ok(lines) => lines,
        Err(error) => return super::refused(error),
    };
    let wanted = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let more = lines.len() > wanted;
    lines.truncate(wanted);
    let text = if list.json {
        lines.iter().map(super::super::json_line).collect::<Result<String, _>>()?
    } else {
        let counts = match store.queue_counts() {
            Ok(counts) => counts,
            Err(error) => return super::refused(error),
        };
        let mut text = if lines.is_empty() { nothing(&filter, counts) } else { table(&lines) };
        if more {
            text.push_str(&format!("… {wanted} teratas saja; --limit N memperlihatkan lebih\n"));
        }
        text + &total(counts)
    };
    super::super::print(&text)?;
    Ok(Answer::Done)
}

fn table(lines: &[ItemLine]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_truncation_indicator("…")
        .set_header([
            "no",
            "parah",
            "jalur",
            "skor",
            "sumber",
            "waktu (WIB)",
            "keadaan",
            "cuplikan",
        ]);
    for line in lines {
        let mut row = Row::from([
            Cell::new(line.id).set_alignment(CellAlignment::Right),
            Cell::new(line.severity.map_or("", Grade::as_str)),
            Cell::new(match line.origin {
                Origin::Rules | Origin::Sample => line.lane.as_str(),
                Origin::Report => "laporan",
            }),
            Cell::new(format!("{:>3} {}", line.score, line.band.map_or("", Band::as_str))),
            Cell::new(harmless_line(&line.source)),
            Cell::new(line.fresh.to_zoned_datetime(super::super::wib()).strftime("%Y-%m-%d %H:%M")),
            Cell::new(
                match (standing(line.state, line.outcome, line.leased_by.as_deref()), line.reports)
                {
                    (standing, 0) => standing,
                    (standing, reports) => format!("{standing} · {reports} laporan"),
                },
            ),
            Cell::new(excerpt(line)),
        ]);
        row.max_height(3);
        table.add_row(row);
    }
    let narrow = table.width().is_some_and(|width| width < WIDE);
    for (column, widest) in table.column_iter_mut().zip(WIDEST) {
        column.set_padding((0, if narrow { 1 } else { 2 }));
        column.set_constraint(if narrow {
            ColumnConstraint::UpperBoundary(Width::Fixed(*widest))
        } else {
            ColumnConstraint::ContentWidth
        });
    }
    table.trim_fmt() + "\n"
}

fn excerpt(line: &ItemLine) -> String {
    line.excerpt.as_deref().map_or_else(|| "(isi sudah dihapus)".to_owned(), harmless_line)
}

fn nothing(filter: &ListFilter, counts: QueueCounts) -> String {
    let narrowed = filter.lane.is_some() || filter.source.is_some();
    let waits = filter.state.is_none_or(|state| state == ItemState::Open);
    match (narrowed, waits, counts) {
        (false, _, QueueCounts { open: 0, decided: 0, .. }) => {
            "Antrean kosong: belum ada postingan yang diduga. `waspada run --once` mengambil yang baru.\n"
        }
        (false, true, _) => "Antrean kosong: semua sudah diputuskan. Terima kasih.\n",
        _ => "Tidak ada butir yang cocok dengan saringan ini.\n",
    }
    .to_owned()
}

fn total(counts: QueueCounts) -> String {
    let QueueCounts { open, open_victim, decided } = counts;
    format!("{open} menunggu ({open_victim} di jalur victim), {decided} sudah diputuskan\n")
}
