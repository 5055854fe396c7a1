//! What an operator may set about fetching (`[fetch]` in the config), with defaults that are polite.

use jiff::SignedDuration;
use serde::Deserialize;

/// The `[fetch]` table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where a site's owner reaches the operator; part of the user agent. An address or a URL.
    pub contact: Option<String>,
    /// Shortest time between two requests to one registrable domain, before jitter.
    pub pace: SignedDuration,
    /// Longest `Crawl-delay` obeyed; a longer one is cut to this, with a warning.
    pub max_crawl_delay: SignedDuration,
    /// The ceiling of the first back-off after a failure; each further failure doubles it, to an hour.
    pub backoff: SignedDuration,
    /// Time allowed for a connection.
    pub connect_timeout: SignedDuration,
    /// Time allowed for one request from connecting to the last byte; waiting for a turn and
    /// further hops of a redirect have their own.
    pub timeout: SignedDuration,
    /// Largest body, in bytes, on the wire and decoded.
    pub max_body: u64,
    /// Most redirects followed.
    pub max_redirects: usize,
    /// `host` or `host:port` names that may be asked although their address is private or loopback,
    /// or their port is neither 80 nor 443.
    pub allow_hosts: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            contact: None,
            pace: SignedDuration::from_secs(2),
            max_crawl_delay: SignedDuration::from_secs(60),
            backoff: SignedDuration::from_secs(5),
            connect_timeout: SignedDuration::from_secs(10),
            timeout: SignedDuration::from_secs(60),
            max_body: 8 << 20,
            max_redirects: 5,
            allow_hosts: Vec::new(),
        }
    }
}
