//! Verifying a licence file: its seals by the authorities trusted here, and what became of the licence since.

use std::sync::Arc;

use liangzheng_core::identifier::Identifier;
use liangzheng_core::ofd::{self, FileVerdict};
use liangzheng_core::seal::SealTrust;
use liangzheng_core::status::StatusValue;
use liangzheng_core::time::{Day, UnixTime};
use liangzheng_core::verify::{Answer, Code};

use crate::App;
use crate::domain::access::Scope;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::AccountId;
use crate::domain::licence::{Dates, Licence};
use crate::service::trace::access_log::{LogUnavailable, Use, UseKind};
use crate::service::verifying::room::NoRoom;
use crate::storage::StorageError;
use crate::storage::licence::record;

/// What is told of a file.
#[derive(Clone, Debug)]
pub struct FileTold {
    /// Every check of every seal; with the answer that follows from the licence's state, too.
    pub verdict: FileVerdict,
    /// The licence, if it is one of this installation's and the file's own seals are valid.
    pub licence: Option<KnownLicence>,
}

/// A licence as it stands now.
#[derive(Clone, Debug)]
pub struct KnownLicence {
    /// Its identifier.
    pub identifier: String,
    /// Its kind.
    pub kind: KindCode,
    /// Its unit.
    pub unit: Uscc,
    /// Its status now.
    pub status: &'static str,
}

/// Why nothing is told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileVerifyError {
    /// The thread that checks went away.
    #[error("checking was stopped")]
    Stopped,
    /// Others' files are being checked.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    /// The use could not be logged.
    #[error(transparent)]
    Log(#[from] LogUnavailable),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Checks the seals of a file by the authorities trusted here, when it is its turn; gives it back with what was found.
pub(in crate::service) async fn checked(
    app: &App,
    bytes: Vec<u8>,
    now: UnixTime,
) -> Result<(Vec<u8>, FileVerdict), FileVerifyError> {
    let trust = match app.seals.trust() {
        Ok((_, trust)) => trust,
        Err(error) => {
            // Then nobody is trusted, which every check says.
            tracing::warn!(%error, "no authority is trusted for seals");
            SealTrust::default()
        }
    };
    let turn = app.file_room.turn().await?;
    let checked = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let verdict = ofd::verify(&bytes, &trust, now);
        (bytes, verdict)
    });
    checked.await.map_err(|_| FileVerifyError::Stopped)
}

/// Verifies `bytes` for `caller`, or for the public.
pub async fn verify(
    app: &App,
    caller: Option<AccountId>,
    bytes: Vec<u8>,
) -> Result<FileTold, FileVerifyError> {
    let now = app.now();
    let (_, mut verdict) = checked(app, bytes, now).await?;
    let identifier = identifier_in(&verdict).filter(|_| verdict.verdict == Answer::Valid);
    let Some(identifier) = identifier else { return Ok(FileTold { verdict, licence: None }) };
    let mut tx = app.db.begin_read().await?;
    let licence = match record::id_of(&mut tx, &identifier).await? {
        Some(id) => record::find(&mut tx, &app.secrets, Scope::All, id).await?,
        None => None,
    };
    tx.commit().await?;
    let Some(licence) = licence else { return Ok(FileTold { verdict, licence: None }) };
    if let Some(code) = against(&licence, Day::of(now)) {
        verdict.verdict = Answer::Invalid;
        verdict.code = code.as_str();
        verdict.message = code.message();
        verdict.hint = code.hint();
    }
    app.access_log
        .record(Use {
            at: now,
            kind: UseKind::Verification,
            licence: licence.id.to_string().into(),
            actor: caller.map(|account| Arc::from(account.to_string())).unwrap_or_default(),
            subject: verdict.code.into(),
            scene: "".into(),
            token: Vec::new(),
            ground: None,
        })
        .await?;
    let known = KnownLicence {
        identifier: licence.identifier.to_string(),
        kind: licence.kind(),
        unit: licence.unit(),
        status: licence.status.as_str(),
    };
    Ok(FileTold { verdict, licence: Some(known) })
}

/// The identifier in the file's sealed record.
fn identifier_in(verdict: &FileVerdict) -> Option<Identifier> {
    if verdict.record.is_empty() {
        return None;
    }
    let record: serde_json::Value = serde_json::from_slice(verdict.licence.as_ref()?).ok()?;
    Identifier::parse(record["identifier"].as_str()?).ok()
}

/// What stands against the licence although its file is sound.
fn against(licence: &Licence, today: Day) -> Option<Code> {
    match licence.wire_status(today) {
        None | Some(StatusValue::Final) => return Some(Code::StatusInvalid),
        Some(StatusValue::Suspended) => return Some(Code::StatusSuspended),
        Some(StatusValue::Superseded) => return Some(Code::StatusSuperseded),
        Some(_) => {}
    }
    match licence.dates(today) {
        Dates::Current => None,
        Dates::NotYet => Some(Code::LicenceNotYet),
        Dates::Expired => Some(Code::LicenceExpired),
    }
}
