//! Root keys: few, offline, and the only thing a verifier is given by hand.

use alloc::{boxed::Box, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    jws::kid_is_well_formed,
    key::{Es256, Es256Key, Jwk, PublicKey},
    limits::{MAX_LIST_DEPTH, MAX_ROOT_SIGNATURES},
    members::{Members, shortened, wrong},
    refusal::{Code, Refusal},
};

/// The root keys and how many of them must sign; this is the file to pin (`roots.json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootSet {
    /// The keys; no two the same.
    pub keys: Vec<NamedKey>,
    /// How many **distinct** keys must have signed.
    pub threshold: u32,
}

/// A public key and its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedKey {
    /// `[A-Za-z0-9_-]{1,64}`.
    pub kid: String,
    /// The key.
    pub jwk: Jwk,
}

impl RootSet {
    /// Reads a root file: `{"keys":[{"kid","jwk"}],"threshold"}`.
    ///
    /// # Errors
    /// `E_FORMAT` if it is none; whether its keys are usable is the verifier's answer.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Members::read(text.as_bytes(), MAX_LIST_DEPTH, &["keys", "threshold"])
            .and_then(|mut set| Self::take(&mut set))
            .map_err(|_| Code::Format.into())
    }

    pub(crate) fn take(members: &mut Members<'_>) -> Result<Self, Refusal> {
        let keys = members.objects("keys", &["kid", "jwk"], |key| {
            Ok(NamedKey { kid: key.text("kid")?, jwk: key.jwk("jwk")? })
        })?;
        let threshold = u32::try_from(members.count("threshold")?).map_err(|_| wrong("threshold"))?;
        Ok(Self { keys, threshold })
    }
}

/// A root set whose keys are ready to check with.
pub(crate) struct Roots {
    pub(crate) set: RootSet,
    keys: Vec<(String, Box<dyn Es256Key>)>,
}

impl Roots {
    /// # Errors
    /// `E_TRUST_KEY`: a key off the curve, twice (under whatever name), badly named, or a threshold that no
    /// set of signatures, or an empty one, would reach.
    pub(crate) fn new(set: RootSet, backend: &dyn Es256) -> Result<Self, Refusal> {
        let mut points = Vec::new();
        let mut keys: Vec<(String, Box<dyn Es256Key>)> = Vec::new();
        for named in &set.keys {
            let refused = || Refusal::about(Code::TrustKey, shortened(&named.kid));
            let point = PublicKey::from_jwk(&named.jwk).map_err(|_| refused())?;
            let known = points.contains(&point) || keys.iter().any(|(kid, _)| *kid == named.kid);
            if known || !kid_is_well_formed(&named.kid) {
                return Err(refused());
            }
            points.push(point);
            keys.push((named.kid.clone(), backend.key(&point).ok_or_else(refused)?));
        }
        let count = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        if set.threshold == 0 || set.threshold > count || keys.len() > MAX_ROOT_SIGNATURES {
            return Err(Refusal::about(Code::TrustKey, "threshold"));
        }
        Ok(Self { set, keys })
    }

    /// A root set that no list satisfies: for a verifier that has not been given one.
    pub(crate) fn none() -> Self {
        Self { set: RootSet { keys: Vec::new(), threshold: u32::MAX }, keys: Vec::new() }
    }

    pub(crate) fn find(&self, kid: &str) -> Option<&dyn Es256Key> {
        self.keys.iter().find(|(known, _)| known == kid).map(|(_, key)| &**key)
    }
}
