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
use crate::service::verifying::verify::{self, Question, VerifyError};

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
    /// For staff who verify.
    Whole(Box<Verdict>),
    /// For the public.
    Brief(BriefVerdict),
}

/// What the public is told.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefVerdict {
    /// The answer.
    verdict: core::Answer,
    /// Why.
    code: Code,
}

/// Staff get the whole verdict and spend the token; everybody else gets answer and code.
pub async fn verify(
    app: web::Data<App>,
    permit: MaybePermitted<VerifyFully>,
    body: web::Json<VerifyRequest>,
) -> Result<Answer<VerifyAnswer>, Problem> {
    let question = Question::from(body.into_inner());
    let verdict = match permit.0 {
        Some(permit) => VerifyAnswer::Whole(Box::new(verify::full(&app, &permit, &question).await?)),
        None => VerifyAnswer::Brief(verify::public(&app, &question).await?.into()),
    };
    Ok(Answer::of(verdict))
}

impl From<VerifyRequest> for Question {
    fn from(request: VerifyRequest) -> Self {
        let VerifyRequest { input, scene, audience, challenge } = request;
        Self { input, scene, audience, challenge }
    }
}

impl From<Verdict> for BriefVerdict {
    fn from(verdict: Verdict) -> Self {
        Self { verdict: verdict.verdict, code: verdict.code }
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
