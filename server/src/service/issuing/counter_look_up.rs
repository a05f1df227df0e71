//! The counter looks up a licence of the holder who stands before it and has no phone (R70): one kind of one holder for one
//! open case, by the unit in whose hands the licence is, after a look at his document or at himself.
//!
//! What there is not and what is not the caller's to see are answered alike. Each look counts, is kept with its reason,
//! stands in the holder's list, and is told to him at once.

use std::sync::Arc;

use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, Seconds, UnixTime};

use crate::App;
use crate::domain::access::{LookUpAtCounter, Permit};
use crate::domain::calendar::minute;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::kind::{FieldType, Kind};
use crate::domain::ids::{CaseId, CounterLookUpId, HolderId, LicenceId};
use crate::domain::issuing::case::{Case, CaseState};
use crate::domain::licence::Licence;
use crate::domain::text::PlainText;
use crate::domain::trace::usage::{FetchGround, Ground, Use, UseKind};
use crate::service::actor::person;
use crate::service::actor::recovery::EvidenceType;
use crate::service::casework::fetches::FetchedLicence;
use crate::service::catalogue::names::unit_names;
use crate::service::catalogue::reading;
use crate::service::consent::options::seen;
use crate::service::licence::notices;
use crate::service::work::{Work, WorkError};
use crate::storage::issuing::case;
use crate::storage::issuing::look_up::{self as stored, LookUpRow, place};
use crate::storage::licence::record;
use crate::storage::trace::access_log;
use crate::storage::{self, StorageError};

/// What is looked up.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The case.
    pub case: CaseId,
    /// Of which kind.
    pub kind: KindCode,
    /// What was looked at of the holder himself.
    pub evidence: EvidenceType,
    /// Why.
    pub reason: PlainText,
}

/// What was found.
#[derive(Debug)]
pub struct LookedUp {
    /// The use, as the log names it: of the first licence.
    pub use_id: i64,
    /// The licences.
    pub licences: Vec<FetchedLicence>,
}

/// Why nothing was shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookUpError {
    /// There is none, or it is not the caller's to see.
    #[error("nothing to be shown")]
    NotFound,
    /// The clerk has looked as often as he may in a day.
    #[error("too many looks today")]
    TooMany {
        /// Until the next day.
        wait: Seconds,
    },
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for LookUpError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Looks; the look is on the disk, and the holder told, before this answers.
pub async fn look_up(
    app: &App,
    permit: &Permit<LookUpAtCounter>,
    wanted: &Wanted,
) -> Result<LookedUp, LookUpError> {
    // The account is held from here on: of many looks at once each counts those before it.
    let mut work = Work::begin(app, permit).await?;
    let (now, unit) = (work.now, permit.scope());
    let today = midnight(now);
    if stored::count(&mut work.tx, permit.account(), today).await? >= A_DAY {
        return Err(LookUpError::TooMany { wait: today.plus(DAY).since(now) });
    }
    let found = case::find(&mut work.tx, &app.secrets, unit, wanted.case).await?;
    let case = found.filter(|case| case.state == CaseState::Open);
    let kind = reading::in_force::<Kind>(&mut work.tx, wanted.kind.as_str()).await?;
    let holder = match &case {
        Some(case) => {
            storage::actor::holder::find_by_number(&mut work.tx, &app.secrets, &case.person.number).await?
        }
        None => None,
    };
    let concerned = holder.as_ref().map(|holder| holder.id);
    // A slip in the number shows no stranger's licence; whose number it is, is told of the look all the same.
    let is_named = |name: &str| case.as_ref().is_some_and(|case| case.person.name == name);
    let holder = holder.filter(|holder| is_named(&holder.name)).map(|holder| holder.id);
    let mut licences = Vec::new();
    if let (Some(case), Some(kind), Some(holder)) = (&case, &kind, holder) {
        for held in record::held_of_kind(&mut work.tx, holder, kind.code).await? {
            if !held.stands || held.issuer != unit {
                continue;
            }
            let licence = record::find(&mut work.tx, &app.secrets, unit, held.id).await?;
            if let Some(licence) = licence {
                licences.push(shown(app, &mut work, permit, wanted, case, kind, holder, licence).await?);
            }
        }
    }
    if licences.is_empty() {
        let row = used(app, permit, wanted, now, concerned, None);
        access_log::append(&mut work.tx, &row).await?;
    }
    let id = CounterLookUpId::generate(now, &*app.entropy);
    let row = LookUpRow {
        id,
        unit,
        account: permit.account(),
        case: wanted.case,
        kind: wanted.kind,
        evidence: wanted.evidence.as_str(),
        reason: app.secrets.seal_text(&place(id), wanted.reason.as_str(), &*app.entropy),
        found: i64::try_from(licences.len()).unwrap_or(i64::MAX),
        at: now,
    };
    stored::insert(&mut work.tx, &row).await?;
    if let Some(holder) = concerned {
        notices::of_look_up(app, &mut work, holder, id).await?;
    }
    work.audit("look up at counter", &id.to_string(), Some(wanted.reason.as_str())).await?;
    work.finish().await?;
    match licences.first().map(|first| first.use_id) {
        Some(use_id) => Ok(LookedUp { use_id, licences }),
        None => Err(LookUpError::NotFound),
    }
}

/// One licence as the counter sees it, logged: each field as it is masked, and pictures left out.
#[expect(clippy::too_many_arguments, reason = "each is told in what is shown")]
async fn shown(
    app: &App,
    work: &mut Work<'_>,
    permit: &Permit<LookUpAtCounter>,
    wanted: &Wanted,
    case: &Case,
    kind: &Kind,
    holder: HolderId,
    licence: Licence,
) -> Result<FetchedLicence, StorageError> {
    let (now, unit) = (work.now, permit.scope());
    let row =
        used(app, permit, wanted, now, Some(holder), Some((licence.id, licence.identifier.to_string())));
    let use_id = access_log::append(&mut work.tx, &row).await?;
    let withheld = licence.showable(Day::of(now)).err();
    let told =
        kind.face.fields.iter().filter(|field| withheld.is_none() && field.field_type != FieldType::Image);
    let fields = told.map(|field| seen(field.clone(), field.mask, &licence.face)).collect();
    let names = unit_names(&mut work.tx, unit).await?;
    let clerk = person::name(&mut work.tx, &app.secrets, permit.account()).await?.unwrap_or_default();
    Ok(FetchedLicence {
        use_id,
        watermark: watermark(&names, &case.number, &clerk, now),
        unit: (unit, names),
        kind_names: kind.names.clone(),
        fields,
        withheld,
        licence,
    })
}

/// Unit, case, clerk, time, and the bar on passing it on (R65).
fn watermark(unit: &Text, case: &str, clerk: &str, at: UnixTime) -> Text {
    let at = minute(at);
    Text::new(
        format!(
            "仅供{}窗口为持证主体办理办件 {case} 使用；经办人 {clerk}，北京时间 {at}；不得另作他用，不得向第三方提供或公开。",
            unit.zh
        ),
        format!(
            "For the counter of {} and the case {case} of the holder only; looked up by {clerk}, {at} (UTC+8); not to be used \
             otherwise, passed on or published.",
            unit.en
        ),
    )
}

fn used(
    app: &App,
    permit: &Permit<LookUpAtCounter>,
    wanted: &Wanted,
    at: UnixTime,
    holder: Option<HolderId>,
    licence: Option<(LicenceId, String)>,
) -> Use {
    let unit: Uscc = permit.scope();
    let (licence, subject) = match licence {
        Some((id, identifier)) => (id.to_string().into(), identifier.into()),
        None => <(Arc<str>, Arc<str>)>::default(),
    };
    let actor: Arc<str> = permit.account().to_string().into();
    let fetch = FetchGround { holder, kind: Some(wanted.kind), material: None, refused: None };
    let ground = Ground {
        case: Some(wanted.case.to_string()),
        reason: Some(access_log::seal_reason(
            &app.secrets,
            &*app.entropy,
            (&licence, &actor, at),
            wanted.reason.as_str(),
        )),
        fetch: Some(fetch),
        ..Ground::member(unit)
    };
    Use {
        at,
        kind: UseKind::CounterLookUp,
        licence,
        actor,
        subject,
        scene: Arc::default(),
        token: Vec::new(),
        ground: Some(Box::new(ground)),
    }
}

/// When the day of `now` began in China.
fn midnight(now: UnixTime) -> UnixTime {
    now.minus(Seconds(now.plus(CHINA).0.rem_euclid(DAY.0)))
}

/// Looks of one clerk on one day; platform contract, "Counter look-up".
const A_DAY: i64 = 20;
const DAY: Seconds = Seconds(86_400);
/// UTC+8.
const CHINA: Seconds = Seconds(8 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        // 22 November 2026, 00:00 in China.
        let midnight_at = 1_795_276_800;
        for (now, want) in [(-1, -86_400), (0, 0), (1, 0), (86_399, 0), (86_400, 86_400)] {
            assert_eq!(midnight(UnixTime(midnight_at + now)).0, midnight_at + want, "{now}");
        }
    }
}
