//! The pages as a router: what stands where, and what every answer carries. A form from another site
//! is refused, nothing is loaded from elsewhere, nothing is kept in a browser's cache.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Redirect;
use axum::routing::{get, post};
use tower_http::csrf::CsrfLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::assets;
use super::desk::Desk;
use super::fault::{self, Fault};
use super::live;
use super::pages::{
    account, alike, dashboard, entry, item, keys, language, people, proposals, provider, quality,
    queue, reset, team, tokens,
};
use super::whence;

/// The longest form, in bytes.
const LONGEST_FORM: usize = 16 << 10;

/// Headers of every answer.
const HEADERS: [(HeaderName, &str); 7] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
         connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Tells browsers for a year to ask by HTTPS only.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

pub(super) fn router(desk: Desk, speaks_https: bool) -> Router {
    let pages = Router::new()
        .route("/", get(|| async { Redirect::to("/queue") }))
        .route("/login", get(entry::show_login).post(entry::login))
        .route("/login/code", get(entry::show_code).post(entry::code))
        .route("/logout", post(entry::logout))
        .route("/invitation/{token}", get(entry::show_invitation).post(entry::accept))
        .route("/queue", get(queue::show))
        .route("/work", get(queue::work))
        .route("/items/{id}", get(item::show))
        .route("/items/{id}/reveal", post(item::reveal))
        .route("/items/{id}/decide", post(item::decide))
        .route("/items/{id}/undo", post(item::undo))
        .route("/people", get(people::show))
        .route("/people/invite", post(people::invite))
        .route("/people/{name}/disabled", post(people::set_disabled))
        .merge(proposals::routes())
        .merge(quality::routes())
        .merge(provider::routes())
        .merge(account::routes())
        .merge(reset::routes())
        .route("/events", get(live::listen))
        .merge(tokens::routes())
        .merge(dashboard::routes())
        .merge(team::routes())
        .merge(keys::routes())
        .merge(language::routes())
        .route("/assets/console.css", get(assets::css))
        .route("/assets/console.js", get(assets::js))
        .route("/assets/live.js", get(assets::live))
        .route("/assets/icon.svg", get(assets::icon))
        .merge(alike::routes())
        .fallback(|| async { Fault::NotFound })
        .with_state(desk.clone())
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .layer(CsrfLayer::new())
        .layer(from_fn_with_state(desk, fault::tell))
        .layer(from_fn(whence::note))
        .layer(SetResponseHeaderLayer::if_not_present(
            CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ));
    let pages = if speaks_https {
        pages.layer(SetResponseHeaderLayer::overriding(STRICT_TRANSPORT_SECURITY, HSTS))
    } else {
        pages
    };
    HEADERS.into_iter().fold(pages, |pages, (name, value)| {
        pages.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)))
    })
}
