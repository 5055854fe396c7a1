//! What happens in the queue as it happens, for whoever holds a personal token.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;

use super::answer::Refusal;
use super::items::Desk;
use super::who::by_bearer;
use crate::console::live::{Since, since};

pub(super) async fn listen(
    State(desk): State<Desk>,
    from: Result<Query<Since>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let bearer = by_bearer(&desk, &headers).await?;
    let Query(from) = from.map_err(|error| Refusal::WrongQuery(error.body_text()))?;
    let store = Arc::clone(&desk.store);
    let stays = move || store.bearer_stays(bearer.token, Timestamp::now()).unwrap_or(true);
    let listening =
        desk.live.listen(&format!("account {}", bearer.account.name), since(&headers, from), stays);
    listening.ok_or(Refusal::NotNow)
}
