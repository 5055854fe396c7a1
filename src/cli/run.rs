//! `waspada run`: the daemon, or with `--once` each source once and a summary, for cron and
//! systemd timers.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use comfy_table::{CellAlignment, Table, presets};
use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::logging::{self, Screen};
use super::{Answer, Failure, unwritable};
use crate::config::{Config, TlsFiles, TotpPolicy};
use crate::console::{self, Entrance, Provider};
use crate::fetch::Direct;
use crate::pipeline::{
    Daemon, DaemonError, Observer, SourceReport, StartError, Unobserved, Watch, once,
};
use crate::store::QueueCounts;
use crate::telemetry::Metrics;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Setiap sumber sekali, sebuah ringkasan, lalu selesai (untuk cron dan systemd timer)
    #[arg(long)]
    once: bool,
    /// Dengan --once: ringkasan sebagai JSON
    #[arg(long, requires = "once")]
    json: bool,
}

pub(super) fn run(run: &Arguments, arguments: &super::Arguments) -> Result<Answer, Failure> {
    let config = super::with_rules(arguments)?;
    let runtime = super::runtime()?;
    let ended = if run.once {
        runtime.block_on(run_once(run, &config))
    } else {
        runtime.block_on(run_daemon(config, arguments))
    };
    // What still blocks a thread now has had its time.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    ended
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Store(error) => Self::Impossible(error.to_string()),
            StartError::Client(error) => Self::Usage(error.to_string()),
            StartError::Rules(error) => Self::Usage(error.to_string()),
        }
    }
}

impl From<DaemonError> for Failure {
    fn from(error: DaemonError) -> Self {
        match error {
            DaemonError::Listen { .. } => Self::Impossible(error.to_string()),
            DaemonError::Tls(error) => Self::Usage(error.to_string()),
        }
    }
}

async fn run_once(run: &Arguments, config: &Config) -> Result<Answer, Failure> {
    let screen = std::io::stderr().is_terminal().then(Screen::new);
    logging::start(&config.log, screen.as_ref());
    let observer: Arc<dyn Observer> = match &screen {
        Some(screen) => Arc::new(screen.clone()),
        None => Arc::new(Unobserved),
    };
    let watch = Watch::start(config, observer)?;
    let stop = stop_on_signals()?;
    let reports = once(&watch, &stop).await;
    if let Some(screen) = screen {
        screen.clear();
    }
    let counts =
        watch.store().queue_counts().map_err(|error| Failure::Impossible(error.to_string()))?;
    if run.json {
        print_json(&reports)?;
    } else {
        print_summary(&reports, counts)?;
    }
    let failed: Vec<&str> = reports
        .iter()
        .filter(|report| !report.errors.is_empty())
        .map(|report| report.source.as_str())
        .collect();
    if !failed.is_empty() {
        let failed = failed.join(", ");
        return Err(Failure::Impossible(format!("sumber yang gagal: {failed}; yang lain selesai")));
    }
    match watch.rules_refused() {
        Some(error) => Err(Failure::Usage(format!(
            "aturan ditolak, dipakai aturan bawaan; periksa dengan `waspada rules check`:\n{error}"
        ))),
        None => Ok(Answer::Done),
    }
}

fn print_json(reports: &[SourceReport]) -> Result<(), Failure> {
    let json =
        serde_json::to_string(reports).map_err(|error| Failure::Impossible(error.to_string()))?;
    writeln!(std::io::stdout().lock(), "{json}").map_err(unwritable)
}

fn print_summary(reports: &[SourceReport], counts: QueueCounts) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    if reports.is_empty() {
        return writeln!(
            out,
            "Tidak ada sumber yang menyala; tulis [[source]] di berkas konfigurasi (--config)."
        )
        .map_err(unwritable);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "sumber",
        "halaman",
        "baru",
        "berubah",
        "diduga",
        "disisihkan",
        "galat",
        "lama",
    ]);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut errors = Vec::new();
    for report in reports {
        let pages = match (report.pages, report.not_modified) {
            (0, true) => "tetap".to_owned(),
            (pages, _) => pages.to_string(),
        };
        table.add_row([
            report.source.clone(),
            pages,
            report.new.to_string(),
            report.edited.to_string(),
            report.flagged.to_string(),
            report.set_aside.to_string(),
            report.errors.len().to_string(),
            format!("{:.1} dtk", report.took.as_secs_f64()),
        ]);
        errors.extend(report.errors.iter().map(|error| format!("{}: {error}", report.source)));
    }
    writeln!(out, "{table}").map_err(unwritable)?;
    for error in errors {
        writeln!(out, "! {error}").map_err(unwritable)?;
    }
    writeln!(
        out,
        "Antrean: {} menunggu keputusan ({} di antaranya permintaan tolong). Lihat: waspada queue list",
        counts.open, counts.open_victim
    )
    .map_err(unwritable)
}

async fn run_daemon(config: Config, arguments: &super::Arguments) -> Result<Answer, Failure> {
    logging::start(&config.log, None);
    let metrics = Metrics::install();
    let stop = stop_on_signals()?;
    let (ask, reload) = tokio::sync::mpsc::channel(1);
    let mut hang_up = signal(SignalKind::hangup()).map_err(no_signals)?;
    tokio::spawn(async move {
        while hang_up.recv().await.is_some() {
            // One reload that waits is enough: it will read what is in the files then.
            let _ = ask.try_send(());
        }
    });
    let watch = Watch::start(&config, Arc::new(Unobserved))?;
    let (path, rules) = (arguments.config.clone(), arguments.rules.clone());
    let read_config = move || {
        let mut config = match &path {
            Some(path) => Config::load(path).map_err(|error| error.to_string())?,
            None => Config::default(),
        };
        if let Some(rules) = &rules {
            config.rules.path = Some(rules.clone());
        }
        Ok(config)
    };
    // Whoever opens it to other machines puts HTTPS before it: a session never goes out in the clear.
    let tls = config.http.tls();
    if let Some(open) = tls.as_ref().and_then(TlsFiles::key_is_open) {
        super::complain(&open);
    }
    let entrance = Entrance {
        secure: config.http.public || tls.is_some(),
        speaks_https: tls.is_some(),
        totp_required: config.console.totp == TotpPolicy::Required,
        provider: provider(&config)?.map(Arc::new),
    };
    let scheme = if entrance.speaks_https { "https" } else { "http" };
    let daemon = Daemon::bind(watch, config, metrics).await?;
    let live = console::Live::start(daemon.store(), daemon.rules_refused(), stop.clone());
    let api = console::router(daemon.intake(), daemon.store(), live.clone());
    let (store, scorer, refused) = (daemon.store(), daemon.scorer(), daemon.rules_refused());
    let screens = console::screens(store, scorer, refused, live, entrance);
    let daemon = daemon.with_rooms(api).with_rooms(screens);
    tell_where(&daemon, scheme)?;
    daemon.run(stop, reload, read_config).await;
    Ok(Answer::Done)
}

/// Who vouches for people beside their passwords. Without the secret they share nobody can come that
/// way, which is no reason to stop watching.
fn provider(config: &Config) -> Result<Option<Provider>, Failure> {
    let Some((oidc, secret)) = super::provider_secret(config) else { return Ok(None) };
    let direct = Direct::new(&config.fetch).map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(Some(Provider::new(oidc.clone(), secret, direct)))
}

/// Tells where the console is, and while nobody can sign in, the link that makes the first account.
fn tell_where(daemon: &Daemon, scheme: &str) -> Result<(), Failure> {
    let address = daemon.address().map_err(|error| Failure::Impossible(error.to_string()))?;
    let link = console::first_link(&daemon.store(), Timestamp::now())
        .map_err(|error| Failure::Impossible(error.to_string()))?;
    let mut told = format!("Konsol: {scheme}://{address}/\n");
    if let Some(link) = link {
        told += &format!(
            "Belum ada akun. Buat administrator pertama (24 jam, sekali pakai): {scheme}://{address}{link}\n"
        );
    }
    super::print(&told)
}

/// Cancelled by SIGTERM or SIGINT; a second one ends the process at once.
pub(super) fn stop_on_signals() -> Result<CancellationToken, Failure> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let stopping = stop.clone();
    tokio::spawn(async move {
        for last in [false, true] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if last {
                std::process::exit(130);
            }
            stopping.cancel();
        }
    });
    Ok(stop)
}

fn no_signals(error: std::io::Error) -> Failure {
    Failure::Impossible(format!("signals: {error}"))
}
