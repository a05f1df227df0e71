//! Licences: the record of a version, and what acts make of it.

pub mod acts;
mod effect;
pub mod lifecycle;
pub mod notice;
mod record;
pub mod request;
pub mod suggestion;

pub use record::{AnnualInspection, Dates, Encumbrances, Licence, RefusedWhen, Status, Unshowable};
