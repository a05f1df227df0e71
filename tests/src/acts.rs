//! Acts that two persons do, over HTTP.

use serde_json::{Value, json};

use crate::caller::Caller;

/// The body of an act.
pub fn act(name: &str) -> Value {
    json!({ "act": name, "reason": "投诉核查", "legal_basis": "《河南省电子证照管理办法》第十八条" })
}

/// The path of a licence's acts.
pub fn acts_of(licence: impl std::fmt::Display) -> String {
    format!("/api/v1/licences/{licence}/acts")
}

/// Puts an act forward; gives the proposal's id.
///
/// # Panics
/// If it is not taken up.
pub fn propose(by: &Caller, licence: impl std::fmt::Display, name: &str) -> String {
    let answer = by.post(&acts_of(licence), &act(name)).must(202);
    answer["proposal"].as_str().expect("a proposal").to_owned()
}

/// Confirms a proposal; gives the answer.
///
/// # Panics
/// If it is not carried out.
pub fn confirm(by: &Caller, proposal: &str) -> Value {
    by.post(&format!("/api/v1/proposals/{proposal}/acts"), &json!({ "act": "confirm" })).must(200)
}

/// One person proposes what another confirms: 注销、吊销、撤销、废止.
pub fn by_two(proposer: &Caller, confirmer: &Caller, licence: impl std::fmt::Display, name: &str) -> Value {
    confirm(confirmer, &propose(proposer, licence, name))
}
