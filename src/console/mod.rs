//! What the daemon answers to people and programs beside its health: the review console, and the
//! reports of other bodies. Only people with an account and bodies with a token are heard; the first
//! account is made by a one-time link that the daemon prints.

mod api;
mod assets;
mod desk;
mod fault;
mod live;
mod locale;
mod pages;
mod password;
mod screens;

use std::sync::Arc;

use axum::Router;
use jiff::Timestamp;
use tokio::sync::Semaphore;

pub use api::router;
pub use desk::RulesRefused;
pub use live::Live;

use crate::pipeline::Scorer;
use crate::store::{Role, Store, StoreError};

/// Passwords hashed at one time; whoever comes later waits.
const HASHED_AT_ONCE: usize = 2;

/// The pages of the console. `secure`: browsers reach them by HTTPS only.
pub fn screens(
    store: Arc<Store>,
    scorer: Arc<Scorer>,
    rules_refused: RulesRefused,
    live: Live,
    secure: bool,
) -> Router {
    let locales = Arc::new(locale::Locales::new());
    let hashing = Arc::new(Semaphore::new(HASHED_AT_ONCE));
    screens::router(desk::Desk { store, scorer, rules_refused, live, locales, hashing, secure })
}

/// The path of a one-time link that makes the first administrator; `None` when somebody can sign in
/// already.
///
/// # Errors
/// The database refused.
pub fn first_link(store: &Store, now: Timestamp) -> Result<Option<String>, StoreError> {
    if !store.has_no_accounts()? {
        return Ok(None);
    }
    Ok(Some(format!("/invitation/{}", store.invite(Role::Admin, None, now)?)))
}
