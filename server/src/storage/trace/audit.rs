//! What commands did. Append only.

use crate::domain::actor::membership::Footing;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::AccountId;
use crate::storage::sql::{all, each, statements};
use crate::storage::{StorageError, Tx};

/// One command, to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct AuditRow<'a> {
    /// Unix seconds.
    pub at: i64,
    /// Who did it; `None` for a job of the server, or its command line.
    pub account: Option<AccountId>,
    /// On what footing.
    pub footing: Option<Footing>,
    /// For which unit a member acted.
    pub unit: Option<Uscc>,
    /// What was done.
    pub action: &'a str,
    /// Id of what it was done to.
    pub object: &'a str,
    /// Why, where a reason is asked; sealed, since it may name persons.
    pub reason: Option<&'a [u8]>,
}

/// One command as recorded: what was done, by which account, for which unit, why.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Audited {
    /// Unix seconds.
    pub at: i64,
    /// What was done.
    pub action: String,
    /// Who did it; `None` for a job of the server, or its command line.
    pub account: Option<AccountId>,
    /// On what footing, as [`Footing::as_str`].
    pub footing: Option<String>,
    /// For which unit a member acted.
    pub unit: Option<Uscc>,
    /// Why, where a reason is asked; sealed.
    pub reason: Option<Vec<u8>>,
}

/// Records commands.
pub async fn append(tx: &mut Tx, rows: &[AuditRow<'_>]) -> Result<(), StorageError> {
    each!(tx, APPEND, rows, |row| [
        row.at,
        row.account,
        row.footing.map(Footing::as_str),
        row.unit,
        row.action,
        row.object,
        row.reason,
    ])
    .map(drop)
}

/// What was done to an object, oldest first.
pub async fn of_object(tx: &mut Tx, object: &str) -> Result<Vec<Audited>, StorageError> {
    all!(tx, OF_OBJECT, object)
}

statements! {
    APPEND = "INSERT INTO trace_audit (at, account, footing, unit, action, object, reason) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    OF_OBJECT = "SELECT at, action, account, footing, unit, reason FROM trace_audit WHERE object = $1 ORDER BY seq";
}
