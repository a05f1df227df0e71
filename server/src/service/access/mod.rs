//! Who gets in: request rates.

pub mod limits;
