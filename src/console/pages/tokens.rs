//! The tokens of whoever reads the page: made here, shown once, revoked here. Everybody has only her
//! own, and none permits more than she may herself.

use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Form, Router};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::html;
use crate::console::desk::{Desk, Frame, Signed};
use crate::console::fault::Fault;
use crate::store::{PersonalToken, Role, Session, TokenError};

#[derive(askama::Template)]
#[template(path = "tokens.html", config = "src/console/askama.toml")]
struct Tokens<'a> {
    frame: Frame<'a>,
    tokens: Vec<PersonalToken>,
    /// The roles a token may have.
    roles: Vec<Role>,
    /// A new token, shown once.
    letters: Option<String>,
    now: &'a Timestamp,
}

pub(in crate::console) fn routes() -> Router<Desk> {
    Router::new().route("/tokens", get(show).post(make)).route("/tokens/{id}/revoke", post(revoke))
}

async fn page(
    desk: &Desk,
    session: &Session,
    letters: Option<String>,
) -> Result<Html<String>, Fault> {
    let owner = session.account.clone();
    let tokens = desk.call(move |store| store.personal_tokens(&owner)).await?;
    let most = session.account.role;
    let roles = Role::ALL.iter().copied().filter(|role| most.covers(*role)).collect();
    let frame = Frame::new(desk, session, "tokens");
    html(Tokens { frame, tokens, roles, letters, now: &Timestamp::now() })
}

async fn show(State(desk): State<Desk>, Signed(session): Signed) -> Result<Html<String>, Fault> {
    page(&desk, &session, None).await
}

/// What the form for a new token holds.
#[derive(Deserialize)]
struct Wanted {
    name: String,
    role: Role,
    days: i64,
}

async fn make(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Form(wanted): Form<Wanted>,
) -> Result<Html<String>, Fault> {
    let l = desk.locales.of(session.account.language);
    let now = Timestamp::now();
    if !(1..=366).contains(&wanted.days) {
        return Err(Fault::Bad(l.t("tokens-bad-days")));
    }
    let ends = now.checked_add(SignedDuration::from_hours(24 * wanted.days)).unwrap_or(now);
    let owner = session.account.clone();
    let made = desk
        .call(move |store| {
            match store.personal_token_add(&owner, &wanted.name, wanted.role, ends, now) {
                Err(TokenError::Store(error)) => Err(error),
                made => Ok(made),
            }
        })
        .await?;
    let bad = match made {
        Ok(letters) => return page(&desk, &session, Some(letters)).await,
        Err(TokenError::Name) => "tokens-bad-name",
        Err(TokenError::Role) => "tokens-bad-role",
        Err(TokenError::Time) => "tokens-bad-days",
        Err(TokenError::TooMany) => "tokens-too-many",
        Err(TokenError::Store(error)) => return Err(error.into()),
    };
    Err(Fault::Bad(l.t(bad)))
}

async fn revoke(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(id): Path<i64>,
) -> Result<Redirect, Fault> {
    let owner = session.account.clone();
    let revoked =
        desk.call(move |store| store.personal_token_revoke(&owner, id, Timestamp::now())).await?;
    if revoked { Ok(Redirect::to("/tokens")) } else { Err(Fault::NotFound) }
}
