//! `/api/v1/me/sessions`: where the caller is logged in.

use actix_web::web;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::ManageOwnAccount;
use crate::domain::actor::session::{Carrier, Proof};
use crate::domain::ids::SessionId;
use crate::http::answer::{Answer, Page};
use crate::http::extract::Permitted;
use crate::http::problem::{Problem, kinds};
use crate::service::actor::own_sessions::{self, EndError};

/// One of the caller's open sessions. Times are unix seconds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OwnSession {
    id: SessionId,
    /// Whether this very request came in it.
    current: bool,
    /// How its token travels.
    carrier: Carrier,
    /// What it was made with.
    proof: Proof,
    /// What the browser or program called itself; null if it did not say.
    agent: Option<String>,
    created_at: UnixTime,
    /// Over at the latest.
    expires_at: UnixTime,
}

/// `GET /api/v1/me/sessions`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
) -> Result<Answer<Page<OwnSession>>, Problem> {
    Ok(Answer::of(Page::whole(own_sessions::list(&app, &permit).await?)))
}

/// `DELETE /api/v1/me/sessions/{id}`
pub async fn end(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
    id: web::Path<SessionId>,
) -> Result<Answer<(), 204>, Problem> {
    own_sessions::end(&app, &permit, *id).await?;
    Ok(Answer::nothing())
}

/// `DELETE /api/v1/me/sessions`
pub async fn end_others(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
) -> Result<Answer<(), 204>, Problem> {
    own_sessions::end_others(&app, &permit).await?;
    Ok(Answer::nothing())
}

impl From<own_sessions::OwnSession> for OwnSession {
    fn from(session: own_sessions::OwnSession) -> Self {
        let own_sessions::OwnSession { id, is_current, carrier, proof, agent, created_at, expires_at } =
            session;
        Self { id, current: is_current, carrier, proof, agent, created_at, expires_at }
    }
}

impl From<EndError> for Problem {
    fn from(error: EndError) -> Self {
        match error {
            EndError::NotFound => Self::new(&kinds::NOT_FOUND),
            EndError::Work(error) => error.into(),
        }
    }
}
