//! The daemon's own address: `/healthz` for whoever watches the watch, `/metrics` for Prometheus.
//! Neither tells anything of posts or people.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde::Serialize;

use crate::store::SourceState;
use crate::telemetry::Metrics;

use super::daemon::Condition;

/// What `/healthz` answers.
#[derive(Debug, Serialize)]
struct Health {
    /// `ok`, or `degraded` when a source fails or the rules were refused; the daemon runs in both.
    status: &'static str,
    ruleset: String,
    /// Why the rules in the files are not in force, if they are not.
    rules_refused: Option<String>,
    failing: Vec<Failing>,
}

#[derive(Debug, Serialize)]
struct Failing {
    source: String,
    reason: String,
}

#[derive(Clone)]
struct Shared {
    condition: Arc<Condition>,
    metrics: Metrics,
}

pub(super) fn router(condition: Arc<Condition>, metrics: Metrics) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/metrics", get(render))
        .with_state(Shared { condition, metrics })
}

async fn healthz(State(shared): State<Shared>) -> impl IntoResponse {
    let condition = shared.condition;
    let states = condition.source_states().await;
    let (status, code) = match &states {
        Err(_) => ("no database", StatusCode::SERVICE_UNAVAILABLE),
        Ok(states) if condition.rules_refused().is_some() || states.iter().any(fails) => {
            ("degraded", StatusCode::OK)
        }
        Ok(_) => ("ok", StatusCode::OK),
    };
    let failing =
        |state: SourceState| state.failure.map(|reason| Failing { source: state.name, reason });
    let health = Health {
        status,
        ruleset: condition.ruleset(),
        rules_refused: condition.rules_refused(),
        failing: states.unwrap_or_default().into_iter().filter_map(failing).collect(),
    };
    (code, Json(health))
}

fn fails(state: &SourceState) -> bool {
    state.failure.is_some()
}

async fn render(State(shared): State<Shared>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], shared.metrics.render())
}
