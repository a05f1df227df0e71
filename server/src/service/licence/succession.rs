//! The licences of a unit whose work moves to others (R25), and what their holders asked.

use std::collections::HashMap;

use crate::App;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::unit::Succession;
use crate::domain::ids::HolderId;
use crate::service::work::Work;
use crate::storage::StorageError;
use crate::storage::actor::holder;
use crate::storage::licence::{record, request};

/// Puts the licences of `from` into the hands of who takes each over. What was issued stays as it is: identifier and face
/// name the unit that issued it, and no version is counted.
pub async fn move_licences(
    app: &App,
    work: &mut Work<'_>,
    from: Uscc,
    succession: &Succession,
) -> Result<(), StorageError> {
    for part in &succession.split {
        for kind in &part.kinds {
            record::move_unit(&mut work.tx, from, Some(*kind), part.to).await?;
        }
    }
    if succession.heirs_by_region().next().is_some() {
        move_by_region(app, work, from, succession).await?;
    }
    record::move_unit(&mut work.tx, from, None, succession.to).await?;
    request::follow_licences(&mut work.tx, from).await
}

/// By their holders' numbers, which are sealed: so each is looked at.
async fn move_by_region(
    app: &App,
    work: &mut Work<'_>,
    from: Uscc,
    succession: &Succession,
) -> Result<(), StorageError> {
    let mut heirs: HashMap<HolderId, Uscc> = HashMap::new();
    for (id, holder_id) in record::held_of_unit(&mut work.tx, from).await? {
        let heir = match heirs.get(&holder_id) {
            Some(heir) => *heir,
            None => {
                let found = holder::find(&mut work.tx, &app.secrets, holder_id).await?;
                let heir = found.map_or(succession.to, |holder| succession.heir_in(&holder.number));
                heirs.insert(holder_id, heir);
                heir
            }
        };
        if heir != succession.to {
            record::give_to(&mut work.tx, id, heir).await?;
        }
    }
    Ok(())
}
