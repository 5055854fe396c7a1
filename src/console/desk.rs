//! What every page works with, and who asks for it: the store, the rule set in force, the languages,
//! and the session a browser proves.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use tokio::sync::Semaphore;

use super::fault::Fault;
use super::live::Live;
use super::locale::{Locale, Locales};
use super::oidc::Provider;
use super::whence;
use crate::pipeline::Scorer;
use crate::store::{Analyst, Language, QueueError, Role, Session, SessionToken, Store, StoreError};

/// What a cookie proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cookie {
    /// A session.
    Session,
    /// A right password, while the code is still owed.
    Half,
    /// That she went from here to the sign-in provider.
    Away,
}

impl Cookie {
    /// By HTTPS with a prefix for which browsers hold that no other host or path has set it.
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-waspada_session",
            (Self::Session, false) => "waspada_session",
            (Self::Half, true) => "__Host-waspada_half",
            (Self::Half, false) => "waspada_half",
            (Self::Away, true) => "__Host-waspada_away",
            (Self::Away, false) => "waspada_away",
        }
    }

    /// From whom a browser brings it: the provider sends her back from its own site.
    fn same_site(self) -> &'static str {
        match self {
            Self::Session | Self::Half => "Strict",
            Self::Away => "Lax",
        }
    }

    /// How long a browser keeps it; a session as long as the browser is open.
    fn life(self) -> &'static str {
        match self {
            Self::Session | Self::Half => "",
            Self::Away => "; Max-Age=600",
        }
    }
}

/// Says why the rules in the files are not in force, if they are not.
pub type RulesRefused = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// What pages work with; cheap to clone.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) store: Arc<Store>,
    pub(super) scorer: Arc<Scorer>,
    pub(super) rules_refused: RulesRefused,
    pub(super) live: Live,
    pub(super) locales: Arc<Locales>,
    /// Room for passwords being hashed: each takes 64 MiB, and anybody may ask for it.
    pub(super) hashing: Arc<Semaphore>,
    /// Whether browsers reach the console by HTTPS only.
    pub(super) secure: bool,
    /// Whether nobody works here without a second factor.
    pub(super) totp_required: bool,
    /// Who else vouches for people.
    pub(super) provider: Option<Arc<Provider>>,
}

impl Desk {
    /// Runs a call of the queue off the async threads.
    pub(super) async fn queue<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Store) -> Result<T, QueueError> + Send + 'static,
    ) -> Result<T, Fault> {
        let store = Arc::clone(&self.store);
        let called = tokio::task::spawn_blocking(move || call(&store)).await;
        Ok(called.unwrap_or(Err(StoreError::WriterGone.into()))?)
    }

    /// Runs a call of the store off the async threads.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        self.queue(move |store| Ok(call(store)?)).await
    }

    /// Runs a call that hashes a password off the async threads, a few at a time.
    pub(super) async fn hash<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Store) -> Result<T, QueueError> + Send + 'static,
    ) -> Result<T, Fault> {
        let room = self.hashing.acquire().await;
        let done = self.queue(call).await;
        drop(room);
        done
    }

    /// The cookie that carries a token, or one that ends it.
    pub(super) fn cookie(&self, cookie: Cookie, token: Option<SessionToken>) -> String {
        let name = cookie.name(self.secure);
        let secure = if self.secure { "; Secure" } else { "" };
        let (value, life) = match token {
            Some(token) => (token.to_string(), cookie.life()),
            None => (String::new(), "; Max-Age=0"),
        };
        let same_site = cookie.same_site();
        format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}{life}")
    }

    /// The token of a request's cookie.
    pub(super) fn token(&self, cookie: Cookie, headers: &HeaderMap) -> Option<SessionToken> {
        let wanted = cookie.name(self.secure);
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == wanted)
            .and_then(|(_, value)| value.parse().ok())
    }
}

/// The session of whoever asks; who has none is sent to sign in, and who has no second factor where
/// one is required, to set one up.
pub(super) struct Signed(pub(super) Session);

/// The session of whoever asks, for the pages by which a second factor is set up, and for leaving.
pub(super) struct Entered(pub(super) Session);

/// The name of whoever asks, if her role permits it.
pub(super) fn permitted(session: &Session, permits: fn(Role) -> bool) -> Result<Analyst, Fault> {
    let account = &session.account;
    if permits(account.role) { Ok(account.name.clone()) } else { Err(Fault::Forbidden) }
}

/// The session that the cookies of a request prove.
pub(super) async fn session_of(headers: &HeaderMap, desk: &Desk) -> Result<Option<Session>, Fault> {
    match desk.token(Cookie::Session, headers) {
        Some(token) => desk.call(move |store| store.session(token, Timestamp::now())).await,
        None => Ok(None),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Signed
where
    Desk: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let desk = Desk::from_ref(state);
        let Entered(session) = Entered::from_request_parts(parts, state).await?;
        let account = &session.account;
        if desk.totp_required && account.has_password() && !account.has_totp {
            return Err(Redirect::to("/account").into_response());
        }
        Ok(Self(session))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Entered
where
    Desk: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match session_of(&parts.headers, &Desk::from_ref(state)).await {
            Ok(Some(session)) => Ok(Self(session)),
            Ok(None) => Err(Redirect::to("/login").into_response()),
            Err(fault) => Err(fault.into_response()),
        }
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Signed
where
    Desk: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Response> {
        let session = session_of(&parts.headers, &Desk::from_ref(state)).await;
        session.map(|session| session.map(Self)).map_err(|fault| fault.into_response())
    }
}

/// The language of somebody who has not signed in, by what the browser asks for.
pub(super) struct Guest(pub(super) Language);

impl Guest {
    pub(super) fn language(headers: &HeaderMap) -> Language {
        let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|header| header.to_str().ok());
        let first = wanted.and_then(|wanted| wanted.split(',').next()).unwrap_or_default();
        let is_english = first.trim().to_ascii_lowercase().starts_with("en");
        if is_english { Language::En } else { Language::Id }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Guest {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Self::language(&parts.headers)))
    }
}

/// What the frame around every page shows.
pub(super) struct Frame<'a> {
    pub(super) l: &'a Locale,
    pub(super) session: Option<&'a Session>,
    pub(super) rules_refused: Option<String>,
    /// The page's place in the navigation.
    pub(super) here: &'static str,
    /// Where the switch of language leads back to.
    pub(super) place: String,
}

impl<'a> Frame<'a> {
    pub(super) fn new(desk: &'a Desk, session: &'a Session, here: &'static str) -> Self {
        Self {
            l: desk.locales.of(session.account.language),
            session: Some(session),
            rules_refused: (desk.rules_refused)(),
            here,
            place: whence::place(),
        }
    }

    pub(super) fn guest(desk: &'a Desk, language: Language) -> Self {
        Self {
            l: desk.locales.of(language),
            session: None,
            rules_refused: None,
            here: "",
            place: String::new(),
        }
    }

    /// The reader's key for this.
    pub(super) fn key(&self, name: &str) -> &'a str {
        super::pages::keys::key(self.session, name)
    }

    pub(super) fn is_admin(&self) -> bool {
        self.session.is_some_and(|session| session.account.role.administers())
    }

    pub(super) fn supervises(&self) -> bool {
        self.session.is_some_and(|session| session.account.role.supervises())
    }

    pub(super) fn decides(&self) -> bool {
        self.session.is_some_and(|session| session.account.role.decides())
    }
}
