//! What holders are told without asking: what runs out, 60, 30 and 7 days before, and what the unit did.

use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, Seconds, UnixTime};

use crate::App;
use crate::domain::access::{Permit, ViewActs, ViewWallet};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::consent::delegation::Delegation;
use crate::domain::ids::{
    ActId, AuthorisationId, ConsentId, CounterLookUpId, HolderId, LicenceId, NoticeId, RequestId,
};
use crate::domain::licence::Licence;
use crate::domain::licence::acts::ActName;
use crate::domain::licence::notice::{NoticeKind, consent_recorded, looked_up, reminders, words_of};
use crate::service::actor::wallets::{self, Chosen, For};
use crate::service::catalogue::names::{kind_names, unit_names};
use crate::service::outbox::telling;
use crate::service::work::Work;
use crate::storage::day::{number, of_number};
use crate::storage::licence::co_holder;
use crate::storage::licence::notice::{self as stored, DueRow, NewNotice, NoticeRow};
use crate::storage::{StorageError, Tx, page};

/// A notice.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// What it is of.
    pub kind: NoticeKind,
    /// The licence, its kind and the kind's names; `None` of a consent and of a look.
    pub licence: Option<(LicenceId, KindCode, Text)>,
    /// The consent.
    pub consent: Option<NoticeConsent>,
    /// The last day of what runs out.
    pub due: Option<Day>,
    /// How many days before.
    pub days: Option<i64>,
    /// What was done.
    pub act: Option<ActName>,
    /// All of it in words.
    pub text: Text,
    /// When it was told.
    pub at: UnixTime,
}

/// The consent that a notice is of.
#[derive(Clone, Debug)]
pub struct NoticeConsent {
    /// Its id.
    pub id: ConsentId,
    /// Number of the case with its unit.
    pub case_number: String,
    /// The unit that recorded it.
    pub unit: Uscc,
    /// The unit's names.
    pub unit_names: Text,
    /// When it was withdrawn.
    pub withdrawn_at: Option<UnixTime>,
}

/// An annual inspection that waits for the unit.
#[derive(Clone, Debug)]
pub struct DueInspection {
    /// The licence.
    pub licence: LicenceId,
    /// Its number under GB/T 36904.
    pub identifier: String,
    /// Its kind.
    pub kind: KindCode,
    /// The kind's names.
    pub names: Text,
    /// Last day on which the present one counts.
    pub due: Day,
    /// `due`, `overdue` or `failed`.
    pub state: &'static str,
}

/// Where a page of due inspections begins: after this day and licence.
pub type AfterDue = (i64, LicenceId);

/// A page of what the holder of a wallet is told, newest first, and where the next begins; `None` if the wallet is not open
/// to the caller.
pub async fn list(
    app: &App,
    permit: &Permit<ViewWallet>,
    whose: For,
    before: Option<NoticeId>,
    limit: i64,
) -> Result<Option<(Vec<Notice>, Option<NoticeId>)>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let wallet = match wallets::choose(&mut tx, permit, AgencyAct::View, whose, app.now()).await? {
        Chosen::Open(wallet) => wallet,
        Chosen::Empty => return Ok(Some((Vec::new(), None))),
        Chosen::Shut => return Ok(None),
    };
    let mut rows = stored::of_holder(&mut tx, wallet.holder, before, limit + 1).await?;
    let next = page::cut(&mut rows, limit, |row| row.id);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(open(app, &mut tx, row).await?);
    }
    tx.commit().await?;
    Ok(Some((items, next)))
}

/// A page of the annual inspections that the caller's unit has to do within 60 days, the most urgent first (R39).
pub async fn inspections(
    app: &App,
    permit: &Permit<ViewActs>,
    after: Option<AfterDue>,
    limit: i64,
) -> Result<(Vec<DueInspection>, Option<AfterDue>), StorageError> {
    let now = app.now();
    let by = Day::of(now.plus(Seconds(60 * 86_400)));
    let mut tx = app.db.begin_read().await?;
    let mut rows = stored::inspections_due(&mut tx, permit.scope(), by, after, limit + 1).await?;
    tx.commit().await?;
    let next = page::cut(&mut rows, limit, |row| (row.due, row.id));
    let today = number(Day::of(now));
    let items = rows.into_iter().map(|row| due(app, row, today));
    Ok((items.collect::<Result<_, _>>()?, next))
}

/// Tells holders what runs out, some at a time; returns whether there may be more. Whoever was told is not told again.
pub async fn remind(app: &App) -> Result<bool, StorageError> {
    let mut more = false;
    for kind in [NoticeKind::Expiry, NoticeKind::Inspection] {
        for reminder in reminders(app.now()) {
            let mut tx = app.db.begin_read().await?;
            let untold = stored::untold(&mut tx, kind, &reminder, AT_ONCE).await?;
            tx.commit().await?;
            more |= i64::try_from(untold.len()).is_ok_and(|found| found >= AT_ONCE);
            if untold.is_empty() {
                continue;
            }
            let mut work = Work::of_server(app).await?;
            for ending in untold {
                let mut notice = new(app, &work, kind, ending.holder);
                (notice.licence, notice.due, notice.days) = (Some(ending.id), ending.due, reminder.days);
                tell_all(app, &mut work, notice).await?;
            }
            work.finish().await?;
        }
    }
    Ok(more)
}

/// Tells the holders what the unit did: part of the act.
pub(super) async fn of_act(
    app: &App,
    work: &mut Work<'_>,
    licence: &Licence,
    act: ActId,
) -> Result<(), StorageError> {
    let mut notice = new(app, work, NoticeKind::Act, licence.holder);
    (notice.licence, notice.act) = (Some(licence.id), act.to_string());
    tell_all(app, work, notice).await
}

/// Tells the other holders of a licence that one of them asked for what needs all: part of his asking.
pub(super) async fn of_request(
    app: &App,
    work: &mut Work<'_>,
    others: &[HolderId],
    licence: LicenceId,
    request: RequestId,
) -> Result<(), StorageError> {
    for holder in others {
        let mut notice = new(app, work, NoticeKind::Request, *holder);
        (notice.licence, notice.act) = (Some(licence), request.to_string());
        tell(app, work, &notice).await?;
    }
    Ok(())
}

/// Tells the other holders of a licence that one of them let a unit use it: part of his doing so.
pub(in crate::service) async fn of_authorisation(
    app: &App,
    work: &mut Work<'_>,
    others: &[HolderId],
    licence: LicenceId,
    given: AuthorisationId,
) -> Result<(), StorageError> {
    for holder in others {
        let mut notice = new(app, work, NoticeKind::Authorisation, *holder);
        (notice.licence, notice.act) = (Some(licence), given.to_string());
        tell(app, work, &notice).await?;
    }
    Ok(())
}

/// Tells holders what became of a delegation: part of what was done.
pub(in crate::service) async fn of_delegation(
    app: &App,
    work: &mut Work<'_>,
    kind: NoticeKind,
    told: &[HolderId],
    given: &Delegation,
) -> Result<(), StorageError> {
    for holder in told {
        let mut notice = new(app, work, kind, *holder);
        (notice.licence, notice.act) = (Some(given.licence), given.id.to_string());
        tell(app, work, &notice).await?;
    }
    Ok(())
}

/// Tells a holder that his consent was recorded with a case: part of the recording.
pub(in crate::service) async fn of_consent(
    app: &App,
    work: &mut Work<'_>,
    holder: HolderId,
    consent: ConsentId,
) -> Result<(), StorageError> {
    let mut notice = new(app, work, NoticeKind::Consent, holder);
    notice.act = consent.to_string();
    tell(app, work, &notice).await
}

/// Tells a holder that a counter looked up a licence of his: part of the look.
pub(in crate::service) async fn of_look_up(
    app: &App,
    work: &mut Work<'_>,
    holder: HolderId,
    look: CounterLookUpId,
) -> Result<(), StorageError> {
    let mut notice = new(app, work, NoticeKind::LookUp, holder);
    notice.act = look.to_string();
    tell(app, work, &notice).await
}

fn new(app: &App, work: &Work<'_>, kind: NoticeKind, holder: HolderId) -> NewNotice {
    let id = NoticeId::generate(work.now, &*app.entropy);
    NewNotice { id, holder, licence: None, kind, due: 0, days: 0, act: String::new(), at: work.now.0 }
}

/// Tells the holder and every co-holder of the notice's licence.
async fn tell_all(app: &App, work: &mut Work<'_>, notice: NewNotice) -> Result<(), StorageError> {
    let others = match notice.licence {
        Some(licence) => co_holder::of_licence(&mut work.tx, licence).await?,
        None => Vec::new(),
    };
    for holder in std::iter::once(notice.holder).chain(others) {
        let id = NoticeId::generate(work.now, &*app.entropy);
        let notice = NewNotice { id, holder, ..notice.clone() };
        tell(app, work, &notice).await?;
    }
    Ok(())
}

/// Tells one holder, in his wallet and by what goes out; nobody is told twice.
async fn tell(app: &App, work: &mut Work<'_>, notice: &NewNotice) -> Result<(), StorageError> {
    if stored::tell(&mut work.tx, notice).await? {
        telling::of_notice(app, work, notice).await?;
    }
    Ok(())
}

async fn open(app: &App, tx: &mut Tx, row: NoticeRow) -> Result<Notice, StorageError> {
    let kind: NoticeKind = row.sort.parse().map_err(|_| broken("kind", row.id))?;
    let consent = match (row.consent, row.case_unit, row.case_number) {
        (Some(id), Some(unit), Some(case_number)) => {
            let unit_names = unit_names(tx, unit).await?;
            let withdrawn_at = row.withdrawn_at.map(UnixTime);
            Some(NoticeConsent { id, case_number, unit, unit_names, withdrawn_at })
        }
        _ => None,
    };
    let look = match row.look_unit.zip(row.look_kind) {
        Some((unit, kind)) => Some(looked_up(&unit_names(tx, unit).await?, &kind_names(app, kind))),
        None => None,
    };
    let licence = row.licence.zip(row.licence_kind).map(|(id, kind)| (id, kind, kind_names(app, kind)));
    let due = of_number(row.due);
    let act: Option<ActName> = row.act.as_deref().and_then(|act| act.parse().ok());
    Ok(Notice {
        id: row.id,
        kind,
        text: match (look, &consent, &licence) {
            (Some(look), ..) => look,
            (None, Some(consent), _) => consent_recorded(&consent.unit_names, &consent.case_number),
            (None, None, Some((_, _, names))) => words_of(kind, names, row.days, due, act),
            (None, None, None) => return Err(broken("licence", row.id)),
        },
        licence,
        consent,
        due,
        days: (row.days > 0).then_some(row.days),
        act,
        at: UnixTime(row.at),
    })
}

fn due(app: &App, row: DueRow, today: i64) -> Result<DueInspection, StorageError> {
    let day = of_number(row.due).ok_or_else(|| StorageError::Inconsistent {
        table: "licence_record",
        column: "inspection_due",
        row: row.id.to_string(),
    })?;
    let state = match (row.failed, row.due < today) {
        (1, _) => "failed",
        (_, true) => "overdue",
        (_, false) => "due",
    };
    Ok(DueInspection {
        licence: row.id,
        identifier: row.identifier,
        names: kind_names(app, row.licence_kind),
        kind: row.licence_kind,
        due: day,
        state,
    })
}

fn broken(column: &'static str, id: NoticeId) -> StorageError {
    StorageError::Inconsistent { table: "licence_notice", column, row: id.to_string() }
}

/// Notices per transaction: one commit for many, and short enough that no request waits long for the writer.
const AT_ONCE: i64 = 200;
