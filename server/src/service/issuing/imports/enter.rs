//! Entering rows that were numbered and sealed: each is examined again, as an approval does, and leaves behind what a draft
//! of one licence does. Many rows in few statements.

use liangzheng_core::time::UnixTime;

use super::ImportError;
use super::commit::{Bite, People, Prepared, VERSION};
use super::row;
use crate::App;
use crate::domain::ids::{HolderId, LicenceId};
use crate::domain::issuing::draft::{DraftRequest, DraftState, RegisterState, ReviewAct};
use crate::domain::issuing::person::Person;
use crate::domain::licence::Licence;
use crate::service::actor::holder::{self, Entry};
use crate::service::issuing::DraftError;
use crate::service::issuing::approve::{self, Entering};
use crate::service::issuing::drafts::WRITE;
use crate::service::issuing::examine::{Examined, Ground, examine_each};
use crate::service::issuing::seal_version::Sealer;
use crate::service::work::Work;
use crate::storage::StorageError;
use crate::storage::issuing::draft::{self, Draft, RegisterAnswer};
use crate::storage::issuing::import::Import;
use crate::storage::issuing::import_row;
use crate::storage::issuing::review::{self, ReviewRow};

/// A row that was examined again, with its holder's row.
pub(super) struct Held {
    prepared: Prepared,
    examined: Examined,
    holder: HolderId,
}

/// Examines rows again, and enters their holders; or why nothing can be done.
pub(super) async fn held(
    app: &App,
    work: &mut Work<'_>,
    ground: &Ground,
    prepared: Vec<Prepared>,
) -> Result<Result<Vec<Held>, Bite>, ImportError> {
    let now = work.now;
    let requests: Vec<&DraftRequest> = prepared.iter().map(|one| &one.request).collect();
    let mut examined = Vec::with_capacity(prepared.len());
    for (one, found) in
        prepared.iter().zip(examine_each(app, &mut work.tx, ground, &requests, None, now).await?)
    {
        match found {
            Ok(found) => examined.push(found),
            Err(error) => return Ok(Err(Bite::Row(one.line, row::faults_of(error)?))),
        }
    }
    let looked: Vec<&Examined> = examined.iter().collect();
    let suspected = row::suspected(app, &mut work.tx, ground, &looked, now).await?;
    for (one, faults) in prepared.iter().zip(suspected) {
        if let Err(faults) = faults.none() {
            return Ok(Err(Bite::Row(one.line, faults)));
        }
    }
    let is_confirmed = |one: &Prepared| one.content.register == Some(RegisterState::Matched);
    let people: Vec<(&Person, bool)> = (examined.iter().zip(&prepared))
        .map(|(found, one)| (&found.checked.holder, is_confirmed(one)))
        .collect();
    let known = examined.iter().filter_map(|found| found.known.clone());
    let Some(entries) = holder::enter_each(app, work, &people, known).await? else {
        return Ok(Err(Bite::Moved));
    };
    let mut held = Vec::with_capacity(prepared.len());
    for ((prepared, examined), entry) in prepared.into_iter().zip(examined).zip(entries) {
        match entry {
            Entry::Held(holder) => held.push(Held { prepared, examined, holder }),
            Entry::OtherName => {
                let faults = row::faults_of(DraftError::NameDiffers)?;
                return Ok(Err(Bite::Row(prepared.line, faults)));
            }
        }
    }
    Ok(Ok(held))
}

/// Enters licences, as the approval of their drafts does; false if one of the rows is carried out already.
pub(super) async fn entered(
    app: &App,
    work: &mut Work<'_>,
    import: &Import,
    ground: &Ground,
    held: Vec<Held>,
    people: People,
) -> Result<bool, ImportError> {
    let drafts: Vec<Draft> = held.iter().map(|one| draft_of(one, ground, people, work.now)).collect();
    let keyed: Vec<(&Draft, &[u8; 32])> =
        drafts.iter().zip(&held).map(|(draft, one)| (draft, &one.examined.holder_key)).collect();
    if !draft::insert_all(&mut work.tx, &app.secrets, &*app.entropy, &keyed).await? {
        return Err(StorageError::Conflict.into());
    }
    let acts: Vec<[ReviewRow; 3]> = drafts.iter().map(|draft| reviewed(draft, people)).collect();
    review::append_all(&mut work.tx, acts.as_flattened()).await?;
    let ids: Vec<LicenceId> = drafts.iter().map(|draft| draft.id).collect();
    review::approved_at_once(&mut work.tx, &ids, ground.unit, people.checker, work.now).await?;
    let licences: Vec<Licence> =
        held.iter().map(|one| Licence { holder: one.holder, ..one.prepared.licence.clone() }).collect();
    let entering: Vec<Entering<'_>> = (held.iter().zip(&licences).zip(&acts))
        .map(|((one, licence), acts)| Entering {
            licence,
            co_holders: &[],
            examined: &one.examined,
            set: &one.prepared.set,
            acts,
        })
        .collect();
    let state = app.trust.current();
    let sealer = Sealer::of(app, &state.catalogue);
    let is_part = approve::enter(app, work, &sealer, &entering, None).await.map_err(row::of_no_row)?;
    let shown: Vec<&Licence> = licences.iter().collect();
    // Nothing holds a licence that has just come to be: no cache is told of it.
    approve::show(app, work, &ground.kind, is_part, &shown).await?;
    let objects: Vec<String> = ids.iter().map(LicenceId::to_string).collect();
    work.audit_each(ReviewAct::Approve.as_str(), &objects).await?;
    let done: Vec<(i64, LicenceId)> =
        held.iter().zip(&ids).map(|(one, id)| (one.prepared.line, *id)).collect();
    Ok(import_row::carried_out(&mut work.tx, import.id, &done).await?)
}

/// The draft that a row would have been, by itself.
fn draft_of(held: &Held, ground: &Ground, people: People, now: UnixTime) -> Draft {
    let Held { prepared, examined, .. } = held;
    let register = prepared.content.register.unwrap_or(RegisterState::NotConfigured);
    Draft {
        id: prepared.licence.id,
        unit: ground.unit,
        kind: ground.kind.code,
        kind_version: ground.kind_version,
        case: examined.case,
        content: examined.checked.request.clone(),
        replaces: None,
        state: DraftState::Issued,
        register: RegisterAnswer { state: register, detail: None, at: Some(now.0) },
        maker: people.maker,
        version: VERSION,
        created_at: now.0,
        changed_at: now.0,
    }
}

/// What a draft of one licence leaves behind: written and handed in by the one, approved by the other.
fn reviewed(draft: &Draft, people: People) -> [ReviewRow; 3] {
    let acts = [
        (1, WRITE, people.maker),
        (2, ReviewAct::Submit.as_str(), people.maker),
        (VERSION, ReviewAct::Approve.as_str(), people.checker),
    ];
    acts.map(|(version, act, account)| ReviewRow {
        draft: draft.id,
        version,
        act: act.to_owned(),
        unit: draft.unit,
        account,
        reason: None,
        at: draft.changed_at,
    })
}
