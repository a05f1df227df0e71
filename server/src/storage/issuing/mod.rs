//! Cases, drafts and their review, imports, claims of tasks, serial numbers, pictures, calendar years, seals.

pub mod calendar;
pub mod case;
pub mod claim;
pub mod draft;
pub mod face_key;
pub mod import;
pub mod import_row;
pub mod look_up;
pub mod number;
pub mod picture;
pub mod print;
pub mod reconciliation;
pub mod review;
pub mod seal;
pub mod sealed;
pub mod submission;
pub mod suspect;
