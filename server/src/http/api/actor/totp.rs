//! `/api/v1/me/totp`: the caller's authenticator.

use actix_web::web;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::password::{of_password, refuse_long};
use crate::App;
use crate::domain::access::ManageOwnAccount;
use crate::http::answer::Answer;
use crate::http::api::showing::qr_image;
use crate::http::extract::{Body, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::actor::totp::{self, CodeError, TotpError};

/// Body of `POST /api/v1/me/totp`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpRequest {
    /// The password the caller logs in with.
    password: String,
}

/// An authenticator that is being set up; told only here.
#[derive(Serialize, JsonSchema)]
pub struct BegunTotp {
    /// Base 32, to be typed into the authenticator.
    secret: String,
    /// `otpauth://…`
    otpauth_uri: String,
    /// The same as a QR code, to be scanned.
    qr_svg: String,
}

/// A code of the authenticator: six digits, or a recovery code.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpCode {
    /// The code.
    #[schemars(length(max = 32))]
    code: String,
}

/// What lets in whose phone is lost.
#[derive(Serialize, JsonSchema)]
pub struct RecoveryCodes {
    /// Each works once, in place of a code; told only here.
    recovery_codes: Vec<String>,
}

/// `POST /api/v1/me/totp`
pub async fn begin(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
    body: Body<TotpRequest>,
) -> Result<Answer<BegunTotp, 201>, Problem> {
    refuse_long("/password", &body.password)?;
    let begun = totp::begin(&app, &permit, &body.password).await?;
    let qr_svg = qr_image::svg(&begun.uri).map_err(|error| Problem::internal(&error))?;
    let (secret, otpauth_uri) = (begun.secret.to_string(), begun.uri.to_string());
    Ok(Answer::of(BegunTotp { secret, otpauth_uri, qr_svg }).private())
}

/// `POST /api/v1/me/totp/confirmation`
pub async fn confirm(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
    body: Body<TotpCode>,
) -> Result<Answer<RecoveryCodes>, Problem> {
    let codes = totp::confirm(&app, &permit, &body.code).await?;
    let recovery_codes = codes.iter().map(|code| code.to_string()).collect();
    Ok(Answer::of(RecoveryCodes { recovery_codes }).private())
}

/// `DELETE /api/v1/me/totp`
pub async fn remove(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
    body: Body<TotpCode>,
) -> Result<Answer<(), 204>, Problem> {
    totp::remove(&app, &permit, &body.code).await?;
    Ok(Answer::nothing())
}

impl From<CodeError> for Problem {
    fn from(error: CodeError) -> Self {
        match error {
            CodeError::Wrong { left } => Self::new(&kinds::WRONG_TOTP).detail(
                format!("动态验证码错误或已使用，还可尝试 {left} 次"),
                format!("wrong code, or used before; {left} tries left"),
            ),
            CodeError::Shut { wait } => Self::new(&kinds::TOTP_SHUT).retry_after(wait.0),
        }
    }
}

impl From<TotpError> for Problem {
    fn from(error: TotpError) -> Self {
        match error {
            TotpError::AlreadySet => Self::new(&kinds::ALREADY_EXISTS).code("totp-set").detail(
                "该账号已绑定动态验证码；更换手机请先解除绑定",
                "this account has an authenticator: remove it first to use another phone",
            ),
            TotpError::NotSet => Self::new(&kinds::CONFLICT).code("totp-not-set").detail(
                "该账号未绑定动态验证码，请先开始绑定",
                "this account has no authenticator: begin to set one up first",
            ),
            TotpError::Code(error) => error.into(),
            TotpError::Password(error) => of_password(error, "/password"),
            TotpError::Work(error) => error.into(),
            error @ TotpError::Library => Self::internal(&error),
        }
    }
}
