//! A seal's life: its key is made and a certificate asked for; certificate and seal are installed; it is retired.

use liangzheng_core::seal::{NewSeal, Seal, SealFault, SealTrust, SealVerdict, Setting, check, sm3};
use liangzheng_core::text::Text;
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::verify::Answer;

use crate::document::seal_picture::{self, PictureTooLarge};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::clock::Entropy;
use crate::service::work::Work;
use crate::signing::{KeyStoreError, SealCa, SealCaError, SealKeyStore, Subject, seal_request};
use crate::storage::issuing::seal::{self, SealRow};
use crate::storage::{self, Db, StorageError};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealLifeError {
    /// There is no such unit.
    #[error("no unit {0} is registered here（没有此单位）")]
    NoUnit(Uscc),
    /// There is no such seal, or it is not in the state for that.
    #[error("no seal {0:?} that could be（没有可供此操作的印章）")]
    NoSeal(String),
    /// Certificate and seal do not go with the key, or with each other, or nobody trusted vouches for them.
    #[error("this seal would not verify: {0}")]
    WouldNotVerify(Box<str>),
    /// The picture.
    #[error(transparent)]
    Picture(#[from] PictureTooLarge),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyStoreError),
    /// The authority for trials.
    #[error(transparent)]
    Ca(#[from] SealCaError),
    /// A structure.
    #[error(transparent)]
    Seal(#[from] SealFault),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A seal that was asked for.
#[derive(Clone, Debug)]
pub struct Requested {
    /// Its name.
    pub id: String,
    /// The unit's names.
    pub names: Text,
    /// Request for the signer's certificate, PEM (PKCS#10).
    pub request: String,
}

/// Makes the key of a new seal for `unit`.
pub async fn request(
    db: &Db,
    keys: &dyn SealKeyStore,
    unit: Uscc,
    entropy: &dyn Entropy,
    now: UnixTime,
) -> Result<Requested, SealLifeError> {
    let mut work = Work::without_server(db, now).await?;
    let known = storage::catalogue::unit::find(&mut work.tx, unit).await?;
    let names = known.ok_or(SealLifeError::NoUnit(unit))?.names;
    let number = seal::count(&mut work.tx, unit).await? + 1;
    let id = format!("{unit}-{number}");
    // Not the seal's name alone: after a restore a number may come again, a key never.
    let random: String = entropy.bytes::<4>().iter().map(|byte| format!("{byte:02x}")).collect();
    let name = format!("seal-{unit}-{number}-{random}");
    let key = keys.generate(&name, entropy)?;
    let request = seal_request(&key, subject(&names, &unit)).await?;
    seal::insert(&mut work.tx, &id, unit, &name, now.0).await?;
    work.audit("request seal", &id, None).await?;
    work.finish().await?;
    Ok(Requested { id, names, request })
}

/// Installs the signer's certificate and the seal (both DER), after a trial of all checks.
pub async fn install(
    db: &Db,
    keys: &dyn SealKeyStore,
    id: &str,
    (certificate, seal): (&[u8], &[u8]),
    trust: &SealTrust,
    now: UnixTime,
) -> Result<(), SealLifeError> {
    let mut work = Work::without_server(db, now).await?;
    let row = seal::find(&mut work.tx, id).await?.filter(|row| row.state == "requested");
    let row = row.ok_or_else(|| SealLifeError::NoSeal(id.to_owned()))?;
    let verdict = trial(keys, &row, (certificate, seal), trust, now).await?;
    let shown = verdict.seal.filter(|_| verdict.verdict == Answer::Valid);
    let shown = shown.ok_or_else(|| {
        SealLifeError::WouldNotVerify(format!("{}: {}", verdict.code, verdict.message.en).into())
    })?;
    let read = Seal::read(seal)?;
    // Verifiers compare the certificate's unit with the issuer that a licence names (core/README.md, "Seals").
    if read.info.id.as_str() != id || shown.unit.as_deref() != Some(row.unit.as_str()) {
        let unit =
            shown.unit.as_deref().unwrap_or("no unit: the certificate's serialNumber must be its code");
        return Err(SealLifeError::WouldNotVerify(
            format!("it is {} of {unit}", read.info.id.as_str()).into(),
        ));
    }
    let valid = (shown.valid_from.0, shown.valid_to.0);
    if !seal::install(&mut work.tx, id, certificate, seal, valid).await? {
        return Err(SealLifeError::NoSeal(id.to_owned()));
    }
    work.audit("install seal", id, None).await?;
    Ok(work.finish().await?)
}

/// Makes a seal for `unit` from beginning to end by an authority of one's own: for demos and trials.
pub async fn make_by(
    ca: &SealCa,
    db: &Db,
    keys: &dyn SealKeyStore,
    unit: Uscc,
    entropy: &dyn Entropy,
    now: UnixTime,
) -> Result<String, SealLifeError> {
    let Requested { id, names, .. } = request(db, keys, unit, entropy, now).await?;
    let mut tx = db.begin_read().await?;
    let row = seal::find(&mut tx, &id).await?.ok_or_else(|| SealLifeError::NoSeal(id.clone()))?;
    tx.commit().await?;
    let (from, until) = (now.minus(SLACK), now.plus(LIFE));
    let public = keys.open(&row.key)?.public;
    let certificate = ca.certify(&public, subject(&names, &unit), from, until, entropy)?;
    let picture = seal_picture::draw(&names.zh, BELOW)?;
    let seal = ca.make_seal(&NewSeal {
        id: &id,
        name: &format!("{}{BELOW}", names.zh),
        certificates: &[&certificate],
        created: now,
        valid_from: from,
        valid_to: until,
        picture: &picture,
        size: (SIZE, SIZE),
    })?;
    let trust = SealTrust::from_pem(&ca.trust(now)?).map_err(|_| SealFault::MakerCertificate)?;
    install(db, keys, &id, (&certificate, &seal), &trust, now).await?;
    Ok(id)
}

/// Takes a seal out of use; what it was set under stays as it is.
pub async fn retire(db: &Db, id: &str, now: UnixTime) -> Result<SealRow, SealLifeError> {
    let mut work = Work::without_server(db, now).await?;
    let row = seal::find(&mut work.tx, id).await?;
    let row = row.ok_or_else(|| SealLifeError::NoSeal(id.to_owned()))?;
    if !seal::retire(&mut work.tx, id).await? {
        return Err(SealLifeError::NoSeal(id.to_owned()));
    }
    work.audit("retire seal", id, None).await?;
    work.finish().await?;
    Ok(row)
}

/// Every seal.
pub async fn list(db: &Db) -> Result<Vec<SealRow>, StorageError> {
    let mut tx = db.begin_read().await?;
    let rows = seal::all(&mut tx).await?;
    tx.commit().await?;
    Ok(rows)
}

/// Sets the seal under a sentence, and checks it as any verifier would.
async fn trial(
    keys: &dyn SealKeyStore,
    row: &SealRow,
    (certificate, seal): (&[u8], &[u8]),
    trust: &SealTrust,
    now: UnixTime,
) -> Result<SealVerdict, SealLifeError> {
    let setting = Setting { time: now, data_hash: sm3(TRIAL), property_info: "trial".into() };
    let signature = keys.open(&row.key)?.signer.sign(&setting.to_sign(seal)?).await?;
    let whole = setting.assemble(seal, certificate, &signature)?;
    Ok(check(&whole, TRIAL, trust, now))
}

fn subject<'a>(names: &'a Text, unit: &'a Uscc) -> Subject<'a> {
    Subject { name: &names.zh, organisation: &names.zh, unit: Some(unit.as_str()) }
}

const TRIAL: &[u8] = b"a trial of a seal";
/// What stands below the star.
const BELOW: &str = "电子证照专用章";
/// Millimetres: 42 is what offices of this level have.
const SIZE: u16 = 42;
const SLACK: Seconds = Seconds(600);
const LIFE: Seconds = Seconds(5 * 365 * 86_400);
