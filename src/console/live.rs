//! What happens in the queue, told to open pages and programs as it happens: how many items are
//! new, who holds which, whether the rules in the files are refused. One look at the store a second
//! serves everybody who listens; who may no longer listen is cut off, and at the end all are.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Query, State as Of};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, unfold};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::desk::{Cookie, Desk, RulesRefused};
use crate::store::{ItemId, Store};

/// How often the store is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is asked whether a listener still may.
const STILL: Duration = Duration::from_secs(5);
/// How often something is said at the least, so that a lost connection is noticed.
const ALIVE: Duration = Duration::from_secs(15);
/// How long a browser waits before it connects again.
const AGAIN: Duration = Duration::from_secs(3);
/// Listeners at a time, of all and of one.
const MOST: usize = 200;
const MOST_OF_ONE: usize = 8;

/// The queue as last seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Seen {
    newest: i64,
    /// Items that came since the program began.
    opened: u64,
    held: Vec<(ItemId, String)>,
    refused: Option<String>,
}

/// What tells of the queue; cheap to clone.
#[derive(Clone)]
pub struct Live(Arc<Shared>);

struct Shared {
    store: Arc<Store>,
    seen: watch::Receiver<Seen>,
    stop: CancellationToken,
    /// How many listen, by who they are.
    listeners: Mutex<HashMap<String, usize>>,
}

impl Shared {
    // A panic while the numbers were held leaves numbers.
    fn listeners(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn look(store: &Store, rules_refused: &RulesRefused, before: Option<&Seen>) -> Option<Seen> {
    let pulse = store.pulse(Timestamp::now()).ok()?;
    let mut opened = 0;
    if let Some(before) = before {
        opened = before.opened;
        if pulse.newest > before.newest {
            opened += store.opened_between(before.newest, pulse.newest).ok()?;
        }
    }
    Some(Seen { newest: pulse.newest, opened, held: pulse.held, refused: rules_refused() })
}

impl Live {
    /// Begins to look, until `stop`.
    pub fn start(store: Arc<Store>, rules_refused: RulesRefused, stop: CancellationToken) -> Self {
        let (tell, seen) = watch::channel(Seen::default());
        let (looked_at, stopped) = (Arc::clone(&store), stop.clone());
        tokio::spawn(async move {
            let mut looks = tokio::time::interval(LOOK);
            looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut before = None;
            loop {
                tokio::select! {
                    () = stopped.cancelled() => break,
                    _ = looks.tick() => {}
                }
                let (store, refused) = (Arc::clone(&looked_at), Arc::clone(&rules_refused));
                let last = before.clone();
                let looked =
                    tokio::task::spawn_blocking(move || look(&store, &refused, last.as_ref()));
                // A look that failed is made good by the next.
                if let Ok(Some(now)) = looked.await {
                    before = Some(now.clone());
                    tell.send_if_modified(|seen| {
                        let changed = *seen != now;
                        *seen = now;
                        changed
                    });
                }
            }
        });
        Self(Arc::new(Shared { store, seen, stop, listeners: Mutex::default() }))
    }

    /// The events for one listener, as long as `stays` says so; `None` when too many listen. `since`:
    /// the newest item it was told of before.
    pub(super) fn listen(
        &self,
        who: &str,
        since: Option<i64>,
        stays: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Option<Response> {
        let place = Place::take(&self.0, who)?;
        let mut receiver = self.0.seen.clone();
        let told = receiver.borrow_and_update().clone();
        let listener = Listener {
            waiting: VecDeque::from([rules(&told), leases(&told)]),
            since,
            told,
            receiver,
            stays: Arc::new(stays),
            place,
        };
        let alive = KeepAlive::new().interval(ALIVE);
        let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
        Some((unbuffered, Sse::new(listener.events()).keep_alive(alive)).into_response())
    }
}

/// A listener's place among all; free again when dropped.
struct Place {
    shared: Arc<Shared>,
    who: String,
}

impl Place {
    fn take(shared: &Arc<Shared>, who: &str) -> Option<Self> {
        let mut listeners = shared.listeners();
        let all: usize = listeners.values().sum();
        let own = listeners.get(who).copied().unwrap_or_default();
        if all >= MOST || own >= MOST_OF_ONE {
            return None;
        }
        listeners.insert(who.to_owned(), own + 1);
        drop(listeners);
        Some(Self { shared: Arc::clone(shared), who: who.to_owned() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut listeners = self.shared.listeners();
        let left = listeners.get(&self.who).map_or(0, |own| own.saturating_sub(1));
        if left == 0 {
            listeners.remove(&self.who);
        } else {
            listeners.insert(self.who.clone(), left);
        }
    }
}

struct Listener {
    waiting: VecDeque<Event>,
    since: Option<i64>,
    told: Seen,
    receiver: watch::Receiver<Seen>,
    stays: Arc<dyn Fn() -> bool + Send + Sync>,
    place: Place,
}

impl Listener {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> + Send + use<> {
        unfold(self, |mut listener| async move {
            let event = listener.next().await?;
            Some((Ok(event), listener))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        if let Some(since) = self.since.take() {
            let (shared, upto) = (Arc::clone(&self.place.shared), self.told.newest);
            let missed =
                tokio::task::spawn_blocking(move || shared.store.opened_between(since, upto));
            if let Ok(Ok(missed @ 1..)) = missed.await {
                self.waiting.push_back(items(&self.told, missed));
            }
        }
        let stop = self.place.shared.stop.clone();
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            tokio::select! {
                () = stop.cancelled() => return None,
                changed = self.receiver.changed() => {
                    changed.ok()?;
                    self.take_up();
                }
                () = tokio::time::sleep(STILL) => {
                    let stays = Arc::clone(&self.stays);
                    if !tokio::task::spawn_blocking(move || stays()).await.unwrap_or(false) {
                        return None;
                    }
                }
            }
        }
    }

    /// What changed since it was last told something.
    fn take_up(&mut self) {
        let now = self.receiver.borrow_and_update().clone();
        if now.refused != self.told.refused {
            self.waiting.push_back(rules(&now));
        }
        if now.held != self.told.held {
            self.waiting.push_back(leases(&now));
        }
        if let new @ 1.. = now.opened.saturating_sub(self.told.opened) {
            self.waiting.push_back(items(&now, new));
        }
        self.told = now;
    }
}

/// An event; its number is that of the newest item, from which a listener goes on.
fn event(name: &str, seen: &Seen, data: &serde_json::Value) -> Event {
    Event::default().event(name).id(seen.newest.to_string()).retry(AGAIN).data(data.to_string())
}

fn items(seen: &Seen, new: u64) -> Event {
    event("items", seen, &json!({ "new": new }))
}

fn leases(seen: &Seen) -> Event {
    let held: Vec<_> =
        seen.held.iter().map(|(item, by)| json!({ "item": item, "by": by })).collect();
    event("leases", seen, &json!({ "held": held }))
}

fn rules(seen: &Seen) -> Event {
    event("rules", seen, &json!({ "refused": seen.refused }))
}

/// From where on a listener wants to be told.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Since {
    since: Option<u64>,
}

/// The item a listener was last told of: a browser that lost the connection says it in a header.
pub(super) fn since(headers: &HeaderMap, asked: Since) -> Option<i64> {
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let number = header.and_then(|text| text.parse().ok()).or(asked.since)?;
    Some(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The events for a page: as long as its session runs, which listening does not prolong.
pub(super) async fn listen(
    Of(desk): Of<Desk>,
    Query(from): Query<Since>,
    headers: HeaderMap,
) -> Response {
    let Some(token) = desk.token(Cookie::Session, &headers) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let store = Arc::clone(&desk.store);
    let stays = move || store.session_runs(token, Timestamp::now()).unwrap_or(true);
    let may = desk.call(move |store| store.session_runs(token, Timestamp::now())).await;
    match may {
        Ok(true) => {}
        Ok(false) => return StatusCode::UNAUTHORIZED.into_response(),
        Err(fault) => return fault.into_response(),
    }
    let from = since(&headers, from);
    match desk.live.listen(&format!("session {token}"), from, stays) {
        Some(listening) => listening,
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
