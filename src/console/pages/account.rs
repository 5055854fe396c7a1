//! One's own account: the second factor, the password, the sessions. Whatever would
//! let a stranger at an open screen take the account over asks for the password again.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use jiff::Timestamp;
use serde::Deserialize;

use super::entry::known_by;
use super::html;
use crate::console::desk::{Desk, Entered, Frame};
use crate::console::fault::Fault;
use crate::console::password::{self, PasswordError};
use crate::console::totp::{self, Shown};
use crate::post::Sha256;
use crate::store::{Account, RecoveryCode, Session, SessionLine, SessionToken, Totp};

/// Where they stand.
pub(in crate::console) fn routes() -> Router<Desk> {
    Router::new()
        .route("/account", get(show))
        .route("/account/totp", post(begin_totp))
        .route("/account/totp/confirm", post(confirm_totp))
        .route("/account/totp/codes", post(renew_codes))
        .route("/account/totp/off", post(end_totp))
        .route("/account/password", post(change_password))
        .route("/account/sessions/end", post(end_session))
}

#[derive(askama::Template)]
#[template(path = "account.html", config = "src/console/askama.toml")]
struct Page<'a> {
    frame: Frame<'a>,
    account: &'a Account,
    /// What the session that asks is proved with.
    token: SessionToken,
    totp: Option<Totp>,
    /// A secret that waits to be confirmed.
    shown: Option<Shown>,
    required: bool,
    sessions: Vec<SessionLine>,
    shortest: usize,
    done: Option<Done>,
    wrong: Option<(Part, String)>,
}

#[derive(askama::Template)]
#[template(path = "codes.html", config = "src/console/askama.toml")]
struct Codes<'a> {
    frame: Frame<'a>,
    codes: Vec<RecoveryCode>,
}

/// What is told of a browser: its family and its system, out of what it calls itself. The first that
/// fits counts, for each also calls itself what came before it.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

fn browser(agent: &str) -> String {
    let told = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    match (told(BROWSERS), told(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) if agent.is_empty() => "–".to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

/// A part of the page, where what is wrong with its form is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Totp,
    Password,
}

/// What was just done.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Done {
    Password,
    Off,
    Sessions,
}

impl Done {
    fn message(self) -> &'static str {
        match self {
            Self::Password => "account-done-password",
            Self::Off => "account-done-off",
            Self::Sessions => "account-done-sessions",
        }
    }
}

/// What the address of the page holds.
#[derive(Deserialize)]
struct Asked {
    done: Option<Done>,
}

async fn show(
    State(desk): State<Desk>,
    Entered(session): Entered,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    page(&desk, &session, asked.done, None).await
}

async fn page(
    desk: &Desk,
    session: &Session,
    done: Option<Done>,
    wrong: Option<(Part, String)>,
) -> Result<Response, Fault> {
    let account = session.account.clone();
    let (totp, sessions) = desk
        .call(move |store| Ok((store.totp(&account)?, store.sessions(&account, Timestamp::now())?)))
        .await?;
    let shown = match &totp {
        Some(totp) if !totp.is_confirmed => Some(totp::show(&totp.secret, &session.account.name)?),
        _ => None,
    };
    let status = if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let page = Page {
        frame: Frame::new(desk, session, "account"),
        account: &session.account,
        token: session.token,
        totp: totp.filter(|totp| totp.is_confirmed),
        shown,
        required: desk.totp_required,
        sessions,
        shortest: password::SHORTEST,
        done,
        wrong,
    };
    Ok((status, html(page)?).into_response())
}

async fn refused(
    desk: &Desk,
    session: &Session,
    part: Part,
    message: &'static str,
) -> Result<Response, Fault> {
    let sentence = desk.locales.of(session.account.language).t(message);
    page(desk, session, None, Some((part, sentence))).await
}

/// Whether this is the password of whoever asks; a wrong one counts as it does at the door.
async fn is_own(desk: &Desk, session: &Session, given: String) -> Result<bool, Fault> {
    let name = session.account.name.clone();
    let known = desk.hash(move |store| known_by(store, &name, &given, Timestamp::now())).await?;
    Ok(known.is_some())
}

async fn begin_totp(
    State(desk): State<Desk>,
    Entered(session): Entered,
) -> Result<Redirect, Fault> {
    let secret = totp::secret()?;
    desk.call(move |store| store.begin_totp(&session.account, secret)).await?;
    Ok(Redirect::to("/account"))
}

/// What the form that confirms a telephone holds.
#[derive(Deserialize)]
struct Confirmed {
    code: String,
    password: String,
}

async fn confirm_totp(
    State(desk): State<Desk>,
    Entered(session): Entered,
    Form(given): Form<Confirmed>,
) -> Result<Response, Fault> {
    let now = Timestamp::now();
    let account = session.account.clone();
    let pending = desk.call(move |store| store.totp(&account)).await?;
    let Some(pending) = pending.filter(|totp| !totp.is_confirmed) else {
        return Ok(Redirect::to("/account").into_response());
    };
    let code = totp::plain(&given.code);
    let Some(step) = code.and_then(|code| totp::step_of(&pending.secret, &code, now)) else {
        return refused(&desk, &session, Part::Totp, "account-code-wrong").await;
    };
    if !is_own(&desk, &session, given.password).await? {
        return refused(&desk, &session, Part::Totp, "account-password-wrong").await;
    }
    let asks = session.clone();
    match desk.call(move |store| store.confirm_totp(&asks, step, now)).await? {
        Some(codes) => show_codes(&desk, &session, codes),
        None => Ok(Redirect::to("/account").into_response()),
    }
}

fn show_codes(desk: &Desk, session: &Session, codes: Vec<RecoveryCode>) -> Result<Response, Fault> {
    Ok(html(Codes { frame: Frame::new(desk, session, "account"), codes })?.into_response())
}

/// What the forms that ask for nothing but the password hold.
#[derive(Deserialize)]
struct Sure {
    password: String,
}

async fn renew_codes(
    State(desk): State<Desk>,
    Entered(session): Entered,
    Form(sure): Form<Sure>,
) -> Result<Response, Fault> {
    if !session.account.has_totp {
        return Ok(Redirect::to("/account").into_response());
    }
    if !is_own(&desk, &session, sure.password).await? {
        return refused(&desk, &session, Part::Totp, "account-password-wrong").await;
    }
    let account = session.account.clone();
    let codes = desk.call(move |store| store.renew_codes(&account, Timestamp::now())).await?;
    show_codes(&desk, &session, codes)
}

async fn end_totp(
    State(desk): State<Desk>,
    Entered(session): Entered,
    Form(sure): Form<Sure>,
) -> Result<Response, Fault> {
    if desk.totp_required {
        return Err(Fault::Forbidden);
    }
    if !is_own(&desk, &session, sure.password).await? {
        return refused(&desk, &session, Part::Totp, "account-password-wrong").await;
    }
    desk.call(move |store| {
        let account = &session.account;
        store.reset_totp(account, Some(&account.name), Timestamp::now())
    })
    .await?;
    Ok(Redirect::to("/account?done=off").into_response())
}

/// What the form for a new password holds.
#[derive(Deserialize)]
struct NewPassword {
    password: String,
    new: String,
}

async fn change_password(
    State(desk): State<Desk>,
    Entered(session): Entered,
    Form(given): Form<NewPassword>,
) -> Result<Response, Fault> {
    if !is_own(&desk, &session, given.password).await? {
        return refused(&desk, &session, Part::Password, "account-password-wrong").await;
    }
    let asks = session.clone();
    let changed = desk
        .hash(move |store| {
            let hash = match password::hash(&given.new) {
                Ok(hash) => hash,
                Err(error) => return Ok(Err(error)),
            };
            Ok(Ok(store.change_password(&asks, hash, Timestamp::now())?))
        })
        .await?;
    match changed {
        Ok(true) => Ok(Redirect::to("/account?done=password").into_response()),
        Ok(false) => refused(&desk, &session, Part::Password, "account-password-wrong").await,
        Err(PasswordError::Length(_)) => {
            refused(&desk, &session, Part::Password, "invitation-password-wrong").await
        }
        Err(PasswordError::Hash(error)) => Err(Fault::Page(error)),
    }
}

/// What the form that ends a session holds: which one, or all others.
#[derive(Deserialize)]
struct Ended {
    id: Option<String>,
}

async fn end_session(
    State(desk): State<Desk>,
    Entered(session): Entered,
    Form(ended): Form<Ended>,
) -> Result<Redirect, Fault> {
    let id = match ended.id {
        Some(id) => Some(id.parse::<Sha256>().map_err(|_| Fault::NotFound)?),
        None => None,
    };
    desk.call(move |store| store.end_own(&session, id, Timestamp::now())).await?;
    Ok(Redirect::to("/account?done=sessions"))
}

#[cfg(test)]
mod tests {
    use super::browser;

    #[test]
    fn a_browser_is_told_by_family_and_system() {
        for (agent, told) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox · Linux",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/141.0.0.0 Mobile Safari/537.36",
                "Chrome · Android",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
                "Edge · Windows",
            ),
            ("curl/8.5.0", "curl/8.5.0"),
            ("", "–"),
        ] {
            assert_eq!(browser(agent), told);
        }
    }
}
