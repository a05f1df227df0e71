//! From the errors that every area can meet to problems. Each match is exhaustive or ends in "internal": nothing leaks by
//! being forgotten. An area's own errors are translated beside its handlers, in [`crate::http::api`].

use super::{Problem, kinds};
use crate::service::work::WorkError;
use crate::storage::StorageError;

impl From<WorkError> for Problem {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::KeyReused => Self::new(&kinds::IDEMPOTENCY_MISMATCH),
            WorkError::RoleOver => Self::new(&kinds::FORBIDDEN),
            WorkError::SessionOver => Self::new(&kinds::UNAUTHENTICATED),
            WorkError::Storage(error) => error.into(),
        }
    }
}

/// Somebody was faster (409), a text no database keeps (400), too much at once or the database away (503), or an error
/// of ours.
impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Conflict => Self::new(&kinds::CONFLICT),
            error if error.is_text_refused() => Self::new(&kinds::MALFORMED)
                .detail("文本中含有 NUL 字符，请删去", "a text holds the character NUL: take it out"),
            error if error.is_passing() => {
                let Self { cause, .. } = Self::internal(&error);
                Self { cause, ..Self::new(&kinds::UNAVAILABLE).retry_after(1) }
            }
            error => Self::internal(&error),
        }
    }
}
