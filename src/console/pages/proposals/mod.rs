//! Rules from the console: why a rule does not fire on an item, what people propose for the rules, and
//! the page on which whoever tends the rules tries a change on the stored posts and accepts it.

mod draft;
mod edit;
mod example;
mod list;
mod propose;
mod review;
mod trial;

use axum::Router;
use axum::routing::{get, post};

use crate::console::desk::{Desk, Frame};
use crate::console::fault::Fault;
use crate::store::{Account, Proposal, ProposalError, Role, Store, StoreError};

pub(in crate::console) fn routes() -> Router<Desk> {
    Router::new()
        .route("/items/{id}/rules", get(propose::show))
        .route("/items/{id}/proposals", post(propose::propose))
        .route("/proposals", get(list::show))
        .route("/proposals/{id}", get(review::show))
        .route("/proposals/{id}/try", post(review::attempt))
        .route("/proposals/{id}/accept", post(review::accept))
        .route("/proposals/{id}/decline", post(review::decline))
        .route("/proposals/{id}/withdraw", post(review::withdraw))
}

impl Frame<'_> {
    /// Whether the reader may propose changes of the rules.
    pub(in crate::console) fn proposes(&self) -> bool {
        self.session.is_some_and(|session| proposes(&session.account))
    }
}

/// Everybody but who only looks.
fn proposes(account: &Account) -> bool {
    account.role != Role::Viewer
}

/// Whether she sees a proposal: her own, and every one when the rules are hers to change.
fn sees(account: &Account, proposal: &Proposal) -> bool {
    account.role.tends_rules() || proposal.analyst == account.name.as_str()
}

impl From<ProposalError> for Fault {
    fn from(error: ProposalError) -> Self {
        match error {
            ProposalError::Missing => Self::NotFound,
            ProposalError::Store(error) => Self::Queue(error.into()),
            // The pages tell these with what was typed still there.
            error => Self::Page(error.to_string()),
        }
    }
}

/// Runs a call about proposals off the async threads.
async fn call<T: Send + 'static>(
    desk: &Desk,
    call: impl FnOnce(&Store) -> Result<T, ProposalError> + Send + 'static,
) -> Result<T, ProposalError> {
    let store = std::sync::Arc::clone(&desk.store);
    let called = tokio::task::spawn_blocking(move || call(&store)).await;
    called.unwrap_or(Err(StoreError::WriterGone.into()))
}
