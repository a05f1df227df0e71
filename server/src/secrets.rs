//! The master secret and what is derived from it: personal data at rest, fingerprints, the password pepper.
//!
//! One file of 32 random bytes; each use gets its own key, HMAC-SHA256(master, name of the use), so that a leak of
//! one derived key says nothing of the others. Signing keys are not here but in [`crate::signing`].

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::domain::actor::holder::HolderNumber;
use crate::domain::clock::Entropy;
use crate::files;

/// Keys for everything that is kept secret but not signed.
pub struct Secrets {
    personal: LessSafeKey,
    fingerprint: hmac::Key,
    holders: hmac::Key,
    pepper: Zeroizing<[u8; 32]>,
}

/// The master secret cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretsError {
    /// Others may read it.
    #[error("{path} may be read by others (mode {mode:o}); make it 0600")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is not 32 bytes long.
    #[error("{0} must hold exactly 32 random bytes")]
    Length(PathBuf),
    /// It is not there, and the database holds what only it opens.
    #[error(
        "{0} is missing, but the database holds accounts: bring it back from your copy; no new one could open them \
        （主密钥文件缺失，请从备份恢复）"
    )]
    Lost(PathBuf),
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The cipher library refused, which a sound machine never shows.
    #[error("cryptographic library failure")]
    Crypto,
}

/// Sealed bytes that do not open: another master secret, another row, or a changed byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed data does not open: wrong master secret, or the row was changed")]
pub struct SealBroken;

impl Secrets {
    /// Reads the master secret, making it if there is none.
    pub fn open_or_create(file: &Path, entropy: &dyn Entropy) -> Result<Self, SecretsError> {
        if !file.exists() {
            let master = Zeroizing::new(entropy.bytes::<32>());
            create(file, &master).map_err(|source| SecretsError::Io { path: file.to_owned(), source })?;
        }
        Self::open_file(file)
    }

    /// Reads the master secret.
    pub fn open_file(file: &Path) -> Result<Self, SecretsError> {
        let io = |source| SecretsError::Io { path: file.to_owned(), source };
        let mode = fs::metadata(file).map_err(io)?.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(SecretsError::Exposed { path: file.to_owned(), mode });
        }
        let bytes = Zeroizing::new(fs::read(file).map_err(io)?);
        let master: &[u8; 32] =
            bytes.as_slice().try_into().map_err(|_| SecretsError::Length(file.to_owned()))?;
        Self::from_master(master)
    }

    /// Derives every key from 32 bytes.
    pub fn from_master(master: &[u8; 32]) -> Result<Self, SecretsError> {
        let master = hmac::Key::new(hmac::HMAC_SHA256, master);
        let personal = UnboundKey::new(&AES_256_GCM, derive(&master, "personal data v1").as_slice())
            .map_err(|_| SecretsError::Crypto)?;
        Ok(Self {
            personal: LessSafeKey::new(personal),
            fingerprint: hmac::Key::new(hmac::HMAC_SHA256, derive(&master, "fingerprint v1").as_slice()),
            holders: hmac::Key::new(hmac::HMAC_SHA256, derive(&master, "holder numbers v1").as_slice()),
            pepper: derive(&master, "pepper v1"),
        })
    }

    /// Encrypts personal data for one place, named like `licence.face/lic_…`: moved elsewhere, it does not open.
    pub fn seal(&self, place: &str, plain: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let nonce = entropy.bytes::<NONCE_LEN>();
        let mut text = plain.to_vec();
        // Fails only past 64 GiB, and then must not write plain text: an empty blob never opens.
        let sealed = self.personal.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(place.as_bytes()),
            &mut text,
        );
        if sealed.is_err() {
            return Vec::new();
        }
        [&nonce[..], &text].concat()
    }

    /// Decrypts what was sealed for `place`.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, SealBroken> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(SealBroken)?;
        let mut text = text.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let aad = Aad::from(place.as_bytes());
        let length = self.personal.open_in_place(nonce, aad, &mut text).map_err(|_| SealBroken)?.len();
        text.truncate(length);
        Ok(text)
    }

    /// The same for a text: a person's name, or words of a clerk that may hold one.
    pub fn seal_text(&self, place: &str, plain: &str, entropy: &dyn Entropy) -> Vec<u8> {
        self.seal(place, plain.as_bytes(), entropy)
    }

    /// Opens a text that was sealed for `place`.
    pub fn open_text(&self, place: &str, sealed: &[u8]) -> Result<String, SealBroken> {
        String::from_utf8(self.open(place, sealed)?).map_err(|_| SealBroken)
    }

    /// HMAC-SHA256 of `bytes` for the use `name`: equal input is found again, and nothing can be read back.
    pub fn fingerprint(&self, name: &str, bytes: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.fingerprint);
        context.update(name.as_bytes());
        context.update(&[0]);
        context.update(bytes);
        take32(context.sign().as_ref())
    }

    /// By what a holder is found: an HMAC of type and number under a key of its own, so that the table alone cannot be
    /// searched for a person.
    pub fn holder_key(&self, number: &HolderNumber) -> [u8; 32] {
        take32(hmac::sign(&self.holders, &number.key()).as_ref())
    }

    /// By what a holder is found by his whole name, in the public look-up: nothing can be read back, and no part of a name
    /// finds anything.
    pub fn holder_name_key(&self, name: &str) -> [u8; 32] {
        self.fingerprint("holder.name", name.trim().as_bytes())
    }

    /// Mixed into every password hash, so that a stolen database alone does not allow guessing.
    pub fn pepper(&self) -> &[u8; 32] {
        &self.pepper
    }
}

fn derive(master: &hmac::Key, name: &str) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(take32(hmac::sign(master, name.as_bytes()).as_ref()))
}

/// HMAC-SHA256 is 32 bytes long; written so that no length is trusted.
fn take32(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(bytes) {
        *to = *from;
    }
    out
}

fn create(file: &Path, master: &[u8; 32]) -> io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        files::make_folder(folder)?;
    }
    files::write_new(file, master)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemEntropy;

    #[test]
    fn sealed_data_opens_only_in_its_own_place() {
        let secrets = Secrets::from_master(&[7; 32]).unwrap();
        let sealed = secrets.seal("licence.face/lic_1", "张三".as_bytes(), &SystemEntropy);
        assert_eq!(secrets.open("licence.face/lic_1", &sealed), Ok("张三".into()));
        assert_eq!(secrets.open("licence.face/lic_2", &sealed), Err(SealBroken));
        let other = Secrets::from_master(&[8; 32]).unwrap();
        assert_eq!(other.open("licence.face/lic_1", &sealed), Err(SealBroken));
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert_eq!(secrets.open("licence.face/lic_1", &changed), Err(SealBroken), "byte {index}");
        }
        assert_eq!(secrets.open("licence.face/lic_1", &[]), Err(SealBroken));
    }
}
