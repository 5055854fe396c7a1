//! Plots as SVG without a script or a style of their own: columns over days or scores, bars of
//! groups, and shares with their intervals. Every number drawn stands in the title of its shape; the
//! page repeats it in a table.

use crate::console::locale::Locale;
use crate::report::Share;

/// A share with its interval, as the language writes it.
pub(super) fn interval(l: &Locale, share: Share) -> String {
    format!("{}–{}", l.percent(share.low, 1), l.percent(share.high, 1))
}

/// `length` by the ratio of two counts.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn scaled(count: u64, most: u64, length: f64) -> f64 {
    count as f64 / most.max(1) as f64 * length
}

/// A coordinate: a tenth of a point is as fine as a screen shows.
fn point(at: f64) -> String {
    format!("{at:.1}")
}

/// The smallest round number that is not below a count: 1, 2 or 5 with noughts.
fn round_above(count: u64) -> u64 {
    let steps = (0..18).flat_map(|power| [1, 2, 5].map(|first| first * 10_u64.pow(power)));
    steps.into_iter().find(|step| *step >= count).unwrap_or(count)
}

const WIDTH: f64 = 360.0;
/// Room for the numbers at the left, and for what stands under and over the columns.
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 130.0;
const TOP: f64 = 14.0;

/// A column.
struct Column {
    x: String,
    y: String,
    width: String,
    height: String,
    class: &'static str,
    title: String,
}

/// A line across the plot, or down through it, with what it is.
struct Mark {
    at: String,
    text: String,
}

/// Columns side by side, one group a place.
#[derive(askama::Template)]
#[template(path = "plot_columns.html", config = "src/console/askama.toml")]
pub(super) struct Columns {
    label: String,
    columns: Vec<Column>,
    /// Heights with a number beside them.
    heights: Vec<Mark>,
    /// Places with a word under them.
    places: Vec<Mark>,
    /// Places with a line through them.
    lines: Vec<Mark>,
}

/// What is drawn at one place: what stands under it, if anything does, and for each series its
/// number and the title of its column.
pub(super) struct Place {
    pub(super) under: Option<String>,
    pub(super) columns: Vec<(u64, String)>,
}

/// How series are told apart: filled, or drawn around.
const SERIES: [&str; 2] = ["full", "hollow"];

impl Columns {
    /// Heights follow the numbers.
    pub(super) fn linear(l: &Locale, label: String, places: Vec<Place>) -> Self {
        let most = places.iter().flat_map(|place| &place.columns).map(|(count, _)| *count).max();
        let most = round_above(most.unwrap_or(0).max(4));
        let height = |count| scaled(count, most, BOTTOM - TOP);
        let heights = [most / 2, most].map(|count| (count, height(count)));
        Self::new(l, label, &places, height, &heights)
    }

    /// Heights follow the logarithms of the numbers, so that few stand beside many.
    pub(super) fn logarithmic(l: &Locale, label: String, places: Vec<Place>) -> Self {
        let most = places.iter().flat_map(|place| &place.columns).map(|(count, _)| *count).max();
        let top = most.unwrap_or(0).max(9).ilog10() + 1;
        let ten_fold = (BOTTOM - TOP) / f64::from(top);
        // One post is still seen: a column of one is as high as a fifth of ten.
        let foot = 0.2_f64;
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let height = |count: u64| match count {
            0 => 0.0,
            count => ((count as f64).log10() * (1.0 - foot / f64::from(top)) + foot) * ten_fold,
        };
        let heights: Vec<(u64, f64)> =
            (0..=top).map(|power| 10_u64.pow(power)).map(|count| (count, height(count))).collect();
        Self::new(l, label, &places, height, &heights)
    }

    fn new(
        l: &Locale,
        label: String,
        places: &[Place],
        height: impl Fn(u64) -> f64,
        heights: &[(u64, f64)],
    ) -> Self {
        let count = u32::try_from(places.len().max(1)).map_or(1.0, f64::from);
        let room = (WIDTH - LEFT) / count;
        let mut columns = Vec::new();
        let mut under = Vec::new();
        let mut left = LEFT;
        for place in places {
            let series = u32::try_from(place.columns.len().max(1)).map_or(1.0, f64::from);
            let width = room * 0.8 / series;
            let mut x = left + room * 0.1;
            for ((count, title), class) in place.columns.iter().zip(SERIES) {
                let height = height(*count);
                columns.push(Column {
                    x: point(x),
                    y: point(BOTTOM - height),
                    width: point(width),
                    height: point(height),
                    class,
                    title: title.clone(),
                });
                x += width;
            }
            if let Some(text) = &place.under {
                under.push(Mark { at: point(left + room / 2.0), text: text.clone() });
            }
            left += room;
        }
        let heights = heights
            .iter()
            .map(|(count, height)| Mark { at: point(BOTTOM - height), text: l.number(*count) })
            .collect();
        Self { label, columns, heights, places: under, lines: Vec::new() }
    }

    /// Draws a line through a place of a scale from 0 to 100.
    pub(super) fn mark(&mut self, at: u8, text: String) {
        let x = LEFT + (WIDTH - LEFT) * f64::from(at) / 100.0;
        self.lines.push(Mark { at: point(x), text });
    }
}

/// The height of a row of [`Rows`] and of [`Intervals`].
const ROW: usize = 34;
/// The most rows drawn; the table has all.
const ROWS: usize = 12;

/// Letters of a name that stand beside its number; the whole of it is in the title and in the table.
const LETTERS: usize = 44;

fn shortened(name: &str) -> String {
    match name.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// A group with a bar for all of it, and one within for a part.
struct Row {
    text_y: usize,
    bar_y: usize,
    whole: String,
    part: String,
    label: String,
    numbers: String,
    title: String,
}

/// Bars of groups, one under the other.
#[derive(askama::Template)]
#[template(path = "plot_rows.html", config = "src/console/askama.toml")]
pub(super) struct Rows {
    label: String,
    height: usize,
    rows: Vec<Row>,
}

/// A group that is drawn.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) whole: u64,
    pub(super) part: u64,
    pub(super) title: String,
}

impl Rows {
    pub(super) fn new(l: &Locale, label: String, bars: Vec<Bar>) -> Self {
        let most = bars.iter().map(|bar| bar.whole).max().unwrap_or(0);
        let rows: Vec<Row> = bars
            .into_iter()
            .take(ROWS)
            .enumerate()
            .map(|(place, bar)| Row {
                text_y: place * ROW + 13,
                bar_y: place * ROW + 18,
                whole: point(scaled(bar.whole, most, WIDTH)),
                part: point(scaled(bar.part, most, WIDTH)),
                numbers: format!("{} / {}", l.number(bar.part), l.number(bar.whole)),
                label: shortened(&bar.label),
                title: bar.title,
            })
            .collect();
        Self { label, height: rows.len().max(1) * ROW, rows }
    }
}

/// A share on a scale from nothing to all, with its interval.
struct Whisker {
    text_y: usize,
    y: usize,
    low: String,
    value: String,
    high: String,
    label: String,
    numbers: String,
    title: String,
}

/// Shares with their intervals, one under the other.
#[derive(askama::Template)]
#[template(path = "plot_intervals.html", config = "src/console/askama.toml")]
pub(super) struct Intervals {
    label: String,
    height: usize,
    rows: Vec<Whisker>,
}

impl Intervals {
    /// The first few of the shares, each with its name.
    pub(super) fn new<'a>(
        l: &Locale,
        label: String,
        shares: impl Iterator<Item = (&'a str, Share)>,
    ) -> Self {
        let rows: Vec<Whisker> = shares
            .take(ROWS)
            .enumerate()
            .map(|(place, (name, share))| {
                let value = share.value.unwrap_or(0.0);
                Whisker {
                    text_y: place * ROW + 13,
                    y: place * ROW + 23,
                    low: point(share.low * WIDTH),
                    value: point(value * WIDTH),
                    high: point(share.high * WIDTH),
                    label: shortened(name),
                    numbers: l.percent(value, 1),
                    title: format!("{name}: {} ({})", l.percent(value, 1), interval(l, share)),
                }
            })
            .collect();
        Self { label, height: rows.len().max(1) * ROW, rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::locale::Locales;
    use crate::store::Language;

    #[test]
    fn scales_end_at_round_numbers() {
        for (count, above) in [(0, 1), (1, 1), (3, 5), (5, 5), (11, 20), (49, 50), (501, 1_000)] {
            assert_eq!(round_above(count), above, "{count}");
        }
    }

    #[test]
    fn columns_stay_within_their_plot() {
        let locales = Locales::new();
        let l = locales.of(Language::Id);
        let places = |counts: &[u64]| {
            let place = |count: &u64| Place { under: None, columns: vec![(*count, String::new())] };
            counts.iter().map(place).collect::<Vec<_>>()
        };
        for counts in [&[][..], &[0], &[1, 9, 10, 11], &[99, 100, 101], &[7_654_321, 0, 1]] {
            for (plot, smallest) in [
                (Columns::linear(l, String::new(), places(counts)), 0.0),
                (Columns::logarithmic(l, String::new(), places(counts)), 1.0),
            ] {
                assert_eq!(plot.columns.len(), counts.len());
                for (column, count) in plot.columns.iter().zip(counts) {
                    let height: f64 = column.height.parse().unwrap();
                    let seen = if *count > 0 { smallest..=BOTTOM - TOP + 0.1 } else { 0.0..=0.0 };
                    assert!(seen.contains(&height), "{count}: {height}");
                }
            }
        }
    }
}
