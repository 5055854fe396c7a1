//! Alike items, decided together: a list in which each can be taken out, a preview that says what
//! will be decided and what cannot be, one transaction, and afterwards an undo of all of it.

use std::collections::{HashMap, HashSet};

use axum::Router;
use axum::extract::{Path, Query, RawForm, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde::Deserialize;

use super::html;
use super::item::{Choice, choices};
use crate::console::desk::{Desk, Frame, Signed};
use crate::console::fault::Fault;
use crate::console::locale::Locale;
use crate::engine::Lane;
use crate::store::{
    Alike, AlikeItem, Analyst, Batch, BatchId, ItemId, ItemLine, Left, LeftOut, Likeness, Outcome,
    Picked, QueueError, Session, Standing, Store, Together,
};

/// Alike items shown on the page of an item.
pub(super) const SHOWN: usize = 5;

pub(in crate::console) fn routes() -> Router<Desk> {
    Router::new()
        .route("/items/{id}/alike", get(show).post(preview))
        .route("/items/{id}/alike/decide", post(decide))
        .route("/batches/{id}", get(show_batch))
        .route("/batches/{id}/undo", post(undo))
}

/// Alike items that wait, as a list with a title.
pub(super) struct Listed<'a> {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) count: usize,
    pub(super) items: &'a [AlikeItem],
}

/// What alike items of the other lane are called.
pub(super) fn across_title(alike: &Alike) -> &'static str {
    match alike.this.line.lane {
        Lane::Offer => "alike-across-victim",
        Lane::Victim => "alike-across-offer",
    }
}

/// What waits in the other lane, then what waits in the same; lists that hold something.
pub(super) fn waiting(alike: &Alike) -> Vec<Listed<'_>> {
    let title = across_title(alike);
    let (across, items) = (&*alike.across, &*alike.open);
    let across = Listed { id: "alike-across", title, count: across.len(), items: across };
    let same = Listed { id: "alike-open", title: "alike-open", count: alike.waiting, items };
    [across, same].into_iter().filter(|list| !list.items.is_empty()).collect()
}

/// Why an item is like another, in words.
pub(super) fn why(l: &Locale, likeness: &Likeness) -> String {
    let wording = likeness.wording.map(|percent| match percent {
        100 => l.t("alike-wording-same"),
        percent => l.with("alike-wording", &percent.to_string()),
    });
    let contact = likeness.contact.then(|| l.t("alike-contact"));
    let poster = likeness.poster.then(|| l.t("alike-poster"));
    wording.into_iter().chain(contact).chain(poster).collect::<Vec<_>>().join(", ")
}

/// An outcome with what it means.
pub(super) fn told(l: &Locale, outcome: &Outcome) -> String {
    format!("{} · {}", outcome.code(), l.outcome(*outcome))
}

/// A number of things for a sentence.
pub(super) fn count<T>(things: &[T]) -> u64 {
    u64::try_from(things.len()).unwrap_or(u64::MAX)
}

/// What the forms hold, as it was typed.
#[derive(Default)]
struct Typed {
    items: Vec<Picked>,
    outcome: Option<Outcome>,
    reason: String,
    of: String,
    /// The choice is to be changed, not previewed.
    back: bool,
}

impl Typed {
    fn read(form: &[u8], l: &Locale) -> Result<Self, Fault> {
        let mut typed = Self::default();
        let bad = |message: &str| Fault::Bad(l.t(message));
        for (name, value) in url::form_urlencoded::parse(form) {
            match &*name {
                "item" => {
                    typed.items.push(value.parse().map_err(|_| bad("fault-item-number"))?);
                }
                "outcome" => {
                    typed.outcome = Some(value.parse().map_err(|_| bad("fault-outcome"))?);
                }
                "reason" => value.trim().clone_into(&mut typed.reason),
                "of" => value.trim().clone_into(&mut typed.of),
                "back" => typed.back = true,
                _ => {}
            }
        }
        Ok(typed)
    }

    /// What is to be decided, or the message that says what is missing.
    fn together(&self, session: &Session) -> Result<Together, &'static str> {
        let outcome = self.outcome.ok_or("fault-outcome")?;
        let duplicate_of = match outcome {
            Outcome::Duplikat => Some(self.of.parse().map_err(|_| "alike-wrong-of")?),
            _ => None,
        };
        let reason = outcome.reason(&self.reason).to_owned();
        if reason.is_empty() {
            return Err("alike-wrong-reason");
        }
        if self.items.is_empty() {
            return Err("alike-wrong-none");
        }
        if self.items.len() > session.account.role.at_once() {
            return Err("alike-wrong-many");
        }
        let items = self.items.clone();
        let analyst = session.account.name.clone();
        Ok(Together { items, analyst, outcome, reason, duplicate_of })
    }
}

/// A row of the list.
struct Row {
    one: AlikeItem,
    checked: bool,
    /// The item all others are like.
    is_this: bool,
}

#[derive(askama::Template)]
#[template(path = "together.html", config = "src/console/askama.toml")]
struct Choosing<'a> {
    frame: Frame<'a>,
    id: ItemId,
    is_victim: bool,
    rows: Vec<Row>,
    /// How many more wait.
    more: u64,
    most: usize,
    choices: Vec<Choice>,
    typed: Typed,
    wrong: Option<String>,
}

impl Choosing<'_> {
    fn lease(&self, line: &ItemLine) -> String {
        let mine = self.frame.session.map(|session| session.account.name.as_str());
        match &line.leased_by {
            None => self.frame.l.t("alike-free"),
            Some(who) if Some(who.as_str()) == mine => self.frame.l.t("alike-yours"),
            Some(who) => self.frame.l.with("alike-held", who),
        }
    }
}

/// Which rows are ticked before anybody touches them.
#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Pick {
    /// What is free, but no plea for help.
    #[default]
    Free,
    All,
    None,
}

#[derive(Deserialize)]
struct Picking {
    #[serde(default)]
    pick: Pick,
}

async fn choosing(
    desk: &Desk,
    session: &Session,
    id: ItemId,
    pick: &Pick,
    typed: Typed,
    wrong: Option<&str>,
) -> Result<Html<String>, Fault> {
    let most = session.account.role.at_once();
    let reader = session.account.name.clone();
    let Alike { this, open, waiting, .. } = desk
        .queue(move |store| store.alike(id, most.saturating_sub(1), &reader, Timestamp::now()))
        .await?;
    let own = session.account.name.as_str();
    let is_victim = this.line.lane == Lane::Victim;
    let kept: HashSet<Picked> = typed.items.iter().copied().collect();
    let was_typed = typed.outcome.is_some() || typed.back;
    let rows: Vec<Row> = std::iter::once(this)
        .filter(|this| this.line.state == crate::store::ItemState::Open)
        .chain(open)
        .map(|one| {
            let free = one.line.leased_by.as_deref().is_none_or(|holder| holder == own);
            let is_this = one.line.id == id;
            let checked = match pick {
                _ if was_typed => kept.contains(&one.picked),
                Pick::Free => free && (!is_victim || is_this),
                Pick::All => true,
                Pick::None => false,
            };
            Row { checked, is_this, one }
        })
        .collect();
    let shown = rows.iter().filter(|row| !row.is_this).count();
    let frame = Frame::new(desk, session, "item");
    let choices = choices(&frame);
    let wrong = wrong.map(|message| frame.l.t(message));
    let more = u64::try_from(waiting.saturating_sub(shown)).unwrap_or_default();
    html(Choosing { frame, id, is_victim, rows, more, most, choices, typed, wrong })
}

/// Whoever decides nothing is not let further.
fn decider(session: &Session) -> Result<(), Fault> {
    if session.account.role.at_once() > 0 { Ok(()) } else { Err(Fault::Forbidden) }
}

async fn show(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<ItemId>,
    Query(Picking { pick }): Query<Picking>,
) -> Result<Html<String>, Fault> {
    decider(&session)?;
    choosing(&desk, &session, id, &pick, Typed::default(), None).await
}

/// An item left out, as it is told.
struct Omitted {
    line: ItemLine,
    why: &'static str,
}

/// The message of each reason to leave an item out.
const fn left(why: LeftOut) -> &'static str {
    match why {
        LeftOut::Held => "left-held",
        LeftOut::Decided => "left-decided",
        LeftOut::Edited => "left-edited",
        LeftOut::Gone => "left-gone",
        LeftOut::Original => "left-original",
    }
}

fn omitted(store: &Store, left_out: &[Left], reader: &Analyst) -> Result<Vec<Omitted>, QueueError> {
    let why: HashMap<ItemId, LeftOut> = left_out.iter().map(|left| (left.item, left.why)).collect();
    let items: Vec<ItemId> = left_out.iter().map(|left| left.item).collect();
    let lines = store.lines(&items, reader, Timestamp::now())?.into_iter();
    Ok(lines.filter_map(|line| Some(Omitted { why: left(*why.get(&line.id)?), line })).collect())
}

#[derive(askama::Template)]
#[template(path = "preview.html", config = "src/console/askama.toml")]
struct Preview<'a> {
    frame: Frame<'a>,
    id: ItemId,
    together: &'a Together,
    /// Each to be decided, as the form sends it on.
    will: Vec<(Picked, ItemLine)>,
    will_count: u64,
    cannot: Vec<Omitted>,
    cannot_count: u64,
    typed: Typed,
}

/// Says what would be decided; decides nothing.
async fn preview(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<ItemId>,
    RawForm(form): RawForm,
) -> Result<Response, Fault> {
    decider(&session)?;
    let l = desk.locales.of(session.account.language);
    let typed = Typed::read(&form, l)?;
    if typed.back {
        let page = choosing(&desk, &session, id, &Pick::Free, typed, None).await?;
        return Ok(page.into_response());
    }
    let together = match typed.together(&session) {
        Ok(together) => together,
        Err(wrong) => {
            let page = choosing(&desk, &session, id, &Pick::Free, typed, Some(wrong)).await?;
            return Ok((StatusCode::BAD_REQUEST, page).into_response());
        }
    };
    let asked = together.clone();
    let (will, cannot) = desk
        .queue(move |store| {
            let now = Timestamp::now();
            let left = store.weigh(&asked, now)?;
            let out: HashSet<ItemId> = left.iter().map(|left| left.item).collect();
            let picked: HashMap<ItemId, Picked> =
                asked.items.iter().map(|picked| (picked.item, *picked)).collect();
            let items: Vec<ItemId> = asked
                .items
                .iter()
                .map(|picked| picked.item)
                .filter(|item| !out.contains(item))
                .collect();
            let lines = store.lines(&items, &asked.analyst, now)?.into_iter();
            let will: Vec<(Picked, ItemLine)> =
                lines.filter_map(|line| Some((*picked.get(&line.id)?, line))).collect();
            Ok((will, omitted(store, &left, &asked.analyst)?))
        })
        .await?;
    let frame = Frame::new(&desk, &session, "item");
    let (will_count, cannot_count) = (count(&will), count(&cannot));
    let together = &together;
    let page = Preview { frame, id, together, will, will_count, cannot, cannot_count, typed };
    Ok(html(page)?.into_response())
}

async fn decide(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(_): Path<ItemId>,
    RawForm(form): RawForm,
) -> Result<Redirect, Fault> {
    decider(&session)?;
    let l = desk.locales.of(session.account.language);
    let together = Typed::read(&form, l)?.together(&session);
    let together = together.map_err(|wrong| Fault::Bad(l.t(wrong)))?;
    let batch = desk.queue(move |store| store.decide_together(together, Timestamp::now())).await?;
    Ok(Redirect::to(&format!("/batches/{batch}")))
}

#[derive(askama::Template)]
#[template(path = "batch.html", config = "src/console/askama.toml")]
struct BatchPage<'a> {
    frame: Frame<'a>,
    batch: &'a Batch,
    count: u64,
    items: Vec<(ItemLine, &'static str)>,
    left_out: Vec<Omitted>,
    /// Whether the reader may take back what still stands.
    undoable: bool,
}

const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Stands => "batch-stands",
        Standing::TakenBack => "batch-taken-back",
        Standing::DecidedAnew => "batch-decided-anew",
    }
}

/// One's own decisions may be taken back by oneself, any by whoever supervises.
fn may_undo(session: &Session, batch: &Batch) -> bool {
    let role = session.account.role;
    role.supervises() || (role.decides() && batch.analyst == session.account.name.as_str())
}

async fn show_batch(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<i64>,
) -> Result<Html<String>, Fault> {
    let reader = session.account.name.clone();
    let found = desk
        .queue(move |store| {
            let Some(batch) = store.batch(BatchId(id), &reader)? else { return Ok(None) };
            let fares: HashMap<ItemId, Standing> = batch.items.iter().copied().collect();
            let items: Vec<ItemId> = batch.items.iter().map(|(item, _)| *item).collect();
            let lines = store.lines(&items, &reader, Timestamp::now())?.into_iter();
            let items: Vec<(ItemLine, &'static str)> = lines
                .filter_map(|line| fares.get(&line.id).map(|fares| (line, standing(*fares))))
                .collect();
            let left_out = omitted(store, &batch.left_out, &reader)?;
            Ok(Some((batch, items, left_out)))
        })
        .await?;
    let (batch, items, left_out) = found.ok_or(Fault::NotFound)?;
    let stands = batch.items.iter().any(|(_, fares)| *fares == Standing::Stands);
    let undoable = stands && may_undo(&session, &batch);
    let frame = Frame::new(&desk, &session, "item");
    let count = count(&items);
    html(BatchPage { frame, batch: &batch, count, items, left_out, undoable })
}

async fn undo(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<i64>,
) -> Result<Redirect, Fault> {
    let reason = desk.locales.of(session.account.language).t("batch-undo-reason");
    let by = session.account.name.clone();
    let reader = by.clone();
    let batch = desk.queue(move |store| store.batch(BatchId(id), &reader)).await?;
    let batch = batch.ok_or(Fault::NotFound)?;
    if !may_undo(&session, &batch) {
        return Err(Fault::Forbidden);
    }
    desk.queue(move |store| store.undo_batch(batch.id, &by, &reason, Timestamp::now())).await?;
    Ok(Redirect::to(&format!("/batches/{id}")))
}
