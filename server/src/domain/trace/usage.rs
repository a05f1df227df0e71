//! One use of a licence, as the access log keeps it.

use std::sync::Arc;

use liangzheng_core::time::UnixTime;

/// What was done with a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i64)]
pub enum UseKind {
    /// A show was opened and its first token minted.
    Show = 1,
    /// A further token of an open show.
    Refresh = 2,
    /// A grant for offline showing went to a device.
    Grant = 3,
    /// Somebody verified a token here.
    Verification = 4,
}

/// One row of the log. Texts are shared with the cached show, so a refresh copies none.
#[derive(Clone, Debug)]
pub struct Use {
    /// When, in whole seconds.
    pub at: UnixTime,
    /// What was done.
    pub kind: UseKind,
    /// The licence; empty when a verification could not tell.
    pub licence: Arc<str>,
    /// The account that did it; empty for the anonymous public.
    pub actor: Arc<str>,
    /// The show (show, refresh), the device (grant), or the verdict's code (verification).
    pub subject: Arc<str>,
    /// The scene, as far as known.
    pub scene: Arc<str>,
    /// The token's `jti`, or the first 12 bytes of its replay key.
    pub token: [u8; 12],
}
