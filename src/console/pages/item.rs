//! One item: the post with its marks, why it is suspected, what is known around it, and the forms
//! that decide it, each with a key of its own.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{Html, Redirect};
use jiff::Timestamp;
use serde::Deserialize;

use super::alike::SHOWN;
use super::html;
use super::queue::Before;
use super::reasons::{self, Bar, Chip, Line, Piece, Reading};
use super::team::Card;
use crate::console::desk::{Desk, Frame, Signed, permitted};
use crate::console::fault::Fault;
use crate::engine::Lane;
use crate::post::{Media, MediaKind};
use crate::store::{
    Account, Alike, Analyst, Decision, Item, ItemId, ItemState, Lease, Outcome, QueueError, Role,
    Ruling, Session, SessionToken, Store,
};

/// The key each outcome has by itself, in the order they are shown.
pub(super) const KEYS: &[(&str, Outcome)] = &[
    ("p", Outcome::RujukPolri),
    ("t", Outcome::Takedown),
    ("k", Outcome::RujukKp2mi),
    ("b", Outcome::RujukBp3mi),
    ("v", Outcome::KorbanDibantu),
    ("e", Outcome::Edukasi),
    ("a", Outcome::PantauAkun),
    ("d", Outcome::Duplikat),
    ("1", Outcome::BukanBerita),
    ("2", Outcome::BukanPeringatan),
    ("3", Outcome::BukanPencariKerja),
    ("4", Outcome::BukanSatire),
    ("5", Outcome::BukanBerizin),
    ("6", Outcome::BukanDalamNegeri),
    ("7", Outcome::BukanUmrah),
    ("8", Outcome::BukanHomonim),
    ("9", Outcome::BukanLain),
    ("0", Outcome::TidakCukupBukti),
];

/// A story longer than so many letters is shown when it is asked for.
const STORY: u64 = 400;

/// An outcome as a button.
pub(super) struct Choice {
    pub(super) key: String,
    pub(super) code: &'static str,
    pub(super) meaning: String,
    pub(super) asks: bool,
}

pub(super) fn choices(frame: &Frame<'_>) -> Vec<Choice> {
    let choice = |(_, outcome): &(&str, Outcome)| Choice {
        key: frame.key(outcome.code()).to_owned(),
        code: outcome.code(),
        meaning: frame.l.outcome(*outcome),
        asks: outcome.asks_reason(),
    };
    KEYS.iter().map(choice).collect()
}

#[derive(askama::Template)]
#[template(path = "item.html", config = "src/console/askama.toml")]
struct Page<'a> {
    frame: Frame<'a>,
    item: &'a Item,
    alike: Alike,
    team: Card,
    revealed: bool,
    pieces: Vec<Piece>,
    lines: Vec<Line>,
    bars: Vec<Bar>,
    chips: Vec<Chip>,
    reading: Option<Reading>,
    /// What proves that the reader holds the item, if she does.
    token: Option<String>,
    choices: Vec<Choice>,
    /// The item decided just before.
    last: Option<ItemId>,
    /// Whether the decision in force may be taken back by the reader.
    undoable: bool,
    /// An address a browser may be sent to.
    link: Option<String>,
}

impl Page<'_> {
    /// How long the story of a suspected victim is, where it is long.
    fn story(&self) -> Option<u64> {
        let long = self.item.text.as_ref().filter(|_| self.is_victim())?.chars().count();
        u64::try_from(long).ok().filter(|long| *long > STORY)
    }

    fn is_victim(&self) -> bool {
        self.item.lane == Lane::Victim
    }

    fn told(&self, decision: &Decision) -> String {
        match (decision.outcome, decision.undoes) {
            (Some(outcome), _) => format!("{} · {}", outcome.code(), self.frame.l.outcome(outcome)),
            (None, Some(undone)) => self.frame.l.with("item-undid", &undone.to_string()),
            (None, None) => String::new(),
        }
    }
}

/// A kind of media among the messages.
pub(super) fn kind(media: &Media) -> &'static str {
    match media.kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Sticker => "sticker",
        MediaKind::File => "file",
    }
}

/// The lease of the item, if the reader holds it or it is free for her.
fn hold(store: &Store, item: ItemId, analyst: &Analyst) -> Result<Option<Lease>, QueueError> {
    match store.take(item, analyst, Timestamp::now()) {
        Err(QueueError::NotOpen { .. }) => Ok(None),
        other => other,
    }
}

async fn page(
    desk: &Desk,
    session: &Session,
    id: ItemId,
    last: Option<ItemId>,
    revealed: bool,
) -> Result<Html<String>, Fault> {
    let (analyst, decides) = (session.account.name.clone(), session.account.role.decides());
    let reader = session.clone();
    let (item, lease, alike, team) = desk
        .queue(move |store| {
            let now = Timestamp::now();
            let lease = if decides { hold(store, id, &analyst)? } else { None };
            let item = if revealed {
                store.reveal(id, &analyst, now)
            } else {
                store.view(id, &analyst, now)
            };
            let item = match (item, &lease) {
                (Err(error), Some(_)) => {
                    store.skip_unreadable(id, &analyst, error, now)?;
                    return Ok(None);
                }
                (item, _) => item?,
            };
            let card = Card::read(store, id, &reader, now)?;
            Ok(Some((item, lease, store.alike(id, SHOWN, &analyst, now)?, card)))
        })
        .await?
        .ok_or(Fault::Broken(id))?;
    let token = lease.map(|lease| lease.token.to_string());
    let l = desk.locales.of(session.account.language);
    let (pieces, lines, chips, reading) =
        desk.scorer.with_engine(|engine| match (&item.text, &item.verdict) {
            (Some(text), Some(verdict)) => (
                reasons::pieces(text, verdict, engine),
                reasons::lines(verdict, engine),
                reasons::chips(verdict, engine, l),
                reasons::reading(text, engine),
            ),
            _ => (Vec::new(), Vec::new(), Vec::new(), None),
        });
    let address = item.post.as_ref().and_then(|post| post.url.clone());
    let frame = Frame::new(desk, session, "item");
    html(Page {
        revealed,
        pieces,
        bars: reasons::bar(&lines),
        lines,
        chips,
        reading,
        token,
        choices: choices(&frame),
        last,
        undoable: item.state == ItemState::Decided && may_undo(&session.account, &item),
        link: address.filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        alike,
        item: &item,
        frame,
        team,
    })
}

/// One's own decision may be taken back by oneself, any by a supervisor.
pub(in crate::console) fn may_undo(account: &Account, item: &Item) -> bool {
    let last = item.decisions.iter().rev().find(|decision| decision.undoes.is_none());
    account.role.supervises()
        || item.second.is_some()
        || last.is_some_and(|last| account.role.decides() && last.analyst == account.name.as_str())
}

pub(in crate::console) async fn show(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<ItemId>,
    Query(before): Query<Before>,
) -> Result<Html<String>, Fault> {
    page(&desk, &session, id, before.last, false).await
}

/// Shows contacts and author; a form, because it is logged and no link may lead there.
pub(in crate::console) async fn reveal(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<ItemId>,
) -> Result<Html<String>, Fault> {
    permitted(&session, Role::decides)?;
    page(&desk, &session, id, None, true).await
}

/// What the form of a decision holds.
#[derive(Deserialize)]
pub(in crate::console) struct Choosing {
    token: String,
    outcome: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    of: String,
}

pub(in crate::console) async fn decide(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<ItemId>,
    Form(choosing): Form<Choosing>,
) -> Result<Redirect, Fault> {
    let analyst = permitted(&session, Role::decides)?;
    let l = desk.locales.of(session.account.language);
    let bad = |message: &str| Fault::Bad(l.t(message));
    let outcome: Outcome = choosing.outcome.parse().map_err(|_| bad("fault-outcome"))?;
    let token: SessionToken = choosing.token.parse().map_err(|_| bad("fault-token"))?;
    let duplicate_of = match choosing.of.trim() {
        of if outcome != Outcome::Duplikat || of.is_empty() => None,
        of => Some(of.parse().map_err(|_| bad("fault-item-number"))?),
    };
    let reason = outcome.reason(&choosing.reason).to_owned();
    let ruling = Ruling { item: id, analyst, token, outcome, reason, duplicate_of };
    desk.queue(move |store| store.decide(ruling, Timestamp::now())).await?;
    Ok(Redirect::to(&format!("/work?last={id}")))
}

pub(in crate::console) async fn undo(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<ItemId>,
) -> Result<Redirect, Fault> {
    let l = desk.locales.of(session.account.language);
    let reason = l.t("item-undo-reason");
    let by = session.clone();
    let undone = desk
        .queue(move |store| {
            let now = Timestamp::now();
            // Before the item is looked at: who sees the first decision cannot give another opinion.
            if by.account.role.decides()
                && store.undo_second(id, &by.account.name, &reason, now)?.is_some()
            {
                return Ok(true);
            }
            let item = store.view(id, &by.account.name, now)?;
            if !may_undo(&by.account, &item) {
                return Ok(false);
            }
            store.undo(id, &by.account.name, &reason, now).map(|_| true)
        })
        .await?;
    if undone { Ok(Redirect::to(&format!("/items/{id}"))) } else { Err(Fault::Forbidden) }
}
