//! The list of proposals: all of them for whoever tends the rules, her own for everybody else.

use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::super::html;
use super::{call, proposes};
use crate::console::desk::{Desk, Frame, Signed};
use crate::console::fault::Fault;
use crate::store::{Proposal, ProposalFilter, ProposalState};

/// Proposals on one page.
const PAGE: usize = 50;

/// What stands in the address.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    before: String,
}

#[derive(askama::Template)]
#[template(path = "proposals.html", config = "src/console/askama.toml")]
struct Page<'a> {
    frame: Frame<'a>,
    state: &'static str,
    proposals: Vec<Proposal>,
    /// How many wait, for whoever tends the rules.
    open: Option<u64>,
    next: Option<String>,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    Signed(session): Signed,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let account = &session.account;
    if !proposes(account) {
        return Err(Fault::Forbidden);
    }
    let tends = account.role.tends_rules();
    let state = ProposalState::ALL.iter().find(|state| state.as_str() == asked.state).copied();
    // Whoever tends the rules begins with what waits, whoever proposed with how hers went.
    let state = match asked.state.as_str() {
        "" if tends => Some(ProposalState::Open),
        _ => state,
    };
    let filter = ProposalFilter {
        state,
        analyst: (!tends).then(|| account.name.to_string()),
        before: asked.before.parse().ok(),
    };
    let (mut proposals, open) = call(&desk, move |store| {
        let most = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
        let open = if tends { Some(store.open_proposals()?) } else { None };
        Ok((store.proposals(&filter, most)?, open))
    })
    .await?;
    let more = proposals.len() > PAGE;
    proposals.truncate(PAGE);
    let state = state.map_or("all", ProposalState::as_str);
    let next = proposals.last().filter(|_| more);
    let next = next.map(|last| format!("/proposals?state={state}&before={}", last.id));
    html(Page { frame: Frame::new(&desk, &session, "proposals"), state, proposals, open, next })
}
