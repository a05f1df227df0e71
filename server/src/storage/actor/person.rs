//! Who members of staff are. Name and number are sealed; an account is found by an HMAC of the number.

use serde::{Deserialize, Serialize};

use crate::domain::actor::holder::HolderNumber;
use crate::domain::clock::Entropy;
use crate::domain::ids::AccountId;
use crate::secrets::Secrets;
use crate::storage::sql::{execute, one_value, statements, values};
use crate::storage::{StorageError, Tx};

/// What is sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    name: String,
    id_type: String,
    number: String,
}

/// Says who an account is; false if another account is that person already.
pub async fn insert(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    account: AccountId,
    name: &str,
    number: &HolderNumber,
) -> Result<bool, StorageError> {
    let person = Person {
        name: name.to_owned(),
        id_type: number.id_type().to_owned(),
        number: number.number().to_owned(),
    };
    let plain = serde_json::to_vec(&person).map_err(|_| inconsistent(account))?;
    let sealed = secrets.seal(&place(account), &plain, entropy);
    let key = secrets.holder_key(number);
    Ok(execute!(tx, INSERT, account, &key[..], &sealed)? == 1)
}

/// The numbers that an account goes by, as HMACs: as a member of staff and as a holder. One person has one number, under
/// however many accounts.
pub async fn numbers(tx: &mut Tx, account: AccountId) -> Result<Vec<Vec<u8>>, StorageError> {
    values!(tx, NUMBERS, account)
}

/// Name and number of a member of staff, as they were entered.
pub async fn find(
    tx: &mut Tx,
    secrets: &Secrets,
    account: AccountId,
) -> Result<Option<(String, HolderNumber)>, StorageError> {
    let sealed: Option<Vec<u8>> = one_value!(tx, FIND, account)?;
    let Some(sealed) = sealed else { return Ok(None) };
    let plain = secrets.open(&place(account), &sealed).map_err(|_| inconsistent(account))?;
    let Person { name, id_type, number } =
        serde_json::from_slice(&plain).map_err(|_| inconsistent(account))?;
    let number = HolderNumber::new(&id_type, &number).map_err(|_| inconsistent(account))?;
    Ok(Some((name, number)))
}

/// The account of the person with this number, as a member of staff or as a holder.
pub async fn account_of(
    tx: &mut Tx,
    secrets: &Secrets,
    number: &HolderNumber,
) -> Result<Option<AccountId>, StorageError> {
    let key = secrets.holder_key(number);
    one_value!(tx, ACCOUNT_OF, &key[..])
}

fn place(account: AccountId) -> String {
    format!("person.person/{account}")
}

fn inconsistent(account: AccountId) -> StorageError {
    StorageError::Inconsistent { table: "actor_person", column: "person", row: account.to_string() }
}

statements! {
    INSERT = "INSERT INTO actor_person (account, number_hmac, person) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    FIND = "SELECT person FROM actor_person WHERE account = $1";
    NUMBERS = "SELECT number_hmac FROM actor_person WHERE account = $1 UNION \
        SELECT h.number_hmac FROM actor_account a JOIN actor_holder h ON h.id = a.holder WHERE a.id = $1";
    ACCOUNT_OF = "SELECT account FROM actor_person WHERE number_hmac = $1 \
        UNION SELECT a.id FROM actor_account a JOIN actor_holder h ON h.id = a.holder WHERE h.number_hmac = $1 LIMIT 1";
}
