//! What an operator may set about fetching (`[fetch]` in the config), with defaults that are polite.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::address::{AddressGuard, AllowHostError};
use super::client::{ClientError, user_agent};
use super::sites::unpaced;

/// The `[fetch]` table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where a site's owner reaches the operator; part of the user agent. An address or a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Shortest time between two requests to one registrable domain, before jitter.
    #[serde(serialize_with = "jiff::fmt::serde::duration::friendly::compact::required")]
    pub pace: SignedDuration,
    /// Longest `Crawl-delay` obeyed; a longer one is cut to this, with a warning.
    #[serde(serialize_with = "jiff::fmt::serde::duration::friendly::compact::required")]
    pub max_crawl_delay: SignedDuration,
    /// The ceiling of the first back-off after a failure; each further failure doubles it, to an hour.
    #[serde(serialize_with = "jiff::fmt::serde::duration::friendly::compact::required")]
    pub backoff: SignedDuration,
    /// Time allowed for a connection.
    #[serde(serialize_with = "jiff::fmt::serde::duration::friendly::compact::required")]
    pub connect_timeout: SignedDuration,
    /// Time allowed for one request from connecting to the last byte; waiting for a turn and
    /// further hops of a redirect have their own.
    #[serde(serialize_with = "jiff::fmt::serde::duration::friendly::compact::required")]
    pub timeout: SignedDuration,
    /// Largest body, in bytes, on the wire and decoded.
    pub max_body: u64,
    /// Most redirects followed.
    pub max_redirects: usize,
    /// `host` or `host:port` names that may be asked although their address is private or loopback,
    /// or their port is neither 80 nor 443.
    pub allow_hosts: Vec<String>,
    /// `address:port` of this very machine that are asked without a pause between two requests, to
    /// measure how fast that can be. Never another machine.
    pub unpaced_hosts: Vec<String>,
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
            unpaced_hosts: Vec::new(),
        }
    }
}

impl Settings {
    /// Why the contact cannot stand in the user agent, if it cannot.
    pub fn contact_error(&self) -> Option<ClientError> {
        user_agent(self.contact.as_deref()).err()
    }

    /// The entries of `unpaced_hosts` that are not of this very machine, each with its index.
    pub fn unpaced_host_errors(&self) -> impl Iterator<Item = usize> {
        let wrong = |(index, entry): (usize, &String)| unpaced(entry).is_none().then_some(index);
        self.unpaced_hosts.iter().enumerate().filter_map(wrong)
    }

    /// The entries of `allow_hosts` that name no host, each with its index.
    pub fn allow_host_errors(&self) -> impl Iterator<Item = (usize, AllowHostError)> {
        self.allow_hosts.iter().enumerate().filter_map(|(index, entry)| {
            let error = AddressGuard::new(std::slice::from_ref(entry)).err()?;
            Some((index, error))
        })
    }
}
