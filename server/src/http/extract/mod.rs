//! What handlers take from a request: who sent it and what they may do, conditions, idempotency keys.

mod caller;
mod conditions;

pub use caller::{MaybePermitted, Permitted, SESSION_COOKIE};
pub(crate) use caller::{identify, is_our_page};
pub use conditions::{IdempotencyKey, IfMatch};
