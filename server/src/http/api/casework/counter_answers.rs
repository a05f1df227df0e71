//! `/api/v1/wallet/counter-requests/{code}`: what a counter asks of the holder before it, and his answer.

use actix_web::web;
use liangzheng_core::qr::counter;
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::{Authorise, ViewWallet};
use crate::domain::casework::counter_request::{CounterAnswer, CounterRequestState};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{CounterRequestId, HolderId, LicenceId};
use crate::http::answer::Answer;
use crate::http::api::consent::authorisations::SeenField;
use crate::http::api::showing::show::Factor;
use crate::http::extract::{Body, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::casework::counter_answers::{self, AskedMaterial, CounterAnswerError, Over, SeenRequest};
use crate::service::consent::at_counter::Offered;
use crate::service::showing::show::Proof;

/// What a counter asks for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AskedAtCounter {
    /// The unit that asks.
    unit: Uscc,
    unit_names: Text,
    /// Code of the matter.
    matter: String,
    matter_names: Text,
    /// Number of the case with the unit.
    case_number: String,
    /// Code of what for.
    purpose: String,
    /// From when on it cannot be answered, in unix seconds.
    expires_at: UnixTime,
    /// The holder whom the caller acts for; null = his own.
    on_behalf_of: Option<HolderId>,
    materials: Vec<AskedKind>,
}

/// One kind that is asked for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AskedKind {
    kind: KindCode,
    kind_names: Text,
    /// The licences that can answer it; none if the holder has none.
    licences: Vec<OfferedLicence>,
}

/// A licence that can answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OfferedLicence {
    id: LicenceId,
    /// Its number under GB/T 36904.
    identifier: String,
    /// The status in words.
    status_label: Text,
    /// Last day of validity; null = 长期.
    valid_to: Option<Day>,
    /// Exactly what the unit would see.
    fields: Vec<SeenField>,
    /// Why it does not hold, so that the unit would see this and no field; null = it holds.
    withheld: Option<Text>,
}

/// Body of `POST /wallet/counter-requests/{code}/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterAnswerRequest {
    act: CounterAnswer,
    /// The licences that are given, one of each kind at the most; none of a refusal.
    #[serde(default)]
    #[schemars(length(max = 8))]
    licences: Vec<LicenceId>,
    /// Six digits; a refusal needs none.
    #[serde(default)]
    pin: Option<String>,
    /// A second factor, where a kind asks for one.
    #[serde(default)]
    factor: Option<Factor>,
}

/// What was answered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnsweredAtCounter {
    id: CounterRequestId,
    state: CounterRequestState,
    /// The state in words.
    state_label: Text,
    /// What was given, each with the use by which the holder finds it in his list.
    given: Vec<GivenAtCounter>,
}

/// A licence that was given.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GivenAtCounter {
    licence: LicenceId,
    kind: KindCode,
    /// The use, as the log names it.
    #[serde(rename = "use")]
    use_id: String,
}

/// `GET /api/v1/wallet/counter-requests/{code}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ViewWallet>,
    code: web::Path<String>,
) -> Result<Answer<AskedAtCounter>, Problem> {
    Ok(Answer::of(counter_answers::see(&app, &permit, &named(&code)?).await?.into()).private())
}

/// `POST /api/v1/wallet/counter-requests/{code}/acts`
pub async fn act(
    app: web::Data<App>,
    permit: Permitted<Authorise>,
    code: web::Path<String>,
    body: Body<CounterAnswerRequest>,
) -> Result<Answer<AnsweredAtCounter>, Problem> {
    let CounterAnswerRequest { act, licences, pin, factor } = body.0;
    let code = named(&code)?;
    let answered = match act {
        CounterAnswer::Refuse => counter_answers::refuse(&app, &permit, &code).await?,
        CounterAnswer::Agree => {
            let (pin, factor) = (pin.unwrap_or_default(), factor.as_ref().map(|factor| factor.totp.as_str()));
            let proof = Proof { pin: &pin, factor };
            counter_answers::agree(&app, &permit, &code, &licences, proof).await?
        }
    };
    Ok(Answer::of(answered.into()).private())
}

/// The bytes that a code names: its text, or what stands in it after `ER1:`. What is no code is no request.
fn named(code: &str) -> Result<[u8; 16], Problem> {
    counter::read(code).ok_or_else(|| Problem::new(&kinds::NOT_FOUND))
}

impl From<SeenRequest> for AskedAtCounter {
    fn from(seen: SeenRequest) -> Self {
        let SeenRequest { unit, matter, case_number, purpose, expires_at, on_behalf_of, materials } = seen;
        Self {
            unit: unit.0,
            unit_names: unit.1,
            matter: matter.0,
            matter_names: matter.1,
            case_number,
            purpose,
            expires_at,
            on_behalf_of,
            materials: materials.into_iter().map(AskedKind::from).collect(),
        }
    }
}

impl From<AskedMaterial> for AskedKind {
    fn from(one: AskedMaterial) -> Self {
        let AskedMaterial { kind, names, licences } = one;
        Self { kind, kind_names: names, licences: licences.into_iter().map(OfferedLicence::from).collect() }
    }
}

impl From<Offered> for OfferedLicence {
    fn from(one: Offered) -> Self {
        let Offered { licence, identifier, status, valid_to, fields, withheld } = one;
        Self {
            id: licence,
            identifier,
            status_label: status,
            valid_to,
            fields: fields.into_iter().map(SeenField::from).collect(),
            withheld: withheld.map(crate::domain::licence::Unshowable::reason),
        }
    }
}

impl From<counter_answers::Answered> for AnsweredAtCounter {
    fn from(answered: counter_answers::Answered) -> Self {
        let counter_answers::Answered { id, state, given } = answered;
        let given = given.into_iter().map(|one| GivenAtCounter {
            licence: one.licence,
            kind: one.kind,
            use_id: one.log_seq.to_string(),
        });
        Self { id, state, state_label: state.label(), given: given.collect() }
    }
}

impl From<CounterAnswerError> for Problem {
    fn from(error: CounterAnswerError) -> Self {
        match error {
            CounterAnswerError::NotFound => Self::new(&kinds::NOT_FOUND),
            CounterAnswerError::Over(over) => {
                let why = match over {
                    Over::State(state) => state.label(),
                    Over::Rule(rule) => rule.label(),
                    Over::Clerk => Text::fixed(
                        "提出请求的工作人员已不在该窗口",
                        "who asked does not work at that counter any more",
                    ),
                };
                Self::new(&kinds::COUNTER_REQUEST_OVER).detail_text(why)
            }
            CounterAnswerError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            CounterAnswerError::Pin(error) => error.into(),
            CounterAnswerError::Factor(error) => error.into(),
            CounterAnswerError::Assurance(error) => error.into(),
            CounterAnswerError::Work(error) => error.into(),
        }
    }
}
