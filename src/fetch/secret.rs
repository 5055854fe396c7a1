//! Secrets of the operator: tokens and keys of services. A secret is read from the environment or
//! a file, shows as `***` wherever it might be written, and can be taken out of what a server sends
//! back. It has no way into the config, the store or the log.

use std::fmt;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use bytes::Bytes;

/// What stands in place of a secret.
const HIDDEN: &str = "***";
/// A shorter one would be found by chance in what a server sends.
const LEAST_TO_FIND: usize = 8;

/// A token, key or password.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Where a secret is to be found, as the config says: one of the two.
#[derive(Debug, Clone, Copy, Default)]
pub struct SecretPlace<'a> {
    /// The name of an environment variable.
    pub env: Option<&'a str>,
    /// A file that holds nothing else; relative to the config's folder.
    pub file: Option<&'a Path>,
}

/// Why there is no secret. (Indonesian: an operator reads it.)
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSecret {
    /// Neither place is named, or both.
    #[error("sebutkan tempatnya: nama variabel lingkungan atau nama berkas, salah satu saja")]
    Unnamed,
    /// The environment variable is not set, or empty.
    #[error(
        "variabel lingkungan `{0}` belum diisi; isi di berkas lingkungan layanan (EnvironmentFile), bukan di konfigurasi"
    )]
    NoVariable(String),
    /// The file cannot be read.
    #[error("berkas {} tidak dapat dibaca: {why}", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// It holds nothing, or what cannot be sent.
    #[error(
        "{0} kosong atau memuat huruf yang tidak dapat dikirim; isinya harus rahasia itu saja, satu baris"
    )]
    Unusable(String),
}

impl Secret {
    /// This text as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Reads it from where the config says; relative files start from `folder`.
    ///
    /// # Errors
    /// It is not there, or cannot be sent.
    pub fn find(place: SecretPlace<'_>, folder: &Path) -> Result<Self, NoSecret> {
        let (text, from) = match (place.env, place.file) {
            (Some(name), None) => {
                let text = std::env::var(name).unwrap_or_default();
                if text.trim().is_empty() {
                    return Err(NoSecret::NoVariable(name.to_owned()));
                }
                (text, name.to_owned())
            }
            (None, Some(file)) => {
                let path = folder.join(file);
                let text = std::fs::read_to_string(&path)
                    .map_err(|why| NoSecret::NoFile { path: path.clone(), why: why.to_string() })?;
                (text, path.display().to_string())
            }
            _ => return Err(NoSecret::Unnamed),
        };
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NoSecret::Unusable(from));
        }
        Ok(Self::new(text))
    }

    /// The secret itself, for the wire alone.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl SecretPlace<'_> {
    /// What the account of budgets calls whoever holds it: the name of its place, never the secret.
    pub fn holder(&self) -> String {
        match (self.env, self.file) {
            (Some(name), _) => name.to_owned(),
            (None, Some(file)) => file.display().to_string(),
            (None, None) => String::new(),
        }
    }
}

/// Takes secrets out of what a server sent: services write the caller's token into the addresses
/// of further pages.
pub(super) fn hide(body: Bytes, secrets: &[&Secret]) -> Bytes {
    let mut needles: Vec<String> = Vec::new();
    for secret in secrets.iter().filter(|secret| secret.0.len() >= LEAST_TO_FIND) {
        let encoded: String = url::form_urlencoded::byte_serialize(secret.0.as_bytes()).collect();
        needles.extend([secret.0.clone(), encoded]);
    }
    needles.sort_unstable();
    needles.dedup();
    // Only a needle without end cannot be searched for.
    let Ok(finder) = AhoCorasick::new(&needles) else { return body };
    if needles.is_empty() || !finder.is_match(&body) {
        return body;
    }
    finder.replace_all_bytes(&body, &vec![HIDDEN; needles.len()]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_where_the_config_says_and_never_shown() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("token"), "rahasia-0000\n").unwrap();
        std::fs::write(dir.path().join("dua"), "rahasia\nlain").unwrap();
        let find = |env: Option<&str>, file: Option<&str>| {
            Secret::find(SecretPlace { env, file: file.map(Path::new) }, dir.path())
        };
        let found = find(None, Some("token")).unwrap();
        assert_eq!((found.reveal(), format!("{found:?}").as_str()), ("rahasia-0000", "***"));
        assert_eq!(find(None, None), Err(NoSecret::Unnamed));
        assert_eq!(find(Some("A"), Some("token")), Err(NoSecret::Unnamed));
        let unset = "WASPADA_TIDAK_ADA_YANG_MENGISI_INI";
        assert_eq!(find(Some(unset), None), Err(NoSecret::NoVariable(unset.to_owned())));
        assert!(matches!(find(None, Some("tiada")), Err(NoSecret::NoFile { .. })));
        assert!(matches!(find(None, Some("dua")), Err(NoSecret::Unusable(_))));
    }

    #[test]
    fn a_secret_is_taken_out_of_what_a_server_sends_back() {
        let secret = Secret::new("EAA|rahasia=");
        let hidden = |body: &'static str| hide(Bytes::from_static(body.as_bytes()), &[&secret]);
        for (body, left) in [
            (
                r#"{"next":"https://x.example/?access_token=EAA%7Crahasia%3D&after=2"}"#,
                r#"{"next":"https://x.example/?access_token=***&after=2"}"#,
            ),
            ("EAA|rahasia= dan EAA|rahasia=", "*** dan ***"),
            ("tidak ada", "tidak ada"),
        ] {
            assert_eq!(hidden(body), left);
        }
        assert_eq!(hide(Bytes::from_static(b"a1b2"), &[&Secret::new("1")]), "a1b2");
    }
}
