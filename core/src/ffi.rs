//! The JSON contract of verification: one request form and one answer form for CLI, WASM, server and vectors.

use alloc::string::String;

use crate::{
    limits::MAX_LIST_DEPTH,
    members::Members,
    refusal::Refusal,
    time::UnixTime,
    token::Challenge,
    verify::{Options, Verdict, Verifier},
};

/// How a shell asks for a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Text of the code.
    pub input: String,
    /// The verifier's clock, unix seconds.
    pub now: UnixTime,
    /// The verifier's audience class.
    pub audience: Option<String>,
    /// The scene.
    pub scene: Option<String>,
    /// The text (`EC1:…`) of the challenge that was shown.
    pub challenge: Option<String>,
}

impl Request {
    /// Reads a request; a member that is absent or null is not set, one that is not known is refused, so that a
    /// misspelt `scene` cannot pass unseen.
    ///
    /// # Errors
    /// `E_CLAIM_MISSING`, `E_CLAIM_TYPE`, `E_CLAIM_UNKNOWN` name the member, `E_FORMAT` for no object.
    pub fn parse(json: &str) -> Result<Self, Refusal> {
        let known = ["input", "now", "audience", "scene", "challenge"];
        let mut request = Members::read(json.as_bytes(), MAX_LIST_DEPTH, &known)?;
        Ok(Self {
            input: request.text("input")?,
            now: request.time("now")?,
            audience: request.if_present("audience", Members::text)?,
            scene: request.if_present("scene", Members::text)?,
            challenge: request.if_present("challenge", Members::text)?,
        })
    }
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
