//! Imports: a maker sends a file of many rows, each is examined by the rules of drafts and acts, and a checker who is
//! another person has them carried out (R16, R17, R24, R27).
//!
//! A file is kept sealed until its rows are; rows until some days after the end. Reading, examining and carrying out is
//! a job's: it takes some rows at a time, each bite a transaction that also changes the rows' states, so that a server
//! that ends anywhere goes on where it was, and no row is carried out twice.

mod check;
mod commit;
mod commit_acts;
mod enter;
mod lines;
mod read;
pub(super) mod row;
mod taken;

use schemars::JsonSchema;
use serde::Serialize;

use super::seal_version::{InForce, SealError};
use crate::App;
use crate::domain::access::{ActOnImport, Permit, Scope, SendImport};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::kind::Kind;
use crate::domain::fault::Faults;
use crate::domain::ids::{AccountId, ImportId};
use crate::domain::issuing::case::CaseMode;
use crate::domain::issuing::import::{Bar, CommitRows, ImportAct, ImportState, ImportType};
use crate::service::catalogue::reading;
use crate::service::issuing::tasks::{Claimed, refuse_anothers};
use crate::service::licence::acts::ActError;
use crate::service::work::{Reply, Work, WorkError};
use crate::sheet::{self, SheetFault};
use crate::storage::StorageError;
use crate::storage::idempotency::Claim;
use crate::storage::issuing::import::{self as stored, Import};
use crate::storage::issuing::{claim, import_row};

pub use read::{ImportView, Waiting, errors, list, one, progress, template, version};

/// A file to be imported.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// What its rows become.
    pub import_type: ImportType,
    /// Type code of a kind; needed for licences.
    pub kind: Option<String>,
    /// How its licences are made; `bulk` if absent.
    pub mode: Option<CaseMode>,
    /// Nothing is to come of it.
    pub dry_run: bool,
    /// As it is called.
    pub file_name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// An import that was taken; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ImportSent {
    /// Its id.
    pub id: ImportId,
    /// Where it stands.
    pub state: ImportState,
    /// Whether the same file had been sent before: this is that import.
    pub known: bool,
}

/// An import after an act; stored likewise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ImportActed {
    /// Its id.
    pub id: ImportId,
    /// Where it stands now.
    pub state: ImportState,
    /// Counts everything that is told of it.
    pub version: i64,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// No such import, or no such kind, of the caller's unit.
    #[error("no such import")]
    NotFound,
    /// Members of the form are wrong.
    #[error("the import cannot be taken as it is")]
    Faults(Faults),
    /// The file cannot be read.
    #[error(transparent)]
    Sheet(#[from] SheetFault),
    /// Its state does not allow the act.
    #[error("{from} does not allow {act}")]
    State {
        /// Where it stands.
        from: ImportState,
        /// What was asked.
        act: ImportAct,
    },
    /// Nobody commits what he sent (R16).
    #[error("nobody commits what he sent")]
    TwoPersons,
    /// Checkers commit; who sent it, or a checker, takes it back.
    #[error("{act} is not for this caller")]
    NotYours {
        /// What was asked.
        act: ImportAct,
    },
    /// Another has taken the task.
    #[error("another has the task")]
    Claimed(Claimed),
    /// It was sent to be examined only.
    #[error("it was sent as a dry run")]
    DryRun,
    /// There are wrong rows, or no good ones.
    #[error("{failed} of {total} rows are wrong")]
    HasFaults {
        /// Wrong rows.
        failed: i64,
        /// All rows.
        total: i64,
    },
    /// The kind has changed since its rows were examined.
    #[error("the kind has changed")]
    KindChanged,
    /// The unit has no seal that may be set, and so makes no licence.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A draft could not be looked at.
    #[error(transparent)]
    Draft(Box<super::DraftError>),
    /// An act could not be done.
    #[error(transparent)]
    Act(Box<ActError>),
    /// A table could not be written.
    #[error("a table could not be written: {0}")]
    Table(String),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for ImportError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Takes a file. The same one sent again, of the same type and kind, is the import that is there; sent as a dry run
/// first, it can be committed from then on.
pub async fn send(
    app: &App,
    permit: &Permit<SendImport>,
    new: NewImport,
    claim: impl FnOnce(&[u8; 32]) -> Option<Claim>,
) -> Result<Reply<ImportSent>, ImportError> {
    let unit = permit.scope();
    let NewImport { import_type, kind, mode, dry_run, file_name, bytes } = new;
    let (bytes, opened) = tokio::task::spawn_blocking(move || {
        let opened = sheet::open(&bytes);
        (bytes, opened)
    })
    .await
    .map_err(|_| SheetFault::Broken)?;
    let opened = opened?;
    let mut tx = app.db.begin_read().await?;
    let taken = taken::taken(&mut tx, unit, import_type, kind.as_deref(), mode, &opened).await?;
    tx.commit().await?;
    let mode_word = taken.mode.map_or("-", CaseMode::as_str);
    let use_of = format!("import/{import_type}/{}/{mode_word}", kind.as_deref().unwrap_or("-"));
    let fingerprint = app.secrets.fingerprint(&use_of, &bytes);
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(claim(&fingerprint)).await? {
        return Ok(answered);
    }
    if let Some(id) = stored::same(&mut work.tx, unit, &fingerprint).await? {
        return known(app, work, unit, id, permit.account(), dry_run).await;
    }
    let now = work.now;
    let import = Import {
        id: ImportId::generate(now, &*app.entropy),
        unit,
        import_type,
        kind: taken.kind.as_ref().map(|(code, _)| *code),
        kind_version: taken.kind.as_ref().map(|(_, version)| *version),
        mode: taken.mode,
        format: opened.format,
        fingerprint,
        file_name,
        header: opened.header,
        dry_run,
        state: ImportState::Checking,
        trouble: None,
        total: 0,
        done: 0,
        failed: 0,
        began_at: now.0,
        account: permit.account(),
        committed_by: None,
        version: 1,
        created_at: now.0,
        changed_at: now.0,
    };
    if !stored::insert(&mut work.tx, &app.secrets, &*app.entropy, &import).await? {
        return Err(StorageError::Conflict.into());
    }
    for (part, piece) in (0_i64..).zip(bytes.chunks(PART)) {
        stored::insert_part(&mut work.tx, &app.secrets, &*app.entropy, import.id, part, piece).await?;
    }
    work.audit("send import", &import.id.to_string(), None).await?;
    let reply = work.accept(ImportSent { id: import.id, state: import.state, known: false }).await?;
    app.imports.notify_one();
    Ok(reply)
}

/// Commits an import, or takes it back.
pub async fn act(
    app: &App,
    permit: &Permit<ActOnImport>,
    id: ImportId,
    act: ImportAct,
    rows: CommitRows,
    key: Option<Claim>,
) -> Result<Reply<ImportActed>, ImportError> {
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let before = stored::find_and_hold(&mut work.tx, &app.secrets, permit.scope(), id).await?;
    let before = before.ok_or(ImportError::NotFound)?;
    match read::part(&mut work.tx, permit, &before).await?.bar(act) {
        Some(Bar::TwoPersons) => return Err(ImportError::TwoPersons),
        Some(Bar::NotYours) => return Err(ImportError::NotYours { act }),
        None => {}
    }
    if !before.state.allowed().contains(&act) {
        return Err(ImportError::State { from: before.state, act });
    }
    let (task, unit) = (id.to_string(), permit.scope());
    if let Some(claim) = refuse_anothers(app, &mut work.tx, &task, unit, permit.account()).await? {
        return Err(ImportError::Claimed(claim));
    }
    claim::release(&mut work.tx, &task, unit).await?;
    let state = match act {
        ImportAct::Cancel => {
            stored::forget_file(&mut work.tx, id).await?;
            ImportState::Cancelled
        }
        ImportAct::Commit => {
            committable(&mut work, &before, rows).await?;
            ImportState::Committing
        }
    };
    let after = Import {
        state,
        trouble: None,
        done: if act == ImportAct::Commit { 0 } else { before.done },
        began_at: work.now.0,
        committed_by: (act == ImportAct::Commit).then(|| permit.account()),
        ..next(&before, work.now.0)
    };
    stored::replace(&mut work.tx, &before, &after).await?;
    let action = if act == ImportAct::Commit { "commit import" } else { "cancel import" };
    work.audit(action, &id.to_string(), None).await?;
    let reply = work.commit(ImportActed { id, state, version: after.version }).await?;
    app.imports.notify_one();
    Ok(reply)
}

/// Goes on with every import at which there is work.
pub async fn advance(app: &App) -> Result<(), ImportError> {
    let mut tx = app.db.begin_read().await?;
    let under_way = stored::under_way(&mut tx).await?;
    tx.commit().await?;
    let mut first = Ok(());
    for id in under_way {
        let mut tx = app.db.begin_read().await?;
        let import = stored::find(&mut tx, &app.secrets, Scope::All, id).await?;
        tx.commit().await?;
        let Some(import) = import else { continue };
        let went = match import.state {
            ImportState::Checking => check::go_on(app, import).await,
            ImportState::Committing => commit::go_on(app, import).await,
            _ => Ok(()),
        };
        // One that cannot go on must not keep the others waiting.
        if first.is_ok() {
            first = went;
        }
    }
    first
}

/// Forgets rows and files of imports that have been over since before `before`, some at a time.
pub async fn forget(app: &App, before: i64) -> Result<(), StorageError> {
    let mut tx = app.db.begin_read().await?;
    let over = stored::over_before(&mut tx, before).await?;
    tx.commit().await?;
    for id in over {
        let mut tx = app.db.begin_write().await?;
        stored::forget_file(&mut tx, id).await?;
        import_row::forget(&mut tx, id, FORGOTTEN_AT_ONCE).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The same file was sent before.
async fn known(
    app: &App,
    mut work: Work<'_>,
    unit: Uscc,
    id: ImportId,
    sender: AccountId,
    dry_run: bool,
) -> Result<Reply<ImportSent>, ImportError> {
    let before =
        stored::find_and_hold(&mut work.tx, &app.secrets, unit, id).await?.ok_or(ImportError::NotFound)?;
    if before.dry_run && !dry_run {
        // Who sends it to be carried out is its sender from now on: another person commits it.
        let after = Import { dry_run: false, account: sender, ..next(&before, work.now.0) };
        stored::replace(&mut work.tx, &before, &after).await?;
        work.audit("send import", &id.to_string(), None).await?;
    }
    Ok(work.accept(ImportSent { id, state: before.state, known: true }).await?)
}

/// Whether the good rows of an import can be carried out now.
async fn committable(work: &mut Work<'_>, import: &Import, rows: CommitRows) -> Result<(), ImportError> {
    if import.dry_run {
        return Err(ImportError::DryRun);
    }
    let (failed, total) = (import.failed, import.total);
    if !import.has_good_rows() || (rows == CommitRows::All && failed > 0) {
        return Err(ImportError::HasFaults { failed, total });
    }
    if import.import_type == ImportType::Licences {
        let kind = import.kind.map(|kind| kind.to_string()).unwrap_or_default();
        let in_force = reading::numbered_in_force::<Kind>(&mut work.tx, &kind).await?;
        if in_force.map(|(_, version)| version) != import.kind_version {
            return Err(ImportError::KindChanged);
        }
        InForce::of(&mut work.tx, import.unit, work.now).await?;
    }
    Ok(())
}

/// The import one version on.
fn next(before: &Import, now: i64) -> Import {
    Import { version: before.version.saturating_add(1), changed_at: now, ..before.clone() }
}

/// Bytes of a piece of a file.
const PART: usize = 256 * 1024;
/// Rows deleted in one transaction.
const FORGOTTEN_AT_ONCE: i64 = 5000;
