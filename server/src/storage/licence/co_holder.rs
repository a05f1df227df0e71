//! Who holds a licence beside its holder.

use crate::domain::ids::{HolderId, LicenceId};
use crate::storage::sql::{execute, statements, values};
use crate::storage::{StorageError, Tx};

/// Adds a co-holder.
pub async fn insert(tx: &mut Tx, licence: LicenceId, holder: HolderId) -> Result<(), StorageError> {
    execute!(tx, INSERT, licence, holder).map(drop)
}

/// The co-holders of a licence.
pub async fn of_licence(tx: &mut Tx, licence: LicenceId) -> Result<Vec<HolderId>, StorageError> {
    values!(tx, OF_LICENCE, licence)
}

statements! {
    INSERT = "INSERT INTO licence_co_holder (licence, holder) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    OF_LICENCE = "SELECT holder FROM licence_co_holder WHERE licence = $1 ORDER BY holder";
}
