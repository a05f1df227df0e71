//! `/api/v1/sessions`: logging in and out.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use liangzheng_core::time::UnixTime;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::ManageOwnAccount;
use crate::domain::actor::account::Principal;
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::Uscc;
use crate::http::edge::client_address;
use crate::http::extract::{Permitted, SESSION_COOKIE, is_our_page};
use crate::http::problem::{Problem, kinds};
use crate::service::actor::session::{self, Carrier};

/// Body of `POST /api/v1/sessions`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    login: String,
    password: String,
}

/// The answer. `token` is left out when it was set as a cookie: no script of a page ever holds it.
#[derive(Serialize)]
struct LoginAnswer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    expires_at: UnixTime,
    principal: PrincipalAnswer<'a>,
}

#[derive(Serialize)]
struct PrincipalAnswer<'a> {
    id: String,
    login: &'a str,
    name: &'a str,
    /// What the account is first: `holder`, or its first role in its unit.
    role: &'static str,
    /// Its roles in its unit.
    roles: Vec<Role>,
    unit: Option<Uscc>,
    /// Whether it is a holder or acts for one, and so has a wallet.
    has_wallet: bool,
}

/// `POST /api/v1/sessions`
pub async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Json<LoginRequest>,
) -> Result<HttpResponse, Problem> {
    check_lengths(&body)?;
    let carrier = if is_our_page(request.headers()) { Carrier::Cookie } else { Carrier::Bearer };
    let made = session::log_in(&app, &body.login, &body.password, carrier, client_address(&request)).await?;
    let mut response = HttpResponse::Created();
    if carrier == Carrier::Cookie {
        let age = made.expires_at.since(app.now()).0;
        response.insert_header((header::SET_COOKIE, set_cookie(&made.token, age)));
    }
    Ok(response.json(LoginAnswer {
        token: (carrier == Carrier::Bearer).then_some(made.token.as_str()),
        expires_at: made.expires_at,
        principal: answer(&made.principal),
    }))
}

/// `DELETE /api/v1/sessions/current`
pub async fn end(app: web::Data<App>, permit: Permitted<ManageOwnAccount>) -> Result<HttpResponse, Problem> {
    session::log_out(&app, &permit).await?;
    Ok(HttpResponse::NoContent().insert_header((header::SET_COOKIE, set_cookie("", 0))).finish())
}

/// Longer ones are nobody's; refused before the hash sees them (docs/SECURITY.md, "Threats").
fn check_lengths(body: &LoginRequest) -> Result<(), Problem> {
    let mut problem = Problem::new(&kinds::INVALID);
    if !(1..=64).contains(&body.login.len()) {
        problem = problem.field("/login", "length", "应为 1 到 64 字节", "must be 1 to 64 bytes");
    }
    if !(1..=256).contains(&body.password.len()) {
        problem = problem.field("/password", "length", "应为 1 到 256 字节", "must be 1 to 256 bytes");
    }
    if problem.errors.is_empty() { Ok(()) } else { Err(problem) }
}

fn answer(principal: &Principal) -> PrincipalAnswer<'_> {
    let roles = principal.membership.as_ref().map(|membership| membership.roles.clone()).unwrap_or_default();
    PrincipalAnswer {
        id: principal.account.to_string(),
        login: &principal.login,
        name: &principal.name,
        role: roles.first().map_or("holder", |role| role.as_str()),
        roles,
        unit: principal.membership.as_ref().map(|membership| membership.unit),
        has_wallet: principal.holder.is_some() || !principal.agencies.is_empty(),
    }
}

fn set_cookie(token: &str, max_age: i64) -> String {
    format!("{SESSION_COOKIE}={token}; Path=/; Max-Age={max_age}; Secure; HttpOnly; SameSite=Strict")
}
