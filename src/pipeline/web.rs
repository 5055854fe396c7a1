//! A visit to a web source: fetch, read, score, store, and on to the next page, until the source
//! says that the visit is complete. Told to stop, it stops between two pages.

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::fetch::{Capture, Outcome, Request};
use crate::sources::{Cursor, Door, Page, SetAside, WebSource};
use crate::store::{CaptureRecord, ValidatorRecord};

use super::report::SourceReport;
use super::schedule::Went;
use super::visit::{Arrived, Ended, Failure, Tools, Watched, blocking, store_page};

/// Pages of one visit; a walk that is longer goes on with the next.
const MOST_PAGES: u64 = 2000;
/// The longest pause a server may ask for that is waited for within a visit.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often one page is asked for again after a failure that may pass.
const TRIES: u32 = 3;
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
    let mut cursor = stored_cursor(tools, watched).await?;
    // Only the page every visit starts from is asked for conditionally: "not modified" in the
    // middle of a walk would say nothing about the pages after it.
    let front = source.begin(None).url;
    let mut request = source.begin(cursor.as_ref());
    if request.url == front {
        add_validators(tools, source, &mut request).await?;
    }
    // The source's word on when to come back stands on its front page.
    let mut wish = None;
    for turn in 0..MOST_PAGES {
        let Some(outcome) = ask(tools, &request, stop).await else {
            return Ok(Ended { unfinished: true, wish });
        };
        let capture = match outcome {
            // An older page that is gone must not keep the newest posts from being read.
            Err(Failure { went: Went::Blocked, .. }) if turn == 0 && request.url != front => {
                request = source.begin(None);
                cursor = None;
                continue;
            }
            Err(failure) => return Err(failure),
            Ok(Answer::Page(capture)) => capture,
            Ok(Answer::NotModified { wish: fresh }) => {
                report.not_modified = true;
                return Ok(Ended { unfinished: false, wish: wish.or(fresh) });
            }
        };
        let page = match source.parse(&capture, cursor.as_ref()) {
            Ok(page) => page,
            Err(error) => {
                let unread = unread(&capture, &error.reason);
                store(tools, watched, source, &capture, unread, None, report).await?;
                return Err(Failure::new("changed_shape", error));
            }
        };
        let next = page.next.clone();
        wish = wish.or(page.revisit_after);
        cursor = page.cursor.clone().or(cursor);
        // Kept only when nothing is left to fetch: else "not modified" would end the next visit
        // before the walk that a crash broke off.
        let complete = next.is_none() && request.url == front;
        let validators = complete.then(|| validators(&capture, &request.url)).flatten();
        store(tools, watched, source, &capture, page, validators, report).await?;
        match next {
            None => return Ok(Ended { unfinished: false, wish }),
            Some(next) if next.url == request.url => {
                let reason = format!("{}: the page names itself as the next one", next.url);
                return Err(Failure::new("changed_shape", reason));
            }
            Some(next) => request = next,
        }
        if stop.is_cancelled() {
            break;
        }
    }
    Ok(Ended { unfinished: true, wish })
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

/// What came of a request that did not fail.
enum Answer {
    Page(Box<Capture>),
    NotModified { wish: Option<u64> },
}

/// Asks until there is an answer or no hope of one soon; `None` when told to stop meanwhile.
async fn ask(
    tools: &Tools,
    request: &Request,
    stop: &CancellationToken,
) -> Option<Result<Answer, Failure>> {
    let mut tries = 0;
    loop {
        // Nothing of a page that has not arrived is stored: it can be dropped.
        let outcome = tokio::select! {
            () = stop.cancelled() => return None,
            outcome = tools.client.get(request) => outcome,
        };
        let (reason, retry_at) = match outcome {
            Outcome::New(capture) => return Some(Ok(Answer::Page(capture))),
            Outcome::Unchanged { headers, .. } => {
                return Some(Ok(Answer::NotModified { wish: max_age(&headers) }));
            }
            Outcome::Blocked(reason) => {
                let failure = Failure::new("blocked", at(&request.url, &reason));
                return Some(Err(Failure { went: Went::Blocked, ..failure }));
            }
            Outcome::Refused(reason) => {
                let failure = Failure::new("refused", at(&request.url, &reason));
                return Some(Err(Failure { went: Went::Blocked, ..failure }));
            }
            Outcome::Transient { reason, retry_at } => (reason, retry_at),
        };
        tries += 1;
        let pause =
            Duration::try_from(retry_at.duration_since(Timestamp::now())).unwrap_or(Duration::ZERO);
        if tries >= TRIES || pause > PATIENCE {
            let failure = Failure::new("transient", at(&request.url, &reason));
            return Some(Err(Failure { went: Went::Failed { until: Some(retry_at) }, ..failure }));
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

fn at(url: &Url, reason: &dyn std::fmt::Display) -> String {
    format!("{url}: {reason}")
}

/// The freshness a `304` gives, in seconds.
fn max_age(headers: &[(String, String)]) -> Option<u64> {
    let (_, value) = headers.iter().find(|(name, _)| name == "cache-control")?;
    let directive = |directive: &str| directive.trim().strip_prefix("max-age=")?.parse().ok();
    value.split(',').find_map(directive)
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

async fn store(
    tools: &Tools,
    watched: &Watched,
    source: &dyn WebSource,
    capture: &Capture,
    page: Page,
    validators: Option<ValidatorRecord>,
    report: &mut SourceReport,
) -> Result<(), Failure> {
    let arrived = Arrived {
        adapter: source.adapter(),
        page,
        capture: Some(CaptureRecord {
            url: capture.url.to_string(),
            final_url: capture.final_url.to_string(),
            status: capture.status,
            fetched_at: capture.fetched_at,
            headers: capture.headers.clone(),
            body: capture.body.clone(),
            sha256: capture.sha256,
        }),
        validators,
        file_done: None,
    };
    let (tools, name, mut so_far) = (tools.clone(), watched.name.clone(), report.clone());
    let stored = tokio::task::spawn_blocking(move || {
        store_page(&tools, &name, arrived, &mut so_far).map(|()| so_far)
    });
    match stored.await {
        Ok(stored) => *report = stored?,
        Err(panicked) => return Err(Failure::new("store", panicked)),
    }
    Ok(())
}
