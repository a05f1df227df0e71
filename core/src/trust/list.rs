//! The trust list: which operators exist, where they may speak, and their keys with their lives.

use alloc::{borrow::ToOwned, boxed::Box, string::String, vec::Vec};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{RootSet, Roots, TRUST_TYP};
use crate::{
    base64url,
    by_name::ByName,
    jws::{self, Compact, kid_is_well_formed},
    key::{Es256, Es256Key, HighS, Jwk, PublicKey, SignError, Signer, check_signature, sign_low_s},
    limits::{MAX_LIST, MAX_LIST_DEPTH, MAX_ROOT_SIGNATURES, TRUST_LIFETIME},
    members::{Members, is_operator_id, shortened},
    refusal::{Code, Refusal},
    text::Text,
    time::{Seconds, UnixTime},
};

/// The payload of a trust list (core/README.md, "Trust list").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustList {
    /// Rises by one with every list.
    pub version: u64,
    /// When it was made.
    pub iat: UnixTime,
    /// From when nothing is believed on its word; at most 90 days after `iat`.
    pub exp: UnixTime,
    /// After this time a verifier should have fetched a newer one, and an unknown key may just be new.
    pub refresh: Seconds,
    /// The root keys from this list on.
    pub roots: RootSet,
    /// The operators.
    pub operators: Vec<Operator>,
}

/// Who runs a platform and signs tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// `iss` of its tokens.
    pub id: String,
    /// Its names.
    pub names: Text,
    /// Prefixes of the unified social credit codes of the units it may speak for.
    pub regions: Vec<String>,
    /// Its keys.
    pub keys: Vec<OperatorKey>,
}

/// One key of an operator. The algorithm, ES256, belongs to the key and is never read from a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorKey {
    /// Its name, unique in the list.
    pub kid: String,
    /// The public key, unique in the list.
    pub jwk: Jwk,
    /// What it may sign; one thing only.
    pub purpose: Purpose,
    /// From when it may sign.
    pub nbf: UnixTime,
    /// From when it no longer signs; what it signed before runs out by itself.
    pub exp: UnixTime,
    /// Orderly withdrawal: from here on it signs nothing, and its grants and lists are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<UnixTime>,
    /// Any suspicion: everything it ever signed is refused.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub compromised: bool,
}

/// What a key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// `show+jwt`
    Show,
    /// `dc+sd-jwt`
    Grant,
    /// `statuslist+jwt` and `statusdelta+jwt`
    Status,
    /// `catalogue+jwt`
    Catalogue,
    /// A purpose of a later release. Such a key signs nothing here, and only its name and its point are looked at, so that
    /// no key of ours has them. It is read, and never written.
    #[serde(skip)]
    Later,
}

/// JWS JSON general serialisation (RFC 7515 §7.2.1), protected headers only.
#[derive(Serialize)]
struct General {
    payload: String,
    signatures: Vec<RootSignature>,
}

#[derive(Serialize)]
struct RootSignature {
    protected: String,
    signature: String,
}

/// Signs a trust list with root keys.
///
/// # Errors
/// As the signers'; whether enough of them signed is the verifier's question.
pub fn sign_list(list: &TrustList, signers: &[&dyn Signer]) -> Result<String, SignError> {
    let content = |_| SignError::Content("trust list".into());
    let payload = serde_json::to_vec(list).map_err(content)?;
    let mut signatures = Vec::new();
    for signer in signers {
        let input = jws::signing_input(&jws::header_json(signer.kid(), TRUST_TYP), &payload);
        let signature = base64url::encode(sign_low_s(*signer, input.as_bytes())?);
        let protected = input.split('.').next().unwrap_or_default().to_owned();
        signatures.push(RootSignature { protected, signature });
    }
    let general = General { payload: base64url::encode(payload), signatures };
    serde_json::to_string(&general).map_err(content)
}

impl General {
    fn read(text: &str) -> Result<Self, Refusal> {
        let read = |text: &str| {
            let mut general = Members::read(text.as_bytes(), MAX_LIST_DEPTH, &["payload", "signatures"])?;
            let signatures = general.objects("signatures", &["protected", "signature"], |one| {
                Ok(RootSignature { protected: one.text("protected")?, signature: one.text("signature")? })
            })?;
            Ok(Self { payload: general.text("payload")?, signatures })
        };
        read(text).map_err(|_: Refusal| Code::Format.into())
    }
}

impl TrustList {
    /// Reads the payload of a trust list; whether it is signed is not looked at.
    ///
    /// # Errors
    /// `E_FORMAT` for anything but its members in their form.
    pub fn read(payload: &[u8]) -> Result<Self, Refusal> {
        Self::from_members(payload).map_err(|_| Code::Format.into())
    }

    fn from_members(payload: &[u8]) -> Result<Self, Refusal> {
        let known = ["version", "iat", "exp", "refresh", "roots", "operators"];
        let mut list = Members::read(payload, MAX_LIST_DEPTH, &known)?;
        Ok(Self {
            version: list.count("version")?,
            iat: list.time("iat")?,
            exp: list.time("exp")?,
            refresh: list.seconds("refresh")?,
            roots: RootSet::take(&mut list.object("roots", &["keys", "threshold"])?)?,
            operators: list.objects("operators", &["id", "names", "regions", "keys"], Operator::take)?,
        })
    }
}

impl Operator {
    fn take(members: &mut Members<'_>) -> Result<Self, Refusal> {
        let key = ["kid", "jwk", "purpose", "nbf", "exp", "revoked_at", "compromised"];
        Ok(Self {
            id: members.text("id")?,
            names: members.names("names")?,
            regions: members.texts("regions")?,
            keys: members.objects("keys", &key, OperatorKey::take)?,
        })
    }
}

impl OperatorKey {
    fn take(members: &mut Members<'_>) -> Result<Self, Refusal> {
        let purpose = Purpose::parse(&members.text("purpose")?);
        let jwk = match members.jwk("jwk") {
            // A purpose to come may have another kind of key, which is none for us.
            Err(_) if purpose == Purpose::Later => Jwk::default(),
            jwk => jwk?,
        };
        Ok(Self {
            kid: members.text("kid")?,
            jwk,
            purpose,
            nbf: members.time("nbf")?,
            exp: members.time("exp")?,
            revoked_at: members.if_present("revoked_at", Members::time)?,
            compromised: members.flag("compromised")?,
        })
    }
}

impl Purpose {
    /// The purpose as written in a trust list.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Show => "show",
            Self::Grant => "grant",
            Self::Status => "status",
            Self::Catalogue => "catalogue",
            Self::Later => "later",
        }
    }

    fn parse(text: &str) -> Self {
        [Self::Show, Self::Grant, Self::Status, Self::Catalogue]
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
            .unwrap_or(Self::Later)
    }
}

/// A verified trust list, its keys ready to use.
pub(crate) struct Trust {
    pub(crate) list: TrustList,
    /// SHA-256 of the payload: two lists of one version may differ in a key that was skipped alone.
    pub(crate) sha256: [u8; 32],
    keys: ByName<TrustedKey>,
}

/// A key as verification needs it.
pub(crate) struct TrustedKey {
    pub(crate) key: Box<dyn Es256Key>,
    pub(crate) purpose: Purpose,
    operator: usize,
    nbf: UnixTime,
    exp: UnixTime,
    revoked_at: Option<UnixTime>,
    compromised: bool,
}

impl TrustedKey {
    /// Whether something this key signed at `iat` still counts at `now`.
    ///
    /// `now` is the later of the clock and the time floor, so that a slow clock revives nothing.
    pub(crate) fn may_have_signed(&self, iat: UnixTime, now: UnixTime) -> bool {
        if self.compromised || iat < self.nbf || iat >= self.exp {
            return false;
        }
        match self.revoked_at {
            None => true,
            // Show tokens live minutes: those made before the withdrawal run out by themselves.
            Some(revoked_at) if self.purpose == Purpose::Show => iat < revoked_at,
            Some(revoked_at) => now < revoked_at && iat < revoked_at,
        }
    }
}

impl Trust {
    pub(crate) fn key(&self, kid: &str) -> Option<&TrustedKey> {
        self.keys.get(kid)
    }

    pub(crate) fn operator_of(&self, key: &TrustedKey) -> &Operator {
        // The index was made from this very list; the first operator stands in for the impossible.
        static NOBODY: Operator =
            Operator { id: String::new(), names: Text::fixed("", ""), regions: Vec::new(), keys: Vec::new() };
        self.list.operators.get(key.operator).unwrap_or(&NOBODY)
    }
}

/// Reads a trust list and checks that enough of `roots` signed it, and enough of its own roots if they differ.
///
/// # Errors
/// `E_SIZE`, `E_FORMAT`, `E_B64`; `E_TRUST_SIG` if too few signatures hold and one of a known root is wrong,
/// else `E_TRUST_THRESHOLD`; `E_TRUST_KEY`; `E_LIFETIME`.
pub(crate) fn read_list(text: &str, roots: &Roots, backend: &dyn Es256) -> Result<(Trust, Roots), Refusal> {
    if text.len() > MAX_LIST {
        return Err(Code::Size.into());
    }
    let general = General::read(text)?;
    if general.signatures.len() > MAX_ROOT_SIGNATURES {
        return Err(Code::Size.into());
    }
    check_threshold(&general, roots)?;
    let payload = base64url::decode(&general.payload).ok_or(Code::B64)?;
    let list = TrustList::read(&payload)?;
    let next = Roots::new(list.roots.clone(), backend)?;
    if next.set != roots.set {
        check_threshold(&general, &next)?;
    }
    let lifetime = list.exp.since(list.iat);
    if lifetime.0 <= 0 || lifetime > TRUST_LIFETIME || list.refresh.0 <= 0 {
        return Err(Code::Lifetime.into());
    }
    let keys = read_keys(&list, backend)?;
    Ok((Trust { list, sha256: Sha256::digest(&payload).into(), keys }, next))
}

/// Counts **distinct** root keys with a good signature: a key that signs twice counts once, a name that is not
/// a root's counts nothing.
fn check_threshold(general: &General, roots: &Roots) -> Result<(), Refusal> {
    let mut signed_by: Vec<String> = Vec::new();
    let mut one_is_wrong = false;
    for signature in &general.signatures {
        let text = [&*signature.protected, &general.payload, &signature.signature].join(".");
        let compact = Compact::split(&text, MAX_LIST.saturating_mul(2))?;
        let decoded = compact.decode(MAX_LIST)?;
        let kid = decoded.header()?.kid(TRUST_TYP)?;
        let Some(key) = roots.find(&kid) else { continue };
        let is_good =
            check_signature(key, compact.signing_input.as_bytes(), &decoded.signature, HighS::Refuse).is_ok();
        if is_good && !signed_by.contains(&kid) {
            signed_by.push(kid);
        }
        one_is_wrong |= !is_good;
    }
    match u32::try_from(signed_by.len()) {
        Ok(count) if count >= roots.set.threshold => Ok(()),
        _ if one_is_wrong => Err(Code::TrustSig.into()),
        _ => Err(Code::TrustThreshold.into()),
    }
}

fn read_keys(list: &TrustList, backend: &dyn Es256) -> Result<ByName<TrustedKey>, Refusal> {
    let mut points = Vec::new();
    let mut names = Vec::new();
    let mut keys = ByName::new();
    for (index, operator) in list.operators.iter().enumerate() {
        let is_known = list.operators.iter().take(index).any(|earlier| earlier.id == operator.id);
        if is_known || !is_operator_id(&operator.id) {
            return Err(Refusal::about(Code::TrustKey, shortened(&operator.id)));
        }
        for named in &operator.keys {
            let refused = || Refusal::about(Code::TrustKey, shortened(&named.kid));
            let point = PublicKey::from_jwk(&named.jwk).ok();
            // One key under two names, or for two purposes, would undo the separation of purposes.
            if (point.is_some() && points.contains(&point))
                || names.contains(&&*named.kid)
                || !kid_is_well_formed(&named.kid)
            {
                return Err(refused());
            }
            points.push(point);
            names.push(&*named.kid);
            if named.purpose == Purpose::Later {
                continue;
            }
            let point = point.filter(|_| named.nbf < named.exp).ok_or_else(refused)?;
            let trusted = TrustedKey {
                key: backend.key(&point).ok_or_else(refused)?,
                purpose: named.purpose,
                operator: index,
                nbf: named.nbf,
                exp: named.exp,
                revoked_at: named.revoked_at,
                compromised: named.compromised,
            };
            keys.insert(named.kid.clone(), trusted);
        }
    }
    Ok(keys)
}
