//! Holders. Name and number are sealed: the table alone tells nobody who they are.

use liangzheng_core::time::UnixTime;
use serde::{Deserialize, Serialize};

use crate::domain::actor::holder::{Holder, HolderNumber};
use crate::domain::clock::Entropy;
use crate::domain::ids::HolderId;
use crate::secrets::Secrets;
use crate::storage::sql::{among, columns, each, execute, one, statements};
use crate::storage::{StorageError, Tx};

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
    id_type: String,
    number: String,
}

/// Adds a holder; false if there is one with its number.
pub async fn insert(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    holder: &Holder,
) -> Result<bool, StorageError> {
    Ok(insert_all(tx, secrets, entropy, std::slice::from_ref(holder)).await? == 1)
}

/// Adds holders; how many had no number that is here already.
pub async fn insert_all(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    holders: &[Holder],
) -> Result<u64, StorageError> {
    let mut rows = Vec::with_capacity(holders.len());
    for holder in holders {
        let keys = (secrets.holder_key(&holder.number), secrets.holder_name_key(&holder.name));
        rows.push((holder, seal(secrets, entropy, holder)?, keys));
    }
    each!(tx, INSERT, rows, |row| [
        row.0.id,
        row.0.kind.as_str(),
        &row.2.0[..],
        &row.2.1[..],
        &row.1,
        row.0.created_at.0
    ])
}

/// Writes the latest name of a holder.
pub async fn rename(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    holder: &Holder,
) -> Result<(), StorageError> {
    let sealed = seal(secrets, entropy, holder)?;
    let key = secrets.holder_name_key(&holder.name);
    execute!(tx, RENAME, holder.id, &sealed, &key[..]).map(drop)
}

/// A holder by its id.
pub async fn find(tx: &mut Tx, secrets: &Secrets, id: HolderId) -> Result<Option<Holder>, StorageError> {
    let row: Option<HolderRow> = one!(tx, FIND, id)?;
    row.map(|row| open(row, secrets)).transpose()
}

/// The holder with this number.
pub async fn find_by_number(
    tx: &mut Tx,
    secrets: &Secrets,
    number: &HolderNumber,
) -> Result<Option<Holder>, StorageError> {
    let key = secrets.holder_key(number);
    let row: Option<HolderRow> = one!(tx, FIND_BY_NUMBER, &key[..])?;
    row.map(|row| open(row, secrets)).transpose()
}

/// The holders who have one of these keys, as [`Secrets::holder_key`] makes them.
pub async fn find_by_keys(
    tx: &mut Tx,
    secrets: &Secrets,
    keys: &[[u8; 32]],
) -> Result<Vec<Holder>, StorageError> {
    let rows: Vec<HolderRow> = among!(tx, FIND_BY_KEYS, [], keys, |key| &key[..])?;
    rows.into_iter().map(|row| open(row, secrets)).collect()
}

/// Holds a holder until the transaction ends: what is decided on whether it has an account is decided by one at a time.
pub async fn hold(tx: &mut Tx, id: HolderId) -> Result<(), StorageError> {
    execute!(tx, HOLD, id).map(drop)
}

fn seal(secrets: &Secrets, entropy: &dyn Entropy, holder: &Holder) -> Result<Vec<u8>, StorageError> {
    let person = Person {
        name: holder.name.clone(),
        id_type: holder.number.id_type().to_owned(),
        number: holder.number.number().to_owned(),
    };
    let plain = serde_json::to_vec(&person).map_err(|_| inconsistent(holder.id))?;
    Ok(secrets.seal(&place(holder.id), &plain, entropy))
}

fn open(row: HolderRow, secrets: &Secrets) -> Result<Holder, StorageError> {
    let plain = secrets.open(&place(row.id), &row.person).map_err(|_| inconsistent(row.id))?;
    let person: Person = serde_json::from_slice(&plain).map_err(|_| inconsistent(row.id))?;
    let kind = row.kind.parse().map_err(|_| StorageError::Inconsistent {
        table: "actor_holder",
        column: "kind",
        row: row.id.to_string(),
    })?;
    Ok(Holder {
        id: row.id,
        kind,
        name: person.name,
        number: HolderNumber::new(&person.id_type, &person.number).map_err(|_| inconsistent(row.id))?,
        created_at: UnixTime(row.created_at),
    })
}

fn place(id: HolderId) -> String {
    format!("holder.person/{id}")
}

fn inconsistent(id: HolderId) -> StorageError {
    StorageError::Inconsistent { table: "actor_holder", column: "person", row: id.to_string() }
}

columns!(holder = "id, kind, person, created_at");

statements! {
    INSERT = "INSERT INTO actor_holder (id, kind, number_hmac, name_hmac, person, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    RENAME = "UPDATE actor_holder SET person = $2, name_hmac = $3 WHERE id = $1";
    FIND = concat!("SELECT ", holder!(), " FROM actor_holder WHERE id = $1");
    HOLD = "UPDATE actor_holder SET kind = kind WHERE id = $1";
    FIND_BY_KEYS = concat!("SELECT ", holder!(), " FROM actor_holder WHERE number_hmac IN ($1)");
    FIND_BY_NUMBER = concat!("SELECT ", holder!(), " FROM actor_holder WHERE number_hmac = $1");
}
