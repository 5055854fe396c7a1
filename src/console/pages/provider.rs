//! Signing in through a provider: the way there and the way back. Whatever goes wrong on it, a
//! sentence on the sign-in page says what the person can do, and the log says what was wrong.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde::Deserialize;

use super::entry::{agent, sign_in};
use super::html;
use crate::config::Oidc;
use crate::console::desk::{Cookie, Desk, Frame, Guest};
use crate::console::fault::Fault;
use crate::console::oidc::{Attempt, Provider, ProviderError, Told};
use crate::store::{Analyst, Language, SessionToken, Vouched, Welcome};

/// Where they stand.
pub(in crate::console) fn routes() -> Router<Desk> {
    Router::new().route("/login/oidc", get(away)).route(Oidc::CALLBACK, get(back))
}

#[derive(askama::Template)]
#[template(path = "returned.html", config = "src/console/askama.toml")]
struct Returned<'a> {
    frame: Frame<'a>,
    to: &'static str,
}

/// Why nobody was let in.
enum Refused {
    /// What came back is not of an attempt that this browser began, or too old.
    Unasked,
    /// The provider says no, or she broke it off there.
    Denied(String),
    /// The provider cannot be asked, or what it says cannot be believed.
    Failed(ProviderError),
    /// What came back is of another provider.
    Stranger,
    /// The provider calls her nothing that can be the name of an account.
    Nameless,
    /// None of her groups may do anything here.
    Roleless(String),
    NameTaken(Analyst),
    Shut(Analyst),
}

impl Refused {
    fn told(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Unasked => (StatusCode::BAD_REQUEST, "oidc-unasked"),
            Self::Denied(_) => (StatusCode::UNAUTHORIZED, "oidc-denied"),
            Self::Failed(_) | Self::Stranger => (StatusCode::BAD_GATEWAY, "oidc-failed"),
            Self::Nameless => (StatusCode::FORBIDDEN, "oidc-nameless"),
            Self::Roleless(_) => (StatusCode::FORBIDDEN, "oidc-roleless"),
            Self::NameTaken(_) => (StatusCode::FORBIDDEN, "oidc-name-taken"),
            Self::Shut(_) => (StatusCode::FORBIDDEN, "oidc-shut"),
        }
    }

    /// What an operator has to know of it.
    fn log(&self) {
        match self {
            Self::Unasked => {}
            Self::Denied(error) => tracing::info!(error, "the sign-in provider let nobody in"),
            Self::Failed(error) => tracing::error!(%error, "a sign-in by the provider failed"),
            Self::Stranger => tracing::warn!("a sign-in came back from another provider"),
            Self::Nameless => tracing::warn!(
                "the sign-in provider names somebody in no way that can be an account"
            ),
            Self::Roleless(subject) => tracing::info!(subject, "no group of hers has a role here"),
            Self::NameTaken(name) => tracing::info!(%name, "another account has her name"),
            Self::Shut(name) => tracing::info!(%name, "her account is shut"),
        }
    }

    fn page(&self, desk: &Desk, language: Language) -> Result<Response, Fault> {
        self.log();
        let (status, message) = self.told();
        let page = sign_in(desk, language, status, Some(message), "")?;
        Ok(([(SET_COOKIE, desk.cookie(Cookie::Away, None))], page).into_response())
    }
}

async fn away(State(desk): State<Desk>, Guest(language): Guest) -> Result<Response, Fault> {
    let Some(provider) = &desk.provider else { return Err(Fault::NotFound) };
    let secret = SessionToken::random()?;
    match provider.door(&Attempt::of(secret)).await {
        Ok(door) => {
            let cookie = desk.cookie(Cookie::Away, Some(secret));
            Ok(([(SET_COOKIE, cookie)], Redirect::to(door.as_str())).into_response())
        }
        Err(error) => Refused::Failed(error).page(&desk, language),
    }
}

/// What the provider sends a browser back with.
#[derive(Deserialize)]
struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    /// Its name for itself (RFC 9207).
    iss: Option<String>,
}

async fn back(
    State(desk): State<Desk>,
    Guest(language): Guest,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Result<Response, Fault> {
    let Some(provider) = desk.provider.clone() else { return Err(Fault::NotFound) };
    let vouched = match vouched(&desk, &provider, &headers, answer).await {
        Ok(vouched) => vouched,
        Err(refused) => return refused.page(&desk, language),
    };
    let (name, agent) = (vouched.name.clone(), agent(&headers));
    let welcome = desk.call(move |store| store.welcome(&vouched, &agent, Timestamp::now())).await?;
    let (cookie, to) = match welcome {
        Welcome::In(token) => (desk.cookie(Cookie::Session, Some(token)), "/queue"),
        Welcome::OwesCode(half) => (desk.cookie(Cookie::Half, Some(half)), "/login/code"),
        Welcome::Shut => return Refused::Shut(name).page(&desk, language),
        Welcome::NameTaken => return Refused::NameTaken(name).page(&desk, language),
    };
    let gone = desk.cookie(Cookie::Away, None);
    let cookies = AppendHeaders([(SET_COOKIE, cookie), (SET_COOKIE, gone)]);
    // A browser that another site sends here brings none of these cookies to a page it is redirected
    // to; to a page that this one leads to it does.
    let page = html(Returned { frame: Frame::guest(&desk, language), to })?;
    Ok((cookies, page).into_response())
}

async fn vouched(
    desk: &Desk,
    provider: &Provider,
    headers: &HeaderMap,
    answer: Answer,
) -> Result<Vouched, Refused> {
    let attempt = desk.token(Cookie::Away, headers).map(Attempt::of).ok_or(Refused::Unasked)?;
    if !answer.state.is_some_and(|state| attempt.is_state(&state)) {
        return Err(Refused::Unasked);
    }
    if answer.iss.is_some_and(|issuer| issuer != provider.issuer()) {
        return Err(Refused::Stranger);
    }
    let denied = || Refused::Denied(answer.error.unwrap_or_default().chars().take(80).collect());
    let code = answer.code.ok_or_else(denied)?;
    let Told { identity, name, role } =
        provider.person(&attempt, code).await.map_err(Refused::Failed)?;
    let role = role.ok_or_else(|| Refused::Roleless(identity.subject.clone()))?;
    let name = name.and_then(|name| name.parse().ok()).ok_or(Refused::Nameless)?;
    Ok(Vouched { identity, name, role })
}
