//! Certificates of seals, and whom to trust for them.
//!
//! Trusted is what an authority of the caller's own file issued directly: authorities in between stand in that file,
//! too. No certificate comes from the document but the two that the seal names.

use alloc::{string::String, vec::Vec};
use core::cmp::Ordering;

use der::{Decode, Document, Encode};
use x509_cert::Certificate;
use x509_cert::crl::{CertificateList, RevokedCert};
use x509_cert::ext::pkix::{BasicConstraints, CrlReason, KeyUsage};
use x509_cert::spki::ObjectIdentifier;
use x509_cert::time::Time;

use super::asn1::SM2_WITH_SM3;
use super::sm;
use crate::time::{Seconds, UnixTime};

/// Authorities that certify makers and signers of seals, with their revocation lists.
#[derive(Clone, Debug, Default)]
pub struct SealTrust {
    authorities: Vec<Certificate>,
    lists: Vec<CertificateList>,
}

/// A block of the file is neither a certificate nor a revocation list, or there is no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotTrustFile;

/// What a certificate is good for at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Trusted, valid, for signing, not revoked.
    Good,
    /// Not issued by an authority, outside its period, or not for signing.
    NotTrusted,
    /// Revoked before it was used, or because its key is known to others.
    Revoked,
    /// Trusted, but no list tells whether it was revoked.
    Unknown,
}

impl SealTrust {
    /// Reads PEM: `CERTIFICATE` blocks (at least one) and `X509 CRL` blocks; anything between them is comment.
    pub fn from_pem(text: &str) -> Result<Self, NotTrustFile> {
        let mut trust = Self::default();
        let mut rest = text;
        while let Some((_, begun)) = rest.split_once("-----BEGIN ") {
            let (block, after) = begun.split_once("-----END ").ok_or(NotTrustFile)?;
            let (label, _) = block.split_once("-----").ok_or(NotTrustFile)?;
            let (_, after) = after.split_once("-----").ok_or(NotTrustFile)?;
            let whole = ["-----BEGIN ", block, "-----END ", label, "-----\n"].concat();
            let (_, document) = Document::from_pem(&whole).map_err(|_| NotTrustFile)?;
            match label {
                "CERTIFICATE" => trust.add_authority(document.as_bytes())?,
                "X509 CRL" => trust.add_list(document.as_bytes())?,
                _ => return Err(NotTrustFile),
            }
            rest = after;
        }
        if trust.authorities.is_empty() { Err(NotTrustFile) } else { Ok(trust) }
    }

    /// Trusts one more authority (DER).
    pub fn add_authority(&mut self, certificate: &[u8]) -> Result<(), NotTrustFile> {
        self.authorities.push(Certificate::from_der(certificate).map_err(|_| NotTrustFile)?);
        Ok(())
    }

    /// Adds a revocation list (DER); whose it is, is checked when it is used.
    pub fn add_list(&mut self, list: &[u8]) -> Result<(), NotTrustFile> {
        self.lists.push(CertificateList::from_der(list).map_err(|_| NotTrustFile)?);
        Ok(())
    }

    /// How `certificate` stood when it was used `at`, by what is known `now`.
    pub(super) fn standing(&self, certificate: &Certificate, at: UnixTime, now: UnixTime) -> Standing {
        let fit = current(certificate, at) && may_sign(certificate) && only_known_extensions(certificate);
        let issuer = self.authorities.iter().find(|authority| {
            is_authority(authority) && current(authority, at) && issued_by(certificate, authority)
        });
        match issuer {
            Some(issuer) if fit => self.revocation(certificate, issuer, at, now),
            _ => Standing::NotTrusted,
        }
    }

    fn revocation(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: UnixTime,
        now: UnixTime,
    ) -> Standing {
        let newest =
            self.lists.iter().filter(|list| list_is_current(list, issuer, now)).max_by(|a, b| {
                seconds(a.tbs_cert_list.this_update).cmp(&seconds(b.tbs_cert_list.this_update))
            });
        let Some(list) = newest else { return Standing::Unknown };
        let serial = certificate.tbs_certificate().serial_number();
        let revoked = list.tbs_cert_list.revoked_certificates.iter().flatten();
        match revoked.filter(|entry| &entry.serial_number == serial).find(|entry| counts(entry, at)) {
            Some(_) => Standing::Revoked,
            None => Standing::Good,
        }
    }
}

/// Reads a certificate with an SM2 key that SM2 with SM3 signed.
pub(super) fn read(der: &[u8]) -> Option<Certificate> {
    let certificate = Certificate::from_der(der).ok()?;
    let same = certificate.to_der().is_ok_and(|again| again == der);
    (same && certificate.signature_algorithm().oid == SM2_WITH_SM3).then_some(certificate)
}

/// Whether `signature` is by the key of `certificate`.
pub(super) fn verifies(certificate: &Certificate, message: &[u8], signature: &[u8]) -> bool {
    let key = certificate.tbs_certificate().subject_public_key_info().to_der();
    key.is_ok_and(|key| sm::verify(&key, message, signature))
}

/// Whom it names, for people: `CN=…,O=…`.
pub(super) fn subject(certificate: &Certificate) -> String {
    alloc::string::ToString::to_string(certificate.tbs_certificate().subject())
}

/// The unit it was issued to: the `serialNumber` of its subject, where our units and their authorities write the code.
pub(super) fn unit(certificate: &Certificate) -> Option<String> {
    let mut named = certificate.tbs_certificate().subject().iter().filter(|part| part.oid == SERIAL_NUMBER);
    let part = named.next()?;
    core::str::from_utf8(part.value.value()).ok().map(String::from)
}

fn issued_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let signed = certificate.tbs_certificate();
    signed.issuer() == issuer.tbs_certificate().subject()
        && signed.signature() == certificate.signature_algorithm()
        && signed.to_der().is_ok_and(|message| {
            certificate.signature().as_bytes().is_some_and(|signature| verifies(issuer, &message, signature))
        })
}

fn list_is_current(list: &CertificateList, issuer: &Certificate, now: UnixTime) -> bool {
    let signed = &list.tbs_cert_list;
    &signed.issuer == issuer.tbs_certificate().subject()
        && list.signature_algorithm.oid == SM2_WITH_SM3
        && signed.signature == list.signature_algorithm
        && seconds(signed.this_update) <= now.plus(SKEW)
        && signed.next_update.is_some_and(|next| now < seconds(next))
        // An extension such as "delta" or "only these certificates" would make silence mean nothing.
        && !signed.crl_extensions.iter().flatten().any(|extension| extension.critical)
        && signed.to_der().is_ok_and(|message| {
            list.signature.as_bytes().is_some_and(|signature| verifies(issuer, &message, signature))
        })
}

/// A revocation counts from its date on; that of a key which others have counts always, since they choose the time.
fn counts(entry: &RevokedCert, at: UnixTime) -> bool {
    let reason =
        entry.crl_entry_extensions.iter().flatten().find(|extension| extension.extn_id == CRL_REASON);
    let stolen = reason.is_some_and(|extension| {
        matches!(
            CrlReason::from_der(extension.extn_value.as_bytes()),
            Ok(CrlReason::KeyCompromise | CrlReason::CaCompromise) | Err(_)
        )
    });
    stolen || seconds(entry.revocation_date) <= at
}

fn current(certificate: &Certificate, at: UnixTime) -> bool {
    let validity = certificate.tbs_certificate().validity();
    seconds(validity.not_before) <= at && at.cmp(&seconds(validity.not_after)) != Ordering::Greater
}

/// GB/T 20518 asks for the extension; without it a certificate is for no use in particular.
fn may_sign(certificate: &Certificate) -> bool {
    let usage: Option<(bool, KeyUsage)> = certificate.tbs_certificate().get_extension().ok().flatten();
    usage.is_some_and(|(_, usage)| usage.digital_signature() || usage.non_repudiation())
}

fn is_authority(certificate: &Certificate) -> bool {
    let basic: Option<(bool, BasicConstraints)> =
        certificate.tbs_certificate().get_extension().ok().flatten();
    basic.is_some_and(|(_, basic)| basic.ca)
}

fn only_known_extensions(certificate: &Certificate) -> bool {
    let extensions = certificate.tbs_certificate().extensions().into_iter().flatten();
    extensions.filter(|extension| extension.critical).all(|extension| KNOWN.contains(&extension.extn_id))
}

fn seconds(time: Time) -> UnixTime {
    UnixTime(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
}

/// keyUsage, basicConstraints, extendedKeyUsage.
const KNOWN: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("2.5.29.15"),
    ObjectIdentifier::new_unwrap("2.5.29.19"),
    ObjectIdentifier::new_unwrap("2.5.29.37"),
];
const SERIAL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.5");
const CRL_REASON: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");
/// Clocks of an authority and of a verifier differ by so much.
pub(super) const SKEW: Seconds = Seconds(300);
