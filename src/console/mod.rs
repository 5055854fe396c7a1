//! What the daemon answers to people and programs beside its health: the review console, and the
//! reports of other bodies. Only people with an account and bodies with a token are heard; the first
//! account is made by a one-time link that the daemon prints.

mod api;
mod assets;
mod desk;
mod fault;
mod live;
mod locale;
mod oidc;
mod pages;
mod password;
mod screens;
mod totp;
mod whence;

use std::sync::Arc;

use axum::Router;
use jiff::Timestamp;
use tokio::sync::Semaphore;

pub use api::router;
pub use desk::RulesRefused;
pub use live::Live;
pub use oidc::Provider;

use crate::pipeline::Scorer;
use crate::store::{Store, StoreError};

/// Passwords hashed at one time; whoever comes later waits.
const HASHED_AT_ONCE: usize = 2;

/// How people get in.
#[derive(Clone)]
pub struct Entrance {
    /// Browsers reach the pages by HTTPS only.
    pub secure: bool,
    /// It is the daemon itself that speaks HTTPS, and nothing else will at this address.
    pub speaks_https: bool,
    /// Nobody works without a second factor.
    pub totp_required: bool,
    /// Who vouches for people beside their passwords.
    pub provider: Option<Arc<Provider>>,
}

/// The pages of the console.
pub fn screens(
    store: Arc<Store>,
    scorer: Arc<Scorer>,
    rules_refused: RulesRefused,
    live: Live,
    entrance: Entrance,
) -> Router {
    let Entrance { secure, speaks_https, totp_required, provider } = entrance;
    let locales = Arc::new(locale::Locales::new());
    let hashing = Arc::new(Semaphore::new(HASHED_AT_ONCE));
    let desk = desk::Desk {
        store,
        scorer,
        rules_refused,
        live,
        locales,
        hashing,
        secure,
        totp_required,
        provider,
    };
    screens::router(desk, speaks_https)
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
    Ok(Some(format!("/invitation/{}", store.invite_first(now)?)))
}
