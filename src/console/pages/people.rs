//! Who works here: accounts, and one-time links for new ones. For administrators.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::html;
use crate::console::desk::{Desk, Frame, Signed, permitted};
use crate::console::fault::Fault;
use crate::store::{Account, Analyst, Role, Session};

#[derive(askama::Template)]
#[template(path = "people.html", config = "src/console/askama.toml")]
struct People<'a> {
    frame: Frame<'a>,
    accounts: Vec<Account>,
    /// Who looks: what would lock himself out is not offered.
    own: &'a Analyst,
    /// The path of a new one-time link, shown once.
    link: Option<String>,
}

pub(super) async fn page(
    desk: &Desk,
    session: &Session,
    link: Option<String>,
) -> Result<Html<String>, Fault> {
    let accounts = desk.call(|store| store.accounts()).await?;
    html(People {
        frame: Frame::new(desk, session, "people"),
        accounts,
        own: &session.account.name,
        link,
    })
}

pub(in crate::console) async fn show(
    State(desk): State<Desk>,
    Signed(session): Signed,
) -> Result<Html<String>, Fault> {
    permitted(&session, Role::administers)?;
    page(&desk, &session, None).await
}

/// What the form for a new link holds.
#[derive(Deserialize)]
pub(in crate::console) struct Wanted {
    role: Role,
}

pub(in crate::console) async fn invite(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Form(wanted): Form<Wanted>,
) -> Result<Html<String>, Fault> {
    let by = permitted(&session, Role::administers)?;
    let token =
        desk.call(move |store| store.invite(wanted.role, Some(&by), Timestamp::now())).await?;
    page(&desk, &session, Some(format!("/invitation/{token}"))).await
}

/// What the form that shuts an account holds.
#[derive(Deserialize)]
pub(in crate::console) struct Shut {
    disabled: bool,
}

pub(in crate::console) async fn set_disabled(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Path(name): Path<String>,
    Form(shut): Form<Shut>,
) -> Result<Response, Fault> {
    permitted(&session, Role::administers)?;
    let name: Analyst = name.parse().map_err(|_| Fault::NotFound)?;
    let l = desk.locales.of(session.account.language);
    // Who locks himself out could leave nobody to let him in.
    if name == session.account.name {
        return Err(Fault::Bad(l.t("people-not-yourself")));
    }
    let by = session.account.name.clone();
    let found = desk
        .call(move |store| {
            let Some(account) = store.account(&name)? else { return Ok(false) };
            store.set_disabled(&account, shut.disabled, Some(&by), Timestamp::now()).map(|()| true)
        })
        .await?;
    if found { Ok(Redirect::to("/people").into_response()) } else { Err(Fault::NotFound) }
}
