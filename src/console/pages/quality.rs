//! How well rules and analysts work: what the rules miss, how far analysts agree, and where two differ
//! and somebody has to say what holds. Of drawn posts only those decided are told: none is given away
//! before.

use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Form, Router};
use jiff::Timestamp;
use serde::Deserialize;

use super::alike::count;
use super::html;
use crate::console::desk::{Desk, Frame, Signed, permitted};
use crate::console::fault::Fault;
use crate::console::locale::Locale;
use crate::measure::Agreement;
use crate::registry::wib;
use crate::store::{Dispute, Missed, Outcome, Quality, ReviewId, Role, Settling};

pub(in crate::console) fn routes() -> Router<Desk> {
    Router::new()
        .route("/quality", get(show))
        .route("/quality/{review}/settle", post(settle))
        .route("/quality/{review}/undo", post(undo))
}

#[derive(askama::Template)]
#[template(path = "quality.html", config = "src/console/askama.toml")]
struct Page<'a> {
    frame: Frame<'a>,
    quality: &'a Quality,
    /// One sentence on what the rules miss, and one on how far analysts agree.
    missed: String,
    agreement: String,
    /// What was counted, a line each.
    counts: Vec<(String, String)>,
    /// Agreement, a line for each way of comparing.
    lines: Vec<[String; 5]>,
}

impl Page<'_> {
    fn since(&self) -> String {
        let day = wib().to_datetime(self.quality.since).date();
        self.frame.l.with("quality-since", &self.frame.l.day(day))
    }

    fn outcome(&self, outcome: &Outcome) -> String {
        format!("{} · {}", outcome.code(), self.frame.l.outcome(*outcome))
    }

    /// The item that is repeated according to either.
    fn original(&self, dispute: &Dispute) -> String {
        let of = dispute.first.duplicate_of.or(dispute.second.duplicate_of);
        of.map_or_else(String::new, |item| item.to_string())
    }
}

/// A share; a small one with a digit more.
fn percent(l: &Locale, share: f64) -> String {
    l.percent(share, if share < 0.1 { 2 } else { 1 })
}

/// Posts a day: those under ten with a digit after the point.
fn posts(l: &Locale, value: f64) -> String {
    l.decimal(value, usize::from(value < 10.0))
}

fn missed_sentence(l: &Locale, missed: &Missed) -> String {
    match (missed.rate, missed.a_day()) {
        (Some(rate), Some((day, day_low, day_high))) => {
            let (low, high) = missed.interval;
            l.says(
                "quality-missed-told",
                &[
                    ("rate", percent(l, rate)),
                    ("low", percent(l, low)),
                    ("high", percent(l, high)),
                    ("day", posts(l, day)),
                    ("day_low", posts(l, day_low)),
                    ("day_high", posts(l, day_high)),
                ],
            )
        }
        _ if missed.drawn == 0 => l.t("quality-missed-off"),
        _ => l.t("quality-missed-unknown"),
    }
}

fn counts(l: &Locale, missed: &Missed) -> Vec<(String, String)> {
    let range = |value: String, low: String, high: String| format!("{value} ({low}–{high})");
    let (low, high) = missed.interval;
    let mut counts = vec![
        (l.t("quality-drawn"), l.number(missed.drawn)),
        (l.t("quality-decided"), l.number(missed.decided)),
        (l.t("quality-misses"), l.number(count(&missed.misses))),
        (l.t("quality-waiting"), l.number(missed.waiting)),
        (l.t("quality-gone"), l.number(missed.gone)),
        (l.t("quality-posts"), posts(l, missed.posts_a_day)),
    ];
    if let (Some(rate), Some((day, least, most))) = (missed.rate, missed.a_day()) {
        let share = range(percent(l, rate), percent(l, low), percent(l, high));
        counts.push((l.t("quality-rate"), share));
        counts.push((l.t("quality-day"), range(posts(l, day), posts(l, least), posts(l, most))));
    }
    counts
}

fn agreement_sentence(l: &Locale, agreement: &Agreement) -> String {
    let counted = |id: &str, alpha: String| {
        let (same, cases) = (agreement.same.to_string(), agreement.cases.to_string());
        l.says(id, &[("same", same), ("cases", cases), ("alpha", alpha)])
    };
    match agreement.alpha {
        _ if agreement.cases == 0 => l.t("quality-agreement-unknown"),
        Some(alpha) => counted("quality-agreement-told", l.decimal(alpha, 2)),
        None => counted("quality-agreement-same", String::new()),
    }
}

fn agreement_line(l: &Locale, by: String, agreement: &Agreement) -> [String; 5] {
    let three = |value: f64| l.decimal(value, 3);
    [
        by,
        agreement.cases.to_string(),
        agreement.same.to_string(),
        agreement.alpha.map_or_else(|| "–".to_owned(), three),
        agreement.interval.map_or_else(
            || "–".to_owned(),
            |(low, high)| format!("{} … {}", three(low), three(high)),
        ),
    ]
}

async fn show(State(desk): State<Desk>, Signed(session): Signed) -> Result<Html<String>, Fault> {
    permitted(&session, Role::supervises)?;
    let quality = desk.queue(|store| store.quality(Timestamp::now())).await?;
    let frame = Frame::new(&desk, &session, "quality");
    let l = frame.l;
    html(Page {
        missed: missed_sentence(l, &quality.missed),
        agreement: agreement_sentence(l, &quality.outcomes),
        counts: counts(l, &quality.missed),
        lines: vec![
            agreement_line(l, l.t("quality-by-outcome"), &quality.outcomes),
            agreement_line(l, l.t("quality-by-kind"), &quality.kinds),
        ],
        quality: &quality,
        frame,
    })
}

/// What the form that settles a difference holds.
#[derive(Deserialize)]
struct Holds {
    outcome: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    of: String,
}

async fn settle(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(review): Path<ReviewId>,
    Form(holds): Form<Holds>,
) -> Result<Redirect, Fault> {
    let by = permitted(&session, Role::supervises)?;
    let l = desk.locales.of(session.account.language);
    let bad = |message: &str| Fault::Bad(l.t(message));
    let outcome: Outcome = holds.outcome.parse().map_err(|_| bad("fault-outcome"))?;
    let duplicate_of = match holds.of.trim() {
        of if outcome != Outcome::Duplikat || of.is_empty() => None,
        of => Some(of.parse().map_err(|_| bad("fault-item-number"))?),
    };
    let settling = Settling { review, by, outcome, reason: holds.reason, duplicate_of };
    desk.queue(move |store| store.settle_review(settling, Timestamp::now())).await?;
    Ok(Redirect::to("/quality#disputes"))
}

async fn undo(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(review): Path<ReviewId>,
) -> Result<Redirect, Fault> {
    let by = permitted(&session, Role::supervises)?;
    let reason = desk.locales.of(session.account.language).t("quality-undo-reason");
    desk.queue(move |store| store.undo_settlement(review, &by, &reason, Timestamp::now())).await?;
    Ok(Redirect::to("/quality#disputes"))
}
