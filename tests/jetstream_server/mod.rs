//! A loopback Jetstream for tests: each connection plays a script that sends, stalls, breaks off in
//! the middle of a message or declines, and what was asked for is remembered.

#![allow(clippy::unwrap_used, reason = "a test")]
#![allow(dead_code, reason = "each test file uses its own part")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

/// What a connection does next.
#[derive(Debug, Clone)]
pub enum Act {
    /// Sends a message.
    Send(String),
    /// Says nothing for this long.
    Stall(Duration),
    /// Asks for a sign of life and waits for it.
    Ping,
    /// Sends the first half of a message's frame and breaks off.
    Half(String),
    /// Answers the opening with this status and text instead of a stream. Only as the first act.
    Decline(u16, &'static str),
    /// Closes the stream as the standard says.
    Close,
    /// Breaks off.
    Drop,
}

/// A connection as it was asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Path and query.
    pub uri: String,
    pub user_agent: String,
    pub protocol: Option<String>,
}

impl Asked {
    /// The cursor asked for.
    pub fn cursor(&self) -> Option<i64> {
        self.uri.split(['?', '&']).find_map(|pair| pair.strip_prefix("cursor=")?.parse().ok())
    }
}

/// The server.
pub struct Jetstream {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    sent: Arc<Mutex<usize>>,
}

impl Jetstream {
    /// Plays `script` for each connection, given its number from 0 and what it asks for. A script
    /// that is over leaves the stream open and silent.
    pub async fn start(script: impl Fn(usize, &Asked) -> Vec<Act> + Send + Sync + 'static) -> Self {
        Self::start_with(None, script).await
    }

    /// The same behind TLS.
    pub async fn start_with(
        tls: Option<TlsAcceptor>,
        script: impl Fn(usize, &Asked) -> Vec<Act> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let sent: Arc<Mutex<usize>> = Arc::default();
        let (script, log, count) = (Arc::new(script), Arc::clone(&asked), Arc::clone(&sent));
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (script, log, count) =
                    (Arc::clone(&script), Arc::clone(&log), Arc::clone(&count));
                let tls = tls.clone();
                tokio::spawn(async move {
                    let Some(tls) = tls else {
                        return serve(tcp, script.as_ref(), &log, &count).await;
                    };
                    if let Ok(stream) = tls.accept(tcp).await {
                        serve(stream, script.as_ref(), &log, &count).await;
                    }
                });
            }
        });
        Self { address, asked, sent }
    }

    pub fn url(&self) -> String {
        format!("ws://{}/", self.address)
    }

    /// The connections so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Messages handed to the network so far.
    pub fn sent(&self) -> usize {
        *self.sent.lock().unwrap()
    }
}

#[allow(clippy::result_large_err, reason = "the library's own signature")]
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    tcp: S,
    script: &(impl Fn(usize, &Asked) -> Vec<Act> + Send + Sync),
    log: &Mutex<Vec<Asked>>,
    count: &Mutex<usize>,
) {
    let mut acts = Vec::new();
    let opening = |request: &Request, mut response: Response| {
        let header = |name: &str| {
            request.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        let asked = Asked {
            uri: request.uri().to_string(),
            user_agent: header("user-agent").unwrap_or_default(),
            protocol: header("sec-websocket-protocol"),
        };
        let mut log = log.lock().unwrap();
        acts = script(log.len(), &asked);
        if let Some(protocol) = &asked.protocol {
            let protocol = HeaderValue::from_str(protocol).unwrap();
            response.headers_mut().insert("sec-websocket-protocol", protocol);
        }
        log.push(asked);
        if let Some(Act::Decline(status, body)) = acts.first() {
            let mut declined = ErrorResponse::new(Some((*body).to_owned()));
            *declined.status_mut() = StatusCode::from_u16(*status).unwrap();
            return Err(declined);
        }
        Ok(response)
    };
    let Ok(mut stream) = accept_hdr_async(tcp, opening).await else { return };
    for act in acts {
        if !play(&mut stream, act, count).await {
            return;
        }
    }
    while let Some(Ok(_)) = stream.next().await {}
}

async fn play<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut WebSocketStream<S>,
    act: Act,
    count: &Mutex<usize>,
) -> bool {
    match act {
        Act::Send(text) => {
            let sent = stream.send(Message::text(text)).await.is_ok();
            *count.lock().unwrap() += usize::from(sent);
            sent
        }
        Act::Stall(span) => {
            tokio::time::sleep(span).await;
            true
        }
        Act::Ping => {
            let _ = stream.send(Message::Ping("hidup?".into())).await;
            matches!(stream.next().await, Some(Ok(Message::Pong(pong))) if pong == "hidup?")
        }
        Act::Half(text) => {
            let length = u16::try_from(text.len()).unwrap();
            let mut frame = vec![0x81, 126];
            frame.extend(length.to_be_bytes());
            frame.extend(&text.as_bytes()[..text.len() / 2]);
            let _ = stream.get_mut().write_all(&frame).await;
            let _ = stream.get_mut().flush().await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            false
        }
        Act::Close => {
            let _ = stream.close(None).await;
            while let Some(Ok(_)) = stream.next().await {}
            false
        }
        Act::Decline(..) | Act::Drop => false,
    }
}
