//! A client for a service that the operator named himself and on whom a person waits, such as the
//! provider of a sign-in: no robots.txt and no pace, but the same connections, no redirect followed,
//! and an answer bounded in time and size.

use std::time::Duration;

use super::client::{ClientError, user_agent};
use super::settings::Settings;
use super::wire::{Bounds, Failure, Reading, build, failure, read};

/// The longest somebody waits for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer, in bytes.
const LARGEST: u64 = 1 << 20;

/// The client; cheap to clone.
#[derive(Debug, Clone)]
pub struct Direct(reqwest::Client);

/// There is no complete answer. What was sent never stands in it.
#[derive(Debug, thiserror::Error)]
pub enum DirectError {
    /// The request cannot be sent to that address.
    #[error("the request cannot be sent: {0}")]
    Request(String),
    /// Nobody answered, or not wholly.
    #[error("{0}")]
    Unanswered(String),
    /// The answer is too large.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
}

impl From<Failure> for DirectError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::TooLarge { limit, .. } => Self::TooLarge { limit },
            Failure::Address(why) | Failure::Unreachable(why) | Failure::Broken(why) => {
                Self::Unanswered(why)
            }
        }
    }
}

impl Direct {
    /// A client that names the contact of these settings.
    ///
    /// # Errors
    /// The contact cannot stand in a header, or the TLS layer refused to start.
    pub fn new(settings: &Settings) -> Result<Self, ClientError> {
        let bounds = Bounds { connect: PATIENCE, total: PATIENCE };
        let user_agent = user_agent(settings.contact.as_deref())?;
        Ok(Self(build(&user_agent, bounds, |builder| builder)?))
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// There is no complete answer.
    pub async fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, DirectError> {
        let refused = |error: reqwest::Error| DirectError::Request(error.without_url().to_string());
        let request = reqwest::Request::try_from(request).map_err(refused)?;
        let exchange = async {
            let response = self.0.execute(request).await.map_err(failure)?;
            read(response, Reading::Whole(LARGEST), &mut 0).await
        };
        let late = |_| Failure::Broken(format!("no complete answer within {PATIENCE:?}"));
        let answer = tokio::time::timeout(PATIENCE, exchange).await.map_err(late)??;
        let mut response = http::Response::new(answer.body.to_vec());
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}
