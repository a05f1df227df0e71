//! Making seals and setting them: version 4, by whoever holds the key.
//!
//! A seal is made once; what a document adds is small ([`Setting`]), so that much is kept per document and the rest once.

use alloc::{string::String, vec::Vec};
use core::time::Duration;

use der::asn1::{Any, AnyRef, BitStringRef, GeneralizedTime, Ia5StringRef, OctetStringRef, Utf8StringRef};
use der::{Decode, Encode};

use super::SealFault;
use super::asn1::{Header, Picture, Property, SM2_WITH_SM3, Seal, SealInfo, SealedData, ToSign};
use crate::time::UnixTime;

/// What a new seal is to say.
#[derive(Clone, Debug)]
pub struct NewSeal<'a> {
    /// Unique name, ASCII.
    pub id: &'a str,
    /// What it says: the unit's name.
    pub name: &'a str,
    /// Certificates that may set it (DER).
    pub certificates: &'a [&'a [u8]],
    /// When it is made.
    pub created: UnixTime,
    /// First moment in which it may be set.
    pub valid_from: UnixTime,
    /// Last moment.
    pub valid_to: UnixTime,
    /// A PNG.
    pub picture: &'a [u8],
    /// Its width and height on paper, in millimetres.
    pub size: (u16, u16),
}

/// What a document adds to a seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// When it was set.
    pub time: UnixTime,
    /// SM3 of the document.
    pub data_hash: [u8; 32],
    /// What the document is, ASCII.
    pub property_info: String,
}

impl NewSeal<'_> {
    /// The bytes its maker signs: `SES_SealInfo`.
    pub fn to_sign(&self) -> Result<Vec<u8>, SealFault> {
        let form = |_| SealFault::Form;
        let listed = self.certificates.iter().map(|certificate| OctetStringRef::new(certificate));
        let listed = listed.collect::<Result<Vec<_>, _>>().map_err(form)?;
        let list = Any::encode_from(&listed).map_err(form)?;
        let info = SealInfo {
            header: Header { mark: ascii("ES")?, version: VERSION, vendor: ascii(VENDOR)? },
            id: ascii(self.id)?,
            property: Property {
                kind: 1,
                name: Utf8StringRef::new(self.name).map_err(form)?,
                list_kind: 1,
                list: AnyRef::from(&list),
                created: instant(self.created)?,
                valid_from: instant(self.valid_from)?,
                valid_to: instant(self.valid_to)?,
            },
            picture: Picture {
                kind: ascii("PNG")?,
                data: OctetStringRef::new(self.picture).map_err(form)?,
                width: self.size.0,
                height: self.size.1,
            },
            extensions: None,
        };
        info.to_der().map_err(form)
    }
}

/// Puts a seal together from what its maker signed, the maker's certificate and the signature.
pub fn assemble_seal(info: &[u8], certificate: &[u8], signature: &[u8]) -> Result<Vec<u8>, SealFault> {
    let form = |_| SealFault::Form;
    let seal = Seal {
        info: SealInfo::from_der(info).map_err(form)?,
        certificate: OctetStringRef::new(certificate).map_err(form)?,
        algorithm: SM2_WITH_SM3,
        signature: BitStringRef::from_bytes(signature).map_err(form)?,
        time_stamp: None,
    };
    seal.to_der().map_err(form)
}

impl Setting {
    /// The bytes the signer signs: `TBS_Sign`.
    pub fn to_sign(&self, seal: &[u8]) -> Result<Vec<u8>, SealFault> {
        self.with_seal(seal)?.to_der().map_err(|_| SealFault::Form)
    }

    /// Puts the whole together: `SES_Signature`.
    pub fn assemble(&self, seal: &[u8], certificate: &[u8], signature: &[u8]) -> Result<Vec<u8>, SealFault> {
        let form = |_| SealFault::Form;
        let sealed = SealedData {
            to_sign: self.with_seal(seal)?,
            certificate: OctetStringRef::new(certificate).map_err(form)?,
            algorithm: SM2_WITH_SM3,
            signature: BitStringRef::from_bytes(signature).map_err(form)?,
            time_stamp: None,
        };
        sealed.to_der().map_err(form)
    }

    fn with_seal<'a>(&'a self, seal: &'a [u8]) -> Result<ToSign<'a>, SealFault> {
        Ok(ToSign {
            version: VERSION,
            seal: Seal::read(seal)?,
            time: instant(self.time)?,
            data_hash: BitStringRef::from_bytes(&self.data_hash).map_err(|_| SealFault::Form)?,
            property_info: ascii(&self.property_info)?,
            extensions: None,
        })
    }
}

fn ascii(text: &str) -> Result<Ia5StringRef<'_>, SealFault> {
    Ia5StringRef::new(text).map_err(|_| SealFault::Form)
}

fn instant(time: UnixTime) -> Result<GeneralizedTime, SealFault> {
    let seconds = u64::try_from(time.0).map_err(|_| SealFault::Form)?;
    GeneralizedTime::from_unix_duration(Duration::from_secs(seconds)).map_err(|_| SealFault::Form)
}

/// GB/T 38540-2020.
const VERSION: u8 = 4;
const VENDOR: &str = "liangzheng";
