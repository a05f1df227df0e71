//! `POST /api/v1/verify`: the verdict by this server's own, current knowledge.

use actix_web::{HttpResponse, web};
use liangzheng_core::verify::{Answer, Code};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::VerifyFully;
use crate::http::extract::MaybePermitted;
use crate::http::problem::Problem;
use crate::service::verifying::verify::{self, Question};

/// Body of `POST /api/v1/verify`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    input: String,
    scene: Option<String>,
    audience: Option<String>,
    challenge: Option<String>,
}

/// What the public is told.
#[derive(Serialize)]
struct Brief {
    verdict: Answer,
    code: Code,
}

/// Staff get the whole verdict and spend the token; everybody else gets answer and code.
pub async fn verify(
    app: web::Data<App>,
    permit: MaybePermitted<VerifyFully>,
    body: web::Json<VerifyRequest>,
) -> Result<HttpResponse, Problem> {
    let VerifyRequest { input, scene, audience, challenge } = body.into_inner();
    let question = Question { input, scene, audience, challenge };
    match permit.0 {
        Some(permit) => Ok(HttpResponse::Ok().json(verify::full(&app, &permit, &question).await?)),
        None => {
            let verdict = verify::public(&app, &question).await?;
            Ok(HttpResponse::Ok().json(Brief { verdict: verdict.verdict, code: verdict.code }))
        }
    }
}
