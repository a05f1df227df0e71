//! Who is one person under two accounts: for acts that two persons must do.

use crate::domain::actor::holder::HolderNumber;
use crate::domain::ids::AccountId;
use crate::secrets::Secrets;
use crate::storage::actor::{account, holder, person};
use crate::storage::{StorageError, Tx};

/// Whether two accounts are one person's: the same account, or accounts that go by the same number, be it a holder's or
/// that of a member of staff.
pub async fn is_same(tx: &mut Tx, one: AccountId, other: AccountId) -> Result<bool, StorageError> {
    if one == other {
        return Ok(true);
    }
    let numbers = person::numbers(tx, one).await?;
    let others = person::numbers(tx, other).await?;
    Ok(numbers.iter().any(|number| others.contains(number)))
}

/// Whether `account` is the person of one of `accounts`.
pub async fn is_among(tx: &mut Tx, accounts: &[AccountId], account: AccountId) -> Result<bool, StorageError> {
    for other in accounts {
        if is_same(tx, *other, account).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whose an account is, by name and number: the holder, or who was entered as a member of staff; `None` where nobody was.
pub async fn identity(
    tx: &mut Tx,
    secrets: &Secrets,
    id: AccountId,
) -> Result<Option<(String, HolderNumber)>, StorageError> {
    let holder = match account::find(tx, id).await?.and_then(|row| row.holder) {
        Some(holder) => holder::find(tx, secrets, holder).await?,
        None => None,
    };
    match holder {
        Some(holder) => Ok(Some((holder.name, holder.number))),
        None => person::find(tx, secrets, id).await,
    }
}

/// What an account is called; `None` if it is not there.
pub async fn name(tx: &mut Tx, secrets: &Secrets, id: AccountId) -> Result<Option<String>, StorageError> {
    let row = account::find(tx, id).await?;
    row.map(|row| account::open_name(secrets, id, &row.name)).transpose()
}
