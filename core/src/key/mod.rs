//! ES256 keys: their public form, and the two traits behind which the mathematics lives.
//!
//! What is accepted does not depend on the backend: length, range and low-S are checked here, before it is asked.

#[cfg(feature = "aws-lc")]
mod aws_lc;
mod es256;
#[cfg(feature = "p256")]
mod p256;
mod signature;

use alloc::{boxed::Box, format, string::String};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base64url;

#[cfg(feature = "aws-lc")]
pub use aws_lc::{AwsLc, AwsLcSigner};
pub use es256::{HighS, SignatureFault, check_signature, normalise_s};
#[cfg(feature = "p256")]
pub use p256::P256;
pub use signature::{SignError, Signer, sign_low_s};

/// Checks ES256 signatures (ECDSA on P-256 with SHA-256, FIPS 186-5; RFC 7518 §3.4).
pub trait Es256: Sync {
    /// The key made ready to check with; `None` if the point is not on the curve.
    fn key(&self, public: &PublicKey) -> Option<Box<dyn Es256Key>>;
}

/// One public key, ready to check signatures.
pub trait Es256Key: Send + Sync {
    /// Whether `signature` (r‖s, big-endian, 32 bytes each) is this key's over `message`.
    ///
    /// Both (r, s) and (r, n−s) pass here; whoever cares uses [`check_signature`].
    fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool;
}

/// Affine coordinates of a P-256 public key. Whether the point lies on the curve is the backend's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey {
    x: [u8; 32],
    y: [u8; 32],
}

/// A public key as RFC 7517 JSON with exactly the members `kty`, `crv`, `x`, `y`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Jwk {
    /// Always `EC`.
    pub kty: String,
    /// Always `P-256`.
    pub crv: String,
    /// base64url of the 32-byte x coordinate.
    pub x: String,
    /// base64url of the 32-byte y coordinate.
    pub y: String,
}

/// Why a JWK is not a P-256 public key in the form we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwkError {
    /// `kty` is not `EC` or `crv` is not `P-256`.
    Kind,
    /// `x` or `y` is not the canonical base64url of 32 bytes.
    Coordinate,
}

impl PublicKey {
    /// A key from its affine coordinates, big-endian.
    pub const fn from_coordinates(x: [u8; 32], y: [u8; 32]) -> Self {
        Self { x, y }
    }

    /// Reads the uncompressed SEC 1 form (`04‖x‖y`, 65 bytes).
    pub fn from_sec1(bytes: &[u8]) -> Option<Self> {
        let (tag, rest) = bytes.split_first()?;
        let (x, y) = rest.split_first_chunk::<32>()?;
        (*tag == 4).then_some(Self { x: *x, y: y.try_into().ok()? })
    }

    /// The uncompressed SEC 1 form (`04‖x‖y`).
    pub fn sec1(&self) -> [u8; 65] {
        let mut bytes = [4; 65];
        if let Some((x, y)) = bytes.split_at_mut(1).1.split_at_mut_checked(32) {
            x.copy_from_slice(&self.x);
            y.copy_from_slice(&self.y);
        }
        bytes
    }

    /// Reads a JWK.
    ///
    /// # Errors
    /// [`JwkError`] if it is another kind of key or its coordinates are not 32 canonical bytes each.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, JwkError> {
        if jwk.kty != "EC" || jwk.crv != "P-256" {
            return Err(JwkError::Kind);
        }
        let coordinate = |text: &str| base64url::decode_array(text).ok_or(JwkError::Coordinate);
        Ok(Self { x: coordinate(&jwk.x)?, y: coordinate(&jwk.y)? })
    }

    /// This key as a JWK.
    pub fn to_jwk(&self) -> Jwk {
        Jwk {
            kty: "EC".into(),
            crv: "P-256".into(),
            x: base64url::encode(self.x),
            y: base64url::encode(self.y),
        }
    }

    /// The RFC 7638 thumbprint: base64url(SHA-256) of the canonical JWK, 43 characters.
    pub fn thumbprint(&self) -> String {
        let jwk = self.to_jwk();
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, jwk.x, jwk.y);
        base64url::encode(Sha256::digest(canonical.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jwk_of_another_kind_or_length_is_refused() {
        let jwk = PublicKey::from_coordinates([1; 32], [2; 32]).to_jwk();
        assert_eq!(PublicKey::from_jwk(&jwk), Ok(PublicKey::from_coordinates([1; 32], [2; 32])));
        for (name, bad, want) in [
            ("kty", Jwk { kty: "RSA".into(), ..jwk.clone() }, JwkError::Kind),
            ("crv", Jwk { crv: "P-384".into(), ..jwk.clone() }, JwkError::Kind),
            ("short", Jwk { x: "AAAA".into(), ..jwk.clone() }, JwkError::Coordinate),
            ("padded", Jwk { y: format!("{}=", jwk.y), ..jwk.clone() }, JwkError::Coordinate),
            ("trailing bits", Jwk { y: format!("{}J", &jwk.y[..42]), ..jwk.clone() }, JwkError::Coordinate),
        ] {
            assert_eq!(PublicKey::from_jwk(&bad), Err(want), "{name}");
        }
    }

    #[test]
    fn sec1_and_coordinates_agree() {
        let key = PublicKey::from_coordinates([7; 32], [9; 32]);
        assert_eq!(PublicKey::from_sec1(&key.sec1()), Some(key));
        assert_eq!(PublicKey::from_sec1(&key.sec1()[..64]), None);
        assert_eq!(PublicKey::from_sec1(&[3; 65]), None);
    }
}
