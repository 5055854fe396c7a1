//! The daemon's life: every source on its schedule, its own address, reload on SIGHUP or when rule
//! files changed, and an end in which every page in hand is finished.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Config, TlsFilesError};
use crate::fetch::Client;
use crate::store::{SourceState, Store, StoreError};
use crate::telemetry::{
    ConfigLoaded, ConfigRefused, DaemonReady, DaemonStopping, Event as _, Metrics, SourceFailed,
};

use super::reports::{Handler, Intake};
use super::rule_watch::{RuleWatch, SETTLE};
use super::scorer::Scorer;
use super::tls::Tls;
use super::visit::{Stay, Tools, Watched, blocking, visit};
use super::watch::{self, Watch};
use super::{health, rules, schedule};

/// How long pages in hand may take once told to end; systemd and the issue allow ten seconds.
const LAST_PAGES: Duration = Duration::from_secs(8);

/// The daemon cannot start.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// Its own address cannot be used.
    #[error("{listen}: {source}; set `http.listen` to a free address")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The certificate files of `[http]` cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsFilesError),
}

/// What the daemon's own address tells of it.
pub(super) struct Condition {
    tools: Tools,
    rules_refused: Mutex<Option<String>>,
}

impl Condition {
    pub(super) fn ruleset(&self) -> String {
        self.tools.scorer.version()
    }

    pub(super) fn rules_refused(&self) -> Option<String> {
        self.rules_refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_rules_refused(&self, reason: Option<String>) {
        *self.rules_refused.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    pub(super) async fn source_states(&self) -> Result<Vec<SourceState>, StoreError> {
        blocking(&self.tools.store, |store| store.sources()).await
    }
}

/// A running daemon.
pub struct Daemon {
    watch: Watch,
    config: Config,
    condition: Arc<Condition>,
    listener: TcpListener,
    tls: Option<Tls>,
    metrics: Metrics,
    intake: Intake,
    rooms: Router,
}

/// The visits under one config; another config begins another.
struct Generation {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Daemon {
    /// Takes the daemon's own address. What came in before `run` waits.
    ///
    /// # Errors
    /// The address is taken or may not be used, or its certificate cannot be.
    pub async fn bind(watch: Watch, config: Config, metrics: Metrics) -> Result<Self, DaemonError> {
        let listen = config.http.listen;
        let tls = config.http.tls().map(Tls::read).transpose()?;
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|source| DaemonError::Listen { listen, source })?;
        let refused = watch.rules_refused.as_ref().map(|error| error.0.clone());
        let condition =
            Arc::new(Condition { tools: watch.tools.clone(), rules_refused: Mutex::new(refused) });
        let intake = Intake::new(&watch.tools);
        let rooms = Router::new();
        Ok(Self { watch, config, condition, listener, tls, metrics, intake, rooms })
    }

    /// The store.
    pub fn store(&self) -> Arc<Store> {
        Arc::clone(&self.condition.tools.store)
    }

    /// The rule set in force.
    pub fn scorer(&self) -> Arc<Scorer> {
        Arc::clone(&self.condition.tools.scorer)
    }

    /// Says why the rules in the files are not in force, if they are not.
    pub fn rules_refused(&self) -> Arc<dyn Fn() -> Option<String> + Send + Sync> {
        let condition = Arc::clone(&self.condition);
        Arc::new(move || condition.rules_refused())
    }

    /// Where reports are handed in.
    pub fn intake(&self) -> Intake {
        self.intake.clone()
    }

    /// Answers these paths too, beside those that tell of its health.
    pub fn with_rooms(self, rooms: Router) -> Self {
        Self { rooms: self.rooms.merge(rooms), ..self }
    }

    /// Where the daemon answers.
    ///
    /// # Errors
    /// The socket does not know its own address.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Runs until `stop`; `reload` asks for the rules and the config to be read again.
    pub async fn run(
        self,
        stop: CancellationToken,
        mut reload: tokio::sync::mpsc::Receiver<()>,
        read_config: impl Fn() -> Result<Config, String> + Send + Sync + 'static,
    ) {
        let Self { mut watch, mut config, condition, listener, mut tls, metrics, intake, rooms } =
            self;
        let listen = listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
        let router = health::router(Arc::clone(&condition), metrics).merge(rooms);
        let server = tokio::spawn(serve(listener, tls.as_ref(), router, stop.clone()));
        report_unopened(&watch);
        let mut generation = begin(&watch, &config, &intake, &stop).await;
        DaemonReady { sources: watch.sources.len(), listen: &listen }.emit();
        notify(&[sd_notify::NotifyState::Ready]);
        let mut watchdog = watchdog();
        let mut rule_watch = RuleWatch::default();
        rule_watch.loaded(config.rules.path.as_deref());
        let mut looks = tokio::time::interval(SETTLE);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = watchdog.tick() => {
                    // A daemon that cannot reach its database is better started anew.
                    if condition.source_states().await.is_ok() {
                        notify(&[sd_notify::NotifyState::Watchdog]);
                    }
                }
                _ = looks.tick() => {
                    // A handful of files on a local disk: not worth a thread of its own.
                    if rule_watch.has_settled(config.rules.path.as_deref()) {
                        reload_rules(&condition, &config).await;
                    }
                    if let Some(tls) = &mut tls {
                        tls.look();
                    }
                }
                Some(()) = reload.recv() => {
                    notify(&[sd_notify::NotifyState::Reloading, monotonic()]);
                    match read_config() {
                        Ok(new) => {
                            end(generation).await;
                            apply(&mut watch, &config, &new);
                            config = new;
                            generation = begin(&watch, &config, &intake, &stop).await;
                            ConfigLoaded { sources: watch.sources.len() }.emit();
                        }
                        Err(reason) => ConfigRefused { reason: &reason }.emit(),
                    }
                    if let Some(tls) = &mut tls {
                        tls.reload();
                    }
                    rule_watch.loaded(config.rules.path.as_deref());
                    reload_rules(&condition, &config).await;
                    notify(&[sd_notify::NotifyState::Ready]);
                }
            }
        }
        DaemonStopping.emit();
        notify(&[sd_notify::NotifyState::Stopping]);
        if tokio::time::timeout(LAST_PAGES, end(generation)).await.is_err() {
            tracing::warn!("a page in hand took too long; it will be fetched again");
        }
        server.abort();
    }
}

/// Answers at the daemon's own address until `stop`.
fn serve(
    listener: TcpListener,
    tls: Option<&Tls>,
    router: Router,
    stop: CancellationToken,
) -> impl Future<Output = ()> + Send + 'static {
    let listener = match tls {
        None => Ok(Err(listener)),
        Some(tls) => tls.listener(listener).map(Ok),
    };
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    async move {
        let closing = async move { stop.cancelled().await };
        let served = match listener {
            // `tap_io` is what lets axum know the address behind a listener that is not its own.
            Ok(Ok(https)) => {
                let https = https.tap_io(|_| {});
                axum::serve(https, router).with_graceful_shutdown(closing).await
            }
            Ok(Err(http)) => axum::serve(http, router).with_graceful_shutdown(closing).await,
            Err(error) => Err(std::io::Error::other(error)),
        };
        if let Err(error) = served {
            tracing::error!(%error, "the daemon's own address is lost");
        }
    }
}

/// Takes up what a changed config changes while running.
fn apply(watch: &mut Watch, old: &Config, new: &Config) {
    if old.fetch != new.fetch {
        match Client::new(&new.fetch) {
            Ok(client) => watch.tools.client = client,
            Err(error) => tracing::error!(%error, "[fetch] stays as it was"),
        }
    }
    for (table, changed) in [
        ("store", old.store != new.store),
        ("http", old.http != new.http),
        ("console", old.console != new.console),
    ] {
        if changed {
            tracing::warn!(table, "this table is read only at the start: restart waspada");
        }
    }
    (watch.sources, watch.unopened) = watch::open(new);
    report_unopened(watch);
}

async fn reload_rules(condition: &Arc<Condition>, config: &Config) {
    let (scorer, standing) = (Arc::clone(&condition.tools.scorer), watch::standing(config));
    let reloaded = tokio::task::spawn_blocking(move || rules::reload(&scorer, &standing)).await;
    condition.set_rules_refused(match reloaded {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.0),
        Err(panicked) => Some(panicked.to_string()),
    });
}

fn report_unopened(watch: &Watch) {
    for (name, error) in &watch.unopened {
        SourceFailed { source: name, kind: "config", reason: &error.to_string() }.emit();
    }
}

/// Starts the visits of the sources, and whoever looks at reports.
async fn begin(
    watch: &Watch,
    config: &Config,
    intake: &Intake,
    stop: &CancellationToken,
) -> Generation {
    let Watch { tools, sources, .. } = watch;
    let states = blocking(&tools.store, |store| store.sources()).await.unwrap_or_default();
    let mut states: BTreeMap<String, SourceState> =
        states.into_iter().map(|state| (state.name.clone(), state)).collect();
    let generation = Generation { stop: stop.child_token(), tasks: TaskTracker::new() };
    for watched in sources {
        let state = states.remove(&*watched.name);
        let keep_visiting =
            keep_visiting(tools.clone(), watched.clone(), state, generation.stop.clone());
        generation.tasks.spawn(keep_visiting);
    }
    let handler = Handler::new(tools, config);
    generation.tasks.spawn(handler.keep_handling(intake.clone(), generation.stop.clone()));
    generation.tasks.close();
    generation
}

/// Lets every visit finish the page in hand.
async fn end(generation: Generation) {
    generation.stop.cancel();
    generation.tasks.wait().await;
}

/// Visits a source whenever it is due, until told to stop.
async fn keep_visiting(
    tools: Tools,
    watched: Watched,
    state: Option<SourceState>,
    stop: CancellationToken,
) {
    let mut interval = state.as_ref().and_then(|state| state.interval);
    let mut due = state.and_then(|state| state.next_due);
    loop {
        let wait = schedule::wait(Timestamp::now(), due, watched.bounds());
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        let (_, schedule) = visit(&tools, &watched, interval, Stay::On, &stop).await;
        if stop.is_cancelled() {
            return;
        }
        (interval, due) = (Some(schedule.interval), Some(schedule.next_due));
    }
}

/// Tells systemd, where it listens.
fn notify(states: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd was not told");
    }
}

fn monotonic() -> sd_notify::NotifyState<'static> {
    sd_notify::NotifyState::monotonic_usec_now()
        .unwrap_or(sd_notify::NotifyState::Status("reloading"))
}

/// Half the time systemd allows between two signs of life; an hour where it asks for none.
fn watchdog() -> tokio::time::Interval {
    let allowed = sd_notify::watchdog_enabled().unwrap_or(Duration::from_secs(7200));
    tokio::time::interval((allowed / 2).max(Duration::from_millis(100)))
}
