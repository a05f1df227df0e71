//! Registered clients: programs of units. Entered and ended by the platform's managers and operators; each proves itself by
//! an assertion it signs (`private_key_jwt`, RFC 7523), gets a token for a quarter of an hour at most, and acts for its unit
//! in its roles.
//!
//! An assertion counts once: its `jti` is kept until it is over, in the transaction that gives the token.

use base64ct::{Base64UrlUnpadded, Encoding};
use jsonwebtoken::{Algorithm, DecodingKey};
use liangzheng_core::text::Text;
use liangzheng_core::time::{Seconds, UnixTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::App;
use crate::domain::access::{ManageClients, Permit};
use crate::domain::actor::client::{Client, ClientKey, KeyAlgorithm, KeyMaterial, faults_of_roles};
use crate::domain::actor::membership::Role;
use crate::domain::actor::session::{Carrier, Proof};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::matter::Matter;
use crate::domain::fault::{Fault, Faults};
use crate::domain::ids::{AccountId, ClientId};
use crate::service::actor::jwt::{self, Audience, JwtError};
use crate::service::actor::members;
use crate::service::actor::session::{self, Entry};
use crate::service::catalogue::reading::in_force;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::actor::account::{self, AccountRow};
use crate::storage::actor::{client as stored, membership, session as stored_session};
use crate::storage::catalogue::unit;
use crate::storage::change::Change;
use crate::storage::idempotency::Claim;
use crate::storage::{StorageError, Tx, page};

/// What is asked to be registered.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// The unit it works for.
    pub unit: Uscc,
    /// Its names.
    pub names: Text,
    /// What it may do there.
    pub roles: Vec<Role>,
    /// The matters it may fetch for.
    pub matters: Vec<String>,
    /// Its public keys.
    pub keys: Vec<ClientKey>,
}

/// A client as it is listed; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Client")]
pub struct ClientOutcome {
    /// Its id: `iss` and `sub` of its assertions.
    pub id: ClientId,
    /// The unit it works for.
    pub unit: Uscc,
    /// Its names.
    pub names: Text,
    /// What it may do there.
    pub roles: Vec<Role>,
    /// The matters of the unit's using list that it may fetch for.
    pub matters: Vec<String>,
    /// The names of its keys.
    pub key_ids: Vec<String>,
    /// When it was registered, in unix seconds.
    pub created_at: UnixTime,
}

impl From<Client> for ClientOutcome {
    fn from(client: Client) -> Self {
        let Client { id, unit, names, roles, matters, keys, created_at, .. } = client;
        let key_ids = keys.into_iter().map(|key| key.kid).collect();
        Self { id, unit, names, roles, matters, key_ids, created_at }
    }
}

/// Why no client was registered or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// What cannot be used of the request.
    #[error("the request cannot be used")]
    Faults(Faults),
    /// No such client.
    #[error("no such client")]
    NotFound,
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for ClientError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Why an assertion proves nothing. Callers are told that it was refused and not which check failed; the log knows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssertionError {
    /// Unknown client, ended client, wrong key, wrong claim, or used before.
    #[error("the assertion is refused: {0}")]
    Refused(&'static str),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A client's token.
#[derive(Debug)]
pub struct Granted {
    /// The token; told once, never stored.
    pub token: Zeroizing<String>,
    /// How long it lives.
    pub lives: Seconds,
    /// Whose it is.
    pub client: Client,
}

/// Registers a client.
pub async fn register(
    app: &App,
    permit: &Permit<ManageClients>,
    wanted: NewClient,
    claim: Option<Claim>,
) -> Result<Reply<ClientOutcome>, ClientError> {
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(claim).await? {
        return Ok(answered);
    }
    let faults = faults_of(&mut work.tx, &wanted).await?;
    if !faults.is_empty() {
        return Err(ClientError::Faults(Faults(faults)));
    }
    let id = ClientId::generate(work.now, &*app.entropy);
    let account = AccountId::generate(work.now, &*app.entropy);
    // No person's login has a colon in it.
    let login = format!("client:{id}");
    let row = AccountRow::new(&app.secrets, &*app.entropy, account, login, &wanted.names.zh, work.now);
    if !account::insert(&mut work.tx, &row).await? {
        return Err(StorageError::Conflict.into());
    }
    membership::insert(&mut work.tx, account, wanted.unit, work.now).await?;
    for role in &wanted.roles {
        membership::give_role(&mut work.tx, account, *role, None).await?;
    }
    let NewClient { unit, names, roles, matters, keys } = wanted;
    let client = Client { id, account, unit, names, roles, matters, keys, created_at: work.now };
    stored::insert(&mut work.tx, &client).await?;
    work.audit("register client", &id.to_string(), None).await?;
    Ok(work.commit(client.into()).await?)
}

/// The clients after `after`, and the last of them if there are more.
pub async fn list(
    app: &App,
    _: &Permit<ManageClients>,
    after: &str,
    limit: i64,
) -> Result<(Vec<ClientOutcome>, Option<String>), StorageError> {
    let mut tx = app.db.begin_read().await?;
    let mut clients = stored::list(&mut tx, after, limit.saturating_add(1), app.now()).await?;
    tx.commit().await?;
    let next = page::cut(&mut clients, limit, |client| client.id.to_string());
    Ok((clients.into_iter().map(ClientOutcome::from).collect(), next))
}

/// One client.
pub async fn one(app: &App, _: &Permit<ManageClients>, id: ClientId) -> Result<ClientOutcome, ClientError> {
    let mut tx = app.db.begin_read().await?;
    let found = stored::find(&mut tx, id, app.now()).await?;
    tx.commit().await?;
    found.map(ClientOutcome::from).ok_or(ClientError::NotFound)
}

/// Ends a client: its tokens, and the sessions that people began through it, count no more.
pub async fn end(app: &App, permit: &Permit<ManageClients>, id: ClientId) -> Result<(), ClientError> {
    let mut work = Work::begin(app, permit).await?;
    let client = stored::find(&mut work.tx, id, work.now).await?.ok_or(ClientError::NotFound)?;
    account::hold(&mut work.tx, client.account).await?;
    if !stored::end(&mut work.tx, id, work.now).await? {
        return Err(ClientError::NotFound);
    }
    members::disable(&mut work, client.account).await?;
    for session in stored::sessions_through(&mut work.tx, id, work.now).await? {
        stored_session::end(&mut work.tx, session, work.now).await?;
        work.changed(Change::Session(session)).await?;
    }
    work.audit("end client", &id.to_string(), None).await?;
    Ok(work.finish().await?)
}

/// A token for the client that signed `assertion`.
pub async fn grant(app: &App, assertion: &str, agent: Option<&str>) -> Result<Granted, AssertionError> {
    let checked = check(app, assertion).await?;
    let mut tx = app.db.begin_write().await?;
    let now = app.now();
    let client = checked.take(&mut tx, now).await?;
    let account = account::find(&mut tx, client.account).await?;
    let account = account.filter(|account| account.disabled_at.is_none());
    let account = account.ok_or(AssertionError::Refused("the client has ended"))?;
    let lives = Seconds(app.config.clients.token_seconds);
    let entry =
        Entry { carrier: Carrier::Bearer, proof: Proof::Client, agent, lives: Some(lives), through: None };
    let opened = session::open(app, &mut tx, account, entry, now).await?;
    tx.commit().await?;
    Ok(Granted { token: opened.token, lives, client })
}

/// An assertion that was right when it was checked. It counts once it is taken.
#[must_use = "an assertion counts once, and only when it is taken"]
pub(super) struct RightAssertion {
    client: Client,
    hmac: [u8; 32],
    expires_at: UnixTime,
}

impl RightAssertion {
    /// Takes it: the client must not have ended meanwhile, nor the assertion have been used.
    pub(super) async fn take(self, tx: &mut Tx, now: UnixTime) -> Result<Client, AssertionError> {
        account::hold(tx, self.client.account).await?;
        let client = stored::find(tx, self.client.id, now).await?;
        let client = client.ok_or(AssertionError::Refused("the client has ended"))?;
        if !stored::use_assertion(tx, &self.hmac, self.expires_at).await? {
            return Err(AssertionError::Refused("it was used before"));
        }
        Ok(client)
    }
}

/// Checks an assertion (RFC 7523 section 3) without taking it.
pub(super) async fn check(app: &App, assertion: &str) -> Result<RightAssertion, AssertionError> {
    let refused = AssertionError::Refused;
    let malformed = |_: JwtError| AssertionError::Refused("malformed");
    let named: Named = jwt::unchecked(assertion).map_err(malformed)?;
    let id: ClientId = named.sub.parse().map_err(|_| refused("unknown client"))?;
    if named.iss != named.sub {
        return Err(refused("iss is not sub"));
    }
    let now = app.now();
    let mut tx = app.db.begin_read().await?;
    let client = stored::find(&mut tx, id, now).await?.ok_or(refused("unknown client"))?;
    tx.commit().await?;
    let header = jwt::header(assertion).map_err(malformed)?;
    let key = match (header.kid, client.keys.as_slice()) {
        (Some(kid), keys) => keys.iter().find(|key| key.kid == kid),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let (key, algorithm) = key.and_then(decoding_key).ok_or(refused("no such key"))?;
    let claims: Claims =
        jwt::checked(assertion, &key, algorithm).map_err(|_| refused("not signed by its key"))?;
    let token_endpoint = format!("{}{TOKEN_PATH}", app.base_url);
    if !claims.aud.is_only(&token_endpoint) && !claims.aud.is_only(&app.base_url) {
        return Err(refused("meant for somebody else"));
    }
    let (exp, latest) = (UnixTime(claims.exp), now.plus(LONGEST_LIFE));
    if exp <= now || exp > latest {
        return Err(refused("expired, or living longer than five minutes"));
    }
    let begins = [claims.iat, claims.nbf].into_iter().flatten().max().unwrap_or(now.0);
    if begins > now.plus(SLACK).0 {
        return Err(refused("from the future"));
    }
    if !(1..=128).contains(&claims.jti.len()) {
        return Err(refused("jti is missing or too long"));
    }
    let hmac = app.secrets.fingerprint("client assertion", format!("{id}\0{}", claims.jti).as_bytes());
    Ok(RightAssertion { client, hmac, expires_at: exp })
}

/// For whom it claims to speak.
#[derive(Deserialize)]
struct Named {
    iss: String,
    sub: String,
}

#[derive(Deserialize)]
struct Claims {
    aud: Audience,
    exp: i64,
    iat: Option<i64>,
    nbf: Option<i64>,
    jti: String,
}

/// The key as the library takes it; `None` for one that can be none.
fn decoding_key(key: &ClientKey) -> Option<(DecodingKey, Algorithm)> {
    let bytes = |text: &str| Base64UrlUnpadded::decode_vec(text).ok();
    let is_32 = |text: &str| bytes(text).is_some_and(|bytes| bytes.len() == 32);
    match (key.algorithm, &key.material) {
        (KeyAlgorithm::Es256, KeyMaterial::P256 { x, y }) if is_32(x) && is_32(y) => {
            Some((DecodingKey::from_ec_components(x, y).ok()?, Algorithm::ES256))
        }
        (KeyAlgorithm::EdDsa, KeyMaterial::Ed25519 { x }) if is_32(x) => {
            Some((DecodingKey::from_ed_components(x).ok()?, Algorithm::EdDSA))
        }
        (KeyAlgorithm::Ps256 | KeyAlgorithm::Rs256, KeyMaterial::Rsa { n, e }) => {
            // NIST SP 800-131A: 2048 bits at least.
            let is_long =
                bytes(n).is_some_and(|bytes| (256..=1024).contains(&bytes.len()) && bytes[0] >= 0x80);
            let is_odd = bytes(e).and_then(|bytes| bytes.last().copied()).is_some_and(|last| last % 2 == 1);
            let algorithm =
                if key.algorithm == KeyAlgorithm::Ps256 { Algorithm::PS256 } else { Algorithm::RS256 };
            let key = (is_long && is_odd).then(|| DecodingKey::from_rsa_components(n, e).ok()).flatten()?;
            Some((key, algorithm))
        }
        _ => None,
    }
}

/// What cannot be used, one for each member.
async fn faults_of(tx: &mut Tx, wanted: &NewClient) -> Result<Vec<Fault>, StorageError> {
    let fault =
        |pointer: String, code, zh, en| Fault { pointer: pointer.into(), code, text: Text::fixed(zh, en) };
    let mut faults = Vec::new();
    match unit::find(tx, wanted.unit).await? {
        Some(unit) => faults.extend(faults_of_roles(&wanted.roles, &unit.capacities)),
        None => faults.push(fault("/unit".into(), "unknown", "没有这个单位", "there is no such unit")),
    }
    for (at, code) in wanted.matters.iter().enumerate() {
        let matter: Option<Matter> = in_force(tx, code).await?;
        if matter.is_none_or(|matter| matter.unit != wanted.unit) {
            let (zh, en) = ("不是该单位已发布的事项", "is no published matter of this unit");
            faults.push(fault(format!("/matters/{at}"), "unknown", zh, en));
        }
    }
    if !(1..=8).contains(&wanted.keys.len()) {
        let (zh, en) = ("应有 1 到 8 个公钥", "must have 1 to 8 public keys");
        faults.push(fault("/jwks/keys".into(), "length", zh, en));
    }
    for (at, key) in wanted.keys.iter().enumerate() {
        let is_named_twice = wanted.keys.iter().take(at).any(|other| other.kid == key.kid);
        if !(1..=64).contains(&key.kid.len()) || is_named_twice {
            let (zh, en) =
                ("kid 应为 1 到 64 字节，且不能重复", "kid must have 1 to 64 bytes, and each its own");
            faults.push(fault(format!("/jwks/keys/{at}/kid"), "kid", zh, en));
        }
        if decoding_key(key).is_none() {
            let zh = "应为公钥：ES256 为 P-256，EdDSA 为 Ed25519，PS256、RS256 为 2048 位以上的 RSA，坐标为 base64url";
            let en = "must be a public key: P-256 for ES256, Ed25519 for EdDSA, RSA of 2048 bits or more for PS256 and RS256, in base64url";
            faults.push(fault(format!("/jwks/keys/{at}"), "key", zh, en));
        }
    }
    Ok(faults)
}

/// Where tokens are given.
const TOKEN_PATH: &str = "/api/v1/token";
/// How long an assertion may live: as long as its `jti` is kept.
const LONGEST_LIFE: Seconds = Seconds(300);
/// What clocks may differ by.
const SLACK: Seconds = Seconds(30);
