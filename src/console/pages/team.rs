//! Working together on an item: notes and mentions, giving it to somebody, handing it to the
//! supervisors, passing it over; and a kind word to whoever has read hard things for long.

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde::Deserialize;

use super::html;
use crate::console::desk::{Desk, Frame, Signed, permitted};
use crate::console::fault::Fault;
use crate::console::locale::Locale;
use crate::store::{
    Analyst, ItemId, Mention, Note, NoteKind, QueueError, Role, Session, SkipReason, Store, Streak,
    Teamwork, Why,
};

/// What the item's page shows of it.
pub(super) struct Card {
    pub(super) work: Teamwork,
    /// Whom a supervisor may give the item to.
    pub(super) people: Vec<Analyst>,
    /// Whether the item is the reader's own.
    pub(super) is_mine: bool,
    /// Whether the reader may take back that it was given to somebody.
    pub(super) may_unassign: bool,
    /// Whether the reader supervises.
    pub(super) supervises: bool,
    /// Why to suggest a break, if at all.
    pub(super) streak: Option<Streak>,
}

impl Card {
    pub(super) fn read(
        store: &Store,
        item: ItemId,
        session: &Session,
        now: Timestamp,
    ) -> Result<Self, QueueError> {
        let account = &session.account;
        let mut work = store.teamwork(item)?;
        if !account.role.decides() {
            // Notes may hold contacts, and those are not for everybody.
            work.notes.clear();
        }
        let supervises = account.role.supervises();
        let accounts = if supervises { store.accounts()? } else { Vec::new() };
        let of = work.assignment.as_ref().map(|given| given.analyst.as_str());
        let is_mine = of == Some(account.name.as_str());
        Ok(Self {
            is_mine,
            may_unassign: of.is_some() && (is_mine || supervises),
            supervises,
            people: accounts
                .into_iter()
                .filter(|other| other.role.decides() && other.disabled_at.is_none())
                .map(|other| other.name)
                .collect(),
            streak: if account.role.decides() { store.streak(session, now)? } else { None },
            work,
        })
    }

    /// Why it was passed over or handed to the supervisors, the last first.
    pub(super) fn passed(&self) -> impl Iterator<Item = &Note> {
        self.work.notes.iter().rev().filter(|note| note.kind != NoteKind::Note).take(3)
    }
}

/// What a note says.
pub(super) fn said(note: &Note, l: &Locale) -> String {
    match &note.why {
        Some(Why::Chosen(reason)) => l.t(&format!("skip-{}", reason.as_str())),
        Some(Why::Typed(text)) => text.clone(),
        None => l.t("note-wiped"),
    }
}

/// Whether somebody was to be told and nobody of that name is here.
pub(super) fn told_nobody(note: &Note) -> bool {
    note.mentions.is_empty()
        && matches!(&note.why, Some(Why::Typed(text)) if text.split_whitespace().any(|word| {
            word.len() > 1 && word.starts_with('@')
        }))
}

pub(in crate::console) fn routes() -> Router<Desk> {
    Router::new()
        .route("/items/{id}/notes", post(note))
        .route("/items/{id}/assign", post(assign))
        .route("/items/{id}/unassign", post(unassign))
        .route("/items/{id}/escalate", post(escalate))
        .route("/items/{id}/unescalate", post(unescalate))
        .route("/items/{id}/skip", post(skip))
        .route("/items/{id}/paused", post(paused))
        .route("/mentions", get(mentions))
        .route("/mentions/read", post(read))
}

fn back(item: ItemId) -> Redirect {
    Redirect::to(&format!("/items/{item}"))
}

/// What is typed into a form with one field.
#[derive(Deserialize)]
struct Text {
    #[serde(default)]
    text: String,
}

async fn note(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(item): Path<ItemId>,
    Form(Text { text }): Form<Text>,
) -> Result<Redirect, Fault> {
    let by = permitted(&session, Role::decides)?;
    desk.queue(move |store| store.note(item, &by, &text, Timestamp::now())).await?;
    Ok(Redirect::to(&format!("/items/{item}#notes")))
}

/// To whom an item is given.
#[derive(Deserialize)]
struct To {
    to: String,
}

async fn assign(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(item): Path<ItemId>,
    Form(To { to }): Form<To>,
) -> Result<Redirect, Fault> {
    let by = permitted(&session, Role::decides)?;
    let to: Analyst = to.parse().map_err(|_| QueueError::NoSuchPerson(to))?;
    if to != by {
        permitted(&session, Role::supervises)?;
    }
    desk.queue(move |store| store.assign(item, &to, &by, Timestamp::now())).await?;
    Ok(back(item))
}

async fn unassign(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(item): Path<ItemId>,
) -> Result<Redirect, Fault> {
    let by = permitted(&session, Role::decides)?;
    desk.queue(move |store| store.unassign(item, &by, Timestamp::now())).await?;
    Ok(back(item))
}

async fn escalate(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(item): Path<ItemId>,
    Form(Text { text }): Form<Text>,
) -> Result<Redirect, Fault> {
    let by = permitted(&session, Role::decides)?;
    desk.queue(move |store| store.escalate(item, &by, &text, Timestamp::now())).await?;
    Ok(Redirect::to("/work"))
}

async fn unescalate(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(item): Path<ItemId>,
) -> Result<Redirect, Fault> {
    let by = permitted(&session, Role::supervises)?;
    desk.queue(move |store| store.lift_escalation(item, &by, Timestamp::now())).await?;
    Ok(back(item))
}

/// Why an item is passed over: by a button, or else in words.
#[derive(Deserialize)]
struct Passing {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    text: String,
}

async fn skip(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(item): Path<ItemId>,
    Form(passing): Form<Passing>,
) -> Result<Redirect, Fault> {
    let by = permitted(&session, Role::decides)?;
    let chosen = SkipReason::ALL.iter().find(|reason| reason.as_str() == passing.reason);
    let why = chosen
        .map(|reason| Why::Chosen(*reason))
        .or_else(|| Why::typed(&passing.text))
        .ok_or(QueueError::ReasonMissing)?;
    desk.queue(move |store| store.skip(item, &by, why, Timestamp::now())).await?;
    Ok(Redirect::to("/work"))
}

async fn paused(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(item): Path<ItemId>,
) -> Result<Redirect, Fault> {
    desk.call(move |store| store.paused(&session, Timestamp::now())).await?;
    Ok(back(item))
}

#[derive(askama::Template)]
#[template(path = "mentions.html", config = "src/console/askama.toml")]
struct Page<'a> {
    frame: Frame<'a>,
    mentions: Vec<Mention>,
}

async fn mentions(
    State(desk): State<Desk>,
    Signed(session): Signed,
) -> Result<Html<String>, Fault> {
    permitted(&session, Role::decides)?;
    let account = session.account.clone();
    let mentions = desk.call(move |store| store.mentions(&account)).await?;
    html(Page { frame: Frame::new(&desk, &session, "mentions"), mentions })
}

/// Which mention was read, and the item to go on to; without both, all of them.
#[derive(Deserialize)]
struct Read {
    note: Option<i64>,
    item: Option<ItemId>,
}

async fn read(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Form(read): Form<Read>,
) -> Result<Redirect, Fault> {
    permitted(&session, Role::decides)?;
    let account = session.account;
    desk.call(move |store| store.mention_read(&account, read.note, Timestamp::now())).await?;
    Ok(read.item.map_or_else(|| Redirect::to("/mentions"), back))
}
