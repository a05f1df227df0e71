//! SM2 with SM3 (GB/T 32918, GB/T 32905) as certificates and seals use them: the default identity, signatures in DER.

use alloc::vec::Vec;

use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use sm3::{Digest, Sm3};

/// Whom a signature is by, where nothing else was agreed (GM/T 0009): 16 characters.
pub const DEFAULT_ID: &str = "1234567812345678";

/// SM3.
pub fn sm3(bytes: &[u8]) -> [u8; 32] {
    Sm3::digest(bytes).into()
}

/// Whether `signature` (DER of r and s) is by the key in `public` over `message`.
///
/// False for keys on other curves and for signatures that are written in another way than DER's.
pub fn verify(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let key = sm2::PublicKey::from_public_key_der(public).ok();
    let key = key.and_then(|key| VerifyingKey::new(DEFAULT_ID, key).ok());
    let Some((key, read)) = key.zip(Signature::from_der(signature).ok()) else { return false };
    read.to_der().as_bytes() == signature && key.verify(message, &read).is_ok()
}

/// A key that sets seals or signs certificates.
pub struct Sm2Key(SigningKey);

impl core::fmt::Debug for Sm2Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sm2Key")
    }
}

impl Sm2Key {
    /// The key whose secret is `bytes`; `None` for the few that are none.
    pub fn from_secret(bytes: &[u8; 32]) -> Option<Self> {
        SigningKey::from_slice(DEFAULT_ID, bytes).ok().map(Self)
    }

    /// Reads PKCS#8.
    pub fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let secret = sm2::SecretKey::from_pkcs8_der(der).ok()?;
        SigningKey::new(DEFAULT_ID, &secret).ok().map(Self)
    }

    /// Writes PKCS#8.
    pub fn to_pkcs8(&self) -> Option<Vec<u8>> {
        let secret = sm2::SecretKey::from_slice(&self.0.to_bytes()).ok()?;
        secret.to_pkcs8_der().ok().map(|document| document.as_bytes().to_vec())
    }

    /// The public half, SubjectPublicKeyInfo.
    pub fn public(&self) -> Option<Vec<u8>> {
        let document = self.0.verifying_key().to_public_key_der().ok()?;
        Some(document.as_bytes().to_vec())
    }

    /// A signature over `message`, DER. The nonce follows from key and message (RFC 6979), so no random source is
    /// needed and none can fail.
    pub fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let signature: Signature = self.0.try_sign(message).ok()?;
        Some(signature.to_der().as_bytes().to_vec())
    }
}
