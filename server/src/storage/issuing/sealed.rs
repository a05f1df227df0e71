//! Sealed licence versions: the record that was sealed, the seals set under it, and the file made of it.

use crate::domain::clock::Entropy;
use crate::domain::ids::LicenceId;
use crate::secrets::Secrets;
use crate::storage::sql::{all, each, execute, one, one_value, statements};
use crate::storage::{StorageError, Tx};

/// A seal set under a licence, with the seal itself.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SettingRow {
    /// 1 = the issuing unit's.
    pub place: i64,
    /// Name of the seal.
    pub seal: String,
    /// When it was set.
    pub at: i64,
    /// SM3 of the record.
    pub data_hash: Vec<u8>,
    /// The signature, DER.
    pub signature: Vec<u8>,
    /// SM3 of the whole put together.
    pub digest: Vec<u8>,
}

/// Keeps the records of licence versions; false if one of them is there already, and then not all were kept.
pub async fn insert_records(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    records: &[(LicenceId, &[u8], i64)],
) -> Result<bool, StorageError> {
    let seal = |(id, record, at): &(LicenceId, &[u8], i64)| {
        (*id, secrets.seal(&record_place(*id), record, entropy), *at)
    };
    let rows: Vec<(LicenceId, Vec<u8>, i64)> = records.iter().map(seal).collect();
    Ok(each!(tx, INSERT_RECORD, rows, |row| [row.0, &row.1, row.2])? == rows.len() as u64)
}

/// The record of a licence version.
pub async fn record(
    tx: &mut Tx,
    secrets: &Secrets,
    licence: LicenceId,
) -> Result<Option<Vec<u8>>, StorageError> {
    let sealed: Option<Vec<u8>> = one_value!(tx, RECORD, licence)?;
    let open = |sealed: Vec<u8>| secrets.open(&record_place(licence), &sealed);
    sealed.map(open).transpose().map_err(|_| inconsistent("issuing_sealed_version", "record", licence))
}

/// Keeps seals set under them.
pub async fn insert_settings(tx: &mut Tx, rows: &[(LicenceId, &SettingRow)]) -> Result<(), StorageError> {
    each!(tx, INSERT_SETTING, rows, |row| [
        row.0,
        row.1.place,
        &row.1.seal,
        row.1.at,
        &row.1.data_hash,
        &row.1.signature,
        &row.1.digest,
    ])
    .map(drop)
}

/// The seals set under a licence version, the issuing unit's first.
pub async fn settings(tx: &mut Tx, licence: LicenceId) -> Result<Vec<SettingRow>, StorageError> {
    all!(tx, SETTINGS, licence)
}

/// Keeps the file of a licence version, in place of one whose code is over.
pub async fn put_file(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    licence: LicenceId,
    file: &[u8],
    now: i64,
    code_until: Option<i64>,
) -> Result<(), StorageError> {
    let file = secrets.seal(&file_place(licence), file, entropy);
    execute!(tx, PUT_FILE, licence, &file, now, code_until).map(drop)?;
    Ok(())
}

/// The file of a licence version and when the paper code in it ends, unless that is over.
pub async fn file(
    tx: &mut Tx,
    secrets: &Secrets,
    licence: LicenceId,
    now: i64,
) -> Result<Option<(Vec<u8>, Option<i64>)>, StorageError> {
    let row: Option<(Vec<u8>, Option<i64>)> = one!(tx, FILE, licence, now)?;
    let open = |(sealed, until): (Vec<u8>, _)| Ok((secrets.open(&file_place(licence), &sealed)?, until));
    row.map(open)
        .transpose()
        .map_err(|_: crate::secrets::SealBroken| inconsistent("issuing_file", "file", licence))
}

fn record_place(licence: LicenceId) -> String {
    format!("issuing.record/{licence}")
}

fn file_place(licence: LicenceId) -> String {
    format!("issuing.file/{licence}")
}

fn inconsistent(table: &'static str, column: &'static str, licence: LicenceId) -> StorageError {
    StorageError::Inconsistent { table, column, row: licence.to_string() }
}

statements! {
    INSERT_RECORD = "INSERT INTO issuing_sealed_version (licence, record, at) VALUES ($1, $2, $3) \
        ON CONFLICT DO NOTHING";
    RECORD = "SELECT record FROM issuing_sealed_version WHERE licence = $1";
    INSERT_SETTING = "INSERT INTO issuing_seal_setting (licence, place, seal, at, data_hash, signature, digest) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    SETTINGS = "SELECT place, seal, at, data_hash, signature, digest FROM issuing_seal_setting \
        WHERE licence = $1 ORDER BY place";
    PUT_FILE = "INSERT INTO issuing_file (licence, file, made_at, code_until) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (licence) DO UPDATE SET file = excluded.file, made_at = excluded.made_at, \
        code_until = excluded.code_until";
    FILE = "SELECT file, code_until FROM issuing_file WHERE licence = $1 AND (code_until IS NULL OR code_until > $2)";
}
