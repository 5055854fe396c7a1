//! The certificate files that make the daemon speak HTTPS: read, and held to be a pair. Nothing of
//! a key is ever part of an error.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// Where certificate and key stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain of certificates, the server's own first (PEM).
    pub certificate: PathBuf,
    /// Its key (PEM, not encrypted).
    pub key: PathBuf,
}

/// Until when the server's own certificate is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// When it ends.
    pub ends: Timestamp,
}

/// How long before its end a certificate should have been renewed: those that renew themselves do so
/// a month before.
const RENEWED_BY: SignedDuration = SignedDuration::from_hours(21 * 24);

impl Term {
    /// That of a certificate; `None` where it cannot be read.
    pub fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, read) = x509_parser::parse_x509_certificate(certificate).ok()?;
        let ends = Timestamp::from_second(read.validity().not_after.timestamp()).ok()?;
        Some(Self { ends })
    }

    /// Whether it is over.
    pub fn is_over(self, now: Timestamp) -> bool {
        self.ends < now
    }

    /// Whether it should have been renewed by now.
    pub fn is_short(self, now: Timestamp) -> bool {
        self.ends.duration_since(now) < RENEWED_BY
    }
}

/// The files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsFilesError {
    /// A file is not there or may not be read.
    #[error("{}: berkas `{what}` tidak dapat dibaca ({source}); periksa nama dan izinnya", path.display())]
    Unreadable {
        /// The key of the config.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no certificate in the file.
    #[error(
        "{}: tidak ada sertifikat PEM di dalamnya; `certificate` adalah rantai sertifikat, \
         biasanya fullchain.pem",
        .0.display()
    )]
    NoCertificate(PathBuf),
    /// There is no key in the file.
    #[error(
        "{}: tidak ada kunci PEM yang dapat dipakai di dalamnya; `key` adalah kunci sertifikat itu \
         tanpa sandi, biasanya privkey.pem",
        .0.display()
    )]
    NoKey(PathBuf),
    /// Both are right, but not of each other.
    #[error(
        "{}: kunci ini bukan pasangan {}; pakai kedua berkas dari penerbitan yang sama",
        key.display(),
        certificate.display()
    )]
    NotAPair {
        /// The certificate.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// The certificate or key is of a kind that cannot be used.
    #[error(
        "{}: sertifikat atau kuncinya tidak dapat dipakai ({reason}); minta yang baru kepada penerbitnya",
        certificate.display()
    )]
    Unusable {
        /// The certificate.
        certificate: PathBuf,
        /// Why.
        reason: rustls::Error,
    },
}

impl TlsFiles {
    /// Reads both.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(&self) -> Result<CertifiedKey, TlsFilesError> {
        let chain = self.chain()?;
        let key = self.opened("key", &self.key)?;
        let key = PrivateKeyDer::from_pem_slice(&key)
            .map_err(|_| TlsFilesError::NoKey(self.key.clone()))?;
        CertifiedKey::from_der(chain, key, &rustls::crypto::ring::default_provider()).map_err(
            |reason| match reason {
                rustls::Error::InconsistentKeys(_) => TlsFilesError::NotAPair {
                    certificate: self.certificate.clone(),
                    key: self.key.clone(),
                },
                // What is in a key is never told, not even what is wrong with it.
                rustls::Error::General(_) => TlsFilesError::NoKey(self.key.clone()),
                reason => TlsFilesError::Unusable { certificate: self.certificate.clone(), reason },
            },
        )
    }

    /// Reads the certificates alone.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn chain(&self) -> Result<Vec<CertificateDer<'static>>, TlsFilesError> {
        let none = || TlsFilesError::NoCertificate(self.certificate.clone());
        let text = self.opened("certificate", &self.certificate)?;
        let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&text).collect();
        chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(none)
    }

    fn opened(&self, what: &'static str, path: &Path) -> Result<Vec<u8>, TlsFilesError> {
        let path = path.to_owned();
        std::fs::read(&path).map_err(|source| TlsFilesError::Unreadable { what, path, source })
    }

    /// What to say when others on this machine may read the key.
    pub fn key_is_open(&self) -> Option<String> {
        let mode = std::fs::metadata(&self.key).ok()?.permissions().mode();
        (mode & 0o007 != 0).then(|| {
            let key = self.key.display();
            format!(
                "{key}: kunci ini terbuka bagi semua orang di mesin ini; jalankan chmod o-rwx {key}"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_short_three_weeks_before_its_end() {
        let ends = "2026-12-19T00:00:00Z".parse().unwrap();
        let mut made = rcgen::CertificateParams::new(vec!["contoh.example".to_owned()]).unwrap();
        made.not_after = rcgen::date_time_ymd(2026, 12, 19);
        let made = made.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let term = Term::of(made.der()).unwrap();
        assert_eq!(term.ends, ends);
        for (now, is_short, is_over) in [
            ("2026-11-27T23:59:59Z", false, false),
            ("2026-11-28T00:00:01Z", true, false),
            ("2026-12-18T23:59:59Z", true, false),
            ("2026-12-19T00:00:01Z", true, true),
        ] {
            let now = now.parse().unwrap();
            assert_eq!((term.is_short(now), term.is_over(now)), (is_short, is_over), "{now}");
        }
        assert_eq!(Term::of(&CertificateDer::from(vec![1, 2, 3])), None);
    }
}
