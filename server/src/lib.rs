//! The licence server: registers, issues and keeps licences, and mints the signed tokens with which they are shown.
//!
//! Dependencies point one way: `core ← domain ← service ← http | jobs | cli`; [`storage`] uses [`domain`] and
//! is used by [`service`] only. The tests of `tests/tests/architecture` keep it so. To add an endpoint, see
//! docs/DEVELOPING.md, "Add an endpoint".

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod document;
pub mod domain;
mod files;
pub mod http;
mod jobs;
pub mod secrets;
pub mod service;
pub mod sheet;
pub mod signing;
pub mod startup;
pub mod storage;

pub use app::App;
pub use startup::Application;
