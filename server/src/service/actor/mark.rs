//! Random names that this server recognises as given out by itself, without looking them up: of devices, of sessions.
//!
//! A name is 24 random bytes and 8 of their HMAC under a key of this installation. It says only that a login has succeeded
//! once: whether it still means anything is for the database to say. But rates are counted before the database is asked,
//! and a stranger cannot make names up to have each counted for itself ([`crate::service::access::limits`]).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use crate::domain::clock::Entropy;
use crate::secrets::Secrets;

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A browser in which somebody has logged in.
    Device,
    /// A session.
    Session,
}

impl Mark {
    /// A new name: base64url, [`LENGTH`] characters.
    pub fn invent(self, secrets: &Secrets, entropy: &dyn Entropy) -> Zeroizing<String> {
        let random = Zeroizing::new(entropy.bytes::<RANDOM>());
        let name = Zeroizing::new([&random[..], &self.tag(secrets, &random[..])].concat());
        Zeroizing::new(Base64UrlUnpadded::encode_string(&name))
    }

    /// Whether `name` was given out here.
    pub fn is_ours(self, secrets: &Secrets, name: &str) -> bool {
        let mut bytes = Zeroizing::new([0; RANDOM + TAG]);
        if name.len() != LENGTH || Base64UrlUnpadded::decode(name, &mut *bytes).is_err() {
            return false;
        }
        let (random, tag) = bytes.split_at(RANDOM);
        verify_slices_are_equal(&self.tag(secrets, random), tag).is_ok()
    }

    fn tag(self, secrets: &Secrets, random: &[u8]) -> [u8; TAG] {
        let kind = match self {
            Self::Device => "device name",
            Self::Session => "session token",
        };
        secrets.fingerprint(kind, random).first_chunk().copied().unwrap_or_default()
    }
}

/// Characters of a name.
pub const LENGTH: usize = 43;
/// 192 bits: what nobody guesses.
const RANDOM: usize = 24;
/// A guess at it passes once in 2^64 and gives some more requests a minute.
const TAG: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemEntropy;

    #[test]
    fn only_names_given_out_here_for_the_same_thing_are_ours() {
        let secrets = Secrets::from_master(&[1; 32]).unwrap();
        let name = Mark::Device.invent(&secrets, &SystemEntropy);
        assert_eq!(name.len(), LENGTH);
        assert!(Mark::Device.is_ours(&secrets, &name));
        assert!(!Mark::Session.is_ours(&secrets, &name));
        assert!(!Mark::Device.is_ours(&Secrets::from_master(&[2; 32]).unwrap(), &name));
        for at in 0..LENGTH {
            let mut other = name.as_bytes().to_vec();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            assert!(!Mark::Device.is_ours(&secrets, str::from_utf8(&other).unwrap()), "character {at}");
        }
        for text in ["", "AAAA", &"A".repeat(43), &"=".repeat(43), &"电".repeat(43), &format!("{}=", *name)]
        {
            assert!(!Mark::Device.is_ours(&secrets, text), "{text}");
        }
    }
}
