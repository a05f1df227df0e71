//! Who acts.

mod accounts;
mod agencies;
pub(crate) mod clients;
mod floods;
mod me;
mod oidc;
mod own_sessions;
mod password;
mod pins;
mod races;
mod recovery;
mod roles;
mod sessions;
mod totp;
mod units;

/// The platform's own unit.
const PLATFORM: &str = "11990000MB00000948";

/// The members that a problem names.
fn pointers(problem: &serde_json::Value) -> Vec<String> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}
