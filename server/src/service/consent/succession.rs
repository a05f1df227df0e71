//! What was granted to, or by, a unit whose work moves to others (R25).

use crate::domain::catalogue::codes::Uscc;
use crate::service::work::Work;
use crate::storage::StorageError;
use crate::storage::consent::{authorisation, duty};

/// Puts who takes over a unit's using list in its place: what holders and issuers let the unit use, its heir may use; what it
/// consented to as an issuer, its heir has consented to.
pub async fn move_consents(work: &mut Work<'_>, from: Uscc, heir: Uscc) -> Result<(), StorageError> {
    let now = work.now;
    authorisation::move_unit(&mut work.tx, from, heir).await?;
    duty::move_unit(&mut work.tx, from, heir, now).await
}
