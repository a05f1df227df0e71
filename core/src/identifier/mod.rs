//! The licence identifier of GB/T 36904-2018, and the check characters of the numbers printed on licences.

mod checks;

use alloc::{format, string::String};
use core::fmt;

pub use checks::{citizen_id_is_valid, food_licence_is_valid, mod_37_36, uscc_is_valid};

/// The OID under which every identifier stands; tokens leave it out.
pub const OID_ROOT: &str = "1.2.156.3005.2";

/// A licence identifier without its OID root: `type.issuer.serial.version.check` (GB/T 36904).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier(String);

/// Why a text is not a licence identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentifierError {
    /// Not five parts between dots.
    Parts,
    /// The type code is not a unit code and three digits.
    Kind,
    /// The issuer is not a valid unified social credit code.
    Issuer,
    /// The serial is not 7 to 32 digits and capital letters.
    Serial,
    /// The version is not three digits from 001.
    Version,
    /// The check character is another.
    Check,
}

impl fmt::Display for IdentifierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parts => "a licence identifier has five parts between dots",
            Self::Kind => "the type code is 18 characters and three digits",
            Self::Issuer => "the issuer is not a valid unified social credit code",
            Self::Serial => "the serial is 7 to 32 digits and capital letters",
            Self::Version => "the version is three digits from 001",
            Self::Check => "the check character does not match",
        })
    }
}

impl core::error::Error for IdentifierError {}

impl Identifier {
    /// Reads an identifier, with or without its OID root.
    ///
    /// # Errors
    /// [`IdentifierError`] names the first part that is wrong.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let body = text.strip_prefix(OID_ROOT).and_then(|rest| rest.strip_prefix('.')).unwrap_or(text);
        let mut parts = body.split('.');
        let (Some(kind), Some(issuer), Some(serial), Some(version), Some(check), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(IdentifierError::Parts);
        };
        check_parts(kind, issuer, serial, version)?;
        let mut one = [0; 4];
        let expected = check_character(kind, issuer, serial, version).ok_or(IdentifierError::Check)?;
        if check != expected.encode_utf8(&mut one) {
            return Err(IdentifierError::Check);
        }
        Ok(Self(body.into()))
    }

    /// Makes an identifier and its check character.
    ///
    /// # Errors
    /// [`IdentifierError`] names the first part that is wrong.
    pub fn build(kind: &str, issuer: &str, serial: &str, version: u16) -> Result<Self, IdentifierError> {
        let version = format!("{version:03}");
        check_parts(kind, issuer, serial, &version)?;
        let check = check_character(kind, issuer, serial, &version).ok_or(IdentifierError::Check)?;
        Ok(Self(format!("{kind}.{issuer}.{serial}.{version}.{check}")))
    }

    /// The text without the OID root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text with the OID root, as printed on a licence.
    pub fn with_root(&self) -> String {
        format!("{OID_ROOT}.{}", self.0)
    }

    /// The type code 证照类型代码, 21 characters.
    pub fn kind(&self) -> &str {
        self.part(0)
    }

    /// The issuing unit's unified social credit code 证照颁发机构代码.
    pub fn issuer(&self) -> &str {
        self.part(1)
    }

    /// The issuer's own serial 流水号.
    pub fn serial(&self) -> &str {
        self.part(2)
    }

    /// The version, three digits.
    pub fn version(&self) -> &str {
        self.part(3)
    }

    fn part(&self, index: usize) -> &str {
        // The constructors made five parts; an absent one cannot be.
        self.0.split('.').nth(index).unwrap_or_default()
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_upper_or_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}

fn check_parts(kind: &str, issuer: &str, serial: &str, version: &str) -> Result<(), IdentifierError> {
    // The type code's unit is a ministry's code that a national register gives out and no unit here makes, so only
    // its form is checked.
    let kind_is_right = kind.len() == 21
        && kind.bytes().all(is_upper_or_digit)
        && kind.bytes().skip(18).all(|b| b.is_ascii_digit());
    if !kind_is_right {
        return Err(IdentifierError::Kind);
    }
    if !uscc_is_valid(issuer) {
        return Err(IdentifierError::Issuer);
    }
    if !(7..=32).contains(&serial.len()) || !serial.bytes().all(is_upper_or_digit) {
        return Err(IdentifierError::Serial);
    }
    if version.len() != 3 || !version.bytes().all(|b| b.is_ascii_digit()) || version == "000" {
        return Err(IdentifierError::Version);
    }
    Ok(())
}

/// The check character runs over the four parts without dots and without the root.
fn check_character(kind: &str, issuer: &str, serial: &str, version: &str) -> Option<char> {
    mod_37_36(kind.bytes().chain(issuer.bytes()).chain(serial.bytes()).chain(version.bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    const GOOD: [&str; 3] = [
        "1.2.156.3005.2.11100000MB0143028R001.11990100MB0000019L.20260000123.001.S",
        "1.2.156.3005.2.11100000MB03271699001.11990200MB0000027L.9902026000000042.003.Z",
        "1.2.156.3005.2.11100000000013338W032.11990100MB0000019L.Z7K20250001.012.C",
    ];

    #[test]
    fn the_standard_s_examples_are_read_and_rebuilt() {
        for text in GOOD {
            let id = Identifier::parse(text).unwrap();
            assert_eq!(id.with_root(), text);
            let rebuilt =
                Identifier::build(id.kind(), id.issuer(), id.serial(), id.version().parse().unwrap())
                    .unwrap();
            assert_eq!(rebuilt, id);
            assert_eq!(Identifier::parse(&id.to_string()).unwrap(), id);
        }
    }

    #[test]
    fn every_single_wrong_character_is_found() {
        let good = GOOD[0].strip_prefix("1.2.156.3005.2.").unwrap();
        for (at, old) in good.char_indices().filter(|(_, c)| *c != '.') {
            for new in ('0'..='9').chain('A'..='Z').filter(|c| *c != old) {
                let mut text = good.to_string();
                text.replace_range(at..=at, new.encode_utf8(&mut [0; 4]));
                assert!(Identifier::parse(&text).is_err(), "{text}");
            }
        }
    }

    #[test]
    fn malformed_identifiers_name_the_part() {
        let good = "11100000MB0143028R001.11990100MB0000019L.20260000123.001.S";
        for (text, want) in [
            ("", IdentifierError::Parts),
            (&good[..55], IdentifierError::Parts),
            ("11100000MB0143028R00A.11990100MB0000019L.20260000123.001.S", IdentifierError::Kind),
            ("11100000MB0143028R001.11990100MB0000018L.20260000123.001.S", IdentifierError::Issuer),
            ("11100000MB0143028R001.11990100MB0000019L.2026.001.S", IdentifierError::Serial),
            ("11100000MB0143028R001.11990100MB0000019L.2026000012a.001.S", IdentifierError::Serial),
            ("11100000MB0143028R001.11990100MB0000019L.20260000123.000.S", IdentifierError::Version),
            ("11100000MB0143028R001.11990100MB0000019L.20260000123.001.T", IdentifierError::Check),
            ("11100000MB0143028R001.11990100MB0000019L.20260000123.001.SS", IdentifierError::Check),
            (
                "1.2.156.3003.2.11100000MB0143028R001.11990100MB0000019L.20260000123.001.S",
                IdentifierError::Parts,
            ),
        ] {
            assert_eq!(Identifier::parse(text), Err(want), "{text}");
        }
        use IdentifierError::{Check, Issuer, Kind, Parts, Serial, Version};
        for (error, named) in [
            (Parts, "five parts"),
            (Kind, "type code"),
            (Issuer, "issuer"),
            (Serial, "serial"),
            (Version, "version"),
            (Check, "check character"),
        ] {
            assert!(error.to_string().contains(named), "{error}");
        }
        assert_eq!(
            Identifier::build("11100000MB0143028R001", "11990100MB0000019L", "20260000123", 0),
            Err(IdentifierError::Version)
        );
        assert_eq!(
            Identifier::build("11100000MB0143028R001", "11990100MB0000019L", "20260000123", 1000),
            Err(IdentifierError::Version)
        );
    }
}
