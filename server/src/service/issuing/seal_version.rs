//! Sealing a licence version: in the transaction that makes it ACTIVE, so that none is without its seals (R02).
//!
//! What is sealed is the version's [`Record`]. Kept are the record and, for each seal, what varies; the structure is put
//! together again when it is needed, and compared with the hash of the one that was signed.

use std::iter::once;
use std::num::NonZero;
use std::sync::Arc;

use liangzheng_core::seal::{SealFault, SealedData, Setting, sm3};
use liangzheng_core::time::UnixTime;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::App;
use crate::domain::actor::holder::Holder;
use crate::domain::catalogue::Catalogue;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::clock::Entropy;
use crate::domain::ids::LicenceId;
use crate::domain::issuing::record::{Named, Record};
use crate::domain::licence::Licence;
use crate::secrets::Secrets;
use crate::service::issuing::seals::Seals;
use crate::service::work::Work;
use crate::signing::{KeyStoreError, SealKey};
use crate::storage::issuing::seal::{self, SealRow};
use crate::storage::issuing::sealed::{self, SettingRow};
use crate::storage::{StorageError, Tx};

/// A licence version about to be ACTIVE.
#[derive(Clone, Copy, Debug)]
pub struct VersionToSeal<'a> {
    /// The version, as entered.
    pub licence: &'a Licence,
    /// Its holder, named as on the version.
    pub holder: &'a Holder,
    /// Those who hold it with him.
    pub co_holders: &'a [Holder],
    /// The units that issue it with its own.
    pub co_issuers: &'a [Uscc],
}

/// Why a version was not sealed, and so must not become ACTIVE.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// A unit has no seal that may be set now.
    #[error("unit {unit} has no seal in force")]
    NoSeal {
        /// The unit.
        unit: Uscc,
    },
    /// The version has its seals already.
    #[error("the version is sealed already")]
    Sealed,
    /// The key of a seal cannot be used.
    #[error("the key of the seal of {unit}: {source}")]
    Key {
        /// Whose seal it is.
        unit: Uscc,
        /// Why.
        source: KeyStoreError,
    },
    /// A structure could not be written.
    #[error(transparent)]
    Form(#[from] SealFault),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Seals a version with the seals of its unit and of those that issue it with it. To be called in the transaction that
/// enters it; on an error that transaction must not be committed.
pub async fn seal_version(
    app: &App,
    work: &mut Work<'_>,
    version: &VersionToSeal<'_>,
) -> Result<(), SealError> {
    let state = app.trust.current();
    Sealer::of(app, &state.catalogue).seal(work, version).await
}

/// What sealing needs; a server has it all.
#[derive(Clone, Copy)]
pub struct Sealer<'a> {
    /// Encrypts what is kept of persons.
    pub secrets: &'a Secrets,
    /// For that.
    pub entropy: &'a dyn Entropy,
    /// The keys.
    pub seals: &'a Seals,
    /// What kinds and units are called.
    pub catalogue: &'a Catalogue,
}

impl<'a> Sealer<'a> {
    /// That of a running server.
    pub(super) fn of(app: &'a App, catalogue: &'a Catalogue) -> Self {
        Self { secrets: &app.secrets, entropy: &*app.entropy, seals: &app.seals, catalogue }
    }

    /// See [`seal_version`].
    pub async fn seal(&self, work: &mut Work<'_>, version: &VersionToSeal<'_>) -> Result<(), SealError> {
        let set = self.set_now(work, version).await?;
        self.keep(&mut work.tx, &[(version.licence.id, &set)]).await
    }

    /// Sets the seals that are in force now.
    pub(super) async fn set_now(
        &self,
        work: &mut Work<'_>,
        version: &VersionToSeal<'_>,
    ) -> Result<SealedVersion, SealError> {
        let units = once(version.licence.unit()).chain(version.co_issuers.iter().copied());
        let seals = InForce::all(&mut work.tx, units, work.now).await?;
        self.set(&seals, version, work.now).await
    }

    /// Sets the seals of a version that is to be entered, with nothing locked meanwhile; kept by [`Self::keep`].
    async fn set(
        &self,
        seals: &[InForce],
        version: &VersionToSeal<'_>,
        now: UnixTime,
    ) -> Result<SealedVersion, SealError> {
        set_under(seals, &self.keys(seals)?, self.record(version, now)?, now).await
    }

    /// The keys of seals, in their order.
    fn keys(&self, seals: &[InForce]) -> Result<Vec<SealKey>, SealError> {
        seals.iter().map(|seal| seal.key(self.seals)).collect()
    }

    /// The same of many versions, on all processors: signatures are most of what they cost.
    pub(super) async fn set_each(
        &self,
        seals: &Arc<[InForce]>,
        versions: &[VersionToSeal<'_>],
        now: UnixTime,
    ) -> Result<Vec<SealedVersion>, SealError> {
        let keys = self.keys(seals)?;
        let mut records = Vec::with_capacity(versions.len());
        for version in versions {
            records.push(self.record(version, now)?);
        }
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        let share = records.len().div_ceil(processors).max(1);
        let mut under_way = Vec::with_capacity(processors);
        while !records.is_empty() {
            let some: Vec<Vec<u8>> = records.drain(..share.min(records.len())).collect();
            let (seals, keys) = (Arc::clone(seals), keys.clone());
            let runtime = Handle::current();
            under_way.push(spawn_blocking(move || runtime.block_on(set_some(&seals, &keys, some, now))));
        }
        let mut set = Vec::with_capacity(versions.len());
        for some in under_way {
            set.extend(some.await.map_err(|_| SealFault::Form)??);
        }
        Ok(set)
    }

    /// What is sealed of a version.
    fn record(&self, version: &VersionToSeal<'_>, now: UnixTime) -> Result<Vec<u8>, SealError> {
        let VersionToSeal { licence, holder, co_holders, co_issuers } = *version;
        let others = co_issuers.iter().map(|unit| self.unit(*unit)).collect();
        let (kind, unit) = (self.kind(licence.kind()), self.unit(licence.unit()));
        let record = Record::of(licence, kind, unit, others, (holder, co_holders), now);
        Ok(record.canonical().map_err(|_| SealFault::Form)?)
    }

    /// Keeps what was set under versions, in the transaction that enters them.
    pub(super) async fn keep(
        &self,
        tx: &mut Tx,
        sets: &[(LicenceId, &SealedVersion)],
    ) -> Result<(), SealError> {
        let records: Vec<(LicenceId, &[u8], i64)> =
            sets.iter().map(|(id, set)| (*id, &*set.record, set.at.0)).collect();
        if !sealed::insert_records(tx, self.secrets, self.entropy, &records).await? {
            return Err(SealError::Sealed);
        }
        let settings: Vec<(LicenceId, &SettingRow)> =
            sets.iter().flat_map(|(id, set)| set.settings.iter().map(|row| (*id, row))).collect();
        Ok(sealed::insert_settings(tx, &settings).await?)
    }

    fn kind(&self, code: KindCode) -> Named<KindCode> {
        let known = self.catalogue.kind(code).map(|kind| kind.names.zh.to_string());
        Named { code, name: known.unwrap_or_else(|| code.to_string()) }
    }

    fn unit(&self, code: Uscc) -> Named<Uscc> {
        let known = self.catalogue.unit(code).map(|unit| unit.names.zh.to_string());
        Named { code, name: known.unwrap_or_else(|| code.to_string()) }
    }
}

/// Sets seals under records, one after the other.
async fn set_some(
    seals: &[InForce],
    keys: &[SealKey],
    records: Vec<Vec<u8>>,
    now: UnixTime,
) -> Result<Vec<SealedVersion>, SealError> {
    let mut set = Vec::with_capacity(records.len());
    for record in records {
        set.push(set_under(seals, keys, record, now).await?);
    }
    Ok(set)
}

/// Sets seals under one record.
async fn set_under(
    seals: &[InForce],
    keys: &[SealKey],
    record: Vec<u8>,
    now: UnixTime,
) -> Result<SealedVersion, SealError> {
    let mut settings = Vec::with_capacity(seals.len());
    for ((place, seal), key) in (1..).zip(seals).zip(keys) {
        settings.push(seal.row_of(key, place, sm3(&record), now).await?);
    }
    Ok(SealedVersion { record, settings, at: now })
}

/// A record with the seals set under it, not kept yet.
#[derive(Clone, Debug)]
pub(super) struct SealedVersion {
    record: Vec<u8>,
    settings: Vec<SettingRow>,
    at: UnixTime,
}

/// What was sealed of a version, and its seals as they were set (DER of `SES_Signature`), the issuing unit's first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The record, canonical JSON.
    pub record: Vec<u8>,
    /// The seals.
    pub seals: Vec<Vec<u8>>,
    /// Whose they are, in the same order.
    pub units: Vec<Uscc>,
}

/// The seals of a version, put together again; `None` if it was never sealed.
///
/// # Errors
/// [`StorageError::Inconsistent`] unless each is, byte for byte, the one that was signed.
pub async fn sealed(app: &App, tx: &mut Tx, licence: LicenceId) -> Result<Option<Sealed>, StorageError> {
    let Some(record) = sealed::record(tx, &app.secrets, licence).await? else { return Ok(None) };
    let (mut seals, mut units) = (Vec::new(), Vec::new());
    for row in sealed::settings(tx, licence).await? {
        let wrong = |column| StorageError::Inconsistent {
            table: "issuing_seal_setting",
            column,
            row: format!("{licence}/{}", row.place),
        };
        let seal = seal::find(tx, &row.seal).await?.ok_or_else(|| wrong("seal"))?;
        let setting = Setting {
            time: UnixTime(row.at),
            data_hash: row.data_hash.as_slice().try_into().map_err(|_| wrong("data_hash"))?,
            property_info: PROPERTY.into(),
        };
        let (certificate, der) = (seal.certificate.unwrap_or_default(), seal.seal.unwrap_or_default());
        let whole = setting.assemble(&der, &certificate, &row.signature).map_err(|_| wrong("signature"))?;
        if sm3(&whole).as_slice() != row.digest || setting.data_hash != sm3(&record) {
            return Err(wrong("digest"));
        }
        seals.push(whole);
        units.push(seal.unit);
    }
    Ok(Some(Sealed { record, seals, units }))
}

/// A seal that may be set now.
#[derive(Clone, Debug)]
pub(super) struct InForce {
    pub(super) row: SealRow,
    pub(super) certificate: Vec<u8>,
    pub(super) seal: Vec<u8>,
}

impl InForce {
    /// The one of `unit`.
    pub(super) async fn of(tx: &mut Tx, unit: Uscc, now: UnixTime) -> Result<Self, SealError> {
        let mut row = seal::current(tx, unit, now.0).await?.ok_or(SealError::NoSeal { unit })?;
        let parts = row.certificate.take().zip(row.seal.take());
        let (certificate, seal) = parts.ok_or(SealError::NoSeal { unit })?;
        Ok(Self { row, certificate, seal })
    }

    /// Those of several units, in their order.
    pub(super) async fn all(
        tx: &mut Tx,
        units: impl IntoIterator<Item = Uscc>,
        now: UnixTime,
    ) -> Result<Vec<Self>, SealError> {
        let mut seals = Vec::new();
        for unit in units {
            seals.push(Self::of(tx, unit, now).await?);
        }
        Ok(seals)
    }

    /// Its key.
    fn key(&self, seals: &Seals) -> Result<SealKey, SealError> {
        seals.key(&self.row.key).map_err(|source| SealError::Key { unit: self.row.unit, source })
    }

    /// Sets it: the signature, and the whole.
    pub(super) async fn set(
        &self,
        seals: &Seals,
        setting: &Setting,
    ) -> Result<(Vec<u8>, Vec<u8>), SealError> {
        self.set_with(&self.key(seals)?, setting).await
    }

    async fn set_with(&self, key: &SealKey, setting: &Setting) -> Result<(Vec<u8>, Vec<u8>), SealError> {
        let failed = |source| SealError::Key { unit: self.row.unit, source };
        let signature = key.signer.sign(&setting.to_sign(&self.seal)?).await.map_err(failed)?;
        let whole = setting.assemble(&self.seal, &self.certificate, &signature)?;
        // What was just written is what verifiers read: in one DER form, of this version.
        SealedData::read(&whole)?;
        Ok((signature, whole))
    }

    /// What is kept of it under a record.
    async fn row_of(
        &self,
        key: &SealKey,
        place: i64,
        data_hash: [u8; 32],
        now: UnixTime,
    ) -> Result<SettingRow, SealError> {
        let setting = Setting { time: now, data_hash, property_info: PROPERTY.into() };
        let (signature, whole) = self.set_with(key, &setting).await?;
        Ok(SettingRow {
            place,
            seal: self.row.name.clone(),
            at: now.0,
            data_hash: data_hash.to_vec(),
            signature,
            digest: sm3(&whole).to_vec(),
        })
    }
}

/// What a seal under a record says it covers; files add their own.
const PROPERTY: &str = "licence.json";
