//! ES256 by `aws-lc-rs`: for the server and the CLI; about five times as fast as `p256`.

use alloc::{boxed::Box, string::String, vec::Vec};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, ParsedPublicKey,
    },
};

use super::{Es256, Es256Key, PublicKey, SignError, Signer};

/// The AWS-LC backend.
#[derive(Clone, Copy, Debug, Default)]
pub struct AwsLc;

impl Es256 for AwsLc {
    fn key(&self, public: &PublicKey) -> Option<Box<dyn Es256Key>> {
        // Parsed once: parsing again for each signature costs as much as a tenth of the check.
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public.sec1()).ok()?;
        Some(Box::new(Key(key)))
    }
}

struct Key(ParsedPublicKey);

impl Es256Key for Key {
    fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

/// A private key held in memory by AWS-LC.
pub struct AwsLcSigner {
    kid: String,
    pair: EcdsaKeyPair,
    public: PublicKey,
    random: SystemRandom,
}

impl AwsLcSigner {
    /// A new key, and its PKCS#8 form for the keystore (secret: wipe it after use).
    ///
    /// # Errors
    /// [`SignError::Backend`] if the system gives no randomness.
    pub fn generate(kid: impl Into<String>) -> Result<(Self, Vec<u8>), SignError> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| SignError::Backend)?;
        let signer = Self::from_pkcs8(kid, document.as_ref())?;
        Ok((signer, document.as_ref().into()))
    }

    /// A key from its PKCS#8 form.
    ///
    /// # Errors
    /// [`SignError::Key`] if it is not a P-256 private key.
    pub fn from_pkcs8(kid: impl Into<String>, pkcs8: &[u8]) -> Result<Self, SignError> {
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(|_| SignError::Key)?;
        let public = PublicKey::from_sec1(pair.public_key().as_ref()).ok_or(SignError::Key)?;
        Ok(Self { kid: kid.into(), pair, public, random: SystemRandom::new() })
    }

    /// The public half.
    pub const fn public_key(&self) -> PublicKey {
        self.public
    }
}

impl Signer for AwsLcSigner {
    fn kid(&self) -> &str {
        &self.kid
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        let signature = self.pair.sign(&self.random, message).map_err(|_| SignError::Backend)?;
        signature.as_ref().try_into().map_err(|_| SignError::Backend)
    }
}
