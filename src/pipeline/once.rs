//! Each source once, side by side, and a report of each: what cron and a systemd timer run.

use futures_util::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::report::SourceReport;
use super::visit::{Stay, visit};
use super::watch::Watch;

/// Sources visited at the same time.
const SIDE_BY_SIDE: usize = 16;

/// Visits every source of the watch once, and answers in the order of the config. Told to stop,
/// sources finish the page in hand.
pub async fn once(watch: &Watch, stop: &CancellationToken) -> Vec<SourceReport> {
    let visits = watch.sources.iter().map(|watched| async {
        let (report, _) = visit(&watch.tools, watched, None, Stay::Once, stop).await;
        report
    });
    let mut reports: Vec<SourceReport> =
        futures_util::stream::iter(visits).buffered(SIDE_BY_SIDE).collect().await;
    for (name, error) in &watch.unopened {
        let mut report = SourceReport::new(name);
        report.errors.push(error.to_string());
        reports.push(report);
    }
    reports
}
