//! Units, kinds, scenes.

pub mod content;
pub mod entries;
pub mod reading;
mod sorts;
pub mod unit;
