//! What a page answers when it cannot do what was asked: a sentence for the person (in Indonesian,
//! as those of the queue are), a status for the browser, and nothing of the machine's inside.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::store::QueueError;

/// Why a page is not shown.
#[derive(Debug)]
pub(super) enum Fault {
    /// The queue or the store did not do it.
    Queue(QueueError),
    /// The person may not.
    Forbidden,
    /// There is no such page.
    NotFound,
    /// The request does not make sense.
    Bad(String),
    /// A page could not be made.
    Page(String),
}

impl From<QueueError> for Fault {
    fn from(error: QueueError) -> Self {
        Self::Queue(error)
    }
}

impl From<askama::Error> for Fault {
    fn from(error: askama::Error) -> Self {
        Self::Page(error.to_string())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (status, sentence) = match self {
            Self::Queue(QueueError::NoSuchItem(item)) => {
                (StatusCode::NOT_FOUND, QueueError::NoSuchItem(item).to_string())
            }
            Self::Queue(QueueError::Store(error)) => {
                tracing::error!(%error, "the console could not use the store");
                let sentence = "Basis data sedang tidak dapat dipakai. Coba lagi sebentar lagi.";
                (StatusCode::SERVICE_UNAVAILABLE, sentence.to_owned())
            }
            Self::Queue(error) => (StatusCode::CONFLICT, error.to_string()),
            Self::Forbidden => {
                (StatusCode::FORBIDDEN, "Peran Anda tidak mencakup tindakan ini.".to_owned())
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "Halaman ini tidak ada.".to_owned()),
            Self::Bad(why) => (StatusCode::BAD_REQUEST, why),
            Self::Page(error) => {
                tracing::error!(error, "a page of the console could not be made");
                (StatusCode::INTERNAL_SERVER_ERROR, "Halaman gagal dibuat.".to_owned())
            }
        };
        let page = Sentence { sentence: &sentence };
        let html = askama::Template::render(&page).unwrap_or(sentence);
        (status, Html(html)).into_response()
    }
}

#[derive(askama::Template)]
#[template(path = "fault.html", config = "src/console/askama.toml")]
struct Sentence<'a> {
    sentence: &'a str,
}
