//! The licence server: registers, issues and keeps licences, and mints the signed tokens with which they are shown.
//!
//! Dependencies point one way: `core ← domain ← service ← http | worker | cli`; [`storage`] uses [`domain`] and
//! is used by [`service`] only. The test `tests/architecture.rs` keeps it so. To add an endpoint, touch domain,
//! service, storage, one file in [`http::api`], one line in [`http::routes`], and a test.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod domain;
pub mod http;
mod jobs;
pub mod secrets;
pub mod service;
pub mod signing;
pub mod startup;
pub mod storage;

pub use app::App;
pub use startup::Application;
