//! One polite request: waits for its turn, asks, and lets the answer change the host's condition and
//! the domain's pace. Every request of the client, those for robots.txt included, goes through here.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::time::Instant;
use url::Url;

use super::address::Clearance;
use super::challenge::{self, challenge};
use super::outcome::{RefuseReason, TransientReason};
use super::pace::Turn;
use super::request::Form;
use super::retry_after::{asked_pause, used_up};
use super::robots;
use super::sites::Site;
use super::wire::{Answer, Failure, Reading, Sent, Wire};
use crate::telemetry::{Event as _, RequestEnded};

/// An address the guard let through, and what is known of its host.
pub struct Hop {
    /// The address.
    pub url: Url,
    /// How far its addresses are trusted.
    pub clearance: Clearance,
    /// Its host.
    pub site: std::sync::Arc<Site>,
}

/// What goes with the address.
#[derive(Debug, Default)]
pub struct Asking<'a> {
    /// The headers.
    pub headers: HeaderMap,
    /// What is posted; a GET when there is nothing.
    pub body: Option<&'a Form>,
    /// Parameters of the query that no log may show.
    pub query: Vec<(&'static str, &'a str)>,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A page somebody wants, of at most this many bytes.
    Page {
        /// The size limit.
        max_body: u64,
    },
    /// An answer of a documented API, of at most this many bytes.
    Api {
        /// The size limit.
        max_body: u64,
    },
    /// A robots.txt.
    Robots,
}

/// Why there is no answer to work with.
#[derive(Debug)]
pub enum Unanswered {
    /// The host may not be asked before this time: nothing was sent.
    NotNow(TransientReason, Timestamp),
    /// It failed for now.
    Transient(TransientReason, Timestamp),
    /// A challenge page came in place of the content.
    Challenge(&'static str),
    /// The address or the size of the answer may not be.
    Refused(RefuseReason),
}

/// Asks when the turn has come. `crawl_delay` is what the host's robots.txt asks for.
pub async fn ask(
    wire: &Wire,
    hop: &Hop,
    purpose: Purpose,
    crawl_delay: Option<Duration>,
    asking: Asking<'_>,
) -> Result<Answer, Unanswered> {
    let not_now = |(reason, at)| Unanswered::NotNow(reason, at);
    hop.site.admit().map_err(not_now)?;
    let mut turn = hop.site.pace().turn(crawl_delay, fastrand::f64()).await;
    // While this request waited, another may have learnt that the host wants to be left alone.
    if let Err(denied) = hop.site.admit() {
        turn.give_back();
        return Err(not_now(denied));
    }
    let began = Instant::now();
    let sent = wire.send(&hop.url, hop.clearance, asking, |status| purpose.reading(status)).await;
    let took = began.elapsed();
    let Sent { result, status, bytes } = sent;
    let judged = judge(hop, purpose, result, &mut turn);
    drop(turn);
    RequestEnded {
        host: hop.site.name(),
        purpose: purpose.name(),
        outcome: label(&judged),
        status: status.map(|status| status.as_u16()),
        bytes,
        took,
    }
    .emit();
    judged
}

/// Sorts what came, and lets the host and the pace learn from it.
fn judge(
    hop: &Hop,
    purpose: Purpose,
    result: Result<Answer, Failure>,
    turn: &mut Turn,
) -> Result<Answer, Unanswered> {
    let site = &hop.site;
    let failure = match result {
        Ok(answer) => {
            let now = Timestamp::now();
            if let (Purpose::Page { .. } | Purpose::Api { .. }, Some(whose)) =
                (purpose, challenge(answer.status, &answer.headers, &answer.body))
            {
                turn.slow_down();
                return Err(Unanswered::Challenge(whose));
            }
            if is_transient(answer.status) {
                turn.slow_down();
                let retry_at = site.failed(asked_pause(&answer.headers, now));
                let reason = TransientReason::Status(answer.status.as_u16());
                return Err(Unanswered::Transient(reason, retry_at));
            }
            turn.recover();
            site.succeeded(used_up(&answer.headers, now));
            return Ok(answer);
        }
        Err(failure) => failure,
    };
    let network = |why| {
        let retry_at = site.failed(None);
        Err(Unanswered::Transient(TransientReason::Network(why), retry_at))
    };
    match failure {
        Failure::Address(why) => Err(Unanswered::Refused(RefuseReason::Address(why))),
        Failure::TooLarge { limit, what } => {
            site.succeeded(None);
            Err(Unanswered::Refused(RefuseReason::TooLarge { limit, what }))
        }
        // Nobody was there to be overtaxed: the host waits, its domain need not.
        Failure::Unreachable(why) => network(why),
        Failure::Broken(why) => {
            turn.slow_down();
            network(why)
        }
    }
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Page { .. } => "page",
            Self::Api { .. } => "api",
            Self::Robots => "robots",
        }
    }

    fn reading(self, status: StatusCode) -> Reading {
        let bytes = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        match self {
            Self::Page { max_body } | Self::Api { max_body } if status.is_success() => {
                Reading::Whole(max_body)
            }
            // What an API has to say against the request stands in the body.
            Self::Api { .. } if status.is_client_error() || challenge::may_hide_one(status) => {
                Reading::Glimpse(bytes(challenge::WITHIN))
            }
            Self::Page { .. } if challenge::may_hide_one(status) => {
                Reading::Glimpse(bytes(challenge::WITHIN))
            }
            Self::Robots if status.is_success() => Reading::First(bytes(robots::MAX_BYTES)),
            _ => Reading::Nothing,
        }
    }
}

/// Statuses that say nothing about the page, only that now is not the time.
fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429) || status.is_server_error()
}

fn label(judged: &Result<Answer, Unanswered>) -> &'static str {
    match judged {
        Ok(answer) if answer.status.is_success() => "new",
        Ok(answer) if answer.status == StatusCode::NOT_MODIFIED => "unchanged",
        Ok(answer) if answer.status.is_redirection() => "redirect",
        Ok(_) | Err(Unanswered::Challenge(_)) => "blocked",
        Err(Unanswered::NotNow(..) | Unanswered::Transient(..)) => "transient",
        Err(Unanswered::Refused(RefuseReason::TooLarge { .. })) => "too_large",
        Err(Unanswered::Refused(_)) => "refused",
    }
}
