//! 一事一查: one kind of one holder for one case (R63). What is out of scope is refused, logged and counted.

use super::alarms;
pub use super::attempt::{FetchedLicence, Got};
use super::attempt::{Try, attempt};
use crate::App;
use crate::domain::access::{FetchForCase, Permit};
use crate::domain::actor::holder::HolderNumber;
use crate::domain::casework::fetch::{Asked, ScopeRule};
use crate::domain::catalogue::codes::KindCode;
use crate::domain::ids::CaseId;
use crate::domain::trace::usage::UseKind;
use crate::service::work::{Work, WorkError};
use crate::storage::StorageError;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The case.
    pub case: CaseId,
    /// Of which kind.
    pub kind: KindCode,
    /// Type and number of the holder's document; `None` for what is no number.
    pub number: Option<HolderNumber>,
    /// His name.
    pub name: String,
    /// Code of what for.
    pub purpose: String,
}

/// Why nothing was got.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// A rule failed; the try is logged.
    #[error("out of scope: {0}")]
    OutOfScope(ScopeRule),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for FetchError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Gets what the case needs. The use, or the refused try, is on the disk before this answers.
pub async fn fetch(app: &App, permit: &Permit<FetchForCase>, wanted: &Wanted) -> Result<Got, FetchError> {
    let mut work = Work::begin(app, permit).await?;
    let asked = Asked {
        unit: permit.scope(),
        number: wanted.number.as_ref(),
        name: &wanted.name,
        kind: wanted.kind,
        purpose: &wanted.purpose,
        client_matters: permit.principal().matters.as_deref(),
    };
    let one = Try { account: permit.account(), case: wanted.case, asked, kind: UseKind::Fetch, only: None };
    let outcome = attempt(app, &mut work, one).await?;
    if outcome.is_err() {
        alarms::count(app, &mut work, permit.scope()).await?;
    }
    work.finish().await?;
    outcome.map_err(|(rule, _)| FetchError::OutOfScope(rule))
}
