//! What a confirmed proposal does, one arm for each sort.

use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::proposal::ProposalSort;
use crate::domain::ids::{AccountId, LicenceId};
use crate::service::actor::accounts::{Account, AccountError};
use crate::service::actor::roles;
use crate::service::licence::acts::{self, ActError, LicenceNow};
use crate::service::work::Work;
use crate::storage::access::proposal::{self as stored, ProposalRow};
use crate::storage::actor::membership;
use crate::storage::licence::record;
use crate::storage::{self, StorageError, Tx};

/// What was carried out; nothing of a refused one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Effect {
    /// The licence as it is now, of an act on a licence.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub licence: Option<LicenceNow>,
    /// The account as it is now, of a role given or taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
}

/// Why a proposal that stands cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CarryOutError {
    /// The act on the licence.
    #[error(transparent)]
    Act(#[from] ActError),
    /// The role.
    #[error(transparent)]
    Role(#[from] AccountError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The version of what a proposal is about; `None` if that is gone.
pub(super) async fn version(tx: &mut Tx, row: &ProposalRow) -> Result<Option<i64>, StorageError> {
    match row.sort()? {
        ProposalSort::LicenceAct => record::version_of(tx, licence(row)?).await,
        ProposalSort::RoleGrant => {
            Ok(membership::member(tx, account(row)?).await?.map(|member| member.changes))
        }
    }
}

/// The same, with the object held until the transaction ends.
pub(super) async fn hold(tx: &mut Tx, row: &ProposalRow) -> Result<Option<i64>, StorageError> {
    match row.sort()? {
        ProposalSort::LicenceAct => {
            let id = licence(row)?;
            record::hold(tx, id).await?;
            record::version_of(tx, id).await
        }
        ProposalSort::RoleGrant => {
            let id = account(row)?;
            storage::actor::account::hold(tx, id).await?;
            Ok(membership::member(tx, id).await?.map(|member| member.changes))
        }
    }
}

/// Does what was proposed, now that `confirmer` agrees.
pub(super) async fn carry_out(
    app: &App,
    work: &mut Work<'_>,
    row: &ProposalRow,
    confirmer: AccountId,
) -> Result<Effect, CarryOutError> {
    match row.sort()? {
        ProposalSort::LicenceAct => {
            let asked = asked(app, row)?;
            let confirmed = acts::Confirmed { proposal: row.id, proposer: row.proposer, confirmer };
            let now = acts::carry_out(app, work, licence(row)?, asked, confirmed).await?;
            Ok(Effect { licence: Some(now), ..Effect::default() })
        }
        ProposalSort::RoleGrant => {
            let asked = asked(app, row)?;
            let now = roles::carry_out(app, work, account(row)?, asked, confirmer).await?;
            Ok(Effect { account: Some(now), ..Effect::default() })
        }
    }
}

/// What was asked, as it was put forward.
fn asked<B: serde::de::DeserializeOwned>(app: &App, row: &ProposalRow) -> Result<B, StorageError> {
    let plain = app.secrets.open(&stored::place(row.id), &row.asked);
    let plain = plain.map_err(|_| row.inconsistent("asked"))?;
    serde_json::from_slice(&plain).map_err(|_| row.inconsistent("asked"))
}

fn account(row: &ProposalRow) -> Result<AccountId, StorageError> {
    row.object.parse().map_err(|_| row.inconsistent("object"))
}

fn licence(row: &ProposalRow) -> Result<LicenceId, StorageError> {
    row.object.parse().map_err(|_| row.inconsistent("object"))
}
