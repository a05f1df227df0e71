//! What a holder sees of the access log: who used which of the own licences, when, for what.

use liangzheng_core::time::UnixTime;

use crate::App;
use crate::domain::access::{Permit, ViewOwnUses};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::trace::usage::UseKind;
use crate::secrets::Secrets;
use crate::storage::actor::account::open_name;
use crate::storage::page::{Cursor, Page};
use crate::storage::trace::access_log::UseRow;
use crate::storage::{self, StorageError};

/// One use.
#[derive(Clone, Debug)]
pub struct UseOfLicence {
    /// When.
    pub at: UnixTime,
    /// What was done.
    pub kind: UseKind,
    /// The licence.
    pub licence: String,
    /// The scene, as far as it was known.
    pub scene: Option<String>,
    /// Code of the inspection matter it was done in.
    pub matter: Option<String>,
    /// Who did it.
    pub by: Option<UsedBy>,
    /// The show or the device; for a verification the verdict's code.
    pub subject: String,
    /// Whether a verification was made without a network and reported afterwards.
    pub offline: bool,
}

/// The account behind a use.
#[derive(Clone, Debug)]
pub struct UsedBy {
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: Option<String>,
    /// Its unit, for staff.
    pub unit: Option<Uscc>,
}

/// One page of the caller's uses: those before the number `before`, `limit` at the most.
pub async fn list(
    app: &App,
    permit: &Permit<ViewOwnUses>,
    before: Option<i64>,
    limit: i64,
) -> Result<Page<UseOfLicence>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let page = storage::trace::access_log::uses_of(&mut tx, permit.scope(), Cursor { before, limit }).await?;
    tx.commit().await?;
    let Page { items, next } = page;
    let items =
        items.into_iter().map(|row| UseOfLicence::open(row, &app.secrets)).collect::<Result<_, _>>()?;
    Ok(Page { items, next })
}

impl UseOfLicence {
    fn open(row: UseRow, secrets: &Secrets) -> Result<Self, StorageError> {
        let kind = match row.kind {
            1 => UseKind::Show,
            3 => UseKind::OfflineGrant,
            6 => UseKind::Look,
            7 => UseKind::Download,
            _ => UseKind::Verification,
        };
        // Who is gone has left no name; who is not has an id that can be read.
        let by = match row.name.zip(row.actor.parse().ok()) {
            Some((sealed, id)) => {
                let name = open_name(secrets, id, &sealed)?;
                Some(UsedBy { name, role: row.role, unit: row.unit })
            }
            None => None,
        };
        Ok(Self {
            at: UnixTime(row.at),
            kind,
            licence: row.licence,
            matter: row.matter,
            scene: Some(row.scene).filter(|scene| !scene.is_empty()),
            by,
            subject: row.subject,
            offline: row.receipt.is_some(),
        })
    }
}
