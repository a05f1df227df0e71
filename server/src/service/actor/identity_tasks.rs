//! Identities of the identity provider that fitted no holder: what was said of each, for the manager, who finds out whether a
//! licence bears another name, and ends the task when he has seen to it.

use liangzheng_core::trust::Mask;
use serde::{Deserialize, Serialize};

use super::oidc::Identity;
use crate::App;
use crate::domain::ids::IdentityTaskId;
use crate::service::work::Work;
use crate::storage::actor::identity as stored;
use crate::storage::{StorageError, Tx};

/// Somebody who was not let in.
#[derive(Clone, Debug)]
pub struct IdentityTask {
    /// The task.
    pub id: IdentityTaskId,
    /// The person's name, as the provider said.
    pub name: String,
    /// The type of document.
    pub id_type: String,
    /// The number, masked: enough to find the licence with whoever stands at the counter.
    pub id_number: String,
    /// The last try, in unix seconds.
    pub at: i64,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    name: String,
    id_type: String,
    id_number: String,
}

/// Leaves word of somebody whom nothing fitted, once for each identity.
pub(super) async fn leave(
    app: &App,
    work: &mut Work<'_>,
    identity: &Identity,
    key: &[u8; 32],
) -> Result<(), StorageError> {
    let said = Said {
        name: identity.name.clone(),
        id_type: identity.id_type.clone(),
        id_number: identity.id_number.clone(),
    };
    let said = serde_json::to_string(&said).unwrap_or_default();
    let sealed = app.secrets.seal_text(&stored::place_of_said(key), &said, &*app.entropy);
    let id = IdentityTaskId::generate(work.now, &*app.entropy);
    stored::leave_task(&mut work.tx, id, key, &sealed, work.now).await
}

/// Those that wait, the longest waiting first.
pub async fn list(app: &App, tx: &mut Tx, limit: i64) -> Result<Vec<IdentityTask>, StorageError> {
    let mut tasks = Vec::new();
    for row in stored::tasks(tx, limit).await? {
        let broken = || StorageError::Inconsistent {
            table: "actor_identity_task",
            column: "said",
            row: row.id.to_string(),
        };
        let said = app.secrets.open_text(&stored::place_of_said(&row.identity_hmac), &row.said);
        let said: Said = serde_json::from_str(&said.map_err(|_| broken())?).map_err(|_| broken())?;
        let masked = Mask::IdNumber.apply(&said.id_number);
        tasks.push(IdentityTask {
            id: row.id,
            name: said.name,
            id_type: said.id_type,
            id_number: masked,
            at: row.at,
        });
    }
    Ok(tasks)
}

/// Whether there is such a task.
pub async fn is_there(tx: &mut Tx, id: IdentityTaskId) -> Result<bool, StorageError> {
    stored::has_task(tx, id).await
}

/// Ends a task; false if there is none such.
pub async fn end(work: &mut Work<'_>, id: IdentityTaskId) -> Result<bool, StorageError> {
    stored::end_task(&mut work.tx, id).await
}
