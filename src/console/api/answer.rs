//! Every way in which the interface says no, as a status, a code for programs and a sentence for
//! the people who write them.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A request that was not granted.
#[derive(Debug)]
pub(super) enum Refusal {
    /// No token, or one that is not in force.
    Unknown,
    /// Too many requests: again after this time.
    TooMany(Duration),
    /// The body is not declared to be JSON.
    NotJson,
    /// The body is larger than allowed.
    TooLarge,
    /// The body did not come in time.
    TooSlow,
    /// The body is not what is asked for; what is wrong with it.
    Wrong(String),
    /// There is no such report of this token.
    NoSuchReport,
    /// The address asks for something that cannot be filtered by; what is wrong with it.
    WrongQuery(String),
    /// The token's role does not cover this.
    Forbidden,
    /// There is no such item.
    NoSuchItem,
    /// The item does not stand so that this can be done: a code, and why.
    Conflict(&'static str, String),
    /// There is nothing at this path.
    NoSuchPath,
    /// The path knows no such method.
    Method,
    /// Too many reports wait, or the database cannot be reached.
    NotNow,
}

/// When to come back while reports or the database are not to be had.
const NOT_NOW: Duration = Duration::from_secs(60);

#[derive(Serialize)]
struct Body {
    code: &'static str,
    message: String,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = match &self {
            Self::Unknown => (
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "sertakan kepala `Authorization: Bearer TOKEN` dengan token yang berlaku",
            ),
            Self::TooMany(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                "terlalu sering; tunggu sebentar",
            ),
            Self::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "kirim JSON dengan kepala `Content-Type: application/json`",
            ),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "paling besar 64 KiB"),
            Self::TooSlow => {
                (StatusCode::REQUEST_TIMEOUT, "too_slow", "isi permintaan tidak kunjung sampai")
            }
            Self::Wrong(why) => (StatusCode::BAD_REQUEST, "wrong_body", why.as_str()),
            Self::NoSuchReport => {
                (StatusCode::NOT_FOUND, "no_such_report", "token ini tidak punya laporan itu")
            }
            Self::WrongQuery(why) => (StatusCode::BAD_REQUEST, "wrong_query", why.as_str()),
            Self::Forbidden => {
                (StatusCode::FORBIDDEN, "forbidden", "peran token ini tidak mencakup tindakan ini")
            }
            Self::NoSuchItem => {
                (StatusCode::NOT_FOUND, "no_such_item", "tidak ada butir dengan nomor itu")
            }
            Self::Conflict(code, why) => (StatusCode::CONFLICT, *code, why.as_str()),
            Self::NoSuchPath => (StatusCode::NOT_FOUND, "no_such_path", "lihat /api/openapi.json"),
            Self::Method => {
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "lihat /api/openapi.json")
            }
            Self::NotNow => (
                StatusCode::SERVICE_UNAVAILABLE,
                "not_now",
                "belum dapat dilayani; coba lagi nanti",
            ),
        };
        let body = Body { code, message: message.to_owned() };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        match self {
            Self::Unknown => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::TooMany(pause) => {
                headers.insert(header::RETRY_AFTER, seconds(pause));
            }
            Self::NotNow => {
                headers.insert(header::RETRY_AFTER, seconds(NOT_NOW));
            }
            _ => {}
        }
        response
    }
}

/// Whole seconds, never too few.
fn seconds(pause: Duration) -> HeaderValue {
    HeaderValue::from(pause.as_secs() + 1)
}
