//! From a case to a licence in the holder's hand.

mod approve;
pub mod calendar;
pub mod case_view;
pub mod cases;
pub mod counter_look_up;
pub mod drafts;
mod examine;
pub mod file;
pub mod imports;
pub mod looking;
pub mod pictures;
pub mod prints;
pub mod reading;
pub mod reconciliations;
pub mod register;
pub mod review;
pub mod seal_life;
pub mod seal_version;
pub mod seals;
mod sent_back;
pub mod submissions;
pub mod succession;
pub mod suspects;
pub mod tasks;
pub mod view_copy;

use crate::domain::catalogue::kind::Kind;
use crate::domain::fault::Faults;
use crate::domain::ids::LicenceId;
use crate::domain::issuing::draft::ReviewRefused;
use crate::domain::licence::lifecycle::ForbiddenTransition;
use crate::service::work::WorkError;
use crate::storage::StorageError;

/// Why a draft was not written, submitted or approved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// No such draft of the caller's unit.
    #[error("no such draft")]
    NotFound,
    /// Only its maker writes it.
    #[error("only its maker writes it")]
    NotItsMaker,
    /// Members of the body are wrong.
    #[error("the draft cannot be used as it is")]
    Faults(Faults),
    /// The act is not done.
    #[error(transparent)]
    Refused(#[from] ReviewRefused),
    /// The licence that it replaces allows no next version.
    #[error(transparent)]
    Forbidden(ForbiddenTransition),
    /// The licence that it replaces has a draft of its next version already.
    #[error("there is a draft of the next version: {0}")]
    DraftOpen(LicenceId),
    /// The holder is known by another name.
    #[error("the holder is known by another name")]
    NameDiffers,
    /// The base register does not know the holder by this name and number (R26).
    #[error("the base register disagrees")]
    Mismatch {
        /// In its words.
        detail: Option<String>,
    },
    /// The base register has not answered.
    #[error("the base register has not answered")]
    RegisterAway {
        /// Why.
        detail: Option<String>,
    },
    /// Another has taken the task.
    #[error("another has the task")]
    Claimed(tasks::Claimed),
    /// The kind has changed since the draft was checked.
    #[error("the kind has changed")]
    KindChanged {
        /// As it was.
        before: Box<Kind>,
        /// As it is in force now; `None` = not any more.
        now: Option<Box<Kind>>,
    },
    /// It may be of what is there already, and nobody has decided (R27).
    #[error("{open} suspects are open")]
    Suspected {
        /// How many.
        open: i64,
    },
    /// A licence can have 999 versions.
    #[error("the licence has no further version")]
    NoFurtherVersion,
    /// The caller saw another version.
    #[error("the draft has version {now}")]
    Stale {
        /// Its version now.
        now: i64,
    },
    /// It was not sealed, and so is no licence (R02).
    #[error(transparent)]
    Seal(#[from] seal_version::SealError),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for DraftError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}
