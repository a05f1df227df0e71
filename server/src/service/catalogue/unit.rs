//! Units.

use crate::domain::catalogue::unit::Unit;
use crate::service::work::Work;
use crate::storage::{self, StorageError};

/// Enters a unit; false if there is one with its code.
pub async fn register(work: &mut Work<'_>, unit: &Unit) -> Result<bool, StorageError> {
    let now = work.now;
    let is_new = storage::catalogue::unit::insert(&mut work.tx, unit, now).await?;
    if is_new {
        work.audit("register unit", unit.id.as_str(), None).await?;
    }
    Ok(is_new)
}
