//! Handing in a report, and asking what became of it.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::Shared;
use super::answer::Refusal;
use super::body::json;
use super::who::by_token;
use crate::store::{ReportState, Reporter, Told};

/// The longest link, note and platform, in characters.
const LONGEST_URL: usize = 2048;
const LONGEST_NOTE: usize = 2000;
const LONGEST_PLATFORM: usize = 32;

/// What is handed in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    url: Option<String>,
    text: Option<String>,
    note: Option<String>,
    platform: Option<String>,
}

/// A report that was kept.
#[derive(Serialize)]
struct Kept {
    id: String,
    state: ReportState,
}

pub(super) async fn hand_in(
    State(shared): State<Shared>,
    request: Request,
) -> Result<Response, Refusal> {
    let token = by_token(&shared, request.headers()).await?;
    let told = told(json(request).await?)?;
    let reporter = Reporter::Token { id: token.id, name: token.name };
    let received = shared.intake.receive(told, reporter).await.map_err(|_| Refusal::NotNow)?;
    let received = received.ok_or(Refusal::NotNow)?;
    let place = format!("/api/reports/{}", received.public_id);
    let kept = Kept { id: received.public_id, state: ReportState::Waiting };
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(kept)).into_response())
}

pub(super) async fn state(
    State(shared): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let token = by_token(&shared, &headers).await?;
    let Path(id) = id.map_err(|_| Refusal::NoSuchReport)?;
    let report = shared.intake.state(&id, token.id).await.map_err(|_| Refusal::NotNow)?;
    Ok(Json(report.ok_or(Refusal::NoSuchReport)?).into_response())
}

fn told(body: Body) -> Result<Told, Refusal> {
    let Body { url, text, note, platform } = body;
    let filled = |value: Option<String>| value.filter(|value| !value.trim().is_empty());
    let told = Told {
        url: filled(url),
        text: filled(text),
        note: filled(note),
        platform: filled(platform),
    };
    if told.url.is_none() && told.text.is_none() {
        return Err(Refusal::Wrong("isi `url` atau `text`".to_owned()));
    }
    let too_long = |value: &Option<String>, longest: usize| {
        value.as_ref().is_some_and(|value| value.chars().count() > longest)
    };
    if told.url.as_deref().is_some_and(|url| !crate::pipeline::is_link(url))
        || too_long(&told.url, LONGEST_URL)
    {
        let why = "`url` bukan satu alamat http atau https yang lengkap";
        return Err(Refusal::Wrong(format!("{why}, paling panjang {LONGEST_URL} karakter")));
    }
    if too_long(&told.note, LONGEST_NOTE) {
        return Err(Refusal::Wrong(format!("`note` paling panjang {LONGEST_NOTE} karakter")));
    }
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if told.platform.as_deref().is_some_and(|name| !name.chars().all(plain))
        || too_long(&told.platform, LONGEST_PLATFORM)
    {
        return Err(Refusal::Wrong(format!(
            "`platform` hanya huruf, angka, `-`, `_`, atau `.`, paling panjang {LONGEST_PLATFORM}"
        )));
    }
    Ok(told)
}
