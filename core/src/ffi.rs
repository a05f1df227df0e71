//! The JSON contract of verification: one request form and one answer form for CLI, WASM, server and vectors.

use alloc::string::String;

use serde::Deserialize;

use crate::{
    time::UnixTime,
    token::Challenge,
    verify::{Options, Refusal, Verdict, Verifier},
};

/// How a shell asks for a verdict.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Text of the code.
    pub input: String,
    /// The verifier's clock, unix seconds.
    pub now: UnixTime,
    /// The verifier's audience class.
    #[serde(default)]
    pub audience: Option<String>,
    /// The scene.
    #[serde(default)]
    pub scene: Option<String>,
    /// The text (`EC1:…`) of the challenge that was shown.
    #[serde(default)]
    pub challenge: Option<String>,
}

/// Judges a request without memory and without live status.
///
/// # Errors
/// The refusal of a malformed challenge: the shell's own mistake and no verdict on the code.
pub fn verify(verifier: &Verifier, request: &Request) -> Result<Verdict, Refusal> {
    let challenge = request.challenge.as_deref().map(Challenge::parse).transpose()?;
    let options = Options {
        audience: request.audience.as_deref(),
        scene: request.scene.as_deref(),
        challenge: challenge.as_ref(),
        ..Options::at(request.now)
    };
    Ok(verifier.verify(&request.input, &options))
}
