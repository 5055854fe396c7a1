//! `waspada evidence …`: whether the evidence is still what it was.

use std::fmt::Write as _;
use std::str::FromStr;

use super::{Answer, Failure};
use crate::store::{Head, Verified};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Memeriksa log kustodi, keputusan, postingan, dan tangkapan
    Verify(Verify),
}

#[derive(Debug, clap::Args)]
pub(super) struct Verify {
    /// Ujung log yang dahulu dicatat, NOMOR:HASH; harus masih ada di dalam log
    #[arg(long, value_name = "NOMOR:HASH")]
    anchor: Option<Anchor>,
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
}

/// A head of the custody log as noted down.
#[derive(Debug, Clone, Copy)]
struct Anchor(Head);

/// The text is not a number and a hash.
#[derive(Debug, thiserror::Error)]
#[error("tulis nomor baris dan 64 angka heksadesimal, seperti dicetak perintah ini: 12:0a1b…")]
struct ParseAnchorError;

impl FromStr for Anchor {
    type Err = ParseAnchorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (seq, hash) = text.trim().split_once(':').ok_or(ParseAnchorError)?;
        let seq = seq.parse().map_err(|_| ParseAnchorError)?;
        let hash = hash.parse().map_err(|_| ParseAnchorError)?;
        Ok(Self(Head { seq, hash }))
    }
}

pub(super) fn run(command: &Command, arguments: &super::Arguments) -> Result<Answer, Failure> {
    let Command::Verify(verify) = command;
    let store = super::store(arguments)?;
    let verified = store
        .verify(verify.anchor.map(|anchor| anchor.0))
        .map_err(|error| Failure::Impossible(error.to_string()))?;
    let text = if verify.json { super::json_line(&verified)? } else { told(&verified) };
    super::print(&text)?;
    Ok(if verified.findings.is_empty() { Answer::Done } else { Answer::No })
}

fn told(verified: &Verified) -> String {
    let Verified { lines, decisions, versions, captures, strays, head, findings } = verified;
    let mut text = format!(
        "Diperiksa: {lines} baris log kustodi, {decisions} keputusan, {versions} versi postingan, \
         {captures} tangkapan.\n"
    );
    if !strays.is_empty() {
        let _ = writeln!(
            text,
            "Catatan: {} berkas di folder bukti tidak dipakai tangkapan mana pun (sisa proses yang \
             terputus, bukan kesalahan):",
            strays.len()
        );
        for stray in strays {
            let _ = writeln!(text, "  {stray}");
        }
    }
    if findings.is_empty() {
        text.push_str("Utuh: tidak ada yang berubah atau hilang.\n");
    } else {
        let _ = writeln!(text, "TIDAK UTUH, {} temuan:", findings.len());
        for finding in findings {
            let _ = writeln!(text, "  {finding}");
        }
    }
    let _ = writeln!(
        text,
        "Ujung log: {}:{}\nCatat di tempat lain; kelak --anchor dengan nilai itu membuktikan bahwa \
         yang sebelumnya tidak diganti.",
        head.seq, head.hash
    );
    text
}
