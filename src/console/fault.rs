//! What a page answers when it cannot do what was asked: a sentence for the person in her language, a
//! status for the browser, and nothing of the machine's inside.

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::desk::{Desk, Frame, Guest, session_of};
use super::locale::Locale;
use crate::store::{QueueError, StoreError};

/// Why a page is not shown.
#[derive(Debug)]
pub(super) enum Fault {
    /// The queue or the store did not do it.
    Queue(QueueError),
    /// The person may not.
    Forbidden,
    /// The item cannot be read; whoever held it has skipped it.
    Broken(crate::store::ItemId),
    /// There is no such page.
    NotFound,
    /// The request does not make sense: a sentence in the reader's language.
    Bad(String),
    /// A page could not be made.
    Page(String),
}

impl From<QueueError> for Fault {
    fn from(error: QueueError) -> Self {
        Self::Queue(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Queue(error.into())
    }
}

impl From<askama::Error> for Fault {
    fn from(error: askama::Error) -> Self {
        Self::Page(error.to_string())
    }
}

/// What is to be said, until it is known in which language.
#[derive(Debug, Clone)]
enum Told {
    /// A message.
    Message(&'static str),
    /// A message with a name or number in it.
    With(&'static str, String),
    /// A sentence that is in the reader's language.
    Sentence(String),
}

/// What the queue's errors are called among the messages; those of the command line speak of commands.
fn of_queue(error: &QueueError) -> (StatusCode, Told) {
    let message = |id, item: &dyn ToString| Told::With(id, item.to_string());
    let told = match error {
        QueueError::NoSuchItem(item) => {
            return (StatusCode::NOT_FOUND, message("fault-no-such-item", item));
        }
        QueueError::Store(error) => {
            tracing::error!(%error, "the console could not use the store");
            return (StatusCode::SERVICE_UNAVAILABLE, Told::Message("fault-store"));
        }
        QueueError::NotOpen { item, .. } => message("fault-not-open", item),
        QueueError::StaleToken(item) => message("fault-stale-token", item),
        QueueError::ReasonMissing => Told::Message("fault-reason-missing"),
        QueueError::DuplicateOf => Told::Message("fault-duplicate-of"),
        QueueError::NotTheOriginal(item) => message("fault-not-the-original", item),
        QueueError::NothingToUndo(item) => message("fault-nothing-to-undo", item),
        QueueError::TooManyTogether(most) => message("fault-too-many-together", most),
        QueueError::TwoLanes => Told::Message("fault-two-lanes"),
        QueueError::NothingToSettle(review) => message("fault-nothing-to-settle", review),
        QueueError::NotYours(item) => message("fault-not-yours", item),
        QueueError::NoSuchPerson(name) => message("fault-no-such-person", name),
        QueueError::NewerItem { newer, .. } => message("fault-newer-item", newer),
    };
    (StatusCode::CONFLICT, told)
}

impl Told {
    fn sentence(self, l: &Locale) -> String {
        match self {
            Self::Message(id) => l.t(id),
            Self::With(id, what) => l.with(id, &what),
            Self::Sentence(sentence) => sentence,
        }
    }
}

/// What an error of the queue means in this language, for whoever is not answered by a page.
pub(super) fn sentence(error: &QueueError, l: &Locale) -> String {
    of_queue(error).1.sentence(l)
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (status, told) = match self {
            Self::Queue(error) => of_queue(&error),
            Self::Forbidden => (StatusCode::FORBIDDEN, Told::Message("fault-forbidden")),
            Self::Broken(item) => {
                (StatusCode::INTERNAL_SERVER_ERROR, Told::With("fault-broken", item.to_string()))
            }
            Self::NotFound => (StatusCode::NOT_FOUND, Told::Message("fault-not-found")),
            Self::Bad(why) => (StatusCode::BAD_REQUEST, Told::Sentence(why)),
            Self::Page(error) => {
                tracing::error!(error, "a page of the console could not be made");
                (StatusCode::INTERNAL_SERVER_ERROR, Told::Message("fault-page"))
            }
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(told);
        response
    }
}

#[derive(askama::Template)]
#[template(path = "fault.html", config = "src/console/askama.toml")]
struct Page<'a> {
    frame: Frame<'a>,
    sentence: &'a str,
}

/// Puts what went wrong into a page of the reader's language: faults of the pages, and what was
/// refused before any page was asked.
pub(super) async fn tell(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let asked_with = request.headers().clone();
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let told = response.extensions_mut().remove::<Told>();
    let is_page = |headers: &HeaderMap| {
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        kind.is_some_and(|kind| !kind.starts_with("text/plain"))
    };
    let told = match told {
        Some(told) => told,
        None if is_page(response.headers()) => return response,
        None => Told::Message(match status {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => "fault-not-found",
            StatusCode::FORBIDDEN => "fault-other-site",
            StatusCode::PAYLOAD_TOO_LARGE => "fault-too-long",
            _ => "fault-unreadable",
        }),
    };
    let session = session_of(&asked_with, &desk).await.ok().flatten();
    let frame = match &session {
        Some(session) => Frame::new(&desk, session, ""),
        None => Frame::guest(&desk, Guest::language(&asked_with)),
    };
    let sentence = told.sentence(frame.l);
    let page = Page { frame, sentence: &sentence };
    let html = askama::Template::render(&page).unwrap_or_else(|_| sentence.clone());
    response.headers_mut().remove(CONTENT_LENGTH);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    *response.body_mut() = html.into();
    response
}
