//! Review: a maker hands a draft in, a checker who is another person makes a licence of it or gives it back (R12, R16,
//! R20, R40).
//!
//! What an approval does stands in its own file.

use super::DraftError;
use super::approve::approve;
use super::drafts::{WRITE, refuse_other_name, register_of};
use super::examine::{Examined, examine, hold};
use super::tasks::refuse_anothers;
use crate::App;
use crate::domain::access::{ActOnLicence, Permit};
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::kind::Kind;
use crate::domain::fault::Faults;
use crate::domain::ids::{AccountId, LicenceId};
use crate::domain::issuing::draft::{DraftState, RegisterState, ReviewAct, ReviewRefused};
use crate::domain::text::PlainText;
use crate::service::actor::person;
use crate::service::catalogue::reading;
use crate::service::licence::acts::{ActOutcome, LicenceNow};
use crate::service::publication::publisher;
use crate::service::work::{Reply, Work};
use crate::storage::StorageError;
use crate::storage::idempotency::Claim;
use crate::storage::issuing::claim;
use crate::storage::issuing::draft::{self as stored, Draft};
use crate::storage::issuing::review::{self, ReviewRow};
use crate::storage::licence::record;

/// What is asked.
#[derive(Clone, Debug)]
pub struct ReviewRequest {
    /// The act.
    pub act: ReviewAct,
    /// Why; needed to send back.
    pub reason: Option<PlainText>,
    /// On what legal basis.
    pub legal_basis: Option<PlainText>,
    /// The versions the caller agrees to; `None` = any.
    pub if_version: Option<Vec<i64>>,
}

/// Does an act on a draft.
pub async fn perform(
    app: &App,
    permit: &Permit<ActOnLicence>,
    id: LicenceId,
    request: &ReviewRequest,
    key: Option<Claim>,
) -> Result<Reply<ActOutcome>, DraftError> {
    if request.act == ReviewAct::Submit {
        ask_register_first(app, permit, id).await?;
    }
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let unit = permit.scope();
    let draft = stored::find_and_hold(&mut work.tx, &app.secrets, unit, id).await?;
    let Some(draft) = draft else { return Err(no_draft(app, &mut work, unit, id, request.act).await?) };
    may_act(&mut work, permit, &draft, request.act).await?;
    request.act.is_allowed(draft.state)?;
    if let Some(claim) = refuse_anothers(app, &mut work.tx, &id.to_string(), unit, permit.account()).await? {
        return Err(DraftError::Claimed(claim));
    }
    if request.if_version.as_ref().is_some_and(|versions| !versions.contains(&draft.version)) {
        return Err(DraftError::Stale { now: draft.version });
    }
    let after = Draft { version: draft.version + 1, changed_at: work.now.0, ..draft.clone() };
    let reason = request.reason.as_ref().map(PlainText::as_str);
    record_act(app, &mut work, (unit, permit.account()), &after, request.act.as_str(), reason).await?;
    work.audit(request.act.as_str(), &id.to_string(), request.reason.as_ref().map(PlainText::as_str)).await?;
    match request.act {
        ReviewAct::Submit => {
            let examined = examined(app, &mut work, &draft).await?;
            let after = handed_in(app, &mut work, &draft, after, &examined.kind).await?;
            Ok(work.commit(outcome(app, &after)).await?)
        }
        ReviewAct::SendBack => {
            review::forget_approvals(&mut work.tx, id).await?;
            claim::release(&mut work.tx, &id.to_string(), unit).await?;
            let after = Draft { state: DraftState::Draft, ..after };
            keep(app, &mut work, &draft, &after).await?;
            Ok(work.commit(outcome(app, &after)).await?)
        }
        ReviewAct::Approve => approve(app, work, permit, &draft, &after, request).await,
    }
}

/// Hands in what a program wrote, in the name of that program: part of its submission, or later once the register has
/// answered.
pub(super) async fn hand_in(
    app: &App,
    work: &mut Work<'_>,
    draft: &Draft,
    kind: &Kind,
) -> Result<Draft, DraftError> {
    examined(app, work, draft).await?;
    let after = Draft { version: draft.version + 1, changed_at: work.now.0, ..draft.clone() };
    let (act, unit) = (ReviewAct::Submit.as_str(), draft.unit);
    record_act(app, work, (unit, draft.maker), &after, act, None).await?;
    work.audit(act, &draft.id.to_string(), None).await?;
    handed_in(app, work, draft, after, kind).await
}

/// The draft under review, with the approvals that it needs.
async fn handed_in(
    app: &App,
    work: &mut Work<'_>,
    draft: &Draft,
    after: Draft,
    kind: &Kind,
) -> Result<Draft, DraftError> {
    claim::release(&mut work.tx, &draft.id.to_string(), draft.unit).await?;
    for issuer in issuers(draft, kind) {
        review::ask(&mut work.tx, draft.id, issuer).await?;
    }
    let after = Draft { state: DraftState::PendingReview, ..after };
    keep(app, work, draft, &after).await?;
    Ok(after)
}

/// The register is asked again where it has not answered, before anything is locked.
async fn ask_register_first(
    app: &App,
    permit: &Permit<ActOnLicence>,
    id: LicenceId,
) -> Result<(), DraftError> {
    let mut tx = app.db.begin_read().await?;
    let draft = stored::find(&mut tx, &app.secrets, permit.scope(), id).await?;
    tx.commit().await?;
    let waits = draft.is_some_and(|draft| {
        draft.state == DraftState::Draft
            && draft.maker == permit.account()
            && draft.register.state == RegisterState::Waiting
    });
    if waits {
        register_of(app, id).await?;
    }
    Ok(())
}

/// What is no draft may be a licence that was not made here: its state forbids the act.
async fn no_draft(
    app: &App,
    work: &mut Work<'_>,
    unit: Uscc,
    id: LicenceId,
    act: ReviewAct,
) -> Result<DraftError, StorageError> {
    Ok(match record::find(&mut work.tx, &app.secrets, unit, id).await? {
        Some(_) => ReviewRefused::State { from: DraftState::Issued, act }.into(),
        None => DraftError::NotFound,
    })
}

/// Where a draft of the caller's unit stands; `None` if there is none, or a licence has come of it.
pub async fn state_of(
    app: &App,
    permit: &Permit<ActOnLicence>,
    id: LicenceId,
) -> Result<Option<DraftState>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let draft = stored::find(&mut tx, &app.secrets, permit.scope(), id).await?;
    tx.commit().await?;
    Ok(draft.map(|draft| draft.state).filter(|state| *state != DraftState::Issued))
}

/// Who may do what: the maker hands in; a checker who is another person approves or sends back.
async fn may_act(
    work: &mut Work<'_>,
    permit: &Permit<ActOnLicence>,
    draft: &Draft,
    act: ReviewAct,
) -> Result<(), DraftError> {
    let has = |role| permit.principal().has_role(&[role]);
    // Whoever wrote in it or handed it in, though the draft has another maker now.
    let makers = review::of_draft(&mut work.tx, draft.id).await?;
    let makers = makers.iter().filter(|row| [WRITE, ReviewAct::Submit.as_str()].contains(&row.act.as_str()));
    let makers: Vec<AccountId> = makers.map(|row| row.account).collect();
    let is_maker = person::is_among(&mut work.tx, &makers, permit.account()).await?;
    match act {
        ReviewAct::Submit if draft.maker == permit.account() && has(Role::IssuerMaker) => Ok(()),
        ReviewAct::Submit => Err(ReviewRefused::NotYours { act }.into()),
        ReviewAct::Approve | ReviewAct::SendBack if is_maker => Err(ReviewRefused::TwoPersons.into()),
        ReviewAct::Approve | ReviewAct::SendBack if !has(Role::IssuerChecker) => {
            Err(ReviewRefused::NotYours { act }.into())
        }
        ReviewAct::Approve | ReviewAct::SendBack => Ok(()),
    }
}

/// The draft looked at again, by the kind by which it was written; what stands against it is told.
pub(super) async fn examined(app: &App, work: &mut Work<'_>, draft: &Draft) -> Result<Examined, DraftError> {
    let code = draft.kind.as_str();
    let in_force = reading::numbered_in_force::<Kind>(&mut work.tx, code).await?;
    if in_force.as_ref().is_none_or(|(_, version)| *version != draft.kind_version) {
        let before = reading::version_of::<Kind>(&mut work.tx, code, draft.kind_version).await?;
        let before = before.ok_or(DraftError::NotFound)?;
        let now = in_force.map(|(kind, _)| Box::new(kind));
        return Err(DraftError::KindChanged { before: Box::new(before), now });
    }
    hold(&mut work.tx, &draft.content).await?;
    let now = work.now;
    let examined = examine(app, &mut work.tx, draft.unit, &draft.content, Some(draft.id), now).await?;
    let detail = draft.register.detail.clone();
    match draft.register.state {
        RegisterState::Mismatched => return Err(DraftError::Mismatch { detail }),
        RegisterState::Waiting => return Err(DraftError::RegisterAway { detail }),
        RegisterState::Matched | RegisterState::NotConfigured => {}
    }
    refuse_other_name(&examined, &draft.register)?;
    Ok(examined)
}

/// The units that approve: who makes it, and who issues it together with that one (R12).
fn issuers(draft: &Draft, kind: &Kind) -> Vec<Uscc> {
    let others = kind.co_issuers.iter().copied().filter(|unit| *unit != draft.unit);
    std::iter::once(draft.unit).chain(others).collect()
}

/// `by`: the unit, and its member or program.
pub(super) async fn record_act(
    app: &App,
    work: &mut Work<'_>,
    by: (Uscc, AccountId),
    after: &Draft,
    act: &str,
    reason: Option<&str>,
) -> Result<(), StorageError> {
    let reason = reason
        .map(|reason| review::seal_reason(&app.secrets, &*app.entropy, after.id, after.version, reason));
    let row = ReviewRow {
        draft: after.id,
        version: after.version,
        act: act.to_owned(),
        unit: by.0,
        account: by.1,
        reason,
        at: work.now.0,
    };
    review::append(&mut work.tx, &row).await
}

pub(super) async fn keep(
    app: &App,
    work: &mut Work<'_>,
    before: &Draft,
    after: &Draft,
) -> Result<(), DraftError> {
    let key = holder_key(app, after)?;
    Ok(stored::replace(&mut work.tx, &app.secrets, &*app.entropy, before, after, &key).await?)
}

/// By which a draft's holder is found. Drafts are kept only once their holder was read.
fn holder_key(app: &App, draft: &Draft) -> Result<[u8; 32], StorageError> {
    let holder = draft.content.holder.person("/holder", &mut Faults::default());
    let holder = holder.ok_or_else(|| StorageError::Inconsistent {
        table: "issuing_draft",
        column: "content",
        row: draft.id.to_string(),
    })?;
    Ok(app.secrets.holder_key(&holder.number))
}

/// How a draft that was given back is recorded among its acts.
pub(super) const SEND_BACK: &str = ReviewAct::SendBack.as_str();

pub(super) fn outcome(app: &App, draft: &Draft) -> ActOutcome {
    told(app, draft.id, draft.state.as_str(), draft.version)
}

pub(super) fn told(app: &App, id: LicenceId, status: &'static str, version: i64) -> ActOutcome {
    let status_list = publisher::trouble(app).map(|_| "stuck");
    ActOutcome { licence: LicenceNow { id, status, version, status_list }, proposal: None }
}
