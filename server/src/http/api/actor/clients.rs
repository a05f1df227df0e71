//! `/api/v1/clients`, `/api/v1/token`: registered clients and their tokens.

use actix_web::{HttpRequest, web};
use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::ManageClients;
use crate::domain::actor::client::{ClientKey, KeyAlgorithm, KeyMaterial};
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::ClientId;
use crate::domain::text::PlainText;
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Body, IdempotencyKey, Permitted, items_on_page, user_agent};
use crate::http::problem::{Problem, kinds};
use crate::service::actor::clients::{self, AssertionError, ClientError, ClientOutcome, NewClient};

/// Body of `POST /api/v1/clients`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientRequest {
    /// The unit it works for.
    unit: Uscc,
    /// Its names.
    names: Text,
    /// What it may do there: `issuer_maker`, `handler`, `inspector`, `verifier`, as the unit's capacities allow.
    roles: Vec<Role>,
    /// Matters of the unit that it may fetch for.
    #[serde(default)]
    matters: Vec<String>,
    /// Its public keys.
    jwks: Jwks,
}

/// A set of public keys (RFC 7517).
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Jwks {
    keys: Vec<JwksKey>,
}

/// A public key. A private one has further members, and is refused.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kty", deny_unknown_fields)]
pub enum JwksKey {
    /// P-256, for ES256.
    #[serde(rename = "EC")]
    Ec {
        /// By which assertions name it.
        kid: String,
        /// The one algorithm it is for.
        alg: KeyAlgorithm,
        /// `sig`
        #[serde(rename = "use", default)]
        usage: Option<Signing>,
        /// `P-256`
        crv: NistCurve,
        /// First coordinate, base64url.
        x: String,
        /// Second coordinate, base64url.
        y: String,
    },
    /// Ed25519, for EdDSA.
    #[serde(rename = "OKP")]
    Okp {
        /// By which assertions name it.
        kid: String,
        /// The one algorithm it is for.
        alg: KeyAlgorithm,
        /// `sig`
        #[serde(rename = "use", default)]
        usage: Option<Signing>,
        /// `Ed25519`
        crv: EdwardsCurve,
        /// The point, base64url.
        x: String,
    },
    /// RSA, for PS256 or RS256.
    #[serde(rename = "RSA")]
    Rsa {
        /// By which assertions name it.
        kid: String,
        /// The one algorithm it is for.
        alg: KeyAlgorithm,
        /// `sig`
        #[serde(rename = "use", default)]
        usage: Option<Signing>,
        /// The modulus, base64url.
        n: String,
        /// The exponent, base64url.
        e: String,
    },
}

/// What a key is for.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub enum Signing {
    /// Signatures.
    #[serde(rename = "sig")]
    Signature,
}

/// The curve of ES256.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub enum NistCurve {
    /// NIST P-256.
    #[serde(rename = "P-256")]
    P256,
}

/// The curve of EdDSA.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub enum EdwardsCurve {
    /// Ed25519.
    Ed25519,
}

/// Which page of the clients.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientsQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// Items on the page; 50 if not given.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// Body of `POST /api/v1/token` (RFC 6749 section 4.4, RFC 7523 section 2.2).
#[derive(Deserialize, JsonSchema)]
pub struct TokenRequest {
    /// `client_credentials`
    grant_type: String,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`
    client_assertion_type: String,
    /// The signed assertion: `iss` and `sub` the client's id, `aud` this address or the server's, `exp` within five
    /// minutes, `jti` used once.
    client_assertion: String,
}

/// A client's token (RFC 6749 section 5.1).
#[derive(Serialize, JsonSchema)]
pub struct Token {
    access_token: String,
    /// `Bearer`
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    /// The unit it is for.
    unit: Uscc,
    /// The roles it is for.
    roles: Vec<Role>,
    /// The matters it may fetch for.
    matters: Vec<String>,
}

/// `POST /api/v1/clients`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<ManageClients>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<ClientRequest>,
) -> Result<Answer<ClientOutcome, 201>, Problem> {
    let Body(body) = body;
    let claim = key.claim(&app, permit.account(), &request, &body);
    let ClientRequest { unit, names, roles, matters, jwks } = body;
    let mut problem = Problem::new(&kinds::INVALID);
    for (pointer, name) in [("/names/zh-CN", &names.zh), ("/names/en", &names.en)] {
        problem.plain_text(pointer, PlainText::line(name, MAX_NAME));
    }
    if !problem.errors.is_empty() {
        return Err(problem);
    }
    let keys = jwks.keys.into_iter().map(ClientKey::from).collect();
    let wanted = NewClient { unit, names, roles, matters, keys };
    Ok(Answer::replied(clients::register(&app, &permit, wanted, claim).await?))
}

/// `GET /api/v1/clients`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ManageClients>,
    query: web::Query<ClientsQuery>,
) -> Result<Answer<Page<ClientOutcome>>, Problem> {
    let after = query.cursor.as_deref().unwrap_or_default();
    let (items, next) = clients::list(&app, &permit, after, items_on_page(query.limit)?).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `GET /api/v1/clients/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ManageClients>,
    id: web::Path<ClientId>,
) -> Result<Answer<ClientOutcome>, Problem> {
    Ok(Answer::of(clients::one(&app, &permit, *id).await?))
}

/// `DELETE /api/v1/clients/{id}`
pub async fn end(
    app: web::Data<App>,
    permit: Permitted<ManageClients>,
    id: web::Path<ClientId>,
) -> Result<Answer<(), 204>, Problem> {
    clients::end(&app, &permit, *id).await?;
    Ok(Answer::nothing())
}

/// `POST /api/v1/token`
pub async fn token(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Form<TokenRequest>,
) -> Result<Answer<Token>, Problem> {
    if body.grant_type != "client_credentials" {
        return Err(Problem::new(&kinds::MALFORMED)
            .code("unsupported_grant_type")
            .detail("grant_type 应为 client_credentials", "grant_type must be client_credentials"));
    }
    if body.client_assertion_type != ASSERTION_TYPE {
        return Err(Problem::new(&kinds::MALFORMED).code("invalid_request").detail(
            "client_assertion_type 应为 urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ));
    }
    let granted = clients::grant(&app, &body.client_assertion, user_agent(request.headers())).await?;
    Ok(Answer::of(Token {
        access_token: granted.token.to_string(),
        token_type: "Bearer",
        expires_in: granted.lives.0,
        unit: granted.client.unit,
        roles: granted.client.roles,
        matters: granted.client.matters,
    })
    .private())
}

impl From<JwksKey> for ClientKey {
    fn from(key: JwksKey) -> Self {
        let (kid, algorithm, material) = match key {
            JwksKey::Ec { kid, alg, x, y, .. } => (kid, alg, KeyMaterial::P256 { x, y }),
            JwksKey::Okp { kid, alg, x, .. } => (kid, alg, KeyMaterial::Ed25519 { x }),
            JwksKey::Rsa { kid, alg, n, e, .. } => (kid, alg, KeyMaterial::Rsa { n, e }),
        };
        Self { kid, algorithm, material }
    }
}

impl From<ClientError> for Problem {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            ClientError::NotFound => Self::new(&kinds::NOT_FOUND),
            ClientError::Work(error) => error.into(),
        }
    }
}

impl From<AssertionError> for Problem {
    fn from(error: AssertionError) -> Self {
        match error {
            AssertionError::Refused(why) => {
                tracing::info!(why, "a client's assertion was refused");
                Self::new(&kinds::INVALID_CLIENT)
            }
            AssertionError::Storage(error) => error.into(),
        }
    }
}

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Characters of a client's name.
const MAX_NAME: usize = 100;
