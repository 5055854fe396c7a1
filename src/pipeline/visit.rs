//! What every visit has in common, whatever the door: scoring and storing a page off the async
//! threads, and noting how the visit ended.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::fetch::{Capture, Client};
use crate::registry::today;
use crate::sources::{Adapter, Door, Page, SetAside};
use crate::store::{
    Alarm, CaptureRecord, CoverageRecord, FileDone, Grounds, PageCommit, ScoredPost,
    SetAsideRecord, Store, StoreError, ValidatorRecord, VisitEnd,
};
use crate::telemetry::{
    Event as _, ItemsSetAside, PageStored, PostsWithheld, SourceFailed, SourceWatched, VisitEnded,
};

use super::report::{Observer, SourceReport};
use super::schedule::{self, Bounds, Went};
use super::scorer::Scorer;
use super::watch::{self, StartError};
use super::{files, load, stream, web};

/// Under which name a capture keeps how it is to be read.
pub(super) const MANNER: &str = "waspada-manner";

/// What visits work with; cheap to clone.
#[derive(Clone)]
pub(super) struct Tools {
    pub(super) store: Arc<Store>,
    pub(super) client: Client,
    pub(super) scorer: Arc<Scorer>,
    pub(super) observer: Arc<dyn Observer>,
}

impl Tools {
    /// What a command works with that is no watch: rules that cannot be used are its end.
    pub(super) fn open(config: &Config, observer: Arc<dyn Observer>) -> Result<Self, StartError> {
        let client = Client::new(&config.fetch)?;
        let scorer = Arc::new(Scorer::new(load(&watch::standing(config))?));
        let store = Arc::new(Store::open(&config.store)?);
        Ok(Self { store, client, scorer, observer })
    }
}

/// A source to be visited.
#[derive(Clone)]
pub(super) struct Watched {
    /// Its name in the config.
    pub(super) name: Arc<str>,
    pub(super) door: Arc<Door>,
    /// What the operator named as the ground to read it.
    pub(super) legal_basis: Option<String>,
}

impl Watched {
    pub(super) fn bounds(&self) -> Bounds {
        match &*self.door {
            Door::Web(source) => {
                let (shortest, longest) = source.interval();
                Bounds { shortest, longest }
            }
            Door::Files(source) => {
                Bounds { shortest: source.interval(), longest: source.interval() }
            }
            Door::Stream(source) => {
                let (shortest, longest) = source.interval();
                Bounds { shortest, longest }
            }
        }
    }
}

/// Why a visit ended before its end.
#[derive(Debug)]
pub(super) struct Failure {
    /// A short, closed kind.
    pub(super) kind: &'static str,
    /// What happened, for a person.
    pub(super) reason: String,
    pub(super) went: Went,
}

impl Failure {
    pub(super) fn new(kind: &'static str, reason: impl ToString) -> Self {
        Self { kind, reason: reason.to_string(), went: Went::Failed { until: None } }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new("store", error)
    }
}

/// How a visit that did not fail ended.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ended {
    /// There is more to fetch, but the visit was broken off.
    pub(super) unfinished: bool,
    /// The source's own word on when to come back, in seconds.
    pub(super) wish: Option<u64>,
    /// A budget is used up until then.
    pub(super) until: Option<Timestamp>,
}

/// How long a source that never comes to an end by itself is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stay {
    /// Until what was published before the visit has been read.
    Once,
    /// Until told to stop.
    On,
}

/// Visits a source once and notes how it went.
pub(super) async fn visit(
    tools: &Tools,
    watched: &Watched,
    last: Option<u64>,
    stay: Stay,
    stop: &CancellationToken,
) -> (SourceReport, Schedule) {
    let began = Instant::now();
    let mut report = SourceReport::new(&watched.name);
    let ended = match &*watched.door {
        Door::Web(_) => web::visit(tools, watched, &mut report, stop).await,
        Door::Files(_) => files::visit(tools, watched, &mut report, stop).await,
        Door::Stream(_) => stream::visit(tools, watched, &mut report, stay, stop).await,
    };
    let until = ended.as_ref().ok().and_then(|ended| ended.until);
    let (went, wish, failure) = match ended {
        Ok(Ended { unfinished: true, wish, .. }) => (Went::Unfinished, wish, None),
        Ok(Ended { wish, .. }) if report.new + report.edited > 0 => (Went::Brought, wish, None),
        Ok(Ended { wish, .. }) => (Went::NothingNew, wish, None),
        Err(failure) => {
            let Failure { kind, reason, went } = failure;
            SourceFailed { source: &watched.name, kind, reason: &reason }.emit();
            report.errors.push(reason.clone());
            (went, None, Some((kind, reason)))
        }
    };
    report.took = began.elapsed();
    let now = Timestamp::now();
    let interval = schedule::interval(watched.bounds(), last, went, wish);
    let next_due = schedule::due(now, interval, went, fastrand::f64());
    let next_due = until.map_or(next_due, |until| next_due.max(until));
    let end = VisitEnd { source: watched.name.to_string(), at: now, failure, next_due, interval };
    if let Err(error) = blocking(&tools.store, move |store| store.visit_ended(end)).await {
        let reason = error.to_string();
        SourceFailed { source: &watched.name, kind: "store", reason: &reason }.emit();
        report.errors.push(reason);
    }
    VisitEnded {
        source: &watched.name,
        pages: report.pages,
        new: report.new,
        queued: report.flagged,
        next_due,
        took: report.took,
    }
    .emit();
    watch_yield(tools, watched, now).await;
    tools.observer.ended(&report);
    (report, Schedule { next_due, interval })
}

/// Tells what the yield of a source says of it.
pub(super) async fn watch_yield(tools: &Tools, watched: &Watched, now: Timestamp) {
    let name = watched.name.to_string();
    let Ok(health) = blocking(&tools.store, move |store| store.health_of(&name, now)).await else {
        return;
    };
    let is_on = |kind| health.alarms.iter().any(|alarm| alarm.kind() == kind);
    let reasons: Vec<String> = health.alarms.iter().map(ToString::to_string).collect();
    SourceWatched {
        source: &watched.name,
        alarms: &Alarm::KINDS.map(|kind| (kind, is_on(kind))),
        reason: &reasons.join("; "),
        complete_percent: health.complete_percent,
    }
    .emit();
}

/// When a source is due again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    pub(super) next_due: Timestamp,
    pub(super) interval: u64,
}

/// Runs a call of the store off the async threads.
pub(super) async fn blocking<T: Send + 'static>(
    store: &Arc<Store>,
    call: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let store = Arc::clone(store);
    tokio::task::spawn_blocking(move || call(&store)).await.unwrap_or(Err(StoreError::WriterGone))
}

/// A page as it came through a door, with what the store keeps beside its posts.
pub(super) struct Arrived {
    pub(super) adapter: Adapter,
    pub(super) page: Page,
    pub(super) capture: Option<CaptureRecord>,
    pub(super) validators: Option<ValidatorRecord>,
    pub(super) file_done: Option<FileDone>,
}

impl Arrived {
    /// Keeps with the page what reading it again needs; nobody else's word counts.
    pub(super) fn remember(&mut self, manner: Option<String>) {
        if let Some(capture) = &mut self.capture {
            capture.headers.retain(|(name, _)| name != MANNER);
            capture.headers.extend(manner.map(|manner| (MANNER.to_owned(), manner)));
        }
    }
}

/// Scores a page and stores all it leads to. Blocks for as long as it takes.
pub(super) fn store_page(
    tools: &Tools,
    source: &str,
    mut arrived: Arrived,
    report: &mut SourceReport,
) -> Result<(), StoreError> {
    let posts = tools.scorer.score(source, today(), std::mem::take(&mut arrived.page.posts));
    store_scored(tools, source, arrived, posts, report)
}

/// Stores a page whose posts have been scored, in place of those that stand on it.
pub(super) fn store_scored(
    tools: &Tools,
    source: &str,
    arrived: Arrived,
    posts: Vec<ScoredPost>,
    report: &mut SourceReport,
) -> Result<(), StoreError> {
    let Arrived { adapter, page, capture, validators, file_done } = arrived;
    let withheld = page.withheld;
    let first_reason = page.set_aside.first().map(|item| item.reason.clone());
    let result = tools.store.commit_page(PageCommit {
        source: source.to_owned(),
        adapter: adapter.name,
        adapter_version: adapter.version,
        capture,
        posts,
        deleted: page.deleted,
        set_aside: page.set_aside.into_iter().map(set_aside).collect(),
        ignored: page.ignored + withheld,
        cursor: page.cursor.map(|cursor| cursor.0),
        validators,
        coverage: page.coverage.map(|coverage| CoverageRecord {
            from: coverage.from,
            to: coverage.to,
            seen: coverage.seen,
        }),
        file_done,
        at: Timestamp::now(),
    })?;
    if let Some(reason) = first_reason.filter(|_| result.set_aside > 0) {
        ItemsSetAside { source, count: result.set_aside, reason: &reason }.emit();
    }
    if withheld > 0 {
        PostsWithheld { source, count: withheld }.emit();
    }
    PageStored {
        source,
        new: result.new,
        edited: result.edited,
        unchanged: result.unchanged,
        queued: result.queued,
    }
    .emit();
    report.add(result, withheld);
    tools.observer.page(report);
    Ok(())
}

/// A fetched page as the store keeps it.
pub(super) fn record(capture: &Capture, grounds: Grounds) -> CaptureRecord {
    CaptureRecord {
        url: capture.url.to_string(),
        final_url: capture.final_url.to_string(),
        status: capture.status,
        fetched_at: capture.fetched_at,
        headers: capture.headers.clone(),
        body: capture.body.clone(),
        sha256: capture.sha256,
        grounds,
    }
}

pub(super) fn set_aside(item: SetAside) -> SetAsideRecord {
    SetAsideRecord { place: item.place, reason: item.reason, raw: item.raw }
}
