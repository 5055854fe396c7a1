//! What the pages are dressed with, built into the program: nothing is fetched from elsewhere.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

const AN_HOUR: &str = "max-age=3600";

fn asset(kind: &'static str, body: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, AN_HOUR)], body)
}

pub(super) async fn css() -> impl IntoResponse {
    asset("text/css; charset=utf-8", include_str!("assets/console.css"))
}

pub(super) async fn js() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", include_str!("assets/console.js"))
}

pub(super) async fn live() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", include_str!("assets/live.js"))
}

pub(super) async fn icon() -> impl IntoResponse {
    asset("image/svg+xml", include_str!("assets/icon.svg"))
}
