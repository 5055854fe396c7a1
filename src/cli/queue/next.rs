//! `waspada queue next`: lends the most urgent item to one analyst, shows it, and says exactly what
//! to type to decide it.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;

use super::marks::{HEADING, styled};
use super::show::{Screen, Shown};
use super::{Answer, Failure, LaneName, Who, quoted, typed};
use crate::store::{Lease, Outcome, Store};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Hanya dari jalur ini
    #[arg(long, value_enum, value_name = "JALUR")]
    lane: Option<LaneName>,
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

#[derive(Serialize)]
struct Next<'a> {
    lease: &'a Lease,
    item: Shown<'a>,
}

pub(super) fn run(
    next: &Arguments,
    arguments: &super::super::Arguments,
) -> Result<Answer, Failure> {
    let store = super::super::store(arguments)?;
    let analyst = next.who.analyst()?;
    let screen = Screen::new(arguments);
    let now = Timestamp::now();
    let (lease, item) = match store.next_shown(&analyst, next.lane.map(Into::into), now) {
        Ok(Some(lent)) => lent,
        Ok(None) => return nothing(&store, next),
        Err(error) => return super::refused(error),
    };
    let text = if next.json {
        super::super::json_line(&Next { lease: &lease, item: screen.shown(&item) })?
    } else {
        screen.text(&item, false) + &what_next(next, &lease, arguments)
    };
    super::super::print(&text)?;
    Ok(Answer::Done)
}

fn what_next(next: &Arguments, lease: &Lease, arguments: &super::super::Arguments) -> String {
    let Lease { item, analyst, token, expires } = lease;
    // The lease is that of the name, so the name must be typed again where it was typed before.
    let named = next
        .who
        .analyst
        .as_ref()
        .map_or_else(String::new, |analyst| format!(" --analyst {}", quoted(analyst.as_str())));
    let decide = typed(
        arguments,
        &format!("queue decide {item} KODE --token {token} --reason \"…\"{named}"),
    );
    let until = super::super::in_wib(*expires);
    let mut text = format!("\n{}\n", styled(HEADING, "PUTUSKAN"));
    let _ = writeln!(text, "  Dipegang {analyst} sampai {until}, token {token}.");
    let _ = writeln!(text, "  {decide}");
    let _ = writeln!(text, "  KODE, artinya dengan --help:{}", codes());
    text
}

/// The codes, a few on each line.
fn codes() -> String {
    let codes: Vec<&str> = Outcome::ALL.iter().map(|outcome| outcome.code()).collect();
    codes.chunks(5).map(|line| format!("\n    {}", line.join("  "))).collect()
}

/// Why there is nothing to do: a kind word, and exit status 1.
fn nothing(store: &Store, next: &Arguments) -> Result<Answer, Failure> {
    let open = match store.queue_counts() {
        Ok(counts) => counts.open,
        Err(error) => return super::refused(error),
    };
    let word = match (open, next.lane) {
        (0, _) => "Tidak ada butir yang menunggu. Selamat beristirahat.".to_owned(),
        (_, None) => format!("Semua {open} butir yang menunggu sedang dipegang analis lain."),
        (_, Some(_)) => {
            "Tidak ada butir bebas di jalur ini; coba tanpa --lane atau lihat `waspada queue list`."
                .to_owned()
        }
    };
    super::complain(&word);
    Ok(Answer::No)
}
