//! Who asks: their address, and the token they hold.

use std::net::SocketAddr;
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::Shared;
use super::answer::Refusal;
use super::items::Desk;
use crate::store::{ActiveToken, Bearer};

/// Turns away an address that asks too often, before anything else is done for it.
pub(super) async fn by_address(
    State(shared): State<Shared>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    match shared.addresses.admit(address.ip().into(), Instant::now()) {
        Ok(()) => next.run(request).await,
        Err(pause) => Refusal::TooMany(pause).into_response(),
    }
}

/// The same for who works in the queue.
pub(super) async fn by_office(
    State(desk): State<Desk>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    match desk.addresses.admit(address.ip().into(), Instant::now()) {
        Ok(()) => next.run(request).await,
        Err(pause) => Refusal::TooMany(pause).into_response(),
    }
}

/// The letters of a request's token, if it has any.
fn letters(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, letters)| letters.trim())
}

/// Whoever works in the queue by a token of her own.
pub(super) async fn by_bearer(desk: &Desk, headers: &HeaderMap) -> Result<Bearer, Refusal> {
    let letters = letters(headers).ok_or(Refusal::Unknown)?.to_owned();
    let bearer = desk.queue(move |store| Ok(store.bearer(&letters, Timestamp::now())?)).await?;
    let bearer = bearer.ok_or(Refusal::Unknown)?;
    desk.bearers.admit(bearer.token, Instant::now()).map_err(Refusal::TooMany)?;
    Ok(bearer)
}

/// The token of a request, if it is in force and not used too often.
pub(super) async fn by_token(shared: &Shared, headers: &HeaderMap) -> Result<ActiveToken, Refusal> {
    let letters = letters(headers).ok_or(Refusal::Unknown)?;
    let tokens = shared.intake.tokens().await.map_err(|_| Refusal::NotNow)?;
    // All are compared, so that the time tells nothing of which one it is.
    let matching = tokens
        .into_iter()
        .fold(None, |found, token| if token.is(letters) { Some(token) } else { found });
    let token = matching.ok_or(Refusal::Unknown)?;
    shared.tokens.admit(token.id, Instant::now()).map_err(Refusal::TooMany)?;
    Ok(token)
}
