//! What is answered when a version could not be sealed.

use liangzheng_core::text::Text;

use crate::http::problem::{Problem, kinds};
use crate::service::issuing::seal_version::SealError;

impl From<SealError> for Problem {
    fn from(error: SealError) -> Self {
        match error {
            SealError::NoSeal { unit } => Self::new(&kinds::NO_SEAL).detail_text(Text::new(
                format!("单位 {unit} 没有在有效期内的电子印章"),
                format!("unit {unit} has no seal that may be set now"),
            )),
            SealError::Sealed => Self::new(&kinds::CONFLICT),
            // What is wrong with a key is for the operator's log alone.
            SealError::Key { unit, source } => {
                tracing::error!(%unit, error = %source, "a seal could not be set");
                Self::new(&kinds::UNAVAILABLE).code("seal-unavailable").retry_after(60)
            }
            SealError::Form(fault) => {
                tracing::error!(%fault, "a seal could not be put together");
                Self::new(&kinds::INTERNAL)
            }
            SealError::Storage(error) => error.into(),
        }
    }
}
