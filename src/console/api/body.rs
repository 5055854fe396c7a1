//! What a request brings: one JSON object, declared as such, that arrives in time.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::answer::Refusal;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(5);

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json")
    })
}

/// The body as what is asked for.
pub(super) async fn json<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    if !is_json(request.headers()) {
        return Err(Refusal::NotJson);
    }
    let body = tokio::time::timeout(PATIENCE, Bytes::from_request(request, &()))
        .await
        .map_err(|_| Refusal::TooSlow)?
        .map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge,
            _ => Refusal::Wrong("isi permintaan terputus".to_owned()),
        })?;
    let wrong = |error: serde_json::Error| Refusal::Wrong(error.to_string());
    // Straight into the structure, an array of its values would do as well.
    let object: Map<String, Value> = serde_json::from_slice(&body).map_err(wrong)?;
    serde_json::from_value(Value::Object(object)).map_err(wrong)
}
