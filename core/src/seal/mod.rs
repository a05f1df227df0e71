//! Electronic seals of GB/T 38540-2020, SM2 with SM3 (core/README.md, "Seals").
//!
//! Seals are how a unit gives a licence legal effect; tokens (the rest of this crate) are how it is shown. Their keys,
//! certificates and algorithms are apart. Behind the feature `seal`: the browser's module has none of it.

mod asn1;
mod certificate;
mod check;
mod fault;
mod make;
mod sm;

pub use asn1::{
    CertificateDigest, Extension, Header, Listed, Picture, Property, SM2_WITH_SM3, Seal, SealInfo,
    SealedData, ToSign,
};
pub use certificate::{NotTrustFile, SealTrust};
pub(crate) use check::{Findings, answer};
pub use check::{SealCheck, SealVerdict, ShownSeal, check};
pub use fault::SealFault;
pub use make::{NewSeal, Setting, assemble_seal};
pub use sm::{DEFAULT_ID, Sm2Key, sm3, verify};

/// A seal with its picture and a few certificates is some kilobytes.
const MAX_SEALED: usize = 256 * 1024;
