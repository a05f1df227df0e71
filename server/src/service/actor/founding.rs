//! The platform's own unit and its first managers: the only accounts that nobody gives (docs/REQUIREMENTS.md, D).
//!
//! From then on roles are given by managers, two of them together; so `init` takes two at best.

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

/// A password to begin with, and what is kept of it.
pub struct FirstPassword {
    /// To be told once.
    pub password: Zeroizing<String>,
    hash: String,
}

/// Invents first passwords; before the transaction, since the one writer must not wait for Argon2.
pub async fn first_passwords(
    passwords: &Passwords,
    count: usize,
    entropy: &dyn Entropy,
) -> Result<Vec<FirstPassword>, PasswordError> {
    let mut given = Vec::with_capacity(count);
    for _ in 0..count {
        let password = Zeroizing::new(invented(entropy));
        let hash = passwords.hash(&password, [0; 32], entropy).await?;
        given.push(FirstPassword { password, hash });
    }
    Ok(given)
}

/// Enters `unit` with `managers`, who get the passwords in `given`, in order.
pub async fn found(
    work: &mut Work<'_>,
    secrets: &Secrets,
    unit: &Unit,
    managers: &[FirstManager],
    given: &[FirstPassword],
    entropy: &dyn Entropy,
) -> Result<(), FoundingError> {
    let now = work.now;
    if !catalogue::unit_commands::register(work, unit).await? {
        return Err(FoundingError::UnitTaken { unit: unit.id.to_string() });
    }
    for (manager, FirstPassword { hash, .. }) in managers.iter().zip(given) {
        let id = AccountId::generate(now, entropy);
        let row = AccountRow {
            password: Some(hash.clone()),
            ..AccountRow::new(secrets, entropy, id, manager.login.clone(), &manager.name, now)
        };
        if !account::insert(&mut work.tx, &row).await? {
            return Err(FoundingError::LoginTaken { login: manager.login.clone() });
        }
        membership::insert(&mut work.tx, row.id, unit.id, now).await?;
        membership::give_role(&mut work.tx, row.id, Role::Manager, None).await?;
        work.audit("make manager", &row.id.to_string(), None).await?;
    }
    Ok(())
}
