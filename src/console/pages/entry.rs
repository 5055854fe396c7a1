//! Signing in, by a password and where there is a second factor by a code, and out; and the one-time
//! link that makes an account.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::html;
use crate::console::desk::{Cookie, Desk, Entered, Frame, Guest, Signed};
use crate::console::fault::Fault;
use crate::console::oidc::Provider;
use crate::console::password::{self, PasswordError};
use crate::console::totp;
use crate::store::{
    Account, Analyst, InviteError, Language, Proved, QueueError, SessionToken, Store,
};

#[derive(askama::Template)]
#[template(path = "login.html", config = "src/console/askama.toml")]
struct Login<'a> {
    frame: Frame<'a>,
    /// What was wrong with the last try.
    wrong: Option<String>,
    name: &'a str,
    /// What the provider's button calls it, if there is one.
    provider: Option<&'a str>,
}

#[derive(askama::Template)]
#[template(path = "code.html", config = "src/console/askama.toml")]
struct Code<'a> {
    frame: Frame<'a>,
    /// Whether the last try failed.
    wrong: bool,
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
    sign_in(&desk, language, StatusCode::OK, None, "")
}

/// The page for signing in; `wrong` is the message that tells why the last try failed.
pub(super) fn sign_in(
    desk: &Desk,
    language: Language,
    status: StatusCode,
    wrong: Option<&str>,
    name: &str,
) -> Result<Response, Fault> {
    let frame = Frame::guest(desk, language);
    let provider = desk.provider.as_deref().map(Provider::label);
    // Its place is for the name of the provider, where it speaks of one.
    let wrong = wrong.map(|message| frame.l.with(message, provider.unwrap_or_default()));
    Ok((status, html(Login { frame, wrong, name, provider })?).into_response())
}

pub(in crate::console) async fn login(
    State(desk): State<Desk>,
    Guest(language): Guest,
    headers: HeaderMap,
    Form(given): Form<Credentials>,
) -> Result<Response, Fault> {
    let step = match given.name.parse::<Analyst>() {
        Ok(name) => check(&desk, name, given.password, agent(&headers)).await?,
        Err(_) => None,
    };
    match step {
        Some(Step::In(token)) => Ok(entered(&desk, token)),
        Some(Step::OwesCode(half)) => {
            let cookie = desk.cookie(Cookie::Half, Some(half));
            Ok(([(SET_COOKIE, cookie)], Redirect::to("/login/code")).into_response())
        }
        None => {
            let (status, wrong) = (StatusCode::UNAUTHORIZED, Some("login-wrong"));
            sign_in(&desk, language, status, wrong, &given.name)
        }
    }
}

/// Where a right password leads.
enum Step {
    In(SessionToken),
    OwesCode(SessionToken),
}

/// The next step, if the password is right and the account may be used. Which of the two is wrong
/// is never told.
async fn check(
    desk: &Desk,
    name: Analyst,
    given: String,
    agent: String,
) -> Result<Option<Step>, Fault> {
    let now = Timestamp::now();
    desk.hash(move |store| {
        let Some(account) = known_by(store, &name, &given, now)? else { return Ok(None) };
        Ok(if account.has_totp {
            store.open_half(&account, now)?.map(Step::OwesCode)
        } else {
            store.open_session(&account, &agent, now)?.map(Step::In)
        })
    })
    .await
}

/// The account, if it may be used and this is its password; a wrong one is counted. Takes as long
/// for a name nobody has.
pub(super) fn known_by(
    store: &Store,
    name: &Analyst,
    given: &str,
    now: Timestamp,
) -> Result<Option<Account>, QueueError> {
    let account = store.account(name)?.filter(|account| account.is_open(now));
    let hash = account.as_ref().map(|account| account.password.as_str());
    let right = password::is_right(given, hash);
    match account {
        Some(account) if !right => {
            store.password_was_wrong(&account, now)?;
            Ok(None)
        }
        account => Ok(account),
    }
}

/// What a browser calls itself.
pub(super) fn agent(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    agent.unwrap_or_default().to_owned()
}

fn entered(desk: &Desk, token: SessionToken) -> Response {
    let cookies = AppendHeaders([
        (SET_COOKIE, desk.cookie(Cookie::Session, Some(token))),
        (SET_COOKIE, desk.cookie(Cookie::Half, None)),
    ]);
    (cookies, Redirect::to("/queue")).into_response()
}

pub(in crate::console) async fn show_code(
    State(desk): State<Desk>,
    Guest(language): Guest,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let Some(half) = desk.token(Cookie::Half, &headers) else { return Ok(again(&desk)) };
    if !desk.call(move |store| store.is_half(half, Timestamp::now())).await? {
        return Ok(again(&desk));
    }
    Ok(html(Code { frame: Frame::guest(&desk, language), wrong: false })?.into_response())
}

/// What the form of the second step holds.
#[derive(Deserialize)]
pub(in crate::console) struct Owed {
    code: String,
}

pub(in crate::console) async fn code(
    State(desk): State<Desk>,
    Guest(language): Guest,
    headers: HeaderMap,
    Form(owed): Form<Owed>,
) -> Result<Response, Fault> {
    let Some(half) = desk.token(Cookie::Half, &headers) else { return Ok(again(&desk)) };
    let (now, agent) = (Timestamp::now(), agent(&headers));
    let proved = match totp::proof(&owed.code, now) {
        Some(proof) => desk.call(move |store| store.prove(half, proof, &agent, now)).await?,
        // What cannot be a code was mistyped, not guessed.
        None if desk.call(move |store| store.is_half(half, now)).await? => Proved::Wrong,
        None => Proved::Over,
    };
    match proved {
        Proved::In(token) => Ok(entered(&desk, token)),
        Proved::Over => Ok(again(&desk)),
        Proved::Wrong => {
            let page = html(Code { frame: Frame::guest(&desk, language), wrong: true })?;
            Ok((StatusCode::UNAUTHORIZED, page).into_response())
        }
    }
}

/// The password has to be given again.
fn again(desk: &Desk) -> Response {
    ([(SET_COOKIE, desk.cookie(Cookie::Half, None))], Redirect::to("/login")).into_response()
}

pub(in crate::console) async fn logout(
    State(desk): State<Desk>,
    Entered(session): Entered,
) -> Result<Response, Fault> {
    let analyst = session.account.name.clone();
    desk.queue(move |store| {
        store.release(&analyst)?;
        Ok(store.close_session(session.token)?)
    })
    .await?;
    let gone = desk.cookie(Cookie::Session, None);
    Ok(([(SET_COOKIE, gone)], Redirect::to("/login")).into_response())
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
    headers: HeaderMap,
    Path(token): Path<String>,
    Form(given): Form<Credentials>,
) -> Result<Response, Fault> {
    let agent = agent(&headers);
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
            let opened = match store.account(&name)? {
                Some(account) => store.open_session(&account, &agent, now)?,
                None => None,
            };
            Ok(opened.ok_or(Refused::Invite(InviteError::Expired)))
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
