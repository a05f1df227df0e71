//! HTTP: translates requests into service calls and answers into documents. No rule lives here.

pub mod answer;
pub mod api;
mod connection;
mod edge;
mod embed;
pub mod extract;
mod health;
mod listen;
mod metrics;
pub mod openapi;
mod pages;
pub mod problem;
pub mod routes;
mod scripts;

pub use edge::InFlight;
pub(crate) use listen::{listen, raise_descriptors};
pub(crate) use metrics::install_recorder;
