//! Pictures on licences, sealed, and what bears them. Called by their hash, within the unit that sent them.

use liangzheng_core::time::UnixTime;

use crate::domain::catalogue::codes::Uscc;
use crate::domain::clock::Entropy;
use crate::domain::ids::{AccountId, LicenceId};
use crate::secrets::Secrets;
use crate::storage::sql::{all, execute, one_value, statements};
use crate::storage::{StorageError, Tx};

/// A picture to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewPicture<'a> {
    /// Whose staff sent it.
    pub unit: Uscc,
    /// SHA-256, in lower-case hexadecimal.
    pub hash: &'a str,
    /// JPEG.
    pub content: &'a [u8],
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Who sent it.
    pub account: AccountId,
}

/// A picture that a licence bears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Borne {
    /// Key of its field.
    pub field: String,
    /// JPEG.
    pub content: Vec<u8>,
    /// In pixels.
    pub width: i64,
    /// In pixels.
    pub height: i64,
}

/// Keeps a picture; one that is there already counts as sent now.
pub async fn keep(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    new: NewPicture<'_>,
    now: UnixTime,
) -> Result<(), StorageError> {
    let NewPicture { unit, hash, content, width, height, account } = new;
    let sealed = secrets.seal(&place(unit, hash), content, entropy);
    execute!(tx, KEEP, unit, hash, &sealed, i64::from(width), i64::from(height), account, now.0).map(drop)
}

/// The unit by which a draft of `unit` may bear a picture: itself, or whichever sent it for the licence that is replaced.
pub async fn owner(
    tx: &mut Tx,
    unit: Uscc,
    replaces: Option<LicenceId>,
    hash: &str,
) -> Result<Option<Uscc>, StorageError> {
    one_value!(tx, OWNER, unit, hash, replaces)
}

/// Lets a field of a draft bear a picture of `owner`; [`StorageError::Conflict`] if that has just been forgotten.
pub async fn bear(
    tx: &mut Tx,
    licence: LicenceId,
    field: &str,
    owner: Uscc,
    hash: &str,
    now: UnixTime,
) -> Result<(), StorageError> {
    // Touched first: on PostgreSQL the row is then held against the job that forgets.
    if execute!(tx, TOUCH, owner, hash, now.0)? == 0 {
        return Err(StorageError::Conflict);
    }
    execute!(tx, BEAR, licence, field, owner, hash).map(drop)
}

/// Takes all pictures off a draft: it is written again.
pub async fn take_off(tx: &mut Tx, licence: LicenceId) -> Result<(), StorageError> {
    execute!(tx, TAKE_OFF, licence).map(drop)
}

/// The keys of the fields in which a draft or licence bears pictures.
pub async fn fields(tx: &mut Tx, licence: LicenceId) -> Result<Vec<String>, StorageError> {
    let rows: Vec<(String,)> = all!(tx, FIELDS, licence)?;
    Ok(rows.into_iter().map(|(field,)| field).collect())
}

/// The pictures that a draft or licence bears; in one field only if it is given. Whether the caller may see them was
/// asked with the licence itself.
pub async fn of_licence(
    tx: &mut Tx,
    secrets: &Secrets,
    licence: LicenceId,
    field: Option<&str>,
) -> Result<Vec<Borne>, StorageError> {
    let rows: Vec<(String, Uscc, String, Vec<u8>, i64, i64)> = all!(tx, OF_LICENCE, licence, field)?;
    let open =
        |(field, unit, hash, sealed, width, height): (String, Uscc, String, Vec<u8>, i64, i64)| {
            let content = secrets.open(&place(unit, &hash), &sealed).map_err(|_| {
                StorageError::Inconsistent { table: "issuing_picture", column: "content", row: hash.clone() }
            })?;
            Ok(Borne { field, content, width, height })
        };
    rows.into_iter().map(open).collect()
}

/// Forgets pictures sent before `before` that nothing bears.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET, before.0).map(drop)
}

fn place(unit: Uscc, hash: &str) -> String {
    format!("issuing.picture/{unit}/{hash}")
}

statements! {
    KEEP = "INSERT INTO issuing_picture (unit, hash, content, width, height, account, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) \
        ON CONFLICT (unit, hash) DO UPDATE SET account = excluded.account, at = excluded.at";
    OWNER = "SELECT unit FROM issuing_picture WHERE hash = $2 AND (unit = $1 OR EXISTS (SELECT 1 \
        FROM issuing_picture_use u WHERE u.licence = $3 AND u.unit = issuing_picture.unit AND u.hash = $2)) LIMIT 1";
    TOUCH = "UPDATE issuing_picture SET at = $3 WHERE unit = $1 AND hash = $2";
    BEAR = "INSERT INTO issuing_picture_use (licence, field, unit, hash) VALUES ($1, $2, $3, $4)";
    TAKE_OFF = "DELETE FROM issuing_picture_use WHERE licence = $1";
    FIELDS = "SELECT field FROM issuing_picture_use WHERE licence = $1 ORDER BY field";
    OF_LICENCE = "SELECT u.field, u.unit, u.hash, p.content, p.width, p.height FROM issuing_picture_use u \
        JOIN issuing_picture p ON p.unit = u.unit AND p.hash = u.hash \
        WHERE u.licence = $1 AND (u.field = $2 OR $2 IS NULL) ORDER BY u.field";
    FORGET = "DELETE FROM issuing_picture WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM issuing_picture_use u \
        WHERE u.unit = issuing_picture.unit AND u.hash = issuing_picture.hash)";
}
