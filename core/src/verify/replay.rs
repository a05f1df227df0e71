//! What a verifier remembers of codes it has accepted.

use crate::time::UnixTime;

/// Names one presentation.
///
/// Of a show token its `jti` and the first 20 bytes of its signature, which low-S makes unique; of a grant's proof
/// the SHA-256 of its signing input. Never of the text: a phone's signature (r, s) has a twin (r, n−s), and a
/// DEFLATE stream has many spellings.
pub type ReplayKey = [u8; 32];

/// A memory of accepted presentations; the shell fills and bounds it.
///
/// An entry may go once the presentation could no longer be valid: see [`super::Verdict::replay_until`].
pub trait Replay {
    /// When this presentation was accepted before, if it was.
    fn seen(&self, key: &ReplayKey) -> Option<UnixTime>;
}
