//! What holders are told, and what runs out.

use liangzheng_core::time::Day;

use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{ConsentId, HolderId, LicenceId, NoticeId};
use crate::domain::licence::notice::{NoticeKind, Reminder};
use crate::storage::day::number;
use crate::storage::sql::{all, execute, statements};
use crate::storage::{StorageError, Tx};

/// One notice, with the kind of its licence and the act it is of.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct NoticeRow {
    /// Its id.
    pub id: NoticeId,
    /// The licence; `None` of a consent.
    pub licence: Option<LicenceId>,
    /// The licence's kind.
    pub licence_kind: Option<KindCode>,
    /// As [`NoticeKind::as_str`].
    pub sort: String,
    /// The last day of what runs out, YYYYMMDD; 0 of an act.
    pub due: i64,
    /// How many days before; 0 of an act.
    pub days: i64,
    /// The act's name, of a notice of one.
    pub act: Option<String>,
    /// The consent, of a notice of one.
    pub consent: Option<ConsentId>,
    /// Number of its case.
    pub case_number: Option<String>,
    /// The unit that recorded it.
    pub case_unit: Option<Uscc>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<i64>,
    /// The unit that looked it up, of a notice of that.
    pub look_unit: Option<Uscc>,
    /// Of which kind it looked up a licence.
    pub look_kind: Option<KindCode>,
    /// When it was told.
    pub at: i64,
}

/// A notice to be told.
#[derive(Clone, Debug)]
pub struct NewNotice {
    /// Its id.
    pub id: NoticeId,
    /// Who is told.
    pub holder: HolderId,
    /// Of which licence; `None` of a consent.
    pub licence: Option<LicenceId>,
    /// Of what.
    pub kind: NoticeKind,
    /// The last day of what runs out, YYYYMMDD; 0 of an act.
    pub due: i64,
    /// How many days before; 0 of an act.
    pub days: i64,
    /// Id of the act, request or consent it is of; empty of what runs out.
    pub act: String,
    /// Now.
    pub at: i64,
}

/// What runs out and was not told yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Ending {
    /// The licence.
    pub id: LicenceId,
    /// Who is to be told.
    pub holder: HolderId,
    /// The last day, YYYYMMDD.
    pub due: i64,
}

/// An annual inspection that is due, overdue or failed.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DueRow {
    /// The licence.
    pub id: LicenceId,
    /// Its number.
    pub identifier: String,
    /// Its kind.
    pub licence_kind: KindCode,
    /// Last day on which the present one counts, YYYYMMDD.
    pub due: i64,
    /// Whether the last one was failed.
    pub failed: i64,
}

/// Tells a notice; false if it was told before, and stays as it is.
pub async fn tell(tx: &mut Tx, notice: &NewNotice) -> Result<bool, StorageError> {
    let NewNotice { id, holder, licence, kind, due, days, act, at } = notice;
    Ok(execute!(tx, TELL, *id, *holder, *licence, kind.as_str(), *due, *days, act, *at)? == 1)
}

/// A holder's notices, newest first, those before `before`.
pub async fn of_holder(
    tx: &mut Tx,
    holder: HolderId,
    before: Option<NoticeId>,
    limit: i64,
) -> Result<Vec<NoticeRow>, StorageError> {
    all!(tx, OF_HOLDER, holder, before, limit)
}

/// Licences whose last day, or whose inspection's, lies within a reminder that was not told yet.
pub async fn untold(
    tx: &mut Tx,
    kind: NoticeKind,
    reminder: &Reminder,
    limit: i64,
) -> Result<Vec<Ending>, StorageError> {
    let (from, to) = (number(reminder.from), number(reminder.to));
    match kind {
        NoticeKind::Expiry => all!(tx, UNTOLD_EXPIRY, from, to, reminder.days, limit),
        NoticeKind::Inspection => all!(tx, UNTOLD_INSPECTION, from, to, reminder.days, limit),
        _ => Ok(Vec::new()),
    }
}

/// Units with the numbers of their annual inspections that are due from `today` to `by`, and that are overdue.
pub async fn inspections_by_unit(
    tx: &mut Tx,
    today: Day,
    by: Day,
) -> Result<Vec<(Uscc, i64, i64)>, StorageError> {
    all!(tx, INSPECTIONS_BY_UNIT, number(today), number(by))
}

/// A unit's licences whose annual inspection is due by `by`, is overdue or was failed: the most urgent first, those after
/// the one given.
pub async fn inspections_due(
    tx: &mut Tx,
    unit: Uscc,
    by: Day,
    after: Option<(i64, LicenceId)>,
    limit: i64,
) -> Result<Vec<DueRow>, StorageError> {
    let (due, id) = after.map_or((0, None), |(due, id)| (due, Some(id)));
    all!(tx, INSPECTIONS_DUE, unit, number(by), due, id, limit)
}

statements! {
    TELL = "INSERT INTO licence_notice (id, holder, licence, kind, due, days, act, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    OF_HOLDER = "SELECT n.id, n.licence, l.kind AS licence_kind, n.kind AS sort, n.due, n.days, a.act, n.at, \
        c.id AS consent, k.number AS case_number, k.unit AS case_unit, c.withdrawn_at, u.unit AS look_unit, u.kind AS look_kind \
        FROM licence_notice n LEFT JOIN licence_record l ON l.id = n.licence LEFT JOIN licence_act a ON a.id = n.act \
        LEFT JOIN issuing_consent c ON c.id = n.act LEFT JOIN issuing_case k ON k.id = c.case_id \
        LEFT JOIN issuing_look_up u ON u.id = n.act \
        WHERE n.holder = $1 AND (n.id < $2 OR $2 IS NULL) ORDER BY n.id DESC LIMIT $3";
    UNTOLD_EXPIRY = "SELECT l.id, l.holder, l.valid_to AS due FROM licence_record l \
        WHERE l.valid_to BETWEEN $1 AND $2 \
        AND l.status IN ('ACTIVE', 'ON_HOLD', 'SEIZED', 'REPORTED_LOST', 'DISABLED') \
        AND NOT EXISTS (SELECT 1 FROM licence_notice n WHERE n.licence = l.id AND n.kind = 'expiry' \
        AND n.due = l.valid_to AND n.days = $3) ORDER BY l.valid_to, l.id LIMIT $4";
    UNTOLD_INSPECTION = "SELECT l.id, l.holder, l.inspection_due AS due FROM licence_record l \
        WHERE l.inspection_due BETWEEN $1 AND $2 \
        AND l.status IN ('ACTIVE', 'ON_HOLD', 'SEIZED', 'REPORTED_LOST', 'DISABLED') \
        AND NOT EXISTS (SELECT 1 FROM licence_notice n WHERE n.licence = l.id AND n.kind = 'inspection' \
        AND n.due = l.inspection_due AND n.days = $3) ORDER BY l.inspection_due, l.id LIMIT $4";
    INSPECTIONS_BY_UNIT = "SELECT unit, COUNT(CASE WHEN inspection_due >= $1 THEN 1 END) AS due, \
        COUNT(CASE WHEN inspection_due < $1 THEN 1 END) AS overdue FROM licence_record \
        WHERE inspection_due <= $2 AND status = 'ACTIVE' GROUP BY unit";
    INSPECTIONS_DUE = "SELECT id, identifier, kind AS licence_kind, inspection_due AS due, \
        inspection_failed AS failed FROM licence_record WHERE unit = $1 AND status = 'ACTIVE' \
        AND inspection_due IS NOT NULL AND (inspection_due <= $2 OR inspection_failed = 1) \
        AND (inspection_due > $3 OR (inspection_due = $3 AND id > $4) OR $4 IS NULL) \
        ORDER BY inspection_due, id LIMIT $5";
}
