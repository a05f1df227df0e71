//! `/api/v1/sessions`: logging in and out.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, web};
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::App;
use crate::domain::access::ManageOwnAccount;
use crate::domain::actor::account::Principal;
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::AccountId;
use crate::http::answer::Answer;
use crate::http::extract::{
    Body, DEVICE_COOKIE, Permitted, SESSION_COOKIE, client_address, cookie, is_our_page, user_agent,
};
use crate::http::problem::{Problem, kinds};
use crate::service::actor::known::{DEVICE_KNOWN_FOR, Origin};
use crate::service::actor::login::{self, Attempt, LoginError};
use crate::service::actor::session::{self, Carrier};

/// Body of `POST /api/v1/sessions`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// 1 to 64 bytes.
    login: String,
    /// 1 to 256 bytes.
    password: String,
    /// A code of the account's authenticator, or a recovery code; asked for by 401 `totp-needed`.
    #[schemars(length(max = 32))]
    totp: Option<String>,
    /// For programs: the signed assertion of the registered client through which somebody logs in, as for
    /// `POST /api/v1/token`. Codes are made for such a session (R47).
    client_assertion: Option<String>,
}

/// A new session.
#[derive(Serialize, JsonSchema)]
pub struct Session {
    /// For `Authorization: Bearer`. Left out when it was set as a cookie: no script of a page ever holds it.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "secret")]
    #[schemars(with = "Option<String>")]
    token: Option<Zeroizing<String>>,
    /// Over at the latest, in unix seconds.
    expires_at: UnixTime,
    /// Who logged in.
    principal: SessionPrincipal,
}

/// Who logged in.
#[derive(Serialize, JsonSchema)]
pub struct SessionPrincipal {
    /// The account.
    id: AccountId,
    /// What its owner types.
    login: String,
    /// Its name.
    name: String,
    /// What the account is first: `holder`, or its first role in its unit.
    role: &'static str,
    /// Its roles in its unit.
    roles: Vec<Role>,
    /// Its unit.
    unit: Option<Uscc>,
    /// Whether it is a holder, and so has a wallet.
    has_wallet: bool,
}

/// `POST /api/v1/sessions`
pub async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    body: Body<LoginRequest>,
) -> Result<Answer<Session, 201>, Problem> {
    check_lengths(&body)?;
    let carrier = if is_our_page(request.headers()) { Carrier::Cookie } else { Carrier::Bearer };
    let device = cookie(request.headers(), DEVICE_COOKIE);
    let origin = Origin { address: client_address(&request), device };
    let agent = user_agent(request.headers());
    let (login, password, totp) = (&body.login, &body.password, body.totp.as_deref());
    let assertion = body.client_assertion.as_deref();
    let attempt = Attempt { login, password, totp, carrier, origin, agent, assertion };
    let made = login::log_in(&app, &attempt).await?;
    let age = made.expires_at.since(app.now()).0;
    let (principal, expires_at) = (made.principal.into(), made.expires_at);
    Ok(match carrier {
        Carrier::Bearer => Answer::of(Session { token: Some(made.token), expires_at, principal }),
        Carrier::Cookie => {
            let cookie = set_cookie(SESSION_COOKIE, &made.token, age);
            let answer =
                Answer::of(Session { token: None, expires_at, principal }).header(header::SET_COOKIE, cookie);
            match made.device {
                Some(name) => {
                    let cookie = set_cookie(DEVICE_COOKIE, &name, DEVICE_KNOWN_FOR.0);
                    answer.header(header::SET_COOKIE, cookie)
                }
                None => answer,
            }
        }
    })
}

/// `DELETE /api/v1/sessions/current`
pub async fn end(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
) -> Result<Answer<(), 204>, Problem> {
    session::log_out(&app, &permit).await?;
    Ok(Answer::nothing().header(header::SET_COOKIE, set_cookie(SESSION_COOKIE, "", 0)))
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
    if body.totp.as_ref().is_some_and(|code| code.len() > 32) {
        problem = problem.field("/totp", "length", "应为 32 字节以内", "must be at most 32 bytes");
    }
    // PostgreSQL takes no NUL in a text, SQLite does: nobody has such a login in either.
    if body.login.contains('\0') {
        problem = problem.field(
            "/login",
            "hidden-character",
            "不能含有 NUL 字符",
            "must not hold the character NUL",
        );
    }
    if problem.errors.is_empty() { Ok(()) } else { Err(problem) }
}

impl From<Principal> for SessionPrincipal {
    fn from(principal: Principal) -> Self {
        let has_wallet = principal.holder.is_some();
        let unit = principal.membership.as_ref().map(|membership| membership.unit);
        let roles = principal.membership.map(|membership| membership.roles).unwrap_or_default();
        Self {
            id: principal.account,
            login: principal.login,
            name: principal.name,
            role: roles.first().map_or("holder", |role| role.as_str()),
            roles,
            unit,
            has_wallet,
        }
    }
}

/// Writes a secret where it belongs: into the answer it was made for.
fn secret<S: Serializer>(token: &Option<Zeroizing<String>>, serializer: S) -> Result<S::Ok, S::Error> {
    token.as_deref().map(String::as_str).serialize(serializer)
}

/// Neither a token nor a device's name has a character that a header could not have.
pub(super) fn set_cookie(name: &str, value: &str, max_age: i64) -> HeaderValue {
    let cookie = format!("{name}={value}; Path=/; Max-Age={max_age}; Secure; HttpOnly; SameSite=Strict");
    HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""))
}

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Wrong => Self::new(&kinds::WRONG_CREDENTIALS),
            LoginError::TooMany { wait } => Self::new(&kinds::TOO_MANY_REQUESTS).retry_after(wait.0),
            LoginError::CodeNeeded => Self::new(&kinds::TOTP_NEEDED),
            LoginError::Code(error) => error.into(),
            LoginError::Totp(error) => error.into(),
            LoginError::Client(error) => error.into(),
            LoginError::Password(error) => error.into(),
            LoginError::Storage(error) => error.into(),
        }
    }
}
