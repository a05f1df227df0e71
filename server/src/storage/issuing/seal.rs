//! Seals of units. Their private keys are in the store of seal keys.

use crate::domain::catalogue::codes::Uscc;
use crate::storage::sql::{all, columns, execute, one, statements, value};
use crate::storage::{StorageError, Tx};

/// A seal as registered.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SealRow {
    /// Its unique name, which stands in it.
    pub name: String,
    /// Whose it is.
    pub unit: Uscc,
    /// The signer's key.
    pub key: String,
    /// `requested`, `active` or `retired`.
    pub state: String,
    /// The signer's certificate, DER; not there while requested.
    pub certificate: Option<Vec<u8>>,
    /// The seal, DER; not there while requested.
    pub seal: Option<Vec<u8>>,
    /// From when it may be set.
    pub valid_from: Option<i64>,
    /// Until when.
    pub valid_to: Option<i64>,
    /// When its key was made.
    pub created_at: i64,
}

/// Registers a seal whose key was just made.
pub async fn insert(tx: &mut Tx, name: &str, unit: Uscc, key: &str, now: i64) -> Result<(), StorageError> {
    execute!(tx, INSERT, name, unit, key, now).map(drop)?;
    Ok(())
}

/// How many seals a unit has had: their names are numbered.
pub async fn count(tx: &mut Tx, unit: Uscc) -> Result<i64, StorageError> {
    value!(tx, COUNT, unit)
}

/// A seal by its name.
pub async fn find(tx: &mut Tx, name: &str) -> Result<Option<SealRow>, StorageError> {
    one!(tx, FIND, name)
}

/// Every seal, by unit and age.
pub async fn all(tx: &mut Tx) -> Result<Vec<SealRow>, StorageError> {
    all!(tx, ALL)
}

/// The seal that a unit sets at `now`: of several the newest, so that a successor takes over the moment it begins.
pub async fn current(tx: &mut Tx, unit: Uscc, now: i64) -> Result<Option<SealRow>, StorageError> {
    one!(tx, CURRENT, unit, now)
}

/// Installs certificate and seal; false unless it was requested.
pub async fn install(
    tx: &mut Tx,
    name: &str,
    certificate: &[u8],
    seal: &[u8],
    valid: (i64, i64),
) -> Result<bool, StorageError> {
    let touched = execute!(tx, INSTALL, name, certificate, seal, valid.0, valid.1)?;
    Ok(touched == 1)
}

/// Retires an active seal; false if it is not one.
pub async fn retire(tx: &mut Tx, name: &str) -> Result<bool, StorageError> {
    let touched = execute!(tx, RETIRE, name)?;
    Ok(touched == 1)
}

columns!(seal = "name, unit, key, state, certificate, seal, valid_from, valid_to, created_at");

statements! {
    INSERT = "INSERT INTO issuing_seal (name, unit, key, state, created_at) VALUES ($1, $2, $3, 'requested', $4)";
    COUNT = "SELECT COUNT(*) FROM issuing_seal WHERE unit = $1";
    FIND = concat!("SELECT ", seal!(), " FROM issuing_seal WHERE name = $1");
    ALL = concat!("SELECT ", seal!(), " FROM issuing_seal ORDER BY unit, created_at, name");
    CURRENT = concat!("SELECT ", seal!(), " FROM issuing_seal \
        WHERE unit = $1 AND state = 'active' AND valid_from <= $2 AND $2 <= valid_to \
        ORDER BY valid_from DESC, name DESC LIMIT 1");
    INSTALL = "UPDATE issuing_seal SET state = 'active', certificate = $2, seal = $3, valid_from = $4, valid_to = $5 \
        WHERE name = $1 AND state = 'requested'";
    RETIRE = "UPDATE issuing_seal SET state = 'retired' WHERE name = $1 AND state = 'active'";
}
