//! Units, and later kinds, scenes and using lists.

pub mod entry;
pub mod unit;
