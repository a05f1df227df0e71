//! Registered clients, and the assertions of theirs that were used. Keys are public; a client acts through an account that
//! no person logs in to, whose membership holds its unit and roles.

use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use serde::{Deserialize, Serialize};

use crate::domain::actor::client::{Client, ClientKey, KeyMaterial};
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AccountId, ClientId, SessionId};
use crate::storage::actor::membership;
use crate::storage::sql::{all, columns, execute, one, one_value, statements, values};
use crate::storage::{StorageError, Tx};

#[derive(sqlx::FromRow)]
struct ClientRow {
    id: ClientId,
    account: AccountId,
    unit: Uscc,
    names: String,
    matters: String,
    keys: String,
    created_at: i64,
}

/// A key as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKey {
    kid: String,
    alg: String,
    kty: String,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

/// Registers a client, whose account and membership are there.
pub async fn insert(tx: &mut Tx, client: &Client) -> Result<(), StorageError> {
    let broken = |column| inconsistent(client.id, column);
    let names = serde_json::to_string(&client.names).map_err(|_| broken("names"))?;
    let matters = serde_json::to_string(&client.matters).map_err(|_| broken("matters"))?;
    let keys: Vec<StoredKey> = client.keys.iter().map(StoredKey::from).collect();
    let keys = serde_json::to_string(&keys).map_err(|_| broken("keys"))?;
    let (id, account) = (client.id, client.account);
    execute!(tx, INSERT, id, account, &names, &matters, &keys, client.created_at.0).map(drop)
}

/// A client that has not ended, with the roles it has now.
pub async fn find(tx: &mut Tx, id: ClientId, now: UnixTime) -> Result<Option<Client>, StorageError> {
    let row: Option<ClientRow> = one!(tx, FIND, id)?;
    let Some(row) = row else { return Ok(None) };
    let membership = membership::of_account(tx, row.account, now).await?;
    open(row, membership.map(|membership| membership.roles).unwrap_or_default()).map(Some)
}

/// The matters that the client may fetch for that acts through an account; none if it has ended.
pub async fn matters_of(tx: &mut Tx, account: AccountId) -> Result<Vec<String>, StorageError> {
    let matters: Option<String> = one_value!(tx, MATTERS_OF, account)?;
    let Some(matters) = matters else { return Ok(Vec::new()) };
    serde_json::from_str(&matters).map_err(|_| StorageError::Inconsistent {
        table: "actor_client",
        column: "matters",
        row: account.to_string(),
    })
}

/// The clients after `after` in the order of their registration, `limit` at most.
pub async fn list(tx: &mut Tx, after: &str, limit: i64, now: UnixTime) -> Result<Vec<Client>, StorageError> {
    let rows: Vec<ClientRow> = all!(tx, LIST, after, limit)?;
    let held: Vec<(AccountId, String)> = all!(tx, LIST_ROLES, after, limit, now.0)?;
    let roles_of = |account: AccountId| {
        held.iter()
            .filter(|(holder, _)| *holder == account)
            .filter_map(|(_, word)| word.parse().ok())
            .collect()
    };
    rows.into_iter()
        .map(|row| {
            let roles = roles_of(row.account);
            open(row, roles)
        })
        .collect()
}

/// Ends a client; false if it had ended.
pub async fn end(tx: &mut Tx, id: ClientId, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, END, id, now.0)? == 1)
}

/// Takes an assertion; false if it was used before.
pub async fn use_assertion(
    tx: &mut Tx,
    assertion_hmac: &[u8; 32],
    expires_at: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, USE_ASSERTION, &assertion_hmac[..], expires_at.0)? == 1)
}

/// Forgets assertions that are over.
pub async fn forget_assertions(tx: &mut Tx, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET_ASSERTIONS, now.0).map(drop)
}

/// The open sessions that people began through a client.
pub async fn sessions_through(
    tx: &mut Tx,
    id: ClientId,
    now: UnixTime,
) -> Result<Vec<SessionId>, StorageError> {
    values!(tx, SESSIONS_THROUGH, id, now.0)
}

fn open(row: ClientRow, roles: Vec<Role>) -> Result<Client, StorageError> {
    let broken = |column| inconsistent(row.id, column);
    let names: Text = serde_json::from_str(&row.names).map_err(|_| broken("names"))?;
    let matters = serde_json::from_str(&row.matters).map_err(|_| broken("matters"))?;
    let keys: Vec<StoredKey> = serde_json::from_str(&row.keys).map_err(|_| broken("keys"))?;
    let keys = keys.into_iter().map(StoredKey::read).collect::<Option<_>>().ok_or_else(|| broken("keys"))?;
    Ok(Client {
        id: row.id,
        account: row.account,
        unit: row.unit,
        names,
        roles,
        matters,
        keys,
        created_at: UnixTime(row.created_at),
    })
}

impl From<&ClientKey> for StoredKey {
    fn from(key: &ClientKey) -> Self {
        let (kty, x, y, n, e) = match key.material.clone() {
            KeyMaterial::P256 { x, y } => ("EC", Some(x), Some(y), None, None),
            KeyMaterial::Ed25519 { x } => ("OKP", Some(x), None, None, None),
            KeyMaterial::Rsa { n, e } => ("RSA", None, None, Some(n), Some(e)),
        };
        Self { kid: key.kid.clone(), alg: key.algorithm.to_string(), kty: kty.to_owned(), x, y, n, e }
    }
}

impl StoredKey {
    fn read(self) -> Option<ClientKey> {
        let material = match (self.kty.as_str(), self.x, self.y, self.n, self.e) {
            ("EC", Some(x), Some(y), None, None) => KeyMaterial::P256 { x, y },
            ("OKP", Some(x), None, None, None) => KeyMaterial::Ed25519 { x },
            ("RSA", None, None, Some(n), Some(e)) => KeyMaterial::Rsa { n, e },
            _ => return None,
        };
        Some(ClientKey { kid: self.kid, algorithm: self.alg.parse().ok()?, material })
    }
}

fn inconsistent(id: ClientId, column: &'static str) -> StorageError {
    StorageError::Inconsistent { table: "actor_client", column, row: id.to_string() }
}

// The unit is the membership's: it moves with the unit's work.
columns!(
    client = "id, account, (SELECT m.unit FROM actor_membership m WHERE m.account = actor_client.account) AS unit, \
        names, matters, keys, created_at"
);

statements! {
    INSERT = "INSERT INTO actor_client (id, account, names, matters, keys, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    FIND = concat!("SELECT ", client!(), " FROM actor_client WHERE id = $1 AND ended_at IS NULL");
    MATTERS_OF = "SELECT matters FROM actor_client WHERE account = $1 AND ended_at IS NULL";
    // As `membership::of_account` has them: none of a unit that does not work.
    LIST_ROLES = "SELECT r.account, r.role FROM actor_membership_role r \
        JOIN actor_membership m ON m.account = r.account JOIN catalogue_unit u ON u.id = m.unit \
        WHERE r.account IN (SELECT account FROM actor_client WHERE id > $1 AND ended_at IS NULL ORDER BY id LIMIT $2) \
        AND m.disabled_at IS NULL AND u.state = 'active' AND (r.ends_at IS NULL OR r.ends_at > $3) \
        ORDER BY r.account, r.role";
    LIST = concat!("SELECT ", client!(), " FROM actor_client WHERE id > $1 AND ended_at IS NULL ORDER BY id LIMIT $2");
    END = "UPDATE actor_client SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    USE_ASSERTION = "INSERT INTO actor_client_assertion (assertion_hmac, expires_at) VALUES ($1, $2) \
        ON CONFLICT DO NOTHING";
    FORGET_ASSERTIONS = "DELETE FROM actor_client_assertion WHERE expires_at < $1";
    SESSIONS_THROUGH = "SELECT id FROM actor_session WHERE client = $1 AND expires_at > $2 AND ended_at IS NULL";
}
