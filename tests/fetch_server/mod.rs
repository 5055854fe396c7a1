//! A loopback server for the tests of the client: answers byte for byte what a test says, one
//! request a connection, and remembers what was asked and when.

#![allow(clippy::unwrap_used, reason = "a test")]
#![allow(dead_code, reason = "each test file uses its own part")]

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Path and query.
    pub path: String,
    /// The request line and the headers.
    pub head: String,
    /// What was posted.
    pub body: String,
    /// When it had arrived.
    pub at: Instant,
}

impl Asked {
    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// What is done with the connection after a request.
pub enum Reply {
    /// These bytes, then the connection is closed.
    Bytes(Vec<u8>),
    /// Whatever this does with the connection.
    Script(Script),
}

/// Something done with a connection.
type Script = Box<dyn FnOnce(TcpStream) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// Header names and values of an answer.
pub type Headers = &'static [(&'static str, &'static str)];

impl Reply {
    /// A whole answer.
    pub fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let mut bytes = Self::head(status, headers);
        let body = body.as_ref();
        bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        bytes.extend_from_slice(body);
        Self::Bytes(bytes)
    }

    /// A page of HTML.
    pub fn html(body: &str) -> Self {
        Self::new(200, &[("content-type", "text/html; charset=utf-8")], body)
    }

    /// `404`.
    pub fn not_found() -> Self {
        Self::new(404, &[], "")
    }

    /// `302` to this address.
    pub fn redirect(to: &str) -> Self {
        Self::new(302, &[("location", to)], "")
    }

    /// An answer whose body ends with the connection: with the end of `body`, or never.
    pub fn script<F>(headers: Headers, body: impl FnOnce(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::Script(Box::new(move |mut stream| {
            Box::pin(async move {
                let mut head = Self::head(200, headers);
                head.extend_from_slice(b"\r\n");
                if stream.write_all(&head).await.is_ok() {
                    body(stream).await;
                }
            })
        }))
    }

    fn head(status: u16, headers: &[(&str, &str)]) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {status} x\r\nconnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.into_bytes()
    }
}

/// A server on a port of its own, until it is dropped.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Starts a server that answers with `reply`.
    pub async fn start(reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (log, reply) = (Arc::clone(&asked), Arc::new(reply));
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (log, reply) = (Arc::clone(&log), Arc::clone(&reply));
                tokio::spawn(async move {
                    let Some(request) = read_request(&mut stream).await else { return };
                    log.lock().unwrap().push(request.clone());
                    match reply(&request) {
                        Reply::Bytes(bytes) => {
                            let _ = stream.write_all(&bytes).await;
                            let _ = stream.shutdown().await;
                        }
                        Reply::Script(script) => script(stream).await,
                    }
                });
            }
        });
        Self { address, asked, task }
    }

    /// An address on this server.
    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// Everything asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The paths asked so far, in order.
    pub fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.path).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // A byte at a time: what follows the head is the body's.
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return None,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let mut asked = Asked { path, head, body: String::new(), at: Instant::now() };
    let length = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    asked.body = String::from_utf8(body).unwrap();
    Some(asked)
}
