//! Licences: cards and acts.

mod acts;
mod cards;
mod races;
