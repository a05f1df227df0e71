//! Licences: the record of a version, and what acts make of it.

pub mod lifecycle;
mod record;

pub use record::{AnnualInspection, Dates, Encumbrances, Licence, Status, Unshowable};
