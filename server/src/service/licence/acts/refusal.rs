//! Why an act is not done, and whose act came before: who lost a race is told to whom.

use liangzheng_core::time::UnixTime;

use crate::App;
use crate::domain::actor::membership::Footing;
use crate::domain::fault::Faults;
use crate::domain::ids::LicenceId;
use crate::domain::licence::acts::ActName;
use crate::domain::licence::lifecycle::ForbiddenTransition;
use crate::service::actor::person;
use crate::service::work::WorkError;
use crate::storage::licence::act;
use crate::storage::{StorageError, Tx};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActError {
    /// No such licence of the caller's unit.
    #[error("no such licence")]
    NotFound,
    /// The caller may see the licence, but this act is a checker's.
    #[error("{act} is for checkers")]
    ForCheckers {
        /// What was asked.
        act: ActName,
    },
    /// What was told of the act cannot be used.
    #[error("the act cannot be used as it is told")]
    Faults(Faults),
    /// The state does not allow it.
    #[error("{refused}")]
    Forbidden {
        /// What is refused.
        refused: ForbiddenTransition,
        /// What would be done.
        allowed: Vec<ActName>,
        /// What brought the licence there.
        last: Option<LastAct>,
    },
    /// It is held by several, and not all of them have asked for it.
    #[error("{missing} of its holders have not asked for it")]
    HoldersMissing {
        /// How many.
        missing: usize,
    },
    /// The caller saw another version.
    #[error("the licence has version {now}")]
    Stale {
        /// Its version now.
        now: i64,
        /// What made it so.
        last: Option<LastAct>,
    },
    /// The effect would lie in the future, which takes a scheduler and a second look.
    #[error("effective_at is in the future")]
    Future,
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

/// The newest act on a licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastAct {
    /// What was done.
    pub act: ActName,
    /// By whom; `None` where it was the holder, whose name is not told here.
    pub by: Option<String>,
    /// When.
    pub at: UnixTime,
}

impl LastAct {
    /// The newest act on a licence, if there is any.
    pub(super) async fn of(app: &App, tx: &mut Tx, licence: LicenceId) -> Result<Option<Self>, StorageError> {
        let Some(row) = act::last_of(tx, licence).await? else { return Ok(None) };
        let Ok(act) = row.act.parse() else { return Ok(None) };
        let by = if row.footing == Footing::Member.as_str() {
            person::name(tx, &app.secrets, row.confirmed_by.unwrap_or(row.account)).await?
        } else {
            None
        };
        Ok(Some(Self { act, by, at: UnixTime(row.at) }))
    }
}

impl From<StorageError> for ActError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

impl From<Faults> for ActError {
    fn from(faults: Faults) -> Self {
        Self::Faults(faults)
    }
}
