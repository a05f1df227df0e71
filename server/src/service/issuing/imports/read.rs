//! Looking at imports: where they stand, what is wrong with their rows, and the templates.

use liangzheng_core::time::UnixTime;

use super::ImportError;
use super::taken::MARK;
use crate::App;
use crate::domain::access::{Action, Permit, ViewImports};
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::kind::Kind;
use crate::domain::ids::ImportId;
use crate::domain::issuing::import::column::columns;
use crate::domain::issuing::import::{CellFault, ImportAct, ImportState, ImportType, Part};
use crate::service::actor::person;
use crate::service::catalogue::reading;
use crate::service::issuing::tasks::{Claimed, claim_of};
use crate::sheet;
use crate::storage::issuing::import::{self as stored, Import};
use crate::storage::issuing::import_row;
use crate::storage::{StorageError, Tx, page};

/// An import with what belongs to it.
#[derive(Clone, Debug)]
pub struct ImportView {
    /// The import.
    pub import: Import,
    /// Who sent it.
    pub sent_by: String,
    /// Who has it carried out.
    pub committed_by: Option<String>,
    /// Seconds until the step under way is done, as far as it went so far.
    pub eta: Option<i64>,
    /// What the caller may do with it now.
    pub acts: Vec<ImportAct>,
    /// Who has taken it to be committed.
    pub claim: Option<Claimed>,
    /// The first cells in which something is wrong, with their lines; empty in lists.
    pub faults: Vec<(i64, CellFault)>,
}

/// What a stream of events waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Counts everything that is told of it.
    pub version: i64,
    /// Whether nothing more will come of it.
    pub is_over: bool,
}

/// Imports of the caller's unit, newest first, and the one before which the next page begins.
pub async fn list(
    app: &App,
    permit: &Permit<ViewImports>,
    state: Option<ImportState>,
    before: Option<ImportId>,
    limit: i64,
) -> Result<(Vec<ImportView>, Option<ImportId>), ImportError> {
    let mut tx = app.db.begin_read().await?;
    let more = limit.saturating_add(1);
    let mut found = stored::list(&mut tx, &app.secrets, permit.scope(), state, before, more).await?;
    let next = page::cut(&mut found, limit, |import| import.id);
    let mut views = Vec::with_capacity(found.len());
    for import in found {
        views.push(view(app, &mut tx, permit, import).await?);
    }
    tx.commit().await?;
    Ok((views, next))
}

/// One import, with the first of what is wrong.
pub async fn one(app: &App, permit: &Permit<ViewImports>, id: ImportId) -> Result<ImportView, ImportError> {
    let mut tx = app.db.begin_read().await?;
    let mut view = found(app, &mut tx, permit, id).await?;
    let rows = import_row::wrong_after(&mut tx, &app.secrets, id, 0, TOLD).await?;
    tx.commit().await?;
    let faults =
        rows.into_iter().flat_map(|(line, row)| row.faults.into_iter().map(move |fault| (line, fault)));
    view.faults = faults.take(usize::try_from(TOLD).unwrap_or(usize::MAX)).collect();
    Ok(view)
}

/// How far one import is: what changes as it goes on, without opening a row.
pub async fn progress(
    app: &App,
    permit: &Permit<ViewImports>,
    id: ImportId,
) -> Result<ImportView, ImportError> {
    let mut tx = app.db.begin_read().await?;
    let view = found(app, &mut tx, permit, id).await?;
    tx.commit().await?;
    Ok(view)
}

/// The version of an import of the caller's unit.
pub async fn version(app: &App, permit: &Permit<ViewImports>, id: ImportId) -> Result<Waiting, ImportError> {
    let mut tx = app.db.begin_read().await?;
    let told = stored::version(&mut tx, permit.scope(), id).await?;
    tx.commit().await?;
    let (version, state) = told.ok_or(ImportError::NotFound)?;
    Ok(Waiting { version, is_over: state.is_over() })
}

/// The rows in which something is wrong, as a workbook: mended, it can be sent as it is.
pub async fn errors(app: &App, permit: &Permit<ViewImports>, id: ImportId) -> Result<Vec<u8>, ImportError> {
    let mut tx = app.db.begin_read().await?;
    let import = stored::find(&mut tx, &app.secrets, permit.scope(), id).await?;
    let header = import.ok_or(ImportError::NotFound)?.header;
    // Opened some at a time and written at once: the rows of a large file are not held together.
    let (send, mut take) = tokio::sync::mpsc::channel(2);
    let writing = tokio::task::spawn_blocking(move || {
        let rows =
            std::iter::from_fn(move || take.blocking_recv()).flat_map(|some: Vec<sheet::WrongRow>| some);
        sheet::errors(&header, rows)
    });
    let mut last = 0;
    loop {
        let rows = import_row::wrong_after(&mut tx, &app.secrets, id, last, READ_AT_ONCE).await?;
        let Some((line, _)) = rows.last() else { break };
        last = *line;
        if send.send(rows).await.is_err() {
            break;
        }
    }
    drop(send);
    tx.commit().await?;
    written(writing.await)
}

/// The template of a kind, or of acts and inspections on licences of it.
pub async fn template(
    app: &App,
    _: &Permit<ViewImports>,
    kind: &str,
    import_type: ImportType,
) -> Result<Vec<u8>, ImportError> {
    let mut tx = app.db.begin_read().await?;
    let found = reading::numbered_in_force::<Kind>(&mut tx, kind).await?;
    tx.commit().await?;
    let (kind, version) = found.ok_or(ImportError::NotFound)?;
    let mark = format!("{MARK} {import_type} {} {version}", kind.code);
    let name = format!("{}（{}）", kind.names.zh, import_type.label().zh);
    let columns = columns(import_type, Some(&kind));
    written(tokio::task::spawn_blocking(move || sheet::template(&name, &mark, &columns)).await)
}

fn written<E: std::fmt::Display, J>(table: Result<Result<Vec<u8>, E>, J>) -> Result<Vec<u8>, ImportError> {
    match table {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(ImportError::Table(error.to_string())),
        Err(_) => Err(ImportError::Table("given up".to_owned())),
    }
}

async fn found(
    app: &App,
    tx: &mut Tx,
    permit: &Permit<ViewImports>,
    id: ImportId,
) -> Result<ImportView, ImportError> {
    let import = stored::find(tx, &app.secrets, permit.scope(), id).await?;
    Ok(view(app, tx, permit, import.ok_or(ImportError::NotFound)?).await?)
}

async fn view(
    app: &App,
    tx: &mut Tx,
    permit: &Permit<ViewImports>,
    import: Import,
) -> Result<ImportView, StorageError> {
    let sent_by = person::name(tx, &app.secrets, import.account).await?.unwrap_or_default();
    let committed_by = match import.committed_by {
        Some(account) => person::name(tx, &app.secrets, account).await?,
        None => None,
    };
    let eta = eta(&import, app.now());
    let mut view =
        ImportView { import, sent_by, committed_by, eta, acts: Vec::new(), claim: None, faults: Vec::new() };
    let import = &view.import;
    if import.state.allowed().is_empty() {
        return Ok(view);
    }
    let claim = claim_of(app, tx, &import.id.to_string(), import.unit).await?;
    let part = part(tx, permit, import).await?;
    let is_free = claim.as_ref().is_none_or(|claim| claim.account == permit.account());
    let is_possible = |act: &ImportAct| match act {
        ImportAct::Commit => !import.dry_run && import.has_good_rows(),
        ImportAct::Cancel => true,
    };
    let acts = import.state.allowed().iter().copied();
    view.acts = acts.filter(|act| is_free && part.bar(*act).is_none() && is_possible(act)).collect();
    view.claim = claim;
    Ok(view)
}

/// What the caller is to an import.
pub(super) async fn part<A: Action>(
    tx: &mut Tx,
    permit: &Permit<A>,
    import: &Import,
) -> Result<Part, StorageError> {
    Ok(Part {
        is_sender: person::is_same(tx, import.account, permit.account()).await?,
        is_checker: permit.principal().has_role(&[Role::IssuerChecker]),
    })
}

/// At the pace so far; `None` where there is none yet, or nothing under way.
fn eta(import: &Import, now: UnixTime) -> Option<i64> {
    let left = match import.state {
        ImportState::Checking => import.total.saturating_sub(import.done),
        ImportState::Committing => import.total.saturating_sub(import.done).saturating_sub(import.failed),
        _ => return None,
    };
    let passed = now.0.saturating_sub(import.began_at).max(1);
    (import.done > 0).then(|| passed.saturating_mul(left.max(0)) / import.done)
}

/// Rows whose faults are told with an import; all are in its table of errors.
const TOLD: i64 = 200;
/// Rows opened at once for a table.
const READ_AT_ONCE: i64 = 500;
