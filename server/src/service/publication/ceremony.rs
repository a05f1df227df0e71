//! Signing a trust list where the root keys are: offline, without database or configuration.
//!
//! Takes files and gives a file; nothing here reads a key store or talks to a server.

use liangzheng_core::key::{AwsLcSigner, PublicKey, SignError, Signer};
use liangzheng_core::limits::TRUST_LIFETIME;
use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::{self, RootSet, TrustList};
use serde::{Deserialize, Serialize};

use crate::service::publication::trust::{TrustError, trust_list_payload};
use crate::signing::{KeyStoreError, RootKey};

/// What to sign.
#[derive(Clone, Debug)]
pub enum Input {
    /// A draft: signed as it is.
    Draft(TrustList),
    /// A signed list: its successor is signed, with the same content and new dates.
    Renew(TrustList),
    /// A signed list that lacks signatures: these are added to those it has.
    AddTo {
        /// Its payload.
        list: TrustList,
        /// The list as signed so far.
        signed: String,
    },
}

/// A signed list and whether it is complete.
#[derive(Clone, Debug)]
pub struct Signed {
    /// JWS JSON general serialisation.
    pub jws: String,
    /// Distinct root keys that have signed, of the roots in the list.
    pub signatures: usize,
    /// How many of them are needed.
    pub threshold: u32,
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CeremonyError {
    /// The input is neither a draft nor a signed list.
    #[error("the input is neither a draft (JSON) nor a signed trust list")]
    Input,
    /// A key given is in neither root set.
    #[error("{path} is none of the root keys of this list or the one before")]
    ForeignKey {
        /// The key file.
        path: String,
    },
    /// A key file cannot be used.
    #[error(transparent)]
    Key(#[from] KeyStoreError),
    /// The signature library refused.
    #[error("signing failed: {0}")]
    Sign(#[from] SignError),
    /// A signed list cannot be read.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

/// Reads an input file: a draft, or a signed list that is renewed, or completed if `add`.
pub fn read_input(text: &str, add: bool) -> Result<Input, CeremonyError> {
    if let Ok(draft) = serde_json::from_str::<TrustList>(text) {
        return Ok(Input::Draft(draft));
    }
    let list = trust_list_payload(text).map_err(|_| CeremonyError::Input)?;
    Ok(if add { Input::AddTo { list, signed: text.to_owned() } } else { Input::Renew(list) })
}

/// Signs with `keys`; `previous` are the roots before, which must sign too when a list changes them.
pub fn sign(
    input: Input,
    keys: &[RootKey],
    previous: Option<&RootSet>,
    now: UnixTime,
) -> Result<Signed, CeremonyError> {
    let (list, signed) = match input {
        Input::Draft(list) => (list, None),
        Input::Renew(mut list) => {
            list.version += 1;
            list.iat = now;
            list.exp = now.plus(TRUST_LIFETIME);
            (list, None)
        }
        Input::AddTo { list, signed } => (list, Some(signed)),
    };
    let mut signers: Vec<AwsLcSigner> = Vec::with_capacity(keys.len());
    for key in keys {
        let kid = name_of(&key.public(), &list.roots)
            .or_else(|| previous.and_then(|roots| name_of(&key.public(), roots)))
            .ok_or_else(|| CeremonyError::ForeignKey { path: key.path().to_owned() })?;
        signers.push(key.signer(&kid)?);
    }
    let refs: Vec<&dyn Signer> = signers.iter().map(|signer| signer as &dyn Signer).collect();
    let mut made: General = parse(&trust::sign_list(&list, &refs)?)?;
    if let Some(earlier) = signed {
        let mut whole: General = parse(&earlier)?;
        // The same content serialises to the same bytes; if it does not, these signatures would not belong.
        if whole.payload != made.payload {
            return Err(CeremonyError::Input);
        }
        made.signatures.retain(|new| whole.signatures.iter().all(|held| held.protected != new.protected));
        whole.signatures.append(&mut made.signatures);
        made = whole;
    }
    let own =
        list.roots.keys.iter().filter(|root| made.signatures.iter().any(|s| s.names(&root.kid))).count();
    let jws = serde_json::to_string(&made).map_err(|_| CeremonyError::Input)?;
    Ok(Signed { jws, signatures: own, threshold: list.roots.threshold })
}

/// JWS JSON general serialisation (RFC 7515 §7.2.1), protected headers only.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct General {
    payload: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    protected: String,
    signature: String,
}

impl Signature {
    fn names(&self, kid: &str) -> bool {
        #[derive(Deserialize)]
        struct Header {
            kid: String,
        }
        use base64ct::{Base64UrlUnpadded, Encoding};
        let header = Base64UrlUnpadded::decode_vec(&self.protected).unwrap_or_default();
        serde_json::from_slice::<Header>(&header).is_ok_and(|header| header.kid == kid)
    }
}

fn parse(jws: &str) -> Result<General, CeremonyError> {
    serde_json::from_str(jws).map_err(|_| CeremonyError::Input)
}

fn name_of(key: &PublicKey, roots: &RootSet) -> Option<String> {
    let jwk = key.to_jwk();
    roots.keys.iter().find(|root| root.jwk == jwk).map(|root| root.kid.clone())
}
