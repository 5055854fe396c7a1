//! `waspada queue decide` and `undo`: what an analyst says of an item he holds, and taking it back.

use jiff::Timestamp;

use super::{Answer, Failure, Who, typed};
use crate::store::{ItemId, Outcome, Ruling, Token};

#[derive(Debug, clap::Args)]
#[command(after_help = format!("KODE:\n{}", codes()))]
pub(in crate::cli) struct Arguments {
    /// Nomor butir
    item: ItemId,
    /// Kode keputusan, huruf besar atau kecil
    #[arg(value_name = "KODE")]
    outcome: String,
    /// Token dari `waspada queue next`
    #[arg(long)]
    token: Token,
    /// Alasan keputusan
    #[arg(long, value_name = "ALASAN")]
    reason: String,
    /// Untuk DUPLIKAT: nomor butir aslinya
    #[arg(long, value_name = "BUTIR")]
    of: Option<ItemId>,
    #[command(flatten)]
    who: Who,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct UndoArguments {
    /// Nomor butir
    item: ItemId,
    /// Alasan pembatalan
    #[arg(long, value_name = "ALASAN")]
    reason: String,
    #[command(flatten)]
    who: Who,
}

/// The codes with what they mean, a line each.
pub(super) fn codes() -> String {
    Outcome::ALL
        .iter()
        .map(|outcome| format!("    {:<22}{}\n", outcome.code(), outcome.meaning()))
        .collect()
}

pub(super) fn run(
    decide: &Arguments,
    arguments: &super::super::Arguments,
) -> Result<Answer, Failure> {
    let outcome: Outcome = decide.outcome.parse().map_err(|_| {
        Failure::Usage(format!("`{}` bukan kode keputusan; yang ada:\n{}", decide.outcome, codes()))
    })?;
    let store = super::super::store(arguments)?;
    let (item, analyst) = (decide.item, decide.who.analyst()?);
    let ruling = Ruling {
        item,
        analyst: analyst.clone(),
        token: decide.token,
        outcome,
        reason: decide.reason.clone(),
        duplicate_of: decide.of,
    };
    let written = match store.decide(ruling, Timestamp::now()) {
        Ok(written) => written,
        Err(error) => return super::refused(error),
    };
    super::super::print(&format!(
        "Butir {item}: {} ({}), oleh {analyst}. Keputusan {}, baris {} log kustodi.\nBatalkan bila salah: {}\n",
        outcome.code(),
        outcome.meaning(),
        written.decision,
        written.line,
        typed(arguments, &format!("queue undo {item} --reason \"…\"")),
    ))?;
    Ok(Answer::Done)
}

pub(super) fn undo(
    undo: &UndoArguments,
    arguments: &super::super::Arguments,
) -> Result<Answer, Failure> {
    let store = super::super::store(arguments)?;
    let (item, analyst) = (undo.item, undo.who.analyst()?);
    let undone = match store.undo(item, &analyst, &undo.reason, Timestamp::now()) {
        Ok(undone) => undone,
        Err(error) => return super::refused(error),
    };
    super::super::print(&format!(
        "Keputusan {} ({}) dari {} dibatalkan oleh {analyst}; butir {item} menunggu lagi.\n",
        undone.id,
        undone.outcome.map_or("", Outcome::code),
        undone.analyst,
    ))?;
    Ok(Answer::Done)
}
