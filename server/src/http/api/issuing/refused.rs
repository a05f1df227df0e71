//! Why a draft was refused, as problems.

use crate::domain::issuing::draft::{ReviewRefused, allowed};
use crate::http::api::catalogue::entries::differences;
use crate::http::problem::{FieldError, Problem, kinds};
use crate::service::issuing::DraftError;
use liangzheng_core::text::Text;

impl From<DraftError> for Problem {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::NotFound => Self::new(&kinds::NOT_FOUND),
            DraftError::NotItsMaker => Self::new(&kinds::FORBIDDEN)
                .detail("只有起草人可以修改草稿", "only who wrote a draft changes it"),
            DraftError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            DraftError::Refused(refused) => refused.into(),
            DraftError::Forbidden(refused) => {
                let state = refused.from.label();
                Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                    format!("被替换的证照当前为「{}」或有质押、抵押，不能换发新版本", state.zh),
                    format!(
                        "the licence to be replaced is {}, or encumbered: it gets no next version",
                        state.en.to_lowercase()
                    ),
                )
            }
            DraftError::DraftOpen(id) => Self::new(&kinds::DRAFT_OPEN).detail(
                format!("该证照已有未完成的新版本草稿 {id}，请在其上继续"),
                format!("the draft {id} of its next version is open: go on with that one"),
            ),
            DraftError::NameDiffers => Self::new(&kinds::HOLDER_NAME_DIFFERS),
            DraftError::Mismatch { detail } => with_detail(Self::new(&kinds::REGISTER_MISMATCH), detail),
            DraftError::RegisterAway { detail } => {
                with_detail(Self::new(&kinds::REGISTER_UNAVAILABLE), detail)
            }
            DraftError::Claimed(claim) => super::tasks::claimed(&claim),
            DraftError::KindChanged { before, now } => {
                let mut problem = Self::new(&kinds::KIND_CHANGED);
                let Some(now) = now else {
                    return problem.detail("该证照类型已停用", "the kind is out of force");
                };
                let value = |kind| serde_json::to_value(kind).unwrap_or_default();
                let mut found = Vec::new();
                differences("/kind".to_owned(), &value(before), &value(now), &mut found);
                problem.errors = found
                    .into_iter()
                    .map(|one| {
                        let (pointer, before, after) = one.parts();
                        let detail = Text::new(
                            format!("原为 {before}，现为 {after}"),
                            format!("was {before}, is {after}"),
                        );
                        FieldError { pointer: pointer.into(), code: "changed", detail }
                    })
                    .collect();
                problem
            }
            DraftError::Suspected { open } => Self::new(&kinds::DUPLICATE_SUSPECTED).detail(
                format!("有 {open} 项疑似重复尚未核对"),
                format!("{open} suspected duplicates are not decided"),
            ),
            DraftError::NoFurtherVersion => Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                "证照标识的版本号或流水号已用尽，请另行制发",
                "no further version or serial fits the identifier: issue a new licence",
            ),
            DraftError::Stale { now } => Self::new(&kinds::STALE_VERSION)
                .detail(format!("草稿当前版本为 {now}"), format!("the draft has version {now}")),
            DraftError::Seal(error) => error.into(),
            DraftError::Work(error) => error.into(),
        }
    }
}

impl From<ReviewRefused> for Problem {
    fn from(refused: ReviewRefused) -> Self {
        match refused {
            ReviewRefused::State { from, act } => {
                let words: Vec<&str> = allowed(from).iter().map(|act| act.as_str()).collect();
                let words = if words.is_empty() { "-".to_owned() } else { words.join(", ") };
                Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                    format!("当前为「{}」，不能{}；可以：{words}", from.label().zh, act.label().zh),
                    format!("it is {from}: {act} is not possible; allowed: {words}"),
                )
            }
            ReviewRefused::TwoPersons => Self::new(&kinds::TWO_PERSONS)
                .detail("起草人不能审核自己制作的证照", "nobody checks what he wrote"),
            ReviewRefused::NotYours { act } => Self::new(&kinds::FORBIDDEN).detail(
                format!("您不能{}：提交由起草人办理，审核由审核人员办理", act.label().zh),
                format!("{act} is not for you: its maker submits, a checker approves or sends back"),
            ),
        }
    }
}

fn with_detail(problem: Problem, detail: Option<String>) -> Problem {
    match detail {
        Some(detail) => problem.detail(detail.clone(), detail),
        None => problem,
    }
}
