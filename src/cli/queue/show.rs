//! `waspada queue show ITEM`: the post with what the rules saw marked in it, why it is suspected,
//! and all that is known around it. Contacts stay masked unless `--reveal`, which is logged.

use std::fmt::Write as _;

use anstream::ColorChoice;
use jiff::Timestamp;
use serde::Serialize;

use super::marks::{FAINT, HEADING, marked, styled};
use super::reasons::{KnownRule, Reasons};
use super::{Answer, Failure, Who, harmless_line, standing, typed};
use crate::engine::{Engine, Lane, Verdict};
use crate::facts::{Facts, Idr, Period, grouped};
use crate::post::{Account, ContainerKind, Post};
use crate::store::{Decision, Item, ItemId, ItemState, Origin};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Nomor butir
    item: ItemId,
    /// Perlihatkan kontak dan penulis; hal itu dicatat
    #[arg(long)]
    reveal: bool,
    /// Keluaran JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

pub(super) fn run(
    show: &Arguments,
    arguments: &super::super::Arguments,
) -> Result<Answer, Failure> {
    let store = super::super::store(arguments)?;
    let analyst = show.who.analyst()?;
    let screen = Screen::new(arguments);
    let now = Timestamp::now();
    let found = if show.reveal {
        store.reveal(show.item, &analyst, now)
    } else {
        store.view(show.item, &analyst, now)
    };
    let item = match found {
        Ok(item) => item,
        Err(error) => return super::refused(error),
    };
    let text = if show.json {
        super::super::json_line(&screen.shown(&item))?
    } else {
        let logged = if show.reveal { "diperlihatkan kepada" } else { "dilihat" };
        let note = format!("\nTercatat di log kustodi: {logged} {analyst}.\n");
        screen.text(&item, show.reveal) + &styled(FAINT, &note)
    };
    super::super::print(&text)?;
    Ok(Answer::Done)
}

/// An item as JSON shows it.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    #[serde(flatten)]
    item: &'a Item,
    /// Titles and legal bases of the rules that fired.
    rules: Vec<KnownRule<'a>>,
}

/// What an item is shown with.
pub(super) struct Screen<'a> {
    engine: Option<Engine>,
    colour: bool,
    arguments: &'a super::super::Arguments,
}

impl<'a> Screen<'a> {
    /// With the rule set in force; broken rule files keep nobody from looking at an item.
    pub(super) fn new(arguments: &'a super::super::Arguments) -> Self {
        Self {
            engine: super::super::engine(arguments).ok(),
            colour: anstream::AutoStream::choice(&std::io::stdout()) != ColorChoice::Never,
            arguments,
        }
    }

    /// The item as JSON shows it.
    pub(super) fn shown<'b>(&'b self, item: &'b Item) -> Shown<'b> {
        let reasons = item.verdict.as_ref().map(|verdict| self.reasons(verdict));
        Shown { item, rules: reasons.map_or_else(Vec::new, |reasons| reasons.known()) }
    }

    fn reasons<'b>(&'b self, verdict: &'b Verdict) -> Reasons<'b> {
        Reasons::new(verdict, self.engine.as_ref())
    }

    /// The item as a person reads it.
    pub(super) fn text(&self, item: &Item, revealed: bool) -> String {
        let mut text = head(item);
        if item.lane == Lane::Victim {
            text.push_str(
                "Orang ini diduga meminta tolong: bantu dahulu, bukan menurunkan postingannya.\n",
            );
        }
        match (&item.text, &item.verdict) {
            (Some(post), Some(verdict)) => {
                let _ = writeln!(text, "\n{}", styled(HEADING, "POSTINGAN"));
                for line in marked(post, &verdict.hits, self.colour).trim_end().lines() {
                    let _ = writeln!(text, "  {} {line}", styled(FAINT, "│"));
                }
                let _ = write!(text, "\n{}", self.reasons(verdict).text(self.arguments));
                let _ = write!(text, "\n{}", self.facts(verdict, revealed));
            }
            _ => text.push_str("\nIsi postingan dan vonisnya sudah dihapus.\n"),
        }
        let _ = write!(text, "\n{}", self.origin(item, revealed));
        text.push_str(&reports(item, revealed));
        text.push_str(&history(item));
        text
    }

    fn facts(&self, verdict: &Verdict, revealed: bool) -> String {
        let Facts { destination, phones, handles, links, pay, fees, .. } = &verdict.facts;
        let mut rows = Rows::default();
        let countries: Vec<String> = destination.iter().map(|code| self.country(code)).collect();
        rows.add("tujuan", countries.join(", "));
        for pay in pay {
            let amount = pay.range();
            let worth = pay.worth().map_or_else(String::new, |Idr(idr)| {
                format!(" (sekitar Rp{} sebulan)", grouped(idr))
            });
            let usual = pay.vs_usual.map_or_else(String::new, |times| {
                format!(", {} kali upah lazim", times.to_string().replace('.', ","))
            });
            rows.add(
                "gaji",
                format!("{} {amount} {}{worth}{usual}", pay.currency, per(pay.period)),
            );
        }
        let fees: Vec<String> =
            fees.iter().map(|Idr(idr)| format!("Rp{}", grouped(*idr))).collect();
        rows.add("biaya", fees.join(", "));
        for (name, value) in super::facts::rows(&verdict.facts) {
            rows.add(name, value);
        }
        if revealed {
            rows.add("telepon", phones.join(", "));
            rows.add("akun", handles.join(", "));
            rows.add("tautan", links.join(", "));
        } else if !verdict.personal.is_empty() {
            rows.add("kontak", format!("{} disamarkan", verdict.personal.len()));
        }
        rows.under("FAKTA YANG TERBACA", "tidak ada")
    }

    fn country(&self, code: &str) -> String {
        let known = self.engine.as_ref().and_then(|engine| engine.registry().country(code));
        known.map_or_else(|| code.to_owned(), |country| format!("{} ({code})", country.title))
    }

    fn origin(&self, item: &Item, revealed: bool) -> String {
        let time = super::super::in_wib;
        let mut rows = Rows::default();
        if let Some(post) = &item.post {
            rows.add("platform", format!("{} ({})", post.key.platform, post.key.native_id));
            rows.add("alamat", post.url.clone().unwrap_or_default());
            rows.add("tempat", place(post));
            if revealed {
                rows.add("penulis", post.author.as_ref().map_or_else(String::new, author));
                rows.add("diteruskan", post.forwarded_from.clone().unwrap_or_default());
            }
            rows.add("terbit", post.created_at.map_or_else(String::new, time));
        }
        rows.add("sumber", item.source.clone());
        let (first, last) = (time(item.first_seen), time(item.last_seen));
        rows.add("terlihat", if first == last { first } else { format!("{first} sampai {last}") });
        let edited = if item.version > 1 { " (postingan pernah diubah)" } else { "" };
        rows.add("versi", format!("{}{edited}", item.version));
        rows.add(
            "dihapus",
            item.deleted_at.map_or_else(String::new, |at| format!("{} oleh sumbernya", time(at))),
        );
        let unflagged = item.unflagged_at.map_or_else(String::new, time);
        match (item.state, item.unflagged_at) {
            (_, None) => {}
            (ItemState::Unflagged, _) => {
                rows.add("dilepas", format!("{unflagged}: aturan yang baru tidak menduganya lagi"));
            }
            _ => {
                rows.add("diubah", format!("{unflagged} menjadi postingan yang tidak diduga lagi"));
            }
        }
        rows.add(
            "tangkapan",
            item.capture.map_or_else(String::new, |digest| format!("sha256 {digest}")),
        );
        rows.add(
            "aturan",
            item.verdict
                .as_ref()
                .map_or_else(String::new, |verdict| format!("versi {}", verdict.ruleset)),
        );
        rows.add(
            "skor kini",
            item.rescored.as_ref().map_or_else(String::new, |now| {
                let lane = now.lane.map_or("tidak diduga", Lane::as_str);
                let band = now.band.map_or_else(String::new, |band| format!(" {}", band.as_str()));
                format!("{}{band} ({lane}), menurut aturan versi {}", now.score, now.ruleset)
            }),
        );
        let mut text = rows.under("ASAL DAN BUKTI", "tidak diketahui");
        if item.post.is_some() && !revealed {
            let command = typed(self.arguments, &format!("queue show {} --reveal", item.id));
            let note = format!(
                "  Kontak dan penulis disamarkan; `{command}` memperlihatkannya dan dicatat.\n"
            );
            text.push_str(&styled(FAINT, &note));
        }
        text
    }
}

fn head(item: &Item) -> String {
    let suspicion = match (item.origin, item.lane) {
        (Origin::Report, _) => "dilaporkan, aturan tidak menduganya",
        (_, Lane::Offer) => "diduga tawaran kerja nonprosedural",
        (_, Lane::Victim) => "diduga permintaan tolong",
    };
    let score = item.verdict.as_ref().map_or_else(String::new, |verdict| {
        let band = verdict.band.map_or_else(String::new, |band| format!(" ({})", band.as_str()));
        let severity = verdict.severity.as_ref().map_or_else(String::new, |severity| {
            let why = if severity.why.is_empty() { "" } else { ": " };
            format!(" · {}{why}{}", severity.grade.as_str(), severity.why)
        });
        format!(" · skor {}{band}{severity}", verdict.score)
    });
    let standing = standing(item.state, item.outcome, item.leased_by.as_deref());
    let title = format!("BUTIR {} · {suspicion}{score}", item.id);
    let lane = match item.origin {
        Origin::Rules | Origin::Sample => format!("jalur {}", item.lane.as_str()),
        Origin::Report => "laporan warga".to_owned(),
    };
    format!("{}\n{lane} · {standing}\n", styled(HEADING, &title))
}

/// Who reported the post and what was said with it.
fn reports(item: &Item, revealed: bool) -> String {
    if item.reports.is_empty() {
        return String::new();
    }
    let title = format!("LAPORAN ({})", item.reports.len());
    let mut text = format!("\n{}\n", styled(HEADING, &title));
    for report in &item.reports {
        let at = super::super::in_wib(report.at);
        let _ = writeln!(text, "  {at} · {}", harmless_line(&report.reporter));
        if let Some(note) = &report.note {
            let _ = writeln!(text, "     “{}”", harmless_line(note));
        }
        if let Some(reason) = &report.reason {
            let _ = writeln!(text, "     tidak diambil: {}", harmless_line(reason));
        }
        if revealed && !report.chain.is_empty() {
            let _ = writeln!(text, "     tautan: {}", harmless_line(&report.chain.join(" → ")));
        }
        if revealed && !report.leads.is_empty() {
            let _ = writeln!(text, "     menuju: {}", harmless_line(&report.leads.join(", ")));
        }
    }
    text
}

/// Decisions on the item, and the items beside it.
fn history(item: &Item) -> String {
    let mut text = String::new();
    if !item.decisions.is_empty() {
        let _ = writeln!(text, "\n{}", styled(HEADING, "KEPUTUSAN"));
    }
    for decision in &item.decisions {
        text.push_str(&told(decision, &item.decisions));
    }
    let mut rows = Rows::default();
    rows.add(
        "sebelumnya",
        item.earlier_item.map_or_else(String::new, |earlier| {
            format!("butir {earlier}, versi lain dari postingan ini")
        }),
    );
    let others: Vec<String> = item
        .same_contact
        .iter()
        .map(|(id, outcome)| {
            format!("{id} ({})", outcome.map_or("menunggu", |outcome| outcome.code()))
        })
        .collect();
    if !others.is_empty() {
        rows.add("kontak sama", format!("butir {}", others.join(", ")));
    }
    if !rows.0.is_empty() {
        let _ = write!(text, "\n{}", rows.under("BUTIR TERKAIT", ""));
    }
    text
}

fn told(decision: &Decision, all: &[Decision]) -> String {
    let Decision { id, analyst, reason, line, .. } = decision;
    let at = super::super::in_wib(decision.at);
    let what = match (decision.outcome, decision.undoes) {
        (Some(outcome), _) => format!("{} ({})", outcome.code(), outcome.meaning()),
        (None, Some(undone)) => format!("membatalkan keputusan {undone}"),
        (None, None) => String::new(),
    };
    let of = decision.duplicate_of.map_or_else(String::new, |of| format!(", aslinya butir {of}"));
    let undone = all.iter().any(|later| later.undoes == Some(*id));
    let undone = if undone { " · sudah dibatalkan" } else { "" };
    format!(
        "  {id}. {at} · {analyst} · {what}{of}{undone}\n     “{}” · baris {line} log kustodi\n",
        harmless_line(reason)
    )
}

fn per(period: Period) -> &'static str {
    match period {
        Period::Hour => "per jam",
        Period::Day => "per hari",
        Period::Week => "per minggu",
        Period::Month => "per bulan",
        Period::Year => "per tahun",
    }
}

fn author(account: &Account) -> String {
    let handle = account.handle.as_ref().map(|handle| format!("@{handle}"));
    let parts = [account.name.clone(), handle, account.url.clone(), account.native_id.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn place(post: &Post) -> String {
    let Some(container) = &post.container else { return String::new() };
    let kind = match container.kind {
        ContainerKind::Channel => "saluran",
        ContainerKind::Group => "grup",
        ContainerKind::Page => "laman",
        ContainerKind::Site => "situs",
        ContainerKind::Chat => "obrolan",
        ContainerKind::Hashtag => "tagar",
    };
    format!("{kind} {}", container.name.as_ref().unwrap_or(&container.native_id))
}

/// Lines of a name and a value; what is not known has no line.
#[derive(Default)]
struct Rows(Vec<(&'static str, String)>);

impl Rows {
    fn add(&mut self, name: &'static str, value: String) {
        if !value.is_empty() {
            self.0.push((name, harmless_line(&value)));
        }
    }

    fn under(&self, heading: &str, nothing: &str) -> String {
        let mut text = styled(HEADING, heading) + "\n";
        if self.0.is_empty() {
            let _ = writeln!(text, "  {nothing}");
        }
        for (name, value) in &self.0 {
            let _ = writeln!(text, "  {name:<12}{value}");
        }
        text
    }
}
