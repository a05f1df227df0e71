//! Status lists (draft-ietf-oauth-status-list-20) with 4 bits an entry and shards of 2^20, and signed deltas.

mod array;
mod delta;
mod list;
pub mod packed;

pub use array::{SHARD_BYTES, SHARD_ENTRIES, StatusArray, StatusValue};
pub(crate) use delta::read_delta;
pub use delta::{Delta, Snapshot, sign_delta};
pub(crate) use list::read_list;
pub use list::{ListHead, sign_list};

/// `typ` of a status list.
pub const LIST_TYP: &str = "statuslist+jwt";
/// `typ` of a delta.
pub const DELTA_TYP: &str = "statusdelta+jwt";
