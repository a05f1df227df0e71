//! Drafts: written and mended by their maker, compared with the base register (R16, R26, R27).
//!
//! What is wrong is told before the register is asked, and examined again in the transaction that keeps the draft: the
//! register may take seconds, and meanwhile the kind, the case or the licence that is replaced may have changed.

use schemars::JsonSchema;
use serde::Serialize;

use super::DraftError;
use super::examine::{Examined, examine, hold};
use super::suspects;
use super::tasks::refuse_anothers;
use crate::App;
use crate::domain::access::{Permit, Scope, WriteDraft};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AccountId, LicenceId};
use crate::domain::issuing::draft::{DraftRequest, DraftState, RegisterState, ReviewAct, ReviewRefused};
use crate::domain::issuing::person::Person;
use crate::service::work::{Reply, Work};
use crate::storage::StorageError;
use crate::storage::idempotency::Claim;
use crate::storage::issuing::draft::{self as stored, Draft, RegisterAnswer};
use crate::storage::issuing::picture;
use crate::storage::issuing::review::{self, ReviewRow};

/// A draft that was written; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DraftWritten {
    /// The licence's id.
    pub id: LicenceId,
    /// `DRAFT`.
    pub status: DraftState,
    /// Counts changes and acts: for `If-Match`.
    pub version: i64,
    /// What the base register said of its holders.
    pub register: Compared,
}

/// What the base register said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Compared {
    /// In a word: anything but `matched` and `not_configured` keeps the draft from being submitted.
    pub state: RegisterState,
    /// In the register's words, or why it has not answered.
    pub detail: Option<String>,
    /// When, in unix seconds.
    pub at: Option<i64>,
}

impl From<&RegisterAnswer> for Compared {
    fn from(answer: &RegisterAnswer) -> Self {
        Self { state: answer.state, detail: answer.detail.clone(), at: answer.at }
    }
}

/// Writes a draft.
pub async fn create(
    app: &App,
    permit: &Permit<WriteDraft>,
    request: &DraftRequest,
    key: Option<Claim>,
) -> Result<Reply<DraftWritten>, DraftError> {
    let unit = permit.scope();
    let register = compared(app, unit, request).await?;
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let (draft, _) = write(app, &mut work, unit, permit.account(), request, register).await?;
    Ok(work.commit(outcome(&draft)).await?)
}

/// What the register says of the holders of a new draft in which nothing is wrong by itself.
pub(super) async fn compared(
    app: &App,
    unit: Uscc,
    request: &DraftRequest,
) -> Result<RegisterAnswer, DraftError> {
    Ok(compare(app, &examined_first(app, unit, request, None).await?).await)
}

/// Writes a draft within a command; the caller has asked whether `maker` may.
pub(super) async fn write(
    app: &App,
    work: &mut Work<'_>,
    unit: Uscc,
    maker: AccountId,
    request: &DraftRequest,
    register: RegisterAnswer,
) -> Result<(Draft, Examined), DraftError> {
    hold(&mut work.tx, request).await?;
    let now = work.now;
    let examined = examine(app, &mut work.tx, unit, request, None, now).await?;
    refuse_other_name(&examined, &register)?;
    let draft = Draft {
        id: LicenceId::generate(now, &*app.entropy),
        unit,
        kind: examined.kind.code,
        kind_version: examined.kind_version,
        case: examined.case,
        content: examined.checked.request.clone(),
        replaces: examined.replaced.as_ref().map(|licence| licence.id),
        state: DraftState::Draft,
        register,
        maker,
        version: 1,
        created_at: now.0,
        changed_at: now.0,
    };
    let key = &examined.holder_key;
    if !stored::insert(&mut work.tx, &app.secrets, &*app.entropy, &draft, key).await? {
        return Err(other_draft(work, &draft).await?);
    }
    bear_pictures(work, draft.id, &examined).await?;
    suspects::note(app, work, &draft, &examined).await?;
    written(work, &draft, maker).await?;
    Ok((draft, examined))
}

/// Writes a draft again, by its maker.
pub async fn edit(
    app: &App,
    permit: &Permit<WriteDraft>,
    id: LicenceId,
    request: &DraftRequest,
    if_version: Option<Vec<i64>>,
) -> Result<DraftWritten, DraftError> {
    let unit = permit.scope();
    let mut tx = app.db.begin_read().await?;
    let draft = stored::find(&mut tx, &app.secrets, unit, id).await?;
    tx.commit().await?;
    may_write(permit, draft.as_ref(), if_version.as_ref())?;
    let register = compare(app, &examined_first(app, unit, request, Some(id)).await?).await;
    let mut work = Work::begin(app, permit).await?;
    let before = stored::find_and_hold(&mut work.tx, &app.secrets, unit, id).await?;
    let before = may_write(permit, before.as_ref(), if_version.as_ref())?.clone();
    if let Some(claim) = refuse_anothers(app, &mut work.tx, &id.to_string(), unit, permit.account()).await? {
        return Err(DraftError::Claimed(claim));
    }
    hold(&mut work.tx, request).await?;
    let now = work.now;
    let examined = examine(app, &mut work.tx, unit, request, Some(id), now).await?;
    refuse_other_name(&examined, &register)?;
    let after = Draft {
        kind: examined.kind.code,
        kind_version: examined.kind_version,
        case: examined.case,
        content: examined.checked.request.clone(),
        replaces: examined.replaced.as_ref().map(|licence| licence.id),
        register,
        version: before.version + 1,
        changed_at: now.0,
        ..before.clone()
    };
    if let Some(replaces) = after.replaces
        && let Some(other) = stored::open_for(&mut work.tx, replaces).await?
        && other != id
    {
        return Err(DraftError::DraftOpen(other));
    }
    let key = &examined.holder_key;
    stored::replace(&mut work.tx, &app.secrets, &*app.entropy, &before, &after, key).await?;
    bear_pictures(&mut work, id, &examined).await?;
    suspects::note(app, &mut work, &after, &examined).await?;
    written(&mut work, &after, permit.account()).await?;
    let outcome = outcome(&after);
    work.finish().await?;
    Ok(outcome)
}

/// Asks the register again for drafts that wait for it, some at a time; how many were answered.
pub async fn ask_again(app: &App) -> Result<usize, DraftError> {
    let mut tx = app.db.begin_read().await?;
    let waiting = stored::waiting(&mut tx, AT_ONCE).await?;
    tx.commit().await?;
    let mut answered = 0;
    for id in waiting {
        let register = register_of(app, id).await?;
        if register.as_ref().is_some_and(|register| register.state != RegisterState::Waiting) {
            answered += 1;
        } else {
            // It is away for the others, too.
            break;
        }
    }
    Ok(answered)
}

/// Asks the register again for a draft that waits, and keeps what it says; `None` if there is no such draft any more.
pub(super) async fn register_of(app: &App, id: LicenceId) -> Result<Option<RegisterAnswer>, DraftError> {
    let mut tx = app.db.begin_read().await?;
    let draft = stored::find(&mut tx, &app.secrets, Scope::All, id).await?;
    tx.commit().await?;
    let Some(draft) = draft else { return Ok(None) };
    let register = compare(app, &people(&draft.content)).await;
    let mut work = Work::of_server(app).await?;
    let before = stored::find_and_hold(&mut work.tx, &app.secrets, Scope::All, id).await?;
    // Written again meanwhile, it was compared by that.
    let Some(before) = before.filter(|before| before.content == draft.content) else { return Ok(None) };
    let key = people(&before.content).first().map(|holder| app.secrets.holder_key(&holder.number));
    if let Some(key) = key {
        let after = Draft { register: register.clone(), ..before.clone() };
        stored::replace(&mut work.tx, &app.secrets, &*app.entropy, &before, &after, &key).await?;
    }
    work.finish().await?;
    Ok(Some(register))
}

/// What is wrong is told at once; who is to be compared, where nothing is.
async fn examined_first(
    app: &App,
    unit: Uscc,
    request: &DraftRequest,
    own: Option<LicenceId>,
) -> Result<Vec<Person>, DraftError> {
    let mut tx = app.db.begin_read().await?;
    let examined = examine(app, &mut tx, unit, request, own, app.now()).await?;
    tx.commit().await?;
    Ok(std::iter::once(examined.checked.holder).chain(examined.checked.co_holders).collect())
}

async fn compare(app: &App, people: &[Person]) -> RegisterAnswer {
    let compared = app.registers.compare(people).await;
    RegisterAnswer { state: compared.state, detail: compared.detail, at: Some(app.now().0) }
}

/// The holders of a draft that was checked before it was kept.
fn people(content: &DraftRequest) -> Vec<Person> {
    let holders = std::iter::once(&content.holder).chain(&content.co_holders);
    holders.filter_map(|holder| holder.person("", &mut crate::domain::fault::Faults::default())).collect()
}

/// Another name than the one known here is for the register to settle: if it knows the new one, that is the latest. Where
/// there is none, nobody can tell, and the draft is refused.
pub(super) fn refuse_other_name(examined: &Examined, register: &RegisterAnswer) -> Result<(), DraftError> {
    if examined.name_differs && register.state == RegisterState::NotConfigured {
        return Err(DraftError::NameDiffers);
    }
    Ok(())
}

fn may_write<'d>(
    permit: &Permit<WriteDraft>,
    draft: Option<&'d Draft>,
    if_version: Option<&Vec<i64>>,
) -> Result<&'d Draft, DraftError> {
    let draft = draft.ok_or(DraftError::NotFound)?;
    if draft.maker != permit.account() {
        return Err(DraftError::NotItsMaker);
    }
    if if_version.is_some_and(|versions| !versions.contains(&draft.version)) {
        return Err(DraftError::Stale { now: draft.version });
    }
    if draft.state != DraftState::Draft {
        // Handing it in is what a draft is written for: the refusal names where it stands.
        return Err(ReviewRefused::State { from: draft.state, act: ReviewAct::Submit }.into());
    }
    Ok(draft)
}

/// Keeps which pictures a draft bears: those are not forgotten.
async fn bear_pictures(work: &mut Work<'_>, id: LicenceId, examined: &Examined) -> Result<(), StorageError> {
    picture::take_off(&mut work.tx, id).await?;
    for (field, owner, hash) in &examined.pictures {
        picture::bear(&mut work.tx, id, field, *owner, hash, work.now).await?;
    }
    Ok(())
}

async fn other_draft(work: &mut Work<'_>, draft: &Draft) -> Result<DraftError, StorageError> {
    let Some(replaces) = draft.replaces else { return Ok(StorageError::Conflict.into()) };
    let other = stored::open_for(&mut work.tx, replaces).await?;
    Ok(other.map_or(StorageError::Conflict.into(), DraftError::DraftOpen))
}

async fn written(work: &mut Work<'_>, draft: &Draft, maker: AccountId) -> Result<(), StorageError> {
    let row = ReviewRow {
        draft: draft.id,
        version: draft.version,
        act: WRITE.to_owned(),
        unit: draft.unit,
        account: maker,
        reason: None,
        at: work.now.0,
    };
    review::append(&mut work.tx, &row).await?;
    work.audit("write draft", &draft.id.to_string(), None).await
}

fn outcome(draft: &Draft) -> DraftWritten {
    DraftWritten {
        id: draft.id,
        status: draft.state,
        version: draft.version,
        register: Compared::from(&draft.register),
    }
}

/// How the writing of a draft is recorded among its acts.
pub(super) const WRITE: &str = "write";
/// Drafts asked for in one run of the job.
const AT_ONCE: i64 = 50;
