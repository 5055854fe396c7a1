//! What is asked of the client: an address, what goes with it, whose rules it obeys and what it may
//! cost. A request can be shown and logged: its secrets stand beside its address, not in it.

use serde::{Deserialize, Serialize};
use url::{Origin, Url};

use super::grant::Grant;
use super::secret::Secret;
use crate::budget::Spend;

/// One page to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The address, without secrets.
    pub url: Url,
    /// The value of the `Accept` header.
    pub accept: &'static str,
    /// What an earlier answer for this address, read by the same adapter version, gave to compare with.
    pub validators: Validators,
    /// What a redirect means to the caller.
    pub redirects: Redirects,
    /// What is posted; a GET when there is nothing.
    pub body: Option<Form>,
    /// What proves who asks. Sent to the address' own origin only.
    pub credentials: Vec<Credential>,
    /// Whose rules say whether this may be asked.
    pub obeys: Obeys,
    /// What it may cost at most, booked before it goes out.
    pub spends: Vec<Spend>,
    /// How large the answer may be where that is known to be more than other pages, in bytes.
    pub max_body: Option<u64>,
}

/// What is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A JSON document.
    Json(serde_json::Value),
    /// Fields of a form.
    Fields(Vec<(String, String)>),
}

/// A secret and where it stands in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// `Authorization: Bearer …`.
    Bearer(Secret),
    /// A parameter of the query of this name, added when the request is sent.
    Query(&'static str, Secret),
    /// `Authorization: Bearer …` with a token that the service grants an app.
    Granted(Grant),
}

impl Credential {
    /// The secret in it.
    pub(super) fn secret(&self) -> &Secret {
        match self {
            Self::Bearer(secret) | Self::Query(_, secret) => secret,
            Self::Granted(grant) => &grant.secret,
        }
    }
}

/// Whose rules say whether a page may be asked for. Pace, limits, circuit breaker and the address
/// guard hold for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Obeys {
    /// robots.txt, as every crawler must.
    #[default]
    Robots,
    /// The documented rules of the API at this origin: robots.txt speaks to crawlers. Anywhere else,
    /// also where this origin redirects to, robots.txt is obeyed.
    ApiAt(Origin),
}

/// What a redirect means to the caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Redirects {
    /// Followed up to the limit, each hop through the guard, the pace and robots.txt of its host.
    /// What posts, carries a secret in its query or costs something is never sent on: it ends as in
    /// `Report`.
    #[default]
    Follow,
    /// An answer in itself: the request ends in [`super::BlockReason::Redirect`].
    Report,
}

impl Request {
    /// A GET without validators that obeys robots.txt and costs nothing.
    pub fn new(url: Url, accept: &'static str) -> Self {
        Self {
            url,
            accept,
            validators: Validators::default(),
            redirects: Redirects::Follow,
            body: None,
            credentials: Vec::new(),
            obeys: Obeys::Robots,
            spends: Vec::new(),
            max_body: None,
        }
    }

    /// A request for JSON from a documented API whose host the adapter or the operator named:
    /// `base` is where that API is, `url` an address of it.
    pub fn api(url: Url, base: &Url) -> Self {
        Self { obeys: Obeys::ApiAt(base.origin()), ..Self::new(url, "application/json") }
    }

    /// The same with this posted.
    #[must_use]
    pub fn post(self, body: Form) -> Self {
        Self { body: Some(body), ..self }
    }

    /// The same with this credential.
    #[must_use]
    pub fn with(mut self, credential: Credential) -> Self {
        self.credentials.push(credential);
        self
    }

    /// The same with this cost.
    #[must_use]
    pub fn costing(mut self, spend: Spend) -> Self {
        self.spends.push(spend);
        self
    }

    /// Whether it asks for the same page as another request: the same address, the same body.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        self.url == other.url && self.body == other.body
    }

    /// The grant its token comes from, if it needs one.
    pub(super) fn grant(&self) -> Option<&Grant> {
        self.credentials.iter().find_map(|credential| match credential {
            Credential::Granted(grant) => Some(grant),
            Credential::Bearer(_) | Credential::Query(..) => None,
        })
    }

    /// Whether it asks an API at this address by that API's own rules.
    pub(super) fn is_api_call(&self, url: &Url) -> bool {
        match &self.obeys {
            Obeys::Robots => false,
            // An opaque origin is equal to itself only; an address without a host has no API.
            Obeys::ApiAt(origin) => origin.is_tuple() && url.origin() == *origin,
        }
    }
}

/// The validators of an answer (RFC 9110 section 8.8), sent back to ask "anything new?".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The `ETag`, quotes and weakness mark included.
    pub etag: Option<String>,
    /// The `Last-Modified` date as the server wrote it.
    pub last_modified: Option<String>,
}
