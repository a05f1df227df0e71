//! One row: what it says, and how what stands against it is told at its cells.

use liangzheng_core::time::UnixTime;

use super::ImportError;
use crate::App;
use crate::domain::access::Scope;
use crate::domain::catalogue::codes::KindCode;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::matter::MatterType;
use crate::domain::fault::Faults;
use crate::domain::issuing::case::CaseMode;
use crate::domain::issuing::draft::DraftRequest;
use crate::domain::issuing::face;
use crate::domain::issuing::import::acts::RowAct;
use crate::domain::issuing::import::layout::{Layout, Said};
use crate::domain::licence::Licence;
use crate::service::issuing::examine::{Examined, Ground};
use crate::service::issuing::{DraftError, suspects};
use crate::service::licence::acts::{ActError, ActRequest};
use crate::storage::issuing::case;
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx};

/// The draft of a row. A case is named there by its number.
pub(super) async fn draft(
    tx: &mut Tx,
    unit: Uscc,
    kind: &Kind,
    mode: CaseMode,
    layout: &Layout,
    said: &Said,
) -> Result<DraftRequest, StorageError> {
    let mut request = layout.draft(kind, mode, said);
    if let Some(number) = &request.case {
        let found = case::with_number(tx, unit, MatterType::Issuing, number).await?;
        // A number that is none of ours is told as a case that is not there.
        request.case = Some(found.map_or_else(|| number.clone(), |id| id.to_string()));
    }
    Ok(request)
}

/// What stands against a draft, as faults of its row.
///
/// # Errors
/// What is no row's fault.
pub(super) fn faults_of(error: DraftError) -> Result<Faults, ImportError> {
    let mut faults = Faults::default();
    match error {
        DraftError::Faults(found) => return Ok(found),
        DraftError::NameDiffers => name_differs(&mut faults),
        DraftError::KindChanged { .. } => return Err(ImportError::KindChanged),
        DraftError::NoFurtherVersion => {
            faults.add("/kind", "serials", "流水号已用尽", "no further serial fits the identifier")
        }
        DraftError::Seal(error) => return Err(error.into()),
        DraftError::Work(error) => return Err(error.into()),
        other => return Err(ImportError::Draft(Box::new(other))),
    }
    Ok(faults)
}

/// What stands against a whole bite and against none of its rows.
pub(super) fn of_no_row(error: DraftError) -> ImportError {
    match error {
        DraftError::Seal(error) => error.into(),
        DraftError::Work(error) => error.into(),
        other => ImportError::Draft(Box::new(other)),
    }
}

/// The holder is known here by another name.
pub(in crate::service::issuing) fn name_differs(faults: &mut Faults) {
    faults.add(
        "/holder/name",
        "holder-name-differs",
        "该号码已登记为其他姓名（名称），请核对",
        "this number is known here under another name: check both",
    );
}

/// What rows may be the same as, as faults of each that name the first. A file has nobody who decides on suspects: where it
/// is another, its licence is issued by itself.
pub(super) async fn suspected(
    app: &App,
    tx: &mut Tx,
    ground: &Ground,
    examined: &[&Examined],
    now: UnixTime,
) -> Result<Vec<Faults>, StorageError> {
    let (unit, kind) = (ground.unit, ground.kind.code);
    // Another name is told by itself, once the register was asked.
    let found = suspects::found_each(app, tx, unit, kind, examined, now).await?;
    let mut told = Vec::with_capacity(found.len());
    for (one, found) in examined.iter().zip(found) {
        let mut faults = Faults::default();
        if let Some((other, why)) = found.first() {
            let (zh, en) = match record::identifier_of(tx, *other).await? {
                Some(identifier) => (format!("证照 {identifier}"), format!("licence {identifier}")),
                None => (format!("未签发的草稿 {other}"), format!("draft {other}")),
            };
            let why = why.label();
            let zh = format!("疑似与{zh}重复（{}），请核对；确属另一件的，请逐件制发", why.zh);
            let en = format!(
                "may be the same as {en} ({}): check it; if it is another, issue it by itself",
                why.en
            );
            for pointer in told_apart_by(&ground.kind, one) {
                faults.add(pointer, "duplicate-suspected", zh.clone(), en.clone());
            }
        }
        told.push(faults);
    }
    Ok(told)
}

/// The cells by which a row is told apart from others of its kind.
pub(super) fn told_apart_by(kind: &Kind, examined: &Examined) -> Vec<String> {
    match examined.face_key {
        Some(_) => kind.duplicate.iter().map(|key| face::at(key)).collect(),
        None => vec!["/holder/id_number".to_owned()],
    }
}

/// The base register disagrees (R26).
pub(in crate::service::issuing) fn mismatch(detail: Option<&str>, faults: &mut Faults) {
    let (zh, en) = match detail {
        Some(detail) => {
            (format!("与基础库不一致：{detail}"), format!("the base register disagrees: {detail}"))
        }
        None => (
            "与基础库不一致，请核对姓名（名称）和号码".to_owned(),
            "the base register disagrees: check name and number".to_owned(),
        ),
    };
    faults.add("/holder/name", "register-mismatch", zh, en);
}

/// The licence that a row acts on, and the act; held until the transaction ends where `hold` says so.
pub(super) async fn act(
    app: &App,
    tx: &mut Tx,
    unit: Uscc,
    kind: Option<KindCode>,
    row: RowAct,
    hold: bool,
) -> Result<Result<(Licence, ActRequest), Faults>, StorageError> {
    let mut faults = Faults::default();
    let id = record::id_of(tx, &row.identifier).await?;
    let found = match id {
        None => None,
        Some(id) if hold => record::find_and_hold(tx, &app.secrets, unit, id).await?,
        Some(id) => record::find(tx, &app.secrets, unit, id).await?,
    };
    let found = found.filter(|licence| kind.is_none_or(|kind| licence.kind() == kind));
    let Some(licence) = found else {
        faults.add(
            "/identifier",
            "not-found",
            "本单位没有这件证照，或不是所选的证照类型",
            "this unit has no such licence, or it is of another kind",
        );
        return Ok(Err(faults));
    };
    let request = ActRequest {
        act: row.act,
        reason: row.reason,
        legal_basis: row.legal_basis,
        effective_at: row.effective_at,
        until: row.until,
        due: row.due,
        physical: row.physical,
        if_version: None,
    };
    Ok(Ok((licence, request)))
}

/// What stands against an act, as faults of its row.
///
/// # Errors
/// What is no row's fault.
pub(super) fn faults_of_act(error: ActError) -> Result<Faults, ImportError> {
    let mut faults = Faults::default();
    match error {
        ActError::Faults(found) => return Ok(found),
        ActError::Forbidden { refused, allowed, .. } => {
            let (state, act) = (refused.label(), refused.act.label());
            let zh: Vec<String> = allowed.iter().map(|act| act.label().zh.to_string()).collect();
            let en: Vec<&str> = allowed.iter().map(|act| act.as_str()).collect();
            let (zh, en) = if allowed.is_empty() {
                ("此状态为终态".to_owned(), "the state is final".to_owned())
            } else {
                (format!("可以办理：{}", zh.join("、")), format!("allowed: {}", en.join(", ")))
            };
            faults.add(
                "/act",
                "forbidden-transition",
                format!("证照当前为「{}」，不能{}；{zh}", state.zh, act.zh),
                format!("the licence is {}: no “{}”; {en}", state.en.to_lowercase(), act.en),
            );
        }
        ActError::HoldersMissing { missing } => faults.add(
            "/act",
            "holders-missing",
            format!("还有 {missing} 位持证主体没有提出，全部提出后方可注销"),
            format!("{missing} of its holders have not asked yet: it is cancelled when all have"),
        ),
        ActError::Work(error) => return Err(error.into()),
        other => return Err(ImportError::Act(Box::new(other))),
    }
    Ok(faults)
}

/// An import is looked at by the job for its unit alone.
pub(super) const EVERY: Scope = Scope::All;
