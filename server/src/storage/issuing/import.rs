//! Imports, and the pieces of their files until they are read.

use crate::domain::access::Scope;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::clock::Entropy;
use crate::domain::ids::{AccountId, ImportId};
use crate::domain::issuing::case::CaseMode;
use crate::domain::issuing::import::{ImportFormat, ImportState, ImportType};
use crate::secrets::Secrets;
use crate::storage::sql::{all, columns, execute, one, one_value, statements, values};
use crate::storage::{StorageError, Tx};

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// Whose it is.
    pub unit: Uscc,
    /// What its rows become.
    pub import_type: ImportType,
    /// The kind of its licences; `None` for acts.
    pub kind: Option<KindCode>,
    /// The version of the kind by which its rows were examined.
    pub kind_version: Option<i64>,
    /// How its licences are made.
    pub mode: Option<CaseMode>,
    /// How the file is written.
    pub format: ImportFormat,
    /// HMAC of the file, type, kind and mode.
    pub fingerprint: [u8; 32],
    /// As the file was called.
    pub file_name: String,
    /// The titles of its columns.
    pub header: Vec<String>,
    /// Nothing is to come of it.
    pub dry_run: bool,
    /// Where it stands.
    pub state: ImportState,
    /// Why it was refused, or what it waits for.
    pub trouble: Option<String>,
    /// Its rows; 0 until they were counted.
    pub total: i64,
    /// Rows examined, or carried out, as its state says.
    pub done: i64,
    /// Rows in which something is wrong.
    pub failed: i64,
    /// When the step under way began.
    pub began_at: i64,
    /// Who sent it.
    pub account: AccountId,
    /// Who has it carried out.
    pub committed_by: Option<AccountId>,
    /// Counts everything that is told of it.
    pub version: i64,
    /// When it was sent.
    pub created_at: i64,
    /// When something was last told of it.
    pub changed_at: i64,
}

impl Import {
    /// Whether there is a row in which nothing is wrong.
    pub const fn has_good_rows(&self) -> bool {
        self.failed < self.total
    }
}

#[derive(sqlx::FromRow)]
struct ImportRow {
    id: ImportId,
    unit: Uscc,
    r#type: String,
    kind: Option<KindCode>,
    kind_version: Option<i64>,
    mode: Option<String>,
    format: String,
    fingerprint: Vec<u8>,
    file_name: Vec<u8>,
    header: String,
    dry_run: i64,
    state: String,
    trouble: Option<String>,
    total: i64,
    done: i64,
    failed: i64,
    began_at: i64,
    account: AccountId,
    committed_by: Option<AccountId>,
    version: i64,
    created_at: i64,
    changed_at: i64,
}

/// Adds an import; false if its unit has one of the same file, of which something may come or came.
pub async fn insert(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    import: &Import,
) -> Result<bool, StorageError> {
    let file_name = secrets.seal_text(&name_place(import.id), &import.file_name, entropy);
    let header = serde_json::to_string(&import.header).map_err(|_| inconsistent("header", import.id))?;
    let inserted = execute!(
        tx,
        INSERT,
        import.id,
        import.unit,
        import.import_type.as_str(),
        import.kind,
        import.kind_version,
        import.mode.map(CaseMode::as_str),
        import.format.as_str(),
        &import.fingerprint[..],
        &file_name,
        &header,
        i64::from(import.dry_run),
        import.state.as_str(),
        import.began_at,
        import.account,
        import.version,
        import.created_at,
        import.changed_at
    )?;
    Ok(inserted == 1)
}

/// An import within `scope`.
pub async fn find(
    tx: &mut Tx,
    secrets: &Secrets,
    scope: impl Into<Scope>,
    id: ImportId,
) -> Result<Option<Import>, StorageError> {
    // No holder has one.
    let Some((None, unit)) = scope.into().holder_and_unit() else { return Ok(None) };
    let row: Option<ImportRow> = one!(tx, FIND, id, unit)?;
    row.map(|row| open(row, secrets)).transpose()
}

/// The same, held until the transaction ends.
pub async fn find_and_hold(
    tx: &mut Tx,
    secrets: &Secrets,
    scope: impl Into<Scope>,
    id: ImportId,
) -> Result<Option<Import>, StorageError> {
    execute!(tx, HOLD, id)?;
    find(tx, secrets, scope, id).await
}

/// The version of an import of a unit and where it stands: told without opening anything.
pub async fn version(
    tx: &mut Tx,
    unit: Uscc,
    id: ImportId,
) -> Result<Option<(i64, ImportState)>, StorageError> {
    let row: Option<(i64, String)> = one!(tx, VERSION, id, unit)?;
    let read = |(version, state): (i64, String)| {
        Ok((version, state.parse().map_err(|_| inconsistent("state", id))?))
    };
    row.map(read).transpose()
}

/// The import of the same file.
pub async fn same(tx: &mut Tx, unit: Uscc, fingerprint: &[u8; 32]) -> Result<Option<ImportId>, StorageError> {
    one_value!(tx, SAME, unit, &fingerprint[..])
}

/// Imports of a unit, newest first.
pub async fn list(
    tx: &mut Tx,
    secrets: &Secrets,
    unit: Uscc,
    state: Option<ImportState>,
    before: Option<ImportId>,
    limit: i64,
) -> Result<Vec<Import>, StorageError> {
    let rows: Vec<ImportRow> = all!(tx, LIST, unit, before, state.map(ImportState::as_str), limit)?;
    rows.into_iter().map(|row| open(row, secrets)).collect()
}

/// Imports at which the server has work to do, the oldest first.
pub async fn under_way(tx: &mut Tx) -> Result<Vec<ImportId>, StorageError> {
    values!(tx, UNDER_WAY)
}

/// Writes where it stands, if the row still has the version before it; else [`StorageError::Conflict`].
pub async fn replace(tx: &mut Tx, before: &Import, after: &Import) -> Result<(), StorageError> {
    let changed = execute!(
        tx,
        REPLACE,
        before.id,
        before.version,
        after.state.as_str(),
        after.trouble.as_deref(),
        after.total,
        after.done,
        after.failed,
        after.began_at,
        after.committed_by,
        i64::from(after.dry_run),
        after.version,
        after.changed_at,
        after.account
    )?;
    if changed == 1 { Ok(()) } else { Err(StorageError::Conflict) }
}

/// Keeps a piece of the file.
pub async fn insert_part(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    import: ImportId,
    part: i64,
    bytes: &[u8],
) -> Result<(), StorageError> {
    let content = secrets.seal(&part_place(import, part), bytes, entropy);
    execute!(tx, INSERT_PART, import, part, &content).map(drop)
}

/// The file, put together.
pub async fn file(tx: &mut Tx, secrets: &Secrets, import: ImportId) -> Result<Vec<u8>, StorageError> {
    let mut bytes = Vec::new();
    for part in 0_i64.. {
        let content: Option<Vec<u8>> = one_value!(tx, PART, import, part)?;
        let Some(content) = content else { break };
        let plain = secrets.open(&part_place(import, part), &content);
        bytes.extend(plain.map_err(|_| inconsistent("content", import))?);
    }
    Ok(bytes)
}

/// Forgets the file.
pub async fn forget_file(tx: &mut Tx, import: ImportId) -> Result<(), StorageError> {
    execute!(tx, FORGET_FILE, import).map(drop)
}

/// Imports that have been over since before `before` and whose rows or file are still here.
pub async fn over_before(tx: &mut Tx, before: i64) -> Result<Vec<ImportId>, StorageError> {
    values!(tx, OVER_BEFORE, before)
}

fn open(row: ImportRow, secrets: &Secrets) -> Result<Import, StorageError> {
    let wrong = |column| inconsistent(column, row.id);
    Ok(Import {
        id: row.id,
        unit: row.unit,
        import_type: row.r#type.parse().map_err(|_| wrong("type"))?,
        kind: row.kind,
        kind_version: row.kind_version,
        mode: row.mode.as_deref().map(str::parse).transpose().map_err(|_| wrong("mode"))?,
        format: row.format.parse().map_err(|_| wrong("format"))?,
        fingerprint: row.fingerprint.as_slice().try_into().map_err(|_| wrong("fingerprint"))?,
        file_name: secrets.open_text(&name_place(row.id), &row.file_name).map_err(|_| wrong("file_name"))?,
        header: serde_json::from_str(&row.header).map_err(|_| wrong("header"))?,
        dry_run: row.dry_run == 1,
        state: row.state.parse().map_err(|_| wrong("state"))?,
        trouble: row.trouble,
        total: row.total,
        done: row.done,
        failed: row.failed,
        began_at: row.began_at,
        account: row.account,
        committed_by: row.committed_by,
        version: row.version,
        created_at: row.created_at,
        changed_at: row.changed_at,
    })
}

fn name_place(id: ImportId) -> String {
    format!("import.name/{id}")
}

fn part_place(id: ImportId, part: i64) -> String {
    format!("import.part/{id}/{part}")
}

fn inconsistent(column: &'static str, id: ImportId) -> StorageError {
    StorageError::Inconsistent { table: "issuing_import", column, row: id.to_string() }
}

columns!(
    import = "id, unit, type, kind, kind_version, mode, format, fingerprint, file_name, header, dry_run, state, trouble, \
        total, done, failed, began_at, account, committed_by, version, created_at, changed_at"
);

statements! {
    INSERT = "INSERT INTO issuing_import (id, unit, type, kind, kind_version, mode, format, fingerprint, file_name, \
        header, dry_run, state, total, done, failed, began_at, account, version, created_at, changed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, $13, $14, $15, $16, $17) \
        ON CONFLICT DO NOTHING";
    FIND = concat!("SELECT ", import!(), " FROM issuing_import WHERE id = $1 AND (unit = $2 OR $2 IS NULL)");
    HOLD = "UPDATE issuing_import SET version = version WHERE id = $1";
    VERSION = "SELECT version, state FROM issuing_import WHERE id = $1 AND unit = $2";
    SAME = "SELECT id FROM issuing_import WHERE unit = $1 AND fingerprint = $2 AND state NOT IN ('cancelled', 'refused')";
    LIST = concat!("SELECT ", import!(), " FROM issuing_import WHERE unit = $1 AND (id < $2 OR $2 IS NULL) \
        AND (state = $3 OR $3 IS NULL) ORDER BY id DESC LIMIT $4");
    UNDER_WAY = "SELECT id FROM issuing_import WHERE state IN ('checking', 'committing') ORDER BY id";
    REPLACE = "UPDATE issuing_import SET state = $3, trouble = $4, total = $5, done = $6, failed = $7, began_at = $8, \
        committed_by = $9, dry_run = $10, version = $11, changed_at = $12, account = $13 WHERE id = $1 AND version = $2";
    INSERT_PART = "INSERT INTO issuing_import_part (import, part, content) VALUES ($1, $2, $3)";
    PART = "SELECT content FROM issuing_import_part WHERE import = $1 AND part = $2";
    FORGET_FILE = "DELETE FROM issuing_import_part WHERE import = $1";
    OVER_BEFORE = "SELECT id FROM issuing_import i WHERE state IN ('committed', 'cancelled', 'refused') \
        AND changed_at < $1 AND (EXISTS (SELECT 1 FROM issuing_import_row r WHERE r.import = i.id) \
        OR EXISTS (SELECT 1 FROM issuing_import_part p WHERE p.import = i.id))";
}
