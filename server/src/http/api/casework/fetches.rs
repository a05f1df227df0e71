//! `POST /api/v1/fetches`: 一事一查.

use actix_web::web;
use liangzheng_core::text::Text;
use liangzheng_core::time::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::FetchForCase;
use crate::domain::actor::holder::HolderNumber;
use crate::domain::casework::fetch::ScopeRule;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::using_list::MaterialFooting;
use crate::domain::ids::CaseId;
use crate::http::answer::Answer;
use crate::http::api::consent::authorisations::SeenField;
use crate::http::extract::{Body, Permitted};
use crate::http::problem::{FieldError, Problem, kinds};
use crate::service::casework::fetches::{self, FetchError, Got, Wanted};

/// Body of `POST /fetches`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FetchRequest {
    /// An open using case of the caller's unit for the holder.
    case: CaseId,
    /// One kind of licence.
    kind: KindCode,
    /// Whose.
    holder: FetchHolder,
    /// Code of what for, as in the unit's using list.
    purpose: String,
}

/// Whose licences: one holder, whole.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FetchHolder {
    /// Type of document (GB/T 36903): `111` citizen number, `001` unified social credit code …
    id_type: String,
    /// Its number.
    id_number: String,
    /// 姓名 or 名称, as in the case.
    name: String,
}

/// What was fetched.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Fetched {
    /// The use, as the log names it: of the first licence, or of the look itself where there is none.
    #[serde(rename = "use")]
    use_id: String,
    /// On which footing of the using list.
    footing: MaterialFooting,
    /// The licences of that kind; none if the holder has none.
    licences: Vec<FetchedLicence>,
}

/// A licence as the unit sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FetchedLicence {
    /// The use, as the log and the holder's list name it.
    #[serde(rename = "use")]
    use_id: String,
    /// Its number under GB/T 36904.
    identifier: String,
    kind: KindCode,
    kind_names: Text,
    /// Who issued it, or took that over.
    unit: Uscc,
    unit_names: Text,
    /// The status axis.
    status: &'static str,
    status_label: Text,
    /// First day of validity.
    valid_from: Day,
    /// Last day of validity; null = 长期.
    valid_to: Option<Day>,
    /// The fields that the using list names, masked; none of a licence that does not hold.
    fields: Vec<SeenField>,
    /// Why it does not hold, and so has no fields; null = it holds.
    withheld: Option<Text>,
    /// For whom, what and when it was given, and that it is not to be passed on: to be shown with every copy.
    watermark: Text,
}

/// `POST /api/v1/fetches`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<FetchForCase>,
    body: Body<FetchRequest>,
) -> Result<Answer<Fetched>, Problem> {
    let FetchRequest { case, kind, holder, purpose } = body.0;
    // What is no number is nobody's: the case is not for him, and the try is logged as any other.
    let number = HolderNumber::new(&holder.id_type, &holder.id_number).ok();
    let wanted = Wanted { case, kind, number, name: holder.name, purpose };
    Ok(Answer::of(fetches::fetch(&app, &permit, &wanted).await?.into()).private())
}

impl From<Got> for Fetched {
    fn from(got: Got) -> Self {
        let licences = got.licences.into_iter().map(FetchedLicence::from).collect();
        Self { use_id: got.use_id.to_string(), footing: got.footing, licences }
    }
}

impl From<fetches::FetchedLicence> for FetchedLicence {
    fn from(one: fetches::FetchedLicence) -> Self {
        let fetches::FetchedLicence { use_id, licence, unit, kind_names, fields, withheld, watermark } = one;
        Self {
            use_id: use_id.to_string(),
            identifier: licence.identifier.to_string(),
            kind: licence.kind(),
            kind_names,
            unit: unit.0,
            unit_names: unit.1,
            status: licence.status.as_str(),
            status_label: licence.status.label(),
            valid_from: licence.valid_from,
            valid_to: licence.valid_to,
            fields: fields.into_iter().map(SeenField::from).collect(),
            withheld: withheld.map(crate::domain::licence::Unshowable::reason),
            watermark,
        }
    }
}

impl From<FetchError> for Problem {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::OutOfScope(rule) => out_of_scope(rule),
            FetchError::Work(error) => error.into(),
        }
    }
}

/// A rule of 一事一查 failed: which, for programs and for people.
pub(super) fn out_of_scope(rule: ScopeRule) -> Problem {
    let pointer = match rule {
        ScopeRule::Case | ScopeRule::Client | ScopeRule::Matter => "/case",
        ScopeRule::Holder => "/holder",
        ScopeRule::Purpose => "/purpose",
        _ => "/kind",
    };
    let mut problem = Problem::new(&kinds::OUT_OF_SCOPE).detail_text(rule.label());
    let error = FieldError { pointer: pointer.into(), code: rule.as_str(), detail: rule.label() };
    problem.errors.push(error);
    problem
}
