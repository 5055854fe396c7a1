//! WebSockets under the client's rules: the address guard, one attempt at a time with the pace of
//! the domain, the host's back-off and circuit breaker, the honest user agent, bounds on time and
//! size. A stream is a documented interface made for programs: robots.txt is not asked about it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderValue, LOCATION};
use rustls::pki_types::ServerName;
use rustls_platform_verifier::ConfigVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::ClientRequestBuilder;
use tokio_tungstenite::tungstenite::http::{Response, Uri};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use url::Url;

use super::address::{AddressRefused, addresses, refusal_in};
use super::asking::Hop;
use super::client::{Client, Shared};
use super::retry_after::asked_pause;
use super::sites::Site;
use crate::telemetry::{Event as _, RequestEnded};

/// After this long without a word the server is asked for a sign of life.
const QUIET: Duration = Duration::from_secs(30);
/// The most of an answer that is no stream which is kept.
const GLIMPSE: usize = 4 << 10;

/// What a connection is opened with.
#[derive(Debug, Clone)]
pub struct Line {
    user_agent: HeaderValue,
    connect: Duration,
    total: Duration,
}

/// What a socket is asked for.
#[derive(Debug, Clone, Copy)]
pub struct SocketRequest<'a> {
    /// The address, `ws` or `wss`.
    pub url: &'a Url,
    /// The subprotocol to ask for.
    pub protocol: Option<&'static str>,
    /// The largest message taken, in bytes.
    pub max_message: usize,
}

/// Why there is no stream, or none any more.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// We did not connect, because we must not.
    #[error("address refused: {0}")]
    Refused(String),
    /// The server does not want us: 401, 403, 404 and the like, or a redirect.
    #[error("{0}")]
    Blocked(String),
    /// The server would not open the stream as it was asked for (400).
    #[error("the server answered {status}: {body}")]
    Declined {
        /// The status.
        status: u16,
        /// The beginning of what it said.
        body: String,
    },
    /// It may work later.
    #[error("{reason}")]
    Transient {
        /// What happened.
        reason: String,
        /// The host will not be asked before this time.
        retry_at: Timestamp,
    },
    /// A message exceeds the limit.
    #[error("a message exceeds the limit of {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
        /// The host will not be asked before this time.
        retry_at: Timestamp,
    },
}

/// A connection of either kind.
trait Pipe: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Pipe for T {}

/// An open stream of messages.
pub struct Socket {
    stream: WebSocketStream<Box<dyn Pipe>>,
    site: Arc<Site>,
    max_message: usize,
    heard: bool,
}

impl Line {
    pub(super) fn new(user_agent: HeaderValue, connect: Duration, total: Duration) -> Self {
        Self { user_agent, connect, total }
    }
}

impl Client {
    /// Opens a stream. Waits for its turn; never asks a host that is in a pause.
    ///
    /// # Errors
    /// Why there is none, and whether it may be tried again.
    pub async fn open(&self, request: SocketRequest<'_>) -> Result<Socket, SocketError> {
        let began = Instant::now();
        let opened = self.shared().socket(request).await;
        let (outcome, status) = match &opened {
            Ok(_) => ("new", Some(101)),
            Err(SocketError::Refused(_)) => ("refused", None),
            Err(SocketError::Blocked(_)) => ("blocked", None),
            Err(SocketError::Declined { status, .. }) => ("blocked", Some(*status)),
            Err(SocketError::Transient { .. } | SocketError::TooLarge { .. }) => {
                ("transient", None)
            }
        };
        RequestEnded {
            host: request.url.host_str().unwrap_or_default(),
            purpose: "stream",
            outcome,
            status,
            bytes: 0,
            took: began.elapsed(),
        }
        .emit();
        opened
    }
}

impl Shared {
    async fn socket(&self, request: SocketRequest<'_>) -> Result<Socket, SocketError> {
        let hop = self.hop(as_http(request.url)?).map_err(|reason| match reason {
            super::RefuseReason::Address(why) => SocketError::Refused(why),
            other => SocketError::Refused(other.to_string()),
        })?;
        let site = Arc::clone(&hop.site);
        let not_now = |(reason, retry_at): (super::TransientReason, _)| SocketError::Transient {
            reason: reason.to_string(),
            retry_at,
        };
        site.admit().map_err(not_now)?;
        let mut turn = site.pace().turn(None, fastrand::f64()).await;
        if let Err(denied) = site.admit() {
            turn.give_back();
            return Err(not_now(denied));
        }
        let opened = match timeout(self.line.total, self.line.dial(&hop, request)).await {
            Ok(opened) => opened,
            Err(_) => Err(Dialled::Broken(format!("no stream within {:?}", self.line.total))),
        };
        let stream = opened.map_err(|why| {
            if !matches!(why, Dialled::Refused(_)) {
                turn.slow_down();
            }
            why.judge(&site)
        })?;
        turn.recover();
        Ok(Socket { stream, site, max_message: request.max_message, heard: false })
    }
}

/// Why dialling led to no stream.
enum Dialled {
    Refused(String),
    Broken(String),
    Answered(Box<Response<Option<Vec<u8>>>>),
}

impl Dialled {
    fn judge(self, site: &Site) -> SocketError {
        let answer = match self {
            Self::Refused(why) => return SocketError::Refused(why),
            Self::Broken(reason) => {
                return SocketError::Transient { reason, retry_at: site.failed(None) };
            }
            Self::Answered(answer) => answer,
        };
        let status = answer.status();
        let said = answer.body().as_deref().unwrap_or_default();
        let said = String::from_utf8_lossy(said.get(..GLIMPSE).unwrap_or(said)).into_owned();
        match status.as_u16() {
            400 => {
                site.succeeded(None);
                SocketError::Declined { status: 400, body: said }
            }
            408 | 425 | 429 | 500.. => SocketError::Transient {
                reason: format!("the server answered {status}"),
                retry_at: site.failed(asked_pause(answer.headers(), Timestamp::now())),
            },
            300..400 => SocketError::Blocked(format!(
                "the server redirects elsewhere: {}",
                header(answer.headers(), LOCATION.as_str())
            )),
            _ => SocketError::Blocked(format!("the server answered {status} instead of a stream")),
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl Line {
    async fn dial(
        &self,
        hop: &Hop,
        request: SocketRequest<'_>,
    ) -> Result<WebSocketStream<Box<dyn Pipe>>, Dialled> {
        let pipe = match timeout(self.connect, connect(hop)).await {
            Ok(pipe) => pipe.map_err(|error| match refusal_in(&error) {
                Some(refused) => Dialled::Refused(refused.to_string()),
                None => Dialled::Broken(error.to_string()),
            })?,
            Err(_) => {
                return Err(Dialled::Broken(format!("no connection within {:?}", self.connect)));
            }
        };
        let broken = |why: &dyn std::fmt::Display| Dialled::Broken(why.to_string());
        let uri: Uri = request.url.as_str().parse().map_err(|why| broken(&why))?;
        let agent = self.user_agent.to_str().unwrap_or_default();
        let mut opening = ClientRequestBuilder::new(uri).with_header("User-Agent", agent);
        if let Some(protocol) = request.protocol {
            opening = opening.with_sub_protocol(protocol);
        }
        let config = WebSocketConfig::default()
            .max_message_size(Some(request.max_message))
            .max_frame_size(Some(request.max_message));
        match client_async_with_config(opening, pipe, Some(config)).await {
            Ok((stream, _)) => Ok(stream),
            Err(WsError::Http(answer)) => Err(Dialled::Answered(answer)),
            Err(why) => Err(broken(&why)),
        }
    }
}

/// Connects to an address the guard lets through, and to no other.
async fn connect(hop: &Hop) -> std::io::Result<Box<dyn Pipe>> {
    let refused = |why: AddressRefused| std::io::Error::other(why);
    let found: Vec<SocketAddr> = addresses(&hop.url, hop.clearance).await?.map_err(refused)?;
    let tcp = TcpStream::connect(found.as_slice()).await?;
    tcp.set_nodelay(true)?;
    if hop.url.scheme() == "http" {
        return Ok(Box::new(tcp));
    }
    // Reads the machine's root certificates.
    let config = tokio::task::spawn_blocking(rustls::ClientConfig::with_platform_verifier)
        .await?
        .map_err(std::io::Error::other)?;
    let host = hop.url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host).map_err(std::io::Error::other)?;
    let tls = TlsConnector::from(Arc::new(config)).connect(name, tcp).await?;
    Ok(Box::new(tls))
}

/// The address as the guard and the hosts' memory know it.
fn as_http(url: &Url) -> Result<Url, SocketError> {
    let mut http = url.clone();
    let scheme = match url.scheme() {
        "ws" => "http",
        "wss" => "https",
        other => return Err(SocketError::Refused(format!("`{other}` is neither ws nor wss"))),
    };
    match http.set_scheme(scheme) {
        Ok(()) => Ok(http),
        Err(()) => Err(SocketError::Refused("the address cannot be asked".to_owned())),
    }
}

impl Socket {
    /// The next message. Answers the server's pings, and asks a silent one for a sign of life.
    /// Dropping the future loses no message.
    ///
    /// # Errors
    /// Why there will be none, and when to connect again.
    pub async fn next(&mut self) -> Result<Bytes, SocketError> {
        let mut asked = false;
        loop {
            let Ok(message) = timeout(QUIET, self.stream.next()).await else {
                if asked {
                    return Err(self.broke(format!("nothing came for {:?}", QUIET * 2)));
                }
                asked = true;
                if let Err(why) = self.stream.send(Message::Ping(Bytes::new())).await {
                    return Err(self.broke(why.to_string()));
                }
                continue;
            };
            asked = false;
            match message {
                Some(Ok(Message::Text(text))) => return Ok(self.hear(text.into())),
                Some(Ok(Message::Binary(bytes))) => return Ok(self.hear(bytes)),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(close))) => {
                    let why = close.map_or_else(String::new, |close| format!(": {close}"));
                    return Err(self.broke(format!("the server closed the stream{why}")));
                }
                Some(Err(WsError::Capacity(_))) => {
                    let retry_at = self.site.failed(None);
                    return Err(SocketError::TooLarge { limit: self.max_message, retry_at });
                }
                Some(Err(why)) => return Err(self.broke(why.to_string())),
                None => return Err(self.broke("the stream broke off".to_owned())),
            }
        }
    }

    fn hear(&mut self, message: Bytes) -> Bytes {
        // Not before: a server that opens streams and closes them at once is not well.
        if !std::mem::replace(&mut self.heard, true) {
            self.site.succeeded(None);
        }
        message
    }

    fn broke(&self, reason: String) -> SocketError {
        SocketError::Transient { reason, retry_at: self.site.failed(None) }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{DuplexStream, duplex};
    use tokio_tungstenite::tungstenite::protocol::Role;

    use super::super::sites::Sites;
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    async fn pair() -> (Socket, WebSocketStream<DuplexStream>) {
        let (ours, theirs) = duplex(1 << 16);
        let sites = Sites::new(SECOND, SECOND);
        let socket = Socket {
            stream: WebSocketStream::from_raw_socket(Box::new(ours) as _, Role::Client, None).await,
            site: sites.of(&Url::parse("http://contoh.example/").unwrap()),
            max_message: 1 << 16,
            heard: false,
        };
        (socket, WebSocketStream::from_raw_socket(theirs, Role::Server, None).await)
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_server_is_asked_for_a_sign_of_life() {
        let (mut socket, mut server) = pair().await;
        // Reading is what answers a ping.
        tokio::spawn(async move {
            let patience = QUIET * 10;
            let _ = timeout(patience, async { while server.next().await.is_some() {} }).await;
            server.send(Message::text("akhirnya")).await.unwrap();
            std::future::pending::<()>().await;
        });
        let began = Instant::now();
        assert_eq!(socket.next().await.unwrap(), "akhirnya");
        assert!(began.elapsed() >= QUIET * 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_gives_none_is_given_up() {
        let (mut socket, _server) = pair().await;
        let began = Instant::now();
        let error = socket.next().await.unwrap_err();
        assert!(error.to_string().contains("nothing came for 60s"), "{error}");
        assert_eq!(began.elapsed().as_secs(), 60);
        assert!(
            matches!(error, SocketError::Transient { retry_at, .. } if retry_at > Timestamp::UNIX_EPOCH)
        );
    }

    #[test]
    fn only_web_sockets_are_opened() {
        let as_http = |url: &str| as_http(&Url::parse(url).unwrap()).map(|url| url.to_string());
        assert_eq!(as_http("wss://a.example/x?y=1").unwrap(), "https://a.example/x?y=1");
        assert_eq!(as_http("ws://a.example:81/").unwrap(), "http://a.example:81/");
        for url in ["https://a.example/", "file:///etc/hosts"] {
            assert!(as_http(url).is_err(), "{url}");
        }
    }
}
