//! The catalogue: matters, kinds, scenes.

pub mod entries;
pub mod units;
pub mod using_list;
