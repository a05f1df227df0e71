//! How sure it must be that it is the holder, or his agent, himself (R44): the PIN, and where the kind or the scene says
//! `real_person` a second factor, too. Who withholds it is told so; what was used is recorded.

use liangzheng_core::time::UnixTime;

use crate::App;
use crate::domain::catalogue::codes::SceneCode;
use crate::domain::catalogue::kind::{Assurance, Kind};
use crate::domain::catalogue::scene::Scene;
use crate::domain::ids::AccountId;
use crate::domain::licence::Licence;
use crate::service::actor::recovery;
use crate::service::actor::totp::{self, CodeError, TotpError};
use crate::service::catalogue::reading;
use crate::service::work::{Work, WorkError};
use crate::storage::StorageError;

/// Why the PIN alone was not enough.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FactorError {
    /// A second factor is asked for, and none was given.
    #[error("a second factor is needed")]
    Needed,
    /// The account has no authenticator.
    #[error("the account has no second factor")]
    NotSet,
    /// The account was restored at a counter less than a day ago.
    #[error("the account was restored a short while ago")]
    Restored {
        /// From when on it may.
        until: UnixTime,
    },
    /// The code.
    #[error(transparent)]
    Code(#[from] CodeError),
}

/// Why it could not be found out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssuranceError {
    /// The authenticator could not be asked.
    #[error(transparent)]
    Totp(#[from] TotpError),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for AssuranceError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Takes the second factor where a licence, or a scene in which it is shown, asks for one; what is recorded of it. A wrong code is counted if the
/// work is committed. The account is held.
pub(in crate::service) async fn prove(
    app: &App,
    work: &mut Work<'_>,
    account: AccountId,
    licence: &Licence,
    scene: Option<&SceneCode>,
    factor: Option<&str>,
) -> Result<Result<Option<&'static str>, FactorError>, AssuranceError> {
    let kind: Option<Kind> = reading::in_force(&mut work.tx, licence.kind().as_str()).await?;
    let used = match scene {
        Some(_) => "show by PIN and authenticator",
        None => "authorise by PIN and authenticator",
    };
    let scene: Option<Scene> = match scene {
        Some(scene) => reading::in_force(&mut work.tx, scene.as_str()).await?,
        None => None,
    };
    let asked = [kind.map(|kind| kind.assurance), scene.map(|scene| scene.assurance)];
    if !asked.contains(&Some(Assurance::RealPerson)) {
        return Ok(Ok(None));
    }
    if let Some(until) = recovery::shut_until(&mut work.tx, account, work.now).await? {
        return Ok(Err(FactorError::Restored { until }));
    }
    let Some(authenticator) = totp::in_force(&mut work.tx, account).await? else {
        return Ok(Err(FactorError::NotSet));
    };
    let Some(code) = factor else { return Ok(Err(FactorError::Needed)) };
    let now = work.now;
    Ok(match totp::take(app, &mut work.tx, &authenticator, code, now).await? {
        Ok(()) => Ok(Some(used)),
        Err(error) => Err(error.into()),
    })
}
