//! `POST /api/v1/verify`: the verdict by this server's own, current knowledge.

use actix_web::web;
use liangzheng_core::ofd::FileVerdict;
use liangzheng_core::text::Text;
use liangzheng_core::verify::{self as core, Code, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::VerifyFully;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::fault::Faults;
use crate::http::answer::Answer;
use crate::http::extract::{JsonOrFile, MaybePermitted, SentFile};
use crate::http::problem::{Problem, kinds};
use crate::service::verifying::file::{self, FileTold, FileVerifyError, KnownLicence};
use crate::service::verifying::short_code::ShortCodeError;
use crate::service::verifying::verify::{self, MatterRefused, Question, Told, VerifyError};

/// Body of `POST /api/v1/verify`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// `EL1:…` or the token in it; of staff also the eight digits of a short code.
    input: String,
    /// The verifier's scene.
    scene: Option<String>,
    /// The verifier's audience class.
    audience: Option<String>,
    /// The challenge it showed, `EC1:…`.
    challenge: Option<String>,
    /// The inspection matter of one's unit in which is verified; its scene is then the verifier's.
    #[serde(default)]
    matter: Option<String>,
}

/// The verdict as far as its caller may know it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum VerifyAnswer {
    /// For staff who verify, of what was shown to their unit's audiences.
    Whole(Box<Verdict>),
    /// For everybody else.
    Brief(BriefVerdict),
    /// Of a licence file: whoever has it has read it.
    File(Box<VerifiedFile>),
}

/// What is told of a licence file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerifiedFile {
    /// Every check of every seal.
    #[serde(flatten)]
    verdict: FileVerdict,
    /// The licence as it stands now; null unless its seals are valid and it is one of this installation's.
    licence: Option<VerifiedLicence>,
}

/// A licence as it stands now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerifiedLicence {
    /// Its identifier.
    identifier: String,
    /// Its kind.
    kind: KindCode,
    /// Its unit.
    unit: Uscc,
    /// Its status now.
    status: &'static str,
}

/// What everybody is told.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefVerdict {
    /// The answer.
    verdict: core::Answer,
    /// Why.
    code: Code,
}

/// Staff get the whole verdict of what was shown to their unit's audiences and spend the token; everybody else gets
/// answer and code.
pub async fn verify(
    app: web::Data<App>,
    permit: MaybePermitted<VerifyFully>,
    body: JsonOrFile<VerifyRequest>,
) -> Result<Answer<VerifyAnswer>, Problem> {
    let question = match body {
        JsonOrFile::Json(request) => Question::from(request),
        JsonOrFile::File(SentFile { bytes, share: _share }) => {
            let caller = permit.0.map(|permit| permit.account());
            let told = file::verify(&app, caller, bytes).await?;
            return Ok(Answer::of(VerifyAnswer::File(Box::new(told.into()))));
        }
    };
    let told = match permit.0 {
        Some(permit) => verify::for_staff(&app, &permit, &question).await?,
        None if question.matter.is_some() => return Err(VerifyError::Matter(MatterRefused::Unknown).into()),
        None => verify::for_public(&app, &question).await?,
    };
    Ok(Answer::of(told.into()))
}

impl From<VerifyRequest> for Question {
    fn from(request: VerifyRequest) -> Self {
        let VerifyRequest { input, scene, audience, challenge, matter } = request;
        Self { input, scene, audience, challenge, matter }
    }
}

impl From<Told> for VerifyAnswer {
    fn from(told: Told) -> Self {
        match told {
            Told::Whole(verdict) => Self::Whole(verdict),
            Told::Brief(verdict, code) => Self::Brief(BriefVerdict { verdict, code }),
        }
    }
}

impl From<FileTold> for VerifiedFile {
    fn from(told: FileTold) -> Self {
        let licence = told.licence.map(|known| {
            let KnownLicence { identifier, kind, unit, status } = known;
            VerifiedLicence { identifier, kind, unit, status }
        });
        Self { verdict: told.verdict, licence }
    }
}

impl From<FileVerifyError> for Problem {
    fn from(error: FileVerifyError) -> Self {
        match error {
            FileVerifyError::Stopped => Self::new(&kinds::UNAVAILABLE).retry_after(5),
            FileVerifyError::NoRoom(error) => error.into(),
            FileVerifyError::Log(error) => error.into(),
            FileVerifyError::Storage(error) => error.into(),
        }
    }
}

impl From<VerifyError> for Problem {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Challenge(_) => Self::new(&kinds::INVALID).field(
                "/challenge",
                "malformed",
                "应为 EC1: 开头的核验码内容",
                "give the text of a challenge, which begins with EC1:",
            ),
            VerifyError::Matter(refused) => refused.into(),
            VerifyError::ShortCode(refused) => refused.into(),
            VerifyError::Log(error) => error.into(),
            VerifyError::Storage(error) => error.into(),
        }
    }
}

impl From<ShortCodeError> for Problem {
    fn from(error: ShortCodeError) -> Self {
        match error {
            ShortCodeError::Unknown => Self::new(&kinds::INVALID).field(
                "/input",
                "short-code-unknown",
                "没有这个短码，或已过期、已用过；请核对数字，或请持证人重新取得短码",
                "no such short code, or it is over or was used: compare the digits, or have the holder get another",
            ),
            ShortCodeError::TooMany { wait } => Self::new(&kinds::TOO_MANY_REQUESTS)
                .retry_after(wait.0)
                .detail("输错的短码过多，请稍候再试，或改用扫码", "too many wrong short codes: wait, or scan the code"),
            ShortCodeError::Work(error) => error.into(),
        }
    }
}

impl From<MatterRefused> for Problem {
    fn from(refused: MatterRefused) -> Self {
        let (code, zh, en) = match refused {
            MatterRefused::Unknown => (
                "not-yours",
                "本单位没有使用该代码的已发布检查事项".to_owned(),
                "your unit has no published inspection matter with this code".to_owned(),
            ),
            MatterRefused::OtherScene { scene } => (
                "other-scene",
                format!("该检查事项使用场景 {scene}；请去掉 scene 或改为该场景"),
                format!("the matter is looked at in the scene {scene}: leave scene out, or name that one"),
            ),
            MatterRefused::OtherKind { kind } => {
                let kind = kind.names.unwrap_or_else(|| Text::new(kind.code.clone(), kind.code));
                (
                    "other-kind",
                    format!("该检查事项不查验{}；请对方出示事项所列证照", kind.zh),
                    format!("the matter does not look at {}: have one of its kinds shown", kind.en),
                )
            }
        };
        let mut faults = Faults::default();
        faults.add("/matter", code, zh, en);
        Self::new(&kinds::INVALID).faults(faults)
    }
}
