//! Units, kinds, scenes.

pub mod content;
pub mod entries;
mod sorts;
pub mod unit;
