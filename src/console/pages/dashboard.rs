//! A supervisor's morning: the load of the queue, what waits longest, what was flagged and confirmed,
//! how often each rule was right, how scores lie about the thresholds, and how the sources are doing.
//! Every plot has its numbers in a table under it.

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Html;
use axum::routing::get;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;

use super::html;
use super::plots::{Columns, Place};
use super::ranking::{Precision, Ranking, judged};
use crate::console::desk::{Desk, Frame, Signed};
use crate::console::fault::Fault;
use crate::console::locale::Locale;
use crate::engine::{Engine, Grade, RuleId, Thresholds};
use crate::registry::day_of;
use crate::report::statistics::Role;
use crate::store::{
    Alarm, Backlog, Load, Scores, SourceHealth, SourceState, Store, StoreError, Tallies,
};

/// How far back a reader may look, in days; the first unless another is asked for.
const PERIODS: [u16; 3] = [7, 30, 90];
/// Days of the load.
const DAYS: u8 = 14;
/// Thresholds whose queue is told.
const THRESHOLDS: std::ops::RangeInclusive<u8> = 20..=90;
/// How wide a column of scores is, and how far thresholds are apart.
const STEP: usize = 5;

pub(in crate::console) fn routes() -> Router<Desk> {
    Router::new().route("/dashboard", get(show))
}

/// What stands in the address.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    days: String,
}

/// What was read for the page.
struct Figures {
    load: Load,
    tallies: Tallies,
    scores: Scores,
    sources: Vec<(SourceState, SourceHealth)>,
}

/// A day of the load, or several together.
struct LoadLine {
    name: String,
    incoming: String,
    decided: String,
    open: String,
}

/// Items of one severity that wait.
struct WaitingLine {
    severity: Option<&'static str>,
    open: String,
    since: String,
    age: String,
    late: bool,
}

/// A column of scores.
struct ScoreLine {
    range: String,
    posts: String,
}

/// A threshold and the queue it would give.
struct ThresholdLine {
    threshold: u8,
    band: Option<&'static str>,
    is_now: bool,
    queue: String,
}

/// A source and how it is doing.
struct SourceLine {
    name: String,
    last: Option<String>,
    due: Option<String>,
    new: String,
    failures: String,
    complete: Option<String>,
    failure: Option<String>,
    alarms: Vec<String>,
}

/// A period to be chosen.
struct Period {
    days: u16,
    name: String,
    is_shown: bool,
}

#[derive(askama::Template)]
#[template(path = "dashboard.html", config = "src/console/askama.toml")]
struct Page<'a> {
    frame: Frame<'a>,
    at: String,
    periods: Vec<Period>,
    /// Today, and the last seven days.
    sums: Vec<LoadLine>,
    /// Each day, the newest first.
    days: Vec<LoadLine>,
    load_plot: Columns,
    open_plot: Columns,
    waiting: Vec<WaitingLine>,
    flagged: String,
    decided: String,
    confirmed: String,
    rankings: Vec<Ranking>,
    precision: Precision,
    scores: Vec<ScoreLine>,
    score_plot: Columns,
    thresholds: Vec<ThresholdLine>,
    sources: Vec<SourceLine>,
}

async fn show(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let wanted = asked.days.parse().ok();
    let period = PERIODS.into_iter().find(|days| Some(*days) == wanted).unwrap_or(PERIODS[0]);
    let now = Timestamp::now();
    let scorer = desk.scorer.clone();
    let figures = desk
        .call(move |store| scorer.with_engine(|engine| read(store, engine, period, now)))
        .await?;
    let page = desk.scorer.with_engine(|engine| {
        let frame = Frame::new(&desk, &session, "dashboard");
        page(frame, engine, &figures, period, now)
    });
    html(page)
}

fn read(
    store: &Store,
    engine: &Engine,
    period: u16,
    now: Timestamp,
) -> Result<Figures, StoreError> {
    let today = day_of(now);
    let since = today.saturating_sub((i32::from(period) - 1).days());
    let named = |rule: &str| {
        let rule = engine.rule_once_named(&RuleId(rule.to_owned()))?;
        // What excuses a post, or serves other rules, is no modus.
        let speaks = Role::of(rule) == Role::Speaks;
        Some((rule.id.to_string(), speaks.then(|| engine.family(rule).id.to_string())))
    };
    let mut health = store.source_health(now)?;
    let sources = store.sources()?.into_iter().map(|source| {
        let health = health.remove(&source.name).unwrap_or_default();
        (source, health)
    });
    Ok(Figures {
        sources: sources.collect(),
        load: store.load(today, DAYS)?,
        tallies: store.tallies(since, named)?,
        scores: store.scores(since)?,
    })
}

fn page<'a>(
    frame: Frame<'a>,
    engine: &Engine,
    figures: &Figures,
    period: u16,
    now: Timestamp,
) -> Page<'a> {
    let l = frame.l;
    let Figures { load, tallies, scores, sources } = figures;
    let thresholds = engine.thresholds();
    let (score_plot, score_lines) = score_columns(l, scores, thresholds);
    Page {
        at: l.clock(&now),
        periods: periods(l, period),
        sums: sums(l, load),
        days: load.days.iter().rev().map(|day| day_line(l, day, l.day(day.day))).collect(),
        load_plot: load_plot(l, load),
        open_plot: open_plot(l, load),
        waiting: load.waiting.iter().map(|waiting| waiting_line(l, waiting, now)).collect(),
        flagged: l.number(tallies.all.flagged),
        decided: l.number(tallies.all.outcomes().map(|(_, count)| count).sum()),
        confirmed: l.number(judged(&tallies.all).0),
        rankings: rankings(l, tallies, engine),
        precision: Precision::new(l, tallies, engine),
        scores: score_lines,
        score_plot,
        thresholds: threshold_lines(l, scores, thresholds),
        sources: sources.iter().map(|(state, health)| source_line(l, state, health)).collect(),
        frame,
    }
}

fn periods(l: &Locale, shown: u16) -> Vec<Period> {
    let period = |days| Period {
        days,
        name: l.count("dashboard-days", &u64::from(days)),
        is_shown: days == shown,
    };
    PERIODS.map(period).into()
}

fn day_line(l: &Locale, day: &crate::store::DayLoad, name: String) -> LoadLine {
    LoadLine {
        name,
        incoming: l.number(day.incoming),
        decided: l.number(day.decided),
        open: l.number(day.open),
    }
}

fn sums(l: &Locale, load: &Load) -> Vec<LoadLine> {
    let week = &load.days[load.days.len().saturating_sub(7)..];
    let today = load.days.last().map(|day| day_line(l, day, l.t("dashboard-today")));
    let week = LoadLine {
        name: l.t("dashboard-week"),
        incoming: l.number(week.iter().map(|day| day.incoming).sum()),
        decided: l.number(week.iter().map(|day| day.decided).sum()),
        open: l.number(load.open()),
    };
    today.into_iter().chain([week]).collect()
}

/// The day of the month stands under a column.
fn under(day: Date) -> Option<String> {
    Some(day.day().to_string())
}

fn load_plot(l: &Locale, load: &Load) -> Columns {
    let (incoming, decided) = (l.t("dashboard-incoming"), l.t("dashboard-decided"));
    let places = load.days.iter().map(|day| {
        let titled =
            |word: &str, count| (count, format!("{}: {} {word}", l.day(day.day), l.number(count)));
        let columns = vec![titled(&incoming, day.incoming), titled(&decided, day.decided)];
        Place { under: under(day.day), columns }
    });
    Columns::linear(l, l.t("dashboard-load-plot"), places.collect())
}

fn open_plot(l: &Locale, load: &Load) -> Columns {
    let open = l.t("dashboard-open");
    let places = load.days.iter().map(|day| {
        let title = format!("{}: {} {open}", l.day(day.day), l.number(day.open));
        Place { under: under(day.day), columns: vec![(day.open, title)] }
    });
    Columns::linear(l, l.t("dashboard-open-plot"), places.collect())
}

/// How long ago, in the largest unit that fits.
fn age(l: &Locale, since: Timestamp, now: Timestamp) -> String {
    let minutes = u64::try_from(now.duration_since(since).as_mins()).unwrap_or(0);
    match minutes {
        0..60 => l.count("dashboard-minutes", &minutes),
        60..2880 => l.count("dashboard-hours", &(minutes / 60)),
        _ => l.count("dashboard-days", &(minutes / 1440)),
    }
}

/// Whether an item waits longer than it may: S1 an hour, S2 until the day ends.
fn is_late(severity: Option<Grade>, oldest: Timestamp, now: Timestamp) -> bool {
    match severity {
        Some(Grade::S1) => now.duration_since(oldest).as_mins() >= 60,
        Some(Grade::S2) => day_of(oldest) < day_of(now),
        _ => false,
    }
}

fn waiting_line(l: &Locale, waiting: &Backlog, now: Timestamp) -> WaitingLine {
    WaitingLine {
        severity: waiting.severity.map(Grade::as_str),
        open: l.number(waiting.open),
        since: l.clock(&waiting.oldest),
        age: age(l, waiting.oldest, now),
        late: is_late(waiting.severity, waiting.oldest, now),
    }
}

fn rankings(l: &Locale, tallies: &Tallies, engine: &Engine) -> Vec<Ranking> {
    let registry = engine.registry();
    let country = |code: &str| match registry.country(code) {
        Some(country) => format!("{code} · {}", l.country(country)),
        None => code.to_owned(),
    };
    let province = |code: &str| match registry.regions.iter().find(|region| region.code == code) {
        Some(region) => format!("{code} · {}", region.title),
        None => code.to_owned(),
    };
    let family = |id: &str| {
        let mut families = engine.rules().iter().map(|rule| engine.family(rule));
        let family = families.find(|family| family.id.0 == id);
        family.map_or_else(|| id.to_owned(), |family| family.title.clone())
    };
    let name = str::to_owned;
    vec![
        Ranking::new(l, "platforms", l.t("dashboard-platforms"), &tallies.platforms, name),
        Ranking::new(
            l,
            "destinations",
            l.t("dashboard-destinations"),
            &tallies.destinations,
            country,
        ),
        Ranking::new(l, "families", l.t("dashboard-families"), &tallies.families, family),
        Ranking::new(l, "provinces", l.t("dashboard-provinces"), &tallies.provinces, province),
    ]
}

/// The first score of each column with its last; the last column holds 100 as well.
fn score_ranges() -> impl Iterator<Item = (u8, u8)> {
    (0..100_u8).step_by(STEP).map(|first| (first, if first == 95 { 100 } else { first + 4 }))
}

fn score_columns(l: &Locale, scores: &Scores, thresholds: Thresholds) -> (Columns, Vec<ScoreLine>) {
    let mut lines = Vec::new();
    let mut places = Vec::new();
    for (first, last) in score_ranges() {
        let posts = scores.posts(first, last);
        let range = format!("{first}–{last}");
        let title = format!("{range}: {}", l.number(posts));
        let under = first.is_multiple_of(20).then(|| first.to_string());
        places.push(Place { under, columns: vec![(posts, title)] });
        lines.push(ScoreLine { range, posts: l.number(posts) });
    }
    let mut plot = Columns::logarithmic(l, l.t("dashboard-scores-plot"), places);
    for at in [thresholds.rendah, thresholds.sedang, thresholds.tinggi] {
        let band = thresholds.band(at).map_or("", |band| band.as_str());
        plot.mark(at, format!("{band} {at}"));
    }
    (plot, lines)
}

fn threshold_lines(l: &Locale, scores: &Scores, now: Thresholds) -> Vec<ThresholdLine> {
    let mut all: Vec<u8> = THRESHOLDS.step_by(STEP).chain([now.flag]).collect();
    all.sort_unstable();
    all.dedup();
    let line = |threshold| ThresholdLine {
        threshold,
        band: now.band(threshold).map(|band| band.as_str()),
        is_now: threshold == now.flag,
        queue: l.number(scores.queue_from(threshold)),
    };
    all.into_iter().map(line).collect()
}

fn source_line(l: &Locale, state: &SourceState, health: &SourceHealth) -> SourceLine {
    SourceLine {
        name: state.name.clone(),
        last: state.last_success.as_ref().map(|at| l.clock(at)),
        due: state.next_due.as_ref().map(|at| l.clock(at)),
        new: l.number(health.new),
        failures: l.number(health.failures),
        complete: health.complete_percent.map(|percent| format!("{percent}%")),
        failure: state.failure.clone(),
        alarms: health.alarms.iter().map(|alarm| told(l, alarm)).collect(),
    }
}

fn told(l: &Locale, alarm: &Alarm) -> String {
    match alarm {
        Alarm::YieldZero { since, pages } => {
            let since = l.with("dashboard-alarm-since", &l.clock(since));
            format!("{} {since}", l.count("dashboard-alarm-empty", pages))
        }
        Alarm::FieldMissing { field, percent } => {
            format!("{} {percent}%", l.with("dashboard-alarm-field", field))
        }
        Alarm::Unreadable { percent } => {
            l.with("dashboard-alarm-unreadable", &format!("{percent}%"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_scores_hold_every_score_once() {
        let all: Vec<u8> = score_ranges().flat_map(|(first, last)| first..=last).collect();
        assert_eq!(all, (0..=100).collect::<Vec<u8>>());
    }

    #[test]
    fn what_waits_too_long_is_late() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        // Nine in the evening in WIB; the day ends at 17:00 UTC.
        let now = at("2026-11-28T14:00:00Z");
        for (severity, oldest, late) in [
            (Some(Grade::S1), "2026-11-28T13:00:01Z", false),
            (Some(Grade::S1), "2026-11-28T13:00:00Z", true),
            (Some(Grade::S2), "2026-11-27T17:00:00Z", false),
            (Some(Grade::S2), "2026-11-27T16:59:59Z", true),
            (Some(Grade::S4), "2026-01-01T00:00:00Z", false),
            (None, "2026-01-01T00:00:00Z", false),
        ] {
            assert_eq!(is_late(severity, at(oldest), now), late, "{severity:?} {oldest}");
        }
    }
}
