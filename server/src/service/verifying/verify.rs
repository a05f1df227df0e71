//! `POST /api/v1/verify`: the verdict by this server's own knowledge, which is always current.
//!
//! Staff who verify get the whole verdict of what was shown to their unit's audiences (a hotel's desk of what was shown
//! in scenes for hotels; R48), spend the token (a second showing is a replay), and leave a row in the log that the holder
//! can read. The anonymous public, and staff to whom it was not shown, get the answer and its code, spend nothing and see
//! nothing.

use std::sync::{Arc, Mutex, PoisonError};

use liangzheng_core::status::StatusValue;
use liangzheng_core::time::UnixTime;
use liangzheng_core::token::Challenge;
use liangzheng_core::verify::{
    Answer, Code, Live, LiveStatus, Options, Refusal, Replay, ReplayKey, ShownName, Verdict, Verifier,
};

use super::judge::Judge;
use super::short_code::{self, ShortCodeError};
use crate::App;
use crate::domain::access::{Permit, VerifyFully};
use crate::domain::catalogue::inspection_matter::InspectionMatter;
use crate::domain::trace::usage::Ground;
use crate::service::catalogue::reading;
use crate::service::trace::access_log::{LogUnavailable, Use, UseKind};
use crate::storage::{self, StorageError};

/// What is to be verified, and for which use.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// `EL1:…` or the token in it; of staff also a short code.
    pub input: String,
    /// The verifier's scene.
    pub scene: Option<String>,
    /// The verifier's audience class.
    pub audience: Option<String>,
    /// The challenge it showed, `EC1:…`.
    pub challenge: Option<String>,
    /// The inspection matter in which staff verify.
    pub matter: Option<String>,
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The challenge is not one.
    #[error("the challenge cannot be read: {0}")]
    Challenge(Refusal),
    /// The inspection matter is none in which this may be verified.
    #[error("the inspection matter does not fit: {0}")]
    Matter(MatterRefused),
    /// The digits are no short code that may be verified here.
    #[error(transparent)]
    ShortCode(#[from] ShortCodeError),
    /// The use could not be logged.
    #[error(transparent)]
    Log(#[from] LogUnavailable),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why an inspection matter is not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MatterRefused {
    /// The caller's unit has none of this code in force.
    #[error("no such matter of the unit")]
    Unknown,
    /// It is looked at in another scene than the one asked for.
    #[error("the matter is of another scene")]
    OtherScene {
        /// Its scene.
        scene: String,
    },
    /// It does not look at this kind of licence. Nothing was spent.
    #[error("the matter does not look at licences of this kind")]
    OtherKind {
        /// The kind that was shown.
        kind: ShownName,
    },
}

/// A verdict as far as its caller may know it.
#[derive(Debug)]
pub enum Told {
    /// All of it.
    Whole(Box<Verdict>),
    /// Answer and code only.
    Brief(Answer, Code),
}

/// The verdict for staff: what was shown to their unit's audiences they are told in whole, which spends the token and
/// logs the use; of anything else as much as the public.
pub async fn for_staff(
    app: &App,
    permit: &Permit<VerifyFully>,
    question: &Question,
) -> Result<Told, VerifyError> {
    let now = app.clock.now();
    let matter = matter_of(app, permit, question).await?;
    let scene = matter.as_ref().map(|matter| matter.scene.to_string()).or_else(|| question.scene.clone());
    let input = match short_code::digits_in(&question.input) {
        Some(digits) => short_code::presented(app, permit, &digits).await?,
        None => question.input.clone(),
    };
    let question = &Question { input, scene, ..question.clone() };
    let asked = Asked::new(question)?;
    let (verdict, licence) = match &app.judge {
        Judge::Given { verifier, remember } => {
            let verdict = asked.judge(verifier, now, None, None);
            if *remember {
                (spend(app, &asked, verifier, verdict, None, now).await?, None)
            } else {
                (verdict, None)
            }
        }
        Judge::Own => {
            let state = app.trust.current();
            let (live, licence) = current_status(app, &asked, &state.verifier, now).await?;
            let verdict = asked.judge(&state.verifier, now, None, Some(&live));
            if !is_shown_to(app, permit, &verdict).await? {
                let replay = seen_before(app, &verdict).await?;
                return Ok(brief(&asked.judge(&state.verifier, now, Some(&replay), Some(&live))));
            }
            if let Some(matter) = &matter {
                looks_at(matter, &verdict)?;
            }
            (spend(app, &asked, &state.verifier, verdict, Some(&live), now).await?, licence)
        }
    };
    log(app, permit, &verdict, licence, matter, now).await?;
    Ok(Told::Whole(Box::new(verdict)))
}

/// The verdict for the public, of which only answer and code may be told: spends nothing, logs nobody.
pub async fn for_public(app: &App, question: &Question) -> Result<Told, VerifyError> {
    let now = app.clock.now();
    let asked = Asked::new(question)?;
    match &app.judge {
        Judge::Given { verifier, .. } => Ok(brief(&asked.judge(verifier, now, None, None))),
        Judge::Own => {
            let state = app.trust.current();
            let (live, _) = current_status(app, &asked, &state.verifier, now).await?;
            let replay = seen_before(app, &asked.judge(&state.verifier, now, None, Some(&live))).await?;
            Ok(brief(&asked.judge(&state.verifier, now, Some(&replay), Some(&live))))
        }
    }
}

fn brief(verdict: &Verdict) -> Told {
    Told::Brief(verdict.verdict, verdict.code)
}

/// Whether the code was made for an audience of the permit's unit. What names no scene tells nothing of anybody, and may
/// be told to all staff: why a code cannot be read helps the desk that holds it.
async fn is_shown_to(
    app: &App,
    permit: &Permit<VerifyFully>,
    verdict: &Verdict,
) -> Result<bool, StorageError> {
    let Some(scene) = &verdict.scene else { return Ok(verdict.licence.is_none()) };
    let mut tx = app.db.begin_read().await?;
    let unit = storage::catalogue::unit::find(&mut tx, permit.scope()).await?;
    tx.commit().await?;
    Ok(unit.is_some_and(|unit| unit.verifies_as(&scene.audience)))
}

/// The inspection matter of the permit's unit in which is verified, if one was named.
async fn matter_of(
    app: &App,
    permit: &Permit<VerifyFully>,
    question: &Question,
) -> Result<Option<InspectionMatter>, VerifyError> {
    let Some(code) = &question.matter else { return Ok(None) };
    let mut tx = app.db.begin_read().await?;
    let matter: Option<InspectionMatter> = reading::in_force(&mut tx, code).await?;
    tx.commit().await?;
    let matter = matter.filter(|matter| matter.unit == permit.scope());
    let matter = matter.ok_or(VerifyError::Matter(MatterRefused::Unknown))?;
    match &question.scene {
        Some(scene) if scene != matter.scene.as_str() => {
            Err(VerifyError::Matter(MatterRefused::OtherScene { scene: matter.scene.to_string() }))
        }
        _ => Ok(Some(matter)),
    }
}

/// Whether a matter looks at the licence that was shown: an inspector sees what his matter needs, and no more (R48).
fn looks_at(matter: &InspectionMatter, verdict: &Verdict) -> Result<(), VerifyError> {
    let Some(licence) = &verdict.licence else { return Ok(()) };
    if matter.kinds.iter().any(|kind| kind.as_str() == licence.kind.code) {
        return Ok(());
    }
    Err(VerifyError::Matter(MatterRefused::OtherKind { kind: licence.kind.clone() }))
}

struct Asked<'a> {
    question: &'a Question,
    challenge: Option<Challenge>,
}

impl<'a> Asked<'a> {
    fn new(question: &'a Question) -> Result<Self, VerifyError> {
        let challenge = question.challenge.as_deref().map(Challenge::parse).transpose();
        Ok(Self { question, challenge: challenge.map_err(VerifyError::Challenge)? })
    }

    fn judge(
        &self,
        verifier: &Verifier,
        now: UnixTime,
        replay: Option<&dyn Replay>,
        live_status: Option<&dyn LiveStatus>,
    ) -> Verdict {
        let options = Options {
            now,
            audience: self.question.audience.as_deref(),
            scene: self.question.scene.as_deref(),
            challenge: self.challenge.as_ref(),
            replay,
            live_status,
        };
        verifier.verify(&self.question.input, &options)
    }
}

/// The status of the licence behind the code, read from the database, and that licence.
///
/// Which index is meant only the verifier can say, after the signatures; so it is asked once without a status.
async fn current_status(
    app: &App,
    asked: &Asked<'_>,
    verifier: &Verifier,
    now: UnixTime,
) -> Result<(Looked, Option<Arc<str>>), StorageError> {
    let wanted = Wanted::default();
    asked.judge(verifier, now, None, Some(&wanted));
    let Some((uri, idx)) = wanted.0.into_inner().unwrap_or_else(PoisonError::into_inner) else {
        return Ok((Looked(None), None));
    };
    let mut tx = app.db.begin_read().await?;
    let Some(entry) = storage::publication::status::owner(&mut tx, &uri, i64::from(idx)).await? else {
        return Ok((Looked(None), None));
    };
    let act = storage::licence::record::status_word(&mut tx, entry.licence).await?;
    tx.commit().await?;
    let value = u8::try_from(entry.value).ok().and_then(StatusValue::from_wire).unwrap_or(StatusValue::Final);
    // A word is told only where the wire value hides several: final, suspended.
    let act = act.filter(|_| value != StatusValue::Valid);
    let live = Live { value, act, as_of: now };
    Ok((Looked(Some((uri, idx, live))), Some(entry.licence.to_string().into())))
}

/// Notes which status the verifier asks for, and knows none.
#[derive(Default)]
struct Wanted(Mutex<Option<(String, u32)>>);

impl LiveStatus for Wanted {
    fn status(&self, uri: &str, idx: u32) -> Option<Live> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((uri.to_owned(), idx));
        None
    }
}

struct Looked(Option<(String, u32, Live)>);

impl LiveStatus for Looked {
    fn status(&self, uri: &str, idx: u32) -> Option<Live> {
        let (known, at, live) = self.0.as_ref()?;
        (known == uri && *at == idx).then(|| live.clone())
    }
}

/// The one earlier showing that matters.
struct Seen(Option<UnixTime>);

impl Replay for Seen {
    fn seen(&self, _: &ReplayKey) -> Option<UnixTime> {
        self.0
    }
}

async fn seen_before(app: &App, verdict: &Verdict) -> Result<Seen, StorageError> {
    let Some(key) = &verdict.replay_key else { return Ok(Seen(None)) };
    let mut tx = app.db.begin_read().await?;
    let at = storage::verifying::spent::spent_at(&mut tx, key).await?;
    tx.commit().await?;
    Ok(Seen(at.map(UnixTime)))
}

/// Spends what is valid. Of two requests at once one spends and the other is told `E_REPLAY`: the insert decides.
async fn spend(
    app: &App,
    asked: &Asked<'_>,
    verifier: &Verifier,
    verdict: Verdict,
    live: Option<&dyn LiveStatus>,
    now: UnixTime,
) -> Result<Verdict, StorageError> {
    let (Some(key), Some(until)) = (verdict.replay_key, verdict.replay_until) else { return Ok(verdict) };
    let mut seen = Seen(None);
    if verdict.verdict == Answer::Valid {
        let mut tx = app.db.begin_write().await?;
        if !storage::verifying::spent::spend(&mut tx, &key, now, until).await? {
            seen = Seen(storage::verifying::spent::spent_at(&mut tx, &key).await?.map(UnixTime));
        }
        tx.commit().await?;
    } else {
        seen = seen_before(app, &verdict).await?;
    }
    Ok(asked.judge(verifier, now, Some(&seen), live))
}

async fn log(
    app: &App,
    permit: &Permit<VerifyFully>,
    verdict: &Verdict,
    licence: Option<Arc<str>>,
    matter: Option<InspectionMatter>,
    now: UnixTime,
) -> Result<(), LogUnavailable> {
    let token = verdict.replay_key.map(|key| key[..12].to_vec()).unwrap_or_default();
    let row = Use {
        at: now,
        kind: UseKind::Verification,
        // Only what its signatures vouch for is known to concern this licence.
        licence: licence.filter(|_| verdict.licence.is_some()).unwrap_or_default(),
        actor: permit.account().to_string().into(),
        subject: verdict.code.as_str().into(),
        scene: verdict.scene.as_ref().map_or_else(Arc::default, |scene| scene.code.as_str().into()),
        token,
        ground: Some(Box::new(Ground {
            matter: matter.map(|matter| matter.code),
            ..Ground::member(permit.scope())
        })),
    };
    app.access_log.record(row).await
}
