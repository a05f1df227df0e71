//! What a program handed in and what cannot go on is given back by this server, with the reason in both languages: who
//! reads it may be the program, the unit's staff or the auditor of its log.

use liangzheng_core::text::Text;

use super::DraftError;
use super::imports::row;
use super::review::{SEND_BACK, keep, record_act};
use crate::App;
use crate::domain::access::Scope;
use crate::domain::fault::Faults;
use crate::domain::ids::LicenceId;
use crate::domain::issuing::draft::{DraftState, RegisterState, register_told};
use crate::service::work::Work;
use crate::storage::issuing::draft::{self as stored, Draft};

/// Gives a draft back for what stands against it; one that is no draft any more stays as it is.
pub(super) async fn send_back(app: &App, id: LicenceId, why: &DraftError) -> Result<(), DraftError> {
    let mut work = Work::of_server(app).await?;
    let draft = stored::find_and_hold(&mut work.tx, &app.secrets, Scope::All, id).await?;
    let Some(draft) = draft.filter(|draft| draft.state == DraftState::Draft) else { return Ok(()) };
    let Text { zh, en } = told(why);
    let reason = format!("{zh}\n{en}");
    let after = Draft { version: draft.version + 1, changed_at: work.now.0, ..draft.clone() };
    record_act(app, &mut work, (draft.unit, draft.maker), &after, SEND_BACK, Some(&reason)).await?;
    keep(app, &mut work, &draft, &after).await?;
    work.audit(SEND_BACK, &id.to_string(), Some(&reason)).await?;
    Ok(work.finish().await?)
}

/// What stands against a draft, and what to do about it.
fn told(why: &DraftError) -> Text {
    let mut faults = Faults::default();
    match why {
        DraftError::Faults(found) => return joined(found),
        DraftError::NameDiffers => row::name_differs(&mut faults),
        DraftError::Mismatch { detail } => row::mismatch(detail.as_deref(), &mut faults),
        DraftError::RegisterAway { .. } => return register_told(RegisterState::Waiting),
        // Of what was handed in only the kind can be gone.
        DraftError::NotFound | DraftError::KindChanged { now: None, .. } => {
            return Text::fixed(
                "该证照类型已停用，不能制发",
                "the kind is out of force: no licence of it is made",
            );
        }
        DraftError::KindChanged { now: Some(_), .. } => {
            return Text::fixed(
                "该证照类型已有新版本，请按新要求核对后重新提交",
                "the kind has a new version: check what it asks for now, and hand it in again",
            );
        }
        _ => {
            return Text::fixed(
                "内容与现有证照或办件不符，请核对后重新提交",
                "it does not agree with the licences or cases that are here: check it, and hand it in again",
            );
        }
    }
    joined(&faults)
}

fn joined(faults: &Faults) -> Text {
    let zh: Vec<String> =
        faults.0.iter().map(|fault| format!("{}：{}", fault.pointer, fault.text.zh)).collect();
    let en: Vec<String> =
        faults.0.iter().map(|fault| format!("{}: {}", fault.pointer, fault.text.en)).collect();
    Text::new(zh.join("；"), en.join("; "))
}
