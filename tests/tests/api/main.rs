//! The HTTP interface, resource by resource: what a real server on a real socket answers.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod actor;
mod at_rest;
mod authorisation;
mod casework;
mod catalogue;
mod connections;
mod consent;
mod database;
mod embed;
mod generated;
mod issuing;
mod licence;
mod outbox;
mod proxies;
mod publication;
mod routes;
mod showing;
mod trace;
mod verifying;
