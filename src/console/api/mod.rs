//! `/api`: reports handed in by other bodies' programs, and the queue for the programs of those who
//! work in it. Who asks too often or without a token is
//! turned away before anything of theirs is read, and nothing is fetched while they wait.
//! `docs/openapi.json` tells of every answer; `tests/api.rs` holds the two to each other.

mod answer;
mod body;
mod events;
mod items;
mod limits;
mod reports;
mod who;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::pipeline::Intake;
use answer::Refusal;
use limits::{Limiter, PER_ADDRESS, PER_BEARER, PER_OFFICE, PER_TOKEN};

use super::live::Live;
use super::locale::Locales;
use crate::store::Store;

/// The largest body, in bytes.
const LARGEST: usize = 64 << 10;
/// The document of this very interface.
const OPENAPI: &str = include_str!("../../../docs/openapi.json");

/// What the handlers work with.
#[derive(Clone)]
struct Shared {
    intake: Intake,
    addresses: Arc<Limiter<limits::Address>>,
    tokens: Arc<Limiter<i64>>,
}

/// The routes under `/api`.
pub fn router(intake: Intake, store: Arc<Store>, live: Live) -> Router {
    let desk = items::Desk {
        store,
        live,
        locales: Arc::new(Locales::new()),
        addresses: Arc::new(Limiter::new(PER_OFFICE)),
        bearers: Arc::new(Limiter::new(PER_BEARER)),
    };
    let queue = Router::new()
        .route("/items", get(items::list))
        .route("/items/{id}", get(items::show))
        .route("/items/{id}/reveal", post(items::reveal))
        .route("/items/{id}/lease", post(items::lease))
        .route("/items/{id}/decide", post(items::decide))
        .route("/items/{id}/undo", post(items::undo))
        .route("/next", post(items::next))
        .route("/counts", get(items::counts))
        .route("/events", get(events::listen))
        .method_not_allowed_fallback(|| async { Refusal::Method })
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(middleware::from_fn_with_state(desk.clone(), who::by_office))
        .with_state(desk);
    let shared = Shared {
        intake,
        addresses: Arc::new(Limiter::new(PER_ADDRESS)),
        tokens: Arc::new(Limiter::new(PER_TOKEN)),
    };
    let api = Router::new()
        .route("/reports", post(reports::hand_in))
        .route("/reports/{id}", get(reports::state))
        .route("/openapi.json", get(openapi))
        .fallback(|| async { Refusal::NoSuchPath })
        .method_not_allowed_fallback(|| async { Refusal::Method })
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(middleware::from_fn_with_state(shared.clone(), who::by_address))
        .with_state(shared)
        .merge(queue)
        .layer(middleware::map_response(guarded));
    Router::new().nest("/api", api)
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

/// Headers that keep an answer out of caches and out of other sites' pages.
async fn guarded(mut response: Response) -> Response {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        response.headers_mut().insert(name, header::HeaderValue::from_static(value));
    }
    response
}
