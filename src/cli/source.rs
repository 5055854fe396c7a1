//! `waspada source …`: the sources of the config, how they are doing, and what one of them shows.

use std::collections::BTreeMap;
use std::io::Write;

use comfy_table::{Table, presets};
use jiff::Timestamp;
use serde::Serialize;

use super::{Answer, Failure, replay, unwritable, with_rules};
use crate::budget::Left;
use crate::config::Config;
use crate::registry::wib;
use crate::report::budgets;
use crate::store::{SourceHealth, SourceState, Store, StoreError};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Sumber yang ada di konfigurasi dan keadaannya
    List(List),
    /// Mencoba satu sumber, atau pemilih pada satu alamat, tanpa menyimpan apa pun
    Probe(Box<super::probe::Arguments>),
    /// Membaca ulang bukti tersimpan dengan pembaca hari ini dan menyimpan yang berubah
    Replay(replay::Arguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Keluaran JSON, satu sumber sebaris
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    enabled: bool,
    legal_basis: Option<&'a str>,
    /// What the database knows of it; `None` for a source never visited.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    state: Option<State>,
}

#[derive(Serialize)]
struct State {
    last_success: Option<Timestamp>,
    next_due: Option<Timestamp>,
    failure: Option<String>,
    posts: u64,
    queued: u64,
    set_aside: u64,
    /// Of the message numbers covered, how many were shown, in percent.
    seen_percent: Option<f64>,
    /// The last 24 hours.
    #[serde(rename = "last_day")]
    health: SourceHealth,
    /// What is left of its service's budgets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    budgets: Vec<BudgetLeft>,
}

#[derive(Serialize)]
struct BudgetLeft {
    name: String,
    limit: u64,
    left: u64,
    opens: Option<Timestamp>,
    #[serde(skip)]
    told: String,
}

impl From<Left> for BudgetLeft {
    fn from(left: Left) -> Self {
        Self {
            told: budgets::told(&left),
            left: left.left(),
            opens: left.opens,
            limit: left.budget.limit,
            name: left.budget.name,
        }
    }
}

impl State {
    #[expect(clippy::cast_precision_loss, reason = "message numbers are far below 2^52")]
    fn new(state: SourceState, health: SourceHealth) -> Self {
        Self {
            last_success: state.last_success,
            next_due: state.next_due,
            failure: state.failure,
            posts: state.posts_new,
            queued: state.items_queued,
            set_aside: state.set_aside,
            seen_percent: state.seen.map(|seen| 100.0 * seen.shown / seen.covered as f64),
            health,
            budgets: Vec::new(),
        }
    }
}

pub(super) fn run(command: &Command, arguments: &super::Arguments) -> Result<Answer, Failure> {
    match command {
        Command::List(list) => list.run(&super::config(arguments)?),
        Command::Probe(probe) => probe.run(&with_rules(arguments)?),
        Command::Replay(replay) => replay::run(replay, &with_rules(arguments)?),
    }
}

impl List {
    fn run(&self, config: &Config) -> Result<Answer, Failure> {
        let mut states = states(config)?;
        let rows: Vec<Row<'_>> = config
            .sources
            .iter()
            .map(|source| Row {
                name: source.name.as_str(),
                kind: &source.kind,
                enabled: source.enabled,
                legal_basis: source.legal_basis.as_deref(),
                state: states.remove(source.name.as_str()),
            })
            .collect();
        let mut out = std::io::stdout().lock();
        if self.json {
            return write_json(rows);
        }
        if rows.is_empty() {
            super::complain(&"belum ada sumber; tulis [[source]] di berkas konfigurasi");
            return Ok(Answer::Done);
        }
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header([
            "sumber",
            "jenis",
            "menyala",
            "berhasil",
            "berikutnya",
            "posting",
            "baru/24 jam",
            "gagal/24 jam",
            "utuh",
            "diduga",
            "disisihkan",
            "terlihat",
            "dasar hukum",
        ]);
        let mut notices = Vec::new();
        let mut left = Vec::new();
        for row in rows {
            let enabled = if row.enabled { "ya" } else { "tidak" };
            let count = |count: fn(&State) -> u64| {
                row.state.as_ref().map_or_else(|| "-".to_owned(), |state| count(state).to_string())
            };
            let time = |time: fn(&State) -> Option<Timestamp>| {
                row.state.as_ref().and_then(time).map_or_else(|| "-".to_owned(), on_screen)
            };
            let complete = row.state.as_ref().and_then(|state| state.health.complete_percent);
            let seen = row.state.as_ref().and_then(|state| state.seen_percent);
            table.add_row([
                row.name.to_owned(),
                row.kind.to_owned(),
                enabled.to_owned(),
                time(|state| state.last_success),
                time(|state| state.next_due),
                count(|state| state.posts),
                count(|state| state.health.new),
                count(|state| state.health.failures),
                complete.map_or_else(|| "-".to_owned(), |percent| format!("{percent} %")),
                count(|state| state.queued),
                count(|state| state.set_aside),
                seen.map_or_else(|| "-".to_owned(), |seen| format!("{seen:.1} %")),
                row.legal_basis.unwrap_or("-").to_owned(),
            ]);
            let Some(state) = row.state else { continue };
            left.extend(state.budgets.into_iter().map(|budget| (budget.name, budget.told)));
            notices.extend(state.failure.map(|failure| format!("! {}: {failure}", row.name)));
            let alarms = state.health.alarms.iter();
            notices.extend(alarms.map(|alarm| format!("! {}: {alarm}", row.name)));
        }
        writeln!(out, "{table}").map_err(unwritable)?;
        // Sources that share a budget show it once.
        left.sort_unstable();
        left.dedup();
        for (budget, told) in left {
            writeln!(out, "jatah {budget}: {told}").map_err(unwritable)?;
        }
        for notice in notices {
            writeln!(out, "{notice}").map_err(unwritable)?;
        }
        Ok(Answer::Done)
    }
}

/// What the database knows of each source; nothing where there is no database yet.
fn states(config: &Config) -> Result<BTreeMap<String, State>, Failure> {
    if !config.store.path.exists() {
        return Ok(BTreeMap::new());
    }
    let now = Timestamp::now();
    let known = || {
        let store = Store::open(&config.store)?;
        let mut health = store.source_health(now)?;
        let mut states: BTreeMap<String, State> = store
            .sources()?
            .into_iter()
            .map(|state| {
                let health = health.remove(&state.name).unwrap_or_default();
                (state.name.clone(), State::new(state, health))
            })
            .collect();
        for source in &config.sources {
            if let Some(state) = states.get_mut(source.name.as_str()) {
                let left = budgets::left(config, source, &store, now)?;
                state.budgets = left.into_iter().map(BudgetLeft::from).collect();
            }
        }
        Ok(states)
    };
    known().map_err(|error: StoreError| Failure::Impossible(error.to_string()))
}

/// Short enough for a table.
pub(super) fn on_screen(time: Timestamp) -> String {
    time.to_zoned_datetime(wib()).strftime("%d-%m %H:%M").to_string()
}

pub(super) fn write_json(rows: Vec<impl Serialize>) -> Result<Answer, Failure> {
    let lines: String = rows.iter().map(super::json_line).collect::<Result<_, _>>()?;
    super::print(&lines)?;
    Ok(Answer::Done)
}
