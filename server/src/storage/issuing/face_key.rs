//! What no two licences in force of a kind may have both: kept as an HMAC of the values, so that the table tells nobody
//! what they are.

use crate::domain::catalogue::codes::KindCode;
use crate::domain::ids::LicenceId;
use crate::storage::sql::{among, each, execute, one, statements};
use crate::storage::{StorageError, Tx};

/// Who has the values, the status of that licence, and its last day as YYYYMMDD.
pub async fn owner(
    tx: &mut Tx,
    kind: KindCode,
    fingerprint: &[u8; 32],
) -> Result<Option<(LicenceId, String, Option<i64>)>, StorageError> {
    one!(tx, OWNER, kind, &fingerprint[..])
}

/// The same of many values, for those that somebody has: the values, who has them, the status of that licence, and its last
/// day.
pub async fn owners(
    tx: &mut Tx,
    kind: KindCode,
    fingerprints: &[[u8; 32]],
) -> Result<Vec<(Vec<u8>, LicenceId, String, Option<i64>)>, StorageError> {
    among!(tx, OWNERS, [kind], fingerprints, |one| &one[..])
}

/// Takes values for licences, each if nobody has them; how many nobody had.
pub async fn take_all(
    tx: &mut Tx,
    kind: KindCode,
    taken: &[(&[u8; 32], LicenceId)],
) -> Result<u64, StorageError> {
    each!(tx, TAKE, taken, |one| [kind, &one.0[..], one.1])
}

/// Takes the values for a licence if nobody has them. Waits, on PostgreSQL, for a transaction that is about to.
pub async fn take(
    tx: &mut Tx,
    kind: KindCode,
    fingerprint: &[u8; 32],
    licence: LicenceId,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, TAKE, kind, &fingerprint[..], licence)? == 1)
}

/// Hands them to another licence: its next version, or one after it is out of force.
pub async fn hand_over(
    tx: &mut Tx,
    kind: KindCode,
    fingerprint: &[u8; 32],
    licence: LicenceId,
) -> Result<(), StorageError> {
    execute!(tx, HAND_OVER, kind, &fingerprint[..], licence).map(drop)
}

statements! {
    OWNER = "SELECT k.licence, l.status, l.valid_to FROM issuing_face_key k JOIN licence_record l ON l.id = k.licence \
        WHERE k.kind = $1 AND k.fingerprint = $2";
    OWNERS = "SELECT k.fingerprint, k.licence, l.status, l.valid_to FROM issuing_face_key k \
        JOIN licence_record l ON l.id = k.licence WHERE k.kind || '' = $1 AND k.fingerprint IN ($2)";
    TAKE = "INSERT INTO issuing_face_key (kind, fingerprint, licence) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    HAND_OVER = "UPDATE issuing_face_key SET licence = $3 WHERE kind = $1 AND fingerprint = $2";
}
