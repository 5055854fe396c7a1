//! The client itself: takes a request through guard, robots.txt and turn, hop by hop, and says how
//! it ended. Cheap to clone; clones share everything they know of the hosts.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
};
use url::{Position, Url};

use super::address::{AddressGuard, AllowHostError, Clearance};
use super::asking::{Asking, Hop, Purpose, Unanswered, ask};
use super::grant::Granted;
use super::outcome::{BlockReason, Capture, Outcome, RefuseReason};
use super::redirect::{self, Target};
use super::request::{Credential, Redirects, Request};
use super::secret::{Secret, hide};
use super::settings::Settings;
use super::sites::{HostStatus, Sites, unpaced};
use super::socket::Line;
use super::wire::{Answer, Bounds, Wire};
use crate::post::Sha256;
use crate::telemetry::{Event as _, RequestEnded};

/// The longest of the durations that can be set.
const A_DAY: Duration = Duration::from_secs(24 * 3600);

/// Response headers worth keeping with a capture.
const KEPT: &[&str] = &[
    "age",
    "cache-control",
    "content-encoding",
    "content-language",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "link",
    "server",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-app-usage",
    "x-business-use-case-usage",
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-ratelimit-used",
    "x-robots-tag",
    "x-wp-totalpages",
];

/// The polite HTTP client.
#[derive(Debug, Clone)]
pub struct Client(Arc<Shared>);

/// What all clones of a client share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) wire: Wire,
    pub(super) line: Line,
    guard: AddressGuard,
    sites: Sites,
    pub(super) granted: Granted,
    pub(super) max_crawl_delay: Duration,
    max_redirects: usize,
    max_body: u64,
}

/// The client cannot be built from these settings.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// An entry of `allow_hosts` names no host.
    #[error(transparent)]
    AllowHosts(#[from] AllowHostError),
    /// The contact cannot stand in a header.
    #[error(
        "fetch.contact `{0}` cannot stand in the user agent: write an address (ops@…) or a URL, in ASCII, without spaces and brackets"
    )]
    Contact(String),
    /// An entry of `unpaced_hosts` is not of this very machine.
    #[error(
        "`{0}` in fetch.unpaced_hosts is no address of this machine: only 127.0.0.1 and ::1 may be asked without a pause"
    )]
    Unpaced(String),
    /// A duration is out of its range.
    #[error("fetch.{0} is out of range: write a duration such as `2s`, of a day at most")]
    Duration(&'static str),
    /// The TLS or connection layer refused to start.
    #[error("the HTTP client cannot start: {0}")]
    Start(#[from] reqwest::Error),
}

impl Client {
    /// A client that keeps to these settings.
    pub fn new(settings: &Settings) -> Result<Self, ClientError> {
        let unpaced_sites = settings
            .unpaced_hosts
            .iter()
            .map(|entry| unpaced(entry).ok_or_else(|| ClientError::Unpaced(entry.clone())))
            .collect::<Result<Vec<_>, _>>()?;
        let time = |name, span: SignedDuration| {
            let span = Duration::try_from(span).ok().filter(|&span| span <= A_DAY);
            span.ok_or(ClientError::Duration(name))
        };
        let some_time = |name, span| {
            time(name, span).and_then(|span| {
                if span.is_zero() { Err(ClientError::Duration(name)) } else { Ok(span) }
            })
        };
        let bounds = Bounds {
            connect: some_time("connect_timeout", settings.connect_timeout)?,
            total: some_time("timeout", settings.timeout)?,
        };
        let user_agent = user_agent(settings.contact.as_deref())?;
        Ok(Self(Arc::new(Shared {
            guard: AddressGuard::new(&settings.allow_hosts)?,
            sites: Sites::new(time("pace", settings.pace)?, time("backoff", settings.backoff)?)
                .without_pace_at(unpaced_sites),
            granted: Granted::default(),
            max_crawl_delay: time("max_crawl_delay", settings.max_crawl_delay)?,
            max_redirects: settings.max_redirects,
            max_body: settings.max_body,
            wire: Wire::new(&user_agent, bounds)?,
            line: Line::new(user_agent, bounds.connect, bounds.total),
        })))
    }

    /// Fetches a page. Waits for its turn; never asks a host that is in a pause.
    pub async fn get(&self, request: &Request) -> Outcome {
        match request.grant() {
            Some(grant) => self.0.get_granted(request, grant).await,
            None => self.0.follow(request).await,
        }
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.0
    }

    /// The present state of every host asked so far, by name.
    pub fn hosts(&self) -> Vec<HostStatus> {
        self.0.sites.status()
    }
}

impl Shared {
    /// Fetches a page, hop by hop.
    pub(super) async fn follow(&self, request: &Request) -> Outcome {
        let mut url = request.url.clone();
        url.set_fragment(None);
        let mut left: Vec<Url> = Vec::new();
        loop {
            let answer = match self.page(url.clone(), request).await {
                Ok(answer) => answer,
                Err(outcome) => return outcome,
            };
            let to = match redirect::target(&url, answer.status, &answer.headers) {
                None => return ended(request, url, answer),
                Some(Target::To(to)) if may_follow(request) => to,
                Some(Target::To(to)) => {
                    return Outcome::Blocked(BlockReason::Redirect(shown(request, to)));
                }
                Some(Target::Unreadable(_)) if !request.credentials.is_empty() => {
                    return Outcome::Blocked(BlockReason::Redirect("?".to_owned()));
                }
                Some(Target::Unreadable(written)) => {
                    return Outcome::Blocked(BlockReason::Redirect(written));
                }
            };
            if redirect::is_downgrade(&url, &to) {
                let why = format!("{} redirects from https to {}", host(&url), to.scheme());
                return refused(&url, RefuseReason::Address(why));
            }
            left.push(std::mem::replace(&mut url, to));
            if left.len() > self.max_redirects || left.contains(&url) {
                return refused(&url, RefuseReason::TooManyRedirects(self.max_redirects));
            }
        }
    }

    /// One hop of a page: guard, robots.txt, turn, answer.
    async fn page(&self, url: Url, request: &Request) -> Result<Answer, Outcome> {
        let hop = self.hop(url.clone()).map_err(|reason| refused(&url, reason))?;
        let own_origin = url.origin() == request.url.origin();
        if let Some(why) = secret_in_the_open(&hop)
            && own_origin
            && !request.credentials.is_empty()
        {
            return Err(refused(&url, why));
        }
        let api = request.is_api_call(&url);
        let delay = if api {
            None
        } else {
            let rules = self.rules(&hop).await?;
            if !rules.allows(&url[Position::BeforePath..Position::AfterQuery]) {
                // The query stays out of the message: it may hold a key.
                let reason = RefuseReason::Robots {
                    host: hop.site.name().to_owned(),
                    path: url.path().to_owned(),
                };
                return Err(refused(&url, reason));
            }
            self.crawl_delay(&rules)
        };
        let max_body = self.max_body.max(request.max_body.unwrap_or_default());
        let purpose = if api { Purpose::Api { max_body } } else { Purpose::Page { max_body } };
        let asking = Asking {
            headers: headers(request, own_origin),
            body: request.body.as_ref(),
            query: if own_origin { secret_query(request) } else { Vec::new() },
        };
        ask(&self.wire, &hop, purpose, delay, asking).await.map_err(unanswered)
    }

    /// The address as a hop, if the guard lets it through.
    pub(super) fn hop(&self, url: Url) -> Result<Hop, RefuseReason> {
        let clearance =
            self.guard.check(&url).map_err(|refused| RefuseReason::Address(refused.to_string()))?;
        Ok(Hop { site: self.sites.of(&url), url, clearance })
    }
}

/// Why a secret may not be sent on this hop: anybody on the way could read it.
pub(super) fn secret_in_the_open(hop: &Hop) -> Option<RefuseReason> {
    (hop.url.scheme() != "https" && hop.clearance == Clearance::Public).then(|| {
        RefuseReason::Address(format!("a secret is not sent to {} without https", host(&hop.url)))
    })
}

/// The outcome of a request that has no answer to work with.
pub(super) fn unanswered(unanswered: Unanswered) -> Outcome {
    match unanswered {
        Unanswered::NotNow(reason, retry_at) | Unanswered::Transient(reason, retry_at) => {
            Outcome::Transient { reason, retry_at }
        }
        Unanswered::Challenge(whose) => Outcome::Blocked(BlockReason::Challenge(whose)),
        Unanswered::Refused(reason) => Outcome::Refused(reason),
    }
}

/// The outcome of a service's refusal to grant a token.
pub(super) fn rejected(url: &Url, answer: Answer, secrets: &[&Secret]) -> Outcome {
    Outcome::Rejected(Box::new(capture(url, url.clone(), answer, secrets)))
}

/// Turns the last answer of a page into its outcome.
fn ended(request: &Request, final_url: Url, answer: Answer) -> Outcome {
    let status = answer.status;
    let conditional = request.validators != super::Validators::default();
    let secrets: Vec<&Secret> = request.credentials.iter().map(Credential::secret).collect();
    let capture = |answer| Box::new(capture(&request.url, final_url.clone(), answer, &secrets));
    match status {
        StatusCode::NOT_MODIFIED if conditional => {
            Outcome::Unchanged { at: Timestamp::now(), headers: kept(&answer.headers) }
        }
        // A part nobody asked for must not pass for the page.
        StatusCode::PARTIAL_CONTENT => Outcome::Blocked(BlockReason::Status(status.as_u16())),
        _ if status.is_success() => Outcome::New(capture(answer)),
        _ if status.is_client_error() && request.is_api_call(&final_url) => {
            Outcome::Rejected(capture(answer))
        }
        _ => Outcome::Blocked(BlockReason::Status(status.as_u16())),
    }
}

fn capture(url: &Url, final_url: Url, answer: Answer, secrets: &[&Secret]) -> Capture {
    let Answer { status, headers, body } = answer;
    let body = hide(body, secrets);
    let mut headers = kept(&headers);
    for (_, value) in &mut headers {
        let hidden = hide(Bytes::from(std::mem::take(value)), secrets);
        *value = String::from_utf8_lossy(&hidden).into_owned();
    }
    Capture {
        url: url.clone(),
        final_url,
        status: Some(status.as_u16()),
        fetched_at: Timestamp::now(),
        headers,
        sha256: Sha256::of(&body),
        body,
    }
}

fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| KEPT.contains(&name.as_str()))
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

/// What is sent with every hop of a page. A validator the server wrote in a way no header may
/// hold is left out: the page then comes whole. Credentials go to the origin they are for.
fn headers(request: &Request, own_origin: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let accept = HeaderValue::from_str(request.accept);
    headers.insert(ACCEPT, accept.unwrap_or(HeaderValue::from_static("*/*")));
    let mut add = |name: HeaderName, value: &Option<String>| {
        let value = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok());
        if let Some(value) = value {
            headers.insert(name, value);
        }
    };
    add(IF_NONE_MATCH, &request.validators.etag);
    add(IF_MODIFIED_SINCE, &request.validators.last_modified);
    for credential in request.credentials.iter().filter(|_| own_origin) {
        let value = match credential {
            Credential::Bearer(secret) => format!("Bearer {}", secret.reveal()),
            // A grant becomes a bearer token before anything is sent.
            Credential::Query(..) | Credential::Granted(_) => continue,
        };
        // What no header can hold was refused when the secret was read.
        if let Ok(mut value) = HeaderValue::from_str(&value) {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
    }
    headers
}

/// The parameters of the query that stand in no address but on the wire.
fn secret_query(request: &Request) -> Vec<(&'static str, &str)> {
    let query = |credential| match credential {
        &Credential::Query(name, ref secret) => Some((name, secret.reveal())),
        Credential::Bearer(_) | Credential::Granted(_) => None,
    };
    request.credentials.iter().filter_map(query).collect()
}

/// What posts, has a secret in its query or costs something is not sent on: a body may not be
/// repeated elsewhere, the server's new address may hold the old one's query, and every hop may be
/// billed where one was booked.
fn may_follow(request: &Request) -> bool {
    request.redirects == Redirects::Follow
        && request.body.is_none()
        && request.spends.is_empty()
        && secret_query(request).is_empty()
}

/// Where a redirect leads, for people: without a query where that may repeat a secret.
fn shown(request: &Request, mut to: Url) -> String {
    if !request.credentials.is_empty() {
        to.set_query(None);
    }
    to.into()
}

/// A refusal before anything was sent, counted like a request.
pub(super) fn refused(url: &Url, reason: RefuseReason) -> Outcome {
    RequestEnded {
        host: host(url),
        purpose: "page",
        outcome: "refused",
        status: None,
        bytes: 0,
        took: Duration::ZERO,
    }
    .emit();
    Outcome::Refused(reason)
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

/// `waspada/<version> (+contact)`, the same for every request.
pub(super) fn user_agent(contact: Option<&str>) -> Result<HeaderValue, ClientError> {
    let product = concat!("waspada/", env!("CARGO_PKG_VERSION"));
    let Some(contact) = contact.map(str::trim).filter(|contact| !contact.is_empty()) else {
        return Ok(HeaderValue::from_static(product));
    };
    let refuse = || ClientError::Contact(contact.to_owned());
    if !contact.bytes().all(|byte| byte.is_ascii_graphic() && !b"()".contains(&byte)) {
        return Err(refuse());
    }
    let scheme = if contact.contains('@') && !contact.contains(':') { "mailto:" } else { "" };
    HeaderValue::from_str(&format!("{product} (+{scheme}{contact})")).map_err(|_| refuse())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_agent_is_honest() {
        let version = env!("CARGO_PKG_VERSION");
        let cases = [
            (None, format!("waspada/{version}")),
            (Some(" "), format!("waspada/{version}")),
            (Some("ops@contoh.example"), format!("waspada/{version} (+mailto:ops@contoh.example)")),
            (
                Some("https://contoh.example/bot"),
                format!("waspada/{version} (+https://contoh.example/bot)"),
            ),
            (
                Some("https://contoh.example/bot;mailto:ops@contoh.example"),
                format!(
                    "waspada/{version} (+https://contoh.example/bot;mailto:ops@contoh.example)"
                ),
            ),
        ];
        for (contact, expected) in cases {
            assert_eq!(user_agent(contact).unwrap(), expected.as_str());
        }
        for contact in ["a b", "ops@contoh.example)", "ops\n@x", "operasi@é.example"] {
            assert!(user_agent(Some(contact)).is_err(), "{contact:?}");
        }
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_by_name() {
        let cases = [
            (Settings { pace: SignedDuration::from_secs(-1), ..Settings::default() }, "pace"),
            (Settings { backoff: SignedDuration::MAX, ..Settings::default() }, "backoff"),
            (Settings { timeout: SignedDuration::ZERO, ..Settings::default() }, "timeout"),
        ];
        for (settings, name) in cases {
            let error = Client::new(&settings).unwrap_err().to_string();
            assert!(error.starts_with(&format!("fetch.{name} is out of range")), "{error}");
        }
        let no_host = Settings { allow_hosts: vec!["http://x/".to_owned()], ..Settings::default() };
        assert!(matches!(Client::new(&no_host), Err(ClientError::AllowHosts(_))));
    }
}
