//! The queue for an analyst's own programs: what the console's pages do, as JSON. Whoever holds a
//! personal token acts as its owner, and the custody log tells it so.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::answer::Refusal;
use super::body::json;
use super::limits::{Address, Limiter};
use super::who::by_bearer;
use crate::console::fault;
use crate::console::live::Live;
use crate::console::locale::Locales;
use crate::console::pages::item::may_undo;
use crate::console::pages::queue::{Asked, PAGE};
use crate::engine::Lane;
use crate::store::{
    Analyst, Bearer, By, Item, ItemId, ItemLine, Lease, Outcome, QueueError, Ruling, Store,
    StoreError, Token,
};

/// The longest value of a filter, in characters.
const LONGEST_FILTER: usize = 200;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 2000;

/// What the handlers work with.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) store: Arc<Store>,
    pub(super) live: Live,
    pub(super) locales: Arc<Locales>,
    pub(super) addresses: Arc<Limiter<Address>>,
    pub(super) bearers: Arc<Limiter<i64>>,
}

impl Desk {
    /// Runs a call of the queue off the async threads.
    pub(super) async fn queue<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Store) -> Result<T, QueueError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let store = Arc::clone(&self.store);
        let called = tokio::task::spawn_blocking(move || call(&store)).await;
        called.unwrap_or(Err(StoreError::WriterGone.into())).map_err(|error| self.refusal(&error))
    }

    fn refusal(&self, error: &QueueError) -> Refusal {
        let code = match error {
            QueueError::NoSuchItem(_) => return Refusal::NoSuchItem,
            QueueError::Store(error) => {
                tracing::error!(%error, "the interface could not use the store");
                return Refusal::NotNow;
            }
            QueueError::NotOpen { .. } => "not_open",
            QueueError::StaleToken(_) => "stale_token",
            QueueError::ReasonMissing => "reason_missing",
            QueueError::DuplicateOf => "duplicate_of",
            QueueError::NotTheOriginal(_) => "not_the_original",
            QueueError::NothingToUndo(_) => "nothing_to_undo",
            QueueError::NewerItem { .. } => "newer_item",
            // Nothing here decides many at once or settles.
            QueueError::TooManyTogether(_)
            | QueueError::TwoLanes
            | QueueError::NothingToSettle(_)
            | QueueError::NoSuchPerson(_) => "conflict",
            QueueError::NotYours(_) => "not_yours",
        };
        // What programs read is the code; the sentence is of the language the others are in.
        let l = self.locales.of(crate::store::Language::Id);
        Refusal::Conflict(code, fault::sentence(error, l))
    }
}

/// Whoever asks, if her role lets her decide.
async fn decider(desk: &Desk, headers: &HeaderMap) -> Result<Bearer, Refusal> {
    let bearer = by_bearer(desk, headers).await?;
    if bearer.account.role.decides() { Ok(bearer) } else { Err(Refusal::Forbidden) }
}

type Number = Result<Path<ItemId>, PathRejection>;

fn number(id: Number) -> Result<ItemId, Refusal> {
    id.map(|Path(id)| id).map_err(|_| Refusal::NoSuchItem)
}

/// The fields of an address, none of them twice or unknown. What a field says is not looked at.
fn pairs(query: &str) -> Result<Vec<(String, String)>, Refusal> {
    serde_urlencoded::from_str(query).map_err(|error| Refusal::WrongQuery(error.to_string()))
}

fn asked(query: &str, reader: &Analyst) -> Result<Asked, Refusal> {
    let wrong = |why: String| Err(Refusal::WrongQuery(why));
    let asked: Asked = match serde_urlencoded::from_str(query) {
        Ok(asked) => asked,
        Err(error) => return wrong(error.to_string()),
    };
    // What was read is written again: a field that does not come back is none of a filter's.
    let known = pairs(&serde_urlencoded::to_string(&asked).unwrap_or_default())?;
    for (name, value) in pairs(query)? {
        if !value.is_empty() && !known.iter().any(|(field, _)| *field == name) {
            return wrong(format!("`{}` bukan saringan", name.escape_debug()));
        }
        if value.chars().count() > LONGEST_FILTER || value.contains('\0') {
            return wrong(format!("`{name}` paling panjang {LONGEST_FILTER} karakter"));
        }
    }
    match asked.misread(reader) {
        Some(field) => wrong(format!("isi `{field}` tidak dikenal; lihat /api/openapi.json")),
        None => Ok(asked),
    }
}

/// A page of the queue.
#[derive(Serialize)]
struct List {
    /// How many items the filter lets through, on this page and others.
    count: u64,
    items: Vec<ItemLine>,
    /// What to ask for `after` to get the next page.
    next: Option<ItemId>,
}

pub(super) async fn list(
    State(desk): State<Desk>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let reader = by_bearer(&desk, &headers).await?.account.name;
    let filter = asked(query.as_deref().unwrap_or_default(), &reader)?.filter(&reader);
    let (mut items, count) = desk
        .queue(move |store| Ok((store.list(&filter, Timestamp::now())?, store.count(&filter)?)))
        .await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = items.len() > page;
    items.truncate(page);
    let next = items.last().filter(|_| more).map(|line| line.id);
    Ok(Json(List { count, items, next }).into_response())
}

pub(super) async fn counts(
    State(desk): State<Desk>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    by_bearer(&desk, &headers).await?;
    Ok(Json(desk.queue(|store| store.queue_counts()).await?).into_response())
}

pub(super) async fn show(
    State(desk): State<Desk>,
    id: Number,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let by = By::from(&by_bearer(&desk, &headers).await?);
    let id = number(id)?;
    Ok(Json(desk.queue(move |store| store.view(id, by, Timestamp::now())).await?).into_response())
}

pub(super) async fn reveal(
    State(desk): State<Desk>,
    id: Number,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let by = By::from(&decider(&desk, &headers).await?);
    let id = number(id)?;
    let item = desk.queue(move |store| store.reveal(id, by, Timestamp::now())).await?;
    Ok(Json(item).into_response())
}

/// An item lent, with what it says; both `null` when there is none.
#[derive(Serialize)]
struct Lent {
    lease: Option<Lease>,
    item: Option<Item>,
}

pub(super) async fn next(
    State(desk): State<Desk>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let by = decider(&desk, &headers).await?;
    let lane = match &pairs(query.as_deref().unwrap_or_default())?[..] {
        [] => None,
        [(name, lane)] if name == "lane" => Some(
            [Lane::Offer, Lane::Victim]
                .into_iter()
                .find(|known| known.as_str() == lane)
                .ok_or_else(|| Refusal::WrongQuery("`lane`: offer atau victim".to_owned()))?,
        ),
        _ => return Err(Refusal::WrongQuery("hanya satu `lane` yang dikenal".to_owned())),
    };
    let lent = desk
        .queue(move |store| {
            let (lease, item) = store.next_shown(&by, lane, Timestamp::now())?.unzip();
            Ok(Lent { lease, item })
        })
        .await?;
    Ok(Json(lent).into_response())
}

pub(super) async fn lease(
    State(desk): State<Desk>,
    id: Number,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let by = decider(&desk, &headers).await?.account.name;
    let id = number(id)?;
    let lease = desk.queue(move |store| store.take(id, &by, Timestamp::now())).await?;
    let held = || Refusal::Conflict("held", "butir ini sedang dipegang orang lain".to_owned());
    Ok(Json(lease.ok_or_else(held)?).into_response())
}

/// A decision as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decide {
    token: String,
    outcome: String,
    reason: Option<String>,
    duplicate_of: Option<ItemId>,
}

/// What was typed as a reason, if it is not too long.
fn reason(typed: Option<String>) -> Result<String, Refusal> {
    let typed = typed.unwrap_or_default();
    if typed.chars().count() > LONGEST_REASON {
        let why = format!("`reason` paling panjang {LONGEST_REASON} karakter");
        return Err(Refusal::Wrong(why));
    }
    Ok(typed.trim().to_owned())
}

pub(super) async fn decide(
    State(desk): State<Desk>,
    id: Number,
    request: Request,
) -> Result<Response, Refusal> {
    let by = decider(&desk, request.headers()).await?;
    let item = number(id)?;
    let Decide { token, outcome, reason: typed, duplicate_of } = json(request).await?;
    let outcome = Outcome::ALL
        .iter()
        .copied()
        .find(|known| known.code() == outcome)
        .ok_or_else(|| Refusal::Wrong("`outcome` bukan kode putusan".to_owned()))?;
    let token: Token = token.parse().map_err(|_| {
        Refusal::Wrong(
            "`token` bukan 32 angka heksadesimal yang diberikan saat meminjam".to_owned(),
        )
    })?;
    let reason = outcome.reason(&reason(typed)?).to_owned();
    let analyst = by.account.name.clone();
    let ruling = Ruling { item, analyst, token, outcome, reason, duplicate_of };
    let decided =
        desk.queue(move |store| store.decide_by_token(ruling, &by, Timestamp::now())).await?;
    Ok(Json(decided).into_response())
}

/// Why a decision is taken back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Undo {
    reason: String,
}

pub(super) async fn undo(
    State(desk): State<Desk>,
    id: Number,
    request: Request,
) -> Result<Response, Refusal> {
    let by = decider(&desk, request.headers()).await?;
    let id = number(id)?;
    let Undo { reason: typed } = json(request).await?;
    let reason = reason(Some(typed))?;
    let undone = desk
        .queue(move |store| {
            let now = Timestamp::now();
            // Before the item is looked at: who sees the first decision cannot give another opinion.
            if let Some(own) = store.undo_second(id, &by, &reason, now)? {
                return Ok(Some(own));
            }
            let item = store.view(id, &by, now)?;
            // A decision that is kept from her is not hers.
            if item.decisions.is_empty() && !item.awaits_second {
                return Err(QueueError::NothingToUndo(id));
            }
            if !may_undo(&by.account, &item) {
                return Ok(None);
            }
            store.undo(id, &by, &reason, now).map(Some)
        })
        .await?;
    Ok(Json(undone.ok_or(Refusal::Forbidden)?).into_response())
}
