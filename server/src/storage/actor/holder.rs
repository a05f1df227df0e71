//! Holders. Name and number are sealed: the table alone tells nobody who they are.

use liangzheng_core::time::UnixTime;
use serde::{Deserialize, Serialize};

use crate::domain::actor::holder::Holder;
use crate::domain::clock::Entropy;
use crate::domain::ids::HolderId;
use crate::secrets::Secrets;
use crate::storage::{StorageError, Tx, on_conn};

#[derive(sqlx::FromRow)]
struct HolderRow {
    id: HolderId,
    kind: String,
    person: Vec<u8>,
    created_at: i64,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    name: String,
    number: String,
}

/// Adds a holder.
pub async fn insert(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    holder: &Holder,
) -> Result<(), StorageError> {
    let person = Person { name: holder.name.clone(), number: holder.number.clone() };
    let plain = serde_json::to_vec(&person).map_err(|_| inconsistent(holder.id))?;
    let sealed = secrets.seal(&place(holder.id), &plain, entropy);
    Ok(on_conn!(tx, |conn| sqlx::query(INSERT)
        .bind(holder.id)
        .bind(holder.kind.as_str())
        .bind(&sealed)
        .bind(holder.created_at.0)
        .execute(conn)
        .await
        .map(drop))?)
}

/// A holder by its id.
pub async fn find(tx: &mut Tx, secrets: &Secrets, id: HolderId) -> Result<Option<Holder>, StorageError> {
    let row: Option<HolderRow> =
        on_conn!(tx, |conn| sqlx::query_as(FIND).bind(id).fetch_optional(conn).await)?;
    row.map(|row| open(row, secrets)).transpose()
}

fn open(row: HolderRow, secrets: &Secrets) -> Result<Holder, StorageError> {
    let plain = secrets.open(&place(row.id), &row.person).map_err(|_| inconsistent(row.id))?;
    let person: Person = serde_json::from_slice(&plain).map_err(|_| inconsistent(row.id))?;
    let kind = row.kind.parse().map_err(|_| StorageError::Inconsistent {
        table: "holder",
        column: "kind",
        row: row.id.to_string(),
    })?;
    Ok(Holder {
        id: row.id,
        kind,
        name: person.name,
        number: person.number,
        created_at: UnixTime(row.created_at),
    })
}

fn place(id: HolderId) -> String {
    format!("holder.person/{id}")
}

fn inconsistent(id: HolderId) -> StorageError {
    StorageError::Inconsistent { table: "holder", column: "person", row: id.to_string() }
}

pub(super) const INSERT: &str = "INSERT INTO holder (id, kind, person, created_at) VALUES ($1, $2, $3, $4)";
pub(super) const FIND: &str = "SELECT id, kind, person, created_at FROM holder WHERE id = $1";
