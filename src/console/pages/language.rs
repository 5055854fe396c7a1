//! The switch of language in the head of every page: it leads back to the page where it was pressed.

use axum::Router;
use axum::extract::{Form, State};
use axum::response::Redirect;
use axum::routing::post;
use serde::Deserialize;

use crate::console::desk::{Desk, Entered};
use crate::console::fault::Fault;
use crate::console::whence;
use crate::store::Language;

pub(in crate::console) fn routes() -> Router<Desk> {
    Router::new().route("/language", post(set))
}

/// What the form holds.
#[derive(Deserialize)]
struct Wanted {
    language: Language,
    /// Where it was pressed.
    #[serde(default)]
    back: String,
}

async fn set(
    State(desk): State<Desk>,
    Entered(session): Entered,
    Form(wanted): Form<Wanted>,
) -> Result<Redirect, Fault> {
    desk.call(move |store| store.set_language(&session.account, wanted.language)).await?;
    Ok(Redirect::to(whence::inside(&wanted.back).unwrap_or("/queue")))
}
