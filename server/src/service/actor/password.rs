//! Hashing passwords and PINs: Argon2id with the pepper, never more at once than there are cores.
//!
//! One check takes 19 MiB and some 20 ms. So they take turns ([`super::turns`]), few wait, and who does not fit is told 503
//! at once instead of taking everybody down (docs/SECURITY.md, threat 32).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use crate::domain::clock::Entropy;
use crate::secrets::Secrets;
use crate::service::actor::turns::{CallerKey, Full, Lane, Turns};

/// Checks and makes hashes.
pub struct Passwords {
    pepper: Arc<Zeroizing<[u8; 32]>>,
    turns: Arc<Turns>,
    checked: AtomicU64,
    dummy: String,
}

/// No hash was checked or made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Too many are waiting already.
    #[error("too many passwords are being checked")]
    Busy,
    /// The hash function refused, which it does for no input of ours.
    #[error("the password hash cannot be computed")]
    Hash,
}

impl Passwords {
    /// Ready to check; `queue` may wait in each lane.
    pub fn new(secrets: &Secrets, entropy: &dyn Entropy, queue: usize) -> Result<Self, PasswordError> {
        let pepper = Arc::new(Zeroizing::new(*secrets.pepper()));
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let dummy = hash(&pepper, "an account that does not exist", entropy.bytes())?;
        Ok(Self { pepper, turns: Turns::new(cores, queue), checked: AtomicU64::new(0), dummy })
    }

    /// Whether `given` is what `stored` was made of. `None` takes as long and is always wrong: a stranger must not
    /// learn from the time which logins exist.
    pub async fn verify(
        &self,
        given: &str,
        stored: Option<&str>,
        lane: Lane,
        caller: CallerKey,
    ) -> Result<bool, PasswordError> {
        let exists = stored.is_some();
        let stored = stored.unwrap_or(&self.dummy).to_owned();
        let given = Zeroizing::new(given.to_owned());
        let right = self
            .run(lane, caller, move |pepper| {
                let argon2 = argon2(pepper)?;
                Ok(argon2.verify_password(given.as_bytes(), stored.as_str()).is_ok())
            })
            .await?;
        self.checked.fetch_add(1, Ordering::SeqCst);
        Ok(right && exists)
    }

    /// How many passwords and PINs have been checked since the start; for tests and figures.
    pub fn checked(&self) -> u64 {
        self.checked.load(Ordering::SeqCst)
    }

    /// The hash to store for `secret`, a PHC string. Made for those who are logged in, so in the lane of PINs.
    pub async fn hash(
        &self,
        secret: &str,
        caller: CallerKey,
        entropy: &dyn Entropy,
    ) -> Result<String, PasswordError> {
        let salt = entropy.bytes();
        let secret = Zeroizing::new(secret.to_owned());
        self.run(Lane::Pin, caller, move |pepper| hash(pepper, &secret, salt)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        caller: CallerKey,
        work: impl FnOnce(&[u8; 32]) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = self.turns.wait(lane, caller).await.map_err(|Full| PasswordError::Busy)?;
        let pepper = Arc::clone(&self.pepper);
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work(&pepper)
        });
        done.await.map_err(|_| PasswordError::Hash)?
    }
}

/// A password to begin with: twelve letters and digits that cannot be taken for one another: 60 bits, easy to type.
pub fn invented(entropy: &dyn Entropy) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";
    entropy.bytes::<12>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

fn argon2(pepper: &[u8; 32]) -> Result<Argon2<'_>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::Hash)?;
    Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params)
        .map_err(|_| PasswordError::Hash)
}

fn hash(pepper: &[u8; 32], secret: &str, salt: [u8; 16]) -> Result<String, PasswordError> {
    let hash = argon2(pepper)?.hash_password_with_salt(secret.as_bytes(), &salt);
    hash.map(|hash: argon2::PasswordHash| hash.to_string()).map_err(|_| PasswordError::Hash)
}

/// OWASP's first choice for Argon2id (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemEntropy;

    #[tokio::test]
    async fn a_hash_is_checked_with_the_pepper_it_was_made_with() {
        let secrets = Secrets::from_master(&[1; 32]).unwrap();
        let passwords = Passwords::new(&secrets, &SystemEntropy, 4).unwrap();
        let stored = passwords.hash("正确的密码", ME, &SystemEntropy).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(passwords.verify("正确的密码", Some(&stored), Lane::Pin, ME).await, Ok(true));
        assert_eq!(passwords.verify("错误的密码", Some(&stored), Lane::Pin, ME).await, Ok(false));
        assert_eq!(passwords.verify("an account that does not exist", None, Lane::Pin, ME).await, Ok(false));
        let other = Passwords::new(&Secrets::from_master(&[2; 32]).unwrap(), &SystemEntropy, 4).unwrap();
        assert_eq!(other.verify("正确的密码", Some(&stored), Lane::Pin, ME).await, Ok(false));
    }

    #[tokio::test]
    async fn who_does_not_fit_the_queue_is_told_at_once() {
        let passwords = Passwords::new(&Secrets::from_master(&[1; 32]).unwrap(), &SystemEntropy, 1).unwrap();
        let cores = std::thread::available_parallelism().unwrap().get();
        let mut running = Vec::new();
        for _ in 0..cores {
            running.push(passwords.turns.wait(Lane::Stranger, ME).await.unwrap());
        }
        let check = || passwords.verify("x", None, Lane::Stranger, ME);
        let (waits, refused) = tokio::join!(check(), async {
            let refused = check().await;
            drop(running);
            refused
        });
        assert_eq!((waits, refused), (Ok(false), Err(PasswordError::Busy)));
    }

    const ME: CallerKey = [0; 32];
}
