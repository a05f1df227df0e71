//! The work of a unit that others take over (R25): drafts, what they wait for, cases.
//!
//! What has become a licence follows it, a draft goes by its kind or its holder, a case with what was written to it. Who had
//! taken a task works for one of the heirs now, which need not be the one that has the task: so every task is free again.

use std::collections::HashMap;

use crate::App;
use crate::domain::actor::holder::HolderNumber;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::unit::Succession;
use crate::domain::fault::Faults;
use crate::domain::ids::LicenceId;
use crate::service::work::Work;
use crate::storage::StorageError;
use crate::storage::issuing::{case, claim, draft, review};

/// A kind that the unit issued, and what its moving made of it.
#[derive(Clone, Debug)]
pub struct MovedKind {
    /// Its code.
    pub code: KindCode,
    /// The matter that ends with it.
    pub matter: String,
    /// The version that was in force, and the one that is and means the same.
    pub versions: Option<(i64, i64)>,
}

/// Gives drafts, approvals and cases of `from` to who takes each over; its licences and kinds have moved.
pub async fn move_work(
    app: &App,
    work: &mut Work<'_>,
    from: Uscc,
    succession: &Succession,
    kinds: &[MovedKind],
) -> Result<(), StorageError> {
    for MovedKind { code, versions, .. } in kinds {
        if let Some((before, now)) = *versions {
            draft::follow_kind(&mut work.tx, *code, before, now).await?;
        }
    }
    draft::follow_licences(&mut work.tx, from).await?;
    let mut heirs: HashMap<LicenceId, Uscc> = HashMap::new();
    for open in draft::open_of_unit(&mut work.tx, &app.secrets, from).await? {
        let holder = open.content.holder.person("", &mut Faults::default());
        let heir = holder.map_or(succession.heir_of(open.kind), |holder| {
            succession.heir_of_licence(open.kind, &holder.number)
        });
        draft::move_to(&mut work.tx, open.id, heir).await?;
        heirs.insert(open.id, heir);
    }
    for (id, kind) in review::owed_by(&mut work.tx, from).await? {
        let heir = heirs.get(&id).copied().unwrap_or_else(|| succession.heir_of(kind));
        review::move_owed(&mut work.tx, id, from, heir).await?;
    }
    claim::release_all_of(&mut work.tx, from).await?;
    case::follow_drafts(&mut work.tx, from).await?;
    for (id, matter, person) in case::unwritten_of_unit(&mut work.tx, &app.secrets, from).await? {
        let heir = heir_of_case(succession, kinds, &matter, &person.number);
        if heir != succession.to {
            case::move_to(&mut work.tx, id, heir).await?;
        }
    }
    case::move_all(&mut work.tx, from, succession.to).await
}

/// Who takes over every kind with which the matter can end; who takes over the region, or the rest, where there are several.
fn heir_of_case(succession: &Succession, kinds: &[MovedKind], matter: &str, holder: &HolderNumber) -> Uscc {
    let mut heirs = kinds
        .iter()
        .filter(|kind| kind.matter == matter)
        .map(|kind| succession.heir_of_licence(kind.code, holder));
    match heirs.next() {
        Some(first) if heirs.all(|other| other == first) => first,
        Some(_) | None => succession.heir_in(holder),
    }
}
