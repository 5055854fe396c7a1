//! Help for a person who cannot get in: an administrator takes her second factor off or makes a
//! one-time link for a new password; and the page that link opens. Roles are changed here too.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use jiff::Timestamp;
use serde::Deserialize;

use super::html;
use super::people::page;
use crate::console::desk::{Desk, Frame, Guest, Signed, permitted};
use crate::console::fault::Fault;
use crate::console::password::{self, PasswordError};
use crate::store::{Account, Language, Role, Session, SessionToken};

/// Where they stand.
pub(in crate::console) fn routes() -> Router<Desk> {
    Router::new()
        .route("/people/{name}/totp/reset", post(reset_totp))
        .route("/people/{name}/password-link", post(link_password))
        .route("/people/{name}/role", post(set_role))
        .route("/password/{token}", get(show).post(set_password))
}

#[derive(askama::Template)]
#[template(path = "password.html", config = "src/console/askama.toml")]
struct NewPassword<'a> {
    frame: Frame<'a>,
    name: &'a str,
    shortest: usize,
    /// What was wrong with the last try.
    wrong: Option<String>,
}

/// The person an administrator helps, never himself.
async fn other(desk: &Desk, session: &Session, name: &str) -> Result<Account, Fault> {
    permitted(session, Role::administers)?;
    let name = name.parse().map_err(|_| Fault::NotFound)?;
    if name == session.account.name {
        let l = desk.locales.of(session.account.language);
        return Err(Fault::Bad(l.t("people-use-own-page")));
    }
    desk.call(move |store| store.account(&name)).await?.ok_or(Fault::NotFound)
}

async fn reset_totp(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(name): Path<String>,
) -> Result<Redirect, Fault> {
    let account = other(&desk, &session, &name).await?;
    let by = session.account.name;
    desk.call(move |store| store.reset_totp(&account, Some(&by), Timestamp::now())).await?;
    Ok(Redirect::to("/people"))
}

async fn link_password(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(name): Path<String>,
) -> Result<Html<String>, Fault> {
    let account = other(&desk, &session, &name).await?;
    let by = session.account.name.clone();
    let link =
        desk.call(move |store| store.link_password(&account, Some(&by), Timestamp::now())).await?;
    page(&desk, &session, Some(format!("/password/{link}"))).await
}

/// What the form for another role holds.
#[derive(Deserialize)]
struct Wanted {
    role: Role,
}

async fn set_role(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(name): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Result<Redirect, Fault> {
    let account = other(&desk, &session, &name).await?;
    let by = session.account.name;
    if account.role != wanted.role {
        let change = move |store: &crate::store::Store| {
            store.set_role(&account, wanted.role, Some(&by), Timestamp::now())
        };
        desk.call(change).await?;
    }
    Ok(Redirect::to("/people"))
}

async fn show(
    State(desk): State<Desk>,
    Guest(language): Guest,
    Path(token): Path<String>,
) -> Result<Response, Fault> {
    form(&desk, language, &token, None).await
}

async fn form(
    desk: &Desk,
    language: Language,
    token: &str,
    wrong: Option<String>,
) -> Result<Response, Fault> {
    let Ok(token) = token.parse::<SessionToken>() else { return Err(Fault::NotFound) };
    let account = desk.call(move |store| store.password_link(token, Timestamp::now())).await?;
    let frame = Frame::guest(desk, language);
    let Some(account) = account else { return Err(Fault::Bad(frame.l.t("password-link-over"))) };
    let status = if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let name = account.name.as_str();
    let page = NewPassword { frame, name, shortest: password::SHORTEST, wrong };
    Ok((status, html(page)?).into_response())
}

/// What the form of the link holds.
#[derive(Deserialize)]
struct Given {
    password: String,
}

async fn set_password(
    State(desk): State<Desk>,
    Guest(language): Guest,
    Path(token): Path<String>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let Ok(proof) = token.parse::<SessionToken>() else { return Err(Fault::NotFound) };
    let now = Timestamp::now();
    let set = desk
        .hash(move |store| {
            // Nobody without a good link has anything hashed.
            if store.password_link(proof, now)?.is_none() {
                return Ok(Ok(false));
            }
            match password::hash(&given.password) {
                Ok(hash) => Ok(Ok(store.set_password_by_link(proof, hash, now)?)),
                Err(error) => Ok(Err(error)),
            }
        })
        .await?;
    let l = desk.locales.of(language);
    match set {
        // Through the door like everybody: with the code, where there is a second factor.
        Ok(true) => Ok(Redirect::to("/login").into_response()),
        Ok(false) => Err(Fault::Bad(l.t("password-link-over"))),
        Err(PasswordError::Length(_)) => {
            form(&desk, language, &token, Some(l.t("invitation-password-wrong"))).await
        }
        Err(PasswordError::Hash(error)) => Err(Fault::Page(error)),
    }
}
