//! A visit to a web source: fetch, read, score, store, and on to the next page, until the source
//! says that the visit is complete. Told to stop, it stops between two pages.

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::fetch::{Capture, Obeys, Request};
use crate::post::Sha256;
use crate::sources::{
    Cursor, Door, IfMissed, IfUnchanged, Page, Rejection, SetAside, Visit, WebSource,
};
use crate::store::{CaptureRecord, Grounds, ValidatorRecord};
use crate::telemetry::{BudgetUsedUp, Event as _};

use super::report::SourceReport;
use super::schedule::Went;
use super::spending::{self, Answer, Unhad};
use super::visit::{Arrived, Ended, Failure, Tools, Watched, blocking, record, store_page};

/// Pages of one visit; a walk that is longer goes on with the next.
const MOST_PAGES: u64 = 2000;
/// How much of a page that could not be read is kept to look at, in bytes.
const GLIMPSE: usize = 64 << 10;

pub(super) async fn visit(
    tools: &Tools,
    watched: &Watched,
    report: &mut SourceReport,
    stop: &CancellationToken,
) -> Result<Ended, Failure> {
    let Door::Web(source) = &*watched.door else { return Ok(Ended::default()) };
    let source = source.as_ref();
    let terms = tools.scorer.search_terms();
    let mut cursor = stored_cursor(tools, watched).await?;
    let front = source.begin(Visit::new(None, &terms));
    let is_front =
        |request: &Request| front.as_ref().is_some_and(|front| front.asks_the_same(request));
    let Some(mut request) = source.begin(Visit::new(cursor.as_ref(), &terms)) else {
        return Ok(Ended::default());
    };
    // The source's word on when to come back stands on its front page.
    let mut wish = None;
    for turn in 0..MOST_PAGES {
        // A page that costs something costs as much when it is not modified.
        if request.spends.is_empty()
            && !matches!(
                source.if_unchanged(&request, Visit::new(cursor.as_ref(), &terms)),
                IfUnchanged::Unasked
            )
        {
            add_validators(tools, source, &mut request).await?;
        }
        let Some(asked) = spending::ask(tools, source, &request, stop).await else {
            return Ok(Ended { unfinished: true, wish, until: None });
        };
        let mut manner = None;
        let (capture, page) = match asked {
            Err(Unhad { failure, missed: None }) => return Err(failure),
            Err(Unhad { failure, missed: Some(missed) }) => {
                match source.if_missed(&request, &missed, Visit::new(cursor.as_ref(), &terms)) {
                    IfMissed::GoesOn(page) => (None, *page),
                    // An older page that is gone must not keep the newest posts from being read.
                    IfMissed::Fails
                        if failure.went == Went::Blocked
                            && turn == 0
                            && !is_front(&request)
                            && request.obeys == Obeys::Robots =>
                    {
                        let Some(front) = source.begin(Visit::new(None, &terms)) else {
                            return Ok(Ended::default());
                        };
                        request = front;
                        cursor = None;
                        continue;
                    }
                    IfMissed::Ends(page) => {
                        let arrived = arrived(watched, source, &request, None, *page);
                        store(tools, watched, arrived, report).await?;
                        return Err(failure);
                    }
                    IfMissed::Fails | IfMissed::Waits => return Err(failure),
                }
            }
            Ok(Answer::NotModified { wish: fresh }) => {
                report.not_modified = report.pages == 0;
                match source.if_unchanged(&request, Visit::new(cursor.as_ref(), &terms)) {
                    IfUnchanged::GoesOn(page) => (None, *page),
                    IfUnchanged::Ends | IfUnchanged::Unasked => {
                        let wish = wish.or(fresh);
                        return Ok(Ended { unfinished: false, wish, until: None });
                    }
                }
            }
            Ok(Answer::UsedUp { budget, opens }) => {
                match source.without(&budget, Visit::new(cursor.as_ref(), &terms)) {
                    Some(page) => (None, page),
                    None => return Ok(used_up(watched, &budget, Some(opens), wish)),
                }
            }
            Ok(Answer::Rejected(capture)) => {
                match source.rejected(&capture, Visit::new(cursor.as_ref(), &terms)) {
                    Rejection::Unavailable(page) => (None, *page),
                    Rejection::UsedUp { budget, until } => {
                        let opens = spending::note_used_up(tools, source, budget.as_ref()).await?;
                        let named = budget.as_deref().unwrap_or(source.adapter().name);
                        match source.without(named, Visit::new(cursor.as_ref(), &terms)) {
                            Some(page) => (None, page),
                            None => return Ok(used_up(watched, named, until.or(opens), wish)),
                        }
                    }
                    rejection => return Err(failure(&request, rejection)),
                }
            }
            Ok(Answer::Page(capture, booked)) => {
                let visit = Visit::new(cursor.as_ref(), &terms);
                manner = source.manner(&capture, visit);
                match source.parse(&capture, visit) {
                    Ok(page) => {
                        spending::settle(tools, booked, page.spent.clone()).await?;
                        (Some(capture), page)
                    }
                    Err(error) => {
                        let cursor = source.if_misread(Visit::new(cursor.as_ref(), &terms));
                        let unread = Page { cursor, ..unread(&capture, &error.reason) };
                        let mut arrived =
                            arrived(watched, source, &request, Some(&capture), unread);
                        arrived.remember(manner);
                        store(tools, watched, arrived, report).await?;
                        return Err(Failure::new("changed_shape", error));
                    }
                }
            }
        };
        let next = page.next.clone();
        wish = wish.or(page.revisit_after);
        cursor = page.cursor.clone().or(cursor);
        let mut arrived = arrived(watched, source, &request, capture.as_deref(), page);
        arrived.remember(manner);
        // Where "not modified" would end the next visit, they are kept only when nothing is left to
        // fetch: else it would end before the walk that a crash broke off.
        let worth_keeping = match source.if_unchanged(&request, Visit::new(cursor.as_ref(), &terms))
        {
            IfUnchanged::GoesOn(_) => true,
            IfUnchanged::Ends => next.is_none(),
            IfUnchanged::Unasked => false,
        };
        if worth_keeping && request.body.is_none() {
            arrived.validators =
                capture.as_ref().and_then(|capture| validators(capture, &request.url));
        }
        store(tools, watched, arrived, report).await?;
        report.not_modified &= report.pages == 0;
        match next {
            None => return Ok(Ended { unfinished: false, wish, until: None }),
            Some(next) if next.asks_the_same(&request) => {
                let reason = format!("{}: the page names itself as the next one", next.url);
                return Err(Failure::new("changed_shape", reason));
            }
            Some(next) => request = next,
        }
        if stop.is_cancelled() {
            break;
        }
    }
    Ok(Ended { unfinished: true, wish, until: None })
}

/// A visit that ended because no more may be spent now.
fn used_up(watched: &Watched, budget: &str, opens: Option<Timestamp>, wish: Option<u64>) -> Ended {
    BudgetUsedUp { source: &watched.name, budget, opens }.emit();
    Ended { unfinished: false, wish, until: opens }
}

/// The failure an API's "no" amounts to.
fn failure(request: &Request, rejection: Rejection) -> Failure {
    let (kind, reason, went) = match rejection {
        Rejection::Credentials(reason) => ("credentials", reason, Went::Blocked),
        Rejection::Blocked(reason) => ("blocked", reason, Went::Blocked),
        Rejection::Transient(reason) => ("transient", reason, Went::Failed { until: None }),
        // Both were dealt with where the visit can go on or end.
        Rejection::UsedUp { .. } | Rejection::Unavailable(_) => {
            ("transient", String::new(), Went::Failed { until: None })
        }
    };
    Failure { went, ..Failure::new(kind, at(&request.url, &reason)) }
}

async fn stored_cursor(tools: &Tools, watched: &Watched) -> Result<Option<Cursor>, Failure> {
    let name = watched.name.clone();
    let cursor = blocking(&tools.store, move |store| store.cursor(&name)).await?;
    Ok(cursor.map(Cursor))
}

async fn add_validators(
    tools: &Tools,
    source: &dyn WebSource,
    request: &mut Request,
) -> Result<(), Failure> {
    let (url, adapter) = (request.url.clone(), source.adapter());
    let known =
        blocking(&tools.store, move |store| store.validators(&url, adapter.name, adapter.version))
            .await?;
    if let Some(known) = known {
        request.validators.etag = known.etag;
        request.validators.last_modified = known.last_modified;
    }
    Ok(())
}

pub(super) fn at(url: &Url, reason: &dyn std::fmt::Display) -> String {
    format!("{url}: {reason}")
}

fn validators(capture: &Capture, url: &Url) -> Option<ValidatorRecord> {
    let found = capture.validators();
    (found.etag.is_some() || found.last_modified.is_some()).then(|| ValidatorRecord {
        url: url.clone(),
        etag: found.etag,
        last_modified: found.last_modified,
    })
}

/// A page that has another shape than expected, kept so that a mended adapter can read it.
fn unread(capture: &Capture, reason: &str) -> Page {
    let glimpse = &capture.body[..capture.body.len().min(GLIMPSE)];
    Page {
        set_aside: vec![SetAside {
            place: capture.final_url.to_string(),
            reason: reason.to_owned(),
            raw: String::from_utf8_lossy(glimpse).into_owned(),
        }],
        ..Page::default()
    }
}

/// A page with what the store keeps beside its posts.
fn arrived(
    watched: &Watched,
    source: &dyn WebSource,
    request: &Request,
    capture: Option<&Capture>,
    page: Page,
) -> Arrived {
    let rules = match request.obeys {
        Obeys::Robots => "robots.txt",
        Obeys::ApiAt(_) => "api",
    };
    let grounds = Grounds { rules: Some(rules), legal_basis: watched.legal_basis.clone() };
    let redacted = page.redacted.clone();
    let record = |capture: &Capture| {
        let whole = record(capture, grounds);
        match redacted {
            Some(body) => CaptureRecord { sha256: Sha256::of(&body), body, ..whole },
            None => whole,
        }
    };
    Arrived {
        adapter: source.adapter(),
        page,
        capture: capture.map(record),
        validators: None,
        file_done: None,
    }
}

async fn store(
    tools: &Tools,
    watched: &Watched,
    arrived: Arrived,
    report: &mut SourceReport,
) -> Result<(), Failure> {
    let pages = report.pages + u64::from(arrived.capture.is_some());
    let (tools, name, mut so_far) = (tools.clone(), watched.name.clone(), report.clone());
    let stored = tokio::task::spawn_blocking(move || {
        store_page(&tools, &name, arrived, &mut so_far).map(|()| so_far)
    });
    match stored.await {
        Ok(stored) => *report = SourceReport { pages, ..stored? },
        Err(panicked) => return Err(Failure::new("store", panicked)),
    }
    Ok(())
}
