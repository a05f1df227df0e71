//! `POST /api/v1/scans`: receipts of scans, in batches.

use actix_web::{HttpRequest, web};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::ReportScans;
use crate::domain::fault::Faults;
use crate::domain::verifying::scan::{Receipt, Scan};
use crate::http::answer::Answer;
use crate::http::extract::{Body, IdempotencyKey, Permitted};
use crate::http::problem::{FieldError, Problem, kinds};
use crate::service::verifying::scans::{self, HandInError, HandedIn};

/// Body of `POST /api/v1/scans`.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScansRequest {
    /// All of a batch are kept, or none.
    #[schemars(length(min = 1, max = 500))]
    scans: Vec<ReceiptBody>,
}

/// What a verifier kept of one scan.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptBody {
    /// The verifier's name for it: 128 random bits, base64url.
    id: String,
    /// When it was scanned, by the verifier's clock, in unix seconds.
    at: i64,
    /// `valid`, `invalid` or `undetermined`.
    verdict: String,
    /// The code of the verdict.
    code: String,
    /// The scene, if the verdict named one.
    scene: Option<String>,
    /// The licence's number, if the verdict named one.
    licence: Option<String>,
    /// The token's `jti`.
    token: Option<String>,
    /// How fresh the status was, in unix seconds.
    status_as_of: Option<i64>,
    /// The version of the trust list it was judged by.
    trust_version: Option<i64>,
    /// Code of the inspection matter of one's unit it was scanned in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    matter: Option<String>,
    /// Whether the person was compared with the licence.
    #[serde(default)]
    compared: bool,
    /// Whether this server verified it when it was scanned: then the use stands in the log already.
    #[serde(default)]
    logged: bool,
    /// What was doubtful, in words: a task for the unit that issued the licence, or for the manager where none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 500))]
    doubt: Option<String>,
}

/// Keeps all of them or, when one cannot be right, none; every bad one is named.
pub async fn hand_in(
    app: web::Data<App>,
    permit: Permitted<ReportScans>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<ScansRequest>,
) -> Result<Answer<HandedIn>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &*body);
    let scans = checked(body.into_inner(), &app)?;
    Ok(Answer::replied(scans::hand_in(&app, &permit, &scans, claim).await?))
}

fn checked(request: ScansRequest, app: &App) -> Result<Vec<Scan>, Problem> {
    if !(1..=MAX_BATCH).contains(&request.scans.len()) {
        return Err(Problem::new(&kinds::INVALID).field(
            "/scans",
            "length",
            "每次应为 1 到 500 条",
            "send 1 to 500 at a time",
        ));
    }
    let now = app.clock.now();
    let mut problem = Problem::new(&kinds::INVALID);
    let mut scans = Vec::with_capacity(request.scans.len());
    for (at, receipt) in request.scans.into_iter().enumerate() {
        match Receipt::from(receipt).check(now) {
            Ok(scan) => scans.push(scan),
            Err(wrong) => problem.errors.push(FieldError {
                pointer: format!("/scans/{at}/{}", wrong.member).into(),
                code: "unbelievable",
                detail: wrong.detail,
            }),
        }
    }
    if problem.errors.is_empty() { Ok(scans) } else { Err(problem) }
}

impl From<HandInError> for Problem {
    fn from(error: HandInError) -> Self {
        match error {
            HandInError::Matters(places) => {
                let mut faults = Faults::default();
                for at in places {
                    faults.add(
                        format!("/scans/{at}/matter"),
                        "not-yours",
                        "本单位没有发布过这个检查事项",
                        "no inspection matter of your unit has this code",
                    );
                }
                Self::new(&kinds::INVALID).faults(faults)
            }
            HandInError::Work(error) => error.into(),
        }
    }
}

impl From<ReceiptBody> for Receipt {
    fn from(body: ReceiptBody) -> Self {
        let ReceiptBody {
            id,
            at,
            verdict,
            code,
            scene,
            licence,
            token,
            status_as_of,
            trust_version,
            matter,
            compared,
            logged,
            doubt,
        } = body;
        Self {
            id,
            at,
            verdict,
            code,
            scene,
            licence,
            token,
            status_as_of,
            trust_version,
            matter,
            compared,
            logged,
            doubt,
        }
    }
}

/// A long shift's worth; about 200 KB without words of doubt, within [`crate::http::problem::MAX_BODY`].
const MAX_BATCH: usize = 500;
