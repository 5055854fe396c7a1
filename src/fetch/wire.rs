//! One request on the wire: sends it, bounds its time, its headers and its body, and says in types
//! how it went. It knows neither robots.txt nor the pace; a redirect is an answer like any other.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};
use url::{Url, form_urlencoded};

use super::address::{Clearance, PublicResolver, refusal_in};
use super::asking::Asking;
use super::body::{ACCEPTED, Body, BodyError, Limits};
use super::request::Form;

/// Most bytes of names and values in an answer's headers.
const MAX_HEADERS: u64 = 64 << 10;
/// The same for HTTP/2, whose decoder stops by itself.
const MAX_HEADERS_H2: u32 = 64 << 10;

/// What bounds a request.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Time for the connection.
    pub connect: Duration,
    /// Time from connecting to the last byte.
    pub total: Duration,
}

/// How much of a body to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// All of it, and a body past this limit is an error.
    Whole(u64),
    /// Its first bytes, and the rest does not matter; but up to there, or to its end, it must come.
    First(u64),
    /// As much as comes of its first bytes, for what it may tell besides the status.
    Glimpse(u64),
    /// None of it.
    Nothing,
}

/// A complete answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// What was read of its body, content-decoded.
    pub body: Bytes,
}

/// Why there is no complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The name led to an address the guard refuses.
    Address(String),
    /// A limit was met.
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
        /// `headers`, `wire`, `decoded` or `ratio`.
        what: &'static str,
    },
    /// No connection could be made.
    Unreachable(String),
    /// The connection was made, but no complete answer came over it.
    Broken(String),
}

/// A request and how it went.
#[derive(Debug)]
pub struct Sent {
    /// The answer, or why there is none.
    pub result: Result<Answer, Failure>,
    /// The status, if it came that far.
    pub status: Option<StatusCode>,
    /// Bytes of the body read from the wire.
    pub bytes: u64,
}

/// The two connection pools: one that reaches only the public internet, and one for the hosts the
/// operator named, whatever their address.
#[derive(Debug)]
pub struct Wire {
    public: reqwest::Client,
    named: reqwest::Client,
    total: Duration,
}

impl Wire {
    /// Builds both pools. `user_agent` is sent with every request.
    pub fn new(user_agent: &HeaderValue, bounds: Bounds) -> Result<Self, reqwest::Error> {
        let public =
            build(user_agent, bounds, |builder| builder.dns_resolver(Arc::new(PublicResolver)))?;
        let named = build(user_agent, bounds, |builder| builder)?;
        Ok(Self { public, named, total: bounds.total })
    }

    /// Sends a GET, or a POST where there is a body, and reads as much of the answer's body as
    /// `reading` says for its status.
    pub async fn send(
        &self,
        url: &Url,
        clearance: Clearance,
        asking: Asking<'_>,
        reading: impl Fn(StatusCode) -> Reading + Send,
    ) -> Sent {
        let client = match clearance {
            Clearance::Public => &self.public,
            Clearance::Named => &self.named,
        };
        let mut url = url.clone();
        if !asking.query.is_empty() {
            url.query_pairs_mut().extend_pairs(asking.query);
        }
        let request = match asking.body {
            None => client.get(url),
            Some(Form::Json(document)) => {
                client.post(url).header(CONTENT_TYPE, "application/json").body(document.to_string())
            }
            Some(Form::Fields(fields)) => {
                client.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(
                    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish(),
                )
            }
        };
        let request = request.headers(asking.headers);
        let (mut status, mut bytes) = (None, 0);
        let exchange = async {
            let response = request.send().await.map_err(failure)?;
            status = Some(response.status());
            let reading = reading(response.status());
            read(response, reading, &mut bytes).await
        };
        let result = tokio::time::timeout(self.total, exchange).await.unwrap_or_else(|_| {
            Err(Failure::Broken(format!("no complete answer within {:?}", self.total)))
        });
        Sent { result, status, bytes }
    }
}

/// A client as polite as every other of this program.
pub(super) fn build(
    user_agent: &HeaderValue,
    bounds: Bounds,
    resolver: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) -> Result<reqwest::Client, reqwest::Error> {
    // A provider somebody installed before is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(ACCEPTED));
        resolver(reqwest::Client::builder())
            .user_agent(user_agent.clone())
            .default_headers(headers)
            .no_proxy()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(bounds.connect)
            .pool_max_idle_per_host(1)
            .http2_max_header_list_size(MAX_HEADERS_H2)
    };
    builder().build().or_else(|error| {
        // Without any root certificate https cannot work, but plain http to a named host can.
        let client = builder().tls_certs_only([]).build()?;
        tracing::warn!(
            error = explain(&error),
            "no root certificates on this machine (package ca-certificates): https will fail"
        );
        Ok(client)
    })
}

/// Reads as much of an answer as is wanted; counts the bytes that came.
pub(super) async fn read(
    mut response: Response,
    reading: Reading,
    bytes: &mut u64,
) -> Result<Answer, Failure> {
    let headers = std::mem::take(response.headers_mut());
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if u64::try_from(size).unwrap_or(u64::MAX) > MAX_HEADERS {
        return Err(Failure::TooLarge { limit: MAX_HEADERS, what: "headers" });
    }
    let body = match reading {
        Reading::Nothing => Bytes::new(),
        Reading::Whole(limit) => {
            if response.content_length().is_some_and(|length| length > limit) {
                return Err(Failure::TooLarge { limit, what: "wire" });
            }
            let mut body = Body::new(&headers, Limits { wire: limit, decoded: limit })?;
            receive(&mut response, &mut body, bytes).await?;
            body.finish()?
        }
        Reading::First(limit) => {
            let mut body = Body::new(&headers, Limits { wire: limit, decoded: limit })?;
            match receive(&mut response, &mut body, bytes).await {
                Ok(()) => body.finish()?,
                Err(Failure::TooLarge { .. }) => body.so_far(),
                Err(failure) => return Err(failure),
            }
        }
        Reading::Glimpse(limit) => {
            match Body::new(&headers, Limits { wire: limit, decoded: limit }) {
                Ok(mut body) => {
                    let _ = receive(&mut response, &mut body, bytes).await;
                    body.so_far()
                }
                Err(_) => Bytes::new(),
            }
        }
    };
    Ok(Answer { status: response.status(), headers, body })
}

/// Takes the body from the wire until its end or until it may grow no more.
async fn receive(response: &mut Response, body: &mut Body, bytes: &mut u64) -> Result<(), Failure> {
    while let Some(piece) = response.chunk().await.map_err(failure)? {
        *bytes = bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        body.push(&piece)?;
    }
    Ok(())
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { limit, what } => Self::TooLarge { limit, what },
            BodyError::Broken(why) => Self::Broken(why),
        }
    }
}

/// Why there is no answer; no address stands in it.
pub(super) fn failure(error: reqwest::Error) -> Failure {
    if let Some(refused) = refusal_in(&error) {
        return Failure::Address(refused.to_string());
    }
    let unreachable = error.is_connect();
    let why = explain(&error.without_url());
    if unreachable { Failure::Unreachable(why) } else { Failure::Broken(why) }
}

/// An error with its causes. Whoever calls takes the address off first, for it may hold a key.
pub(crate) fn explain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}
