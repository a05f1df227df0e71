//! The life of operator keys: made, published, rotated, withdrawn. For the command line and the demo.
//!
//! A new key signs nothing until the roots have put it into a trust list: the register here only proposes. So a
//! rotation has three steps that may happen on three machines: [`add`] and [`draft`] beside the database,
//! [`crate::service::publication::ceremony`] where the root keys are, [`publish`] beside the database again.

use liangzheng_core::key::PublicKey;
use liangzheng_core::limits::{PAPER_LIFETIME, TRUST_LIFETIME};
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, Seconds, UnixTime};
use liangzheng_core::trust::{Operator, OperatorKey, Purpose, RootSet, TrustList};
use liangzheng_core::verify::{OnExpired, Refusal};

use crate::config::TokensConfig;
use crate::domain::clock::Entropy;
use crate::service::publication::keys::{purpose_from_name, purpose_name};
use crate::service::publication::trust::{TrustError, new_verifier, trust_list_payload};
use crate::service::work::Work;
use crate::signing::{KeyStore, KeyStoreError};
use crate::storage::change::Change;
use crate::storage::publication::keys::KeyRow;
use crate::storage::publication::trust::SignedRow;
use crate::storage::{self, Db, StorageError, Tx};

/// How the operator is named in the trust list.
#[derive(Clone, Debug)]
pub struct OperatorEntry {
    /// `iss` of its tokens.
    pub id: String,
    /// Its names.
    pub names: Text,
    /// Prefixes of the units it may speak for.
    pub regions: Vec<String>,
}

impl OperatorEntry {
    /// This installation's operator, as configured.
    pub fn of(tokens: &TokensConfig) -> Self {
        Self {
            id: tokens.operator.clone(),
            names: tokens.operator_names.clone(),
            regions: tokens.operator_regions.clone(),
        }
    }
}

/// Why a key could not be added, withdrawn or published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyLifeError {
    /// No key of this name is registered.
    #[error("no key {kid:?}; `key list` shows those there are")]
    NoKey {
        /// The name.
        kid: String,
    },
    /// The operator is in no list yet and has no regions to be entered with.
    #[error(
        "tokens.operator_regions is empty: name the first digits of the units' codes that {id} may speak for"
    )]
    NoRegions {
        /// The operator.
        id: String,
    },
    /// The list to be published is refused by a verifier with this server's roots.
    #[error("the trust list is refused: {0}")]
    Refused(Refusal),
    /// The list's version does not follow the newest one.
    #[error("the trust list has version {found}, but {expected} is next")]
    Version {
        /// The version it has.
        found: u64,
        /// The version it should have.
        expected: u64,
    },
    /// The published lists cannot be read.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The key store failed.
    #[error(transparent)]
    KeyStore(#[from] KeyStoreError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Makes a key that will sign from `nbf` on, once it is published.
pub async fn add(
    db: &Db,
    store: &dyn KeyStore,
    purpose: Purpose,
    nbf: UnixTime,
    entropy: &dyn Entropy,
    now: UnixTime,
) -> Result<KeyRow, KeyLifeError> {
    let mut work = Work::without_server(db, now).await?;
    let row = add_within(&mut work, store, purpose, nbf, entropy).await?;
    work.finish().await?;
    Ok(row)
}

/// The same as part of a greater command.
pub async fn add_within(
    work: &mut Work<'_>,
    store: &dyn KeyStore,
    purpose: Purpose,
    nbf: UnixTime,
    entropy: &dyn Entropy,
) -> Result<KeyRow, KeyLifeError> {
    // The day helps people; the random part keeps two rotations of one day apart.
    let kid =
        format!("{}-{}-{:04x}", purpose_name(purpose), Day::of(nbf), u16::from_le_bytes(entropy.bytes()));
    let key = store.generate(&kid)?;
    let row = KeyRow {
        kid,
        purpose: purpose_name(purpose).into(),
        sec1: key.public.sec1().to_vec(),
        nbf: nbf.0,
        exp: nbf.plus(KEY_LIFETIME).0,
        revoked_at: None,
        compromised: 0,
        created_at: work.now.0,
    };
    storage::publication::keys::insert(&mut work.tx, &row).await?;
    work.audit("add key", &row.kid, None).await?;
    Ok(row)
}

/// Every registered key.
pub async fn list(db: &Db) -> Result<Vec<KeyRow>, StorageError> {
    let mut tx = db.begin_read().await?;
    let keys = storage::publication::keys::all(&mut tx).await?;
    tx.commit().await?;
    Ok(keys)
}

/// Marks a key compromised: servers stop signing with it within a second, verifiers refuse all it ever signed once
/// they have the list that tells of it.
pub async fn compromise(db: &Db, kid: &str, now: UnixTime) -> Result<(), KeyLifeError> {
    let mut work = Work::without_server(db, now).await?;
    if !storage::publication::keys::compromise(&mut work.tx, kid).await? {
        return Err(KeyLifeError::NoKey { kid: kid.into() });
    }
    work.changed(Change::Keys).await?;
    work.audit("compromise key", kid, None).await?;
    Ok(work.finish().await?)
}

/// The next trust list, not signed: the newest one with this operator's keys as registered.
pub async fn draft(
    db: &Db,
    entry: &OperatorEntry,
    roots: &RootSet,
    now: UnixTime,
) -> Result<TrustList, KeyLifeError> {
    let mut tx = db.begin_read().await?;
    let list = draft_within(&mut tx, entry, roots, now).await?;
    tx.commit().await?;
    Ok(list)
}

/// The same as part of a greater command.
pub async fn draft_within(
    tx: &mut Tx,
    entry: &OperatorEntry,
    roots: &RootSet,
    now: UnixTime,
) -> Result<TrustList, KeyLifeError> {
    let newest = storage::publication::trust::lists(tx).await?.pop();
    let register = storage::publication::keys::all(tx).await?;
    let mut list = match newest {
        Some(row) => trust_list_payload(&row.jws)?,
        None => TrustList {
            version: 0,
            iat: now,
            exp: now,
            refresh: REFRESH,
            roots: roots.clone(),
            operators: Vec::new(),
        },
    };
    list.version += 1;
    list.iat = now;
    list.exp = now.plus(TRUST_LIFETIME);
    // A key stays as long as something it signed may still be shown, and a compromised one longer than any bundle.
    let kept = register
        .iter()
        .filter(|row| now.0 < row.exp.saturating_add(PAPER_LIFETIME.0) || row.compromised == 1);
    let keys = kept.map(key_entry).collect::<Result<Vec<_>, _>>()?;
    let position = list.operators.iter().position(|operator| operator.id == entry.id);
    match position.and_then(|at| list.operators.get_mut(at)) {
        Some(operator) => operator.keys = keys,
        None if entry.regions.is_empty() => return Err(KeyLifeError::NoRegions { id: entry.id.clone() }),
        None => list.operators.push(Operator {
            id: entry.id.clone(),
            names: entry.names.clone(),
            regions: entry.regions.clone(),
            keys,
        }),
    }
    Ok(list)
}

/// Publishes a signed trust list, if every verifier that follows this server would take it.
pub async fn publish(db: &Db, roots: &RootSet, jws: &str, now: UnixTime) -> Result<u64, KeyLifeError> {
    let mut work = Work::without_server(db, now).await?;
    let version = publish_within(&mut work, roots, jws).await?;
    work.finish().await?;
    Ok(version)
}

/// The same as part of a greater command.
pub async fn publish_within(work: &mut Work<'_>, roots: &RootSet, jws: &str) -> Result<u64, KeyLifeError> {
    let now = work.now;
    let lists = storage::publication::trust::lists(&mut work.tx).await?;
    let mut verifier = new_verifier(roots)?;
    for row in &lists {
        verifier
            .load_trust_list(&row.jws, OnExpired::TellInVerdict { now })
            .map_err(KeyLifeError::Refused)?;
    }
    verifier.load_trust_list(jws, OnExpired::Refuse { now }).map_err(KeyLifeError::Refused)?;
    let list = trust_list_payload(jws)?;
    let expected = u64::try_from(lists.last().map_or(0, |row| row.version)).unwrap_or_default() + 1;
    if list.version != expected {
        return Err(KeyLifeError::Version { found: list.version, expected });
    }
    let version = i64::try_from(list.version).unwrap_or(i64::MAX);
    let row = SignedRow { version, iat: list.iat.0, exp: list.exp.0, jws: jws.to_owned() };
    storage::publication::trust::insert_list(&mut work.tx, &row).await?;
    work.changed(Change::Trust).await?;
    work.audit("publish trust list", &version.to_string(), None).await?;
    Ok(list.version)
}

fn key_entry(row: &KeyRow) -> Result<OperatorKey, StorageError> {
    let wrong = |column| StorageError::Inconsistent { table: "operator_key", column, row: row.kid.clone() };
    Ok(OperatorKey {
        kid: row.kid.clone(),
        jwk: PublicKey::from_sec1(&row.sec1).ok_or_else(|| wrong("sec1"))?.to_jwk(),
        purpose: purpose_from_name(&row.purpose).ok_or_else(|| wrong("purpose"))?,
        nbf: UnixTime(row.nbf),
        exp: UnixTime(row.exp),
        revoked_at: row.revoked_at.map(UnixTime),
        compromised: row.compromised == 1,
    })
}

/// Online keys live a quarter of a year (docs/SECURITY.md, threat 8), so a theft unnoticed ends by itself.
const KEY_LIFETIME: Seconds = Seconds(90 * 86_400);
/// After a week without a new list a verifier calls an unknown key "list out of date" and not "unknown".
const REFRESH: Seconds = Seconds(7 * 86_400);
