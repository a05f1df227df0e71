//! What programs of issuing units handed in, with the files that came along.

use crate::domain::clock::Entropy;
use crate::domain::ids::{AccountId, LicenceId, SubmissionId};
use crate::secrets::Secrets;
use crate::storage::sql::{columns, execute, one, one_value, statements, values};
use crate::storage::{StorageError, Tx};

/// One submission, without its file.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SubmissionRow {
    /// Its id.
    pub id: SubmissionId,
    /// The draft that was made of it, which is the licence's id.
    pub licence: LicenceId,
    /// Of the program.
    pub account: AccountId,
    /// `ofd` or `pdf`, if a file came.
    pub file_format: Option<String>,
    /// SHA-256 of the file, in hexadecimal.
    pub file_hash: Option<String>,
    /// What its own seals said when it came.
    pub file_verdict: Option<String>,
    /// When it came.
    pub at: i64,
}

/// Keeps a submission with its file.
pub async fn insert(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    row: &SubmissionRow,
    file: Option<&[u8]>,
) -> Result<(), StorageError> {
    let sealed = file.map(|file| secrets.seal(&place(row.id), file, entropy));
    let (format, hash, verdict) = (&row.file_format, &row.file_hash, &row.file_verdict);
    execute!(
        tx,
        INSERT,
        row.id,
        row.licence,
        row.account,
        sealed.as_deref(),
        format.as_deref(),
        hash.as_deref(),
        verdict.as_deref(),
        row.at
    )
    .map(drop)
}

/// A submission. Whether the caller may see it is asked with its draft.
pub async fn find(tx: &mut Tx, id: SubmissionId) -> Result<Option<SubmissionRow>, StorageError> {
    one!(tx, FIND, id)
}

/// The submission that a draft or licence comes of.
pub async fn of_licence(tx: &mut Tx, licence: LicenceId) -> Result<Option<SubmissionRow>, StorageError> {
    one!(tx, OF_LICENCE, licence)
}

/// The file that came along.
pub async fn file(tx: &mut Tx, secrets: &Secrets, id: SubmissionId) -> Result<Option<Vec<u8>>, StorageError> {
    let sealed: Option<Option<Vec<u8>>> = one_value!(tx, FILE, id)?;
    let open = |sealed: Vec<u8>| {
        secrets.open(&place(id), &sealed).map_err(|_| StorageError::Inconsistent {
            table: "issuing_submission",
            column: "file",
            row: id.to_string(),
        })
    };
    sealed.flatten().map(open).transpose()
}

/// Drafts that were handed in while the register was away, and for which it has answered meanwhile.
pub async fn answered(tx: &mut Tx, limit: i64) -> Result<Vec<LicenceId>, StorageError> {
    values!(tx, ANSWERED, limit)
}

fn place(id: SubmissionId) -> String {
    format!("submission.file/{id}")
}

columns!(submission = "id, licence, account, file_format, file_hash, file_verdict, at");

statements! {
    INSERT = "INSERT INTO issuing_submission (id, licence, account, file, file_format, file_hash, file_verdict, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    FIND = concat!("SELECT ", submission!(), " FROM issuing_submission WHERE id = $1");
    OF_LICENCE = concat!("SELECT ", submission!(), " FROM issuing_submission WHERE licence = $1");
    FILE = "SELECT file FROM issuing_submission WHERE id = $1";
    // Version 1: nobody has handed it in or mended it yet.
    ANSWERED = "SELECT s.licence FROM issuing_submission s JOIN issuing_draft d ON d.id = s.licence \
        WHERE d.state = 'DRAFT' AND d.version = 1 AND d.register_state IN ('matched', 'not_configured') \
        ORDER BY s.id LIMIT $1";
}
