//! `PUT /api/v1/me/password`, `PUT /api/v1/me/pin`: the caller changes what he knows.

use actix_web::web;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::App;
use crate::domain::access::ManageOwnAccount;
use crate::domain::actor::session::Proof;
use crate::http::answer::Answer;
use crate::http::extract::{Body, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::actor::own_password::{self, OwnPasswordError, Unfit};
use crate::service::actor::pin::{self, ChangePinError, Knowledge};

/// Body of `PUT /api/v1/me/password`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordRequest {
    /// The password until now.
    old_password: String,
    /// At least 10 characters, at most 256 bytes, without the login in it.
    new_password: String,
}

/// Body of `PUT /api/v1/me/pin`: the new PIN, and the old one, or the password where there is no PIN yet.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PinRequest {
    /// The PIN until now.
    old_pin: Option<String>,
    /// The password, where there is no PIN yet.
    password: Option<String>,
    /// Six digits.
    new_pin: String,
}

/// `PUT /api/v1/me/password`
pub async fn change(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
    body: Body<PasswordRequest>,
) -> Result<Answer<(), 204>, Problem> {
    refuse_long("/old_password", &body.old_password)?;
    let changed = own_password::change(&app, &permit, &body.old_password, &body.new_password).await;
    changed.map_err(|error| of_password(error, "/new_password"))?;
    Ok(Answer::nothing())
}

/// `PUT /api/v1/me/pin`
pub async fn change_pin(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
    body: Body<PinRequest>,
) -> Result<Answer<(), 204>, Problem> {
    let by = match (&body.old_pin, &body.password) {
        (Some(old), None) => Knowledge::OldPin(old),
        (None, Some(password)) => {
            refuse_long("/password", password)?;
            Knowledge::Password(password)
        }
        (None, None) if permit.principal().proof == Proof::OpenIdConnect => Knowledge::Provider,
        _ => {
            return Err(Problem::new(&kinds::INVALID).field(
                "/old_pin",
                "required",
                "请填写原亮证密码；尚未设置亮证密码的，请填写登录密码 password",
                "give the PIN until now as old_pin, or, where there is none yet, the password",
            ));
        }
    };
    pin::change(&app, &permit, by, &body.new_pin).await?;
    Ok(Answer::nothing())
}

/// Longer ones are nobody's; refused before the hash sees them.
pub(super) fn refuse_long(pointer: &'static str, password: &str) -> Result<(), Problem> {
    if (1..=256).contains(&password.len()) {
        return Ok(());
    }
    Err(Problem::new(&kinds::INVALID).field(
        pointer,
        "length",
        "应为 1 到 256 字节",
        "must be 1 to 256 bytes",
    ))
}

/// What is told of a password that does not pass; `pointer` names the new one.
pub(super) fn of_password(error: OwnPasswordError, pointer: &'static str) -> Problem {
    match error {
        OwnPasswordError::Wrong => Problem::new(&kinds::WRONG_PASSWORD),
        OwnPasswordError::TooMany(too_many) => {
            Problem::new(&kinds::TOO_MANY_REQUESTS).retry_after(too_many.wait.0)
        }
        OwnPasswordError::NotSet => Problem::new(&kinds::FORBIDDEN).code("password-not-set").detail(
            "该账号没有登录密码，请使用统一身份认证登录",
            "this account has no password: it logs in by the identity provider",
        ),
        OwnPasswordError::Unfit(unfit) => {
            let problem = Problem::new(&kinds::INVALID);
            match unfit {
                Unfit::Length => problem.field(
                    pointer,
                    "length",
                    "应为 10 个字符以上、256 字节以内",
                    "must have at least 10 characters and at most 256 bytes",
                ),
                Unfit::Same => problem.field(
                    pointer,
                    "same",
                    "新密码不能与原密码相同",
                    "must differ from the password until now",
                ),
                Unfit::Login => {
                    problem.field(pointer, "holds-login", "新密码不能包含登录账号", "must not hold the login")
                }
            }
        }
        OwnPasswordError::Password(error) => error.into(),
        OwnPasswordError::Work(error) => error.into(),
    }
}

impl From<ChangePinError> for Problem {
    fn from(error: ChangePinError) -> Self {
        match error {
            ChangePinError::NewMalformed => Self::new(&kinds::INVALID).field(
                "/new_pin",
                "format",
                "亮证密码为六位数字",
                "a PIN is six digits",
            ),
            ChangePinError::Same => Self::new(&kinds::INVALID).field(
                "/new_pin",
                "same",
                "新亮证密码不能与原亮证密码相同",
                "must differ from the PIN until now",
            ),
            ChangePinError::OldPinNeeded => Self::new(&kinds::INVALID).field(
                "/old_pin",
                "required",
                "该账号已有亮证密码或登录密码，请填写",
                "this account has a PIN, or a password: give the one until now",
            ),
            ChangePinError::Old(error) => error.into(),
            ChangePinError::Password(error) => of_password(error, "/password"),
            ChangePinError::Work(error) => error.into(),
        }
    }
}
