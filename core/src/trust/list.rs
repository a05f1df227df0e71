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
        Self::with_skipped(payload).map(|(list, _)| list)
    }

    /// The list, and the keys in it whose purpose this release does not know.
    fn with_skipped(payload: &[u8]) -> Result<(Self, Vec<SkippedKey>), Refusal> {
        Self::from_members(payload).map_err(|_| Code::Format.into())
    }

    fn from_members(payload: &[u8]) -> Result<(Self, Vec<SkippedKey>), Refusal> {
        let known = ["version", "iat", "exp", "refresh", "roots", "operators"];
        let mut list = Members::read(payload, MAX_LIST_DEPTH, &known)?;
        let mut skipped = Vec::new();
        let mut operators = Vec::new();
        for (operator, keys) in
            list.objects("operators", &["id", "names", "regions", "keys"], Operator::take)?
        {
            operators.push(operator);
            skipped.extend(keys);
        }
        let list = Self {
            version: list.count("version")?,
            iat: list.time("iat")?,
            exp: list.time("exp")?,
            refresh: list.seconds("refresh")?,
            roots: RootSet::take(&mut list.object("roots", &["keys", "threshold"])?)?,
            operators,
        };
        Ok((list, skipped))
    }
}

/// A key of a purpose this release does not know: a later one's capability. It signs nothing here, and is looked at only
/// so that no key of ours has its name or its point.
struct SkippedKey {
    kid: String,
    point: Option<PublicKey>,
}

/// One key of a list, as it is read.
enum Read {
    Known(OperatorKey),
    Skipped(SkippedKey),
}

impl Operator {
    fn take(members: &mut Members<'_>) -> Result<(Self, Vec<SkippedKey>), Refusal> {
        let key = ["kid", "jwk", "purpose", "nbf", "exp", "revoked_at", "compromised"];
        let (mut keys, mut skipped) = (Vec::new(), Vec::new());
        for read in members.objects("keys", &key, Read::take)? {
            match read {
                Read::Known(key) => keys.push(key),
                Read::Skipped(key) => skipped.push(key),
            }
        }
        let operator = Self {
            id: members.text("id")?,
            names: members.names("names")?,
            regions: members.texts("regions")?,
            keys,
        };
        Ok((operator, skipped))
    }
}

impl Read {
    fn take(members: &mut Members<'_>) -> Result<Self, Refusal> {
        let kid = members.text("kid")?;
        let purpose = Purpose::parse(&members.text("purpose")?);
        let (nbf, exp) = (members.time("nbf")?, members.time("exp")?);
        let revoked_at = members.if_present("revoked_at", Members::time)?;
        let compromised = members.flag("compromised")?;
        let Some(purpose) = purpose else {
            // Whatever its key is: another curve, or another kind of key altogether.
            let point = members.jwk("jwk").ok().and_then(|jwk| PublicKey::from_jwk(&jwk).ok());
            return Ok(Self::Skipped(SkippedKey { kid, point }));
        };
        let jwk = members.jwk("jwk")?;
        Ok(Self::Known(OperatorKey { kid, jwk, purpose, nbf, exp, revoked_at, compromised }))
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
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Show, Self::Grant, Self::Status, Self::Catalogue]
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
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
    let (list, skipped) = TrustList::with_skipped(&payload)?;
    let next = Roots::new(list.roots.clone(), backend)?;
    if next.set != roots.set {
        check_threshold(&general, &next)?;
    }
    let lifetime = list.exp.since(list.iat);
    if lifetime.0 <= 0 || lifetime > TRUST_LIFETIME || list.refresh.0 <= 0 {
        return Err(Code::Lifetime.into());
    }
    let keys = read_keys(&list, &skipped, backend)?;
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

fn read_keys(
    list: &TrustList,
    skipped: &[SkippedKey],
    backend: &dyn Es256,
) -> Result<ByName<TrustedKey>, Refusal> {
    let mut points = Vec::new();
    let mut names = Vec::new();
    for key in skipped {
        let is_known = names.contains(&&*key.kid) || key.point.is_some_and(|point| points.contains(&point));
        if is_known || !kid_is_well_formed(&key.kid) {
            return Err(Refusal::about(Code::TrustKey, shortened(&key.kid)));
        }
        names.push(&key.kid);
        points.extend(key.point);
    }
    let mut keys = ByName::new();
    for (index, operator) in list.operators.iter().enumerate() {
        let is_known = list.operators.iter().take(index).any(|earlier| earlier.id == operator.id);
        if is_known || !is_operator_id(&operator.id) {
            return Err(Refusal::about(Code::TrustKey, shortened(&operator.id)));
        }
        for named in &operator.keys {
            let refused = || Refusal::about(Code::TrustKey, shortened(&named.kid));
            let point = PublicKey::from_jwk(&named.jwk).map_err(|_| refused())?;
            // One key under two names, or for two purposes, would undo the separation of purposes.
            let is_known = points.contains(&point) || names.contains(&&*named.kid);
            if is_known || !kid_is_well_formed(&named.kid) || named.exp <= named.nbf {
                return Err(refused());
            }
            points.push(point);
            let trusted = TrustedKey {
                key: backend.key(&point).ok_or_else(refused)?,
                purpose: named.purpose,
                operator: index,
                nbf: named.nbf,
                exp: named.exp,
                revoked_at: named.revoked_at,
                compromised: named.compromised,
            };
            if !keys.insert(named.kid.clone(), trusted) {
                return Err(refused());
            }
        }
    }
    Ok(keys)
}
