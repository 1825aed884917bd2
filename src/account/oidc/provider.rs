//! What is said to the provider and what it answers. The library checks signatures and claims; requests go through our own
//! client, which checks addresses and follows no redirect here.

use std::collections::HashMap;

use jiff::Timestamp;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthenticationContextClass, AuthorizationCode, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, StandardErrorResponse,
    StandardTokenResponse, TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::http::Http;
use crate::config::Oidc;
use crate::platform::http::Client;

/// Where the provider sends people back to.
pub const RETURN_PATH: &str = "/dang-nhap/oidc/tra-loi";
/// Milliseconds for which the provider's description and keys are kept.
const KEPT: i64 = 60 * 60 * 1000;
/// Milliseconds after which they are asked for again when a token has a key that is not among them.
const ASKED_AGAIN: i64 = 60 * 1000;
/// Milliseconds by which the provider's clock may be ahead of ours.
const AHEAD: i64 = 60 * 1000;

/// Signatures that are taken: with a key that only the provider has. Never `none`, and never one with the client's secret.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
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

/// Claims that the standard does not name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Others(HashMap<String, Value>);

impl AdditionalClaims for Others {}

type Fields = IdTokenFields<
    Others,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type Relying = openidconnect::Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
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

/// Why the provider did not say who somebody is.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It cannot be reached, or what it says of itself cannot be used.
    #[error("the provider cannot be asked: {0}")]
    Away(String),
    /// It did not take the code.
    #[error("the provider did not take the code: {0}")]
    Code(String),
    /// Its token proves nothing.
    #[error("the provider's token proves nothing: {0}")]
    Token(String),
    /// The client's secret.
    #[error(transparent)]
    Secret(#[from] crate::config::SecretError),
}

/// Who somebody is, as the provider has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The provider.
    pub issuer: String,
    /// Its name for them, which never changes.
    pub subject: String,
    /// The claim that may be a login; absent when there is none, or it was not verified.
    pub login: Option<String>,
}

/// A way to the provider.
#[derive(Debug, Clone)]
pub struct Way {
    /// Where the browser goes.
    pub address: Url,
    /// What it brings back.
    pub state: String,
    /// What the token must repeat.
    pub nonce: String,
    /// What shows that it is us who asked.
    pub verifier: String,
}

/// The provider.
#[derive(Debug)]
pub struct Provider {
    settings: Oidc,
    http: Http,
    described: Mutex<Option<(i64, CoreProviderMetadata)>>,
}

impl Provider {
    /// The one in the settings; `None` when there is none.
    #[must_use]
    pub fn new(settings: &Oidc, http: Client) -> Option<Self> {
        settings.is_on().then(|| Self { settings: settings.clone(), http: Http(http), described: Mutex::new(None) })
    }

    /// What people know it as.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// As it names itself.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// A way there, with a state, a nonce and a PKCE challenge of its own.
    ///
    /// # Errors
    /// [`ProviderError`]
    pub async fn way(&self, now: Timestamp) -> Result<Way, ProviderError> {
        let client = self.client(now, KEPT).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let asked = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random).set_pkce_challenge(challenge);
        let mut asked = asked.add_scopes(self.settings.scopes.iter().cloned().map(Scope::new));
        for class in &self.settings.acr_values {
            asked = asked.add_auth_context_value(AuthenticationContextClass::new(class.clone()));
        }
        let (address, state, nonce) = asked.url();
        Ok(Way { address, state: state.into_secret(), nonce: nonce.secret().clone(), verifier: verifier.into_secret() })
    }

    /// Gives the code to the provider and reads who it is for.
    ///
    /// # Errors
    /// [`ProviderError`]; a code is worth nothing after that.
    pub async fn known(&self, code: &str, nonce: &str, verifier: &str, now: Timestamp) -> Result<Known, ProviderError> {
        let client = self.client(now, KEPT).await?;
        let wrong = |error: &dyn std::error::Error| ProviderError::Code(chain(error));
        let request = client.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(|e| wrong(&e))?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()));
        let tokens: Tokens = request.request_async(&self.http).await.map_err(|e| wrong(&e))?;
        match verified(&client, &tokens, nonce, now) {
            // It may have changed its keys since it was asked.
            Err(Unverified { other_key: true, .. }) => {
                let client = self.client(now, ASKED_AGAIN).await?;
                let claims = verified(&client, &tokens, nonce, now)?;
                self.read(&client, &tokens, claims).await
            }
            claims => self.read(&client, &tokens, claims?).await,
        }
    }

    /// The claim that may be a login, from the token, or else from the provider's page about the person.
    async fn read(&self, client: &Relying, tokens: &Tokens, mut claims: Value) -> Result<Known, ProviderError> {
        let subject = claims["sub"].as_str().unwrap_or_default().to_owned();
        let claim = self.settings.login_claim.as_str();
        if claims.get(claim).is_none_or(Value::is_null) && client.user_info_url().is_some() {
            let wrong = |error: &dyn std::error::Error| ProviderError::Token(chain(error));
            let expected = openidconnect::SubjectIdentifier::new(subject.clone());
            let request = client.user_info(tokens.access_token().clone(), Some(expected)).map_err(|e| wrong(&e))?;
            let more: UserInfoClaims<Others, CoreGenderClaim> =
                request.request_async(&self.http).await.map_err(|e| wrong(&e))?;
            claims = serde_json::to_value(&more).map_err(|e| wrong(&e))?;
        }
        let verified = claim != "email" || claims["email_verified"] == true;
        let login = claims[claim].as_str().filter(|_| verified).map(str::to_owned);
        Ok(Known { issuer: self.settings.issuer.clone(), subject, login })
    }

    /// The client, with a description of the provider that is not older than `age`, milliseconds.
    async fn client(&self, now: Timestamp, age: i64) -> Result<Relying, ProviderError> {
        let away = |error: &dyn std::error::Error| ProviderError::Away(chain(error));
        let at = now.as_millisecond();
        // Whoever comes meanwhile waits and finds it.
        let mut described = self.described.lock().await;
        let metadata = match &*described {
            Some((asked, metadata)) if at.abs_diff(*asked) < age.unsigned_abs() => metadata.clone(),
            _ => {
                let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(|e| away(&e))?;
                let found = CoreProviderMetadata::discover_async(issuer, &self.http).await.map_err(|e| away(&e))?;
                self.usable(&found)?;
                *described = Some((at, found.clone()));
                found
            }
        };
        drop(described);
        let back = format!("{}{RETURN_PATH}", self.settings.base_url.trim_end_matches('/'));
        let secret = self.settings.secret()?.map(ClientSecret::new);
        let client = Relying::from_provider_metadata(metadata, ClientId::new(self.settings.client_id.clone()), secret);
        Ok(client.set_redirect_uri(RedirectUrl::new(back).map_err(|e| away(&e))?))
    }

    /// A provider that is asked over HTTPS has no address without it.
    fn usable(&self, metadata: &CoreProviderMetadata) -> Result<(), ProviderError> {
        let scheme = |text: &str| Url::parse(text).is_ok_and(|url| url.scheme() == "https");
        let mut all = vec![metadata.authorization_endpoint().as_str(), metadata.jwks_uri().as_str()];
        all.extend(metadata.token_endpoint().map(|url| url.as_str()));
        all.extend(metadata.userinfo_endpoint().map(|url| url.as_str()));
        match all.into_iter().find(|address| scheme(&self.settings.issuer) && !scheme(address)) {
            Some(address) => Err(ProviderError::Away(format!("its address {address} is not https"))),
            None => Ok(()),
        }
    }
}

/// Why a token proves nothing.
struct Unverified {
    why: String,
    /// The key it was signed with is not known.
    other_key: bool,
}

impl From<Unverified> for ProviderError {
    fn from(error: Unverified) -> Self {
        Self::Token(error.why)
    }
}

/// The claims of a token whose signature, issuer, audience, times, nonce and access token are right.
fn verified(client: &Relying, tokens: &Tokens, nonce: &str, now: Timestamp) -> Result<Value, Unverified> {
    use openidconnect::{ClaimsVerificationError as Wrong, SignatureVerificationError as Signature};
    let other = |why: String| Unverified { why, other_key: false };
    let at = |t: Timestamp| chrono::DateTime::from_timestamp_millis(t.as_millisecond()).unwrap_or_default();
    let latest = Timestamp::from_millisecond(now.as_millisecond().saturating_add(AHEAD)).unwrap_or(now);
    let token = tokens.id_token().ok_or_else(|| other("there is none".to_owned()))?;
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || at(now))
        .set_issue_time_verifier_fn(move |issued| {
            if issued <= at(latest) { Ok(()) } else { Err("it is from the future".to_owned()) }
        });
    let nonce = Nonce::new(nonce.to_owned());
    let claims = token.claims(&verifier, &nonce).map_err(|error| Unverified {
        other_key: matches!(&error, Wrong::SignatureVerification(Signature::NoMatchingKey)),
        why: chain(&error),
    })?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(|error| other(chain(&error)))?;
        let key = token.signing_key(&verifier).map_err(|error| other(chain(&error)))?;
        let own = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
        if own.map_err(|error| other(chain(&error)))? != *expected {
            return Err(other("it is for another access token".to_owned()));
        }
    }
    serde_json::to_value(claims).map_err(|error| other(chain(&error)))
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
