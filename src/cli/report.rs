//! `waspada report`: a link or a text somebody hands in, looked at once and put before an analyst.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::queue::reasons::Reasons;
use super::queue::{harmless_line, typed};
use super::{Answer, Failure};
use crate::engine::{Band, Engine, Lane, Verdict};
use crate::facts::Facts;
use crate::fetch::decode;
use crate::pipeline::{HandedIn, ReportError, Reported, hand_in, is_link};
use crate::store::{Found, ItemId, ItemState, Told};

/// The largest text, in bytes.
const LARGEST: u64 = 64 << 10;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Tautan, atau teks postingan atau pesan dalam tanda kutip
    #[arg(value_name = "TAUTAN|TEKS", required_unless_present = "file")]
    what: Option<String>,
    /// Teksnya dari berkas ini, paling besar 64 KiB
    #[arg(long, value_name = "BERKAS")]
    file: Option<PathBuf>,
    /// Keterangan pelapor; nomor telepon di dalamnya disamarkan
    #[arg(long, value_name = "TEKS")]
    note: Option<String>,
    /// Pelapor; yang disimpan hanya nama samaran
    #[arg(long, value_name = "NAMA")]
    by: Option<String>,
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Start(error) => error.into(),
            ReportError::Full => Self::Impossible(error.to_string()),
        }
    }
}

pub(super) fn run(report: &Arguments, arguments: &super::Arguments) -> Result<Answer, Failure> {
    let config = super::with_rules(arguments)?;
    let told = report.told()?;
    let runtime = super::runtime()?;
    let handed_in = runtime.block_on(hand_in(&config, told, report.by.clone()))?;
    let text = if report.json {
        super::json_line(&Outcome::of(&handed_in))?
    } else {
        let engine = super::engine(arguments).ok();
        told_back(&handed_in, engine.as_ref(), arguments)
    };
    super::print(&text)?;
    Ok(Answer::Done)
}

impl Arguments {
    /// What is handed in, sorted into link and text.
    fn told(&self) -> Result<Told, Failure> {
        let what = self.what.as_deref().map(str::trim).filter(|what| !what.is_empty());
        let link = what.filter(|what| is_link(what));
        let file = self.file.as_deref().map(read).transpose()?;
        let text = match (what.filter(|_| link.is_none()), file) {
            (Some(_), Some(_)) => {
                return Err(Failure::Usage(
                    "sebut teksnya langsung atau dengan --file, bukan keduanya".to_owned(),
                ));
            }
            (Some(text), None) => Some(text.to_owned()),
            (None, file) => file.filter(|text| !text.trim().is_empty()),
        };
        if link.is_none() && text.is_none() {
            return Err(Failure::Usage("tidak ada tautan atau teks yang dilaporkan".to_owned()));
        }
        let note = self.note.clone().filter(|note| !note.trim().is_empty());
        Ok(Told { url: link.map(str::to_owned), text, note, platform: None })
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    let place = path.display();
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::Impossible(format!("{place}: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::Usage(format!(
            "{place}: lebih besar dari 64 KiB; ekspor percakapan utuh masuk lewat sumber jenis folder"
        )));
    }
    if bytes.contains(&0) {
        return Err(Failure::Usage(format!("{place}: bukan berkas teks")));
    }
    Ok(decode(&bytes, None).text)
}

/// A report as JSON shows it.
#[derive(Serialize)]
struct Outcome<'a> {
    report: &'a str,
    reporter: &'a str,
    /// Why it is still to be looked at, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<&'a str>,
    #[serde(flatten)]
    stored: Option<Stored<'a>>,
}

#[derive(Serialize)]
struct Stored<'a> {
    item: ItemId,
    item_state: ItemState,
    reports: u64,
    platform: &'a str,
    native_id: &'a str,
    flagged: bool,
    lane: Option<Lane>,
    score: u8,
    band: Option<Band>,
    hits: Vec<&'a str>,
    facts: &'a Facts,
    #[serde(flatten)]
    found: &'a Found,
}

impl<'a> Outcome<'a> {
    fn of(handed_in: &'a HandedIn) -> Self {
        let HandedIn { received, reported } = handed_in;
        let stored = reported.as_ref().ok().map(|reported| {
            let Reported { post, verdict, found, landed } = &**reported;
            Stored {
                item: landed.item,
                item_state: landed.state,
                reports: landed.reports,
                platform: post.key.platform.as_str(),
                native_id: &post.key.native_id,
                flagged: verdict.flagged,
                lane: verdict.lane,
                score: verdict.score,
                band: verdict.band,
                hits: verdict.hits.iter().map(|hit| hit.rule.0.as_str()).collect(),
                facts: &verdict.facts,
                found,
            }
        });
        Self {
            report: &received.public_id,
            reporter: &received.reporter,
            waiting: reported.as_ref().err().map(String::as_str),
            stored,
        }
    }
}

/// A report as a person reads it.
fn told_back(
    handed_in: &HandedIn,
    engine: Option<&Engine>,
    arguments: &super::Arguments,
) -> String {
    let HandedIn { received, reported } = handed_in;
    let mut text = format!("Laporan {} diterima dari {}.\n", received.public_id, received.reporter);
    let reported = match reported {
        Ok(reported) => reported,
        Err(reason) => {
            let _ = writeln!(
                text,
                "Menunggu: {}. `waspada run` memeriksanya lagi; laporannya tidak hilang.",
                harmless_line(reason)
            );
            return text;
        }
    };
    let Reported { verdict, found, landed, .. } = &**reported;
    let row = |name: &str, value: &str| match value {
        "" => String::new(),
        value => format!("  {name:<10}{}\n", harmless_line(value)),
    };
    let read = match (&found.reason, found.fetched) {
        (_, true) => "ya, dibaca di tempatnya".to_owned(),
        (Some(reason), _) => format!("tidak: {reason}; disimpan seperti yang disampaikan"),
        (None, _) => String::new(),
    };
    text += &row("diambil", &read);
    text += &row("tautan", &found.chain.join(" → "));
    let Facts { phones, handles, .. } = &verdict.facts;
    text += &row("nomor", &phones.join(", "));
    text += &row("akun", &handles.join(", "));
    let known = |lead: &&String| !phones.contains(lead) && !handles.contains(lead);
    let others: Vec<&str> = found.leads.iter().filter(known).map(String::as_str).collect();
    text += &row("menuju", &others.join(", "));
    text += &row("skor", &judged(verdict));
    let standing = super::queue::standing(landed.state, landed.outcome, None);
    let times = if landed.reports > 1 {
        format!(", dilaporkan {} kali", landed.reports)
    } else {
        String::new()
    };
    text += &row("antrean", &format!("butir {} ({standing}){times}", landed.item));
    if !verdict.hits.is_empty() {
        let _ = write!(text, "\n{}", Reasons::new(verdict, engine).text(arguments));
    }
    let show = typed(arguments, &format!("queue show {}", landed.item));
    let _ = writeln!(text, "\nSelengkapnya: {show}");
    text
}

fn judged(verdict: &Verdict) -> String {
    let band = verdict.band.map_or_else(String::new, |band| format!(" ({})", band.as_str()));
    let lane = match verdict.lane.filter(|_| verdict.flagged) {
        Some(Lane::Offer) => "diduga tawaran kerja nonprosedural",
        Some(Lane::Victim) => "diduga permintaan tolong",
        None => "aturan tidak menduganya; tetap ditaruh di antrean karena dilaporkan",
    };
    format!("{}{band}, {lane}", verdict.score)
}
