//! One file per command; `sync` has a module of its own, because it alone knows the network.

pub(crate) mod batch;
pub(crate) mod bundle;
pub(crate) mod challenge;
pub(crate) mod doctor;
mod file;
pub(crate) mod generate;
pub(crate) mod inspect;
pub(crate) mod receipts;
pub(crate) mod scan;
pub(crate) mod verify;
