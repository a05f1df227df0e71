//! From a case to a licence: cases, drafts, what is checked of them, what is sealed of a licence,
//! imports of many.

pub mod case;
pub mod draft;
pub mod face;
pub mod import;
pub mod person;
pub mod reconciliation;
pub mod record;
pub mod suspect;
pub mod task;
mod validity;
