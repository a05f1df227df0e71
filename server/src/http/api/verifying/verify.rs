//! `POST /api/v1/verify`: the verdict by this server's own, current knowledge.

use actix_web::web;
use liangzheng_core::verify::{self as core, Code, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::VerifyFully;
use crate::http::answer::Answer;
use crate::http::extract::MaybePermitted;
use crate::http::problem::{Problem, kinds};
use crate::service::verifying::verify::{self, Question, Told, VerifyError};

/// Body of `POST /api/v1/verify`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// `EL1:…` or the token in it.
    input: String,
    /// The verifier's scene.
    scene: Option<String>,
    /// The verifier's audience class.
    audience: Option<String>,
    /// The challenge it showed, `EC1:…`.
    challenge: Option<String>,
}

/// The verdict as far as its caller may know it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum VerifyAnswer {
    /// For staff who verify, of what was shown to their unit's audiences.
    Whole(Box<Verdict>),
    /// For everybody else.
    Brief(BriefVerdict),
}

/// What everybody is told.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefVerdict {
    /// The answer.
    verdict: core::Answer,
    /// Why.
    code: Code,
}

/// Staff get the whole verdict of what was shown to their unit's audiences and spend the token; everybody else gets
/// answer and code.
pub async fn verify(
    app: web::Data<App>,
    permit: MaybePermitted<VerifyFully>,
    body: web::Json<VerifyRequest>,
) -> Result<Answer<VerifyAnswer>, Problem> {
    let question = Question::from(body.into_inner());
    let told = match permit.0 {
        Some(permit) => verify::for_staff(&app, &permit, &question).await?,
        None => verify::for_public(&app, &question).await?,
    };
    Ok(Answer::of(told.into()))
}

impl From<VerifyRequest> for Question {
    fn from(request: VerifyRequest) -> Self {
        let VerifyRequest { input, scene, audience, challenge } = request;
        Self { input, scene, audience, challenge }
    }
}

impl From<Told> for VerifyAnswer {
    fn from(told: Told) -> Self {
        match told {
            Told::Whole(verdict) => Self::Whole(verdict),
            Told::Brief(verdict, code) => Self::Brief(BriefVerdict { verdict, code }),
        }
    }
}

impl From<VerifyError> for Problem {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Challenge(_) => Self::new(&kinds::INVALID).field(
                "/challenge",
                "malformed",
                "应为 EC1: 开头的核验码内容",
                "give the text of a challenge, which begins with EC1:",
            ),
            VerifyError::Log(error) => error.into(),
            VerifyError::Storage(error) => error.into(),
        }
    }
}
