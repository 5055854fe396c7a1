//! Links and texts that people hand in. A report is kept first and looked at after; what cannot be
//! fetched is kept as told; and every one ends before an analyst, whatever the rules say.

mod compose;
mod follow;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::scorer::Scorer;
use super::visit::{Tools, blocking, record};
use super::watch::StartError;
use crate::config::Config;
use crate::engine::Verdict;
use crate::post::Post;
use crate::registry::today;
use crate::sources::reported;
use crate::store::{
    ActiveToken, Found, Grounds, Handled, Landed, PageCommit, Received, Receiving, Reporter, Scope,
    Store, StoreError, StoredReport, Told, Waiting, masked,
};
use crate::telemetry::{Event as _, ReportFailed, ReportReceived, ReportStored};

use compose::{Looked, links};
use follow::{End, Far, follow};

/// Under which source reports are stored.
const SOURCE: &str = "laporan";
/// On what ground a single page is read.
const GROUND: &str = "tautan yang dilaporkan";
/// Reports that may wait to be looked at; more are refused until some are done.
const MOST_WAITING: u64 = 1000;
/// Looks at one report before its post is kept as told.
const TRIES: u32 = 5;
/// How often a post is put together anew because others tell of it at the same time.
const MOST_ANEW: u32 = 20;
/// How long a look may take before another is made, as after a crash.
const HOLD: SignedDuration = SignedDuration::from_mins(10);
/// The longest sleep of whoever handles reports: other processes hand some in too.
const NAP: std::time::Duration = std::time::Duration::from_secs(30);
/// Links within one post that are resolved.
const MOST_WITHIN: usize = 3;

/// Where reports are handed in, and where one asks what became of them.
#[derive(Clone)]
pub struct Intake {
    store: Arc<Store>,
    scorer: Arc<Scorer>,
    wake: Arc<Notify>,
}

impl Intake {
    pub(super) fn new(tools: &Tools) -> Self {
        let (store, scorer) = (Arc::clone(&tools.store), Arc::clone(&tools.scorer));
        Self { store, scorer, wake: Arc::default() }
    }

    /// Keeps a report, to be looked at soon; `None` when too many wait.
    ///
    /// # Errors
    /// The database refused.
    pub async fn receive(
        &self,
        told: Told,
        reporter: Reporter,
    ) -> Result<Option<Received>, StoreError> {
        let (scorer, now) = (Arc::clone(&self.scorer), Timestamp::now());
        let received =
            blocking(&self.store, move |store| receive(store, &scorer, told, reporter, now, now))
                .await?;
        self.wake.notify_one();
        Ok(received)
    }

    /// The tokens in force.
    ///
    /// # Errors
    /// The database refused.
    pub async fn tokens(&self) -> Result<Vec<ActiveToken>, StoreError> {
        blocking(&self.store, |store| store.active_tokens(Scope::Reports)).await
    }

    /// A report of this token.
    ///
    /// # Errors
    /// The database refused.
    pub async fn state(
        &self,
        public_id: &str,
        token: i64,
    ) -> Result<Option<StoredReport>, StoreError> {
        let public_id = public_id.to_owned();
        blocking(&self.store, move |store| store.report_of_token(&public_id, token)).await
    }
}

/// Whether a text is one link and nothing else.
pub fn is_link(text: &str) -> bool {
    reported::as_link(text).is_some()
}

/// Keeps a report. The reporter's own number may stand in the note: it is masked before.
fn receive(
    store: &Store,
    scorer: &Scorer,
    mut told: Told,
    reporter: Reporter,
    due: Timestamp,
    now: Timestamp,
) -> Result<Option<Received>, StoreError> {
    if let Some(note) = &mut told.note {
        *note = masked_note(scorer, note);
    }
    let (link, text) = (told.url.is_some(), told.text.is_some());
    let receiving = Receiving { told, reporter, due, most_waiting: MOST_WAITING };
    let received = store.report_receive(receiving, now)?;
    ReportReceived { kept: received.is_some(), link, text }.emit();
    Ok(received)
}

/// A text as notes are kept: contacts masked.
fn masked_note(scorer: &Scorer, text: &str) -> String {
    let post = Post::new(crate::post::Platform::Web, "", text);
    let scored = scorer.score(SOURCE, today(), vec![post]);
    let personal = scored.first().map(|scored| scored.verdict.personal.as_slice());
    masked(text, personal.unwrap_or_default())
}

/// Whoever looks at reports.
#[derive(Clone)]
pub(super) struct Handler {
    tools: Tools,
    /// Nobody is asked for a page by somebody who does not say how to be reached.
    may_fetch: bool,
}

/// What came of a look.
enum Handling {
    Stored(Box<Reported>),
    Later { reason: String, due: Timestamp },
}

/// A report that was looked at.
#[derive(Debug)]
pub struct Reported {
    /// Its post.
    pub post: Post,
    /// What the rules say of it.
    pub verdict: Verdict,
    /// What came of the look.
    pub found: Found,
    /// Where the post stands now.
    pub landed: Landed,
}

impl Handler {
    pub(super) fn new(tools: &Tools, config: &Config) -> Self {
        Self { tools: tools.clone(), may_fetch: config.fetch.contact.is_some() }
    }

    /// Looks at reports whenever there are some, until told to stop.
    pub(super) async fn keep_handling(self, intake: Intake, stop: CancellationToken) {
        loop {
            let taken =
                blocking(&self.tools.store, |store| store.report_take(HOLD, Timestamp::now()));
            match taken.await {
                Ok(Some(waiting)) => {
                    // Nothing of a report that is being looked at is stored: it can be dropped.
                    tokio::select! {
                        () = stop.cancelled() => {
                            self.give_back(&waiting).await;
                            return;
                        }
                        handled = self.handle(&waiting) => self.tell(&waiting, handled).await,
                    }
                }
                Ok(None) => {
                    let nap = self.nap().await;
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = intake.wake.notified() => {}
                        () = tokio::time::sleep(nap) => {}
                    }
                }
                Err(error) => {
                    ReportFailed { reason: &error.to_string() }.emit();
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = tokio::time::sleep(NAP) => {}
                    }
                }
            }
        }
    }

    async fn nap(&self) -> std::time::Duration {
        let due = blocking(&self.tools.store, Store::report_next_due).await.ok().flatten();
        let until = due.map(|due| due.duration_since(Timestamp::now()));
        until
            .and_then(|until| std::time::Duration::try_from(until).ok())
            .map_or(NAP, |it| it.min(NAP))
    }

    async fn give_back(&self, waiting: &Waiting) {
        let id = waiting.id;
        let given =
            blocking(&self.tools.store, move |store| store.report_later(id, Timestamp::now()));
        if let Err(error) = given.await {
            ReportFailed { reason: &error.to_string() }.emit();
        }
    }

    async fn tell(&self, waiting: &Waiting, handled: Result<Handling, StoreError>) {
        let (reason, due) = match handled {
            Ok(Handling::Stored(_)) => return,
            Ok(Handling::Later { reason, due }) => (reason, due),
            Err(error) => (error.to_string(), Timestamp::now() + HOLD),
        };
        ReportFailed { reason: &reason }.emit();
        let id = waiting.id;
        if let Err(error) =
            blocking(&self.tools.store, move |store| store.report_later(id, due)).await
        {
            ReportFailed { reason: &error.to_string() }.emit();
        }
    }

    /// Looks at a report and stores its post.
    async fn handle(&self, waiting: &Waiting) -> Result<Handling, StoreError> {
        let sites = self.tools.scorer.sites();
        let client = self.may_fetch.then_some(&self.tools.client);
        let last = waiting.tries >= TRIES;
        let later = |end: &End| match end {
            End::Later { reason, retry_at } if !last => {
                Some(Handling::Later { reason: reason.clone(), due: *retry_at })
            }
            _ => None,
        };
        let mut looked =
            Looked { told: &waiting.told, sites: &sites, main: None, within: Vec::new() };
        if let Some(link) = waiting.told.url.as_deref().and_then(reported::as_link) {
            let main = follow(client, &sites, link, Far::Page).await;
            if let Some(later) = later(&main.end) {
                return Ok(later);
            }
            looked.main = Some(main);
        }
        for link in within(&looked) {
            let followed = follow(client, &sites, link, Far::Address).await;
            if let Some(later) = later(&followed.end) {
                return Ok(later);
            }
            looked.within.push(followed);
        }
        // Somebody else may store the same post meanwhile: then it is put together anew.
        for _ in 0..MOST_ANEW {
            let key = looked.key();
            let base = blocking(&self.tools.store, move |store| store.known_post(&key)).await?;
            let post = looked.post(base.as_ref().map(|known| &known.post));
            let found = looked.found(&post);
            let left_over = looked.left_over(&post).map(str::to_owned);
            let (page, left_over) = self.page(&looked, post, left_over).await?;
            let scored =
                page.posts.first().map(|scored| (scored.post.clone(), scored.verdict.clone()));
            let handled =
                Handled { report: waiting.id, page, found: found.clone(), base, left_over };
            let landed = blocking(&self.tools.store, |store| store.report_store(handled)).await?;
            if let (Some(landed), Some((post, verdict))) = (landed, scored) {
                ReportStored { fetched: found.fetched, flagged: verdict.flagged, new: landed.new }
                    .emit();
                return Ok(Handling::Stored(Box::new(Reported { post, verdict, found, landed })));
            }
        }
        let reason = "postingannya sedang diubah oleh yang lain".to_owned();
        Ok(Handling::Later { reason, due: Timestamp::now() + HOLD })
    }

    /// The page of a post, scored, and what was told beside it as notes are kept.
    async fn page(
        &self,
        looked: &Looked<'_>,
        post: Post,
        left_over: Option<String>,
    ) -> Result<(PageCommit, Option<String>), StoreError> {
        let read = looked.main.as_ref().and_then(|main| match &main.end {
            End::Read(read) => Some(read),
            _ => None,
        });
        let grounds = Grounds { rules: Some("robots.txt"), legal_basis: Some(GROUND.to_owned()) };
        let capture = read.map(|read| record(&read.capture, grounds));
        let adapter = read.map_or(reported::ADAPTER, |read| read.adapter);
        let scorer = Arc::clone(&self.tools.scorer);
        let (posts, left_over) = tokio::task::spawn_blocking(move || {
            let left_over = left_over.map(|text| masked_note(&scorer, &text));
            (scorer.score(SOURCE, today(), vec![post]), left_over)
        })
        .await
        .map_err(|_| StoreError::WriterGone)?;
        let page = PageCommit {
            source: SOURCE.to_owned(),
            adapter: adapter.name,
            adapter_version: adapter.version,
            capture,
            posts,
            deleted: Vec::new(),
            set_aside: Vec::new(),
            ignored: 0,
            cursor: None,
            validators: None,
            coverage: None,
            file_done: None,
            at: Timestamp::now(),
        };
        Ok((page, left_over))
    }
}

/// Shortened links and pages of links in what was told or read, which lead on to contacts.
fn within(looked: &Looked<'_>) -> Vec<url::Url> {
    let post = looked.post(None);
    let gone_through =
        |url: &url::Url| looked.main.as_ref().is_some_and(|main| main.chain.contains(url));
    let mut wanted = Vec::new();
    for link in links(&post) {
        let leads_on = matches!(
            reported::way(&link, looked.sites),
            reported::Way::Shortener | reported::Way::Linktree
        );
        if leads_on && !gone_through(&link) && !wanted.contains(&link) {
            wanted.push(link);
        }
    }
    wanted.truncate(MOST_WITHIN);
    wanted
}

/// Why a report could not be handed in.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The database, `[fetch]` or the rules cannot be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Too many reports wait.
    #[error(
        "terlalu banyak laporan menunggu diperiksa; jalankan `waspada run` agar antreannya habis, lalu ulangi"
    )]
    Full,
}

impl From<StoreError> for ReportError {
    fn from(error: StoreError) -> Self {
        Self::Start(error.into())
    }
}

/// What became of a report that was handed in at the command line.
#[derive(Debug)]
pub struct HandedIn {
    /// The report.
    pub received: Received,
    /// Its post, or why it is still to be looked at by the daemon.
    pub reported: Result<Box<Reported>, String>,
}

/// Hands in a report and looks at it at once.
///
/// # Errors
/// The database, `[fetch]` or the rules cannot be used, or too many reports wait.
pub async fn hand_in(
    config: &Config,
    told: Told,
    reporter: Option<String>,
) -> Result<HandedIn, ReportError> {
    let tools = Tools::open(config, Arc::new(super::Unobserved))?;
    let now = Timestamp::now();
    // Should this process end before its time, the daemon takes the report up.
    let (scorer, due, kept) = (Arc::clone(&tools.scorer), now + HOLD, told.clone());
    let received = blocking(&tools.store, move |store| {
        receive(store, &scorer, kept, Reporter::Person(reporter), due, now)
    })
    .await?
    .ok_or(ReportError::Full)?;
    let handler = Handler::new(&tools, config);
    let waiting = Waiting { id: received.id, told, tries: 1 };
    let reported = match handler.handle(&waiting).await? {
        Handling::Stored(reported) => Ok(reported),
        Handling::Later { reason, due } => {
            let id = received.id;
            blocking(&tools.store, move |store| store.report_later(id, due)).await?;
            Err(reason)
        }
    };
    Ok(HandedIn { received, reported })
}
