//! A sealed file made by OpenSSL (tests/vectors/seal/make.py), with what its seal is judged by.
#![allow(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    unreachable_pub,
    missing_docs
)]

use std::io::{Cursor, Read};

use liangzheng_core::seal::SealTrust;
use liangzheng_core::time::{Seconds, UnixTime};

pub const SEALED: &[u8] = include_bytes!("../../../tests/vectors/seal/sealed.ofd");
pub const TRUST: &str = include_str!("../../../tests/vectors/seal/trust.pem");
const SEALED_AT: &str = include_str!("../../../tests/vectors/seal/sealed_at");

pub const SIGNATURE: &str = "Doc_0/Signs/Sign_0/Signature.xml";
pub const VALUE: &str = "Doc_0/Signs/Sign_0/SignedValue.dat";

pub fn sealed_at() -> UnixTime {
    UnixTime(SEALED_AT.trim().parse().unwrap())
}

pub fn now() -> UnixTime {
    sealed_at().plus(Seconds(60))
}

pub fn trust() -> SealTrust {
    SealTrust::from_pem(TRUST).unwrap()
}

/// The files of the vector in their order.
pub fn files() -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(SEALED)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}
