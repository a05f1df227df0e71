//! `liangzheng-server demo`: an invented province in an empty folder, then the ordinary server on top of it.
//!
//! Everything is made by the same code that a real installation uses: key store, trust list, catalogue, licences.
//! Only passwords and PINs are of the demo's making; they stand in `DIR/demo.json`, mode 0600.

mod catalogue;
mod data;
mod doings;
mod error;
mod file;
mod fill;
mod folder;
mod licences;
mod office;
mod people;
mod register;
mod seals;

pub use data::{DemoCatalogue, DemoUnit, demo_catalogue, demo_units};
pub use error::DemoError;
pub use file::{DemoFile, FileAccount, FileLicence, FileMatter, FileScene};
pub use fill::{Amount, fill};
pub use folder::{DemoFolder, Serving, config_of, prepare, prepare_with};
pub use register::KnownPeople;
