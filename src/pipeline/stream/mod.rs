//! A visit to a source whose posts come over a connection that stays open: connect, read, hand over
//! to the ledger, and connect again when it breaks off. The queue between reading and storing is
//! short: a slow database slows the reading, and with it the server, and loses nothing.

mod ledger;
mod standing;

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::fetch::{Client, Socket, SocketError, SocketRequest};
use crate::sources::{Cursor, Door, News, Page, StreamSource};
use crate::store::VisitEnd;
use crate::telemetry::{Event as _, SourceFailed, StreamOpened};

use super::report::SourceReport;
use super::schedule::Went;
use super::visit::{Ended, Failure, Stay, Tools, Watched, blocking, watch_yield};
use ledger::{Arrival, Ledger};

/// Messages read and not yet dealt with.
const WAITING: usize = 256;
/// Messages dealt with at a time.
const TOGETHER: usize = 500;
/// How long the first of them waits for the others.
const GATHERED: Duration = Duration::from_secs(1);
/// How often it is noted that the stream goes well.
const NOTED: Duration = Duration::from_secs(60);
/// Failures in a row after which a run that is to end by itself gives up, and times a message may be
/// too large before it is passed over.
const TRIES: u32 = 3;

/// Posts a probe shows, and how long it waits for them.
const GLIMPSE: (usize, Duration) = (20, Duration::from_secs(10));

/// When a visit is over.
#[derive(Clone, Copy)]
struct Until {
    /// All published before this time has been read.
    caught_up: Timestamp,
    /// This much time is over.
    over: Instant,
}

/// How a connection ended.
enum Left {
    /// The visit is over.
    Done { unfinished: bool },
    /// It broke off.
    Lost(SocketError),
}

pub(super) async fn visit(
    tools: &Tools,
    watched: &Watched,
    report: &mut SourceReport,
    stay: Stay,
    stop: &CancellationToken,
) -> Result<Ended, Failure> {
    let Door::Stream(source) = &*watched.door else { return Ok(Ended::default()) };
    let source = source.as_ref();
    let name = watched.name.clone();
    let stored = blocking(&tools.store, move |store| store.cursor(&name)).await?;
    let until = (stay == Stay::Once)
        .then(|| Until { caught_up: Timestamp::now(), over: Instant::now() + source.once_for() });
    let mut visit = Visit { tools, watched, source, until, stop, failed: 0, too_large: (None, 0) };
    let mut ledger = Some(Ledger::new(tools, watched, report.clone(), stored));
    let ended = visit.read(&mut ledger).await;
    let settled = off_thread(&mut ledger, Ledger::settle).await;
    if let Some(ledger) = ledger {
        *report = ledger.report;
    }
    let unfinished = ended?;
    settled?;
    Ok(Ended { unfinished, ..Ended::default() })
}

/// Lends the ledger to a thread that may block.
async fn off_thread(
    slot: &mut Option<Ledger>,
    call: impl FnOnce(&mut Ledger) -> Result<(), Failure> + Send + 'static,
) -> Result<(), Failure> {
    let Some(mut ledger) = slot.take() else { return Ok(()) };
    let lent = tokio::task::spawn_blocking(move || {
        let done = call(&mut ledger);
        (ledger, done)
    });
    match lent.await {
        Ok((ledger, done)) => {
            *slot = Some(ledger);
            done
        }
        Err(panicked) => Err(Failure::new("store", panicked)),
    }
}

struct Visit<'a> {
    tools: &'a Tools,
    watched: &'a Watched,
    source: &'a dyn StreamSource,
    until: Option<Until>,
    stop: &'a CancellationToken,
    /// Failures since the last message.
    failed: u32,
    /// How often in a row a message after this cursor was too large.
    too_large: (Option<Cursor>, u32),
}

impl Visit<'_> {
    /// Reads until the visit is over, connecting as often as it takes; whether there was more.
    async fn read(&mut self, slot: &mut Option<Ledger>) -> Result<bool, Failure> {
        let mut trouble = None;
        loop {
            let Some(ledger) = slot.as_mut() else { return Ok(true) };
            let subscription = self.source.subscribe(ledger.standing.cursor.as_ref());
            let request = SocketRequest {
                url: &subscription.url,
                protocol: subscription.protocol,
                max_message: self.source.max_message(),
            };
            let opened = tokio::select! {
                () = self.over() => return trouble.map_or(Ok(true), Err),
                opened = self.tools.client.open(request) => opened,
            };
            let lost = match opened {
                Ok(socket) => {
                    let resumed = ledger.standing.cursor.is_some();
                    StreamOpened { source: &self.watched.name, resumed }.emit();
                    ledger.connected();
                    match self.follow(socket, slot).await? {
                        Left::Done { unfinished } => return Ok(unfinished),
                        Left::Lost(why) => why,
                    }
                }
                Err(SocketError::Declined { status, body }) if ledger.standing.cursor.is_some() => {
                    let cursor = ledger.standing.cursor.take();
                    let next = cursor.and_then(|cursor| self.source.instead_of(&cursor));
                    ledger.resume_at(next, &format!("the server answered {status}: {body}"));
                    continue;
                }
                Err(why) => why,
            };
            let (failure, retry_at) = self.judge(lost, slot)?;
            self.failed += 1;
            if self.until.is_some() && self.failed >= TRIES {
                return Err(failure);
            }
            self.note(Some(&failure), retry_at).await?;
            trouble = Some(failure);
            let pause = Duration::try_from(retry_at.duration_since(Timestamp::now()));
            tokio::select! {
                () = self.over() => return trouble.map_or(Ok(true), Err),
                () = sleep(pause.unwrap_or_default()) => {}
            }
        }
    }

    /// Ends when the visit is over whatever the server does.
    async fn over(&self) {
        let time = async {
            match self.until {
                Some(until) => sleep_until(until.over).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = time => {}
        }
    }

    /// Reads one connection to its end.
    async fn follow(&mut self, socket: Socket, slot: &mut Option<Ledger>) -> Result<Left, Failure> {
        let (send, mut messages) = mpsc::channel(WAITING);
        let reader = AbortOnDropHandle::new(tokio::spawn(receive(socket, send)));
        let mut noted: Option<Instant> = None;
        loop {
            let first = tokio::select! {
                biased;
                () = self.over() => return Ok(Left::Done { unfinished: true }),
                first = messages.recv() => first,
            };
            let Some(first) = first else { break };
            self.failed = 0;
            let arrivals = self.gather(first, &mut messages).await;
            off_thread(slot, |ledger| ledger.take(arrivals)).await?;
            if noted.is_none_or(|noted| noted.elapsed() >= NOTED) {
                let now = Timestamp::now();
                self.note(None, now).await?;
                watch_yield(self.tools, self.watched, now).await;
                noted = Some(Instant::now());
            }
            let at = slot.as_ref().and_then(|ledger| ledger.at);
            if self.until.is_some_and(|until| at.is_some_and(|at| at >= until.caught_up)) {
                return Ok(Left::Done { unfinished: false });
            }
        }
        let lost = reader.await.unwrap_or_else(|panicked| SocketError::Transient {
            reason: panicked.to_string(),
            retry_at: Timestamp::now(),
        });
        Ok(Left::Lost(lost))
    }

    /// The messages that are dealt with together.
    async fn gather(&self, first: Bytes, messages: &mut mpsc::Receiver<Bytes>) -> Vec<Arrival> {
        let deadline = Instant::now() + GATHERED;
        let arrival = |bytes: Bytes| Arrival { read: self.source.read(&bytes), bytes };
        let mut arrivals = vec![arrival(first)];
        while arrivals.len() < TOGETHER {
            match timeout_at(deadline, messages.recv()).await {
                Ok(Some(message)) => arrivals.push(arrival(message)),
                Ok(None) | Err(_) => break,
            }
        }
        arrivals
    }

    /// What a failure means: an end of the visit, or a pause until this time.
    fn judge(
        &mut self,
        lost: SocketError,
        slot: &mut Option<Ledger>,
    ) -> Result<(Failure, Timestamp), Failure> {
        let server = &self.source.subscribe(None).url;
        let host = server.host_str().unwrap_or_default();
        let reason = match slot.as_mut().and_then(|ledger| ledger.ended.take()) {
            Some(said) => format!("{host}: {lost}: {said}"),
            None => format!("{host}: {lost}"),
        };
        match lost {
            SocketError::Refused(_) => {
                Err(Failure { went: Went::Blocked, ..Failure::new("refused", reason) })
            }
            SocketError::Blocked(_) | SocketError::Declined { .. } => {
                Err(Failure { went: Went::Blocked, ..Failure::new("blocked", reason) })
            }
            SocketError::Transient { retry_at, .. } => {
                Ok((Failure::new("transient", reason), retry_at))
            }
            SocketError::TooLarge { retry_at, .. } => {
                if let Some(ledger) = slot.as_mut() {
                    let cursor = ledger.standing.cursor.clone();
                    let (before, times) = std::mem::take(&mut self.too_large);
                    let times = if before == cursor { times + 1 } else { 1 };
                    if times < TRIES {
                        self.too_large = (cursor, times);
                    } else {
                        // It would come again for ever, and nothing after it.
                        ledger.resume_at(None, &reason);
                    }
                }
                Ok((Failure::new("transient", reason), retry_at))
            }
        }
    }

    /// Notes how the stream goes while it is read: its visit may never end.
    async fn note(&self, failure: Option<&Failure>, next_due: Timestamp) -> Result<(), Failure> {
        if let Some(Failure { kind, reason, .. }) = failure {
            SourceFailed { source: &self.watched.name, kind, reason }.emit();
        }
        let end = VisitEnd {
            source: self.watched.name.to_string(),
            at: Timestamp::now(),
            failure: failure.map(|failure| (failure.kind, failure.reason.clone())),
            next_due,
            interval: self.source.interval().0,
        };
        Ok(blocking(&self.tools.store, move |store| store.visit_ended(end)).await?)
    }
}

/// Takes messages off the wire for as long as somebody takes them from here.
async fn receive(mut socket: Socket, send: mpsc::Sender<Bytes>) -> SocketError {
    loop {
        match socket.next().await {
            Ok(message) => {
                if send.send(message).await.is_err() {
                    let (reason, retry_at) = ("nobody reads any more".to_owned(), Timestamp::now());
                    return SocketError::Transient { reason, retry_at };
                }
            }
            Err(why) => return why,
        }
    }
}

/// The first posts a stream shows from now on, with its address.
pub(super) async fn glimpse(
    client: &Client,
    source: &dyn StreamSource,
) -> Result<(String, Page), SocketError> {
    let subscription = source.subscribe(None);
    let request = SocketRequest {
        url: &subscription.url,
        protocol: subscription.protocol,
        max_message: source.max_message(),
    };
    let mut socket = client.open(request).await?;
    let deadline = Instant::now() + GLIMPSE.1;
    let mut page = Page::default();
    while page.posts.len() < GLIMPSE.0 {
        let Ok(message) = timeout_at(deadline, socket.next()).await else { break };
        match source.read(&message?) {
            Ok(event) => match event.news {
                News::Post { post, .. } => page.posts.push(*post),
                _ => page.ignored += 1,
            },
            Err(item) => page.set_aside.push(item),
        }
    }
    Ok((subscription.url.to_string(), page))
}
