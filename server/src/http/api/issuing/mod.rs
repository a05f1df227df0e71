//! Calendar, cases, drafts, tasks, seals, files of licences, imports.

pub mod calendar;
pub mod cases;
pub mod consents;
pub mod counter_look_ups;
pub mod drafts;
pub mod files;
mod import_events;
pub mod imports;
pub mod pictures;
pub mod prints;
pub mod reconciliations;
mod refused;
pub mod seal;
pub mod submissions;
pub mod suspects;
pub mod tasks;
pub mod trust;
