//! What names the tokens of one show: a secret made when it opens, from which each token's `jti` is derived.
//!
//! The secret is committed, sealed, with the show and with its row of the access log before the first token leaves. So
//! every token ever given out can be told to belong to that row, though a refresh writes nothing: it gives nobody new
//! data. Without the secret nobody can tell which tokens belong together, nor make a `jti` in advance.

use aws_lc_rs::hmac;
use liangzheng_core::time::UnixTime;
use liangzheng_core::token::Jti;
use zeroize::Zeroizing;

use crate::domain::clock::Entropy;
use crate::domain::ids::ShowId;
use crate::secrets::{SealBroken, Secrets};

/// The secret of one show, ready to name tokens.
#[derive(Clone)]
pub struct ShowSecret(hmac::Key);

impl ShowSecret {
    /// A new secret for `show`, and how it is kept: sealed for that show.
    pub fn new(secrets: &Secrets, show: ShowId, entropy: &dyn Entropy) -> (Self, Vec<u8>) {
        let secret = Zeroizing::new(entropy.bytes::<32>());
        (Self::from_bytes(&*secret), secrets.seal(&place(show), &*secret, entropy))
    }

    /// Opens what was kept for `show`.
    ///
    /// # Errors
    /// If it was kept for another show, or under another master secret.
    pub fn open(secrets: &Secrets, show: ShowId, sealed: &[u8]) -> Result<Self, SealBroken> {
        let secret = Zeroizing::new(secrets.open(&place(show), sealed)?);
        if secret.len() == 32 { Ok(Self::from_bytes(&secret)) } else { Err(SealBroken) }
    }

    /// The name of the show's token of the second `iat`: one token a second, one name.
    pub fn jti(&self, iat: UnixTime) -> Jti {
        let tag = hmac::sign(&self.0, &iat.0.to_be_bytes());
        Jti::from_bytes(tag.as_ref().first_chunk().copied().unwrap_or_default())
    }

    fn from_bytes(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }
}

impl std::fmt::Debug for ShowSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShowSecret")
    }
}

fn place(show: ShowId) -> String {
    format!("show.secret/{show}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemEntropy;

    #[test]
    fn a_kept_secret_names_the_same_tokens_and_opens_for_its_show_only() {
        let secrets = Secrets::from_master(&[7; 32]).unwrap();
        let show = ShowId::generate(UnixTime(0), &SystemEntropy);
        let other = ShowId::generate(UnixTime(0), &SystemEntropy);
        let (secret, sealed) = ShowSecret::new(&secrets, show, &SystemEntropy);
        let opened = ShowSecret::open(&secrets, show, &sealed).unwrap();
        let (now, later) = (UnixTime(1_795_305_600), UnixTime(1_795_305_601));
        assert_eq!(secret.jti(now), opened.jti(now));
        assert_ne!(secret.jti(now), secret.jti(later));
        assert!(ShowSecret::open(&secrets, other, &sealed).is_err());
    }
}
