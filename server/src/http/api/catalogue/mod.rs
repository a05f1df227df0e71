//! The catalogue: matters, kinds, scenes.

pub mod entries;
