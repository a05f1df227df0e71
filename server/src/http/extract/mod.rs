//! What handlers take from a request: who sent it, from where, what they may do, conditions, idempotency keys, pages.

mod address;
mod body;
mod caller;
mod conditions;
mod language;
mod page;
mod upload;

pub(crate) use address::{client_address, find_address, is_from_this_machine};
pub use body::Body;
pub use caller::{DEVICE_COOKIE, MaybePermitted, Permitted, SESSION_COOKIE};
pub(crate) use caller::{cookie, given_out, identify, is_our_page, known_account, user_agent};
pub use conditions::{IdempotencyKey, IfMatch};
pub(crate) use language::prefers_english;
pub use page::{PageQuery, Paging};
pub(crate) use page::{items_on_page, no_cursor};
pub use upload::{FormWithFile, JsonOrFile, JsonWithFile, OneFile, SentFile};
