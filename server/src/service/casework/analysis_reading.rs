//! Reading analyses: what is asked, who approves it, what the caller can do with it, and what was told (R64).

use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;

use crate::App;
use crate::domain::access::{Action, Permit, Reach, Scope, ViewAnalyses};
use crate::domain::actor::membership::Role;
use crate::domain::casework::analysis::{
    AnalysisAct, AnalysisState, Counted, Dimension, Filter, Question, Told, status_label,
};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::AnalysisId;
use crate::service::catalogue::names::{kind_names, unit_names};
use crate::storage::casework::analysis::{self as stored, AnalysisRow, ApprovalRow};
use crate::storage::{StorageError, Tx, page};

/// What is told, with words for the values.
#[derive(Clone, Debug)]
pub struct Telling {
    /// When it was counted.
    pub at: UnixTime,
    /// Its groups.
    pub groups: Vec<ToldGroup>,
    /// In all.
    pub total: Option<i64>,
}

/// A group that is told.
#[derive(Clone, Debug)]
pub struct ToldGroup {
    /// Its value in each dimension, and that in words.
    pub values: Vec<(String, Text)>,
    /// Its persons; `None` = fewer than may be told.
    pub persons: Option<i64>,
}

/// An application as it is read.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Its id.
    pub id: AnalysisId,
    /// Who applied, and its names.
    pub unit: (Uscc, Text),
    /// The kinds, and their names.
    pub kinds: Vec<(KindCode, Text)>,
    /// By what persons are grouped.
    pub group_by: Vec<Dimension>,
    /// Of which licences.
    pub filter: Filter,
    /// What for.
    pub purpose: String,
    /// Where it stands.
    pub state: AnalysisState,
    /// What the caller can do with it now.
    pub acts: Vec<AnalysisAct>,
    /// When it was made.
    pub at: UnixTime,
    /// When the manager approved.
    pub approved_at: Option<UnixTime>,
    /// The issuers that approve, and when each did.
    pub issuers: Vec<(Uscc, Text, Option<UnixTime>)>,
    /// When it was answered, refused or withdrawn.
    pub ended_at: Option<UnixTime>,
    /// Why the last act was done.
    pub reason: Option<String>,
    /// What was told; `None` but for who applied, managers and auditors.
    pub result: Option<Telling>,
}

/// One application within the caller's reach; `None` if there is no such.
pub async fn one(
    app: &App,
    permit: &Permit<ViewAnalyses>,
    id: AnalysisId,
) -> Result<Option<Analysis>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let found = match stored::find(&mut tx, scope_of(permit.scope()), id).await? {
        Some(row) => Some(open(app, &mut tx, permit, row).await?),
        None => None,
    };
    tx.commit().await?;
    Ok(found)
}

/// A page of the applications within the caller's reach, newest first, and where the next begins.
pub async fn list(
    app: &App,
    permit: &Permit<ViewAnalyses>,
    state: Option<AnalysisState>,
    before: Option<AnalysisId>,
    limit: i64,
) -> Result<(Vec<Analysis>, Option<AnalysisId>), StorageError> {
    let mut tx = app.db.begin_read().await?;
    let scope = scope_of(permit.scope());
    let mut rows = stored::list(&mut tx, scope, state, before, limit.saturating_add(1)).await?;
    let next = page::cut(&mut rows, limit, |row| row.id);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(open(app, &mut tx, permit, row).await?);
    }
    tx.commit().await?;
    Ok((items, next))
}

/// Everything that was counted for one; `None` until it is answered.
pub(super) fn answer_of(app: &App, row: &AnalysisRow) -> Result<Option<Counted>, StorageError> {
    let Some(sealed) = &row.answer else { return Ok(None) };
    let text =
        app.secrets.open(&stored::place_of_answer(row.id), sealed).map_err(|_| row.broken("answer"))?;
    serde_json::from_slice(&text).map(Some).map_err(|_| row.broken("answer"))
}

pub(super) fn scope_of(reach: Reach) -> Scope {
    match reach {
        Reach::Unit(unit) => Scope::Unit(unit),
        Reach::Province => Scope::All,
    }
}

pub(super) fn own_unit<A: Action>(permit: &Permit<A>) -> Option<Uscc> {
    permit.principal().membership.as_ref().map(|membership| membership.unit)
}

/// Whether the caller has a part in an application that has this act, whatever its state.
pub(super) fn may<A: Action>(
    permit: &Permit<A>,
    act: AnalysisAct,
    row: &AnalysisRow,
    issuers: &[ApprovalRow],
) -> bool {
    let (own, has) = (own_unit(permit), |role| permit.principal().has_role(&[role]));
    match act {
        AnalysisAct::Withdraw => own == Some(row.unit) && has(Role::UnitAdmin),
        AnalysisAct::Approve | AnalysisAct::Refuse => {
            let is_issuers = issuers.iter().any(|issuer| Some(issuer.unit) == own);
            has(Role::Manager) || (is_issuers && has(Role::IssuerChecker))
        }
    }
}

/// What the caller can do with an application now.
pub(super) fn acts_now<A: Action>(
    permit: &Permit<A>,
    row: &AnalysisRow,
    issuers: &[ApprovalRow],
) -> Result<Vec<AnalysisAct>, StorageError> {
    let state = row.state()?;
    let own = own_unit(permit);
    let is_turn = match state {
        AnalysisState::Applied => permit.principal().has_role(&[Role::Manager]),
        AnalysisState::WithIssuers => {
            let waits = issuers.iter().any(|issuer| Some(issuer.unit) == own && issuer.at.is_none());
            waits && permit.principal().has_role(&[Role::IssuerChecker])
        }
        _ => false,
    };
    let now = |act: &AnalysisAct| match act {
        AnalysisAct::Withdraw => state.is_open() && may(permit, *act, row, issuers),
        AnalysisAct::Approve | AnalysisAct::Refuse => is_turn && row.account != permit.account(),
    };
    Ok(AnalysisAct::ALL.iter().copied().filter(now).collect())
}

pub(super) async fn open<A: Action>(
    app: &App,
    tx: &mut Tx,
    permit: &Permit<A>,
    row: AnalysisRow,
) -> Result<Analysis, StorageError> {
    let question = row.question()?;
    let approvals = stored::approvals(tx, row.id).await?;
    let mut issuers = Vec::with_capacity(approvals.len());
    for approval in &approvals {
        let names = unit_names(tx, approval.unit).await?;
        issuers.push((approval.unit, names, approval.at.map(UnixTime)));
    }
    let place = stored::place_of_purpose(row.id);
    let purpose = app.secrets.open_text(&place, &row.purpose).map_err(|_| row.broken("purpose"))?;
    let reason = row.reason.as_ref().map(|sealed| {
        let place = stored::place_of_reason(row.id);
        app.secrets.open_text(&place, sealed).map_err(|_| row.broken("reason"))
    });
    let is_reader =
        own_unit(permit) == Some(row.unit) || permit.principal().has_role(&[Role::Manager, Role::Auditor]);
    let result = match answer_of(app, &row)? {
        Some(counted) if is_reader => {
            let at = UnixTime(row.ended_at.unwrap_or(row.at));
            Some(in_words(app, tx, &question, &counted.told(), at).await?)
        }
        _ => None,
    };
    Ok(Analysis {
        id: row.id,
        unit: (row.unit, unit_names(tx, row.unit).await?),
        kinds: question.kinds.iter().map(|kind| (*kind, kind_names(app, *kind))).collect(),
        acts: acts_now(permit, &row, &approvals)?,
        state: row.state()?,
        purpose,
        at: UnixTime(row.at),
        approved_at: row.approved_at.map(UnixTime),
        issuers,
        ended_at: row.ended_at.map(UnixTime),
        reason: reason.transpose()?,
        result,
        group_by: question.group_by,
        filter: question.filter,
    })
}

async fn in_words(
    app: &App,
    tx: &mut Tx,
    question: &Question,
    told: &Told,
    at: UnixTime,
) -> Result<Telling, StorageError> {
    let mut groups = Vec::with_capacity(told.groups.len());
    for (values, persons) in &told.groups {
        let mut named = Vec::with_capacity(values.len());
        for (dimension, value) in question.group_by.iter().zip(values) {
            named.push((value.clone(), label(app, tx, *dimension, value).await?));
        }
        groups.push(ToldGroup { values: named, persons: *persons });
    }
    Ok(Telling { at, groups, total: told.total })
}

/// What people read for a value.
async fn label(app: &App, tx: &mut Tx, dimension: Dimension, value: &str) -> Result<Text, StorageError> {
    let plain = || Text::new(value.to_owned(), value.to_owned());
    Ok(match dimension {
        Dimension::Kind => value.parse().map_or_else(|_| plain(), |kind| kind_names(app, kind)),
        Dimension::Unit => match value.parse() {
            Ok(unit) => unit_names(tx, unit).await?,
            Err(_) => plain(),
        },
        Dimension::Status => status_label(value).unwrap_or_else(plain),
        Dimension::Year => plain(),
        Dimension::Month => match value.split_at_checked(4) {
            Some((year, month)) => Text::new(format!("{year}-{month}"), format!("{year}-{month}")),
            None => plain(),
        },
    })
}
