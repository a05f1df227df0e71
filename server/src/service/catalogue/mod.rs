//! Units, and entries of the catalogue.

pub mod content;
pub mod entries;
pub(in crate::service) mod names;
pub mod reading;
mod sorts;
pub mod succession;
pub mod unit_commands;
pub mod units;
pub mod using_lists;
