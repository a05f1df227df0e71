//! The verifier's half of the handshake (core/README.md, "The handshake"): `EC1:` + Base45(JSON).

use alloc::{format, string::String};

use serde::Serialize;

use super::Nonce;
use crate::{
    limits::MAX_TOKEN_DEPTH,
    members::{Members, is_lower_code, is_unit_code},
    qr::base45,
    reading::cut,
    refusal::{Code, Refusal},
};

const PREFIX: &str = "EC1:";

/// Longest challenge text: the four members at their longest, in Base45.
const MAX_CHALLENGE: usize = 384;

/// What a verifier asks a phone to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Audience class of the scene.
    pub aud: String,
    /// Code of the verifying unit; the wallet shows its name from the catalogue.
    pub rp: String,
    /// The scene.
    pub scene: String,
    /// 96 random bits, fresh for each challenge.
    pub nonce: Nonce,
}

#[derive(Serialize)]
struct Wire<'a> {
    aud: &'a str,
    rp: &'a str,
    scene: &'a str,
    nonce: String,
}

impl Challenge {
    /// The text of the challenge's QR code.
    pub fn to_text(&self) -> String {
        let wire =
            Wire { aud: &self.aud, rp: &self.rp, scene: &self.scene, nonce: format!("{}", self.nonce) };
        // Four short strings always serialise.
        let json = serde_json::to_vec(&wire).unwrap_or_default();
        format!("{PREFIX}{}", base45::encode(&json))
    }

    /// Reads the text of a challenge's QR code, whatever surrounds it.
    ///
    /// # Errors
    /// `E_FORMAT` if it is no challenge, `E_SIZE`, `E_QR`, or the claim that is wrong.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = cut(text);
        let body = text.strip_prefix(PREFIX).ok_or(Code::Format)?;
        if text.len() > MAX_CHALLENGE {
            return Err(Code::Size.into());
        }
        let json = base45::decode(body).ok_or(Code::Qr)?;
        let mut members = Members::read(&json, MAX_TOKEN_DEPTH, &["aud", "rp", "scene", "nonce"])?;
        Ok(Self {
            aud: members.text_if("aud", is_lower_code)?,
            rp: members.text_if("rp", is_unit_code)?,
            scene: members.text_if("scene", is_lower_code)?,
            nonce: members.parsed("nonce", Nonce::parse)?,
        })
    }

    /// The `aud` a proof must have to answer this challenge: `<class>#<rp>`.
    pub fn proof_audience(&self) -> String {
        [&*self.aud, &self.rp].join("#")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read_back_as_written() {
        let challenge = Challenge {
            aud: "hotel".into(),
            rp: "91990100MA0000031K".into(),
            scene: "hotel.checkin".into(),
            nonce: Nonce::from_bytes([7; 12]),
        };
        let text = challenge.to_text();
        assert_eq!(Challenge::parse(&text), Ok(challenge.clone()));
        assert_eq!(Challenge::parse(&format!("\u{feff}]Q1{text}\n")), Ok(challenge.clone()));
        assert_eq!(challenge.proof_audience(), "hotel#91990100MA0000031K");
        assert!(
            text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || " $%*+-./:".contains(c))
        );
    }

    #[test]
    fn what_is_no_challenge_is_refused() {
        let with = |json: &str| format!("EC1:{}", base45::encode(json.as_bytes()));
        for (text, want) in [
            (String::from("EL1:ABC"), Code::Format),
            ("EC1:A".into(), Code::Qr),
            (format!("EC1:{}", "0".repeat(400)), Code::Size),
            (with("{}"), Code::ClaimMissing),
            (with(r#"{"aud":"hotel","rp":"a","scene":"s","nonce":"short"}"#), Code::ClaimType),
            (with(r#"{"aud":"hotel","rp":"a b","scene":"s","nonce":"AAAAAAAAAAAAAAAA"}"#), Code::ClaimType),
            (
                with(r#"{"aud":"hotel","rp":"a","scene":"s","nonce":"AAAAAAAAAAAAAAAA","x":1}"#),
                Code::ClaimUnknown,
            ),
        ] {
            assert_eq!(Challenge::parse(&text).unwrap_err().code, want, "{text}");
        }
    }
}
