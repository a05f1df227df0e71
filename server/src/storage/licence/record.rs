//! Licences. The face is sealed; everything a list or a rule needs stands in columns.

use liangzheng_core::identifier::Identifier;
use liangzheng_core::time::{Day, UnixTime};

use crate::domain::access::Scope;
use crate::domain::casework::fetch::HeldLicence;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::clock::Entropy;
use crate::domain::ids::{HolderId, LicenceId};
use crate::domain::licence::{AnnualInspection, Encumbrances, Licence, RefusedWhen, Status};
use crate::secrets::Secrets;
use crate::storage::day::{number, of_number};
use crate::storage::sql::{all, among, columns, each, execute, one, one_value, statements, values};
use crate::storage::{StorageError, Tx};

#[derive(sqlx::FromRow)]
struct LicenceRow {
    id: LicenceId,
    identifier: String,
    holder: HolderId,
    face: Vec<u8>,
    valid_from: i64,
    valid_to: Option<i64>,
    status: String,
    status_since: i64,
    successor: Option<LicenceId>,
    seized_until: Option<i64>,
    pledged: i64,
    mortgaged: i64,
    inspection_due: Option<i64>,
    inspection_failed: i64,
    disputed: i64,
    lost_refuses: i64,
    overdue_refuses: i64,
    version: i64,
    created_at: i64,
}

/// Adds licence versions; false if an identifier of theirs is taken, and then not all of them were added.
pub async fn insert_all(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    licences: &[&Licence],
) -> Result<bool, StorageError> {
    let mut rows = Vec::with_capacity(licences.len());
    for licence in licences {
        let plain = serde_json::to_vec(&licence.face).map_err(|_| inconsistent("face", licence.id))?;
        rows.push((*licence, secrets.seal(&place(licence.id), &plain, entropy), Columns::of(licence)));
    }
    let inserted = each!(tx, INSERT, rows, |row| [
        row.0.id,
        row.0.identifier.to_string(),
        row.0.kind(),
        row.0.unit(),
        row.0.holder,
        &row.1,
        row.2.valid_from,
        row.2.valid_to,
        row.0.status.as_str(),
        row.0.status_since.0,
        row.2.successor,
        row.2.seized_until,
        i64::from(row.0.encumbrances.pledged),
        i64::from(row.0.encumbrances.mortgaged),
        row.2.inspection_due,
        row.2.inspection_failed,
        i64::from(row.0.disputed),
        row.0.version,
        row.0.created_at.0,
        i64::from(row.0.refused_when.lost),
        i64::from(row.0.refused_when.overdue),
    ])?;
    Ok(inserted == rows.len() as u64)
}

/// Adds a licence version; false if its identifier is taken.
pub async fn insert(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    licence: &Licence,
) -> Result<bool, StorageError> {
    insert_all(tx, secrets, entropy, &[licence]).await
}

/// A licence within `scope`.
pub async fn find(
    tx: &mut Tx,
    secrets: &Secrets,
    scope: impl Into<Scope>,
    id: LicenceId,
) -> Result<Option<Licence>, StorageError> {
    let Some((holder, unit)) = scope.into().holder_and_unit() else { return Ok(None) };
    let row: Option<LicenceRow> = one!(tx, FIND, id, holder, unit)?;
    row.map(|row| open(row, secrets)).transpose()
}

/// A licence as it is now, held until the transaction ends: nobody else changes it meanwhile.
///
/// Needed by whatever writes something that must agree with its state, as an act or a new status index. On SQLite the
/// write lock does that already; on PostgreSQL the row must be touched first.
pub async fn find_and_hold(
    tx: &mut Tx,
    secrets: &Secrets,
    scope: impl Into<Scope>,
    id: LicenceId,
) -> Result<Option<Licence>, StorageError> {
    hold(tx, id).await?;
    find(tx, secrets, scope, id).await
}

/// Holds a licence until the transaction ends, without opening its face.
pub async fn hold(tx: &mut Tx, id: LicenceId) -> Result<(), StorageError> {
    execute!(tx, HOLD, id).map(drop)
}

/// How many acts a licence has seen, without opening its face.
pub async fn version_of(tx: &mut Tx, id: LicenceId) -> Result<Option<i64>, StorageError> {
    one_value!(tx, VERSION_OF, id)
}

/// The identifier of a licence, without opening its face.
pub async fn identifier_of(tx: &mut Tx, id: LicenceId) -> Result<Option<String>, StorageError> {
    one_value!(tx, IDENTIFIER_OF, id)
}

/// In whose hands a licence is: the unit that issued it, or who took that unit's work over.
pub async fn unit_of(tx: &mut Tx, licence: &Licence) -> Result<Uscc, StorageError> {
    let unit: Option<Uscc> = one_value!(tx, UNIT_OF, licence.id)?;
    Ok(unit.unwrap_or_else(|| licence.unit()))
}

/// A holder's issued licences in the order of their entry, whatever became of them: the wallet says what.
pub async fn of_holder(
    tx: &mut Tx,
    secrets: &Secrets,
    holder: HolderId,
) -> Result<Vec<Licence>, StorageError> {
    let rows: Vec<LicenceRow> = all!(tx, OF_HOLDER, holder, MAX_LISTED)?;
    rows.into_iter().map(|row| open(row, secrets)).collect()
}

/// A licence of which no face was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Held {
    /// Its id.
    pub id: LicenceId,
    /// Its kind.
    pub kind: KindCode,
}

/// The other licences of those who hold one, be it beside others, on which acts may still follow; each one's of whom it is
/// the first holder, for what a composite is made of is its first holder's. Without faces: every act asks.
pub async fn held_beside(tx: &mut Tx, id: LicenceId) -> Result<Vec<Held>, StorageError> {
    all!(tx, HELD_BESIDE, id, MAX_LISTED)
}

/// The licences of a kind that a holder has, be it beside others, and that have not ended. Without faces: what a unit asks
/// for is decided first.
pub async fn held_of_kind(
    tx: &mut Tx,
    holder: HolderId,
    kind: KindCode,
) -> Result<Vec<HeldLicence>, StorageError> {
    let rows: Vec<(LicenceId, Uscc, String)> = all!(tx, HELD_OF_KIND, holder, kind, MAX_LISTED)?;
    let stands =
        |status: &str| !matches!(status, "DRAFT" | "PENDING_REVIEW") && !Status::is_final_word(status);
    let held = |(id, issuer, status): (LicenceId, Uscc, String)| HeldLicence {
        id,
        kind,
        issuer,
        stands: stands(&status),
    };
    Ok(rows.into_iter().map(held).collect())
}

/// The licences of a kind whose first holder has a name, as [`Secrets::holder_name_key`] has it: issued, and the newest
/// versions only, newest first, those before `before`.
pub async fn of_kind_and_name(
    tx: &mut Tx,
    kind: KindCode,
    name: &[u8; 32],
    before: Option<LicenceId>,
    limit: i64,
) -> Result<Vec<LicenceId>, StorageError> {
    values!(tx, OF_KIND_AND_NAME, kind, &name[..], before, limit)
}

/// Licences whose inspection ran out before `today` while an index of theirs still says nothing of it.
pub async fn overdue_unmarked(tx: &mut Tx, today: Day, limit: i64) -> Result<Vec<LicenceId>, StorageError> {
    values!(tx, OVERDUE, number(today), limit)
}

/// The id of the licence version with this identifier.
pub async fn id_of(tx: &mut Tx, identifier: &Identifier) -> Result<Option<LicenceId>, StorageError> {
    one_value!(tx, ID_OF, identifier.as_str())
}

/// Which of these identifiers stand on a licence version.
pub async fn taken(tx: &mut Tx, identifiers: &[Identifier]) -> Result<Vec<String>, StorageError> {
    let rows: Vec<(String,)> = among!(tx, TAKEN, [], identifiers, |identifier| identifier.as_str())?;
    Ok(rows.into_iter().map(|(identifier,)| identifier).collect())
}

/// The status word of a licence, without opening its face.
pub async fn status_word(tx: &mut Tx, id: LicenceId) -> Result<Option<String>, StorageError> {
    one_value!(tx, STATUS_WORD, id)
}

/// Whether there is any licence of a kind.
pub async fn any_of_kind(tx: &mut Tx, kind: KindCode) -> Result<bool, StorageError> {
    let one: Option<i64> = one_value!(tx, ANY_OF_KIND, kind)?;
    Ok(one.is_some())
}

/// Whether a unit has a licence on which acts may still follow, or a draft of one.
pub async fn any_open_of_unit(tx: &mut Tx, unit: Uscc) -> Result<bool, StorageError> {
    let one: Option<i64> = one_value!(tx, ANY_OPEN_OF_UNIT, unit)?;
    Ok(one.is_some())
}

/// Gives the licences of a unit to another, those of one kind only if it is given; identifier and face stay as they are.
pub async fn move_unit(
    tx: &mut Tx,
    from: Uscc,
    kind: Option<KindCode>,
    to: Uscc,
) -> Result<(), StorageError> {
    execute!(tx, MOVE_UNIT, from, kind, to).map(drop)
}

/// The licences of a unit with their holders.
pub async fn held_of_unit(tx: &mut Tx, unit: Uscc) -> Result<Vec<(LicenceId, HolderId)>, StorageError> {
    all!(tx, HELD_OF_UNIT, unit)
}

/// Gives one licence to a unit; identifier and face stay as they are.
pub async fn give_to(tx: &mut Tx, id: LicenceId, to: Uscc) -> Result<(), StorageError> {
    execute!(tx, GIVE_TO, id, to).map(drop)
}

/// Writes what an act changed, if the row still has the version before it; otherwise [`StorageError::Conflict`].
///
/// Identifier, holder, face and dates of a version never change: that would be a new version.
pub async fn replace(tx: &mut Tx, before: &Licence, after: &Licence) -> Result<(), StorageError> {
    let columns = Columns::of(after);
    let changed = execute!(
        tx,
        REPLACE,
        before.id,
        before.version,
        after.status.as_str(),
        after.status_since.0,
        columns.successor,
        columns.seized_until,
        i64::from(after.encumbrances.pledged),
        i64::from(after.encumbrances.mortgaged),
        columns.inspection_due,
        columns.inspection_failed,
        i64::from(after.disputed),
        after.version
    )?;
    if changed == 1 { Ok(()) } else { Err(StorageError::Conflict) }
}

struct Columns {
    valid_from: i64,
    valid_to: Option<i64>,
    successor: Option<LicenceId>,
    seized_until: Option<i64>,
    inspection_due: Option<i64>,
    inspection_failed: i64,
}

impl Columns {
    fn of(licence: &Licence) -> Self {
        let (successor, seized_until) = match licence.status {
            Status::Superseded { successor } => (Some(successor), None),
            Status::Seized { until } => (None, until.map(number)),
            _ => (None, None),
        };
        Self {
            valid_from: number(licence.valid_from),
            valid_to: licence.valid_to.map(number),
            successor,
            seized_until,
            inspection_due: licence.annual_inspection.map(|inspection| number(inspection.due)),
            inspection_failed: i64::from(
                licence.annual_inspection.is_some_and(|inspection| inspection.failed),
            ),
        }
    }
}

fn open(row: LicenceRow, secrets: &Secrets) -> Result<Licence, StorageError> {
    let id = row.id;
    let day = |column, number| of_number(number).ok_or_else(move || inconsistent(column, id));
    let plain = secrets.open(&place(id), &row.face).map_err(|_| inconsistent("face", id))?;
    let seized_until = row.seized_until.map(|number| day("seized_until", number)).transpose()?;
    let inspection_due = row.inspection_due.map(|number| day("inspection_due", number)).transpose()?;
    Ok(Licence {
        id,
        identifier: Identifier::parse(&row.identifier).map_err(|_| inconsistent("identifier", id))?,
        holder: row.holder,
        face: serde_json::from_slice(&plain).map_err(|_| inconsistent("face", id))?,
        valid_from: day("valid_from", row.valid_from)?,
        valid_to: row.valid_to.map(|number| day("valid_to", number)).transpose()?,
        status: Status::from_parts(&row.status, row.successor, seized_until)
            .ok_or_else(|| inconsistent("status", id))?,
        status_since: UnixTime(row.status_since),
        encumbrances: Encumbrances { pledged: row.pledged == 1, mortgaged: row.mortgaged == 1 },
        annual_inspection: inspection_due
            .map(|due| AnnualInspection { due, failed: row.inspection_failed == 1 }),
        disputed: row.disputed == 1,
        refused_when: RefusedWhen { lost: row.lost_refuses == 1, overdue: row.overdue_refuses == 1 },
        version: row.version,
        created_at: UnixTime(row.created_at),
    })
}

fn place(id: LicenceId) -> String {
    format!("licence.face/{id}")
}

fn inconsistent(column: &'static str, id: LicenceId) -> StorageError {
    StorageError::Inconsistent { table: "licence_record", column, row: id.to_string() }
}

/// More licences than anybody holds; a bound, so that one request never reads a table.
const MAX_LISTED: i64 = 500;

columns!(
    licence = "id, identifier, holder, face, valid_from, valid_to, status, status_since, successor, seized_until, \
        pledged, mortgaged, inspection_due, inspection_failed, disputed, version, created_at, lost_refuses, \
        overdue_refuses"
);

statements! {
    INSERT = "INSERT INTO licence_record (id, identifier, kind, unit, holder, face, valid_from, valid_to, status, \
        status_since, successor, seized_until, pledged, mortgaged, inspection_due, inspection_failed, disputed, \
        version, created_at, lost_refuses, overdue_refuses) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) \
        ON CONFLICT DO NOTHING";
    FIND = concat!("SELECT ", licence!(), " FROM licence_record \
        WHERE id = $1 AND (holder = $2 OR $2 IS NULL OR EXISTS (SELECT 1 FROM licence_co_holder c \
            WHERE c.licence = licence_record.id AND c.holder = $2)) AND (unit = $3 OR $3 IS NULL)");
    OF_HOLDER = concat!("SELECT ", licence!(), " FROM licence_record \
        WHERE (holder = $1 OR id IN (SELECT licence FROM licence_co_holder WHERE holder = $1)) \
        AND status NOT IN ('DRAFT', 'PENDING_REVIEW') ORDER BY id LIMIT $2");
    HELD_BESIDE = "SELECT id, kind FROM licence_record WHERE holder IN (SELECT holder FROM licence_record WHERE id = $1 \
        UNION SELECT holder FROM licence_co_holder WHERE licence = $1) AND id <> $1 AND status NOT IN ('DRAFT', \
        'PENDING_REVIEW', 'SUPERSEDED', 'CANCELLED', 'REVOKED', 'WITHDRAWN', 'ANNULLED') ORDER BY id LIMIT $2";
    // A cross join keeps its order: else SQLite, which guesses that a kind has ten licences, reads all of the kind.
    HELD_OF_KIND = "SELECT l.id, l.unit, l.status FROM (SELECT id FROM licence_record WHERE holder = $1 \
        UNION SELECT licence FROM licence_co_holder WHERE holder = $1) h CROSS JOIN licence_record l \
        WHERE l.id = h.id AND l.kind = $2 AND l.status NOT IN ('DRAFT', 'PENDING_REVIEW', 'SUPERSEDED', 'CANCELLED', \
        'REVOKED', 'WITHDRAWN', 'ANNULLED') ORDER BY l.id LIMIT $3";
    OF_KIND_AND_NAME = "SELECT l.id FROM (SELECT r.id FROM licence_record r WHERE r.holder IN \
        (SELECT a.id FROM actor_holder a WHERE a.name_hmac = $2)) h CROSS JOIN licence_record l \
        WHERE l.id = h.id AND l.kind = $1 AND l.status NOT IN ('DRAFT', 'PENDING_REVIEW', 'SUPERSEDED') \
        AND (l.id < $3 OR $3 IS NULL) ORDER BY l.id DESC LIMIT $4";
    OVERDUE = "SELECT DISTINCT l.id FROM licence_record l JOIN publication_status_entry e ON e.licence = l.id \
        WHERE l.status = 'ACTIVE' AND l.inspection_due < $1 AND e.value IN (0, 3) ORDER BY l.id LIMIT $2";
    HOLD = "UPDATE licence_record SET version = version WHERE id = $1";
    ANY_OF_KIND = "SELECT CAST(1 AS BIGINT) FROM licence_record WHERE kind = $1 LIMIT 1";
    ANY_OPEN_OF_UNIT = "SELECT CAST(1 AS BIGINT) FROM licence_record WHERE unit = $1 AND status NOT IN \
        ('SUPERSEDED', 'CANCELLED', 'REVOKED', 'WITHDRAWN', 'ANNULLED') LIMIT 1";
    MOVE_UNIT = "UPDATE licence_record SET unit = $3 WHERE unit = $1 AND (kind = $2 OR $2 IS NULL)";
    HELD_OF_UNIT = "SELECT id, holder FROM licence_record WHERE unit = $1";
    GIVE_TO = "UPDATE licence_record SET unit = $2 WHERE id = $1";
    ID_OF = "SELECT id FROM licence_record WHERE identifier = $1";
    TAKEN = "SELECT identifier FROM licence_record WHERE identifier IN ($1)";
    VERSION_OF = "SELECT version FROM licence_record WHERE id = $1";
    IDENTIFIER_OF = "SELECT identifier FROM licence_record WHERE id = $1";
    UNIT_OF = "SELECT unit FROM licence_record WHERE id = $1";
    STATUS_WORD = "SELECT status FROM licence_record WHERE id = $1";
    REPLACE = "UPDATE licence_record SET status = $3, status_since = $4, successor = $5, seized_until = $6, \
        pledged = $7, mortgaged = $8, inspection_due = $9, inspection_failed = $10, disputed = $11, version = $12 \
        WHERE id = $1 AND version = $2";
}
