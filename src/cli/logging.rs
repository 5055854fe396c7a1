//! Where log lines go: to standard error, as text or JSON; on a terminal with progress bars, above
//! the bars and only what somebody should see.

use std::collections::HashMap;
use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, LogFormat};
use crate::pipeline::{Observer, SourceReport};

/// Starts logging as the config says. With a screen, lines under "warn" are left to its bars.
pub(super) fn start(log: &Log, screen: Option<&Screen>) {
    let targets = log.level.targets();
    let registry = tracing_subscriber::registry();
    let started = match (screen, log.format) {
        (Some(screen), _) => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .with_writer(screen.clone())
                    .with_target(false)
                    .without_time(),
            )
            .with(targets)
            .with(LevelFilter::WARN)
            .try_init(),
        (None, LogFormat::Json) => registry
            .with(tracing_subscriber::fmt::layer().json().with_writer(io::stderr))
            .with(targets)
            .try_init(),
        (None, LogFormat::Text) => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .with_writer(io::stderr)
                    .with_ansi(io::stderr().is_terminal()),
            )
            .with(targets)
            .try_init(),
    };
    if let Err(error) = started {
        super::complain(&error);
    }
}

/// A terminal that shows one bar a source.
#[derive(Clone)]
pub(super) struct Screen {
    bars: MultiProgress,
    by_source: Arc<Mutex<HashMap<String, ProgressBar>>>,
}

impl Screen {
    pub(super) fn new() -> Self {
        Self { bars: MultiProgress::new(), by_source: Arc::default() }
    }

    /// Takes the bars away.
    pub(super) fn clear(&self) {
        // A terminal that went away shows nothing anyway.
        let _ = self.bars.clear();
    }

    fn bar(&self, source: &str) -> ProgressBar {
        let mut bars = self.by_source.lock().unwrap_or_else(PoisonError::into_inner);
        bars.entry(source.to_owned())
            .or_insert_with(|| {
                let bar = self.bars.add(ProgressBar::new_spinner());
                if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix:20} {msg}") {
                    bar.set_style(style);
                }
                bar.set_prefix(source.to_owned());
                bar.enable_steady_tick(Duration::from_millis(120));
                bar
            })
            .clone()
    }
}

impl Observer for Screen {
    fn page(&self, report: &SourceReport) {
        self.bar(&report.source).set_message(format!(
            "{} halaman, {} baru, {} diduga",
            report.pages, report.new, report.flagged
        ));
    }

    fn ended(&self, report: &SourceReport) {
        let bar = self.bar(&report.source);
        let mark = if report.errors.is_empty() { "selesai" } else { "gagal" };
        bar.finish_with_message(format!(
            "{mark}: {} halaman, {} baru, {} diduga",
            report.pages, report.new, report.flagged
        ));
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bars.suspend(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl<'a> MakeWriter<'a> for Screen {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
