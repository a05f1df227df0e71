//! The structures of GB/T 38540-2020, as DER and nothing else.
//!
//! Names are the standard's, shortened: `TBS_Sign` is [`ToSign`], `SES_SealInfo` is [`SealInfo`]. Version 5 (GM/T
//! 0031-2025) differs by the seal's own time stamp only, so both are read; version 4 is what we write.

use alloc::vec::Vec;

use der::asn1::{
    AnyRef, BitStringRef, GeneralizedTime, Ia5StringRef, ObjectIdentifier, OctetStringRef,
    PrintableStringRef, Utf8StringRef,
};
use der::{Decode, Encode, Sequence};

use super::SealFault;

/// `SES_Signature`: a seal set under a document.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct SealedData<'a> {
    /// What was signed.
    pub to_sign: ToSign<'a>,
    /// Certificate of the signer 签章者.
    pub certificate: &'a OctetStringRef,
    /// SM2 with SM3, bare.
    pub algorithm: ObjectIdentifier,
    /// Over the DER of [`SealedData::to_sign`].
    pub signature: BitStringRef<'a>,
    /// GB/T 20520 token over the signature.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub time_stamp: Option<BitStringRef<'a>>,
}

/// `TBS_Sign`.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct ToSign<'a> {
    /// Equals the seal's.
    pub version: u8,
    /// The whole seal.
    pub seal: Seal<'a>,
    /// When it was set, by the signer's clock.
    pub time: GeneralizedTime,
    /// SM3 of the original.
    pub data_hash: BitStringRef<'a>,
    /// What the original is.
    pub property_info: Ia5StringRef<'a>,
    /// Extensions.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub extensions: Option<Vec<Extension<'a>>>,
}

/// `SESeal`: the seal itself, made once.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Seal<'a> {
    /// What the seal says.
    pub info: SealInfo<'a>,
    /// Certificate of the maker 制章者.
    pub certificate: &'a OctetStringRef,
    /// SM2 with SM3, bare.
    pub algorithm: ObjectIdentifier,
    /// Over the DER of [`Seal::info`] alone.
    pub signature: BitStringRef<'a>,
    /// Of version 5.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub time_stamp: Option<BitStringRef<'a>>,
}

/// `SES_SealInfo`.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct SealInfo<'a> {
    /// Mark, version, vendor.
    pub header: Header<'a>,
    /// The seal's unique name.
    pub id: Ia5StringRef<'a>,
    /// Whose it is, who may use it, how long.
    pub property: Property<'a>,
    /// How it looks.
    pub picture: Picture<'a>,
    /// Extensions; untagged, as programs in use write them.
    #[asn1(optional = "true")]
    pub extensions: Option<Vec<Extension<'a>>>,
}

/// `SES_Header`.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Header<'a> {
    /// Always `ES`.
    pub mark: Ia5StringRef<'a>,
    /// 4 or 5.
    pub version: u8,
    /// Who made the program that made it.
    pub vendor: Ia5StringRef<'a>,
}

/// `SES_ESPropertyInfo`.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Property<'a> {
    /// 1 of a unit, 2 of a person.
    pub kind: u8,
    /// Its name.
    pub name: Utf8StringRef<'a>,
    /// 1 certificates, 2 digests of them.
    pub list_kind: u8,
    /// Who may set it.
    pub list: AnyRef<'a>,
    /// When it was made.
    pub created: GeneralizedTime,
    /// Not set before.
    pub valid_from: GeneralizedTime,
    /// Not set after.
    pub valid_to: GeneralizedTime,
}

/// `CertDigestObj`.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertificateDigest<'a> {
    /// Of what sort.
    pub kind: PrintableStringRef<'a>,
    /// SM3 of the certificate.
    pub value: &'a OctetStringRef,
}

/// `SES_ESPictrueInfo`.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Picture<'a> {
    /// `PNG`, `JPG`, `OFD` or `SVG`.
    pub kind: Ia5StringRef<'a>,
    /// The file.
    pub data: &'a OctetStringRef,
    /// Millimetres.
    pub width: u16,
    /// Millimetres.
    pub height: u16,
}

/// `ExtData`.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Extension<'a> {
    /// Which.
    pub id: ObjectIdentifier,
    /// Whether a reader must know it.
    #[asn1(default = "Default::default")]
    pub critical: bool,
    /// Its value.
    pub value: &'a OctetStringRef,
}

/// SM2 with SM3 as one name: 1.2.156.10197.1.501.
pub const SM2_WITH_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");

impl<'a> SealedData<'a> {
    /// Reads it; only the one DER form of a structure is taken.
    pub fn read(bytes: &'a [u8]) -> Result<Self, SealFault> {
        let read: Self = strict(bytes)?;
        read.to_sign.seal.check_form()?;
        let version = read.to_sign.seal.info.header.version;
        let form = read.to_sign.version == version
            && read.algorithm == SM2_WITH_SM3
            && whole(read.signature).is_some()
            && whole(read.to_sign.data_hash).is_some_and(|hash| hash.len() == 32);
        if form { Ok(read) } else { Err(SealFault::Form) }
    }
}

impl<'a> Seal<'a> {
    /// Reads a seal by itself.
    pub fn read(bytes: &'a [u8]) -> Result<Self, SealFault> {
        let read: Self = strict(bytes)?;
        read.check_form()?;
        Ok(read)
    }

    fn check_form(&self) -> Result<(), SealFault> {
        let Header { mark, version, .. } = &self.info.header;
        let known = match version {
            4 => self.time_stamp.is_none(),
            5 => true,
            _ => return Err(SealFault::Version),
        };
        let form = known
            && mark.as_str() == "ES"
            && self.algorithm == SM2_WITH_SM3
            && whole(self.signature).is_some()
            && matches!(self.info.property.list_kind, 1 | 2)
            && self.info.property.listed().is_some()
            && self.info.extensions.iter().flatten().all(|extension| !extension.critical);
        if form { Ok(()) } else { Err(SealFault::Form) }
    }
}

/// Who may set a seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed<'a> {
    /// These certificates.
    Certificates(Vec<&'a OctetStringRef>),
    /// Certificates with these digests.
    Digests(Vec<CertificateDigest<'a>>),
}

impl<'a> Property<'a> {
    /// Who may set it; `None` if the list is not of the kind it says.
    pub fn listed(&self) -> Option<Listed<'a>> {
        Some(match self.list_kind {
            1 => Listed::Certificates(self.list.decode_as().ok()?),
            2 => Listed::Digests(self.list.decode_as().ok()?),
            _ => return None,
        })
    }
}

/// The bytes of a bit string without odd bits.
pub(super) fn whole(bits: BitStringRef<'_>) -> Option<&[u8]> {
    bits.as_bytes()
}

/// Reads one structure that fills `bytes`, and refuses it unless writing it again gives the same bytes: what a signature
/// covers then cannot be written in two ways.
fn strict<'a, T: Decode<'a, Error = der::Error> + Encode>(bytes: &'a [u8]) -> Result<T, SealFault> {
    if bytes.len() > super::MAX_SEALED {
        return Err(SealFault::Size);
    }
    let read = T::from_der(bytes).map_err(|_| SealFault::Der)?;
    if read.to_der().is_ok_and(|again| again == bytes) { Ok(read) } else { Err(SealFault::Der) }
}
