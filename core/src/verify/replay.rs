//! What a verifier remembers of codes it has accepted.

use crate::time::UnixTime;

/// Names one presentation: SHA-256 of the signing input of its last JWS.
///
/// Not of its text: a phone's signature (r, s) has a twin (r, n−s), and a DEFLATE stream has many spellings.
pub type ReplayKey = [u8; 32];

/// A memory of accepted presentations; the shell fills and bounds it.
///
/// An entry may go once the presentation could no longer be valid: see [`super::Verdict::replay_until`].
pub trait Replay {
    /// When this presentation was accepted before, if it was.
    fn seen(&self, key: &ReplayKey) -> Option<UnixTime>;
}
