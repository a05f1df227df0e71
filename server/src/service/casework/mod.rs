//! What using units do with licences in their cases, and the public.

pub mod alarms;
pub mod analyses;
pub mod analysis_reading;
mod attempt;
pub mod counter_answers;
pub mod counter_requests;
pub mod fetches;
pub mod prefill;
pub mod public_look_up;
