//! The `[oidc]` table: a provider whose people may sign in to the console, and what the groups it
//! puts them into may do here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use openidconnect::IssuerUrl;
use serde::{Deserialize, Serialize};
use toml::de::DeTable;
use url::{Host, Url};

use super::fault::Fault;
use super::place_of;
use crate::fetch::{NoSecret, Secret, SecretPlace};
use crate::store::Role;

/// A provider of sign-ins by OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// What its button on the sign-in page calls it.
    #[serde(default = "label")]
    pub label: String,
    /// Its name for itself, letter by letter as it writes it in its tokens.
    pub issuer: IssuerUrl,
    /// What it calls this console.
    pub client_id: String,
    /// The environment variable with the secret it shares with this console.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_env: Option<String>,
    /// The file with that secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_file: Option<PathBuf>,
    /// The console's address as browsers know it.
    pub console: Url,
    /// What is asked for beside `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// The claim that names a person.
    #[serde(default = "name_claim")]
    pub name_claim: String,
    /// The claim that lists a person's groups; a dot leads into an object.
    #[serde(default = "role_claim")]
    pub role_claim: String,
    /// What the people of each group may do.
    pub roles: BTreeMap<String, Role>,
}

fn label() -> String {
    "SSO".into()
}

fn scopes() -> Vec<String> {
    vec!["profile".into()]
}

fn name_claim() -> String {
    "preferred_username".into()
}

fn role_claim() -> String {
    "groups".into()
}

impl Oidc {
    /// The path at which the provider sends browsers back.
    pub const CALLBACK: &'static str = "/login/oidc/callback";

    /// The shared secret; its file starts from `folder`.
    ///
    /// # Errors
    /// It is not there. Without it nobody can come by this provider.
    pub fn secret(&self, folder: &Path) -> Result<Secret, NoSecret> {
        let place =
            SecretPlace { env: self.secret_env.as_deref(), file: self.secret_file.as_deref() };
        Secret::find(place, folder)
    }

    /// The address at which the provider sends browsers back.
    pub fn callback(&self) -> Url {
        let mut address = self.console.clone();
        address.set_path(Self::CALLBACK);
        address
    }
}

/// Whether nobody on the way can read or change what goes there: by HTTPS, or within this machine.
fn is_private(address: &Url) -> bool {
    let is_here = match address.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    address.scheme() == "https" || (address.scheme() == "http" && is_here)
}

/// Everything in the table that cannot be meant.
pub(super) fn check(oidc: &Oidc, document: &DeTable<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |key: &str, title: String, label: &str, help: &str| {
        faults.push(Fault {
            span: place_of(document, &["oidc", key]),
            title,
            label: label.into(),
            also: None,
            help: Some(help.into()),
        });
    };
    for (key, address) in [("issuer", oidc.issuer.url()), ("console", &oidc.console)] {
        if !is_private(address) {
            fault(
                key,
                format!("`{key}` harus beralamat https"),
                "di jalan ini orang lain dapat membaca siapa yang masuk",
                "tulis alamat https://…; http hanya untuk mesin ini sendiri (127.0.0.1)",
            );
        }
    }
    if oidc.console.path() != "/" || oidc.console.query().is_some() {
        fault(
            "console",
            "`console` hanya alamat, tanpa jalur".into(),
            "halaman konsol selalu mulai dari /",
            "tulis misalnya \"https://waspada.instansi.example\"",
        );
    }
    if oidc.roles.is_empty() {
        fault(
            "roles",
            "`roles` kosong: tidak seorang pun dapat masuk".into(),
            "tidak ada kelompok yang diberi peran",
            "tulis misalnya roles = { \"waspada-analis\" = \"analyst\" }",
        );
    }
    if oidc.secret_env.is_none() && oidc.secret_file.is_none() {
        fault(
            "client_id",
            "rahasia bersama penyedia belum disebut tempatnya".into(),
            "perlu `secret_env` atau `secret_file`",
            "tulis nama variabel lingkungan (secret_env) atau nama berkas (secret_file); rahasianya \
             sendiri tidak pernah di konfigurasi",
        );
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn sign_ins_go_where_nobody_listens() {
        for (address, private) in [
            ("https://sso.instansi.example", true),
            ("http://sso.instansi.example", false),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://localhost:8080", true),
            ("http://localhost.instansi.example", false),
            ("ftp://127.0.0.1", false),
        ] {
            assert_eq!(is_private(&address.parse().unwrap()), private, "{address}");
        }
    }
}
