//! Signing in and out, and the one-time link that makes an account.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::html;
use crate::console::desk::{Desk, Frame, Guest, Signed};
use crate::console::fault::Fault;
use crate::console::password::{self, PasswordError};
use crate::store::{Analyst, InviteError, Language, SessionToken};

#[derive(askama::Template)]
#[template(path = "login.html", config = "src/console/askama.toml")]
struct Login<'a> {
    frame: Frame<'a>,
    /// Whether the last try failed.
    wrong: bool,
    name: &'a str,
}

#[derive(askama::Template)]
#[template(path = "invitation.html", config = "src/console/askama.toml")]
struct Invitation<'a> {
    frame: Frame<'a>,
    role: String,
    /// What was wrong with the last try.
    wrong: Option<String>,
    name: &'a str,
    shortest: usize,
}

/// What a sign-in form holds.
#[derive(Deserialize)]
pub(in crate::console) struct Credentials {
    name: String,
    password: String,
}

pub(in crate::console) async fn show_login(
    State(desk): State<Desk>,
    Guest(language): Guest,
    signed: Option<Signed>,
) -> Result<Response, Fault> {
    if signed.is_some() {
        return Ok(Redirect::to("/queue").into_response());
    }
    let frame = Frame::guest(&desk, language);
    Ok(html(Login { frame, wrong: false, name: "" })?.into_response())
}

pub(in crate::console) async fn login(
    State(desk): State<Desk>,
    Guest(language): Guest,
    Form(given): Form<Credentials>,
) -> Result<Response, Fault> {
    let token = match given.name.parse::<Analyst>() {
        Ok(name) => check(&desk, name, given.password).await?,
        Err(_) => None,
    };
    match token {
        Some(token) => Ok(entered(&desk, token)),
        None => {
            let frame = Frame::guest(&desk, language);
            let page = html(Login { frame, wrong: true, name: &given.name })?;
            Ok((StatusCode::UNAUTHORIZED, page).into_response())
        }
    }
}

/// A session, if the password is right and the account may be used. Which of the two is wrong is
/// never told.
async fn check(desk: &Desk, name: Analyst, given: String) -> Result<Option<SessionToken>, Fault> {
    let now = Timestamp::now();
    desk.hash(move |store| {
        let account = store.account(&name)?.filter(|account| account.is_open(now));
        let hash = account.as_ref().map(|account| account.password.as_str());
        let right = password::is_right(&given, hash);
        Ok(match account {
            Some(account) if right => Some(store.open_session(&account, now)?),
            Some(account) => {
                store.password_was_wrong(&account, now)?;
                None
            }
            None => None,
        })
    })
    .await
}

fn entered(desk: &Desk, token: SessionToken) -> Response {
    ([(SET_COOKIE, desk.cookie(Some(token)))], Redirect::to("/queue")).into_response()
}

pub(in crate::console) async fn logout(
    State(desk): State<Desk>,
    Signed(session): Signed,
) -> Result<Response, Fault> {
    let analyst = session.account.name.clone();
    desk.queue(move |store| {
        store.release(&analyst)?;
        Ok(store.close_session(session.token)?)
    })
    .await?;
    Ok(([(SET_COOKIE, desk.cookie(None))], Redirect::to("/login")).into_response())
}

pub(in crate::console) async fn show_invitation(
    State(desk): State<Desk>,
    Guest(language): Guest,
    Path(token): Path<String>,
) -> Result<Response, Fault> {
    invitation(&desk, language, &token, None, "").await
}

pub(in crate::console) async fn accept(
    State(desk): State<Desk>,
    Guest(language): Guest,
    Path(token): Path<String>,
    Form(given): Form<Credentials>,
) -> Result<Response, Fault> {
    let l = desk.locales.of(language);
    let Ok(name) = given.name.parse::<Analyst>() else {
        let wrong = l.t("invitation-name-wrong");
        return invitation(&desk, language, &token, Some(wrong), &given.name).await;
    };
    let Ok(proof) = token.parse::<SessionToken>() else { return Err(Fault::NotFound) };
    let now = Timestamp::now();
    let made = desk
        .hash(move |store| {
            let hash = match password::hash(&given.password) {
                Ok(hash) => hash,
                Err(error) => return Ok(Err(Refused::Password(error))),
            };
            match store.accept(proof, &name, hash, now) {
                Ok(()) => {}
                Err(InviteError::Store(error)) => return Err(error.into()),
                Err(error) => return Ok(Err(Refused::Invite(error))),
            }
            match store.account(&name)? {
                Some(account) => Ok(Ok(store.open_session(&account, now)?)),
                None => Ok(Err(Refused::Invite(InviteError::Expired))),
            }
        })
        .await?;
    let wrong = match made {
        Ok(token) => return Ok(entered(&desk, token)),
        Err(Refused::Password(PasswordError::Length(_))) => l.t("invitation-password-wrong"),
        Err(Refused::Password(PasswordError::Hash(error))) => return Err(Fault::Page(error)),
        Err(Refused::Invite(InviteError::NameTaken(_))) => l.t("invitation-name-taken"),
        Err(Refused::Invite(_)) => l.t("invitation-expired"),
    };
    invitation(&desk, language, &token, Some(wrong), &given.name).await
}

/// Why no account was made.
enum Refused {
    Password(PasswordError),
    Invite(InviteError),
}

async fn invitation(
    desk: &Desk,
    language: Language,
    token: &str,
    wrong: Option<String>,
    name: &str,
) -> Result<Response, Fault> {
    let Ok(proof) = token.parse::<SessionToken>() else { return Err(Fault::NotFound) };
    let role = desk.call(move |store| store.invitation(proof, Timestamp::now())).await?;
    let frame = Frame::guest(desk, language);
    let Some(role) = role else { return Err(Fault::Bad(frame.l.t("invitation-expired"))) };
    let role = frame.l.t(&format!("role-{}", role.as_str()));
    let status = if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let page = Invitation { frame, role, wrong, name, shortest: password::SHORTEST };
    Ok((status, html(page)?).into_response())
}

/// What the language form holds.
#[derive(Deserialize)]
pub(in crate::console) struct Wanted {
    language: Language,
}

pub(in crate::console) async fn set_language(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Form(wanted): Form<Wanted>,
) -> Result<Redirect, Fault> {
    desk.call(move |store| store.set_language(&session.account, wanted.language)).await?;
    Ok(Redirect::to("/queue"))
}
