//! ES256 by the pure-Rust `p256` crate: for WASM, where no C library goes.

use alloc::boxed::Box;

use p256::{
    AffinePoint,
    ecdsa::{Signature, VerifyingKey, signature::Verifier as _},
    elliptic_curve::point::AffineCoordinates as _,
};

use super::{Es256, Es256Key, PublicKey};

/// The pure-Rust backend.
#[derive(Clone, Copy, Debug, Default)]
pub struct P256;

impl Es256 for P256 {
    fn key(&self, public: &PublicKey) -> Option<Box<dyn Es256Key>> {
        // Not by way of SEC 1, which would bring the square roots of compressed points into the browser module.
        let point = AffinePoint::from_coordinates(&public.x.into(), &public.y.into()).into_option()?;
        let key = VerifyingKey::from_affine(point).ok()?;
        Some(Box::new(Key(key)))
    }
}

struct Key(VerifyingKey);

impl Es256Key for Key {
    fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}
