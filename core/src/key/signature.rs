//! Signing: the trait an operator's keystore implements.

use alloc::string::String;
use core::fmt;

use super::es256::normalise_s;

/// One private key and its name.
pub trait Signer: Send + Sync {
    /// The `kid` written into headers: `[A-Za-z0-9_-]{1,64}`.
    fn kid(&self) -> &str;

    /// Signs `message` with ES256; r‖s, s in either half.
    ///
    /// # Errors
    /// [`SignError`] if the keystore cannot sign now.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError>;
}

/// Why something could not be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignError {
    /// The key is malformed or of another kind.
    Key,
    /// The cryptographic library or the device refused.
    Backend,
    /// What was to be signed breaks a rule of the format; the text names the member.
    Content(String),
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => f.write_str("the key is not a P-256 private key"),
            Self::Backend => f.write_str("the signing device refused"),
            Self::Content(member) => write!(f, "{member} breaks a rule of the token format"),
        }
    }
}

impl core::error::Error for SignError {}

/// Signs so that verifiers accept it: with s in the lower half.
///
/// # Errors
/// As [`Signer::sign`].
pub fn sign_low_s(signer: &dyn Signer, message: &[u8]) -> Result<[u8; 64], SignError> {
    signer.sign(message).map(normalise_s)
}
