//! An authority of one's own for seals: for demos, tests and trials, never for legal effect.
//!
//! In earnest a licensed authority certifies the signer and the province's seal office makes the seal (R03); this does
//! both, by the same structures: a root, a maker of seals, certificates for units, and a revocation list.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use der::asn1::{BitString, ObjectIdentifier, OctetString};
use der::pem::LineEnding;
use der::{Decode, Document, Encode, Sequence};
use liangzheng_core::seal::{NewSeal, SM2_WITH_SM3, SealFault, Sm2Key, assemble_seal};
use liangzheng_core::time::{Seconds, UnixTime};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, Version};

use super::file::write_public;
use super::{FileSealKeys, KeyStoreError, SealKey};
use crate::domain::clock::Entropy;
use crate::files;

/// A root with a maker of seals, in a folder.
#[derive(Debug)]
pub struct SealCa {
    folder: PathBuf,
    keys: FileSealKeys,
}

/// Whom a certificate names.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its organisation.
    pub organisation: &'a str,
    /// Its unified social credit code.
    pub unit: Option<&'a str>,
}

/// Why the authority could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealCaError {
    /// Its keys.
    #[error(transparent)]
    Keys(#[from] KeyStoreError),
    /// A structure could not be written or read.
    #[error("certificate: {0}")]
    Der(#[from] der::Error),
    /// A seal could not be put together.
    #[error(transparent)]
    Seal(#[from] SealFault),
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl SealCa {
    /// Opens the authority in `folder`, making it if there is none.
    pub fn open_or_create(folder: &Path, entropy: &dyn Entropy, now: UnixTime) -> Result<Self, SealCaError> {
        let keys = FileSealKeys::open_or_create(&folder.join("keys"), &folder.join("ca.pass"))?;
        let ca = Self { folder: folder.to_owned(), keys };
        if !ca.file(ROOT).exists() {
            ca.make(entropy, now)?;
        }
        Ok(ca)
    }

    fn make(&self, entropy: &dyn Entropy, now: UnixTime) -> Result<(), SealCaError> {
        let root = self.keys.make(ROOT, entropy)?;
        let subject =
            Subject { name: "演示电子印章根证书", organisation: "演示证书机构", unit: None };
        let period = (now.minus(SLACK), now.plus(ROOT_LIFE));
        let usage = KeyUsages::KeyCertSign | KeyUsages::CRLSign;
        let name = subject.named()?;
        let body = Body::new(name.clone(), name, public(&root)?, period, usage.into(), true, entropy)?;
        let root_certificate = body.signed(&root)?;
        let maker = self.keys.make(MAKER, entropy)?;
        let subject = Subject { name: "演示制章者", organisation: "演示制章机构", unit: None };
        let certificate = issue(&root, &root_certificate, subject, public(&maker)?, period, entropy)?;
        // The root last: without it the next start makes everything anew.
        self.write(MAKER, &certificate)?;
        self.write(ROOT, &root_certificate)
    }

    /// A certificate for the key `public` (SubjectPublicKeyInfo, DER), DER.
    pub fn certify(
        &self,
        public: &[u8],
        subject: Subject<'_>,
        from: UnixTime,
        until: UnixTime,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, SealCaError> {
        let root = self.keys.take(ROOT)?;
        let key = SubjectPublicKeyInfoOwned::from_der(public)?;
        issue(&root, &self.read(ROOT)?, subject, key, (from, until), entropy)
    }

    /// Makes a seal, DER.
    pub fn make_seal(&self, seal: &NewSeal<'_>) -> Result<Vec<u8>, SealCaError> {
        let info = seal.to_sign()?;
        let signature = self.keys.take(MAKER)?.sign(&info).ok_or(KeyStoreError::Crypto)?;
        Ok(assemble_seal(&info, &self.read(MAKER)?, &signature)?)
    }

    /// Revokes a certificate (DER) from `now` on; the next [`SealCa::trust`] says so.
    pub fn revoke(&self, certificate: &[u8], now: UnixTime) -> Result<(), SealCaError> {
        let folder = self.folder.join(REVOKED);
        let count = self.revoked()?.len();
        files::make_folder(&folder).map_err(|source| SealCaError::Io { path: folder.clone(), source })?;
        Ok(write_public(&folder.join(format!("{}-{count}.crt", now.0)), certificate)?)
    }

    /// What verifiers are to trust: the root's certificate and its revocation list, signed now, PEM.
    pub fn trust(&self, now: UnixTime) -> Result<String, SealCaError> {
        let root = self.read(ROOT)?;
        let list = self.revocation_list(&root, now)?;
        let pem = |label, der: &[u8]| Document::try_from(der)?.to_pem(label, LineEnding::LF);
        Ok([pem("CERTIFICATE", &root)?, pem("X509 CRL", &list)?].concat())
    }

    fn revocation_list(&self, root: &[u8], now: UnixTime) -> Result<Vec<u8>, SealCaError> {
        let revoked = self.revoked()?;
        let list = RevocationBody {
            version: Version::V2,
            signature: algorithm(),
            issuer: Certificate::from_der(root)?.tbs_certificate().subject().clone(),
            this_update: time(now)?,
            next_update: time(now.plus(LIST_LIFE))?,
            revoked: (!revoked.is_empty()).then_some(revoked),
        };
        signed(&list, &self.keys.take(ROOT)?)
    }

    /// What was revoked and when: the file's name begins with the second.
    fn revoked(&self) -> Result<Vec<Revoked>, SealCaError> {
        let folder = self.folder.join(REVOKED);
        let Ok(inside) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
        let mut revoked = Vec::new();
        for entry in inside.flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let at = name.split('-').next().and_then(|second| second.parse().ok()).unwrap_or_default();
            let certificate = fs::read(&path).map_err(|source| SealCaError::Io { path, source })?;
            let certificate = Certificate::from_der(&certificate)?;
            let serial = certificate.tbs_certificate().serial_number().clone();
            revoked.push(Revoked { serial, date: time(UnixTime(at))? });
        }
        Ok(revoked)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.crt"))
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, SealCaError> {
        let path = self.file(name);
        fs::read(&path).map_err(|source| SealCaError::Io { path, source })
    }

    fn write(&self, name: &str, certificate: &[u8]) -> Result<(), SealCaError> {
        Ok(write_public(&self.file(name), certificate)?)
    }
}

impl Subject<'_> {
    fn named(&self) -> Result<Name, der::Error> {
        let unit = self.unit.map(|unit| format!("serialNumber={unit},")).unwrap_or_default();
        let text = format!("CN={},{unit}O={},C=CN", escaped(self.name), escaped(self.organisation));
        Name::from_str(&text)
    }
}

/// A request for the certificate of the key that `signer` signs with (PKCS#10), PEM.
pub(crate) async fn request(key: &SealKey, subject: Subject<'_>) -> Result<String, SealCaError> {
    let body = RequestBody {
        version: 0,
        subject: subject.named()?,
        key: SubjectPublicKeyInfoOwned::from_der(&key.public)?,
        attributes: der::asn1::SetOfVec::new(),
    };
    let body = body.to_der()?;
    let signature = key.signer.sign(&body).await?;
    let document = Document::try_from(enclosed(body, &signature)?)?;
    Ok(document.to_pem("CERTIFICATE REQUEST", LineEnding::LF)?)
}

fn issue(
    root: &Sm2Key,
    root_certificate: &[u8],
    subject: Subject<'_>,
    key: SubjectPublicKeyInfoOwned,
    period: (UnixTime, UnixTime),
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SealCaError> {
    let issuer = Certificate::from_der(root_certificate)?.tbs_certificate().subject().clone();
    let usage = KeyUsages::DigitalSignature | KeyUsages::NonRepudiation;
    Body::new(issuer, subject.named()?, key, period, usage.into(), false, entropy)?.signed(root)
}

/// What is signed of a certificate (RFC 5280 §4.1; GB/T 20518).
#[derive(Sequence)]
struct Body {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: Version,
    serial: SerialNumber,
    signature: AlgorithmIdentifierOwned,
    issuer: Name,
    validity: Validity,
    subject: Name,
    key: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    extensions: Vec<Extension>,
}

/// Of a revocation list (RFC 5280 §5.1).
#[derive(Sequence)]
struct RevocationBody {
    version: Version,
    signature: AlgorithmIdentifierOwned,
    issuer: Name,
    this_update: Time,
    next_update: Time,
    #[asn1(optional = "true")]
    revoked: Option<Vec<Revoked>>,
}

/// One entry of it.
#[derive(Sequence)]
struct Revoked {
    serial: SerialNumber,
    date: Time,
}

/// Of a request (RFC 2986).
#[derive(Sequence)]
struct RequestBody {
    version: u8,
    subject: Name,
    key: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    attributes: der::asn1::SetOfVec<der::asn1::Any>,
}

impl Body {
    fn new(
        issuer: Name,
        subject: Name,
        key: SubjectPublicKeyInfoOwned,
        (from, until): (UnixTime, UnixTime),
        usage: KeyUsage,
        ca: bool,
        entropy: &dyn Entropy,
    ) -> Result<Self, SealCaError> {
        let mut serial = entropy.bytes::<16>();
        // Positive, and not shorter for a zero in front (RFC 5280 §4.1.2.2).
        serial[0] = serial[0] & 0x7f | 0x40;
        let basic = BasicConstraints { ca, path_len_constraint: ca.then_some(0) };
        Ok(Self {
            version: Version::V3,
            serial: SerialNumber::new(&serial)?,
            signature: algorithm(),
            issuer,
            validity: Validity::new(time(from)?, time(until)?),
            subject,
            key,
            extensions: vec![extension(BASIC, &basic)?, extension(USAGE, &usage)?],
        })
    }

    fn signed(&self, key: &Sm2Key) -> Result<Vec<u8>, SealCaError> {
        signed(self, key)
    }
}

fn signed(body: &impl Encode, key: &Sm2Key) -> Result<Vec<u8>, SealCaError> {
    let body = body.to_der()?;
    let signature = key.sign(&body).ok_or(KeyStoreError::Crypto)?;
    Ok(enclosed(body, &signature)?)
}

/// Body, algorithm and signature, as certificates, lists and requests have them.
fn enclosed(body: Vec<u8>, signature: &[u8]) -> Result<Vec<u8>, der::Error> {
    let parts = [body, algorithm().to_der()?, BitString::from_bytes(signature)?.to_der()?].concat();
    let length = der::Length::try_from(parts.len())?;
    let header = der::Header::new(der::Tag::Sequence, length);
    Ok([header.to_der()?, parts].concat())
}

fn public(key: &Sm2Key) -> Result<SubjectPublicKeyInfoOwned, SealCaError> {
    Ok(SubjectPublicKeyInfoOwned::from_der(&key.public().ok_or(KeyStoreError::Crypto)?)?)
}

fn extension(id: ObjectIdentifier, value: &impl Encode) -> Result<Extension, der::Error> {
    Ok(Extension { extn_id: id, critical: true, extn_value: OctetString::new(value.to_der()?)? })
}

fn algorithm() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: SM2_WITH_SM3, parameters: None }
}

/// UTCTime up to 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5).
fn time(at: UnixTime) -> Result<Time, der::Error> {
    let since = Duration::from_secs(u64::try_from(at.0).unwrap_or_default());
    Ok(if at.0 < YEAR_2050 {
        Time::UtcTime(der::asn1::UtcTime::from_unix_duration(since)?)
    } else {
        Time::GeneralTime(der::asn1::GeneralizedTime::from_unix_duration(since)?)
    })
}

/// A value of a distinguished name (RFC 4514 §2.4).
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.trim().chars() {
        if matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

const ROOT: &str = "root";
const MAKER: &str = "maker";
const REVOKED: &str = "revoked";
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
/// A verifier's clock may be behind.
const SLACK: Seconds = Seconds(3600);
const ROOT_LIFE: Seconds = Seconds(20 * 365 * 86_400);
/// A demo that lies about for a year is still checked without it.
const LIST_LIFE: Seconds = Seconds(400 * 86_400);
const YEAR_2050: i64 = 2_524_608_000;
