//! Approval: one transaction makes a licence of a draft, with its serial number, ends the version before with its shows,
//! and gives the new one its index in the status lists (R12, R20, R40).

use liangzheng_core::identifier::Identifier;
use liangzheng_core::status::StatusValue;
use liangzheng_core::time::{Day, UnixTime};

use super::DraftError;
use super::examine::{Examined, is_in_force};
use super::review::{ReviewRequest, examined, keep, outcome, told};
use super::suspects;
use crate::App;
use crate::domain::access::{ActOnLicence, Permit, Scope};
use crate::domain::actor::holder::Holder;
use crate::domain::actor::membership::Footing;
use crate::domain::calendar::{after_months, year_of};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::kind::Kind;
use crate::domain::ids::{ActId, HolderId, LicenceId};
use crate::domain::issuing::draft::{DraftState, RegisterState, ReviewAct};
use crate::domain::issuing::face::Checked;
use crate::domain::licence::lifecycle::Act;
use crate::domain::licence::{AnnualInspection, Encumbrances, Licence, RefusedWhen, Status};
use crate::domain::text::PlainText;
use crate::service::actor::holder::{self, Entry};
use crate::service::catalogue::reading;
use crate::service::consent::{authorisations, delegations};
use crate::service::issuing::seal_version::{SealedVersion, Sealer, VersionToSeal};
use crate::service::licence::acts::{ActOutcome, follow};
use crate::service::licence::parts;
use crate::service::publication::status;
use crate::service::work::{Reply, Work};
use crate::storage::StorageError;
use crate::storage::change::Change;
use crate::storage::issuing::draft::Draft;
use crate::storage::issuing::review::ReviewRow;
use crate::storage::issuing::{claim, face_key, number, review};
use crate::storage::licence::act::{self, ActRow};
use crate::storage::licence::{co_holder, record};

pub(super) async fn approve(
    app: &App,
    mut work: Work<'_>,
    permit: &Permit<ActOnLicence>,
    draft: &Draft,
    after: &Draft,
    request: &ReviewRequest,
) -> Result<Reply<ActOutcome>, DraftError> {
    let now = work.now;
    let examined = examined(app, &mut work, draft).await?;
    suspects::refuse_open(&mut work.tx, draft.id).await?;
    claim::release(&mut work.tx, &draft.id.to_string(), permit.scope()).await?;
    review::approve(&mut work.tx, draft.id, permit.scope(), permit.account(), now).await?;
    let approvals = review::approvals(&mut work.tx, draft.id).await?;
    if approvals.iter().any(|approval| approval.account.is_none()) {
        keep(app, &mut work, draft, after).await?;
        return Ok(work.accept(outcome(app, after)).await?);
    }
    let issued = Draft { state: DraftState::Issued, ..after.clone() };
    keep(app, &mut work, draft, &issued).await?;
    let is_confirmed = draft.register.state == RegisterState::Matched;
    let holders = entered(app, &mut work, &examined.checked, is_confirmed).await?;
    let (holder, co_holders) = holders.split_first().ok_or(StorageError::Conflict)?;
    let identifier = match &examined.replaced {
        Some(before) if before.unit() == draft.unit => next_version(&before.identifier)?,
        // Of a unit whose work has moved: the next version is issued, numbered and sealed by who took it over.
        Some(_) | None => first_version(&mut work, draft.unit, &examined.kind).await?,
    };
    let state = app.trust.current();
    let sealer = Sealer::of(app, &state.catalogue);
    let made = Made { id: draft.id, identifier, holder: holder.id, version: issued.version, now };
    let licence = licence(made, &examined.kind, &examined.checked);
    let others: Vec<Uscc> =
        examined.kind.co_issuers.iter().copied().filter(|unit| *unit != draft.unit).collect();
    let sealed = VersionToSeal { licence: &licence, holder, co_holders, co_issuers: &others };
    let set = sealer.set_now(&mut work, &sealed).await?;
    let acts = review::of_draft(&mut work.tx, draft.id).await?;
    let entering = [Entering { licence: &licence, co_holders, examined: &examined, set: &set, acts: &acts }];
    let is_part = enter(app, &mut work, &sealer, &entering, request.legal_basis.as_ref()).await?;
    if let Some(before) = &examined.replaced {
        supersede(app, &mut work, permit, before, &licence, request).await?;
    }
    show(app, &mut work, &examined.kind, is_part, &[&licence]).await?;
    work.changed(Change::Licence(licence.id)).await?;
    let outcome = told(app, licence.id, licence.status.as_str(), licence.version);
    Ok(work.commit(outcome).await?)
}

/// A licence version about to be entered, with what it stands on.
#[derive(Clone, Copy)]
pub(super) struct Entering<'a> {
    /// The version.
    pub(super) licence: &'a Licence,
    /// Who holds it with its holder.
    pub(super) co_holders: &'a [Holder],
    /// Its draft as it was found to be right.
    pub(super) examined: &'a Examined,
    /// Its seals.
    pub(super) set: &'a SealedVersion,
    /// What was done to its draft.
    pub(super) acts: &'a [ReviewRow],
}

/// Enters licence versions of one kind with their seals, what nobody else may have, and what was done to their drafts: that
/// of an approval, and those of a file. Composites that they may be part of are held from here on; whether there are any.
pub(super) async fn enter(
    app: &App,
    work: &mut Work<'_>,
    sealer: &Sealer<'_>,
    entering: &[Entering<'_>],
    legal_basis: Option<&PlainText>,
) -> Result<bool, DraftError> {
    let licences: Vec<&Licence> = entering.iter().map(|one| one.licence).collect();
    if !record::insert_all(&mut work.tx, &app.secrets, &*app.entropy, &licences).await? {
        return Err(StorageError::Conflict.into());
    }
    for one in entering {
        for co_holder in one.co_holders {
            co_holder::insert(&mut work.tx, one.licence.id, co_holder.id).await?;
        }
    }
    let sets: Vec<_> = entering.iter().map(|one| (one.licence.id, one.set)).collect();
    sealer.keep(&mut work.tx, &sets).await?;
    take_face_keys(work, entering).await?;
    let mut acts = Vec::with_capacity(entering.len() * 2);
    for one in entering {
        copy_acts(app, work.now, one, legal_basis, &mut acts)?;
    }
    act::append_all(&mut work.tx, &acts).await?;
    let Some(first) = entering.first() else { return Ok(false) };
    let is_part = !reading::composites_of(&mut work.tx, first.licence.kind()).await?.is_empty();
    if is_part {
        // Before anything is noted in the feed.
        for one in entering {
            parts::wholes(&mut work.tx, &app.secrets, one.licence).await?;
        }
    }
    Ok(is_part)
}

/// Gives licence versions that were entered their indexes, and puts on those of their composites what these have become:
/// one may stand again.
pub(super) async fn show(
    app: &App,
    work: &mut Work<'_>,
    kind: &Kind,
    is_part: bool,
    licences: &[&Licence],
) -> Result<(), StorageError> {
    let today = Day::of(work.now);
    let list = status::list_for_new(&mut work.tx).await?;
    let mut valid = Vec::with_capacity(licences.len());
    for licence in licences {
        let value = if kind.parts.is_empty() {
            licence.wire_status(today)
        } else {
            parts::wire_status(&mut work.tx, &app.secrets, licence, today).await?
        };
        match value {
            Some(StatusValue::Valid) => valid.push(licence.id),
            Some(value) => status::give_in(work, list, licence.id, value, &*app.entropy).await?,
            None => {}
        }
    }
    status::give_each_in(work, list, &valid, &*app.entropy).await?;
    if is_part {
        for licence in licences {
            parts::changed(work, &app.secrets, licence).await?;
        }
    }
    Ok(())
}

/// Its holders, named as on this version, with their rows here, made at their first licence.
pub(super) async fn entered(
    app: &App,
    work: &mut Work<'_>,
    checked: &Checked,
    is_confirmed: bool,
) -> Result<Vec<Holder>, DraftError> {
    let mut held = Vec::new();
    for person in std::iter::once(&checked.holder).chain(&checked.co_holders) {
        match holder::enter(app, work, person, is_confirmed).await? {
            Entry::Held(id) => held.push(Holder {
                id,
                kind: person.kind,
                name: person.name.clone(),
                number: person.number.clone(),
                created_at: work.now,
            }),
            Entry::OtherName => return Err(DraftError::NameDiffers),
        }
    }
    Ok(held)
}

/// What a licence has of its own, beside what its draft says.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// Its draft's id.
    pub(super) id: LicenceId,
    /// Its number.
    pub(super) identifier: Identifier,
    /// Its holder's row.
    pub(super) holder: HolderId,
    /// As its draft has it after the approval.
    pub(super) version: i64,
    /// When it is approved.
    pub(super) now: UnixTime,
}

/// The licence that comes of a draft.
pub(super) fn licence(made: Made, kind: &Kind, checked: &Checked) -> Licence {
    let inspection = kind.inspection.as_ref().map(|inspection| AnnualInspection {
        due: after_months(checked.valid_from, inspection.months),
        failed: false,
    });
    Licence {
        id: made.id,
        identifier: made.identifier,
        holder: made.holder,
        face: checked.face.clone(),
        valid_from: checked.valid_from,
        valid_to: checked.valid_to,
        status: Status::Active,
        status_since: made.now,
        encumbrances: Encumbrances::default(),
        annual_inspection: inspection,
        disputed: false,
        refused_when: RefusedWhen::of(kind),
        version: made.version,
        created_at: made.now,
    }
}

/// The same serial, one version on.
fn next_version(before: &Identifier) -> Result<Identifier, DraftError> {
    let version = before.version().parse::<u16>().ok().and_then(|version| version.checked_add(1));
    let next = version
        .and_then(|version| Identifier::build(before.kind(), before.issuer(), before.serial(), version).ok());
    next.ok_or(DraftError::NoFurtherVersion)
}

/// The next serial of the unit and year. One that stands on a licence already, as of a converted one, is passed over.
async fn first_version(work: &mut Work<'_>, unit: Uscc, kind: &Kind) -> Result<Identifier, DraftError> {
    let year = year_of(Day::of(work.now));
    loop {
        let serial = number::next_serial(&mut work.tx, unit, year).await?;
        let identifier = with_serial(unit, kind, year, serial)?;
        if record::id_of(&mut work.tx, &identifier).await?.is_none() {
            return Ok(identifier);
        }
    }
}

/// The identifier of a first version with this serial.
pub(super) fn with_serial(unit: Uscc, kind: &Kind, year: i16, serial: i64) -> Result<Identifier, DraftError> {
    let digits = usize::from(kind.coding.digits);
    let text = format!("{year}{serial:0digits$}");
    Identifier::build(kind.code.as_str(), unit.as_str(), &text, 1).map_err(|_| DraftError::NoFurtherVersion)
}

/// Takes what no other licence may have; another request may have taken it since it was examined.
async fn take_face_keys(work: &mut Work<'_>, entering: &[Entering<'_>]) -> Result<(), DraftError> {
    let Some(kind) = entering.first().map(|one| one.examined.kind.code) else { return Ok(()) };
    let wanted: Vec<(&[u8; 32], LicenceId)> =
        entering.iter().filter_map(|one| Some((one.examined.face_key.as_ref()?, one.licence.id))).collect();
    if face_key::take_all(&mut work.tx, kind, &wanted).await? == wanted.len() as u64 {
        return Ok(());
    }
    let today = Day::of(work.now);
    for one in entering {
        let Some(key) = &one.examined.face_key else { continue };
        let id = one.licence.id;
        if let Some((owner, status, valid_to)) = face_key::owner(&mut work.tx, kind, key).await? {
            let replaced = one.examined.replaced.as_ref().map(|licence| licence.id);
            if owner == id {
                continue;
            }
            if Some(owner) != replaced && is_in_force(&status, valid_to, today) {
                return Err(StorageError::Conflict.into());
            }
        }
        face_key::hand_over(&mut work.tx, kind, key, id).await?;
    }
    Ok(())
}

/// The old version ends with the new one's beginning: its shows, and its value in the status lists.
async fn supersede(
    app: &App,
    work: &mut Work<'_>,
    permit: &Permit<ActOnLicence>,
    before: &Licence,
    next: &Licence,
    request: &ReviewRequest,
) -> Result<(), DraftError> {
    let held = record::find_and_hold(&mut work.tx, &app.secrets, Scope::All, before.id).await?;
    let before = held.ok_or(StorageError::Conflict)?;
    let after =
        before.after(Act::Supersede { successor: next.id }, work.now).map_err(DraftError::Forbidden)?;
    record::replace(&mut work.tx, &before, &after).await?;
    let id = ActId::generate(work.now, &*app.entropy);
    let row = ActRow {
        id,
        licence: before.id,
        licence_version: after.version,
        act: Act::Supersede { successor: next.id }.name().to_string(),
        from_status: before.status.as_str().to_owned(),
        to_status: after.status.as_str().to_owned(),
        reason: act::seal_reason(&app.secrets, &*app.entropy, id, next.identifier.as_str()),
        legal_basis: basis(request.legal_basis.as_ref()),
        account: permit.account(),
        footing: permit.footing().as_str().to_owned(),
        unit: record::unit_of(&mut work.tx, &before).await?,
        effective_at: work.now.0,
        at: work.now.0,
        confirmed_by: None,
        proposal: None,
        last_day: None,
        physical: None,
    };
    act::append(&mut work.tx, &row).await?;
    authorisations::follow(&mut work.tx, before.id, next.id).await?;
    delegations::follow(&mut work.tx, before.id, next.id).await?;
    follow(app, work, &after, id, Footing::Member).await?;
    work.audit("supersede", &before.id.to_string(), None).await?;
    Ok(())
}

/// What was done to the draft becomes the beginning of the licence's own record.
fn copy_acts(
    app: &App,
    now: UnixTime,
    entering: &Entering<'_>,
    legal_basis: Option<&PlainText>,
    into: &mut Vec<ActRow>,
) -> Result<(), StorageError> {
    let last = entering.acts.last().map_or(0, |row| row.version);
    for row in entering.acts {
        let (from, to) = match row.act.parse::<ReviewAct>() {
            Ok(ReviewAct::Submit) => (Status::Draft, Status::PendingReview),
            Ok(ReviewAct::SendBack) => (Status::PendingReview, Status::Draft),
            Ok(ReviewAct::Approve) if row.version == last => (Status::PendingReview, Status::Active),
            Ok(ReviewAct::Approve) => (Status::PendingReview, Status::PendingReview),
            Err(_) => continue,
        };
        let act_id = ActId::generate(now, &*app.entropy);
        let reason = review::open_reason(&app.secrets, row)?.unwrap_or_default();
        into.push(ActRow {
            id: act_id,
            licence: entering.licence.id,
            licence_version: row.version,
            act: row.act.clone(),
            from_status: from.as_str().to_owned(),
            to_status: to.as_str().to_owned(),
            reason: act::seal_reason(&app.secrets, &*app.entropy, act_id, &reason),
            legal_basis: basis(legal_basis),
            account: row.account,
            footing: Footing::Member.as_str().to_owned(),
            unit: row.unit,
            effective_at: row.at,
            at: row.at,
            confirmed_by: None,
            proposal: None,
            last_day: None,
            physical: None,
        });
    }
    Ok(())
}

/// What stands in the record where the clerk named no law of his own: that of review.
fn basis(given: Option<&PlainText>) -> String {
    given.map_or_else(|| REVIEW_BASIS.to_owned(), |basis| basis.as_str().to_owned())
}

/// 审核制度 (docs/REQUIREMENTS.md, R16).
const REVIEW_BASIS: &str = "电子证照制发审核";
