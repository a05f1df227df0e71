//! What staff found doubtful at a scan 存疑: a task for the unit that issued the licence, since it knows what it issued; for
//! the manager where no licence of this installation is known, as behind a forged code.

use crate::App;
use crate::domain::access::{Permit, ReportScans};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{AccountId, DoubtId, LicenceId};
use crate::domain::text::PlainText;
use crate::domain::verifying::scan::Scan;
use crate::service::work::Work;
use crate::storage::actor::account::open_name;
use crate::storage::verifying::doubt::{self as stored, DoubtRow, Looker, WaitingDoubt, place};
use crate::storage::{StorageError, Tx};

/// Something doubtful.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// Its id.
    pub id: DoubtId,
    /// Who found it.
    pub account: AccountId,
    /// His name.
    pub name: String,
    /// For which unit he verified.
    pub unit: Uscc,
    /// His words.
    pub said: String,
    /// When it was scanned, in unix seconds.
    pub at: i64,
    /// The code of the verdict.
    pub code: String,
    /// The licence's number under GB/T 36904; `None` if none is known.
    pub identifier: Option<String>,
    /// Its kind.
    pub kind: Option<KindCode>,
}

/// Leaves word of what was doubtful at `scan`, once for each scan.
pub(super) async fn leave(
    app: &App,
    work: &mut Work<'_>,
    permit: &Permit<ReportScans>,
    scan: &Scan,
    licence: Option<LicenceId>,
    words: &PlainText,
) -> Result<(), StorageError> {
    let id = DoubtId::generate(work.now, &*app.entropy);
    let row = DoubtRow {
        id,
        account: permit.account(),
        scan: &scan.id,
        unit: permit.scope(),
        licence,
        said: app.secrets.seal_text(&place(id), words.as_str(), &*app.entropy),
    };
    stored::insert(&mut work.tx, &row, scan.at).await?;
    work.audit("doubt", &id.to_string(), None).await
}

/// Those that wait for `looker`, the longest waiting first.
pub(in crate::service) async fn list(
    app: &App,
    tx: &mut Tx,
    looker: Looker,
    limit: i64,
) -> Result<Vec<Doubt>, StorageError> {
    let rows = stored::waiting(tx, looker, limit).await?;
    rows.into_iter().map(|row| open(app, row)).collect()
}

fn open(app: &App, row: WaitingDoubt) -> Result<Doubt, StorageError> {
    let said = app.secrets.open_text(&place(row.id), &row.said).map_err(|_| StorageError::Inconsistent {
        table: "verifying_doubt",
        column: "said",
        row: row.id.to_string(),
    })?;
    Ok(Doubt {
        id: row.id,
        account: row.account,
        name: open_name(&app.secrets, row.account, &row.name)?,
        unit: row.unit,
        said,
        at: row.at,
        code: row.code,
        identifier: row.identifier,
        kind: row.kind,
    })
}

/// Whether one waits for `looker`.
pub(in crate::service) async fn waits(
    tx: &mut Tx,
    looker: Looker,
    id: DoubtId,
) -> Result<bool, StorageError> {
    stored::waits(tx, looker, id).await
}

/// Ends one; false if it had ended.
pub(in crate::service) async fn end(work: &mut Work<'_>, id: DoubtId) -> Result<bool, StorageError> {
    stored::end(&mut work.tx, id, work.now).await
}
