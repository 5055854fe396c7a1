//! The daemon's own address: `/healthz` for whoever watches the watch, `/metrics` for Prometheus.
//! Neither tells anything of posts or people. Whoever asks on the same machine asks from here too.

use std::io::{Error, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde::{Deserialize, Serialize};

use crate::store::SourceState;
use crate::telemetry::Metrics;

use super::daemon::Condition;
use super::tls;
use crate::config::Http;

/// The longest answer read, in bytes.
const LONGEST: u64 = 1 << 20;
/// How long a daemon on this machine may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// What `/healthz` answers.
#[derive(Debug, Serialize, Deserialize)]
pub struct Health {
    /// `ok`, or `degraded` when a source fails or the rules were refused; the daemon runs in both.
    pub status: String,
    /// The version of the rule set in force.
    pub ruleset: String,
    /// Why the rules in the files are not in force, if they are not.
    pub rules_refused: Option<String>,
    /// Sources whose last visit failed.
    pub failing: Vec<Failing>,
}

/// A source whose last visit failed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Failing {
    /// Its name in the config.
    pub source: String,
    /// Why.
    pub reason: String,
}

/// Asks the daemon of this machine how it is.
///
/// # Errors
/// Nobody listens there, or whoever does is no daemon of ours.
pub fn ask_health(http: &Http) -> Result<Health, Error> {
    let listen = http.listen;
    // An address that stands for all of the machine's is reached by loopback.
    let host = match listen.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        host => host,
    };
    let address = SocketAddr::new(host, listen.port());
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let answer = match http.tls() {
        None => asked(stream, address)?,
        Some(files) => {
            let config = Arc::new(tls::to_this_machine(&files)?);
            let connection = rustls::ClientConnection::new(config, address.ip().into());
            let connection = connection.map_err(Error::other)?;
            asked(rustls::StreamOwned::new(connection, stream), address)?
        }
    };
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Ok(serde_json::from_str(body)?)
}

fn asked(mut stream: impl Read + Write, address: SocketAddr) -> Result<String, Error> {
    // HTTP/1.0: the answer ends with the connection and comes in one piece.
    write!(stream, "GET /healthz HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(LONGEST).read_to_string(&mut answer)?;
    Ok(answer)
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
        status: status.to_owned(),
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
