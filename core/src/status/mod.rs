//! Status lists (draft-ietf-oauth-status-list-20) with 4 bits an entry and shards of 2^20, and signed deltas.

mod array;
mod delta;
mod list;
pub mod packed;
#[cfg(feature = "write-lists")]
mod write;

pub use array::{SHARD_BYTES, SHARD_ENTRIES, StatusArray, StatusValue};
pub(crate) use delta::read_delta;
pub use delta::{Delta, Snapshot, sign_delta};
pub use list::ListHead;
pub(crate) use list::read_list;
#[cfg(feature = "write-lists")]
pub use write::{sign_list, sign_packed_list};

/// `typ` of a status list.
pub const LIST_TYP: &str = "statuslist+jwt";
/// `typ` of a delta.
pub const DELTA_TYP: &str = "statusdelta+jwt";
