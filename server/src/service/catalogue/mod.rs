//! Units, kinds, scenes.

pub mod unit;
