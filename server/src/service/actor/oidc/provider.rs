//! The identity provider as this server talks to it: where its endpoints are, its keys, codes for tokens, and what an ID
//! token must say to be believed (OpenID Connect Core 3.1.3.7).
//!
//! The algorithm is the configured one and no other: a token that names `none`, or HMAC under a public key, is refused before
//! any key is looked at. Its keys are fetched again when a token names one that is not known, once a minute at most.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey};
use liangzheng_core::time::{Seconds, UnixTime};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, StandardRevocableToken, StandardTokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Semaphore;
use ureq::Agent;
use ureq::tls::RootCerts;

use super::{Attempt, OidcError};
use crate::config::OidcConfig;
use crate::service::actor::jwt::{self, Audience};
use crate::service::outgoing;

/// The identity provider of this installation.
pub struct Provider {
    config: OidcConfig,
    issuer: String,
    algorithm: Algorithm,
    secret: Option<ClientSecret>,
    redirect: String,
    agent: Agent,
    places: Semaphore,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    endpoints: Option<(Arc<Endpoints>, UnixTime)>,
    keys: Option<(Arc<JwkSet>, UnixTime)>,
}

/// What its metadata says (OpenID Connect Discovery).
#[derive(Debug, Deserialize)]
struct Endpoints {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// Whom an ID token speaks of, once it is believed.
pub(in crate::service::actor) struct Identity {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(in crate::service::actor) id_type: String,
    pub(in crate::service::actor) id_number: String,
    pub(in crate::service::actor) name: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct IdTokenField {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdTokenField {}

type Tokens = StandardTokenResponse<IdTokenField, BasicTokenType>;
type OauthClient = Client<
    BasicErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// Claims of an ID token, each of its type or the token is refused.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: String,
    acr: Option<String>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

impl Provider {
    /// The configured provider of a server that is called `base_url`; `None` if there is none.
    pub fn new(config: &OidcConfig, base_url: &str) -> anyhow::Result<Option<Self>> {
        let Some(issuer) = config.issuer.clone() else { return Ok(None) };
        let secret = match &config.client_secret_file {
            Some(file) => Some(ClientSecret::new(std::fs::read_to_string(file)?.trim().to_owned())),
            None => None,
        };
        let agent = Agent::config_builder()
            .tls_config(outgoing::tls(RootCerts::WebPki, None))
            .http_status_as_error(false)
            // A redirection could turn a fetch into a probe of our own network.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(Duration::from_secs(config.timeout_seconds)))
            .build()
            .new_agent();
        Ok(Some(Self {
            config: config.clone(),
            issuer,
            algorithm: config.algorithm.parse()?,
            secret,
            redirect: format!("{base_url}/api/v1/login/oidc/callback"),
            agent,
            places: Semaphore::new(AT_ONCE),
            known: Mutex::default(),
        }))
    }

    /// Where to send the browser for `attempt`.
    pub(super) async fn authorization(&self, attempt: &Attempt, now: UnixTime) -> Result<String, OidcError> {
        let client = self.client(&*self.endpoints(now).await?)?;
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let mut request = client
            .authorize_url(|| CsrfToken::new(attempt.state.clone()))
            .add_scope(Scope::new("openid".into()))
            .add_scopes(self.config.scopes.iter().cloned().map(Scope::new))
            .add_extra_param("nonce", attempt.nonce.clone())
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if let Some(acr) = &self.config.acr {
            request = request.add_extra_param("acr_values", acr.clone());
        }
        Ok(request.url().0.into())
    }

    /// Whom the provider says logged in, for the code it gave.
    pub(super) async fn identity(
        &self,
        attempt: &Attempt,
        code: &str,
        now: UnixTime,
    ) -> Result<Identity, OidcError> {
        let client = self.client(&*self.endpoints(now).await?)?;
        let exchanged = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()))
            .request_async(&|request| self.send(request))
            .await;
        let tokens = exchanged.map_err(|error| match error {
            RequestTokenError::Request(error) => error,
            RequestTokenError::ServerResponse(_) => OidcError::Refused("the code was refused"),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                OidcError::Unavailable("its token endpoint answers something else")
            }
        })?;
        let token = tokens.extra_fields().id_token.as_deref();
        let token = token.ok_or(OidcError::Refused("there is no ID token"))?;
        self.believe(token, attempt, now).await
    }

    /// Whether `named`, the `iss` of an answer (RFC 9207), is this provider.
    pub(super) fn is_issuer(&self, named: &str) -> bool {
        self.issuer == named
    }

    async fn believe(&self, token: &str, attempt: &Attempt, now: UnixTime) -> Result<Identity, OidcError> {
        let refused = OidcError::Refused;
        let header = jwt::header(token).map_err(|_| refused("the ID token is malformed"))?;
        if header.alg.parse() != Ok(self.algorithm) {
            return Err(refused("the ID token is signed with another algorithm"));
        }
        let key = self.key(header.kid.as_deref(), now).await?;
        let claims: Claims = jwt::checked(token, &key, self.algorithm)
            .map_err(|_| refused("the ID token is not signed by the provider"))?;
        let client = self.config.client_id.as_str();
        if claims.iss != self.issuer {
            return Err(refused("the ID token is another issuer's"));
        }
        let is_for_us =
            claims.aud.is_only(client) || (claims.aud.names(client) && claims.azp.as_deref() == Some(client));
        if !is_for_us || claims.azp.as_deref().is_some_and(|azp| azp != client) {
            return Err(refused("the ID token is for another client"));
        }
        if claims.exp <= now.0 {
            return Err(refused("the ID token has expired"));
        }
        if claims.iat > now.plus(SLACK).0 || claims.iat < now.minus(OLDEST).0 {
            return Err(refused("the ID token is not of now"));
        }
        if claims.nonce != attempt.nonce {
            return Err(refused("the ID token is of another login"));
        }
        if self.config.acr.is_some() && claims.acr != self.config.acr {
            return Err(refused("the ID token has another level of assurance"));
        }
        if !(1..=255).contains(&claims.sub.len()) {
            return Err(refused("the ID token names nobody"));
        }
        let said = |name: &str| match claims.others.get(name) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
            _ => Err(refused("the ID token does not say who it is")),
        };
        Ok(Identity {
            id_type: said(&self.config.id_type_claim)?,
            id_number: said(&self.config.id_number_claim)?,
            name: said(&self.config.name_claim)?,
            issuer: claims.iss,
            subject: claims.sub,
        })
    }

    /// The key that a token names, or the only one. A key that the provider has withdrawn is believed for an hour at most.
    async fn key(&self, kid: Option<&str>, now: UnixTime) -> Result<DecodingKey, OidcError> {
        let held = self.lock().keys.clone();
        if let Some((keys, fetched)) = &held
            && now.since(*fetched) < KNOWN_FOR
            && let Some(key) = key_in(keys, kid)
        {
            return Ok(key);
        }
        let is_fresh = held.is_some_and(|(_, fetched)| now.since(fetched) < ASK_AGAIN_AFTER);
        if is_fresh {
            return Err(OidcError::Refused("the ID token names a key the provider does not have"));
        }
        let keys_uri = self.endpoints(now).await?.jwks_uri.clone();
        let keys: Arc<JwkSet> = Arc::new(self.get(&keys_uri).await?);
        self.lock().keys = Some((Arc::clone(&keys), now));
        key_in(&keys, kid).ok_or(OidcError::Refused("the ID token names a key the provider does not have"))
    }

    async fn endpoints(&self, now: UnixTime) -> Result<Arc<Endpoints>, OidcError> {
        if let Some((endpoints, fetched)) = &self.lock().endpoints
            && now.since(*fetched) < KNOWN_FOR
        {
            return Ok(Arc::clone(endpoints));
        }
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let endpoints: Endpoints = self.get(&address).await?;
        if endpoints.issuer != self.issuer {
            return Err(OidcError::Unavailable("its metadata names another issuer"));
        }
        let endpoints = Arc::new(endpoints);
        self.lock().endpoints = Some((Arc::clone(&endpoints), now));
        Ok(endpoints)
    }

    fn client(&self, endpoints: &Endpoints) -> Result<OauthClient, OidcError> {
        let malformed = |_| OidcError::Unavailable("its metadata holds what is no address");
        let client = Client::new(ClientId::new(self.config.client_id.clone()))
            .set_auth_uri(AuthUrl::new(endpoints.authorization_endpoint.clone()).map_err(malformed)?)
            .set_token_uri(TokenUrl::new(endpoints.token_endpoint.clone()).map_err(malformed)?)
            .set_redirect_uri(RedirectUrl::new(self.redirect.clone()).map_err(malformed)?);
        Ok(match &self.secret {
            Some(secret) => client.set_client_secret(secret.clone()),
            None => client,
        })
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, address: &str) -> Result<T, OidcError> {
        let request = ureq::http::Request::get(address)
            .body(Vec::new())
            .map_err(|_| OidcError::Unavailable("its metadata holds what is no address"))?;
        let response = self.send(request).await?;
        if response.status() != 200 {
            return Err(OidcError::Unavailable("it answers with an error"));
        }
        serde_json::from_slice(response.body())
            .map_err(|_| OidcError::Unavailable("it answers something else than JSON"))
    }

    /// One request, on a thread that may wait.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, OidcError> {
        let Ok(_place) = self.places.try_acquire() else {
            return Err(OidcError::Unavailable("too many requests to it are under way"));
        };
        let agent = self.agent.clone();
        let sent = tokio::task::spawn_blocking(move || {
            let is_get = request.method() == "GET";
            let answered = if is_get { agent.run(request.map(|_| ())) } else { agent.run(request) };
            let (head, mut body) = answered.ok()?.into_parts();
            let body = body.with_config().limit(MAX_ANSWER).read_to_vec().ok()?;
            Some(HttpResponse::from_parts(head, body))
        });
        sent.await.ok().flatten().ok_or(OidcError::Unavailable("it cannot be reached, or not in time"))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key_in(keys: &JwkSet, kid: Option<&str>) -> Option<DecodingKey> {
    let key = match (kid, keys.keys.as_slice()) {
        (Some(kid), _) => keys.find(kid)?,
        (None, [only]) => only,
        (None, _) => return None,
    };
    DecodingKey::from_jwk(key).ok()
}

/// What clocks may differ by.
const SLACK: Seconds = Seconds(60);
/// An ID token is made when its code is exchanged; a login takes ten minutes at most.
const OLDEST: Seconds = Seconds(600);
const ASK_AGAIN_AFTER: Seconds = Seconds(60);
/// How long its endpoints and keys are taken for what they were.
const KNOWN_FOR: Seconds = Seconds(3600);
/// Requests to it under way at once: a slow provider must not take all threads that wait for it.
const AT_ONCE: usize = 32;
/// Larger answers are no provider's.
const MAX_ANSWER: u64 = 256 * 1024;
