//! What was granted to, or by, a unit whose work moves to others (R25).

use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::unit::Succession;
use crate::service::work::Work;
use crate::storage::StorageError;
use crate::storage::consent::{authorisation, duty};

/// Puts who takes over a unit's using list in its place: what holders and issuers let the unit use, its heir may use. What it
/// consented to as an issuer, whoever takes over the kind has consented to; where a kind is parted by region, who takes over
/// the rest, and for licences of the others consent is given anew.
pub async fn move_consents(
    work: &mut Work<'_>,
    from: Uscc,
    succession: &Succession,
) -> Result<(), StorageError> {
    let now = work.now;
    for part in &succession.split {
        for kind in &part.kinds {
            duty::move_issuer_of(&mut work.tx, from, *kind, part.to, now).await?;
        }
    }
    authorisation::move_unit(&mut work.tx, from, succession.to).await?;
    duty::move_unit(&mut work.tx, from, succession.to, now).await
}
