//! Root keys: kept apart from the server, used by hand to sign trust lists.
//!
//! A root key is a PEM file (PKCS#8) of mode 0600 on a machine without network. It is not sealed by the key
//! store, because the server that holds the store's pass phrase must never be able to open it.

use std::fs;
use std::path::Path;

use base64ct::{Base64, Encoding};
use liangzheng_core::key::{AwsLcSigner, PublicKey};
use zeroize::Zeroizing;

use super::KeyStoreError;
use super::file::{at, refuse_exposed, write_new_secret};

/// A root key read from its file. Its `kid` is not in the file: the trust list names it by its public half.
pub struct RootKey {
    pkcs8: Zeroizing<Vec<u8>>,
    public: PublicKey,
    path: String,
}

impl RootKey {
    /// Reads a PEM file that nobody else may read.
    pub fn read(path: &Path) -> Result<Self, KeyStoreError> {
        refuse_exposed(path)?;
        let malformed = || KeyStoreError::Malformed { path: path.display().to_string() };
        let text = Zeroizing::new(fs::read_to_string(path).map_err(at(path))?);
        let body = text
            .trim()
            .strip_prefix(PEM_BEGIN)
            .and_then(|rest| rest.strip_suffix(PEM_END))
            .ok_or_else(malformed)?;
        let joined: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
        let pkcs8 = Zeroizing::new(Base64::decode_vec(&joined).map_err(|_| malformed())?);
        let public = AwsLcSigner::from_pkcs8("root", &pkcs8).map_err(|_| malformed())?.public_key();
        Ok(Self { pkcs8, public, path: path.display().to_string() })
    }

    /// The public half, by which a root set names this key.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// Where it was read from, for messages.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A signer that writes `kid` into its signatures' headers.
    pub fn signer(&self, kid: &str) -> Result<AwsLcSigner, KeyStoreError> {
        Ok(AwsLcSigner::from_pkcs8(kid, &self.pkcs8)?)
    }
}

impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RootKey").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Makes a new root key in a PEM file of mode 0600 and gives its public half.
pub fn write_root_key(path: &Path) -> Result<PublicKey, KeyStoreError> {
    let (signer, pkcs8) = AwsLcSigner::generate("root")?;
    let pkcs8 = Zeroizing::new(pkcs8);
    let body = Zeroizing::new(Base64::encode_string(&pkcs8));
    let mut text = Zeroizing::new(String::from(PEM_BEGIN));
    for (position, character) in body.chars().enumerate() {
        if position % PEM_WIDTH == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push('\n');
    text.push_str(PEM_END);
    text.push('\n');
    write_new_secret(path, text.as_bytes())?;
    Ok(signer.public_key())
}

const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";
/// RFC 7468 §2: lines of 64 characters.
const PEM_WIDTH: usize = 64;
