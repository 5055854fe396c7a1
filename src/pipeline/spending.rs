//! Asks for a page, and keeps the account: what a request may cost is booked before it goes out, and
//! corrected when its real cost is known. A budget that is used up ends the visit before anything is
//! sent.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::budget::{Billed, Budget, Spend};
use crate::fetch::{BlockReason, Capture, Outcome, Request, TransientReason};
use crate::sources::{Missed, WebSource};
use crate::store::{Booked, Booking};

use super::schedule::Went;
use super::visit::{Failure, Tools, blocking};
use super::web::at;

/// The longest pause a server may ask for that is waited for within a visit.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often one page is asked for again after a failure that may pass.
const TRIES: u32 = 3;

/// A request that took longer, waiting for its turn among others, is booked anew when it ends: well
/// within the margin that windows have.
const LONG: Duration = Duration::from_secs(60);

/// What came of a request that did not fail.
pub(super) enum Answer {
    /// A page, and what is booked for it.
    Page(Box<Capture>, Booked),
    /// Nothing new.
    NotModified {
        /// How long the server says that will stay so, in seconds.
        wish: Option<u64>,
    },
    /// An API's "no", in its own words.
    Rejected(Box<Capture>),
    /// A budget does not hold what the request may cost: nothing was sent.
    UsedUp {
        /// Its name.
        budget: String,
        /// When it will.
        opens: Timestamp,
    },
}

/// A page that cannot be had.
pub(super) struct Unhad {
    /// What the visit amounts to, unless the source knows better.
    pub(super) failure: Failure,
    /// Why, where it has to do with the page.
    pub(super) missed: Option<Missed>,
}

/// Asks until there is an answer or no hope of one soon; `None` when told to stop meanwhile.
pub(super) async fn ask(
    tools: &Tools,
    source: &dyn WebSource,
    request: &Request,
    stop: &CancellationToken,
) -> Option<Result<Answer, Unhad>> {
    let mut tries = 0;
    loop {
        let booked = match book(tools, source.budgets(), &request.spends).await {
            Ok(Booking::Booked(booked)) => booked,
            Ok(Booking::UsedUp { budget, opens }) => {
                return Some(Ok(Answer::UsedUp { budget, opens }));
            }
            Err(failure) => return Some(Err(Unhad { failure, missed: None })),
        };
        // Nothing of a page that has not arrived is stored: it can be dropped. What it may have
        // cost stays booked.
        let began = Instant::now();
        let outcome = tokio::select! {
            () = stop.cancelled() => return None,
            outcome = tools.client.get(request) => outcome,
        };
        let settled = settle_unread(tools, &booked, &outcome, began.elapsed() > LONG).await;
        if let Err(failure) = settled {
            return Some(Err(Unhad { failure, missed: None }));
        }
        let (reason, retry_at) = match outcome {
            Outcome::New(capture) => return Some(Ok(Answer::Page(capture, booked))),
            Outcome::Rejected(capture) => return Some(Ok(Answer::Rejected(capture))),
            Outcome::Unchanged { headers, .. } => {
                return Some(Ok(Answer::NotModified { wish: max_age(&headers) }));
            }
            Outcome::Blocked(reason @ BlockReason::Status(status)) if source.doubts(status) => {
                return Some(Err(doubted(at(&request.url, &reason))));
            }
            Outcome::Transient { reason: reason @ TransientReason::Status(status), .. }
                if source.doubts(status) =>
            {
                return Some(Err(doubted(at(&request.url, &reason))));
            }
            Outcome::Blocked(reason) => {
                let failure = Failure::new("blocked", at(&request.url, &reason));
                let failure = Failure { went: Went::Blocked, ..failure };
                return Some(Err(Unhad { failure, missed: Some(reason.into()) }));
            }
            Outcome::Refused(reason) => {
                let failure = Failure::new("refused", at(&request.url, &reason));
                let failure = Failure { went: Went::Blocked, ..failure };
                return Some(Err(Unhad { failure, missed: Some(reason.into()) }));
            }
            Outcome::Transient { reason, retry_at } => (reason, retry_at),
        };
        tries += 1;
        let pause =
            Duration::try_from(retry_at.duration_since(Timestamp::now())).unwrap_or(Duration::ZERO);
        if tries >= TRIES || pause > PATIENCE {
            let failure = Failure::new("transient", at(&request.url, &reason));
            let failure = Failure { went: Went::Failed { until: Some(retry_at) }, ..failure };
            return Some(Err(Unhad { failure, missed: Some(reason.into()) }));
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

fn doubted(reason: String) -> Unhad {
    let failure = Failure { went: Went::Doubted, ..Failure::new("transient", reason) };
    Unhad { failure, missed: None }
}

async fn book(tools: &Tools, budgets: Vec<Budget>, spends: &[Spend]) -> Result<Booking, Failure> {
    if spends.is_empty() {
        return Ok(Booking::Booked(Booked::default()));
    }
    let spends = spends.to_vec();
    let now = Timestamp::now();
    Ok(blocking(&tools.store, move |store| store.book(&budgets, &spends, now)).await?)
}

/// Gives back what an answer that brings nothing to read cannot have cost, and books anew as of now
/// what waited `long` for its turn.
async fn settle_unread(
    tools: &Tools,
    booked: &Booked,
    outcome: &Outcome,
    long: bool,
) -> Result<(), Failure> {
    let is_free = |spend: &Spend| {
        !outcome.was_sent() || (spend.billed == Billed::Answered && outcome.is_error_answer())
    };
    let free: Vec<(String, u64)> = booked
        .spends()
        .filter(|spend| is_free(spend))
        .map(|spend| (spend.budget.clone(), 0))
        .collect();
    if free.is_empty() && (!long || booked.spends().next().is_none()) {
        return Ok(());
    }
    settle_now(tools, booked.clone(), free).await
}

/// Corrects what was booked to what the page really cost.
pub(super) async fn settle(
    tools: &Tools,
    booked: Booked,
    real: Vec<(String, u64)>,
) -> Result<(), Failure> {
    if real.is_empty() {
        return Ok(());
    }
    settle_now(tools, booked, real).await
}

async fn settle_now(
    tools: &Tools,
    booked: Booked,
    real: Vec<(String, u64)>,
) -> Result<(), Failure> {
    let now = Timestamp::now();
    Ok(blocking(&tools.store, move |store| store.settle(booked, &real, now)).await?)
}

/// Notes that the service itself called a budget used up; answers when it opens.
pub(super) async fn note_used_up(
    tools: &Tools,
    source: &dyn WebSource,
    budget: Option<&String>,
) -> Result<Option<Timestamp>, Failure> {
    let budgets = source.budgets();
    let Some(budget) = budgets.into_iter().find(|known| Some(&known.name) == budget) else {
        return Ok(None);
    };
    let now = Timestamp::now();
    let opens = blocking(&tools.store, move |store| {
        store.use_up(&budget, now)?;
        Ok(store.left(&[budget], now)?.first().and_then(|left| left.opens))
    });
    Ok(opens.await?)
}

/// The freshness a `304` gives, in seconds.
fn max_age(headers: &[(String, String)]) -> Option<u64> {
    let (_, value) = headers.iter().find(|(name, _)| name == "cache-control")?;
    let directive = |directive: &str| directive.trim().strip_prefix("max-age=")?.parse().ok();
    value.split(',').find_map(directive)
}
