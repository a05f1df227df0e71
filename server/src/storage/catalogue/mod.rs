//! Units, and later kinds, scenes and using lists.

pub mod unit;
