//! `/api/v1/wallet/…/show` and `/shows/…`: profile S.

use actix_web::{HttpRequest, HttpResponse, web};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::App;
use crate::domain::access::OpenShow;
use crate::domain::catalogue::SceneError;
use crate::domain::catalogue::codes::SceneCode;
use crate::domain::ids::{LicenceId, ShowId};
use crate::http::answer::{Answer, private};
use crate::http::api::showing::qr_image::{self, DrawError};
use crate::http::extract::{Body, IdempotencyKey, Permitted};
use crate::http::problem::{FieldError, Problem, kinds};
use crate::service::showing::assurance::{AssuranceError, FactorError};
use crate::service::showing::mint::NotShowable;
use crate::service::showing::show::{self, Proof, ShowError, Shown};

/// Body of `POST …/show`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowRequest {
    /// Where it is shown.
    scene: String,
    /// Six digits.
    pin: String,
    /// A second factor, where the kind or the scene asks for one: else 403 `second-factor-needed`.
    #[serde(default)]
    factor: Option<Factor>,
}

/// A second factor.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// Six digits of the authenticator, or a recovery code.
    pub(in crate::http::api) totp: String,
}

/// `POST /api/v1/wallet/licences/{id}/show`
pub async fn open(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    licence: web::Path<LicenceId>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<ShowRequest>,
) -> Result<Answer<Shown, 201>, Problem> {
    let proof = Proof { pin: &body.pin, factor: body.factor.as_ref().map(|factor| factor.totp.as_str()) };
    // The PIN is no part of what is shown, and not even its fingerprint is kept.
    let claim = key.claim(&app, permit.account(), &request, &body.scene);
    let shown = show::open(&app, &permit, *licence, &scene_named(&body.scene)?, proof, claim).await?;
    Ok(Answer::replied(shown).private())
}

/// The scene with this code. A text that can be no code names no scene, which is told as for one that does not exist.
pub(super) fn scene_named(code: &str) -> Result<SceneCode, Problem> {
    code.parse().map_err(|_| ShowError::from(NotShowable::from(SceneError::Unknown)).into())
}

/// `POST /api/v1/wallet/shows/{show}/refresh`: the hot path. Takes no body, whatever its type says.
pub async fn refresh(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    show: web::Path<ShowId>,
) -> Result<Answer<Shown>, Problem> {
    let shown = show::refresh(&app, &permit, *show).await?;
    Ok(Answer::of(shown).private())
}

/// `DELETE /api/v1/wallet/shows/{show}`
pub async fn end(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    show: web::Path<ShowId>,
) -> Result<Answer<(), 204>, Problem> {
    show::end(&app, &permit, *show).await?;
    Ok(Answer::nothing())
}

/// `GET /api/v1/wallet/shows/{show}.svg`
pub async fn svg(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    show: web::Path<ShowId>,
) -> Result<HttpResponse, Problem> {
    picture(&app, &permit, *show, "image/svg+xml", |text| Ok(qr_image::svg(text)?.into_bytes())).await
}

/// `GET /api/v1/wallet/shows/{show}.png`
pub async fn png(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    show: web::Path<ShowId>,
) -> Result<HttpResponse, Problem> {
    picture(&app, &permit, *show, "image/png", qr_image::png).await
}

async fn picture(
    app: &App,
    permit: &Permitted<OpenShow>,
    show: ShowId,
    content_type: &'static str,
    draw: fn(&str) -> Result<Vec<u8>, DrawError>,
) -> Result<HttpResponse, Problem> {
    let code = show::last_code(app, permit, show).await?;
    // Drawing takes milliseconds: not on a thread that answers refreshes.
    let drawn = web::block(move || draw(&code.qr_text)).await;
    let body = drawn.unwrap_or(Err(DrawError::Stopped))?;
    Ok(private(HttpResponse::Ok()).content_type(content_type).body(body))
}

impl From<ShowError> for Problem {
    fn from(error: ShowError) -> Self {
        match error {
            ShowError::NotFound => Self::new(&kinds::NOT_FOUND),
            ShowError::NotDelegated => Self::new(&kinds::FORBIDDEN).code("not-delegated").detail(
                "委托不包括该场景，或尚未到委托的开始时间",
                "the delegation is not for this scene, or has not yet begun",
            ),
            ShowError::Over => Self::new(&kinds::SHOW_ENDED),
            // The type says that it cannot be shown, the entry which code a verifier would give.
            ShowError::NotShowable(why) => {
                let mut problem = Self::new(&kinds::LICENCE_NOT_SHOWABLE).detail_text(why.reason.clone());
                problem.errors.push(FieldError { pointer: "".into(), code: why.code, detail: why.reason });
                problem
            }
            ShowError::TooMany { wait } => {
                let problem = Self::new(&kinds::TOO_MANY_REQUESTS).retry_after(wait.0);
                problem.detail("同时打开的亮证过多，请先结束一些", "too many shows are open; end some first")
            }
            ShowError::Pin(error) => error.into(),
            ShowError::Factor(error) => error.into(),
            ShowError::Assurance(error) => error.into(),
            ShowError::Mint(error) => unavailable(&error),
            ShowError::Log(error) => error.into(),
            ShowError::Work(error) => error.into(),
        }
    }
}

impl From<AssuranceError> for Problem {
    fn from(error: AssuranceError) -> Self {
        match error {
            AssuranceError::Totp(error) => error.into(),
            AssuranceError::Work(error) => error.into(),
        }
    }
}

impl From<FactorError> for Problem {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::Needed => Self::new(&kinds::SECOND_FACTOR_NEEDED),
            FactorError::NotSet => Self::new(&kinds::SECOND_FACTOR_NEEDED).detail(
                "亮出该证照需要动态验证码；请先在「账号与安全」中绑定身份验证器",
                "showing this licence asks for an authenticator code: set one up under Account and security first",
            ),
            FactorError::Restored { until } => {
                let minute = until.to_minute();
                Self::new(&kinds::RECENTLY_RESTORED).detail(
                    format!("该账户刚在窗口恢复，北京时间 {minute} 起可以亮出该证照"),
                    format!("the account was restored at a counter; this licence can be shown from {minute} (UTC+8) on"),
                )
            }
            FactorError::Code(error) => error.into(),
        }
    }
}

impl From<DrawError> for Problem {
    fn from(error: DrawError) -> Self {
        unavailable(&error)
    }
}

/// A fault of ours that an operator can see and end: no active key, a full disk.
fn unavailable(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "no code can be made");
    Problem::new(&kinds::UNAVAILABLE).retry_after(5)
}
