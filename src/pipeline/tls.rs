//! The daemon's address by HTTPS. A handshake never keeps another from beginning, and a certificate
//! that is renewed is taken up while connections run on; a bad one leaves the old one in force.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::serve::Listener;
use jiff::{SignedDuration, Timestamp};
use rustls::ServerConfig;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::rule_watch::FileWatch;
use crate::config::{Term, TlsFiles, TlsFilesError};
use crate::telemetry::{CertificateLoaded, CertificateRefused, CertificateTerm, Event as _};

/// How long a handshake may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is told when the certificate ends.
const TOLD_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// Handshakes at one time; whoever comes later waits to be accepted.
const HANDSHAKES: usize = 256;

/// The certificate in force.
#[derive(Debug)]
struct InForce(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for InForce {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

/// A certificate, and the files it is read from again.
pub(super) struct Tls {
    files: TlsFiles,
    in_force: Arc<InForce>,
    watch: FileWatch,
    /// When its end was last looked at.
    told: Option<Timestamp>,
}

impl Tls {
    pub(super) fn read(files: TlsFiles) -> Result<Self, TlsFilesError> {
        let mut watch = FileWatch::default();
        watch.loaded(&[&files.certificate, &files.key]);
        let in_force = Arc::new(InForce(ArcSwap::from_pointee(files.read()?)));
        Ok(Self { files, in_force, watch, told: None })
    }

    /// Reads the files again if they were changed and have settled; tells once a day of the end of
    /// what is in force.
    pub(super) fn look(&mut self) {
        if self.watch.have_settled(&[&self.files.certificate, &self.files.key]) {
            self.reload();
        }
        let now = Timestamp::now();
        if self.told.is_some_and(|told| now.duration_since(told) < TOLD_EVERY) {
            return;
        }
        self.told = Some(now);
        let in_force = self.in_force.0.load();
        if let Some(term) = in_force.end_entity_cert().ok().and_then(Term::of) {
            let (is_short, is_over) = (term.is_short(now), term.is_over(now));
            CertificateTerm { ends: term.ends, is_short, is_over }.emit();
        }
    }

    /// Reads the files again.
    pub(super) fn reload(&mut self) {
        match self.files.read() {
            Ok(key) => {
                self.in_force.0.store(Arc::new(key));
                self.told = None;
                CertificateLoaded.emit();
            }
            Err(error) => CertificateRefused { reason: &error.to_string() }.emit(),
        }
    }

    /// The listener that speaks HTTPS with what is in force at each handshake.
    pub(super) fn listener(&self, tcp: TcpListener) -> Result<TlsListener, rustls::Error> {
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&self.in_force) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(TlsListener { tcp, acceptor, handshakes: JoinSet::new() })
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

type Accepted = (TlsStream<TcpStream>, SocketAddr);

/// Connections whose handshake is done.
pub(super) struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
    handshakes: JoinSet<Option<Accepted>>,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Accepted {
        loop {
            let has_room = self.handshakes.len() < HANDSHAKES;
            tokio::select! {
                Some(done) = self.handshakes.join_next() => {
                    // Who speaks no TLS, or takes too long over it, is nobody to answer.
                    if let Ok(Some(accepted)) = done {
                        return accepted;
                    }
                }
                (stream, address) = Listener::accept(&mut self.tcp), if has_room => {
                    let handshake = self.acceptor.accept(stream);
                    self.handshakes.spawn(async move {
                        let done = tokio::time::timeout(PATIENCE, handshake).await;
                        Some((done.ok()?.ok()?, address))
                    });
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

/// What asks the daemon of this machine: its name there is no name of the certificate, so the
/// certificate in the file is the one that is expected, and no other.
pub(super) fn to_this_machine(files: &TlsFiles) -> Result<ClientConfig, io::Error> {
    let chain = files.chain().map_err(io::Error::other)?;
    let own = chain.into_iter().next().ok_or(io::ErrorKind::NotFound)?;
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned { own, provider: provider() }))
        .with_no_client_auth();
    Ok(config)
}

#[derive(Debug)]
struct Pinned {
    own: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *end_entity == self.own {
            return Ok(ServerCertVerified::assertion());
        }
        Err(rustls::CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
