//! `waspada doctor`: whether everything the watch needs is in order, a line a thing, with what to do.
//! Exit status 1 when something is broken.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;

use super::{Answer, Failure};
use crate::report::doctor::{Finding, State, examine};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(doctor: &Arguments, arguments: &super::Arguments) -> Result<Answer, Failure> {
    let mut found = Vec::new();
    match super::config(arguments) {
        Ok(mut config) => {
            let from = config.path.as_ref().map_or_else(
                || "nilai bawaan; tidak ada berkas yang dibaca".to_owned(),
                |path| format!("{}: tanpa kesalahan", path.display()),
            );
            found.push(Finding::ok("konfigurasi", from));
            if let Some(rules) = &arguments.rules {
                config.rules.path = Some(rules.clone());
            }
            found.extend(examine(&config, Timestamp::now()));
        }
        // What the rest should be looked over by is not known.
        Err(failure) => found.push(Finding::broken(
            "konfigurasi",
            failure.to_string(),
            "perbaiki berkasnya, lalu waspada config check",
        )),
    }
    let broken = found.iter().any(|finding| finding.state == State::Rusak);
    super::print(&if doctor.json {
        super::json_line(&serde_json::json!({ "sound": !broken, "checks": found }))?
    } else {
        shown(&found)
    })?;
    Ok(if broken { Answer::No } else { Answer::Done })
}

fn shown(found: &[Finding]) -> String {
    let mut text = String::new();
    let widest = found.iter().map(|finding| finding.name.chars().count()).max().unwrap_or(0);
    for Finding { name, state, what, todo } in found {
        let (word, colour) = match state {
            State::Ok => ("ok", AnsiColor::Green),
            State::Perhatian => ("perhatian", AnsiColor::Yellow),
            State::Rusak => ("rusak", AnsiColor::Red),
        };
        let style = Style::new().fg_color(Some(colour.into()));
        let indent = format!("\n{:width$}", "", width = widest + 13);
        let what = what.trim_end().replace('\n', &indent);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{style}{word:<9}{style:#}  {name:<widest$}  {what}");
        if let Some(todo) = todo {
            let _ = writeln!(text, "{}→ {todo}", &indent[1..]);
        }
    }
    let count = |state| found.iter().filter(|finding| finding.state == state).count();
    let _ = writeln!(
        text,
        "\n{} ok, {} perlu perhatian, {} rusak",
        count(State::Ok),
        count(State::Perhatian),
        count(State::Rusak)
    );
    text
}
