//! What issuing staff read: drafts and licences of their own unit, as one list.

use liangzheng_core::identifier::Identifier;

use crate::App;
use crate::domain::access::{Permit, Scope, ViewIssued};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{LicenceId, SubmissionId};
use crate::domain::issuing::draft::{DraftState, allowed};
use crate::domain::issuing::person::{HolderRequest, Person};
use crate::domain::licence::Licence;
use crate::domain::licence::acts::ActName;
use crate::storage::issuing::draft::{self as drafts, Draft};
use crate::storage::issuing::review::{self, ApprovalRow};
use crate::storage::issuing::submission;
use crate::storage::licence::listing::{self, ListedRow};
use crate::storage::licence::{co_holder, record};
use crate::storage::{self, StorageError, Tx, page};

/// A day of a line, kept as a number.
pub use crate::storage::day::of_number as day_of;

/// Which licences are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this kind only.
    pub kind: Option<KindCode>,
    /// With this status only.
    pub status: Option<String>,
    /// Changed at this time or later.
    pub changed_since: Option<i64>,
    /// With this identifier.
    pub identifier: Option<Identifier>,
    /// Older than this one.
    pub before: Option<LicenceId>,
}

/// A line of the list.
#[derive(Clone, Debug)]
pub enum Listed {
    /// No licence yet.
    Draft(Box<Draft>),
    /// Issued.
    Licence(ListedRow),
}

/// A draft or a licence, whole.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The draft of which it comes; `None` for one that was not made here.
    pub draft: Option<Draft>,
    /// The licence, once issued.
    pub licence: Option<Licence>,
    /// Who holds it.
    pub holder: HolderRequest,
    /// Who holds it, too.
    pub co_holders: Vec<HolderRequest>,
    /// Who must approve it, and has.
    pub approvals: Vec<ApprovalRow>,
    /// What a program handed in, of which it comes.
    pub submission: Option<SubmissionId>,
    /// The acts that its state allows, by anybody.
    pub acts: Vec<&'static str>,
}

impl Listed {
    /// Its id.
    pub fn id(&self) -> LicenceId {
        match self {
            Self::Draft(draft) => draft.id,
            Self::Licence(row) => row.id,
        }
    }
}

/// Drafts and licences of a unit, newest first, and the one before which the next page begins.
pub async fn list(
    app: &App,
    unit: Uscc,
    filter: &Filter,
    limit: i64,
) -> Result<(Vec<Listed>, Option<LicenceId>), StorageError> {
    let mut tx = app.db.begin_read().await?;
    let rows = limit.saturating_add(1);
    let state = filter.status.as_deref().map(str::parse::<DraftState>);
    let mut found: Vec<Listed> = Vec::new();
    // A draft has no identifier, and a status of a licence is none of its.
    if filter.identifier.is_none() && !matches!(state, Some(Err(_) | Ok(DraftState::Issued))) {
        let wanted = drafts::Listing {
            unit,
            kind: filter.kind,
            state: state.and_then(Result::ok),
            changed_since: filter.changed_since,
            before: filter.before,
            limit: rows,
        };
        let drafts = drafts::list(&mut tx, &app.secrets, wanted).await?;
        found.extend(drafts.into_iter().map(|draft| Listed::Draft(Box::new(draft))));
    }
    let wanted = listing::Listing {
        unit,
        kind: filter.kind,
        status: filter.status.as_deref(),
        changed_since: filter.changed_since,
        identifier: filter.identifier.as_ref(),
        before: filter.before,
        limit: rows,
    };
    found.extend(listing::of_unit(&mut tx, wanted).await?.into_iter().map(Listed::Licence));
    tx.commit().await?;
    found.sort_by_key(|listed| std::cmp::Reverse(listed.id()));
    let next = page::cut(&mut found, limit, Listed::id);
    Ok((found, next))
}

/// A draft or a licence of a unit; a draft, too, whose approval that unit is asked for.
pub async fn one(app: &App, unit: Uscc, id: LicenceId) -> Result<Option<Whole>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let whole = whole(app, &mut tx, unit.into(), id).await?;
    tx.commit().await?;
    Ok(whole)
}

/// A draft or a licence within `scope`.
pub(super) async fn whole(
    app: &App,
    tx: &mut Tx,
    scope: Scope,
    id: LicenceId,
) -> Result<Option<Whole>, StorageError> {
    let draft = drafts::find(tx, &app.secrets, scope, id).await?;
    let licence = record::find(tx, &app.secrets, scope, id).await?;
    let approvals = review::approvals(tx, id).await?;
    let submission = submission::of_licence(tx, id).await?.map(|row| row.id);
    Ok(match (draft, licence) {
        (draft, Some(licence)) => {
            let (holder, co_holders) = match &draft {
                // The name stands on the version, whatever the holder is called today.
                Some(draft) => (draft.content.holder.clone(), draft.content.co_holders.clone()),
                None => holders(app, tx, &licence).await?,
            };
            let acts = licence.allowed(app.now()).into_iter().map(ActName::as_str).collect();
            Some(Whole { draft, licence: Some(licence), holder, co_holders, approvals, submission, acts })
        }
        (Some(draft), None) => {
            let (holder, co_holders) = (draft.content.holder.clone(), draft.content.co_holders.clone());
            let acts = allowed(draft.state).iter().map(|act| act.as_str()).collect();
            Some(Whole { draft: Some(draft), licence: None, holder, co_holders, approvals, submission, acts })
        }
        (None, None) => None,
    })
}

/// The versions of a licence of the caller's unit, oldest first, and the draft of the next one.
pub async fn versions(
    app: &App,
    permit: &Permit<ViewIssued>,
    id: LicenceId,
) -> Result<Option<Vec<Listed>>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let unit = permit.scope();
    let licence = match drafts::find(&mut tx, &app.secrets, unit, id).await? {
        Some(Draft { replaces: Some(before), state, .. }) if state != DraftState::Issued => {
            record::find(&mut tx, &app.secrets, Scope::All, before).await?
        }
        Some(draft) if draft.state != DraftState::Issued => {
            tx.commit().await?;
            return Ok(Some(vec![Listed::Draft(Box::new(draft))]));
        }
        _ => record::find(&mut tx, &app.secrets, unit, id).await?,
    };
    let Some(licence) = licence else { return Ok(None) };
    let mut found = chain(&mut tx, licence.id).await?;
    let last = found.last().map(|row| row.id);
    let mut versions: Vec<Listed> = found.drain(..).map(Listed::Licence).collect();
    if let Some(last) = last
        && let Some(open) = drafts::open_for(&mut tx, last).await?
        && let Some(draft) = drafts::find(&mut tx, &app.secrets, unit, open).await?
    {
        versions.push(Listed::Draft(Box::new(draft)));
    }
    tx.commit().await?;
    Ok(Some(versions))
}

/// The versions of a licence, each the successor of the one before: the unit may have changed between two.
async fn chain(tx: &mut Tx, licence: LicenceId) -> Result<Vec<ListedRow>, StorageError> {
    let mut rows: Vec<ListedRow> = listing::version(tx, licence).await?.into_iter().collect();
    let mut first = licence;
    while let Some(row) = listing::before(tx, first).await?.filter(|_| rows.len() < MOST_VERSIONS) {
        first = row.id;
        rows.push(row);
    }
    rows.reverse();
    let mut last = licence;
    while let Some(row) = listing::after(tx, last).await?.filter(|_| rows.len() < MOST_VERSIONS) {
        last = row.id;
        rows.push(row);
    }
    Ok(rows)
}

/// The holders of a licence that was not made here, by their latest names.
async fn holders(
    app: &App,
    tx: &mut Tx,
    licence: &Licence,
) -> Result<(HolderRequest, Vec<HolderRequest>), StorageError> {
    let mut people = Vec::new();
    let others = co_holder::of_licence(tx, licence.id).await?;
    for id in std::iter::once(licence.holder).chain(others) {
        let holder = storage::actor::holder::find(tx, &app.secrets, id).await?;
        let holder = holder.ok_or(StorageError::Inconsistent {
            table: "licence_record",
            column: "holder",
            row: licence.id.to_string(),
        })?;
        let person = Person { kind: holder.kind, name: holder.name, number: holder.number };
        people.push(HolderRequest::from(&person));
    }
    let others = people.split_off(1);
    Ok((people.remove(0), others))
}

/// The status word of a line.
pub fn status_of(listed: &Listed) -> String {
    match listed {
        Listed::Draft(draft) => draft.state.as_str().to_owned(),
        Listed::Licence(row) => row.status.clone(),
    }
}

/// Three digits of a version (GB/T 36904).
const MOST_VERSIONS: usize = 999;
