//! One file per resource: bodies, answers, and handlers that translate, call, translate.

use serde::Serialize;

pub mod actor;
pub mod licence;
pub mod publication;
pub mod showing;
pub mod trace;
pub mod verifying;

/// A list, or one page of it.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    items: Vec<T>,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A list that is short by nature and comes whole.
    pub(crate) const fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}
