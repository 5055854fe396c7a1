//! Tokens that a service grants an app for its id and secret (OAuth 2, client credentials). A token is
//! asked for when one is needed, kept in memory alone, and asked for anew when its time is over or
//! the service no longer takes it.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;

use super::asking::{Asking, Purpose, ask};
use super::client::{Shared, refused, rejected, secret_in_the_open, unanswered};
use super::outcome::{BlockReason, Outcome, TransientReason};
use super::request::{Credential, Form, Request};
use super::secret::Secret;

/// The largest answer that grants a token.
const LARGEST: u64 = 64 << 10;
/// A token is renewed this long before its time is over.
const EARLY: Duration = Duration::from_secs(60);
/// How long a token is kept whose time is not told.
const UNTOLD: Duration = Duration::from_secs(600);

/// Where a token is granted, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The address tokens are asked for at.
    pub url: Url,
    /// The app's id.
    pub id: Secret,
    /// The app's secret.
    pub secret: Secret,
}

/// The tokens granted so far, by address and id.
#[derive(Debug, Default)]
pub(super) struct Granted(tokio::sync::Mutex<HashMap<(String, String), (Secret, Instant)>>);

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    #[serde(default)]
    expires_in: Option<u64>,
}

impl Grant {
    fn key(&self) -> (String, String) {
        (self.url.to_string(), self.id.reveal().to_owned())
    }
}

impl Shared {
    /// Fetches a page with a granted token; one that was kept and is no longer taken is asked for
    /// anew, once.
    pub(super) async fn get_granted(&self, request: &Request, grant: &Grant) -> Outcome {
        let mut kept = true;
        loop {
            let token = match self.token(grant, &mut kept).await {
                Ok(token) => token,
                Err(outcome) => return outcome,
            };
            let mut armed = request.clone();
            for credential in &mut armed.credentials {
                if matches!(credential, Credential::Granted(_)) {
                    *credential = Credential::Bearer(token.clone());
                }
            }
            let outcome = self.follow(&armed).await;
            let is_refused = match &outcome {
                Outcome::Rejected(capture) => capture.status == Some(401),
                Outcome::Blocked(reason) => *reason == BlockReason::Status(401),
                _ => false,
            };
            if is_refused {
                self.granted.0.lock().await.remove(&grant.key());
            }
            if !is_refused || !kept {
                return outcome;
            }
        }
    }

    /// A token whose time is not over; `kept` tells whether it was asked for before.
    async fn token(&self, grant: &Grant, kept: &mut bool) -> Result<Secret, Outcome> {
        // Held while asking: whoever comes meanwhile waits for the same token.
        let mut granted = self.granted.0.lock().await;
        if let Some((token, until)) = granted.get(&grant.key())
            && Instant::now() < *until
        {
            *kept = true;
            return Ok(token.clone());
        }
        *kept = false;
        let (token, lasts) = self.ask_for_token(grant).await?;
        let until = Instant::now() + lasts.saturating_sub(EARLY);
        granted.insert(grant.key(), (token.clone(), until));
        Ok(token)
    }

    async fn ask_for_token(&self, grant: &Grant) -> Result<(Secret, Duration), Outcome> {
        let hop = self.hop(grant.url.clone()).map_err(|why| refused(&grant.url, why))?;
        if let Some(why) = secret_in_the_open(&hop) {
            return Err(refused(&grant.url, why));
        }
        let pair = format!("{}:{}", grant.id.reveal(), grant.secret.reveal());
        let basic = format!("Basic {}", BASE64_STANDARD.encode(pair));
        let mut headers = HeaderMap::new();
        // Base64 is fit for a header.
        if let Ok(mut value) = HeaderValue::from_str(&basic) {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let form = Form::Fields(vec![("grant_type".into(), "client_credentials".into())]);
        let asking = Asking { headers, body: Some(&form), query: Vec::new() };
        let purpose = Purpose::Api { max_body: LARGEST };
        let answer = ask(&self.wire, &hop, purpose, None, asking).await.map_err(unanswered)?;
        if !answer.status.is_success() {
            let secrets = [&grant.id, &grant.secret];
            return Err(rejected(&grant.url, answer, &secrets));
        }
        let read: Option<Answer> = serde_json::from_slice(&answer.body).ok();
        let Some(read) = read.filter(|read| !read.access_token.is_empty()) else {
            let reason = TransientReason::Network("the service granted no token".to_owned());
            return Err(Outcome::Transient { reason, retry_at: hop.site.failed(None) });
        };
        let lasts = read.expires_in.map_or(UNTOLD, Duration::from_secs);
        Ok((Secret::new(read.access_token), lasts))
    }
}
