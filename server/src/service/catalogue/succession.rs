//! A unit's work moves to others (R25): licences, drafts, cases, proposals, requests, entries of the catalogue, accounts, on
//! the day that was named.
//!
//! Nothing stays with the old unit, and nothing issued changes: identifiers and faces keep its code and its name, and the
//! signed catalogue goes on naming it with the kinds it issued, so that verifiers go on accepting them.

use liangzheng_core::time::Day;
use serde_json::Value;

use super::units::UnitError;
use super::{entries, reading, using_lists};
use crate::App;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::entry::{EntryState, Sort};
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::unit::{Capacity, Succession, Unit, UnitState};
use crate::domain::fault::Faults;
use crate::domain::text::PlainText;
use crate::service::access::proposals;
use crate::service::actor::members;
use crate::service::issuing::succession::MovedKind;
use crate::service::work::Work;
use crate::service::{consent, issuing, licence};
use crate::storage::catalogue::entry::{self as stored, VersionRow};
use crate::storage::catalogue::unit::{self, KeptUnit};
use crate::storage::change::Change;
use crate::storage::{StorageError, Tx};

/// What is to become of a unit's work.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where it moves.
    pub succession: Succession,
    /// On which day; it has moved when that day begins.
    pub at: Day,
    /// Why.
    pub reason: PlainText,
}

/// Keeps the plan, or carries it out at once if its day is today.
pub(super) async fn begin(
    app: &App,
    work: &mut Work<'_>,
    before: KeptUnit,
    plan: Plan,
) -> Result<KeptUnit, UnitError> {
    let Plan { succession, at, reason } = plan;
    let today = Day::of(work.now);
    let mut faults = Faults::default();
    faults.require(at >= today, "/at", "past", "日期不能早于今天", "must not lie in the past");
    heir_faults(&mut work.tx, &before.unit, &succession, &mut faults).await?;
    faults.none().map_err(UnitError::Faults)?;
    let id = before.unit.id;
    work.audit("plan succession", id.as_str(), Some(reason.as_str())).await?;
    if at <= today {
        return Ok(carry_out(app, work, before, succession).await?);
    }
    let kept = KeptUnit {
        ends_on: Some(at),
        succession: Some(succession),
        changes: before.changes + 1,
        ..before.clone()
    };
    unit::replace(&mut work.tx, &app.secrets, &*app.entropy, &before, &kept).await?;
    Ok(kept)
}

/// Carries out the plans whose day has come, each by itself.
pub async fn carry_out_due(app: &App) -> Result<(), StorageError> {
    let today = Day::of(app.now());
    let mut tx = app.db.begin_read().await?;
    let ending = unit::ending(&mut tx, today).await?;
    tx.commit().await?;
    for id in ending {
        let mut work = Work::of_server(app).await?;
        let before = unit::find_kept_and_hold(&mut work.tx, &app.secrets, id).await?;
        let due = before.filter(|before| before.ends_on.is_some_and(|day| day <= today));
        let Some(before) = due else { continue };
        let Some(succession) = before.succession.clone() else { continue };
        let mut faults = Faults::default();
        heir_faults(&mut work.tx, &before.unit, &succession, &mut faults).await?;
        if !faults.0.is_empty() {
            tracing::error!(unit = %id, "its work cannot move: a successor has ended; plan it anew");
            continue;
        }
        carry_out(app, &mut work, before, succession).await?;
        work.finish().await?;
    }
    Ok(())
}

/// Whether a unit has entries that are not out of force, or is named by a kind as one that issues it.
pub(super) async fn has_entries(tx: &mut Tx, id: Uscc) -> Result<bool, StorageError> {
    if stored::any_live_of_unit(tx, id).await? {
        return Ok(true);
    }
    Ok(!kinds_of(tx, id).await?.is_empty())
}

/// Who takes over is there, works, and may do what the unit did.
async fn heir_faults(
    tx: &mut Tx,
    from: &Unit,
    succession: &Succession,
    faults: &mut Faults,
) -> Result<(), StorageError> {
    for (at, id) in succession.heirs().enumerate() {
        let heir = unit::find(tx, id).await?.filter(|heir| heir.state == UnitState::Active && id != from.id);
        let needed: &[Capacity] = if at == 0 { &from.capacities } else { &[Capacity::Issuing] };
        let may = |heir: &Unit| needed.iter().all(|capacity| heir.capacities.contains(capacity));
        let pointer = match at.checked_sub(1) {
            None => "/to".to_owned(),
            Some(part) => format!("/split/{part}/to"),
        };
        faults.require(
            heir.as_ref().is_some_and(may),
            pointer,
            "cannot-succeed",
            "承接单位须存在且正常，并具有本单位的职能",
            "who takes over must be there, active, and have this unit's capacities",
        );
    }
    let mut regions = std::collections::HashSet::new();
    for (part, said) in succession.split.iter().enumerate() {
        faults.require(
            said.kinds.is_empty() != said.region.is_none(),
            format!("/split/{part}"),
            "kinds-or-region",
            "每一部分须写明证照类型 kinds 或区域 region 之一",
            "a part names either kinds or a region",
        );
        let is_code = |region: &String| region.len() == 6 && region.bytes().all(|b| b.is_ascii_digit());
        faults.require(
            said.region.as_ref().is_none_or(|region| is_code(region) && regions.insert(region)),
            format!("/split/{part}/region"),
            "region",
            "应为六位区域代码，且不重复",
            "must be the code of a region, six digits, each once",
        );
    }
    let mut seen = std::collections::HashSet::new();
    for (part, kinds) in succession.split.iter().enumerate() {
        for (at, kind) in kinds.kinds.iter().enumerate() {
            faults.require(
                seen.insert(*kind),
                format!("/split/{part}/kinds/{at}"),
                "duplicate",
                "该证照类型已列出",
                "this kind is named before",
            );
        }
    }
    Ok(())
}

/// Moves everything.
async fn carry_out(
    app: &App,
    work: &mut Work<'_>,
    before: KeptUnit,
    succession: Succession,
) -> Result<KeptUnit, StorageError> {
    let from = before.unit.id;
    let issued = kinds_of(&mut work.tx, from).await?;
    let mut former_kinds = before.former_kinds.clone();
    let codes = issued.iter().map(|kind| kind.code);
    former_kinds.extend(codes.filter(|code| !before.former_kinds.contains(code)));
    licence::succession::move_licences(app, work, from, &succession).await?;
    let moved = move_entries(&mut work.tx, from, &succession, &issued, work.now.0).await?;
    issuing::succession::move_work(app, work, from, &succession, &moved).await?;
    consent::succession::move_consents(work, from, &succession).await?;
    proposals::move_all(work, from, succession.to).await?;
    members::move_members(work, from, succession.to).await?;
    unit::adopt(&mut work.tx, from, succession.to).await?;
    let unit = Unit { state: UnitState::Closed, successor: Some(succession.to), ..before.unit.clone() };
    let kept = KeptUnit {
        unit,
        changes: before.changes + 1,
        ends_on: None,
        succession: Some(succession),
        former_kinds,
        ..before.clone()
    };
    unit::replace(&mut work.tx, &app.secrets, &*app.entropy, &before, &kept).await?;
    stored::advance(&mut work.tx).await?;
    work.changed(Change::Catalogue).await?;
    work.audit("move unit", from.as_str(), None).await?;
    Ok(kept)
}

/// Kinds in force that name a unit as one that issues them.
async fn kinds_of(tx: &mut Tx, id: Uscc) -> Result<Vec<Kind>, StorageError> {
    let mut found = Vec::new();
    for row in stored::in_use(tx, Sort::Kind).await? {
        let kind: Kind = reading::read(Sort::Kind, &row)?;
        let names = kind.units.contains(&id) || kind.co_issuers.contains(&id);
        if names && row.state == EntryState::Published {
            found.push(kind);
        }
    }
    Ok(found)
}

/// Gives a unit's entries to who takes them over, and names him wherever a kind names the unit; the kinds it issued, with
/// the versions that are in force now.
async fn move_entries(
    tx: &mut Tx,
    from: Uscc,
    succession: &Succession,
    issued: &[Kind],
    now: i64,
) -> Result<Vec<MovedKind>, StorageError> {
    let mut touched = stored::of_unit(tx, from).await?;
    for kind in issued {
        let entry = (Sort::Kind, kind.code.to_string());
        if !touched.contains(&entry) {
            touched.push(entry);
        }
    }
    let mut moved = Vec::with_capacity(issued.len());
    for (sort, code) in touched {
        if sort == Sort::UsingList {
            using_lists::move_list(tx, from, succession.to, now).await?;
            continue;
        }
        let kind = kind_code(sort, &code);
        let mut heirs = vec![kind.map_or(succession.to, |kind| succession.heir_of(kind))];
        // A kind that is not parted goes on to be issued by who takes over a region of it.
        if kind.is_some_and(|kind| !succession.split.iter().any(|part| part.kinds.contains(&kind))) {
            for heir in succession.heirs_by_region() {
                if !heirs.contains(&heir) {
                    heirs.push(heir);
                }
            }
        }
        let versions = move_entry(tx, sort, &code, from, &heirs, now).await?;
        if let Some(kind) = issued.iter().find(|issued| Some(issued.code) == kind) {
            moved.push(MovedKind { code: kind.code, matter: kind.matter.clone(), versions });
        }
    }
    Ok(moved)
}

fn kind_code(sort: Sort, code: &str) -> Option<KindCode> {
    code.parse().ok().filter(|_| sort == Sort::Kind)
}

/// Makes what is in force, and a draft above it, versions that name the heirs, of whom the first has the entry; the number
/// of what was in force, which stays readable as it was, and of what is.
async fn move_entry(
    tx: &mut Tx,
    sort: Sort,
    code: &str,
    from: Uscc,
    heirs: &[Uscc],
    now: i64,
) -> Result<Option<(i64, i64)>, StorageError> {
    let Some(before) = stored::find(tx, sort, code).await? else { return Ok(None) };
    let mut after = stored::EntryRow { changes: before.changes + 1, ..before.clone() };
    let newest = stored::version(tx, sort, code, before.newest).await?;
    let draft = newest.filter(|row| matches!(row.state, EntryState::Draft | EntryState::Submitted));
    if let Some(number) = before.in_force
        && let Some(row) = stored::version(tx, sort, code, number).await?
    {
        // A draft makes room: versions in force come before what is written on them.
        let number = if draft.is_some() { before.newest } else { before.newest + 1 };
        let body = moved(sort, &row, from, heirs)?;
        let moved = VersionRow { version: number, body, written_at: now, published_at: Some(now), ..row };
        stored::put_version(tx, sort, &moved).await?;
        (after.in_force, after.newest) = (Some(number), number);
    }
    if let Some(row) = draft {
        let number = if before.in_force.is_some() { before.newest + 1 } else { before.newest };
        let body = moved(sort, &row, from, heirs)?;
        stored::put_version(tx, sort, &VersionRow { version: number, body, ..row }).await?;
        after.newest = number;
    }
    stored::replace(tx, sort, &before, &after).await?;
    if let (true, Some(heir)) = (before.unit == from, heirs.first()) {
        stored::give_to(tx, sort, code, *heir).await?;
    }
    Ok(before.in_force.zip(after.in_force))
}

/// What an entry says, with the first of the heirs in the unit's place, and all of them where it lists who issues.
fn moved(sort: Sort, row: &VersionRow, from: Uscc, heirs: &[Uscc]) -> Result<String, StorageError> {
    let wrong = || entries::unreadable(sort, row);
    let mut body: Value = serde_json::from_str(&row.body).map_err(|_| wrong())?;
    let from = Value::from(from.as_str());
    let heirs: Vec<Value> = heirs.iter().map(|heir| Value::from(heir.as_str())).collect();
    let first = heirs.first().ok_or_else(wrong)?;
    if let Some(unit) = body.get_mut("unit").filter(|unit| **unit == from) {
        *unit = first.clone();
    }
    for (member, heirs) in [("units", &heirs[..]), ("co_issuers", &heirs[..1])] {
        let Some(listed) = body.get_mut(member).and_then(Value::as_array_mut) else { continue };
        let Some(place) = listed.iter().position(|unit| *unit == from) else { continue };
        listed.remove(place);
        let new: Vec<Value> = heirs.iter().filter(|heir| !listed.contains(heir)).cloned().collect();
        listed.splice(place..place, new);
    }
    serde_json::to_string(&body).map_err(|_| wrong())
}
