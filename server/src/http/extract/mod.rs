//! What handlers take from a request: who sent it, from where, what they may do, conditions, idempotency keys, pages.

mod address;
mod body;
mod caller;
mod conditions;
mod language;
mod page;

pub(crate) use address::{client_address, find_address, is_from_this_machine};
pub use body::Body;
pub use caller::{DEVICE_COOKIE, MaybePermitted, Permitted, SESSION_COOKIE};
pub(crate) use caller::{cookie, identify, is_our_page, known_account};
pub use conditions::{IdempotencyKey, IfMatch};
pub(crate) use language::prefers_english;
pub(crate) use page::items_on_page;
pub use page::{PageQuery, Paging};
