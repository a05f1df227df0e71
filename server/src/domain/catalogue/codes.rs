//! The codes by which units, kinds and scenes are named: a type each, so that none is taken for another.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use liangzheng_core::identifier::{Identifier, uscc_is_valid};

/// The text is not a code of the kind asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MalformedCode(&'static str);

/// A unified social credit code 统一社会信用代码 (GB 32100): names a unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc([u8; 18]);

/// The type code of a kind of licence 证照类型代码 (GB/T 36904): 21 characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindCode([u8; 21]);

/// The code of a scene 用证场景, as `hotel.checkin`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SceneCode(Arc<str>);

impl Uscc {
    /// The unit that issued a licence; an identifier has no other than a valid code there.
    pub fn of_issuer(identifier: &Identifier) -> Self {
        Self(first(identifier.issuer()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl KindCode {
    /// The kind of a licence.
    pub fn of(identifier: &Identifier) -> Self {
        Self(first(identifier.kind()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl SceneCode {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its text, shared.
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl FromStr for Uscc {
    type Err = MalformedCode;
    fn from_str(text: &str) -> Result<Self, MalformedCode> {
        let malformed =
            MalformedCode("not a unified social credit code: 18 characters, the last one a check");
        if uscc_is_valid(text) {
            text.as_bytes().try_into().map(Self).map_err(|_| malformed)
        } else {
            Err(malformed)
        }
    }
}

impl FromStr for KindCode {
    type Err = MalformedCode;
    fn from_str(text: &str) -> Result<Self, MalformedCode> {
        let malformed = MalformedCode("not a type code: 18 digits and capital letters, then three digits");
        let fits =
            text.bytes().enumerate().all(|(at, b)| b.is_ascii_digit() || (at < 18 && b.is_ascii_uppercase()));
        let bytes = text.as_bytes().try_into().map_err(|_| malformed)?;
        if fits { Ok(Self(bytes)) } else { Err(malformed) }
    }
}

impl FromStr for SceneCode {
    type Err = MalformedCode;
    fn from_str(text: &str) -> Result<Self, MalformedCode> {
        let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(known);
        let malformed = MalformedCode("not a scene code: 1 to 64 letters, digits, dots, hyphens");
        if fits { Ok(Self(text.into())) } else { Err(malformed) }
    }
}

/// The first `N` bytes of `text`, which has them.
fn first<const N: usize>(text: &str) -> [u8; N] {
    text.as_bytes().first_chunk().copied().unwrap_or([b'0'; N])
}

macro_rules! shown_as_text {
    ($($code:ty = $pattern:literal),+) => { $(
        impl fmt::Display for $code {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $code {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl schemars::JsonSchema for $code {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($code).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }

        impl serde::Serialize for $code {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $code {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+ };
}

shown_as_text!(
    Uscc = "^[0-9A-Z]{18}$",
    KindCode = "^[0-9A-Z]{18}[0-9]{3}$",
    SceneCode = "^[A-Za-z0-9._-]{1,64}$"
);

#[cfg(test)]
mod tests {
    use super::{KindCode, SceneCode, Uscc};

    #[test]
    fn only_well_formed_codes_are_read() {
        assert_eq!("11990100MB0000019L".parse::<Uscc>().unwrap().as_str(), "11990100MB0000019L");
        for text in
            ["", "11990100MB0000018L", "11990100mb0000019l", "11990100MB0000019L0", "１1990100MB0000019"]
        {
            assert!(text.parse::<Uscc>().is_err(), "{text}");
        }
        assert!("11100000MB0143028R001".parse::<KindCode>().is_ok());
        for text in ["", "11100000MB0143028R00A", "11100000mb0143028R001", "11100000MB0143028R0011"] {
            assert!(text.parse::<KindCode>().is_err(), "{text}");
        }
        assert!("hotel.checkin".parse::<SceneCode>().is_ok());
        for text in ["", "hotel checkin", "旅馆", &"x".repeat(65)] {
            assert!(text.parse::<SceneCode>().is_err(), "{text}");
        }
    }
}
