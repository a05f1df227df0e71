//! ES256 by the pure-Rust `p256` crate: for WASM, where no C library goes.

use alloc::boxed::Box;

use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};

use super::{Es256, Es256Key, PublicKey};

/// The pure-Rust backend.
#[derive(Clone, Copy, Debug, Default)]
pub struct P256;

impl Es256 for P256 {
    fn key(&self, public: &PublicKey) -> Option<Box<dyn Es256Key>> {
        let key = VerifyingKey::from_sec1_bytes(&public.sec1()).ok()?;
        Some(Box::new(Key(key)))
    }
}

struct Key(VerifyingKey);

impl Es256Key for Key {
    fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}
