//! What using units do with licences in their cases, and what the public looks up.

pub mod analyses;
pub mod counter_answers;
pub mod counter_requests;
pub mod fetches;
pub mod prefill;
pub mod public_licences;
