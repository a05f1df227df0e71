//! Acts done to licences. Append only: there is no update and no delete.

use crate::domain::catalogue::codes::Uscc;
use crate::domain::clock::Entropy;
use crate::domain::ids::{AccountId, ActId, LicenceId, ProposalId};
use crate::secrets::Secrets;
use crate::storage::sql::{all, columns, each, one, statements};
use crate::storage::{StorageError, Tx};

/// One act, as recorded.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ActRow {
    /// Its id.
    pub id: ActId,
    /// The licence.
    pub licence: LicenceId,
    /// The licence's version after the act.
    pub licence_version: i64,
    /// The act's name.
    pub act: String,
    /// The status before.
    pub from_status: String,
    /// The status after.
    pub to_status: String,
    /// Why, in the words of who did it, as [`seal_reason`] makes them.
    pub reason: Vec<u8>,
    /// On what legal basis.
    pub legal_basis: String,
    /// Who did it.
    pub account: AccountId,
    /// On what footing, as [`crate::domain::actor::membership::Footing::as_str`].
    pub footing: String,
    /// For which unit.
    pub unit: Uscc,
    /// From when it counts in law.
    pub effective_at: i64,
    /// When it was recorded.
    pub at: i64,
    /// Who confirmed it, of what two persons do.
    pub confirmed_by: Option<AccountId>,
    /// The proposal that was confirmed.
    pub proposal: Option<ProposalId>,
    /// Last day of a seizure, or on which an inspection counts: YYYYMMDD.
    pub last_day: Option<i64>,
    /// Number of the paper licence to which the same was done, as [`seal_physical`] makes it.
    pub physical: Option<Vec<u8>>,
}

/// The reason of an act as it is kept: sealed, since it may name persons.
pub fn seal_reason(secrets: &Secrets, entropy: &dyn Entropy, id: ActId, reason: &str) -> Vec<u8> {
    secrets.seal_text(&place(id), reason, entropy)
}

/// What [`seal_reason`] sealed.
pub fn open_reason(secrets: &Secrets, act: &ActRow) -> Result<String, StorageError> {
    secrets.open_text(&place(act.id), &act.reason).map_err(|_| StorageError::Inconsistent {
        table: "licence_act",
        column: "reason",
        row: act.id.to_string(),
    })
}

/// The number of a paper licence as it is kept: sealed, since it names its holder.
pub fn seal_physical(secrets: &Secrets, entropy: &dyn Entropy, id: ActId, number: &str) -> Vec<u8> {
    secrets.seal_text(&place_of_physical(id), number, entropy)
}

/// What [`seal_physical`] sealed, if there is any.
pub fn open_physical(secrets: &Secrets, act: &ActRow) -> Result<Option<String>, StorageError> {
    let Some(sealed) = &act.physical else { return Ok(None) };
    let opened = secrets.open_text(&place_of_physical(act.id), sealed);
    opened.map(Some).map_err(|_| StorageError::Inconsistent {
        table: "licence_act",
        column: "physical",
        row: act.id.to_string(),
    })
}

fn place(id: ActId) -> String {
    format!("act.reason/{id}")
}

fn place_of_physical(id: ActId) -> String {
    format!("act.physical/{id}")
}

/// Records an act.
pub async fn append(tx: &mut Tx, row: &ActRow) -> Result<(), StorageError> {
    append_all(tx, std::slice::from_ref(row)).await
}

/// Records acts.
pub async fn append_all(tx: &mut Tx, rows: &[ActRow]) -> Result<(), StorageError> {
    each!(tx, APPEND, rows, |row| [
        row.id,
        row.licence,
        row.licence_version,
        &row.act,
        &row.from_status,
        &row.to_status,
        &row.reason,
        &row.legal_basis,
        row.account,
        &row.footing,
        row.unit,
        row.effective_at,
        row.at,
        row.confirmed_by,
        row.proposal,
        row.last_day,
        &row.physical,
    ])
    .map(drop)
}

/// The acts on a licence, oldest first.
pub async fn of_licence(tx: &mut Tx, licence: LicenceId) -> Result<Vec<ActRow>, StorageError> {
    all!(tx, OF_LICENCE, licence)
}

/// The newest act on a licence.
pub async fn last_of(tx: &mut Tx, licence: LicenceId) -> Result<Option<ActRow>, StorageError> {
    one!(tx, LAST_OF, licence)
}

/// The newest act that brought a licence to a status from another.
pub async fn last_to(tx: &mut Tx, licence: LicenceId, status: &str) -> Result<Option<ActRow>, StorageError> {
    one!(tx, LAST_TO, licence, status)
}

columns!(
    act = "id, licence, licence_version, act, from_status, to_status, reason, legal_basis, account, footing, unit, \
        effective_at, at, confirmed_by, proposal, last_day, physical"
);

statements! {
    APPEND = concat!("INSERT INTO licence_act (", act!(), ") \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)");
    LAST_TO = concat!("SELECT ", act!(), " FROM licence_act WHERE licence = $1 AND to_status = $2 \
        AND from_status <> to_status ORDER BY licence_version DESC LIMIT 1");
    LAST_OF = concat!("SELECT ", act!(), " FROM licence_act WHERE licence = $1 \
        ORDER BY licence_version DESC LIMIT 1");
    OF_LICENCE = concat!("SELECT ", act!(), " FROM licence_act WHERE licence = $1 ORDER BY licence_version");
}
