//! The rows of imports: sealed, each with a state of its own.

use crate::domain::clock::Entropy;
use crate::domain::ids::{ImportId, LicenceId};
use crate::domain::issuing::import::{RowContent, RowState};
use crate::secrets::Secrets;
use crate::storage::sql::{all, among, each, execute, statements, value};
use crate::storage::{StorageError, Tx};

/// A row to be kept.
#[derive(Clone, Debug)]
pub struct NewRow<'a> {
    /// Its import.
    pub import: ImportId,
    /// In the file, from 1.
    pub line: i64,
    /// Whether something is wrong with it.
    pub state: RowState,
    /// What it says.
    pub content: &'a RowContent,
    /// What no two rows may both have.
    pub mark: Option<[u8; 32]>,
}

/// Keeps rows.
pub async fn insert_all(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    rows: &[NewRow<'_>],
) -> Result<(), StorageError> {
    let mut kept = Vec::with_capacity(rows.len());
    for row in rows {
        kept.push((row, sealed(secrets, entropy, row.import, row.line, row.content)?));
    }
    each!(tx, INSERT, kept, |one| [
        one.0.import,
        one.0.line,
        one.0.state.as_str(),
        &one.1,
        one.0.mark.as_ref().map(|mark| &mark[..]),
    ])
    .map(drop)
}

/// The last line of a file that is kept.
pub async fn last_line(tx: &mut Tx, import: ImportId) -> Result<i64, StorageError> {
    value!(tx, LAST_LINE, import)
}

/// The lines that have one of these marks already.
pub async fn marked(
    tx: &mut Tx,
    import: ImportId,
    marks: &[[u8; 32]],
) -> Result<Vec<(Vec<u8>, i64)>, StorageError> {
    among!(tx, MARKED, [import], marks, |mark| &mark[..])
}

/// Rows that can be carried out after a line, in the order of the file.
pub async fn good_after(
    tx: &mut Tx,
    secrets: &Secrets,
    import: ImportId,
    line: i64,
    limit: i64,
) -> Result<Vec<(i64, RowContent)>, StorageError> {
    let rows: Vec<(i64, Vec<u8>)> = all!(tx, GOOD_AFTER, import, line, limit)?;
    rows.into_iter().map(|(line, content)| Ok((line, opened(secrets, import, line, &content)?))).collect()
}

/// Rows in which something is wrong, or that failed, after a line.
pub async fn wrong_after(
    tx: &mut Tx,
    secrets: &Secrets,
    import: ImportId,
    line: i64,
    limit: i64,
) -> Result<Vec<(i64, RowContent)>, StorageError> {
    let rows: Vec<(i64, Vec<u8>)> = all!(tx, WRONG_AFTER, import, line, limit)?;
    rows.into_iter().map(|(line, content)| Ok((line, opened(secrets, import, line, &content)?))).collect()
}

/// Marks good rows as carried out, in the transaction that does so; false if not all of them were good still.
pub async fn carried_out(
    tx: &mut Tx,
    import: ImportId,
    rows: &[(i64, LicenceId)],
) -> Result<bool, StorageError> {
    let touched = each!(tx, CARRIED_OUT, rows, |row| [import, row.0, row.1])?;
    Ok(touched == rows.len() as u64)
}

/// Keeps why a good row could not be carried out; false if it is not good any more.
pub async fn failed(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    import: ImportId,
    line: i64,
    content: &RowContent,
) -> Result<bool, StorageError> {
    let content = sealed(secrets, entropy, import, line, content)?;
    Ok(execute!(tx, FAILED, import, line, &content)? == 1)
}

/// Forgets rows, some at a time; how many.
pub async fn forget(tx: &mut Tx, import: ImportId, limit: i64) -> Result<u64, StorageError> {
    execute!(tx, FORGET, import, limit)
}

fn sealed(
    secrets: &Secrets,
    entropy: &dyn Entropy,
    import: ImportId,
    line: i64,
    content: &RowContent,
) -> Result<Vec<u8>, StorageError> {
    let plain = serde_json::to_vec(content).map_err(|_| inconsistent(import, line))?;
    Ok(secrets.seal(&place(import, line), &plain, entropy))
}

fn opened(
    secrets: &Secrets,
    import: ImportId,
    line: i64,
    content: &[u8],
) -> Result<RowContent, StorageError> {
    let plain = secrets.open(&place(import, line), content).map_err(|_| inconsistent(import, line))?;
    serde_json::from_slice(&plain).map_err(|_| inconsistent(import, line))
}

fn place(import: ImportId, line: i64) -> String {
    format!("import.row/{import}/{line}")
}

fn inconsistent(import: ImportId, line: i64) -> StorageError {
    StorageError::Inconsistent {
        table: "issuing_import_row",
        column: "content",
        row: format!("{import} {line}"),
    }
}

statements! {
    INSERT = "INSERT INTO issuing_import_row (import, line, state, content, mark) VALUES ($1, $2, $3, $4, $5)";
    LAST_LINE = "SELECT COALESCE(MAX(line), 0) FROM issuing_import_row WHERE import = $1";
    MARKED = "SELECT mark, line FROM issuing_import_row WHERE import || '' = $1 AND mark IN ($2)";
    GOOD_AFTER = "SELECT line, content FROM issuing_import_row WHERE import = $1 AND state = 'good' AND line > $2 \
        ORDER BY line LIMIT $3";
    WRONG_AFTER = "SELECT line, content FROM issuing_import_row WHERE import = $1 AND state IN ('bad', 'failed') \
        AND line > $2 ORDER BY line LIMIT $3";
    CARRIED_OUT = "UPDATE issuing_import_row SET state = 'done', licence = v.column3 \
        FROM (VALUES ($1, CAST($2 AS BIGINT), $3)) AS v \
        WHERE import = v.column1 AND line = v.column2 AND state = 'good'";
    FAILED = "UPDATE issuing_import_row SET state = 'failed', content = $3 \
        WHERE import = $1 AND line = $2 AND state = 'good'";
    FORGET = "DELETE FROM issuing_import_row WHERE import = $1 AND line IN \
        (SELECT line FROM issuing_import_row r WHERE r.import = $1 LIMIT $2)";
}
