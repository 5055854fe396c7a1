//! Signing in through a provider by OpenID Connect: the code flow with PKCE, state and nonce. A token
//! is believed only when its signature, issuer, audience, time and nonce are right; what the provider
//! keeps for its userinfo is asked for where the token does not say it.

use std::pin::Pin;
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType,
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AsyncHttpClient, AuthorizationCode, Client, ClientId,
    ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IdTokenClaims, IdTokenFields, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, StandardErrorResponse,
    StandardTokenResponse, TokenResponse as _, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use url::Url;

use crate::config::Oidc;
use crate::fetch::{Direct, DirectError, Secret, explain};
use crate::post::Sha256;
use crate::store::{Identity, Role, SessionToken};

/// For so long what a provider said of itself holds; its keys change, but not by the minute.
const KNOWN: Duration = Duration::from_secs(300);
/// For so long a provider that did not answer is not asked again, however many want to sign in.
const SILENT: Duration = Duration::from_secs(5);

/// What somebody sent to the provider has to bring back, made of one secret that only her browser
/// holds: nothing is kept here for whoever never comes back.
pub(super) struct Attempt(SessionToken);

impl Attempt {
    pub(super) fn of(secret: SessionToken) -> Self {
        Self(secret)
    }

    /// None of these tells anything of another.
    fn derived(&self, what: &str) -> String {
        Sha256::of(format!("waspada-oidc-{what}:{}", self.0).as_bytes()).to_string()
    }

    /// Whether this is the state she was sent away with.
    pub(super) fn is_state(&self, given: &str) -> bool {
        // Hashed, so that the time the comparison takes tells nothing.
        Sha256::of(given.as_bytes()) == Sha256::of(self.derived("state").as_bytes())
    }

    fn verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.derived("verifier"))
    }
}

/// A person as her provider tells of her.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) identity: Identity,
    /// What she is called.
    pub(super) name: Option<String>,
    /// The most that one of her groups may do; `None` when none of them is known here.
    pub(super) role: Option<Role>,
}

/// The provider did not vouch for anybody. Written to the log, never shown; no secret stands in it.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    /// It could not be asked for its addresses and keys.
    #[error("the provider does not tell its addresses and keys: {0}")]
    Discovery(String),
    /// It gave no token for the code.
    #[error("the provider gives no token: {0}")]
    Exchange(String),
    /// The token cannot be believed.
    #[error("the provider's token is not valid: {0}")]
    Token(String),
    /// It does not tell of her.
    #[error("the provider does not tell of the person: {0}")]
    UserInfo(String),
}

/// Every claim that is not among the standard ones.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claims {
    #[serde(flatten)]
    all: Map<String, Value>,
}

impl AdditionalClaims for Claims {}

type TokenAnswer = StandardTokenResponse<
    IdTokenFields<
        Claims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type Party = Client<
    Claims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    TokenAnswer,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The algorithms a token may be signed by: none that whoever checks it could sign with as well.
const SIGNED_BY: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// How the provider is asked.
struct Line(Direct);

impl<'a> AsyncHttpClient<'a> for Line {
    type Error = DirectError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, DirectError>> + Send + 'a>>;

    fn call(&'a self, request: HttpRequest) -> Self::Future {
        Box::pin(self.0.send(request))
    }
}

/// A provider of sign-ins.
pub struct Provider {
    settings: Oidc,
    secret: Secret,
    line: Line,
    /// What it said of itself or why it did not, and when.
    known: Mutex<Option<(Instant, Result<Party, String>)>>,
}

impl Provider {
    /// The provider of these settings. It is not asked before somebody wants to sign in.
    pub fn new(settings: Oidc, secret: Secret, direct: Direct) -> Self {
        Self { settings, secret, line: Line(direct), known: Mutex::new(None) }
    }

    /// What its button calls it.
    pub(super) fn label(&self) -> &str {
        &self.settings.label
    }

    /// Its name for itself.
    pub(super) fn issuer(&self) -> &str {
        self.settings.issuer.as_str()
    }

    /// Where to send somebody who wants to sign in.
    pub(super) async fn door(&self, attempt: &Attempt) -> Result<Url, ProviderError> {
        let party = self.party(KNOWN).await?;
        let (state, nonce) = (attempt.derived("state"), attempt.derived("nonce"));
        let request = party.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            || CsrfToken::new(state),
            || Nonce::new(nonce),
        );
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&attempt.verifier());
        let scopes = self.settings.scopes.iter().cloned().map(Scope::new);
        let (address, _, _) = request.set_pkce_challenge(challenge).add_scopes(scopes).url();
        Ok(address)
    }

    /// Who came back with this code.
    pub(super) async fn person(
        &self,
        attempt: &Attempt,
        code: String,
    ) -> Result<Told, ProviderError> {
        let party = self.party(KNOWN).await?;
        let tokens = party
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| ProviderError::Exchange(explain(&error)))?
            .set_pkce_verifier(attempt.verifier())
            .request_async(&self.line)
            .await
            .map_err(|error| ProviderError::Exchange(explain(&error)))?;
        let claims = match self.claims(&party, &tokens, attempt) {
            Ok(claims) => claims,
            // It may sign with a key it did not have when it was asked.
            Err(_) => self.claims(&self.party(Duration::ZERO).await?, &tokens, attempt)?,
        };
        let subject = claims.subject().clone();
        let mut told = object(&claims);
        let wanted = [&self.settings.name_claim, &self.settings.role_claim];
        if wanted.iter().any(|claim| claim_at(&told, claim).is_none())
            && let Ok(request) =
                party.user_info(tokens.access_token().clone(), Some(subject.clone()))
        {
            let more: UserInfoClaims<Claims, CoreGenderClaim> = request
                .request_async(&self.line)
                .await
                .map_err(|error| ProviderError::UserInfo(explain(&error)))?;
            for (name, value) in object(&more) {
                told.entry(name).or_insert(value);
            }
        }
        Ok(Told {
            identity: Identity {
                issuer: self.issuer().to_owned(),
                subject: subject.as_str().to_owned(),
            },
            name: claim_at(&told, &self.settings.name_claim)
                .and_then(Value::as_str)
                .map(str::to_owned),
            role: self.role(claim_at(&told, &self.settings.role_claim)),
        })
    }

    /// The claims of a token that can be believed.
    fn claims(
        &self,
        party: &Party,
        tokens: &TokenAnswer,
        attempt: &Attempt,
    ) -> Result<IdTokenClaims<Claims, CoreGenderClaim>, ProviderError> {
        let invalid = |error: &dyn std::error::Error| ProviderError::Token(explain(error));
        let missing = || ProviderError::Token("there is none in the answer".into());
        let token = tokens.id_token().ok_or_else(missing)?;
        let verifier = party.id_token_verifier().set_allowed_algs(SIGNED_BY);
        let nonce = Nonce::new(attempt.derived("nonce"));
        let claims = token.claims(&verifier, &nonce).map_err(|error| invalid(&error))?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|error| invalid(&error))?;
            let key = token.signing_key(&verifier).map_err(|error| invalid(&error))?;
            let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)
                .map_err(|error| invalid(&error))?;
            if actual != *expected {
                return Err(ProviderError::Token("it belongs to another access token".into()));
            }
        }
        Ok(claims.clone())
    }

    /// The provider with its addresses and keys, asked for again when what is known is older than
    /// this.
    async fn party(&self, oldest: Duration) -> Result<Party, ProviderError> {
        let mut known = self.known.lock().await;
        let fresh = known
            .as_ref()
            .filter(|(since, said)| since.elapsed() < if said.is_ok() { oldest } else { SILENT });
        let said = match fresh {
            Some((_, said)) => said.clone(),
            None => {
                let said = self.discover().await;
                *known = Some((Instant::now(), said.clone()));
                said
            }
        };
        said.map_err(ProviderError::Discovery)
    }

    async fn discover(&self) -> Result<Party, String> {
        let issuer = self.settings.issuer.clone();
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.line)
            .await
            .map_err(|error| explain(&error))?;
        let secret = ClientSecret::new(self.secret.reveal().to_owned());
        let client = ClientId::new(self.settings.client_id.clone());
        let party = Party::from_provider_metadata(metadata, client, Some(secret));
        Ok(party.set_redirect_uri(RedirectUrl::from_url(self.settings.callback())))
    }

    /// The most that one of these groups may do.
    fn role(&self, groups: Option<&Value>) -> Option<Role> {
        let known = |group: &Value| self.settings.roles.get(group.as_str()?).copied();
        match groups? {
            Value::Array(groups) => groups.iter().filter_map(known).max(),
            group => known(group),
        }
    }
}

/// Claims as they were written.
fn object(claims: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(claims) {
        Ok(Value::Object(claims)) => claims,
        _ => Map::new(),
    }
}

/// A claim by its name; where there is none, the dots of the name lead into objects.
fn claim_at<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| {
        let (outer, rest) = name.split_once('.')?;
        claim_at(claims.get(outer)?.as_object()?, rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_found_by_its_whole_name_or_along_its_dots() {
        let claims = object(&serde_json::json!({
            "groups": ["a"],
            "realm_access": { "roles": ["b"] },
            "https://instansi.example/peran": "c",
        }));
        for (name, found) in [
            ("groups", Some(serde_json::json!(["a"]))),
            ("realm_access.roles", Some(serde_json::json!(["b"]))),
            ("https://instansi.example/peran", Some(serde_json::json!("c"))),
            ("realm_access.peran", None),
            ("groups.roles", None),
        ] {
            assert_eq!(claim_at(&claims, name).cloned(), found, "{name}");
        }
    }

    #[test]
    fn what_a_browser_brings_back_is_of_its_own_attempt_alone() {
        let attempt = |digit: &str| Attempt::of(digit.repeat(32).parse().unwrap());
        let (one, other) = (attempt("1"), attempt("2"));
        assert!(one.is_state(&one.derived("state")));
        assert!(!one.is_state(&other.derived("state")));
        assert!(!one.is_state(&one.derived("nonce")));
        // RFC 7636: 43 to 128 letters.
        assert_eq!(one.verifier().secret().len(), 64);
    }
}
