//! The platform's own unit and its first managers: the only accounts that nobody gives (docs/REQUIREMENTS.md, D).
//!
//! From then on roles are given by managers, two of them together; so `init` takes two at best.

use liangzheng_core::time::UnixTime;
use zeroize::Zeroizing;

use crate::domain::actor::membership::Role;
use crate::domain::catalogue::unit::Unit;
use crate::domain::clock::Entropy;
use crate::domain::ids::AccountId;
use crate::secrets::Secrets;
use crate::service::actor::password::{PasswordError, Passwords, invented};
use crate::service::catalogue;
use crate::service::work::Work;
use crate::storage::actor::account::{self, AccountRow};
use crate::storage::actor::membership;
use crate::storage::{Db, StorageError};

/// A manager to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstManager {
    /// What he types.
    pub login: String,
    /// The person's name.
    pub name: String,
}

/// Why nobody was entered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FoundingError {
    /// There is such a unit.
    #[error("the database holds a unit {unit} already")]
    UnitTaken {
        /// Its code.
        unit: String,
    },
    /// There is such an account.
    #[error("the login {login:?} is taken")]
    LoginTaken {
        /// The login.
        login: String,
    },
    /// A password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Whether anybody has an account.
pub async fn has_accounts(db: &Db) -> Result<bool, StorageError> {
    let mut tx = db.begin_read().await?;
    let any = account::any(&mut tx).await?;
    tx.commit().await?;
    Ok(any)
}

/// Enters `unit` with `managers`, all or nothing; gives their first passwords, in order.
pub async fn found(
    db: &Db,
    passwords: &Passwords,
    secrets: &Secrets,
    unit: &Unit,
    managers: &[FirstManager],
    entropy: &dyn Entropy,
    now: UnixTime,
) -> Result<Vec<Zeroizing<String>>, FoundingError> {
    // Hashes first: the one writer must not wait for Argon2.
    let mut given = Vec::with_capacity(managers.len());
    for _ in managers {
        let password = Zeroizing::new(invented(entropy));
        let hash = passwords.hash(&password, [0; 32], entropy).await?;
        given.push((password, hash));
    }
    let mut work = Work::without_server(db, now).await?;
    if !catalogue::unit::register(&mut work, unit).await? {
        return Err(FoundingError::UnitTaken { unit: unit.id.to_string() });
    }
    for (manager, (_, hash)) in managers.iter().zip(&given) {
        let id = AccountId::generate(now, entropy);
        let row = AccountRow {
            id,
            login: manager.login.clone(),
            name: account::seal_name(secrets, entropy, id, &manager.name),
            holder: None,
            password: hash.clone(),
            pin: None,
            pin_failures: 0,
            pin_shut_until: 0,
            disabled_at: None,
            created_at: now.0,
        };
        if !account::insert(&mut work.tx, &row).await? {
            return Err(FoundingError::LoginTaken { login: manager.login.clone() });
        }
        membership::insert(&mut work.tx, row.id, unit.id, now).await?;
        membership::give_role(&mut work.tx, row.id, Role::Manager, None).await?;
        work.audit("make manager", &row.id.to_string(), None).await?;
    }
    work.finish().await?;
    Ok(given.into_iter().map(|(password, _)| password).collect())
}
