//! What a counter asks of the holder before it: the code on its screen, and what became of it (platform contract, "Counter
//! request").

use liangzheng_core::qr::counter;
use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;

use super::alarms;
use super::attempt::{self, FetchedLicence, Try};
use crate::App;
use crate::domain::access::{FetchForCase, Permit};
use crate::domain::casework::counter_request::{CounterRequestState, LIFE, MOST_KINDS, READABLE};
use crate::domain::casework::fetch::{Asked, ScopeRule};
use crate::domain::catalogue::codes::KindCode;
use crate::domain::catalogue::matter::MatterType;
use crate::domain::fault::Faults;
use crate::domain::ids::{CaseId, CounterRequestId};
use crate::domain::issuing::case::Case;
use crate::domain::trace::usage::UseKind;
use crate::secrets::Secrets;
use crate::service::catalogue::names::kind_names;
use crate::service::work::{Work, WorkError};
use crate::storage::casework::counter_request::{self as stored, CounterRequestRow, place};
use crate::storage::issuing::case;
use crate::storage::{StorageError, Tx};

/// A request that was made: its code, for the screen.
#[derive(Debug)]
pub struct CounterRequested {
    /// Its id.
    pub id: CounterRequestId,
    /// `ER1:…`
    pub qr_text: String,
    /// From when on nobody can answer it.
    pub expires_at: UnixTime,
}

/// A request as the counter sees it.
#[derive(Debug)]
pub struct CounterRequest {
    /// Its id.
    pub id: CounterRequestId,
    /// Where it stands.
    pub state: CounterRequestState,
    /// Code of what for.
    pub purpose: String,
    /// From when on nobody can answer it.
    pub expires_at: UnixTime,
    /// The text of its code, as long as it waits.
    pub qr_text: Option<String>,
    /// When it was answered.
    pub answered_at: Option<UnixTime>,
    /// Until when what was agreed to may be read.
    pub readable_until: Option<UnixTime>,
    /// The kinds that were asked for, and what was given of each.
    pub materials: Vec<CounterMaterial>,
}

/// One kind that was asked for.
#[derive(Debug)]
pub struct CounterMaterial {
    /// Its code.
    pub kind: KindCode,
    /// Its names.
    pub names: Text,
    /// The licence that the holder gave; `None` where he gave none, and for who did not ask.
    pub licence: Option<FetchedLicence>,
    /// The rule that has failed since, so that it is not shown any more.
    pub refused: Option<ScopeRule>,
}

/// Why nothing was asked or told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CounterRequestError {
    /// No such using case of the caller's unit, or no such request of it.
    #[error("no such object")]
    NotFound,
    /// Members of the body are wrong.
    #[error("the request cannot be made as it is")]
    Faults(Faults),
    /// A rule failed; the try is logged.
    #[error("out of scope: {0}")]
    OutOfScope(ScopeRule),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for CounterRequestError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Asks the holder of a case for licences of some kinds: makes the code that he scans. What the using list does not let the
/// unit ask for is refused, logged and counted as a fetch is.
pub async fn ask(
    app: &App,
    permit: &Permit<FetchForCase>,
    case: CaseId,
    kinds: &[KindCode],
    purpose: &str,
) -> Result<CounterRequested, CounterRequestError> {
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    let found = case::find_and_hold(&mut work.tx, &app.secrets, permit.scope(), case).await?;
    let found = found.filter(|case| case.case_type == MatterType::Using);
    let found = found.ok_or(CounterRequestError::NotFound)?;
    check(kinds)?;
    for kind in kinds {
        let matters = permit.principal().matters.as_deref();
        let one = Try {
            account: permit.account(),
            case,
            asked: Asked { client_matters: matters, ..asked(&found, *kind, purpose) },
            kind: UseKind::Fetch,
            only: None,
        };
        if let Err(rule) = attempt::ask_holder(app, &mut work, one).await? {
            alarms::count(app, &mut work, permit.scope()).await?;
            work.finish().await?;
            return Err(CounterRequestError::OutOfScope(rule));
        }
    }
    let id = CounterRequestId::generate(now, &*app.entropy);
    let code = app.entropy.bytes::<16>();
    let qr_text = counter::text(&code);
    let expires_at = now.plus(LIFE);
    let row = CounterRequestRow {
        id,
        code_hmac: hmac(&app.secrets, &code).to_vec(),
        qr_text: app.secrets.seal_text(&place(id), &qr_text, &*app.entropy),
        case_id: case,
        unit: permit.scope(),
        account: permit.account(),
        purpose: purpose.to_owned(),
        kinds: kinds.iter().map(KindCode::to_string).collect::<Vec<_>>().join(","),
        made_at: now.0,
        expires_at: expires_at.0,
        answer: None,
        answered_at: None,
    };
    stored::insert(&mut work.tx, &row).await?;
    work.audit("ask holder at counter", &id.to_string(), None).await?;
    work.finish().await?;
    Ok(CounterRequested { id, qr_text, expires_at })
}

/// Where a request stands; who asked sees what was given, for as long as the holder let him.
pub async fn read(
    app: &App,
    permit: &Permit<FetchForCase>,
    case: CaseId,
    id: CounterRequestId,
) -> Result<CounterRequest, CounterRequestError> {
    let mut tx = app.db.begin_read().await?;
    let now = app.now();
    let row = stored::find(&mut tx, permit.scope(), case, id).await?;
    let row = row.ok_or(CounterRequestError::NotFound)?;
    let found = case::find(&mut tx, &app.secrets, permit.scope(), case).await?;
    let found = found.ok_or(CounterRequestError::NotFound)?;
    let asking = row.asking()?;
    let state = asking.state(now);
    let readable_until = (state == CounterRequestState::Agreed)
        .then(|| asking.answer.map(|(_, at)| at.plus(READABLE)))
        .flatten();
    let is_read = row.account == permit.account() && readable_until.is_some_and(|until| now < until);
    let mut materials = Vec::new();
    for kind in row.kinds()? {
        materials.push(CounterMaterial { kind, names: kind_names(app, kind), licence: None, refused: None });
    }
    if is_read {
        for given in stored::given(&mut tx, id).await? {
            let Some(material) = materials.iter_mut().find(|one| one.kind == given.kind) else { continue };
            let one = Try {
                account: row.account,
                case,
                asked: asked(&found, given.kind, &row.purpose),
                kind: UseKind::Fetch,
                only: Some(given.licence),
            };
            let at = asking.answer.map_or(now, |(_, at)| at);
            match attempt::read_again(app, &mut tx, one, given.log_seq, at, now).await? {
                Ok(licence) => material.licence = licence,
                Err(rule) => material.refused = Some(rule),
            }
        }
    }
    tx.commit().await?;
    let qr_text = if state == CounterRequestState::Open {
        let opened = app.secrets.open_text(&place(id), &row.qr_text);
        Some(opened.map_err(|_| row.broken("qr_text"))?)
    } else {
        None
    };
    Ok(CounterRequest {
        id,
        state,
        purpose: row.purpose,
        expires_at: asking.expires_at,
        qr_text,
        answered_at: asking.answer.map(|(_, at)| at),
        readable_until,
        materials,
    })
}

/// What is asked for one kind of the holder whom a case is for.
pub(super) fn asked<'a>(case: &'a Case, kind: KindCode, purpose: &'a str) -> Asked<'a> {
    let person = &case.person;
    Asked {
        unit: case.unit,
        number: Some(&person.number),
        name: &person.name,
        kind,
        purpose,
        client_matters: None,
    }
}

/// What a code stands for, held until the transaction ends if it is to be answered.
pub(super) async fn meaning(
    app: &App,
    tx: &mut Tx,
    code: &[u8; 16],
    held: bool,
) -> Result<Option<CounterRequestRow>, StorageError> {
    let key = hmac(&app.secrets, code);
    if held {
        stored::hold(tx, &key).await?;
    }
    stored::meaning(tx, &key).await
}

/// How codes are kept: whoever reads the database cannot put one on a screen.
fn hmac(secrets: &Secrets, code: &[u8; 16]) -> [u8; 32] {
    secrets.fingerprint("counter request v1", code)
}

fn check(kinds: &[KindCode]) -> Result<(), CounterRequestError> {
    let mut faults = Faults::default();
    faults.require(
        (1..=MOST_KINDS).contains(&kinds.len()),
        "/kinds",
        "range",
        "请选择 1 至 8 种证照",
        "choose 1 to 8 kinds of licences",
    );
    let is_twice =
        |(at, kind): (usize, &KindCode)| kinds.iter().skip(at.saturating_add(1)).any(|other| other == kind);
    faults.require(
        !kinds.iter().enumerate().any(is_twice),
        "/kinds",
        "duplicate",
        "同一种证照只需列出一次",
        "name each kind once",
    );
    faults.none().map_err(CounterRequestError::Faults)
}
