//! Whether the server lives, whether it is ready for requests, and what it is.

use actix_web::{HttpResponse, web};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::answer::Answer;
use super::problem::Problem;
use crate::App;

/// That the process answers.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Live {
    status: &'static str,
}

/// Which program this is.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Version {
    name: &'static str,
    version: &'static str,
}

/// `GET /livez`: the process answers.
pub(crate) async fn live() -> Result<Answer<Live>, Problem> {
    Ok(Answer::of(Live { status: "ok" }))
}

/// `GET /healthz`: the same under the name that some monitors ask for.
pub(crate) use live as healthy;

/// `GET /readyz`: it can do its work; otherwise 503 and the reasons.
pub(crate) async fn ready(app: web::Data<App>) -> HttpResponse {
    let mut reasons = Vec::new();
    if let Err(reason) = app.readiness.database(&app.db).await {
        reasons.push(reason.as_str());
    }
    reasons.extend(app.not_ready());
    if reasons.is_empty() {
        HttpResponse::Ok().json(json!({ "status": "ready" }))
    } else {
        HttpResponse::ServiceUnavailable().insert_header(("Retry-After", "1")).content_type("application/problem+json").json(
            json!({ "type": "/problems/unavailable", "title": "Not ready", "status": 503, "code": "not-ready", "reasons": reasons }),
        )
    }
}

/// `GET /version`.
pub(crate) async fn version() -> Result<Answer<Version>, Problem> {
    Ok(Answer::of(Version { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") }))
}
