//! The events of the watch. Names of metrics start with `waspada_`; a label's values are few.

use std::time::Duration;

use metrics::{counter, gauge, histogram};

use super::Event;

/// A page's posts, verdicts, queue items and cursor were written in one transaction.
pub struct PageStored<'a> {
    /// The source's name in the config.
    pub source: &'a str,
    /// Posts never seen before.
    pub new: u64,
    /// New versions of known posts.
    pub edited: u64,
    /// Posts seen before and unchanged.
    pub unchanged: u64,
    /// Items that entered the queue.
    pub queued: u64,
}

impl Event for PageStored<'_> {
    fn emit(self) {
        let source = self.source.to_owned();
        counter!("waspada_pages_total", "source" => source.clone()).increment(1);
        counter!("waspada_posts_new_total", "source" => source.clone()).increment(self.new);
        counter!("waspada_posts_edited_total", "source" => source.clone()).increment(self.edited);
        counter!("waspada_items_queued_total", "source" => source).increment(self.queued);
        tracing::info!(
            source = self.source,
            new = self.new,
            edited = self.edited,
            unchanged = self.unchanged,
            queued = self.queued,
            "page stored"
        );
    }
}

/// A source's poll ended in an error; the other sources go on.
pub struct SourceFailed<'a> {
    /// The source's name in the config.
    pub source: &'a str,
    /// A short, closed kind: `blocked`, `refused`, `transient`, `changed_shape`, `credentials`,
    /// `store`, `io`, `config`.
    pub kind: &'static str,
    /// What happened, for a person.
    pub reason: &'a str,
}

impl Event for SourceFailed<'_> {
    fn emit(self) {
        counter!("waspada_source_errors_total", "source" => self.source.to_owned(), "kind" => self.kind)
            .increment(1);
        tracing::warn!(
            source = self.source,
            kind = self.kind,
            reason = self.reason,
            "source failed"
        );
    }
}

/// A source's visit ended because a budget is used up; it goes on when the budget opens.
pub struct BudgetUsedUp<'a> {
    /// The source's name in the config.
    pub source: &'a str,
    /// The budget, or what the service said.
    pub budget: &'a str,
    /// When it opens, if that is known.
    pub opens: Option<jiff::Timestamp>,
}

impl Event for BudgetUsedUp<'_> {
    fn emit(self) {
        counter!("waspada_budget_used_up_total", "source" => self.source.to_owned()).increment(1);
        tracing::info!(
            source = self.source,
            budget = self.budget,
            opens = self.opens.map(tracing::field::display),
            "budget used up"
        );
    }
}

/// Items of a page that could not be read were counted and set aside.
pub struct ItemsSetAside<'a> {
    /// The source's name in the config.
    pub source: &'a str,
    /// How many.
    pub count: u64,
    /// The first one's reason.
    pub reason: &'a str,
}

impl Event for ItemsSetAside<'_> {
    fn emit(self) {
        counter!("waspada_items_set_aside_total", "source" => self.source.to_owned())
            .increment(self.count);
        tracing::warn!(
            source = self.source,
            count = self.count,
            reason = self.reason,
            "items set aside"
        );
    }
}

/// Posts of a page are not kept, because their authors do not wish to be found or the posts are not
/// for everybody.
pub struct PostsWithheld<'a> {
    /// The source's name in the config.
    pub source: &'a str,
    /// How many.
    pub count: u64,
}

impl Event for PostsWithheld<'_> {
    fn emit(self) {
        counter!("waspada_posts_withheld_total", "source" => self.source.to_owned())
            .increment(self.count);
        tracing::info!(source = self.source, count = self.count, "posts withheld");
    }
}

/// One HTTP request ended, however it ended; each hop of a redirect is a request of its own.
pub struct RequestEnded<'a> {
    /// The host asked.
    pub host: &'a str,
    /// What it was for: `page`, `api`, `robots` or `stream`.
    pub purpose: &'static str,
    /// How it ended: `new`, `unchanged`, `redirect`, `blocked`, `refused`, `transient`, `too_large`.
    pub outcome: &'static str,
    /// The status, when there was one.
    pub status: Option<u16>,
    /// Bytes of the body read from the wire.
    pub bytes: u64,
    /// How long it took, without the wait for its turn; zero when nothing was sent.
    pub took: Duration,
}

impl Event for RequestEnded<'_> {
    fn emit(self) {
        counter!("waspada_requests_total", "purpose" => self.purpose, "outcome" => self.outcome)
            .increment(1);
        counter!("waspada_request_bytes_total").increment(self.bytes);
        if !self.took.is_zero() {
            histogram!("waspada_request_seconds").record(self.took.as_secs_f64());
        }
        tracing::debug!(
            host = self.host,
            purpose = self.purpose,
            outcome = self.outcome,
            status = self.status,
            bytes = self.bytes,
            took = ?self.took,
            "request ended"
        );
    }
}

/// A rule set was loaded and is the one in force.
pub struct RulesLoaded<'a> {
    /// Its version: the hash of its files.
    pub ruleset: &'a str,
    /// Scored and unscored rules in it.
    pub rules: usize,
}

impl Event for RulesLoaded<'_> {
    fn emit(self) {
        counter!("waspada_rules_reloads_total", "result" => "ok").increment(1);
        gauge!("waspada_rules_broken").set(0.0);
        tracing::info!(ruleset = self.ruleset, rules = self.rules, "rules loaded");
    }
}

/// A rule set was refused; the last good one stays in force.
pub struct RulesRefused<'a> {
    /// Where the fault is and what would be right.
    pub reason: &'a str,
}

impl Event for RulesRefused<'_> {
    fn emit(self) {
        counter!("waspada_rules_reloads_total", "result" => "refused").increment(1);
        gauge!("waspada_rules_broken").set(1.0);
        tracing::error!(reason = self.reason, "rules refused, the last good set stays in force");
    }
}

/// A visit to a source ended, well or not.
pub struct VisitEnded<'a> {
    /// The source's name in the config.
    pub source: &'a str,
    /// Pages stored.
    pub pages: u64,
    /// Posts never seen before.
    pub new: u64,
    /// Items that entered the queue.
    pub queued: u64,
    /// When the source is due again.
    pub next_due: jiff::Timestamp,
    /// How long the visit took.
    pub took: Duration,
}

impl Event for VisitEnded<'_> {
    fn emit(self) {
        counter!("waspada_visits_total", "source" => self.source.to_owned()).increment(1);
        gauge!("waspada_source_last_visit_seconds", "source" => self.source.to_owned())
            .set(seconds(jiff::Timestamp::now()));
        tracing::info!(
            source = self.source,
            pages = self.pages,
            new = self.new,
            queued = self.queued,
            next_due = %self.next_due,
            took = ?self.took,
            "visit ended"
        );
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
pub(super) fn seconds(time: jiff::Timestamp) -> f64 {
    time.as_second() as f64
}

/// What a source's yield says of it, told after each visit.
pub struct SourceWatched<'a> {
    /// The source's name in the config.
    pub source: &'a str,
    /// Every kind of alarm there is, and whether it is on.
    pub alarms: &'a [(&'static str, bool)],
    /// What the alarms that are on say, for a person.
    pub reason: &'a str,
    /// How many percent of the last day's items were complete, where there were any.
    pub complete_percent: Option<u32>,
}

impl Event for SourceWatched<'_> {
    fn emit(self) {
        for (alarm, is_on) in self.alarms {
            let labels = [("source", self.source.to_owned()), ("alarm", (*alarm).to_owned())];
            gauge!("waspada_source_alarm", &labels).set(if *is_on { 1.0 } else { 0.0 });
        }
        if let Some(percent) = self.complete_percent {
            gauge!("waspada_source_complete_percent", "source" => self.source.to_owned())
                .set(f64::from(percent));
        }
        if !self.reason.is_empty() {
            tracing::warn!(
                source = self.source,
                reason = self.reason,
                "the source wants looking at"
            );
        }
    }
}

/// The daemon is up: sources are being visited and its own address answers.
pub struct DaemonReady<'a> {
    /// Sources that are visited.
    pub sources: usize,
    /// Where `/healthz` and `/metrics` are.
    pub listen: &'a str,
}

impl Event for DaemonReady<'_> {
    fn emit(self) {
        gauge!("waspada_up").set(1.0);
        tracing::info!(sources = self.sources, listen = self.listen, "the watch runs");
    }
}

/// The daemon was told to end and is finishing the pages in hand.
pub struct DaemonStopping;

impl Event for DaemonStopping {
    fn emit(self) {
        gauge!("waspada_up").set(0.0);
        tracing::info!("finishing the pages in hand");
    }
}

/// A changed config came into force.
pub struct ConfigLoaded {
    /// Sources that are visited now.
    pub sources: usize,
}

impl Event for ConfigLoaded {
    fn emit(self) {
        counter!("waspada_config_reloads_total", "result" => "ok").increment(1);
        tracing::info!(sources = self.sources, "config loaded");
    }
}

/// A changed config was refused; the last good one stays in force.
pub struct ConfigRefused<'a> {
    /// What is wrong with it.
    pub reason: &'a str,
}

impl Event for ConfigRefused<'_> {
    fn emit(self) {
        counter!("waspada_config_reloads_total", "result" => "refused").increment(1);
        tracing::error!(reason = self.reason, "config refused, the last good one stays in force");
    }
}

/// A renewed certificate came into force.
pub struct CertificateLoaded;

impl Event for CertificateLoaded {
    fn emit(self) {
        counter!("waspada_certificate_reloads_total", "result" => "ok").increment(1);
        tracing::info!("certificate loaded");
    }
}

/// A renewed certificate was refused; the last good one stays in force.
pub struct CertificateRefused<'a> {
    /// What is wrong with it.
    pub reason: &'a str,
}

impl Event for CertificateRefused<'_> {
    fn emit(self) {
        counter!("waspada_certificate_reloads_total", "result" => "refused").increment(1);
        tracing::error!(reason = self.reason, "certificate refused, the last one stays in force");
    }
}

/// Until when the certificate in force is good, looked at now and then.
pub struct CertificateTerm {
    /// When it ends.
    pub ends: jiff::Timestamp,
    /// It should have been renewed by now.
    pub is_short: bool,
    /// It is over: browsers refuse it.
    pub is_over: bool,
}

impl Event for CertificateTerm {
    fn emit(self) {
        gauge!("waspada_certificate_ends_seconds").set(seconds(self.ends));
        let ends = self.ends;
        if self.is_over {
            tracing::error!(%ends, "the certificate is over: browsers refuse it, renew it");
        } else if self.is_short {
            tracing::warn!(%ends, "the certificate ends soon: renew it");
        }
    }
}

/// Somebody handed in a link or a text.
pub struct ReportReceived {
    /// It was kept; otherwise too many wait.
    pub kept: bool,
    /// It holds a link.
    pub link: bool,
    /// It holds a text.
    pub text: bool,
}

impl Event for ReportReceived {
    fn emit(self) {
        let Self { kept, link, text } = self;
        counter!("waspada_reports_received_total", "kept" => if kept { "yes" } else { "no" })
            .increment(1);
        tracing::info!(kept, link, text, "report received");
    }
}

/// The post of a report was stored and put before an analyst.
pub struct ReportStored {
    /// It was read where it stands; otherwise it is kept as told.
    pub fetched: bool,
    /// The rules flag it.
    pub flagged: bool,
    /// It was not known before.
    pub new: bool,
}

impl Event for ReportStored {
    fn emit(self) {
        let Self { fetched, flagged, new } = self;
        let how = if fetched { "fetched" } else { "told" };
        counter!("waspada_reports_stored_total", "how" => how).increment(1);
        tracing::info!(fetched, flagged, new, "report stored");
    }
}

/// A report could not be looked at for now; it will be again.
pub struct ReportFailed<'a> {
    /// Why, for a person.
    pub reason: &'a str,
}

impl Event for ReportFailed<'_> {
    fn emit(self) {
        counter!("waspada_reports_deferred_total").increment(1);
        tracing::warn!(reason = self.reason, "report deferred");
    }
}
