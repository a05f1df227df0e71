//! The signed objects this server publishes about itself: trust lists, catalogue, key set; and its own verifier.
//!
//! What is published is what is in the database, byte for byte. Roots are pinned in the configuration and never
//! taken from the database: whoever can write there must not be able to choose whom this server believes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::digest::{SHA256, digest};
use base64ct::{Base64UrlUnpadded, Encoding};
use liangzheng_core::key::{AwsLc, Jwk};
use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::{Operator, RootSet, TrustList};
use liangzheng_core::verify::{OnExpired, Refusal, Verifier};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::catalogue::{Catalogue, OutOfForce};
use crate::service::catalogue::content;
use crate::storage::publication::trust::SignedRow;
use crate::storage::{self, Db, StorageError};

/// A public text and the tag by which a client asks whether it changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The text.
    pub text: Arc<str>,
    /// Strong validator (RFC 9110 §8.8.3), with its quotes.
    pub etag: Arc<str>,
}

impl Document {
    /// A document of `text`, tagged by its hash.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let hash = digest(&SHA256, text.as_bytes());
        let tag = Base64UrlUnpadded::encode_string(hash.as_ref().get(..16).unwrap_or_default());
        Self { text, etag: format!("\"{tag}\"").into() }
    }
}

/// Everything published about keys and scenes at one moment; replaced whole.
pub struct TrustState {
    /// The trust lists by version.
    pub lists: BTreeMap<i64, Document>,
    /// Payload of the newest trust list.
    pub newest: TrustList,
    /// The catalogue in force.
    pub catalogue: Catalogue,
    /// The catalogue as signed.
    pub catalogue_document: Document,
    /// Every operator's keys for JOSE libraries.
    pub jwks: Document,
    /// The root file that verifiers pin.
    pub roots: Document,
    /// Believes the pinned roots, the newest trust list and the catalogue.
    pub verifier: Verifier,
    /// The catalogue's own key is no longer good: it must be signed anew before anything can be shown.
    pub catalogue_is_refused: bool,
}

impl TrustState {
    /// This operator's entry of the newest list.
    pub fn operator(&self, id: &str) -> Option<&Operator> {
        self.newest.operators.iter().find(|operator| operator.id == id)
    }

    /// The newest trust list as signed.
    pub fn newest_document(&self) -> Option<&Document> {
        self.lists.last_key_value().map(|(_, document)| document)
    }
}

impl fmt::Debug for TrustState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustState").field("version", &self.newest.version).finish_non_exhaustive()
    }
}

/// Why the published objects cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// Nothing was published yet.
    #[error("no {what} has been published; make one with `trust publish`, or use `demo`")]
    Missing {
        /// What is missing.
        what: &'static str,
    },
    /// Our own verifier refuses what is published.
    #[error("the published {what} is refused: {refusal}")]
    Refused {
        /// Which object.
        what: &'static str,
        /// Why.
        refusal: Refusal,
    },
    /// A signed object does not hold what it should.
    #[error("the {what} cannot be read")]
    Malformed {
        /// Which object.
        what: &'static str,
    },
    /// The trust list does not name this server's operator.
    #[error("the trust list does not name the operator {id:?}")]
    NotNamed {
        /// The configured operator.
        id: String,
    },
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The state in force, shared by all workers.
#[derive(Debug)]
pub struct TrustBook {
    roots: RootSet,
    state: RwLock<Arc<TrustState>>,
}

impl TrustBook {
    /// Reads what is published; `roots` is the pinned set.
    pub async fn load(db: &Db, roots: RootSet, now: UnixTime) -> Result<Self, TrustError> {
        let state = read(db, &roots, now).await?;
        Ok(Self { roots, state: RwLock::new(Arc::new(state)) })
    }

    /// The state in force.
    pub fn current(&self) -> Arc<TrustState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads what is published again; keeps the old state if that fails.
    pub async fn reload(&self, db: &Db, now: UnixTime) -> Result<(), TrustError> {
        let state = read(db, &self.roots, now).await?;
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(state);
        Ok(())
    }
}

async fn read(db: &Db, roots: &RootSet, now: UnixTime) -> Result<TrustState, TrustError> {
    let mut tx = db.begin_read().await?;
    let lists = storage::publication::trust::lists(&mut tx).await?;
    let catalogue = storage::publication::trust::newest_catalogue(&mut tx).await?;
    let out_of_force = content::out_of_force(&mut tx).await?;
    tx.commit().await?;
    let catalogue = catalogue.ok_or(TrustError::Missing { what: "catalogue" })?;
    state_of(&lists, &catalogue, out_of_force, roots, now)
}

fn state_of(
    lists: &[SignedRow],
    catalogue: &SignedRow,
    out_of_force: OutOfForce,
    roots: &RootSet,
    now: UnixTime,
) -> Result<TrustState, TrustError> {
    let newest_row = lists.last().ok_or(TrustError::Missing { what: "trust list" })?;
    let newest = trust_list_payload(&newest_row.jws)?;
    let mut verifier = new_verifier(roots)?;
    // An expired list is kept: the verdict says so, and the operator's screen too. An outage would say less.
    for row in lists {
        verifier
            .load_trust_list(&row.jws, OnExpired::TellInVerdict)
            .map_err(|refusal| TrustError::Refused { what: "trust list", refusal })?;
    }
    let refused = verifier.load_catalogue(&catalogue.jws, OnExpired::TellInVerdict).err();
    if let Some(refusal) = &refused {
        tracing::error!(%refusal, "the catalogue must be signed anew");
    }
    if now.0 >= newest_row.exp || now.0 >= catalogue.exp {
        tracing::error!("the trust list or the catalogue has expired: every verdict will say so");
    }
    Ok(TrustState {
        jwks: Document::new(jwks(&newest)),
        roots: Document::new(serde_json::to_string_pretty(&newest.roots).unwrap_or_default()),
        lists: lists.iter().map(|row| (row.version, Document::new(row.jws.as_str()))).collect(),
        catalogue: Catalogue::new(compact_payload(&catalogue.jws, "catalogue")?, out_of_force),
        catalogue_document: Document::new(catalogue.jws.as_str()),
        newest,
        verifier,
        catalogue_is_refused: refused.is_some(),
    })
}

/// A verifier that believes `roots` and holds nothing yet.
pub fn new_verifier(roots: &RootSet) -> Result<Verifier, TrustError> {
    Verifier::new(&AwsLc, roots.clone()).map_err(|refusal| TrustError::Refused { what: "root file", refusal })
}

/// The payload of a signed trust list, its signatures not checked.
pub fn trust_list_payload(jws: &str) -> Result<TrustList, TrustError> {
    #[derive(serde::Deserialize)]
    struct General {
        payload: String,
    }
    let malformed = TrustError::Malformed { what: "trust list" };
    let Ok(general) = serde_json::from_str::<General>(jws) else { return Err(malformed) };
    decode(&general.payload).ok_or(malformed)
}

/// The payload of a compact JWS that this server signed or verified.
pub fn compact_payload<T: DeserializeOwned>(jws: &str, what: &'static str) -> Result<T, TrustError> {
    jws.split('.').nth(1).and_then(decode).ok_or(TrustError::Malformed { what })
}

fn decode<T: DeserializeOwned>(payload: &str) -> Option<T> {
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).ok()?).ok()
}

/// The key set for JOSE libraries.
///
/// Members are exactly those listed: our `purpose` stays in the trust list, because a `use` other than `sig`
/// breaks jose and joserfc. A compromised key is left out, since these libraries know no such state.
fn jwks(list: &TrustList) -> String {
    #[derive(Serialize)]
    struct Set<'a> {
        keys: Vec<Key<'a>>,
    }
    #[derive(Serialize)]
    struct Key<'a> {
        #[serde(flatten)]
        jwk: &'a Jwk,
        kid: &'a str,
        alg: &'static str,
        r#use: &'static str,
    }
    let keys = list.operators.iter().flat_map(|operator| &operator.keys).filter(|key| !key.compromised);
    let keys = keys.map(|key| Key { jwk: &key.jwk, kid: &key.kid, alg: "ES256", r#use: "sig" }).collect();
    serde_json::to_string(&Set { keys }).unwrap_or_default()
}
