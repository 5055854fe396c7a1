//! `waspada queue …`: the review queue without a browser. Every word of a post passes through
//! [`harmless`] before it reaches a terminal, and everything shown is suspicion, not fact.

mod decide;
mod export;
pub(in crate::cli) mod facts;
mod list;
mod marks;
mod next;
pub(in crate::cli) mod reasons;
mod sheet;
mod show;

use std::env;

use clap::ValueEnum;

use super::{Answer, Failure, complain};
use crate::engine::Lane;
use crate::store::{Analyst, ItemState, Outcome, QueueError};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Daftar butir, yang paling mendesak dahulu
    List(list::Arguments),
    /// Satu butir: postingan, alasan, fakta, keputusan sebelumnya
    Show(show::Arguments),
    /// Mengambil butir berikutnya untuk satu analis
    Next(next::Arguments),
    /// Memutuskan butir yang sedang dipegang
    Decide(decide::Arguments),
    /// Membatalkan keputusan atas satu butir
    Undo(decide::UndoArguments),
    /// Mengekspor butir dengan keputusan dan buktinya
    Export(export::Arguments),
}

pub(super) fn run(command: &Command, arguments: &super::Arguments) -> Result<Answer, Failure> {
    match command {
        Command::List(list) => list::run(list, arguments),
        Command::Show(show) => show::run(show, arguments),
        Command::Next(next) => next::run(next, arguments),
        Command::Decide(decide) => decide::run(decide, arguments),
        Command::Undo(undo) => decide::undo(undo, arguments),
        Command::Export(export) => export::run(export, arguments),
    }
}

/// A lane as typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum LaneName {
    /// Tawaran kerja
    Offer,
    /// Orang yang meminta tolong
    Victim,
}

impl From<LaneName> for Lane {
    fn from(name: LaneName) -> Self {
        match name {
            LaneName::Offer => Self::Offer,
            LaneName::Victim => Self::Victim,
        }
    }
}

/// A state as typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum StateName {
    /// Menunggu keputusan
    Open,
    /// Sudah diputuskan
    Decided,
    /// Dihapus sumbernya sebelum diputuskan
    DeletedBySource,
    /// Tidak diduga lagi oleh aturan yang baru
    Unflagged,
}

impl From<StateName> for ItemState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Open => Self::Open,
            StateName::Decided => Self::Decided,
            StateName::DeletedBySource => Self::DeletedBySource,
            StateName::Unflagged => Self::Unflagged,
        }
    }
}

/// Where an item stands, for a person.
pub(in crate::cli) fn standing(
    state: ItemState,
    outcome: Option<Outcome>,
    holder: Option<&str>,
) -> String {
    match (state, outcome, holder) {
        (ItemState::Decided, Some(outcome), _) => outcome.code().to_owned(),
        // What was decided is kept from whoever may be asked to judge the same.
        (ItemState::Decided, None, _) => "menunggu tinjauan kedua".to_owned(),
        (ItemState::DeletedBySource, _, _) => "dihapus sumber".to_owned(),
        (ItemState::Unflagged, _, _) => "tidak diduga lagi".to_owned(),
        (ItemState::Open, _, Some(holder)) => format!("dipegang {holder}"),
        (ItemState::Open, _, None) => "menunggu".to_owned(),
    }
}

fn set(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|name| !name.trim().is_empty())
}

/// The name that the environment gives, for a command that works under nobody's.
fn named() -> Option<Analyst> {
    set("WASPADA_ANALYST")?.parse().ok()
}

/// Under whose name a command works.
#[derive(Debug, clap::Args)]
struct Who {
    /// Nama analis; bila tidak disebut: WASPADA_ANALYST, lalu nama login
    #[arg(long, value_name = "NAMA")]
    analyst: Option<Analyst>,
}

impl Who {
    /// The name given, that of the environment, or else the login name, which is then said.
    fn analyst(&self) -> Result<Analyst, Failure> {
        if let Some(analyst) = &self.analyst {
            return Ok(analyst.clone());
        }
        let read = |name: String| {
            name.parse::<Analyst>().map_err(|error| Failure::Usage(error.to_string()))
        };
        if let Some(name) = set("WASPADA_ANALYST") {
            return read(name);
        }
        let Some(name) = set("USER").or_else(|| set("LOGNAME")) else {
            return Err(Failure::Usage(
                "nama analis tidak diketahui; tulis --analyst NAMA atau isi WASPADA_ANALYST".into(),
            ));
        };
        let analyst = read(name)?;
        complain(&format!(
            "analis: {analyst} (nama login; ganti dengan --analyst atau WASPADA_ANALYST)"
        ));
        Ok(analyst)
    }
}

/// How a command ends that the queue refused: the answer is "no", the command was incomplete, or
/// the store could not do it.
fn refused(error: QueueError) -> Result<Answer, Failure> {
    match error {
        QueueError::Store(error) => Err(Failure::Impossible(error.to_string())),
        QueueError::ReasonMissing | QueueError::DuplicateOf | QueueError::NotTheOriginal(_) => {
            Err(Failure::Usage(error.to_string()))
        }
        no => {
            complain(&no);
            Ok(Answer::No)
        }
    }
}

/// Text of a stranger as a terminal may have it: what would move the cursor, change colours or
/// turn the reading direction becomes a replacement character.
pub(in crate::cli) fn harmless(text: &str) -> String {
    text.chars()
        .filter(|letter| *letter != '\r')
        .map(|letter| match letter {
            '\n' | '\t' => letter,
            '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
            _ if letter.is_control() => char::REPLACEMENT_CHARACTER,
            _ => letter,
        })
        .collect()
}

/// The same on one line.
pub(in crate::cli) fn harmless_line(text: &str) -> String {
    harmless(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A `waspada` command on the same config, as one may type it into a shell.
pub(in crate::cli) fn typed(arguments: &super::Arguments, rest: &str) -> String {
    match &arguments.config {
        Some(path) => format!("waspada --config {} {rest}", quoted(&path.display().to_string())),
        None => format!("waspada {rest}"),
    }
}

/// A word as a POSIX shell takes it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./:@%+=,".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_cannot_play_with_the_terminal() {
        for (written, shown) in [
            ("gaji 9jt\nWA", "gaji 9jt\nWA"),
            ("\u{1b}[2Jhapus\u{7}", "\u{fffd}[2Jhapus\u{fffd}"),
            ("\u{9b}31m", "\u{fffd}31m"),
            ("a\u{202e}b", "a\u{fffd}b"),
            ("satu\r\ndua", "satu\ndua"),
            ("👨‍👩‍👧 ✈️", "👨‍👩‍👧 ✈️"),
        ] {
            assert_eq!(harmless(written), shown);
        }
    }

    #[test]
    fn words_survive_the_shell() {
        for (word, shown) in
            [("a/b.toml", "a/b.toml"), ("ruang kerja", "'ruang kerja'"), ("o'o", r"'o'\''o'")]
        {
            assert_eq!(quoted(word), shown);
        }
    }
}
