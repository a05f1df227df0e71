//! The encrypted file key store: one sealed PKCS#8 document per key.
//!
//! `DIR/<kid>.key` = `LZK1` ‖ 12 random bytes ‖ AES-256-GCM(PKCS#8), the name being the associated data, so a
//! file renamed to another `kid` does not open. The AES key is Argon2id of `keystore.pass` (0600) and
//! `DIR/salt`. Losing the pass file loses the keys: back both up, apart from each other.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use liangzheng_core::key::AwsLcSigner;
use zeroize::Zeroizing;

use super::{KeyStore, KeyStoreError, StoredKey, check_name};
use crate::files;

/// Keys sealed in a folder.
pub struct FileKeyStore {
    folder: PathBuf,
    seal: LessSafeKey,
}

impl FileKeyStore {
    /// Opens the store in `folder` with the pass phrase in `pass_file`, making both if they are absent.
    ///
    /// A pass file that others may read is refused: the mode is the only thing that keeps it secret.
    pub fn open_or_create(folder: &Path, pass_file: &Path) -> Result<Self, KeyStoreError> {
        files::make_folder(folder).map_err(at(folder))?;
        if !pass_file.exists() {
            let mut pass = Zeroizing::new([0_u8; 32]);
            fill(&mut *pass)?;
            let text: Zeroizing<String> = Zeroizing::new(pass.iter().map(|b| format!("{b:02x}")).collect());
            write_new_secret(pass_file, text.as_bytes())?;
        }
        let salt_file = folder.join("salt");
        if !salt_file.exists() {
            let mut salt = [0_u8; SALT_LEN];
            fill(&mut salt)?;
            write_new_secret(&salt_file, &salt)?;
        }
        Self::existing(folder, pass_file)
    }

    /// Opens the store in `folder`, making nothing.
    pub fn existing(folder: &Path, pass_file: &Path) -> Result<Self, KeyStoreError> {
        let salt_file = folder.join("salt");
        refuse_exposed(pass_file)?;
        let pass = Zeroizing::new(fs::read(pass_file).map_err(at(pass_file))?);
        let salt = fs::read(&salt_file).map_err(at(&salt_file))?;
        Ok(Self { folder: folder.to_owned(), seal: derive(pass.trim_ascii(), &salt)? })
    }

    /// Keeps a private key of another kind (PKCS#8) under `name`; one already held is refused.
    pub(super) fn keep(&self, name: &str, pkcs8: &[u8]) -> Result<(), KeyStoreError> {
        check_name(name)?;
        match write_new_secret(&self.path(name), &self.seal(name, pkcs8)?) {
            Err(KeyStoreError::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {
                Err(KeyStoreError::Exists { kid: name.to_owned() })
            }
            done => done,
        }
    }

    /// The private key kept under `name` (PKCS#8).
    pub(super) fn kept(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
        check_name(name)?;
        let path = self.path(name);
        let file = match fs::read(&path) {
            Err(gone) if gone.kind() == io::ErrorKind::NotFound => {
                return Err(KeyStoreError::Absent { kid: name.to_owned() });
            }
            read => read.map_err(at(&path))?,
        };
        self.unseal(name, &file).ok_or_else(|| KeyStoreError::Sealed { path: path.display().to_string() })
    }

    fn path(&self, kid: &str) -> PathBuf {
        self.folder.join(format!("{kid}.key"))
    }

    fn seal(&self, kid: &str, pkcs8: &[u8]) -> Result<Vec<u8>, KeyStoreError> {
        let mut nonce = [0_u8; NONCE_LEN];
        fill(&mut nonce)?;
        let mut sealed = pkcs8.to_vec();
        self.seal
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(kid.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| KeyStoreError::Crypto)?;
        Ok([MAGIC.as_slice(), &nonce, &sealed].concat())
    }

    fn unseal(&self, kid: &str, file: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let body = file.strip_prefix(MAGIC.as_slice())?;
        let (nonce, sealed) = body.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut plain = Zeroizing::new(sealed.to_vec());
        let len = self.seal.open_in_place(nonce, Aad::from(kid.as_bytes()), &mut plain).ok()?.len();
        plain.truncate(len);
        Some(plain)
    }
}

impl std::fmt::Debug for FileKeyStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileKeyStore").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl KeyStore for FileKeyStore {
    fn generate(&self, kid: &str) -> Result<StoredKey, KeyStoreError> {
        let (signer, pkcs8) = AwsLcSigner::generate(kid)?;
        self.keep(kid, &Zeroizing::new(pkcs8))?;
        Ok(StoredKey { public: signer.public_key(), signer: Arc::new(signer) })
    }

    fn open(&self, kid: &str) -> Result<StoredKey, KeyStoreError> {
        let signer = AwsLcSigner::from_pkcs8(kid, &self.kept(kid)?)?;
        Ok(StoredKey { public: signer.public_key(), signer: Arc::new(signer) })
    }
}

/// Writes a secret into a file that must not exist yet.
pub(super) fn write_new_secret(path: &Path, content: &[u8]) -> Result<(), KeyStoreError> {
    files::write_new(path, content).map_err(at(path))
}

/// Writes a file that is no secret, as a whole: a reader sees all of the old one or all of the new. Of mode 0600 like
/// everything in an installation's folder.
pub fn write_public(path: &Path, content: &[u8]) -> Result<(), KeyStoreError> {
    files::replace(path, content).map_err(at(path))
}

pub(super) fn refuse_exposed(path: &Path) -> Result<(), KeyStoreError> {
    let mode = fs::metadata(path).map_err(at(path))?.mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(KeyStoreError::Exposed { path: path.display().to_string(), mode })
}

/// Names the file in an I/O error.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> KeyStoreError {
    let path = path.display().to_string();
    move |source| KeyStoreError::Io { path, source }
}

fn derive(pass: &[u8], salt: &[u8]) -> Result<LessSafeKey, KeyStoreError> {
    let params = Params::new(ARGON2_KIB, ARGON2_PASSES, 1, Some(32)).map_err(|_| KeyStoreError::Crypto)?;
    let mut key = Zeroizing::new([0_u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pass, salt, &mut *key)
        .map_err(|_| KeyStoreError::Crypto)?;
    let unbound = UnboundKey::new(&AES_256_GCM, &*key).map_err(|_| KeyStoreError::Crypto)?;
    Ok(LessSafeKey::new(unbound))
}

fn fill(bytes: &mut [u8]) -> Result<(), KeyStoreError> {
    SystemRandom::new().fill(bytes).map_err(|_| KeyStoreError::Crypto)
}

const MAGIC: &[u8; 4] = b"LZK1";
const SALT_LEN: usize = 16;
/// 19 MiB and 2 passes: OWASP's first choice for Argon2id; about 20 ms once per start.
const ARGON2_KIB: u32 = 19 * 1024;
const ARGON2_PASSES: u32 = 2;

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("lz-keystore-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_key_comes_back_from_its_file_and_no_clear_key_is_on_disk() {
        let dir = scratch("roundtrip");
        let store = FileKeyStore::open_or_create(&dir.join("keys"), &dir.join("keystore.pass")).unwrap();
        let made = store.generate("show-1").unwrap();
        let again = FileKeyStore::open_or_create(&dir.join("keys"), &dir.join("keystore.pass")).unwrap();
        assert_eq!(again.open("show-1").unwrap().public.sec1(), made.public.sec1());
        assert!(matches!(again.generate("show-1"), Err(KeyStoreError::Exists { .. })));
        assert!(matches!(again.open("show-2"), Err(KeyStoreError::Absent { .. })));
        let file = fs::read(dir.join("keys/show-1.key")).unwrap();
        assert!(file.starts_with(b"LZK1"), "sealed, not PKCS#8 (which starts with 0x30)");
        assert_eq!(fs::metadata(dir.join("keys/show-1.key")).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_changed_renamed_or_foreign_file_does_not_open() {
        let dir = scratch("tamper");
        let store = FileKeyStore::open_or_create(&dir.join("keys"), &dir.join("keystore.pass")).unwrap();
        store.generate("a").unwrap();
        fs::copy(dir.join("keys/a.key"), dir.join("keys/b.key")).unwrap();
        assert!(matches!(store.open("b"), Err(KeyStoreError::Sealed { .. })), "renamed");
        let mut bytes = fs::read(dir.join("keys/a.key")).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(dir.join("keys/a.key"), bytes).unwrap();
        assert!(matches!(store.open("a"), Err(KeyStoreError::Sealed { .. })), "one bit changed");
        assert!(matches!(store.open("../a"), Err(KeyStoreError::Name { .. })), "a path is no name");
    }

    #[test]
    fn a_pass_file_others_may_read_is_refused() {
        let dir = scratch("exposed");
        FileKeyStore::open_or_create(&dir.join("keys"), &dir.join("keystore.pass")).unwrap();
        fs::set_permissions(dir.join("keystore.pass"), fs::Permissions::from_mode(0o640)).unwrap();
        let refused = FileKeyStore::open_or_create(&dir.join("keys"), &dir.join("keystore.pass"));
        assert!(matches!(refused, Err(KeyStoreError::Exposed { mode: 0o640, .. })));
    }
}
