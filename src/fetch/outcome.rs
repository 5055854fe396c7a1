//! What the client answers: every request ends in one of these ways.

use jiff::Timestamp;
use url::Url;

use super::request::Validators;
use crate::post::Sha256;

/// A page as it came: the evidence. `body` is what the server sent after content decoding, with the
/// caller's own secrets taken out where a service writes them into its answers.
#[derive(Debug, Clone)]
pub struct Capture {
    /// The address asked for.
    pub url: Url,
    /// The address that answered, after redirects.
    pub final_url: Url,
    /// The HTTP status; `None` for bytes that came from a file.
    pub status: Option<u16>,
    /// When the answer was complete, in UTC.
    pub fetched_at: Timestamp,
    /// Response headers worth keeping, lower-case names; never `Set-Cookie`.
    pub headers: Vec<(String, String)>,
    /// The bytes, content-decoded, charset untouched.
    pub body: bytes::Bytes,
    /// The digest of `body`.
    pub sha256: Sha256,
}

impl Capture {
    /// The value of a kept header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The validators to send next time.
    pub fn validators(&self) -> Validators {
        Validators {
            etag: self.header("etag").map(str::to_owned),
            last_modified: self.header("last-modified").map(str::to_owned),
        }
    }
}

/// How a request ended.
#[derive(Debug)]
pub enum Outcome {
    /// A body that was not known before.
    New(Box<Capture>),
    /// `304`: the page is as it was.
    Unchanged {
        /// When the server said so.
        at: Timestamp,
        /// Its headers worth keeping (a `304` may renew cache times).
        headers: Vec<(String, String)>,
    },
    /// An API said no, in its own words: a 4xx and its body, for the adapter to read. Only requests
    /// that obey an API's rules end so.
    Rejected(Box<Capture>),
    /// The server does not want us or the page is gone: stop this source and tell the operator.
    Blocked(BlockReason),
    /// We did not ask, because we must not.
    Refused(RefuseReason),
    /// It may work later; nothing may be concluded about the page.
    Transient {
        /// Why.
        reason: TransientReason,
        /// The host will not be asked before this time.
        retry_at: Timestamp,
    },
}

/// Why a server does not want us.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockReason {
    /// A status that says no: 401, 403, 404, 410, 451 and other 4xx.
    #[error("the server answered {0}")]
    Status(u16),
    /// A challenge page (a captcha or a browser check) in place of the content.
    #[error("the server answered with a challenge page ({0})")]
    Challenge(&'static str),
    /// A redirect to where a log-in or another page stands in place of the content.
    #[error("the server redirects elsewhere: {0}")]
    Redirect(String),
}

/// Why a request was not made, or not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefuseReason {
    /// robots.txt disallows it.
    #[error("robots.txt of {host} disallows {path}")]
    Robots {
        /// The host whose rules these are.
        host: String,
        /// The path asked for.
        path: String,
    },
    /// The address guard refused the address or a redirect hop.
    #[error("address refused: {0}")]
    Address(String),
    /// More redirects than allowed, or a loop.
    #[error("more than {0} redirects")]
    TooManyRedirects(usize),
    /// The body is larger than allowed, on the wire or decoded.
    #[error("the body exceeds the limit of {limit} bytes ({what})")]
    TooLarge {
        /// The limit that was met, in bytes.
        limit: u64,
        /// `wire`, `decoded` or `ratio`.
        what: &'static str,
    },
}

/// Why a request failed for now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransientReason {
    /// 408, 425, 429 or 5xx.
    #[error("the server answered {0}")]
    Status(u16),
    /// The connection failed, broke off, or an answer did not come in time.
    #[error("the connection failed: {0}")]
    Network(String),
    /// The host's circuit breaker is open after repeated failures.
    #[error("the host is left alone after repeated failures")]
    CircuitOpen,
    /// robots.txt could not be had, which RFC 9309 reads as "disallow all" for now.
    #[error("robots.txt cannot be had: {0}")]
    RobotsUnreachable(String),
    /// The host asked for a pause that is not over.
    #[error("the host asked for a pause")]
    Paused,
}

impl Outcome {
    /// Whether the request went out: what did not cannot have cost anything.
    pub fn was_sent(&self) -> bool {
        match self {
            Self::New(_) | Self::Unchanged { .. } | Self::Rejected(_) | Self::Blocked(_) => true,
            Self::Refused(reason) => {
                matches!(reason, RefuseReason::TooLarge { .. } | RefuseReason::TooManyRedirects(_))
            }
            Self::Transient { reason, .. } => {
                matches!(reason, TransientReason::Status(_) | TransientReason::Network(_))
            }
        }
    }

    /// Whether it ended in an error the server answered with.
    pub fn is_error_answer(&self) -> bool {
        matches!(
            self,
            Self::Rejected(_)
                | Self::Blocked(BlockReason::Status(_))
                | Self::Transient { reason: TransientReason::Status(_), .. }
        )
    }
}
