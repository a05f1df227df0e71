//! `/api/v1/login…`: by what one may log in, and logging in by the identity provider. Browsers only.

use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sessions::set_cookie;
use crate::App;
use crate::domain::access::ManageOwnAccount;
use crate::http::answer::Answer;
use crate::http::extract::{MaybePermitted, SESSION_COOKIE, client_address, cookie, user_agent};
use crate::http::problem::{Problem, kinds};
use crate::service::actor::oidc::{self, ATTEMPT_LIVES, Finished, OidcError, Returned};

/// By what one may log in here.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LoginWays {
    /// `POST /api/v1/sessions`
    password: bool,
    /// `GET /api/v1/login/oidc`
    oidc: bool,
}

/// Query of `GET /api/v1/login/oidc`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcQuery {
    /// Link the identity to the account of who is logged in.
    link: Option<bool>,
}

/// What the provider sends the browser back with; it may say more.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CallbackQuery {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// `GET /api/v1/login`
pub async fn ways(app: web::Data<App>) -> Result<Answer<LoginWays>, Problem> {
    Ok(Answer::of(LoginWays { password: true, oidc: app.oidc.is_some() }))
}

/// `GET /api/v1/login/oidc`
pub async fn begin(
    app: web::Data<App>,
    permit: MaybePermitted<ManageOwnAccount>,
    request: HttpRequest,
    query: web::Query<OidcQuery>,
) -> Result<HttpResponse, Problem> {
    let linking = match (query.link, permit.0) {
        (Some(true), None) => return Err(Problem::new(&kinds::UNAUTHENTICATED)),
        (Some(true), permit) => permit,
        _ => None,
    };
    match oidc::begin(&app, client_address(&request), linking.as_ref()).await {
        Ok(begun) => {
            let cookie = attempt_cookie(&begun.attempt, ATTEMPT_LIVES.0);
            Ok(sent_to(&begun.address).append_header((header::SET_COOKIE, cookie)).finish())
        }
        Err(error) => refused(request.headers(), error),
    }
}

/// `GET /api/v1/login/oidc/callback`
pub async fn callback(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<CallbackQuery>,
) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    let attempt = cookie(headers, ATTEMPT_COOKIE);
    let returned = Returned {
        code: query.code.as_deref(),
        state: query.state.as_deref(),
        issuer: query.iss.as_deref(),
        error: query.error.as_deref(),
    };
    match oidc::finish(&app, attempt, returned, client_address(&request), user_agent(headers)).await {
        Ok(Finished::LoggedIn { token, expires_at }) => {
            let age = expires_at.since(app.now()).0;
            Ok(sent_to("/wallet")
                .append_header((header::SET_COOKIE, set_cookie(SESSION_COOKIE, &token, age)))
                .append_header((header::SET_COOKIE, attempt_cookie("", 0)))
                .finish())
        }
        Ok(Finished::Linked) => {
            let cookie = attempt_cookie("", 0);
            Ok(sent_to("/wallet#account").append_header((header::SET_COOKIE, cookie)).finish())
        }
        Err(error) => refused(headers, error),
    }
}

/// A person gets back to the login with a word on why; a program gets the problem.
fn refused(headers: &HeaderMap, error: OidcError) -> Result<HttpResponse, Problem> {
    let problem = Problem::from(error);
    let wants_page = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if !wants_page {
        return Err(problem);
    }
    Ok(sent_to(&format!("/wallet?login={}", problem.code.unwrap_or(problem.kind.slug)))
        .append_header((header::SET_COOKIE, attempt_cookie("", 0)))
        .finish())
}

fn sent_to(address: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Found();
    response.insert_header((header::LOCATION, address)).insert_header((header::CACHE_CONTROL, "no-store"));
    response
}

/// `Lax`, not `Strict`: the provider's page sends the browser back, and the cookie must come along. It is sealed, and opens
/// nothing without a code of the provider.
fn attempt_cookie(value: &str, age: i64) -> String {
    format!("{ATTEMPT_COOKIE}={value}; Path=/; Max-Age={age}; Secure; HttpOnly; SameSite=Lax")
}

impl From<OidcError> for Problem {
    fn from(error: OidcError) -> Self {
        match error {
            OidcError::NotConfigured => Self::new(&kinds::NOT_FOUND),
            OidcError::TooMany { wait } => Self::new(&kinds::TOO_MANY_REQUESTS).retry_after(wait.0),
            OidcError::Unavailable(why) => {
                tracing::warn!(why, "the identity provider does not work");
                Self::new(&kinds::UNAVAILABLE).code("oidc-unavailable").retry_after(5).detail(
                    "统一身份认证暂时不可用，请稍后再试，或用账号密码登录",
                    "the identity provider cannot be reached: try again later, or log in with your password",
                )
            }
            OidcError::Refused(why) => {
                tracing::info!(why, "a login by the identity provider was refused");
                Self::new(&kinds::OIDC_REFUSED)
            }
            OidcError::BrokenOff => Self::new(&kinds::OIDC_REFUSED)
                .code("oidc-broken-off")
                .detail("统一身份认证登录已取消", "the login at the identity provider was broken off"),
            OidcError::Unmatched => Self::new(&kinds::IDENTITY_UNMATCHED),
            OidcError::LinkNeeded => Self::new(&kinds::LINK_NEEDED),
            OidcError::LinkedOtherwise => Self::new(&kinds::LINK_NEEDED).code("linked-otherwise").detail(
                "该身份或该账号已与另一方绑定，请联系平台管理机构",
                "this identity, or this account, is linked otherwise: ask the platform's managers",
            ),
            OidcError::SessionOver => Self::new(&kinds::UNAUTHENTICATED),
            OidcError::Storage(error) => error.into(),
        }
    }
}

/// What belongs to a login under way; bound as the session's cookie.
const ATTEMPT_COOKIE: &str = "__Host-lz-oidc";
